/**
 * An admission policy engine re-imposes the pod hardening at run time, on every core namespace, and fails closed.
 *
 * Restricted Pod Security refuses the same pods, so that beside it any refusing policy will do. A stack that shows neither a cluster nor anything of
 * its admission cannot tell. Mutating webhooks rewrite pods after every review: those outside the allow-list are refused.
 */

import { type Guard, guards, imposedIn, namespaceLabels } from "../../analysis/admission/guards";
import { aboutPods, matchesName } from "../../analysis/admission/matching";
import { TOPICS } from "../../analysis/admission/topics";
import { failsClosed } from "../../analysis/admission/validating-admission-policy";
import { functionsIn, isCore, type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects } from "../../engine/targets";
import { EKS_CLUSTER } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { and, matchesSelector } from "../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const ADMISSION = "admissionregistration.k8s.io/v1";

export default defineRule({
  id: "WH-07",
  name: "wh-07-admission-policies-fail-closed",
  title: "An admission policy engine enforces the same rules at runtime and fails closed",
  family: "workload",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either<NamespaceInUse, KubernetesObject>(
    namespacesInUse,
    objects(
      [ADMISSION, "ValidatingWebhookConfiguration"],
      [ADMISSION, "MutatingWebhookConfiguration"],
      ["kyverno.io/v2", "PolicyException"],
    ),
  ),
  rationale:
    "Reviews at deploy time see what the pipeline deploys; whoever reaches the Kubernetes API goes past them. Only an admission policy that refuses, everywhere, even when its engine is down, keeps a privileged pod or a rewritten image out.",
  remediation:
    "Deploy ValidatingAdmissionPolicies (validationActions: [Deny]) or Kyverno policies (failureAction: Enforce) for privileged pods, host namespaces and paths, capabilities and privilege escalation; failurePolicy: Fail; exclude no core namespace; give exceptions a name and an end; list your mutating webhooks under rules.WH-07.mutatingWebhooks.",
  options: {
    mutatingWebhooks: {
      type: "strings",
      description: "Names (or the beginning of names) of MutatingWebhookConfigurations that may change pods of the core, besides those of well-known platforms.",
      default: [],
    },
  },
  standards: [
    { framework: "CIS Kubernetes 1.12", ref: "5.2.1", title: "Ensure that the cluster has at least one active policy control mechanism in place" },
    { framework: "CIS EKS 1.8.0", ref: "4.1.11", title: "Minimize access to webhook configuration objects (Manual)" },
    { framework: "NIST SP 800-53r5", ref: "CM-5", title: "Access Restrictions for Change" },
    { framework: "NIST SP 800-207", ref: "tenet 4", title: "Access is determined by dynamic policy" },
    { framework: "NIST SP 800-207", ref: "tenet 6", title: "AuthN and authZ are dynamic and enforced before access" },
  ],
  breaks: [
    { id: "T1610", name: "Deploy Container" },
    { id: "T1053.007", name: "Container Orchestration Job" },
    { id: "FGT5039", name: "Manipulate Virtual Network Function (VNF) Configuration" },
  ],
  *check(subject, context) {
    if ("workloads" in subject) {
      if (isCore(subject, context)) yield* guarded(subject, context);
      return;
    }
    const core = [...context.model.coreNamespaces].filter((name) => !context.settings.platformNamespaces.includes(name));
    if (core.length === 0) return;
    if (subject.kind === "PolicyException") yield* scoped(subject, core);
    else if (subject.kind === "ValidatingWebhookConfiguration") yield* closed(subject, core, context);
    else yield* listed(subject, core, context);
  },
  examples: () => ({
    pass: [
      { name: "Kyverno that enforces", resources: [amf, kyverno({}, "Enforce")] },
      { name: "an admission policy beside restricted Pod Security", resources: [object("v1", "Namespace", "core", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } }), amf, admissionPolicy({}), binding] },
      { name: "Istio's and cert-manager's webhooks", resources: [amf, kyverno({}, "Enforce"), webhook("MutatingWebhookConfiguration", "istio-sidecar-injector", {}), webhook("MutatingWebhookConfiguration", "cert-manager-webhook", {})] },
      { name: "an exception for one pod, that ends", resources: [amf, kyverno({}, "Enforce"), exception({ match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["core"], names: ["upf-0"] } }] } }, { "cleanup.kyverno.io/ttl": "30d" })] },
      { name: "a webhook about other things", resources: [amf, kyverno({}, "Enforce"), webhook("ValidatingWebhookConfiguration", "issuers", { failurePolicy: "Ignore", rules: [{ apiGroups: ["cert-manager.io"], operations: ["CREATE"], resources: ["issuers"] }] })] },
    ],
    fail: [
      { name: "a cluster and no policy at all", resources: [amf, cluster] },
      { name: "Kyverno that only audits", resources: [amf, kyverno({}, undefined)] },
      { name: "a policy that fails open", resources: [amf, kyverno({ failurePolicy: "Ignore" }, "Enforce")] },
      { name: "a binding that only warns", resources: [amf, cluster, admissionPolicy({}), object(ADMISSION, "ValidatingAdmissionPolicyBinding", "pods", { spec: { policyName: "pods", validationActions: ["Warn", "Audit"] } })] },
      { name: "the core's namespace is excluded", resources: [amf, kyverno({}, "Enforce", { exclude: { any: [{ resources: { namespaces: ["co*"] } }] } })] },
      { name: "an engine's webhook that lets pods through when it is down", resources: [amf, kyverno({}, "Enforce"), webhook("ValidatingWebhookConfiguration", "kyverno-resource", { failurePolicy: "Ignore" })] },
      { name: "a webhook that passes over the core", resources: [amf, kyverno({}, "Enforce"), webhook("ValidatingWebhookConfiguration", "gatekeeper", { namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["core"] }] } })] },
      { name: "an exception for everything", resources: [amf, kyverno({}, "Enforce"), exception({ match: { any: [{ resources: { kinds: ["Pod"], names: ["*"] } }] } }, {})] },
      { name: "a mutating webhook that nobody knows", resources: [amf, kyverno({}, "Enforce"), webhook("MutatingWebhookConfiguration", "pod-helper", {})] },
    ],
    undetermined: [
      { name: "functions alone, without the cluster's policies", resources: [amf] },
      { name: "an action that the configuration brings", resources: [amf, kyverno({}, unknownValue())] },
    ],
  }),
}); // prettier-ignore

