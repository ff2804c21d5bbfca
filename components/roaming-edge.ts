/** The roaming partners of a core: who may speak N32, from where, and by whose certificates; each by an anchor of its own. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { homeDomain, PLMN } from "./plan/functions";

export interface RoamingEdgeArgs {
  /** Namespace of the SEPP, as CoreNamespace gives it. */
  namespace: pulumi.Input<string>;
  /** Contracted partners. */
  partners: pulumi.Input<pulumi.Input<PartnerArgs>[]>;
}

/** One contracted roaming partner. */
export interface PartnerArgs {
  /** A short name, a DNS label: visited-one. */
  name: string;
  /** The partner's PLMN: 26201. */
  plmn: string;
  /** Address blocks of its SEPPs. */
  cidrs: string[];
  /** Its certificate authority (PEM), which vouches for its SEPPs and for nobody else. */
  trustAnchor: string;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/;

/** A trust bundle for each partner (TS 33.501 13.1: the anchor is bound to the PLMN), and the list that the SEPP takes its peers from. */
export class RoamingEdge extends pulumi.ComponentResource {
  /** ConfigMap with the peers: PLMN, domain, addresses, anchor. */
  public readonly peersConfigMap: pulumi.Output<string>;

  constructor(name: string, args: RoamingEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:RoamingEdge", name, args, opts);
    const read = new Arguments("RoamingEdge", name, args);
    const partners = checked(read);
    const options = { parent: this };
    for (const partner of partners) {
      new k8s.apiextensions.CustomResource(
        `${name}-${partner.name}`,
        {
          apiVersion: "trust.cert-manager.io/v1alpha1",
          kind: "Bundle",
          metadata: { name: `n32-${partner.name}`, labels: { "carrierguard.dev/plmn": partner.plmn.replace("-", "") } },
          spec: {
            sources: [{ inLine: partner.trustAnchor }],
            target: {
              configMap: { key: "ca.crt" },
              namespaceSelector: { matchLabels: { "carrierguard.dev/zone": "roaming-edge" } },
            },
          },
        },
        options,
      );
    }
    const peers = partners.map(({ name: peer, plmn, cidrs }) => ({
      name: peer,
      plmn: plmn.replace("-", ""),
      fqdn: `sepp.${homeDomain(plmn)}`,
      cidrs,
      trustAnchor: `n32-${peer}/ca.crt`,
      security: "TLS",
    }));
    const map = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: "n32-peers", namespace: args.namespace },
        data: { "peers.json": JSON.stringify(peers, undefined, 2) },
        immutable: true,
      },
      options,
    );
    this.peersConfigMap = map.metadata.name;
    this.registerOutputs({ peersConfigMap: this.peersConfigMap });
  }
}

function checked(read: Arguments<RoamingEdgeArgs>): readonly PartnerArgs[] {
  const partners = read.plain<"partners", PartnerArgs[]>("partners");
  const seen = new Map<string, string>();
  for (const partner of partners) read.fields("partners", partner, "partner");
  for (const { name, plmn, cidrs, trustAnchor } of partners) {
    if (!LABEL.test(name)) throw read.wrong("partners", `${JSON.stringify(name)} is no name such as visited-one`);
    if (!PLMN.test(plmn)) throw read.wrong("partners", `${name}: ${JSON.stringify(plmn)} is no PLMN such as 26201`);
    if (cidrs.length === 0) throw read.wrong("partners", `${name}: cidrs is empty: nobody could speak N32`);
    for (const cidr of cidrs) read.block(`partners ${name}`, cidr);
    if (!trustAnchor.includes("BEGIN CERTIFICATE")) throw read.wrong("partners", `${name}: trustAnchor is no certificate (PEM)`);
    const other = seen.get(trustAnchor.trim());
    if (other !== undefined) throw read.wrong("partners", `${other} and ${name} share a trust anchor: the one could pass for the other`);
    seen.set(trustAnchor.trim(), name);
  }
  return partners;
}
