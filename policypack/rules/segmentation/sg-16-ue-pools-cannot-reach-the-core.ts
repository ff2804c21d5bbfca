/**
 * Subscribers' addresses and the user plane's N6 side do not reach the core. Pools are read from the SMF's and UPF's configuration: no policy
 * of another function may let them in. What a user plane may send to on N6 is the world without the operator's own ranges (RFC 1918, RFC 6598)
 * and without 169.254.0.0/16: a subscriber's packet, or one that a GTP-U tunnel smuggles, otherwise arrives as the user plane's own.
 * A block that names addresses (an edge application's) is the operator's decision and left alone.
 */

import { isWorld } from "../../analysis/aws-network/world";
import { IpSet } from "../../analysis/cidr/ip-set";
import { subscriberPools } from "../../analysis/nf-config/subscriber-pools";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type BoundAllow } from "../../analysis/reachability/policy-edges";
import { defineRule, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-16",
  name: "sg-16-ue-pools-cannot-reach-the-core",
  title: "N6 and UE address pools cannot reach the core (anti-GTP-U-abuse)",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: objects(...POLICIES),
  rationale:
    "The user plane forwards what strangers send. If its way out includes the operator's own networks, or a pool is let in as a source, a handset talks to the control plane.",
  remediation:
    "Give the UPF's egress 0.0.0.0/0 with except [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16] (name edge applications in rules of their own), and keep subscriber pools out of every source list.",
  standards: [
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.8", title: "Protection against malformed GTP-U messages" },
    { framework: "3GPP TS 33.250 (SCAS)", ref: "4.2.6.4", title: "MS/UE-Mutual Access Prevention" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.6.2.4", title: "GTP-U Filtering" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.3.1.1", title: "IP-Source address spoofing mitigation" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-008",
      title:
        "Checking against a whitelist/blacklist of permitted message type/sender identity combinations to ensure that the sender of a GTP-U based protocol message is aut",
    },
    { framework: "GSMA FS.20", ref: "", title: "GTP security" },
  ],
  breaks: [
    { id: "FGT1599.505", name: "GTP-U Abuse" },
    { id: "FGT1572.501", name: "UE Access Via GTP-U" },
    { id: "FGT1572.502", name: "C2 Over GTP-U" },
  ],
  subsumes: { "SG-13": "resource" },
  *check(policy, context) {
    const allows = allowsOf(context.model, policy);
    yield* wayOut(policy, allows);
    yield* poolsAsSources(policy, allows, context.model.ask(subscriberPools));
  },
  examples: () => ({
    pass: [
      {
        name: "the world without the operator's own ranges",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: OWN } }] })],
      },
      {
        name: "an edge application named by its addresses",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: OWN } }, { ipBlock: { cidr: "10.60.1.0/24" } }] })],
      },
      { name: "base stations as sources, who are no subscribers", resources: [...CORE, POOL, ingress("amf", "10.100.4.0/24")] },
      {
        name: "the way out of something that is no user plane",
        resources: [
          ...CORE,
          object("networking.k8s.io/v1", "NetworkPolicy", "amf", {
            spec: {
              podSelector: { matchLabels: { app: "amf" } },
              policyTypes: ["Egress"],
              egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }],
            },
          }),
        ],
      },
    ],
    fail: [
      { name: "the world with everything in it", resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] })] },
      {
        name: "the world in two halves",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }] })],
      },
      {
        name: "an except that forgets link-local addresses",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: OWN.slice(0, 4) } }] })],
      },
      {
        name: "an except that a second block undoes",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: OWN } }, { ipBlock: { cidr: "10.0.0.0/8" } }] })],
      },
      { name: "a subscriber pool as a source of the AMF", resources: [...CORE, POOL, ingress("amf", "10.45.0.0/16")] },
      { name: "a range that holds the pool", resources: [...CORE, POOL, ingress("amf", "10.0.0.0/8")] },
    ],
    undetermined: [
      {
        name: "excepts that the configuration brings",
        resources: [...CORE, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: unknownValue() } }] })],
      },
    ],
  }),
});