function* guarded(namespace: NamespaceInUse, context: RuleContext): Iterable<Verdict> {
  const { model } = context;
  const imposed = imposedIn(model, namespace.name);
  const restricted =
    valueOr(namespace.object?.metadata.get("labels", "pod-security.kubernetes.io/enforce").string() ?? { state: "absent" }, "") ===
    "restricted";
  if (restricted ? imposed.guards.length > 0 : TOPICS.every((topic) => imposed.certain.has(topic))) return;
  const weak = model
    .ask(guards)
    .filter((guard) => guard.enforces !== "yes" || guard.covers(namespaceLabels(model, namespace.name)) !== "yes");
  const missing = TOPICS.filter((topic) => !imposed.certain.has(topic));
  const open =
    TOPICS.every((topic) => imposed.possible.has(topic)) || (weak.length === 0 && imposed.guards.length === 0 && !showsAdmission(model));
  const because =
    weak.length > 0 ? `: ${reasonOf(weak[0] as Guard)}` : imposed.guards.length > 0 ? `: nothing refuses ${missing.join(", ")}` : "";
  yield (open ? undetermined : fail)({
    message: `No admission policy ${open ? "in sight certainly refuses" : "refuses"} unhardened pods in namespace ${namespaceTitle(namespace)}${because}; whoever reaches the Kubernetes API deploys what no review has seen (Deploy Container).`,
    evidence:
      weak.length > 0
        ? weak
            .slice(0, 3)
            .map((guard) =>
              seen(guard.because ?? guard.object.spec, "a policy that refuses, with failurePolicy Fail, in every core namespace"),
            )
        : [{ path: "", actual: imposed.guards.length === 0 ? null : [...imposed.certain], expected: [...TOPICS] }],
    networkFunctions: functionsIn(namespace, model),
    cause: namespace.name.startsWith("?") ? "" : namespace.name,
  });
}

