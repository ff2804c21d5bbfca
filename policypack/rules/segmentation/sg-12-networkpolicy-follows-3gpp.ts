/**
 * What a policy lets the functions of a core say to each other is what 3GPP has them say: consumers to producers, producers back to them, and
 * the reference points (TS 33.501 13.3.0). Each rule is read over the workloads that it really selects; a peer that is everybody is none that
 * the standard knows. Clusters without policies are SG-11's; names and metadata SG-13's; the user plane's way to the world SG-16's.
 */

import { allowsOf, type BoundAllow, everybodyOf, standardPorts } from "../../analysis/reachability/policy-edges";
import { describePorts, NO_PORTS, type PortSet, portsOf, subtractPorts, unionPorts } from "../../analysis/reachability/ports";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { listed } from "../../engine/listed";
import { defineRule, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "SG-12",
  name: "sg-12-networkpolicy-follows-3gpp",
  title: "NetworkPolicy allow-edges conform to the 3GPP consumer/producer matrix; no allow-all selectors",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: objects(...POLICIES),
  rationale:
    "A policy that names more than the standard's peers is a door nobody watches: from the user plane or an exposed function it leads straight to subscriber data and authentication.",
  remediation:
    "Name for each function the peers and ports that 3GPP has it talk to, and nobody else; `carrierguard reach --suggest` writes such policies for the core at hand.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.3.0" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-048",
      title:
        "Network functions (NFs) only communicate with other Network functions (NFs) for which they are specifically authorized. The rules are applied irrespective of wh",
    },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.2", title: "Restricted reachability of services" },
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 4", title: "Access is determined by dynamic policy" },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT5003", name: "Network Function Service Discovery" },
    { id: "FGT1021", name: "Remote Services" },
  ],
  *check(policy, context) {
    const allows = allowsOf(context.model, policy);
    yield* openToEverybody(policy, allows);
    yield* beyondStandard(allows.filter(({ rule }) => everybodyOf(rule) === undefined));
  },
  examples: () => ({
    pass: [
      { name: "a consumer of the producer's service", resources: [...CORE, ingress("udm", [{ from: [pods("amf")], ports: [SBI] }])] },
      { name: "a producer that calls its consumer back", resources: [...CORE, egress("udm", [{ to: [pods("amf")], ports: [SBI] }])] },
      {
        name: "PFCP both ways",
        resources: [
          ...CORE,
          ingress("upf", [{ from: [pods("smf")], ports: [PFCP] }]),
          egress("upf", [{ to: [pods("smf")], ports: [PFCP] }]),
        ],
      },
      {
        name: "a default deny for every pod",
        resources: [...CORE, policy("deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
      },
      {
        name: "the cluster DNS wherever it is",
        resources: [
          ...CORE,
          egress("amf", [
            {
              to: [{ namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
              ports: [{ protocol: "UDP", port: 53 }],
            },
          ]),
        ],
      },
      {
        name: "subscribers' traffic leaves the user plane",
        resources: [...CORE, egress("upf", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }])],
      },
      {
        name: "IKE of a N3IWF from anywhere",
        resources: [
          ...CORE,
          networkFunction("n3iwf"),
          ingress("n3iwf", [
            {
              ports: [
                { protocol: "UDP", port: 500 },
                { protocol: "UDP", port: 4500 },
              ],
            },
          ]),
        ],
      },
      { name: "an allow-all of a shop that is no core", resources: [networkFunction("shop"), ingress("shop", [{}])] },
    ],
    fail: [
      {
        name: "the user plane may open the subscriber data",
        resources: [...CORE, ingress("udm", [{ from: [pods("upf")], ports: [SBI] }])],
      },
      { name: "a right peer on every port", resources: [...CORE, ingress("udm", [{ from: [pods("amf")] }])] },
      { name: "every pod of the namespace", resources: [...CORE, ingress("udm", [{ from: [{ podSelector: {} }], ports: [SBI] }])] },
      { name: "every pod of the cluster", resources: [...CORE, ingress("udm", [{ from: [{ namespaceSelector: {} }], ports: [SBI] }])] },
      { name: "an empty list of peers is everybody", resources: [...CORE, ingress("udm", [{ from: [], ports: [SBI] }])] },
      {
        name: "the world in two halves",
        resources: [
          ...CORE,
          ingress("udm", [{ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }], ports: [SBI] }]),
        ],
      },
      {
        name: "a NotIn that leaves the user plane in",
        resources: [
          ...CORE,
          ingress("udm", [
            { from: [{ podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["nrf"] }] } }], ports: [SBI] },
          ]),
        ],
      },
      {
        name: "an entity of Cilium that is the whole cluster",
        resources: [
          ...CORE,
          object("cilium.io/v2", "CiliumNetworkPolicy", "udm", {
            spec: { endpointSelector: { matchLabels: { app: "udm" } }, ingress: [{ fromEntities: ["cluster"] }] },
          }),
        ],
      },
      {
        name: "an egress that lets the SMF call the database",
        resources: [
          ...CORE,
          networkFunction("mongodb"),
          egress("smf", [{ to: [pods("mongodb")], ports: [{ protocol: "TCP", port: 27017 }] }]),
        ],
      },
    ],
    undetermined: [
      { name: "peers that the configuration brings", resources: [...CORE, ingress("udm", [{ from: unknownValue(), ports: [SBI] }])] },
      {
        name: "a selector whose value the configuration brings",
        resources: [...CORE, ingress("udm", [{ from: [{ podSelector: { matchLabels: { app: unknownValue() } } }], ports: [SBI] }])],
      },
    ],
  }),
});

