/**
 * Lawful interception stands apart from everything (TS 33.127 clauses 5 and 8): namespaces, nodes and keys of its own, and of traffic only X1,
 * X2, X3 and the hand-over. Nobody but interception's own people and workloads reads its Secrets. Code of a point of interception inside a
 * network function is no workload of its own. Each policy is judged by what it names; namespaces without isolation are SG-11's.
 */

import { interceptionNamespaces, interceptionWorkloads, isInterceptionResource } from "../../analysis/interception";
import { mayMeetAny } from "../../analysis/placement";
import { type Binding, bindings } from "../../analysis/rbac/bindings";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type NamedEdge, namedEdges, standardPorts } from "../../analysis/reachability/policy-edges";
import type { CoreUnit } from "../../analysis/reachability/parties";
import { describePorts, subtractPorts } from "../../analysis/reachability/ports";
import { type NamespaceInUse, namespacesInUse } from "../../engine/namespace-targets";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { networkFunction, object, type PodOptions, type Properties, resource, unknownValue } from "../../testing/build";

const KEY = "aws:kms/key:Key";
const RBAC = "rbac.authorization.k8s.io/v1";

export default defineRule({
  id: "SG-28",
  name: "sg-28-interception-isolated",
  title: "Lawful-interception functions are isolated: own account/VPC/namespace/nodes/keys, X1/X2/X3 only",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<NamespaceInUse | KubernetesObject, Resource>(
    either<NamespaceInUse, KubernetesObject>(namespacesInUse, objects(...POLICIES, [RBAC, "RoleBinding"], [RBAC, "ClusterRoleBinding"])),
    resources(KEY),
  ),
  rationale:
    "Interception knows who is watched and can watch anybody: intruders in carriers have gone for it first. What it shares with the core or its management, they share too.",
  remediation:
    "Give interception a namespace, tainted nodes and KMS keys of its own, let its policies name X1, X2, X3 and the hand-over only, and take Secrets of its namespaces out of every role that OAM, CI or a cluster-wide administrator holds.",
  standards: [
    { framework: "3GPP TS 33.127", ref: "8" },
    { framework: "3GPP TS 33.127", ref: "5" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-088", title: "The HMEE (e.g. Intel TXT, Trusted Execution Environments (TEE) like GlobalPlatform TEE, Intel SGX) is to be used for executing sensitive functions within the VN" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-086", title: "MEC systems comply with regulatory requirements for Lawful Interception (LI) data identified in national laws is retained. LI data is retained for a duration ma" },
    { framework: "NIST SP 800-53r5", ref: "SC-3", title: "Security Function Isolation" },
    { framework: "NIST SP 800-53r5", ref: "AC-5", title: "Separation of Duties" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(21)", title: "Boundary Protection | Isolation of System Components" },
  ],
  breaks: [
    { id: "FGT1078.004", name: "Cloud Accounts" },
    { id: "T1078.004", name: "Cloud Accounts" },
    { id: "T1020.001", name: "Traffic Duplication" },
  ],
  subsumes: { "SG-12": "evidence" },
  *check(subject, context) {
    if (subject instanceof Resource) yield* key(subject, context);
    else if ("workloads" in subject) yield* place(subject, context);
    else if (subject.kind.endsWith("RoleBinding")) yield* secrets(subject, context);
    else yield* edges(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a namespace and nodes of its own", resources: [...CORE, admf(), mdf()] },
      { name: "X1 to the functions, X2 back", resources: [...CORE, admf(), mdf(), egress("admf", "li", [pods("amf")], 443), egress("amf", "core", [li("mdf")], 8443)] },
      { name: "interception's own people", resources: [...CORE, admf(), binding("li-operators", { kind: "Group", name: "li-operators" })] },
      { name: "a key of its own", resources: [kms("li"), secret("warrants", "li", "arn:li")] },
      { name: "a core without interception", resources: [networkFunction("amf"), networkFunction("smf"), binding("ops", OPS)] },
      { name: "the secret store of the platform", resources: [...CORE, admf(), binding("external-secrets", { kind: "ServiceAccount", name: "external-secrets", namespace: "external-secrets" })] },
    ],
    fail: [
      { name: "the ADMF among the inner functions", resources: [...CORE, admf({ namespace: "core" })] },
      { name: "the same nodes as the control plane", resources: [networkFunction("amf"), networkFunction("smf"), networkFunction("upf"), admf({ pod: {} })] },
      { name: "the UPF let in to the ADMF", resources: [...CORE, admf(), object("networking.k8s.io/v1", "NetworkPolicy", "admf", { spec: { podSelector: { matchLabels: { app: "admf" } }, policyTypes: ["Ingress"], ingress: [{ from: [{ ...INNER, podSelector: { matchLabels: { app: "upf" } } }], ports: [{ port: 443 }] }] } }, "li")] },
      { name: "every port from the SMF to the MDF's neighbour", resources: [...CORE, admf(), egress("smf", "core", [li("admf")], 22)] },
      { name: "a role of operations that reads Secrets everywhere", resources: [...CORE, admf(), binding("ops", OPS)] },
      { name: "a pipeline as cluster administrator", resources: [...CORE, admf(), object(RBAC, "ClusterRoleBinding", "ci", { roleRef: { kind: "ClusterRole", name: "cluster-admin" }, subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: "ci" }] })] },
      { name: "a key that billing uses as well", resources: [kms("li"), secret("warrants", "li", "arn:li"), secret("billing", "charging", "arn:li")] },
    ],
    undetermined: [
      { name: "nodes that the configuration brings", resources: [...CORE, admf({ pod: { nodeSelector: unknownValue() } })] },
      { name: "subjects that the configuration brings", resources: [...CORE, admf(), object(RBAC, "ClusterRoleBinding", "x", { roleRef: { kind: "ClusterRole", name: "cluster-admin" }, subjects: unknownValue() })] },
    ],
  }),
}); // prettier-ignore

