/** One network function: its own identity, a hardened workload, and exactly the traffic that 3GPP gives it in this core. */

import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkFunctionId } from "../policypack/topology/types";
import { Arguments } from "./arguments";
import { functionPolicies } from "./function-policies";
import { functionWorkload } from "./function-workload";
import { BUILDABLE, functionLabel, homeDomain, issuerOf, objectName, PLMN } from "./plan/functions";
import { DATA_PLANES } from "./plan/pod";
import { FUNCTION_LABEL, type Surroundings } from "./plan/policies";

export interface NetworkFunctionArgs {
  /** Which function it is: AMF, SMF, UPF … */
  function: pulumi.Input<string>;
  /** Namespace of its zone, as CoreNamespace gives it. */
  namespace: pulumi.Input<string>;
  /** Functions of the core, each with its namespace: `AMF` → core-control. They decide who may speak to this one. */
  peers: pulumi.Input<{ [networkFunction: string]: string }>;
  /** Image with its digest: registry/amf@sha256:… */
  image: pulumi.Input<string>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Vendor, product, version, end of support and bill of materials: what supply-chain rules ask of every function. */
  product: pulumi.Input<ProductArgs>;
  /** Arguments of the container. */
  arguments?: pulumi.Input<pulumi.Input<string>[]>;
  /** Configuration files by name, mounted read-only at /config. Never secrets. */
  configuration?: pulumi.Input<{ [file: string]: pulumi.Input<string> }>;
  /** SecretProviderClasses whose secrets are mounted read-only at /secrets/<name>. */
  secretProviderClasses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Instances. Default: 2; a data store 1. */
  replicas?: pulumi.Input<number>;
  /** How a UPF moves packets: `kernel` (TUN device) or `dpdk` (huge pages). Default: kernel. */
  dataPlane?: pulumi.Input<string>;
  /** Device of a DPDK user plane as its device plugin names it: intel.com/sriov_dpdk. */
  device?: pulumi.Input<string>;
  /** Size of a data store's volume. Default: 50Gi. */
  storage?: pulumi.Input<string>;
  /** StorageClass of a data store's volume, encrypted with the zone's key. */
  storageClass?: pulumi.Input<string>;
  /**
   * Issuer of its certificate (cert-manager ClusterIssuer). Default: that of its trust domain, sbi-ca, n32-ca, ran-ca or li-ca, so that a
   * certificate of one opens none of the others.
   */
  issuer?: pulumi.Input<string>;
  /** Issuer of access tokens, and where its keys are. Default: the NRF of this core. */
  tokenIssuer?: pulumi.Input<TokenIssuerArgs>;
  /** Whether it attaches to the secondary networks of its planes (N2, N3, N4, N6, N9, N32). Default: true. */
  secondaryNetworks?: pulumi.Input<boolean>;
  /** Address blocks of the radio access network. */
  ranCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of roaming partners. */
  partnerCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks that subscribers must never reach: those of the VPC, pods and services. */
  infrastructureCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Namespace whose pods scrape metrics. Default: observability. */
  observabilityNamespace?: pulumi.Input<string>;
}

/** Where a function's software comes from. */
export interface ProductArgs {
  /** Vendor of the software. */
  vendor: pulumi.Input<string>;
  /** Name of the product. */
  name: pulumi.Input<string>;
  /** Version of the product. */
  version: pulumi.Input<string>;
  /** Day on which its support ends: 2028-12-31. */
  supportUntil: pulumi.Input<string>;
  /** Where its bill of materials is. */
  sbom: pulumi.Input<string>;
}

/** Who issues access tokens. */
export interface TokenIssuerArgs {
  /** The `iss` claim of its tokens: the NRF's instance identifier. */
  issuer: pulumi.Input<string>;
  /** Address of its public keys (JWKS). */
  jwksUri: pulumi.Input<string>;
}

const DIGEST = /^[^@\s]+@sha256:[0-9a-f]{64}$/;

/** ServiceAccount, certificate, workload, Service, disruption budget and the policies of every layer for one network function. */
export class NetworkFunction extends pulumi.ComponentResource {
  /** Name of its ServiceAccount. */
  public readonly serviceAccountName: pulumi.Output<string>;
  /** Name of its Service. */
  public readonly serviceName: pulumi.Output<string>;
  /** Identity that the mesh gives it. */
  public readonly principal: pulumi.Output<string>;

