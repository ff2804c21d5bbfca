/**
 * Core namespaces enforce Pod Security at level restricted. Where user-plane or access-edge functions need NET_ADMIN, which baseline and
 * restricted refuse, the namespace may be privileged if admission policies re-impose WH-01 … WH-05 on its pods; an enforcing policy that does so
 * everywhere is as good as the label.
 *
 * An injected Istio sidecar without istio-cni adds an init container that restricted refuses: what is missing then is istio-cni or ambient mode.
 */

import { imposedIn } from "../../analysis/admission/guards";
import { TOPICS } from "../../analysis/admission/topics";
import { functionsIn, isCore, type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { areUserPlane } from "../../topology/topology";

export default defineRule({
  id: "WH-06",
  name: "wh-06-namespaces-enforce-pod-security",
  title: "Core namespaces enforce a Pod Security level matched to the zone",
  family: "workload",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: namespacesInUse,
  rationale:
    "Whoever gets hold of one credential of the namespace deploys a pod of their own: Pod Security decides whether that pod can be privileged, mount the node and leave it, or only run confined.",
  remediation:
    "Label the namespace pod-security.kubernetes.io/enforce: restricted (warn and audit first) and carrierguard.dev/zone: <zone>. Give user-plane and access-edge functions a namespace of their own, privileged, with a ValidatingAdmissionPolicy or Kyverno policies (Deny, Enforce) that refuse privileged pods, host namespaces and paths, foreign capabilities and privilege escalation.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.5.1", title: "Create administrative boundaries between resources using namespaces (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "4.5.2", title: "The default namespace should not be used (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.1", title: "Ensure that the cluster has at least one active policy control mechanism in place" },
    { framework: "NIST SP 800-53r5", ref: "CM-6", title: "Configuration Settings" },
    { framework: "UK Telecoms Security Code of Practice", ref: "virtualisation measures" },
  ],
  breaks: [
    { id: "T1610", name: "Deploy Container" },
    { id: "FGT5013", name: "Malicious VNF Instantiation" },
  ],
  *check(namespace, context) {
    if (!isCore(namespace, context)) return;
    const labels = namespace.object?.metadata.get("labels");
    const functions = functionsIn(namespace, context.model);
    const shared = { networkFunctions: functions, cause: namespace.name.startsWith("?") ? "" : namespace.name };
    if (labels === undefined) {
      yield* withoutObject(namespace, shared, context);
      return;
    }
    const enforce = labels.get(ENFORCE);
    const level = enforce.string();
    const zone = labels.get(ZONE);
    const outdated = outdatedVersion(labels.get(`${ENFORCE}-version`));
    if (level.state === "known" && level.value === "restricted" && !outdated) {
      if (zone.isAbsent) yield noZone(namespace, zone, shared);
      return;
    }
    const edge = EDGES.has(valueOr(zone.string(), "").toLowerCase()) || functions.some((id) => areUserPlane([id]));
    const imposed = imposedIn(context.model, namespace.name);
    const missing = TOPICS.filter((topic) => !imposed.certain.has(topic));
    if (missing.length === 0) {
      if (zone.isAbsent) yield noZone(namespace, zone, shared);
      return;
    }
    const open = level.state === "unknown" || TOPICS.every((topic) => imposed.possible.has(topic));
    const istio = injected(labels, context);
    const evidence: Evidence[] = [outdated ? seen(labels.get(`${ENFORCE}-version`), "latest, or v1.25 and later") : seen(enforce, edge ? "restricted, or privileged with admission policies that re-impose WH-01 to WH-05" : "restricted")];
    if (zone.isAbsent) evidence.push(seen(zone, "the zone of the topology that its functions belong to"));
    const said = level.state === "known" ? `enforces only ${outdated ? "an old version of restricted" : level.value}` : level.state === "absent" ? "enforces no Pod Security level" : "may enforce no Pod Security level";
    yield (open ? undetermined : fail)({
      message: `Namespace ${namespaceTitle(namespace)} (${whatIn(shared)}) ${said}${edge ? ` and no admission policy re-imposes ${missing.join(", ")}` : ""}: whoever may create a pod there deploys a privileged one (Deploy Container).`,
      evidence,
      ...(istio ? { remediation: "Install istio-cni, or use ambient mode: the init container that Istio's sidecar injection adds without them needs NET_ADMIN, which restricted refuses. Then label the namespace pod-security.kubernetes.io/enforce: restricted." } : {}),
      ...shared,
    });
  },
  examples: () => ({
    pass: [
      { name: "restricted for the control plane", resources: [core({ [ENFORCE]: "restricted", [ZONE]: "control" }), networkFunction("amf")] },
      { name: "a privileged user plane with a policy of the cluster", resources: [core({ [ENFORCE]: "privileged", [ZONE]: "user-plane" }), networkFunction("upf"), podSecurity("Enforce")] },
      { name: "admission policy and binding in place of the label", resources: [core({ [ZONE]: "control" }), networkFunction("smf"), admissionPolicy, binding(["Deny"])] },
      { name: "a namespace without a core", resources: [object("v1", "Namespace", "web"), networkFunction("nginx", { namespace: "web", container: { image: "nginx" } })] },
    ],
    fail: [
      { name: "no label", resources: [core({ [ZONE]: "auth" }), networkFunction("udm")] },
      { name: "baseline", resources: [core({ [ENFORCE]: "baseline", [ZONE]: "control" }), networkFunction("smf")] },
      { name: "warn and audit refuse nothing", resources: [core({ "pod-security.kubernetes.io/warn": "restricted", "pod-security.kubernetes.io/audit": "restricted", [ZONE]: "control" }), networkFunction("smf")] },
      { name: "restricted as it was before it asked for dropped capabilities", resources: [core({ [ENFORCE]: "restricted", [`${ENFORCE}-version`]: "v1.18", [ZONE]: "control" }), networkFunction("smf")] },
      { name: "a privileged user plane and a policy that only tells", resources: [core({ [ENFORCE]: "privileged", [ZONE]: "user-plane" }), networkFunction("upf"), podSecurity("Audit")] },
      { name: "a policy whose condition is always met", resources: [core({ [ZONE]: "control" }), networkFunction("smf"), object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "pods", { spec: { matchConstraints: PODS, validations: [{ expression: "true || object.spec.containers.all(c, !c.securityContext.privileged && hostPID && capabilities && hostPath && runAsNonRoot)" }] } }), binding(["Deny"])] },
      { name: "the default namespace", resources: [networkFunction("amf", { namespace: "default" })] },
      { name: "no zone is advice", resources: [core({ [ENFORCE]: "restricted" }), networkFunction("amf")] },
    ],
    undetermined: [
      { name: "a level that the configuration brings", resources: [core({ [ENFORCE]: unknownValue(), [ZONE]: "control" }), networkFunction("amf")] },
      { name: "a namespace that is made elsewhere", resources: [networkFunction("amf")] },
    ],
  }),
}); // prettier-ignore

