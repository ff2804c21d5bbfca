/**
 * Every pod of the core is isolated in both directions: computed from what NetworkPolicies, admin and baseline policies and Cilium
 * policies do together. A policy that lets everything through isolates nobody, and undoes those beside it.
 */

import { type Direction, DIRECTIONS, type Effect, isolation } from "../../analysis/isolation";
import { enforcement } from "../../analysis/isolation/enforcement";
import { judgedInCore } from "../../engine/judged";
import { type NamespaceInUse, namespacesInUse } from "../../engine/namespace-targets";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { UNRESOLVED } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { networkFunction, object, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-11",
  name: "sg-11-default-deny-both-directions",
  title: "Every core namespace has default-deny ingress and egress policy",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: namespacesInUse,
  rationale:
    "Without a default deny every pod of the cluster reaches every port of the core, and a pod of the core reaches everything outside: one foothold is enough to pivot, and to call home.",
  remediation:
    "Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] to the namespace, together with policies that name what the functions need (N2, N3, N4, SBI, DNS); make sure that the CNI enforces them (VPC CNI: enableNetworkPolicy).",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.3.1", title: "Ensure CNI plugin supports network policies (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "4.3.2", title: "Ensure that all Namespaces have Network Policies defined (Automated)" },
    { framework: "CIS EKS 1.8.0", ref: "5.4.4", title: "Ensure Network Policy is Enabled and set as appropriate (Manual)" },
    {
      framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)",
      ref: "2.0",
      title: "Pod and/or namespace selectors usage",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-048",
      title:
        "Network functions (NFs) only communicate with other Network functions (NFs) for which they are specifically authorized. The rules are applied irrespective of wh",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "NIST SP 800-190", ref: "4.3.3", title: "Poorly separated inter-container network traffic" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-4", title: "Part I: lock down communications among isolated network functions" },
    { framework: "CISA ZTMM v2", ref: "Networks/Network Segmentation" },
  ],
  breaks: [
    { id: "FGT1046", name: "Network Service Discovery" },
    { id: "T1046", name: "Network Service Discovery" },
    { id: "FGT1021", name: "Remote Services" },
    { id: "FGT5003", name: "Network Function Service Discovery" },
  ],
  *check(namespace, context) {
    const pods = namespace.workloads.filter((workload) => {
      const judged = judgedInCore(workload, context);
      return judged === "yes" && !onHostNetwork(workload);
    });
    if (pods.length === 0 || context.settings.platformNamespaces.includes(namespace.name)) return;
    yield* isolationOf(namespace, pods, context);
    yield* enforced(context);
  },
  examples: () => {
    const policy = (name: string, spec: object, place = "core") =>
      object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: spec as never }, place);
    const both = { policyTypes: ["Ingress", "Egress"] };
    const amf = networkFunction("amf");
    const empty = { podSelector: {} };
    const cluster = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
    return {
      pass: [
        { name: "a default deny for the namespace", resources: [amf, policy("deny", { ...empty, ...both })] },
        {
          name: "one policy a pod, both ways",
          resources: [
            amf,
            policy("amf", {
              podSelector: { matchLabels: { app: "amf" } },
              ...both,
              ingress: [{ ports: [{ protocol: "SCTP", port: 38412 }] }],
              egress: [{ to: [{ podSelector: {} }] }],
            }),
          ],
        },
        {
          name: "a user plane sends subscribers anywhere",
          resources: [
            networkFunction("upf"),
            policy("upf", { ...empty, ...both, egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }] }),
          ],
        },
        {
          name: "Cilium",
          resources: [
            amf,
            object("cilium.io/v2", "CiliumNetworkPolicy", "deny", { spec: { endpointSelector: {}, ingress: [{}], egress: [{}] } }),
          ],
        },
        {
          name: "a baseline for the cluster",
          resources: [
            amf,
            object("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", "default", {
              spec: {
                subject: { namespaces: {} },
                ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
                egress: [{ action: "Deny", to: [{ namespaces: {} }] }],
              },
            }),
          ],
        },
      ],
      fail: [
        {
          name: "a default deny that the VPC CNI does not enforce",
          resources: [
            amf,
            policy("deny", { ...empty, ...both }),
            cluster,
            resource("aws:eks/addon:Addon", "cni", { clusterName: "core", addonName: "vpc-cni" }),
          ],
        },
        { name: "no policy at all", resources: [amf] },
        {
          name: "an allow-all NetworkPolicy does not isolate",
          resources: [amf, policy("all", { ...empty, ...both, ingress: [{}], egress: [{}] })],
        },
        {
          name: "a default deny undone by an allow-all beside it",
          resources: [
            amf,
            policy("deny", { ...empty, ...both }),
            policy("open", { podSelector: { matchLabels: { app: "amf" } }, ...both, ingress: [{}], egress: [{}] }),
          ],
        },
        { name: "ingress only", resources: [amf, policy("in", { ...empty, policyTypes: ["Ingress"] })] },
        { name: "a default deny in another namespace", resources: [amf, policy("deny", { ...empty, ...both }, "other")] },
        {
          name: "the whole world in two halves",
          resources: [
            amf,
            policy("halves", {
              ...empty,
              ...both,
              ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }] }],
            }),
          ],
        },
        {
          name: "an empty list of peers means everybody",
          resources: [amf, policy("anyone", { ...empty, ...both, ingress: [{ from: [] }] })],
        },
        {
          name: "one pod left out",
          resources: [amf, networkFunction("nrf"), policy("amf", { podSelector: { matchLabels: { app: "amf" } }, ...both })],
        },
        {
          name: "Cilium with the entity all",
          resources: [
            amf,
            object("cilium.io/v2", "CiliumNetworkPolicy", "all", {
              spec: { endpointSelector: {}, ingress: [{ fromEntities: ["all"] }], egress: [{ toEntities: ["all"] }] },
            }),
          ],
        },
      ],
      undetermined: [
        { name: "a cluster whose CNI is not in sight", resources: [amf, policy("deny", { ...empty, ...both }), cluster] },

        {
          name: "the policy comes with the deployment",
          resources: [amf, object("networking.k8s.io/v1", "NetworkPolicy", "deny", { spec: unknownValue() })],
        },
      ],
    };
  },
});