const USER_PLANES = ["UPF", "PGW-U"];

/** The operator's own: what subscribers' packets must never be sent to. */
const OWN = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** A block that is wider is a range, not a list of applications. */
const APPLICATION = 16;

function* wayOut(policy: KubernetesObject, allows: readonly BoundAllow[]): Generator<Verdict> {
  for (const { rule, direction, self, certain } of allows) {
    if (direction !== "egress" || !self.parties.some(({ id }) => USER_PLANES.includes(id))) continue;
    const blocks = rule.peers.flatMap((peer) =>
      peer.kind === "block" ? [peer] : peer.kind === "outside" ? [{ certain: IpSet.ALL, possible: IpSet.ALL }] : [],
    );
    const [sure, maybe] = [blocks.map((block) => block.certain), blocks.map((block) => block.possible)].map((sets) => leaks(sets)) as [
      string[],
      string[],
    ];
    const found = sure.length > 0 ? sure : maybe;
    if (found.length === 0) continue;
    const verdict = sure.length > 0 && certain ? fail : undetermined;
    yield verdict({
      message: `${policy.kind} ${policy.name} ${verdict === fail ? "lets" : "may let"} subscribers' traffic on N6 of the ${self.label} into ${found.join(", ")}: a handset reaches the core from behind the user plane (GTP-U Abuse).`,
      evidence: [seen(rule.node, `except ${OWN.join(", ")}`)],
      networkFunctions: ["UPF"],
      interfaces: ["N6"],
      cause: "way out",
    });
    return;
  }
}

/** The operator's ranges that a way to the world leads into, all its blocks taken together. */
function leaks(blocks: readonly IpSet[]): string[] {
  const all = IpSet.EMPTY.union(...blocks);
  if (!isWorld(all)) return [];
  const [first, ...named] = blocks.filter((block) => !block.coversMoreThan(4, APPLICATION));
  const wide = all.minus(first === undefined ? IpSet.EMPTY : first.union(...named));
  return OWN.filter((cidr) => wide.overlaps(IpSet.of([cidr])));
}

function* poolsAsSources(policy: KubernetesObject, allows: readonly BoundAllow[], pools: IpSet): Generator<Verdict> {
  for (const { rule, direction, self, certain } of allows) {
    if (direction !== "ingress" || self.parties.some(({ id }) => USER_PLANES.includes(id))) continue;
    // Every address is no list that a pool was put into: SG-12.
    const block = rule.peers.find((peer) => peer.kind === "block" && !isWorld(peer.certain) && peer.certain.overlaps(pools));
    if (block?.kind !== "block") continue;
    const verdict = certain ? fail : undetermined;
    yield verdict({
      message: `${policy.kind} ${policy.name} lets subscribers' addresses (${block.certain.intersection(pools).cidrs().join(", ")}) into the ${self.label}: a handset can call it as if it were a function of the core (UE Access Via GTP-U).`,
      evidence: [seen(rule.node, "sources without the subscriber pools")],
      cause: "pools",
    });
    return;
  }
}

const CORE = [
  networkFunction("amf"),
  networkFunction("smf", { pod: { volumes: [{ name: "c", configMap: { name: "smf" } }] } }),
  networkFunction("upf"),
];
const POOL = object("v1", "ConfigMap", "smf", {
  data: { "smf.yaml": "smf: {pfcp: {server: [{address: 0.0.0.0}]}, session: [{subnet: 10.45.0.0/16, gateway: 10.45.0.1}]}" },
});

function egress(rule: Properties) {
  return object("networking.k8s.io/v1", "NetworkPolicy", "upf-out", {
    spec: { podSelector: { matchLabels: { app: "upf" } }, policyTypes: ["Egress"], egress: [rule] },
  });
}

function ingress(app: string, cidr: string) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-in`, {
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ protocol: "SCTP", port: 38412 }] }],
    },
  });
}