const ENFORCE = "pod-security.kubernetes.io/enforce";
const ZONE = "carrierguard.dev/zone";
const EDGES = new Set(["user-plane", "access-edge"]);

type Shared = Pick<Verdict, "networkFunctions" | "cause">;

function whatIn({ networkFunctions = [] }: Shared): string {
  return networkFunctions.length > 0 ? networkFunctions.join(", ") : "its data stores";
}

/** Before v1.22 restricted asked for no dropped capabilities (Pod Security Standards, history of the checks). */
function outdatedVersion(version: Node): boolean {
  const match = /^v1\.(\d+)$/.exec(valueOr(version.string(), ""));
  return match !== null && Number(match[1]) < 22;
}

function noZone(namespace: NamespaceInUse, zone: Node, shared: Shared): Verdict {
  return fail({
    message: `Namespace ${namespaceTitle(namespace)} does not say which zone of the core it is: nobody can tell which Pod Security level its functions may have.`,
    evidence: [seen(zone, "the zone of the topology that its functions belong to")],
    advisory: true,
    ...shared,
    cause: "zone",
  });
}

function* withoutObject(namespace: NamespaceInUse, shared: Shared, context: RuleContext): Iterable<Verdict> {
  // The namespace, or a policy that guards it, may be among what is not in sight.
  if (context.view === "resource") return;
  const imposed = imposedIn(context.model, namespace.name);
  if (TOPICS.every((topic) => imposed.certain.has(topic))) return;
  const chosen = namespace.workloads.filter((workload) => valueOr(workload.object.metadata.get("namespace").string(), "") === "default");
  if (namespace.name === "default" && chosen.length > 0) {
    yield fail({
      message: `${chosen.length} workload${chosen.length === 1 ? "" : "s"} of the core (${whatIn(shared)}) run in the namespace default, which enforces no Pod Security level: whoever may create a pod there deploys a privileged one (Deploy Container).`,
      evidence: chosen
        .slice(0, 3)
        .map((workload) => seen(workload.object.metadata.get("namespace"), "a namespace of the core that enforces restricted")),
      ...shared,
    });
    return;
  }
  yield undetermined({
    message: `The namespace ${namespaceTitle(namespace)} of the core (${whatIn(shared)}) is not declared here, so whether it enforces a Pod Security level cannot be seen.`,
    evidence: [{ path: `metadata.labels["${ENFORCE}"]`, actual: null, expected: "restricted" }],
    ...shared,
  });
}

/** Istio puts its init container into the pods of this namespace, and neither istio-cni nor ambient mode is in sight. */
function injected(labels: Node, context: RuleContext): boolean {
  const on = valueOr(labels.get("istio-injection").string(), "") === "enabled" || labels.get("istio.io/rev").isKnown;
  return on && !context.model.workloads.some((workload) => /istio-cni|ztunnel/.test(workload.name));
}

function core(labels: Properties) {
  return object("v1", "Namespace", "core", { metadata: { labels } });
}

const PODS = { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] }] };
const admissionPolicy = object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "pods", {
  spec: {
    matchConstraints: PODS,
    validations: [
      { expression: "!has(object.spec.hostPID) && !has(object.spec.hostIPC) && !has(object.spec.hostNetwork)" },
      {
        expression:
          "object.spec.containers.all(c, !has(c.securityContext.privileged) && c.securityContext.allowPrivilegeEscalation == false)",
      },
      { expression: "object.spec.containers.all(c, has(c.securityContext.capabilities))" },
      { expression: "!object.spec.volumes.exists(v, has(v.hostPath))" },
    ],
  },
});

function binding(validationActions: readonly string[]) {
  return object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "pods", {
    spec: { policyName: "pods", validationActions },
  });
}

function podSecurity(failureAction: string) {
  return object("kyverno.io/v1", "ClusterPolicy", "pods", {
    spec: {
      rules: [
        {
          name: "pods",
          match: { any: [{ resources: { kinds: ["Pod"] } }] },
          validate: { failureAction, podSecurity: { level: "baseline", version: "latest" } },
        },
      ],
    },
  });
}