const ATTACK = "whoever takes that over learns who is watched (Traffic Duplication)";

function* place(namespace: NamespaceInUse, context: RuleContext): Generator<Verdict> {
  const { model } = context;
  const own = namespace.workloads.filter((workload) => model.ask(interceptionWorkloads).has(workload));
  if (own.length === 0 || context.settings.profile === "lab") return;
  const beside = namespace.workloads.filter((workload) => !own.includes(workload) && !workload.hook);
  const meetings = own.map((workload) => mayMeetAny(model, workload, coreWorkloads));
  const nodes = meetings.includes("yes") ? "yes" : meetings.includes("maybe") ? "maybe" : "no";
  if (beside.length === 0 && nodes === "no") return;
  const certain = beside.length > 0 || nodes === "yes";
  const shared = [
    ...(beside.length > 0 ? [`the namespace with ${listed(beside.map(({ name }) => name))}`] : []),
    ...(nodes === "yes" || !certain ? ["nodes with functions of the core"] : []),
  ];
  const [first] = own;
  yield (certain ? fail : undetermined)({
    message: `Interception (${own.map(({ name }) => name).join(", ")}) ${certain ? "shares" : "may share"} ${shared.join(", and ")}: ${ATTACK}.`,
    evidence: [
      ...(beside.length > 0 && first !== undefined ? [seen(first.object.metadata.get("namespace"), "a namespace of interception's own")] : []),
      ...(nodes === "no" || first === undefined ? [] : [seen(first.podSpec.get("nodeSelector"), "nodes of zone li, tainted for it")]),
    ],
    ...(first === undefined ? {} : { resource: first.object.resource }),
    networkFunctions: own.flatMap((workload) => model.classification(workload).networkFunctions),
    cause: "place",
  });
} // prettier-ignore

/** Functions and stores outside interception. */
const coreWorkloads = (model: CoreModel) =>
  model.workloads.filter((workload) => {
    const { role, suspect, coreStore } = model.classification(workload);
    return !workload.hook && !suspect && (role === "nf" || coreStore) && !model.ask(interceptionWorkloads).has(workload);
  });

const isOfInterception = ({ parties }: CoreUnit) => parties.some(({ id }) => id === "LI-ADMF" || id === "LI-MDF" || id === "li");

function* edges(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const found = namedEdges(allowsOf(context.model, subject)).filter((edge) => isOfInterception(edge.from) !== isOfInterception(edge.to) && beyond(edge).length > 0);
  const certain = found.filter((edge) => edge.certain && subtractPorts(edge.allow.ports, standardPorts(edge.from, edge.to)).length > 0);
  const told = certain.length > 0 ? certain : found;
  if (told.length === 0) return;
  const texts = [...new Set(told.map((edge) => `${edge.from.label} to ${edge.to.label} on ${describePorts(beyond(edge))}`))];
  yield (certain.length > 0 ? fail : undetermined)({
    message: `${subject.kind} ${subject.name} ${certain.length > 0 ? "lets" : "may let"} ${listed(texts, 3, "; ")}, beyond X1, X2, X3 and the hand-over: ${ATTACK}.`,
    evidence: [...new Set(told.map(({ allow }) => allow.rule.node))].slice(0, 5).map((node) => seen(node, "X1, X2 and X3 only")),
    interfaces: ["LI_X1", "LI_X2/X3"],
    cause: "edges",
  });
} // prettier-ignore

function beyond({ from, to, allow }: NamedEdge) {
  if ([from, to].some(({ parties }) => parties.every(({ kind }) => kind === "service"))) return [];
  return subtractPorts(allow.possible, standardPorts(from, to));
}

