/**
 * The SEPP is the function that strangers talk to: it stands in a namespace and on nodes of its own, and reaches nothing but SCP, NRF and its
 * peers; without an SCP the producers that roaming needs, and those that are called back (TS 33.501 5.9.3). Each policy is judged by what it
 * names; a SEPP that nothing isolates is SG-11's, and what the mesh lets it call SG-18's.
 */

import { mayMeetAny } from "../../analysis/placement";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type NamedEdge, namedEdges, standardPorts } from "../../analysis/reachability/policy-edges";
import type { CoreUnit } from "../../analysis/reachability/parties";
import { describePorts, subtractPorts } from "../../analysis/reachability/ports";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, workloads } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { networkFunction, object, type PodOptions, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-23",
  name: "sg-23-sepp-blast-radius",
  title: "SEPP blast radius: dedicated nodes and namespace, reaches only NRF/SCP and N32 peers",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<Workload, KubernetesObject>(workloads, objects(...POLICIES)),
  rationale:
    "Every other operator, and whoever broke into one, may send messages to the SEPP: once it falls, what it shares a node or namespace with, and what its policies let it call, falls next.",
  remediation:
    "Run the SEPP in a namespace of the roaming edge, on nodes with a label and taint of that zone, and let its egress go to the SCP (or, without one, AUSF, UDM, SMF, PCF, NSSF, AMF, SMSF), the NRF and the partners' addresses only.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.1" },
    { framework: "3GPP TS 33.501", ref: "5.9.3.2" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-018", title: "Separate physical infrastructure for critical network functions: Hosts are physically separated such that compromise of one physical host does not allow an atta" },
    { framework: "UK Telecoms Security Code of Practice", ref: "signalling plane measures" },
    { framework: "NIST SP 800-53r5", ref: "SC-46", title: "Cross Domain Policy Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "AC-4(21)", title: "Information Flow Enforcement | Physical or Logical Separation of Information Flows" },
  ],
  breaks: [
    { id: "FGT1199.501", name: "MNO Roaming Partners" },
    { id: "FGT5029", name: "Exploit Semi-public Facing Application" },
    { id: "T1021", name: "Remote Services" },
  ],
  subsumes: { "SG-12": "evidence" },
  *check(subject, context) {
    if ("podSpec" in subject) yield* place(subject, context);
    else yield* reach(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a SEPP in a namespace and on nodes of its own", resources: [...CORE, sepp(), egress([pods("scp"), pods("nrf")])] },
      { name: "the partners by their addresses", resources: [...CORE, sepp(), policy("roaming", "sepp", [{ to: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 443 }] }])] },
      { name: "producers of roaming where no SCP is", resources: [...WITHOUT_SCP, sepp(), egress([pods("ausf"), pods("udm"), pods("nrf")])] },
      { name: "an egress proxy beside the SEPP", resources: [...CORE, sepp(), networkFunction("sepp-monitor-exporter", { namespace: "roaming" })] },
      { name: "the lab", resources: [networkFunction("amf"), networkFunction("smf"), networkFunction("upf"), networkFunction("sepp")], settings: { profile: "lab" } },
    ],
    fail: [
      { name: "a SEPP among the inner functions", resources: [...CORE, networkFunction("sepp", { pod: PINNED })] },
      { name: "a SEPP that runs on any node", resources: [networkFunction("amf"), networkFunction("udm"), networkFunction("smf"), sepp({ pod: {} })] },
      { name: "the UDR", resources: [...CORE, sepp(), egress([pods("udr")])] },
      { name: "the database, by the ingress policy of the database", resources: [...CORE, sepp(), object("networking.k8s.io/v1", "NetworkPolicy", "db", { spec: { podSelector: { matchLabels: { app: "mongodb" } }, policyTypes: ["Ingress"], ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "roaming" } } }], ports: [{ port: 27017 }] }] } })] },
      { name: "the UDM past the SCP", resources: [...CORE, sepp(), egress([pods("udm")])] },
      { name: "the user plane", resources: [...CORE, sepp(), policy("roaming", "sepp", [{ to: [pods("upf")] }])] },
    ],
    undetermined: [
      { name: "peers that the configuration brings", resources: [...CORE, sepp(), egress([{ ...INNER, podSelector: { matchLabels: { app: unknownValue() } } }])] },
      { name: "nodes that the configuration brings", resources: [...CORE, sepp({ pod: { nodeSelector: unknownValue() } })] },
    ],
  }),
}); // prettier-ignore

const isSepp = ({ parties }: CoreUnit) => parties.some(({ id }) => id === "SEPP");

/** Functions and stores of other zones: what the SEPP may not share a namespace or a node with. */
const inner = (model: CoreModel): readonly Workload[] =>
  model.workloads.filter((workload) => {
    const { role, suspect, zone, coreStore } = model.classification(workload);
    return !workload.hook && !suspect && (coreStore || (role === "nf" && zone !== "roaming-edge"));
  });