function reasonOf(guard: Guard): string {
  const what = `${guard.object.kind} ${guard.object.name}`;
  if (failsClosed(guard.failurePolicy) === "no") return `${what} lets everything through when its engine is down (failurePolicy Ignore)`;
  return guard.enforces === "no"
    ? `${what} only tells`
    : guard.enforces === "maybe"
      ? `whether ${what} refuses is not known yet`
      : `${what} does not cover it`;
}

/** Whether the stack shows the cluster or its admission at all: a chart of the functions alone does not. */
function showsAdmission(model: CoreModel): boolean {
  return (
    model.ofType(EKS_CLUSTER).length > 0 ||
    model.hasGroup((group) => group === "admissionregistration.k8s.io" || /(^|\.)kyverno\.io$|gatekeeper\.sh$/.test(group))
  );
}

function* closed(configuration: KubernetesObject, core: readonly string[], context: RuleContext): Iterable<Verdict> {
  for (const webhook of configuration.resource.props.get("webhooks").items()) {
    const about = aboutPods(webhook.get("rules"));
    if (about === "no") continue;
    const failurePolicy = webhook.get("failurePolicy");
    const name = valueOr(webhook.get("name").string(), configuration.name);
    const passedOver = core.filter(
      (namespace) => matchesSelector(webhook.get("namespaceSelector"), namespaceLabels(context.model, namespace).labels) === "no",
    );
    const open = failsClosed(failurePolicy);
    if (open === "yes" && passedOver.length === 0) continue;
    const certain = about === "yes" && (open === "no" || passedOver.length > 0);
    yield (certain ? fail : undetermined)({
      message:
        open === "yes"
          ? `Webhook ${name} of ${configuration.name} ${certain ? "passes" : "may pass"} over the core's namespace ${passedOver.join(", ")}: pods there are admitted unseen (Deploy Container).`
          : `Webhook ${name} of ${configuration.name} ${certain ? "admits" : "may admit"} every pod while its service does not answer: whoever stops it deploys what they like (Deploy Container).`,
      evidence: [open === "yes" ? seen(webhook.get("namespaceSelector"), "no core namespace left out") : seen(failurePolicy, "Fail")],
      cause: name,
    });
  }
}

/** Platforms whose webhooks change pods by design. */
const KNOWN =
  /^(istio-|istiod|cert-manager|kyverno-|gatekeeper-|vpc-resource-mutating|vpc-admission|pod-identity-webhook|eks-pod-identity|linkerd-|vault-agent-injector|opentelemetry-operator|aws-load-balancer|azure-wi-webhook|knative|sigstore|policy\.sigstore|network-resources-injector|sriov|operator-webhook|multus|karpenter|external-secrets|amazon-cloudwatch|adot|keda|vpa-webhook|cluster-autoscaler|carrierguard)/;