/** Interception's own groups, by their name. */
const OWN_PEOPLE = /(^|[^a-z])(li|lea|lawful|intercept\w*)([^a-z]|$)/i;
/** Users and groups that are Kubernetes itself. */
const SYSTEM = /^system:(kube-|node|masters$|serviceaccounts:kube-system$|controller:)|^eks:/;

function* secrets(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const places = context.model.ask(interceptionNamespaces);
  const own = context.model.ask(bindings).find(({ object: holder }) => holder === subject);
  if (own === undefined || places.size === 0 || (own.namespace !== "" && !places.has(own.namespace))) return;
  const reads = own.grants.filter((grant) => grant.covers("", "secrets") && ["get", "list", "watch"].some((verb) => grant.allows(verb)));
  if (reads.length === 0) return;
  const strangers = own.subjects.filter((reader) => !isOwn(reader, places, context));
  const certain = strangers.length > 0;
  if (!certain && !own.unknown) return;
  yield (certain ? fail : undetermined)({
    message: `${subject.kind} ${subject.name} ${certain ? `lets ${listed(strangers.map(({ kind, name }) => `${kind} ${name}`))} read` : "may let others read"} the Secrets of interception (${[...places].sort().join(", ")}): ${ATTACK}.`,
    evidence: [seen(subject.resource.props.get("subjects"), "interception's own people and workloads")],
    cause: "secrets",
  });
} // prettier-ignore

function isOwn({ kind, name, namespace }: Binding["subjects"][number], places: ReadonlySet<string>, context: RuleContext): boolean {
  if (kind === "ServiceAccount") return places.has(namespace) || context.settings.platformNamespaces.includes(namespace);
  return SYSTEM.test(name) || OWN_PEOPLE.test(name);
}

/** Properties by which AWS resources name the key that encrypts them. */
const KEY_PROPERTIES = ["kmsKeyId", "kmsKeyArn", "kmsMasterKeyId", "kmsMasterKeyArn", "kmsKey"];

const usersOfKeys = (model: CoreModel): ReadonlyMap<Resource, readonly Resource[]> => {
  const found = new Map<Resource, Resource[]>();
  if (!model.resources.some(isInterceptionResource)) return found;
  for (const user of model.resources) {
    for (const property of KEY_PROPERTIES) {
      const reference = user.type.startsWith("aws:") ? resolve(model, user, user.props.get(property), [KEY]) : undefined;
      if (reference?.state === "resolved") found.set(reference.resource, [...(found.get(reference.resource) ?? []), user]);
    }
  }
  return found;
};

function* key(subject: Resource, context: RuleContext): Generator<Verdict> {
  const users = context.model.ask(usersOfKeys).get(subject) ?? [];
  const others = users.filter((user) => !isInterceptionResource(user));
  if (others.length === 0 || others.length === users.length) return;
  yield fail({
    message: `Key ${subject.name} encrypts interception's data and ${listed(others.map(({ name }) => name))} alike: whoever may use it for the one decrypts the other (Cloud Accounts).`,
    evidence: [{ path: "users of the key", actual: users.map(({ name }) => name).sort().join(", "), expected: "interception alone" }],
    cause: "key",
  });
} // prettier-ignore

const ZONE = "carrierguard.dev/zone";
const on = (zone: string): Properties => ({
  nodeSelector: { [ZONE]: zone },
  tolerations: [{ key: ZONE, operator: "Equal", value: zone, effect: "NoSchedule" }],
});
const CORE = ["amf", "smf", "upf", "udm"].map((name) => networkFunction(name, { pod: on("control") }));
const admf = (options: PodOptions = {}) => networkFunction("admf", { namespace: "li", pod: on("li"), ...options });
const mdf = () => networkFunction("mdf", { namespace: "li", pod: on("li") });
const INNER = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "core" } } };
const pods = (app: string) => ({ ...INNER, podSelector: { matchLabels: { app } } });
const li = (app: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "li" } },
  podSelector: { matchLabels: { app } },
});
const OPS = { kind: "Group", name: "operations" };

function egress(app: string, namespace: string, to: readonly Properties[], port: number) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-out`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: [{ to, ports: [{ protocol: "TCP", port }] }] } }, namespace);
} // prettier-ignore

/** A binding of a role that reads Secrets everywhere. */
function binding(name: string, reader: Properties) {
  return object(RBAC, "ClusterRoleBinding", name, { roleRef: { kind: "ClusterRole", name: "admin" }, subjects: [reader] });
}

const kms = (zone: string) => resource(KEY, zone, { arn: `arn:${zone}`, tags: { [ZONE]: zone } });
const secret = (name: string, zone: string, kmsKeyId: string) =>
  resource("aws:secretsmanager/secret:Secret", name, { kmsKeyId, tags: { [ZONE]: zone } });