function* place(workload: Workload, context: RuleContext): Generator<Verdict> {
  const { role, suspect, networkFunctions } = context.model.classification(workload);
  if (context.settings.profile === "lab" || workload.hook || suspect || role !== "nf" || !networkFunctions.includes("SEPP")) return;
  const others = new Set(context.model.ask(inner));
  const beside = context.model.workloadsIn(workload.namespace).filter((other) => others.has(other));
  const nodes = mayMeetAny(context.model, workload, inner);
  if (beside.length === 0 && nodes === "no") return;
  const certain = beside.length > 0 || nodes === "yes";
  const names = beside.map(({ name }) => name);
  const shared = [
    ...(beside.length > 0 ? [`its namespace with ${listed(names, 4)}`] : []),
    ...(nodes === "yes" || (nodes === "maybe" && !certain) ? ["its nodes with inner functions"] : []),
  ];
  const selector = workload.podSpec.get("nodeSelector");
  yield (certain ? fail : undetermined)({
    message: `SEPP ${workload.name} ${certain ? "shares" : "may share"} ${shared.join(", and ")}: a partner's attacker who breaks it is among them (MNO Roaming Partners).`,
    evidence: [
      ...(beside.length > 0 ? [seen(workload.object.metadata.get("namespace"), "a namespace of the roaming edge")] : []),
      ...(nodes === "no" ? [] : [seen(selector, "nodes of the roaming edge, tainted for it")]),
    ],
    networkFunctions: ["SEPP"],
    interfaces: ["N32"],
    cause: "place",
  });
} // prettier-ignore

function* reach(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const edges = namedEdges(allowsOf(context.model, subject)).filter(({ from, to, allow }) => isSepp(from) && !isSepp(to) && forbidden(context.model, from, to, allow));
  const certain = edges.filter((edge) => edge.certain);
  const told = certain.length > 0 ? certain : edges;
  const [first] = told;
  if (first === undefined) return;
  const targets = [...new Set(told.map(({ to, allow }) => `the ${to.label} (${describePorts(allow.possible)})`))];
  yield (certain.length > 0 ? fail : undetermined)({
    message: `${subject.kind} ${subject.name} ${certain.length > 0 ? "lets" : "may let"} the SEPP reach ${listed(targets, 4)}: it needs the SCP, the NRF and its peers, and whoever takes it over from a partner's network is one hop from there (MNO Roaming Partners).`,
    evidence: [...new Set(told.map(({ allow }) => allow.rule.node))].slice(0, 5).map((node) => seen(node, "SCP, NRF and the partners' addresses")),
    networkFunctions: ["SEPP"],
    interfaces: ["SBI"],
    cause: "reach",
  });
} // prettier-ignore

const hasScp = (model: CoreModel) => model.workloads.some((workload) => model.classification(workload).networkFunctions.includes("SCP"));

/** DNS, the mesh's control plane and collectors serve everybody; of the core, SCP and NRF only where there is an SCP. */
function forbidden(model: CoreModel, from: CoreUnit, to: CoreUnit, { possible }: NamedEdge["allow"]): boolean {
  if (to.parties.every(({ kind, id }) => kind === "service" || id === "observability")) return false;
  if (to.parties.some(({ id }) => id === "SCP" || id === "NRF")) return subtractPorts(possible, standardPorts(from, to)).length > 0;
  return model.ask(hasScp) || subtractPorts(possible, standardPorts(from, to)).length > 0;
}

const ZONE = "carrierguard.dev/zone";
const PINNED = {
  nodeSelector: { [ZONE]: "roaming-edge" },
  tolerations: [{ key: ZONE, operator: "Equal", value: "roaming-edge", effect: "NoSchedule" }],
};
const INNER_NODES = {
  nodeSelector: { [ZONE]: "control" },
  tolerations: [{ key: ZONE, operator: "Equal", value: "control", effect: "NoSchedule" }],
};
const WITHOUT_SCP = ["amf", "ausf", "udm", "udr", "nrf", "upf"].map((name) => networkFunction(name, { pod: INNER_NODES }));
const CORE = [...WITHOUT_SCP, networkFunction("scp", { pod: INNER_NODES }), networkFunction("mongodb", { pod: INNER_NODES })];
const INNER = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "core" } } };
const pods = (app: string) => ({ ...INNER, podSelector: { matchLabels: { app } } });

function sepp(options: PodOptions = {}) {
  return networkFunction("sepp", { namespace: "roaming", pod: PINNED, ...options });
}

function policy(namespace: string, app: string, rules: readonly Properties[]) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-out`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: rules } }, namespace);
} // prettier-ignore

function egress(to: readonly Properties[]) {
  return policy("roaming", "sepp", [{ to, ports: [{ protocol: "TCP", port: 8000 }] }]);
}