/** Policies do not bind pods on the host network: SG-30 says so. */
function onHostNetwork(workload: Workload): boolean {
  return valueOr(workload.podSpec.get("hostNetwork").boolean(), false);
}

/** Policies that nothing enforces isolate nobody. */
function* enforced(context: RuleContext): Iterable<Verdict> {
  for (const { cluster, enforced: answer, resource, node } of context.model.ask(enforcement)) {
    if (answer === "yes") continue;
    const evidence = [seen(node, 'vpc-cni with {"enableNetworkPolicy": "true"}, or a CNI that enforces policies')];
    const message =
      answer === "no"
        ? `The VPC CNI of EKS cluster ${cluster.name} does not enforce NetworkPolicies: whatever they say, a foothold anywhere reaches every function.`
        : `Whether the CNI of EKS cluster ${cluster.name} enforces NetworkPolicies cannot be seen: the VPC CNI does only when it is told to.`;
    yield (answer === "no" ? fail : undetermined)({ message, evidence, resource, cause: "enforcement" });
  }
}

interface Open {
  readonly workload: Workload;
  readonly direction: Direction;
  readonly because: Effect | undefined;
}

/** One finding a wrong policy; one for all pods that no policy isolates. */
function* isolationOf(namespace: NamespaceInUse, pods: readonly Workload[], context: RuleContext): Iterable<Verdict> {
  const wrong = new Map<string, Open[]>();
  const questions: Open[] = [];
  for (const workload of pods) {
    for (const direction of DIRECTIONS) {
      const { isolated, because } = isolation(context.model, workload, direction);
      const open = { workload, direction, because };
      const key = because?.policy.resource.urn ?? "";
      if (isolated === "no") wrong.set(key, [...(wrong.get(key) ?? []), open]);
      if (isolated === "unknown") questions.push(open);
    }
  }
  for (const [key, open] of wrong) yield key === "" ? noPolicy(namespace, open, pods, context) : openedBy(open, context);
  const [question] = questions;
  if (question?.because !== undefined) {
    yield undetermined({
      message: `Whether ${names(questions)} in ${title(namespace)} are isolated is not known before deployment.`,
      evidence: [seen(question.because.node, "a default deny in both directions")],
      networkFunctions: functions(questions, context),
      cause: "unknown",
    });
  }
}

function noPolicy(namespace: NamespaceInUse, open: readonly Open[], pods: readonly Workload[], context: RuleContext): Verdict {
  const affected = new Set(open.map((item) => item.workload));
  const directions = DIRECTIONS.filter((direction) => open.some((item) => item.direction === direction));
  const who = affected.size === pods.length ? `no pod of ${title(namespace)}` : `not ${names(open)} in ${title(namespace)}`;
  const ways = directions.length === 2 ? "in either direction" : `for ${directions[0]}`;
  return fail({
    message: `A default deny covers ${who} ${ways}: a foothold anywhere in the cluster reaches these functions, and they reach everything.`,
    evidence: [{ path: "NetworkPolicy", actual: null, expected: "podSelector {} with policyTypes [Ingress, Egress]" }],
    networkFunctions: functions(open, context),
    cause: "none",
  });
}

function openedBy(open: readonly Open[], context: RuleContext): Verdict {
  const [{ because }] = open as [Open];
  const effect = because as Effect;
  const ways = DIRECTIONS.filter((direction) => open.some((item) => item.direction === direction)).join(" and ");
  return fail({
    message: `${effect.policy.kind} ${effect.policy.name} lets everything through (${ways}), so ${names(open)} are not isolated whatever other policies say: a foothold anywhere reaches them.`,
    evidence: [seen(effect.node, "the peers and ports that the function needs")],
    resource: effect.policy.resource,
    networkFunctions: functions(open, context),
    cause: "open",
  });
}

function names(open: readonly Open[]): string {
  return listed([...new Set(open.map((item) => item.workload.name))], 4);
}

function functions(open: readonly Open[], context: RuleContext) {
  return [...new Set(open.flatMap((item) => context.model.classification(item.workload).networkFunctions))];
}

function title(namespace: NamespaceInUse): string {
  return namespace.name.startsWith(UNRESOLVED) ? "their namespace" : `namespace ${namespace.name}`;
}
