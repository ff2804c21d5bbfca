/**
 * Functions of different trust do not run on one node. Zones that are kept apart: authentication with data, lawful interception, the roaming
 * edge, the user plane, exposure, and the rest of the control plane. Where nodes are in sight (EKS node groups, NodePools) the scheduler's
 * rules decide who may run there; else what pods ask for tells whether they may meet. One finding for the stack: it is one decision.
 */

import { type Answer, mayMeet, type Placement, placementOf } from "../../analysis/placement";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, undetermined, type Verdict } from "../../engine/rule";
import { wholeStack } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { networkFunction, object, type PodOptions, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-29",
  name: "sg-29-one-trust-zone-per-node",
  title: "One trust zone per node: auth/data, LI, roaming, user-plane and exposure are never co-scheduled",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(),
  rationale:
    "Containers share the node's kernel: whoever breaks out of the user plane, which parses strangers' packets, or of an exposed function, reads the memory of every pod beside it, subscriber keys included.",
  remediation:
    "Give each trust zone a node group of its own with a label and a NoSchedule taint (carrierguard.dev/zone=<zone>), and every function of the zone the nodeSelector and toleration for it; authentication and data may share one, and so may the rest of the control plane.",
  standards: [
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-018",
      title:
        "Separate physical infrastructure for critical network functions: Hosts are physically separated such that compromise of one physical host does not allow an atta",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-019",
      title:
        "Only containers or VMs with the same data classification level run on the same node. Only containers or VMs with the same level of exposure (e.g. Internet facin",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-059",
      title:
        "The VIM should be configured to ensure that VNFs of differing trust levels are not deployed on the same physical host or blade, and that VNFs requiring a ‘hardw",
    },
    { framework: "NIST SP 800-190", ref: "4.3.4", title: "Mixing of workload sensitivity levels" },
    { framework: "NIST SP 800-190", ref: "4.5.2", title: "Shared kernel" },
    { framework: "NIST SP 800-53r5", ref: "SC-39", title: "Process Isolation" },
    { framework: "NIST SP 800-53r5", ref: "SC-32", title: "System Partitioning" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-1", title: "Part II: strengthen Pod isolation / limit container permissions" },
    { framework: "UK Telecoms Security Code of Practice", ref: "virtualisation measures" },
  ],
  breaks: [
    { id: "FGT1611", name: "Escape to Host" },
    { id: "FGT1611.501", name: "Malicious Privileged container-VNF Shared Resource Access" },
    { id: "FGT1599.501", name: "Malicious Co-Tenancy Exploit Of NFVI (Network Slice)" },
    { id: "FGT1599.502", name: "Network Slice Infrastructure Resource Hijacking" },
  ],
  *check(model, context) {
    if (context.settings.profile === "lab") return;
    yield* meetings(model, context);
  },
  examples: () => ({
    pass: [
      {
        name: "a node group for each zone",
        resources: [...POOLS, pinned("upf", "user-plane"), pinned("udm", "auth"), pinned("amf", "control")],
      },
      {
        name: "authentication and data on the same nodes",
        resources: [networkFunction("udm"), networkFunction("udr"), networkFunction("ausf")],
      },
      { name: "zones pinned apart, nodes out of sight", resources: [pinned("upf", "user-plane"), pinned("udm", "auth")] },
      {
        name: "Karpenter pools with taints",
        resources: [karpenter("user-plane"), karpenter("auth"), pinned("upf", "user-plane"), pinned("udm", "auth")],
      },
      {
        name: "anti-affinity on the node",
        resources: [networkFunction("udm"), networkFunction("upf", { pod: { affinity: APART } })],
      },
      { name: "the lab", resources: [networkFunction("upf"), networkFunction("udm")], settings: { profile: "lab" } },
    ],
    fail: [
      { name: "pods that run anywhere", resources: [networkFunction("upf"), networkFunction("udm"), networkFunction("amf")] },
      {
        name: "a label without a taint keeps nobody away",
        resources: [...POOLS_WITHOUT_TAINTS, pinned("upf", "user-plane"), networkFunction("udm")],
      },
      {
        name: "a toleration for everything",
        resources: [...POOLS, pinned("upf", "user-plane"), networkFunction("udm", { pod: { tolerations: [{ operator: "Exists" }] } })],
      },
      {
        name: "a DaemonSet of the user plane on the database's nodes",
        resources: [networkFunction("upf", { kind: "DaemonSet" }), networkFunction("udr")],
      },
      {
        name: "every trust zone on the same nodes",
        resources: ["amf", "udm", "upf", "sepp", "nef", "admf"].map((name) => networkFunction(name)),
      },
      { name: "a preference is no rule", resources: [preferring("upf", "user-plane"), preferring("udm", "auth")] },
    ],
    undetermined: [
      {
        name: "nodes that the configuration brings",
        resources: [networkFunction("upf", { pod: { nodeSelector: unknownValue() } }), networkFunction("udm")],
      },
      { name: "nodes out of sight that may be tainted", resources: [pinned("upf", "user-plane"), networkFunction("udm")] },
    ],
  }),
});