function* listed(configuration: KubernetesObject, core: readonly string[], context: RuleContext): Iterable<Verdict> {
  const own = context.options["mutatingWebhooks"] as readonly string[];
  if (KNOWN.test(configuration.name) || own.some((name) => configuration.name.startsWith(name))) return;
  for (const webhook of configuration.resource.props.get("webhooks").items()) {
    const about = aboutPods(webhook.get("rules"));
    const reached = core.map((namespace) =>
      and([about, matchesSelector(webhook.get("namespaceSelector"), namespaceLabels(context.model, namespace).labels)]),
    );
    if (reached.every((answer) => answer === "no")) continue;
    const certain = reached.includes("yes");
    yield (certain ? fail : undetermined)({
      message: `Mutating webhook ${configuration.name} ${certain ? "changes" : "may change"} the pods of the core after every review and is on no allow-list: it can put its own container into every function (Manipulate Virtual Network Function Configuration).`,
      evidence: [seen(configuration.metadata.get("name"), "a webhook of the allow-list (rules.WH-07.mutatingWebhooks)")],
    });
    return;
  }
}

function* scoped(exception: KubernetesObject, core: readonly string[]): Iterable<Verdict> {
  const match = exception.spec.get("match");
  const filters = ["any", "all"].flatMap((key) => match.get(key).items()).map((item) => item.get("resources"));
  // Without a filter it is about everything.
  const about = filters.length === 0 ? [match.get("resources")] : filters.filter((resources) => touches(resources.get("namespaces"), core));
  if (about.length === 0) return;
  const wide = about.map((resources) => resources.get("names")).filter((names) => !isNamed(names));
  const { metadata } = exception;
  const ttl = metadata.get("labels", "cleanup.kyverno.io/ttl");
  const ends = !ttl.isAbsent || !metadata.get("annotations", "carrierguard.dev/expires").isAbsent;
  if (wide.length === 0 && ends) return;
  const flaws = [...(wide.length > 0 ? ["names no single resource"] : []), ...(ends ? [] : ["has no end"])];
  yield (ends && wide.every((names) => names.holdsUnknown()) ? undetermined : fail)({
    message: `PolicyException ${exception.name} ${flaws.join(" and ")}: what it excuses stays open for whoever comes next (Deploy Container).`,
    evidence: [
      ...wide.map((names) => seen(names, "the names of the resources excused")),
      ...(ends ? [] : [seen(ttl, "a ttl, or the annotation carrierguard.dev/expires")]),
    ],
  });
}

function touches(namespaces: Node, core: readonly string[]): boolean {
  return namespaces.isAbsent || core.some((name) => matchesName(namespaces, name) !== "no");
}

/** Names of single resources; a `*` after a name still means one workload's pods. */
function isNamed(names: Node): boolean {
  const items = names.items();
  return items.length > 0 && items.every((item) => /^[a-z0-9][a-z0-9.-]{2,}\*?$/.test(valueOr(item.string(), "")));
}

const amf = networkFunction("amf");
const cluster = resource(EKS_CLUSTER, "core", { name: "core" });
const PODS = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const binding = object(ADMISSION, "ValidatingAdmissionPolicyBinding", "pods", {
  spec: { policyName: "pods", validationActions: ["Deny"] },
});

function admissionPolicy(spec: Properties) {
  return object(ADMISSION, "ValidatingAdmissionPolicy", "pods", {
    spec: {
      matchConstraints: { resourceRules: PODS },
      validations: [{ expression: "!object.spec.containers.exists(c, c.securityContext.privileged)" }],
      ...spec,
    },
  });
}

function kyverno(spec: Properties, failureAction: Properties[string] | undefined, rule: Properties = {}) {
  const validate: Properties = { podSecurity: { level: "restricted" }, ...(failureAction === undefined ? {} : { failureAction }) };
  return object("kyverno.io/v1", "ClusterPolicy", "pods", {
    spec: { ...spec, rules: [{ name: "pods", match: { any: [{ resources: { kinds: ["Pod"] } }] }, validate, ...rule }] },
  });
}

function webhook(kind: string, name: string, body: Properties) {
  return object(ADMISSION, kind, name, { webhooks: [{ name: `${name}.example.com`, rules: PODS, ...body }] });
}

function exception(spec: Properties, labels: Properties) {
  return object("kyverno.io/v2", "PolicyException", "upf", { metadata: { labels }, spec });
}