  constructor(name: string, args: NetworkFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:NetworkFunction", name, args, opts);
    const read = new Arguments("NetworkFunction", name, args);
    read.fields("product", args.product, "product");
    read.fields("tokenIssuer", args.tokenIssuer, "tokenIssuer");
    const id = read.oneOf("function", BUILDABLE);
    const plmn = read.text("plmn", PLMN, "a PLMN such as 00101");
    const dataPlane = read.oneOf("dataPlane", DATA_PLANES, "kernel");
    const device = read.plain<"device", string>("device", "");
    const secrets = read.texts("secretProviderClasses", []);
    if (dataPlane === "dpdk" && device === "") throw read.wrong("device", "is missing: a DPDK user plane needs the device of its plugin");
    const store = id === "SUBSCRIBER-DB" || id === "UDSF";
    const replicas = read.count("replicas", 1, 100, store ? 1 : 2);
    const around = surroundings(read, id);
    const { secondary } = around;
    const issuer = args.issuer ?? issuerOf(id);
    const object = objectName(id);
    const image = pulumi.output(args.image).apply((reference) => {
      if (!DIGEST.test(reference)) throw read.wrong("image", `${JSON.stringify(reference)} is not pinned: give name@sha256:<digest>`);
      return reference;
    });
    const metadata = { name: object, namespace: args.namespace, labels: { [FUNCTION_LABEL]: functionLabel(id) } };
    const options = { parent: this };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, options);
    const certificate = new k8s.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata,
        spec: certificateSpec(object, issuer, plmn, `${name}/${object}`, args.namespace),
      },
      options,
    );
    functionWorkload(
      name,
      {
        id,
        args,
        metadata,
        account,
        certificate,
        image,
        dataPlane,
        device,
        secrets,
        replicas,
        secondary,
        present: [...around.namespaces.keys()],
      },
      this,
    );
    functionPolicies(name, { id, around, namespace: args.namespace, secondary, token: args.tokenIssuer, domain: homeDomain(plmn) }, this);

    this.serviceAccountName = account.metadata.name;
    this.serviceName = pulumi.output(object);
    this.principal = pulumi.interpolate`cluster.local/ns/${args.namespace}/sa/${object}`;
    this.registerOutputs({ serviceAccountName: this.serviceAccountName, serviceName: this.serviceName, principal: this.principal });
  }
}

function surroundings(read: Arguments<NetworkFunctionArgs>, id: NetworkFunctionId): Surroundings {
  const peers = read.plain<"peers", { [key: string]: string }>("peers");
  const namespaces = new Map(Object.entries(peers).map(([key, namespace]) => [read.word("peers", key, BUILDABLE), namespace] as const));
  if (!namespaces.has(id)) throw read.wrong("peers", `must hold ${id} itself, with its namespace`);
  return {
    namespaces,
    ran: read.texts("ranCidrs", []),
    partners: read.texts("partnerCidrs", []),
    secondary: read.plain<"secondaryNetworks", boolean>("secondaryNetworks", true),
    infrastructure: read.texts("infrastructureCidrs", []),
    observability: read.plain<"observabilityNamespace", string>("observabilityNamespace", "observability"),
  };
}

/** The SBA profile of a certificate (TS 33.310 6.1.3c): home domain and instance identifier, both usages, a month's life. */
function certificateSpec(
  object: string,
  issuer: pulumi.Input<string>,
  plmn: string,
  seed: string,
  namespace: pulumi.Input<string>,
): object {
  return {
    secretName: `${object}-tls`,
    issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
    duration: "720h",
    renewBefore: "240h",
    usages: ["server auth", "client auth", "digital signature"],
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    commonName: `${object}.${homeDomain(plmn)}`,
    dnsNames: [`${object}.${homeDomain(plmn)}`, pulumi.interpolate`${object}.${namespace}.svc.cluster.local`, object],
    uris: [`urn:uuid:${instanceId(seed)}`],
  };
}

/** A UUID of version 5 (RFC 9562 5.5): the same function of the same core keeps its instance identifier. */
function instanceId(seed: string): string {
  const hex = createHash("sha1").update(`carrierguard.dev/${seed}`).digest("hex");
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16).padStart(2, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `${variant}${hex.slice(18, 20)}`, hex.slice(20, 32)].join("-");
}