/** Zones that may not meet; what is not named here is the rest of the control plane. */
const CLASSES: { readonly [zone: string]: string } = {
  auth: "authentication and data",
  data: "authentication and data",
  li: "lawful interception",
  "roaming-edge": "the roaming edge",
  "user-plane": "the user plane",
  exposure: "exposure",
};
const CONTROL = "the control plane";

interface Group {
  readonly of: string;
  readonly placement: Placement;
  readonly names: string[];
}

/** Workloads of one class that the scheduler treats alike. */
function groupsOf(model: CoreModel): Group[] {
  const groups = new Map<string, Group>();
  for (const workload of model.workloads) {
    const of = classOf(model, workload);
    if (of === undefined) continue;
    const placement = placementOf(workload);
    const apart = workload.podSpec.get("affinity", "podAntiAffinity").isAbsent ? "" : workload.name;
    const key = `${of} ${placement.text} ${apart}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { of, placement, names: [workload.name] });
    else group.names.push(workload.name);
  }
  return [...groups.values()];
}

function classOf(model: CoreModel, workload: Workload): string | undefined {
  const { role, suspect, zone, coreStore } = model.classification(workload);
  if (workload.hook || suspect || (role !== "nf" && !coreStore)) return undefined;
  return coreStore ? CLASSES["data"] : (CLASSES[zone] ?? CONTROL);
}

interface Meeting {
  readonly a: Group;
  readonly b: Group;
  readonly answer: Exclude<Answer, "no">;
}

function* meetings(model: CoreModel, context: RuleContext): Generator<Verdict> {
  const groups = groupsOf(model);
  const found = groups.flatMap((a, index) =>
    groups.slice(index + 1).flatMap((b): Meeting[] => {
      const answer = a.of === b.of || differentClusters(a, b) ? "no" : mayMeet(context.model, a.placement, b.placement);
      return answer === "no" ? [] : [{ a, b, answer }];
    }),
  );
  const certain = found.filter(({ answer }) => answer === "yes");
  const told = certain.length > 0 ? certain : found;
  if (told.length === 0) return;
  const classes = [...new Set(told.flatMap(({ a, b }) => [a.of, b.of]))].sort();
  const members = new Map(
    classes.map((of) => [
      of,
      [...new Set(told.flatMap(({ a, b }) => [a, b]).flatMap((group) => (group.of === of ? group.names : [])))].sort(),
    ]),
  );
  const described = [...members].map(([of, names]) => `${of} (${listed(names)})`);
  const verdict = certain.length > 0 ? fail : undetermined;
  const groupsTold = told.flatMap(({ a, b }) => [a, b]);
  const first = classes.flatMap((of) => groupsTold.find((group) => group.of === of) ?? []);
  yield verdict({
    message: `Nothing keeps ${described.slice(0, -1).join(", ")} and ${described.at(-1)} off each other's nodes${verdict === fail ? "" : ", as far as can be seen"}: who breaks out of the least trusted of them reads the memory of the others (Escape to Host).`,
    evidence: first.map(({ placement: { workload } }) => {
      const node = workload.podSpec.get("nodeSelector");
      return {
        path: `${workload.namespace}/${workload.name} ${node.path}`,
        actual: node.describe(),
        expected: "the nodes of its zone, which are tainted for it",
      };
    }),
    cause: "co-scheduled",
  });
}

/** Pods of two providers go to two clusters. */
function differentClusters(a: Group, b: Group): boolean {
  const [one, other] = [a, b].map(({ placement }) => placement.workload.object.resource.provider);
  return one !== undefined && other !== undefined && one !== other;
}

const KEY = "carrierguard.dev/zone";

function pinned(name: string, zone: string, options: PodOptions = {}) {
  const tolerations = [{ key: KEY, operator: "Equal", value: zone, effect: "NoSchedule" }];
  return networkFunction(name, { ...options, pod: { nodeSelector: { [KEY]: zone }, tolerations } });
}

function preferring(name: string, zone: string) {
  const preference = { matchExpressions: [{ key: KEY, operator: "In", values: [zone] }] };
  return networkFunction(name, {
    pod: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } } },
  });
}

const APART = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "udm" } } },
    ],
  },
};

const nodeGroup = (zone: string, taints: boolean) =>
  resource("aws:eks/nodeGroup:NodeGroup", zone, {
    clusterName: "core",
    labels: { [KEY]: zone },
    ...(taints ? { taints: [{ key: KEY, value: zone, effect: "NO_SCHEDULE" }] } : {}),
  });
const ZONES = ["user-plane", "auth", "control"];
const POOLS = ZONES.map((zone) => nodeGroup(zone, true));
const POOLS_WITHOUT_TAINTS = ZONES.map((zone) => nodeGroup(zone, false));

function karpenter(zone: string) {
  return object("karpenter.sh/v1", "NodePool", zone, {
    spec: { template: { metadata: { labels: { [KEY]: zone } }, spec: { taints: [{ key: KEY, value: zone, effect: "NoSchedule" }] } } },
  });
}