/** What is judged by other controls: names by SG-13, the user plane's way out by SG-16, IKE to a N3IWF by SG-05. */
const DNS: PortSet = unionPorts(portsOf("UDP", 53, 53), portsOf("TCP", 53, 53));
const IKE: PortSet = unionPorts(portsOf("UDP", 500, 500), portsOf("UDP", 4500, 4500));
/** Edge functions that partners and applications call, on the port of N32 and N33. */
const EDGE: { readonly [id: string]: PortSet } = {
  SEPP: unionPorts(portsOf("TCP", 443, 443), portsOf("TCP", 7777, 7777)),
  NEF: portsOf("TCP", 443, 443),
};

function isElsewhere({ direction, self, ports, rule }: BoundAllow): boolean {
  const is = (...ids: readonly NetworkFunctionId[]) => self.parties.some(({ id }) => ids.some((word) => word === id));
  const within = (allowed: PortSet) => subtractPorts(ports, allowed).length === 0;
  if (direction === "egress" && within(DNS)) return true;
  const outside = rule.peers.every((peer) => peer.kind === "block" || peer.kind === "outside");
  if (is("N3IWF", "TNGF") && direction === "ingress" && within(IKE)) return true;
  if (outside && direction === "egress" && is("UPF", "PGW-U", "SGW-U")) return true;
  return outside && self.parties.some(({ id }) => within(EDGE[id] ?? NO_PORTS));
}

function* openToEverybody(policy: KubernetesObject, allows: readonly BoundAllow[]): Generator<Verdict> {
  const open = allows.filter((allow) => everybodyOf(allow.rule) !== undefined && !isElsewhere(allow));
  const [first] = open;
  if (first === undefined) return;
  const names = [...new Set(open.map(({ self }) => self.label))].sort();
  const verdict = open.some(({ certain }) => certain) ? fail : undetermined;
  const way = first.direction === "ingress" ? "into" : "out of";
  yield verdict({
    message: `${policy.kind} ${policy.name} lets ${everybodyOf(first.rule)} ${way} the ${names.join(", ")} (${describePorts(first.ports)}), where 3GPP names the peers of each function: any foothold can call it (Network Function Service Discovery).`,
    evidence: [seen(first.rule.node, "the peers and ports that 3GPP has")],
    networkFunctions: functionsOf(open),
    cause: "everybody",
  });
}

function* beyondStandard(allows: readonly BoundAllow[]): Generator<Verdict> {
  const found = { certain: new Map<string, BoundAllow>(), open: new Map<string, BoundAllow>() };
  for (const allow of allows) {
    if (isElsewhere(allow)) continue;
    for (const { unit, certain } of allow.peers) {
      const [from, to] = allow.direction === "ingress" ? [unit, allow.self] : [allow.self, unit];
      const standard = standardPorts(from, to);
      const beyond = subtractPorts(allow.ports, unionPorts(standard, NO_PORTS));
      const text = `${from.label} to ${to.label} on ${describePorts(beyond)}${standard.length > 0 ? ` beside ${describePorts(standard)}` : ""}`;
      if (beyond.length > 0) (certain && allow.certain ? found.certain : found.open).set(text, allow);
      else if (subtractPorts(allow.possible, standard).length > 0) found.open.set(`${from.label} to ${to.label}`, allow);
    }
  }
  for (const [verdict, edges] of [
    [fail, found.certain],
    [undetermined, found.open],
  ] as const) {
    const [first] = edges;
    if (first === undefined) continue;
    yield verdict({
      message: `${first[1].policy.object.kind} ${first[1].policy.object.name} ${verdict === fail ? "lets" : "may let"} ${listed([...edges.keys()], 3, "; ")}, which 3GPP has no flow for: one function that falls takes the other with it (Retrieve UE Subscription Data).`,
      evidence: [...new Set([...edges.values()].map(({ rule }) => rule.node))]
        .slice(0, 5)
        .map((node) => seen(node, "the peers and ports that 3GPP has")),
      networkFunctions: functionsOf([...edges.values()]),
      cause: "beyond the standard",
    });
    // One finding a policy: what is uncertain beside what is certain adds nothing.
    return;
  }
}

function functionsOf(allows: readonly BoundAllow[]): NetworkFunctionId[] {
  return [...new Set(allows.flatMap(({ self }) => self.parties.flatMap((party) => (party.kind === "function" ? [party.id] : []))))];
}

const CORE = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf"), networkFunction("udm"), networkFunction("nrf")];
const SBI = { protocol: "TCP", port: 8000 };
const PFCP = { protocol: "UDP", port: 8805 };
const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });

function policy(name: string, spec: Properties) {
  return object("networking.k8s.io/v1", "NetworkPolicy", name, { spec });
}

function ingress(app: string, rules: readonly Properties[]) {
  return policy(`${app}-in`, { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: rules });
}

function egress(app: string, rules: readonly Properties[]) {
  return policy(`${app}-out`, { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: rules });
}
