/** What keeps pods out of the core when they are created, and what runs there on its own: ways past it, and what platforms do by design. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const ENFORCE = "pod-security.kubernetes.io/enforce";
const ZONE = "carrierguard.dev/zone";
const ADMISSION = "admissionregistration.k8s.io/v1";
const PODS = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const ALL = "object.spec.containers.all(c, !c.securityContext.privileged && hostPID && capabilities && hostPath && runAsNonRoot)";

const amf = networkFunction("amf");
const cluster = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
const core = (labels: Properties, name = "core") => object("v1", "Namespace", name, { metadata: { labels } });
/** Kyverno's policy with one rule of each of these conditions. */
const kyverno = (action: Properties[string], match: Properties, ...conditions: readonly Properties[]) =>
  object("kyverno.io/v1", "ClusterPolicy", "pods", {
    spec: { rules: conditions.map((condition, index) => ({ name: `r${index}`, match: { any: [{ resources: { kinds: ["Pod"], ...match } }] }, validate: { failureAction: action, ...condition } })) },
  }); // prettier-ignore
const RESTRICTED = { podSecurity: { level: "restricted" } };
const PRIVILEGED = { pattern: { spec: { containers: [{ securityContext: { privileged: false } }] } } };
const everywhere = kyverno("Enforce", {}, RESTRICTED);
const policy = (expression: string, actions: Properties[string], selector: Properties = {}) => [
  object(ADMISSION, "ValidatingAdmissionPolicy", "pods", { spec: { matchConstraints: { resourceRules: PODS }, validations: [{ expression }] } }),
  object(ADMISSION, "ValidatingAdmissionPolicyBinding", "pods", { spec: { policyName: "pods", validationActions: actions, matchResources: selector } }),
]; // prettier-ignore
const userPlane = (labels: Properties) => [core({ [ENFORCE]: "privileged", ...labels }), networkFunction("upf")];
const atDefault = networkFunction("amf", { namespace: "default" });

// prettier-ignore
answers("WH-06", [
  ["restricted of 1.22 asks for dropped capabilities", [core({ [ENFORCE]: "restricted", [`${ENFORCE}-version`]: "v1.22", [ZONE]: "control" }), amf], "pass"],
  ["restricted of 1.21 does not", [core({ [ENFORCE]: "restricted", [`${ENFORCE}-version`]: "v1.21", [ZONE]: "control" }), amf], "fail"],
  ["restricted as the API server has it", [core({ [ENFORCE]: "restricted", [`${ENFORCE}-version`]: "latest", [ZONE]: "control" }), amf], "pass"],
  ["a policy that re-imposes all, and no zone", [core({ [ENFORCE]: "privileged" }), networkFunction("upf"), everywhere], "advice"],
  ["a policy that re-imposes one thing of five", [...userPlane({ [ZONE]: "user-plane" }), kyverno("Enforce", {}, PRIVILEGED)], "fail"],
  ["a policy that re-imposes one thing of five, once its action is known", [...userPlane({ [ZONE]: "user-plane" }), kyverno(unknownValue(), {}, PRIVILEGED)], "fail"],
  ["a policy that re-imposes all, once its action is known", [...userPlane({ [ZONE]: "user-plane" }), kyverno(unknownValue(), {}, RESTRICTED)], "undetermined"],
  ["a policy of the cluster, and a namespace made elsewhere", [amf, everywhere], "pass"],
  ["a policy that re-imposes one thing, and a namespace made elsewhere", [amf, kyverno("Enforce", {}, PRIVILEGED)], "undetermined"],
  ["functions in default, guarded by a policy of the cluster", [atDefault, everywhere], "pass"],
  ["functions that name no namespace, and none else", [networkFunction("amf", { namespace: null })], "undetermined"],
  ["a chart that says default beside one that says nothing", [atDefault, networkFunction("smf", { namespace: null })], "fail"],
]);

const webhook = (kind: string, name: string, body: Properties = {}) => object(ADMISSION, kind, name, { webhooks: [{ name: `${name}.example.com`, rules: PODS, ...body }] }); // prettier-ignore
const validating = (body: Properties = {}) => [amf, everywhere, webhook("ValidatingWebhookConfiguration", "gatekeeper", body)];
const mutating = (name: string, body: Properties = {}) => [amf, everywhere, webhook("MutatingWebhookConfiguration", name, body)];
const others = (key: string) => ({ namespaceSelector: { matchExpressions: [{ key, operator: "NotIn", values: ["core"] }] } });
const only = (names: readonly string[]) => ({ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: names }] } }); // prettier-ignore
const listed = { settings: { rules: { "WH-07": { options: { mutatingWebhooks: ["pod-helper"] } } } } };
/** An exception in the core's engine; it ends, unless said otherwise. */
const exception = (match: Properties, metadata: Properties = { labels: { "cleanup.kyverno.io/ttl": "30d" } }) => [amf, everywhere, object("kyverno.io/v2", "PolicyException", "upf", { metadata, spec: { match } })]; // prettier-ignore
const filter = (resources: Properties, key = "any") => ({ [key]: [{ resources }] });
const ONE = { kinds: ["Pod"], names: ["upf-0"] };

// prettier-ignore
answers("WH-07", [
  ["a policy about one thing of five", [amf, cluster, kyverno("Enforce", {}, PRIVILEGED)], "fail"],
  ["a policy about one thing of five, once its action is known", [amf, cluster, kyverno(unknownValue(), {}, PRIVILEGED)], "fail"],
  ["a policy about one thing of five beside restricted Pod Security", [core({ [ENFORCE]: "restricted" }), amf, cluster, kyverno("Enforce", {}, PRIVILEGED)], "pass"],
  ["restricted Pod Security alone", [core({ [ENFORCE]: "restricted" }), amf, cluster], "fail"],
  ["baseline Pod Security and a policy about one thing", [core({ [ENFORCE]: "baseline" }), amf, kyverno("Enforce", {}, PRIVILEGED)], "fail"],
  ["policies that share the five things", [amf, cluster, kyverno("Enforce", {}, PRIVILEGED), ...policy(ALL.replace("!c.securityContext.privileged && ", ""), ["Deny"])], "pass"],
  ["a policy for other namespaces", [amf, cluster, kyverno("Enforce", { namespaces: ["web"] }, RESTRICTED)], "fail"],
  ["a binding that selects namespaces by a label that the core's lacks", [core({}), amf, ...policy(ALL, ["Deny"], { namespaceSelector: { matchLabels: { guarded: "yes" } } })], "fail"],
  ["a web server's cluster", [cluster, networkFunction("web", { namespace: "web", container: { image: "nginx" } })], "pass"],
  ["the platform's own admission, and nothing that refuses", [amf, webhook("MutatingWebhookConfiguration", "istio-sidecar-injector")], "fail"],
  ["Kyverno that only cleans up", [amf, object("kyverno.io/v2", "ClusterCleanupPolicy", "old", { spec: { schedule: "0 0 * * *" } })], "fail"],
  ["Kyverno's newer policies that only mutate", [amf, object("policies.kyverno.io/v1alpha1", "MutatingPolicy", "labels", { spec: {} })], "fail"],
  ["Gatekeeper without a constraint", [amf, object("config.gatekeeper.sh/v1alpha1", "Config", "config", { spec: {} })], "fail"],
  ["somebody else's resource", [amf, object("notkyverno.io/v1", "Thing", "x", { spec: {} })], "undetermined"],
  ["a webhook that fails closed", validating(), "pass"],
  ["a webhook that fails closed, and says so", validating({ failurePolicy: "Fail" }), "pass"],
  ["a failure policy that the configuration brings", validating({ failurePolicy: unknownValue() }), "undetermined"],
  ["a webhook that fails open, of which it is not known what it asks about", validating({ failurePolicy: "Ignore", rules: unknownValue() }), "undetermined"],
  ["a webhook that passes over the core by name, and fails open elsewhere", validating({ failurePolicy: "Ignore", ...others("kubernetes.io/metadata.name") }), "fail"],
  ["a webhook that passes over namespaces by a label nobody sees", validating(others("team")), "pass"],
  ["a webhook that fails open, without a core", [networkFunction("web", { namespace: "web", container: { image: "nginx" } }), webhook("ValidatingWebhookConfiguration", "x", { failurePolicy: "Ignore" })], "pass"],
  ["a webhook that is none of a platform, though a platform's word is in its name", mutating("my-istio-helper"), "fail"],
  ["a webhook that is listed by the beginning of its name", mutating("pod-helper-v2"), "pass", listed],
  ["a webhook whose name ends like a listed one", mutating("evil-pod-helper"), "fail", listed],
  ["a mutating webhook about other things", mutating("issuers", { rules: [{ apiGroups: ["cert-manager.io"], operations: ["CREATE"], resources: ["issuers"] }] }), "pass"],
  ["a mutating webhook of which it is not known what it changes", mutating("helper", { rules: unknownValue() }), "undetermined"],
  ["a mutating webhook for another namespace", mutating("helper", only(["web"])), "pass"],
  ["a mutating webhook for one of two namespaces of the core", [...mutating("helper", only(["roaming"])), networkFunction("sepp", { namespace: "roaming" })], "fail"],
  ["a mutating webhook for namespaces with a label that nobody sees", mutating("helper", { namespaceSelector: { matchLabels: { team: "x" } } }), "undetermined"],
  ["an exception for the pods of one workload", exception(filter({ kinds: ["Pod"], names: ["upf-*"] })), "pass"],
  ["an exception by two names", exception(filter({ ...ONE, names: ["upf-0", "upf-1"] }, "all")), "pass"],
  ["an exception whose end is an annotation", exception(filter(ONE), { annotations: { "carrierguard.dev/expires": "2027-01-01" } }), "pass"],
  ["an exception whose end the configuration brings", exception(filter(ONE), { labels: { "cleanup.kyverno.io/ttl": unknownValue() } }), "pass"],
  ["an exception without an end", exception(filter(ONE), {}), "fail"],
  ["an exception for another namespace", exception(filter({ kinds: ["Pod"], namespaces: ["web", "shop-?"] })), "pass"],
  ["an exception for a pattern of namespaces", exception(filter({ kinds: ["Pod"], namespaces: ["web", "c?re"] })), "fail"],
  ["an exception for namespaces that the configuration brings", exception(filter({ kinds: ["Pod"], namespaces: [unknownValue()] })), "fail"],
  ["an exception for every pod of the core, in the list of all conditions", exception(filter({ kinds: ["Pod"], namespaces: ["core"] }, "all")), "fail"],
  ["an exception for one pod and everything else", exception({ any: [{ resources: ONE }, { resources: { kinds: ["Pod"], names: ["*"] } }] }), "fail"],
  ["an exception for a pod of the core and all of another namespace", exception({ any: [{ resources: ONE }, { resources: { kinds: ["Pod"], namespaces: ["web"] } }] }), "pass"],
  ["an exception for names of one letter and all that follows", exception(filter({ ...ONE, names: ["u*"] })), "fail"],
  ["an exception for names that end alike", exception(filter({ ...ONE, names: ["*-upf"] })), "fail"],
  ["an exception for names with a star amid", exception(filter({ ...ONE, names: ["upf-*-0*"] })), "fail"],
  ["an exception for a name and a wide one", exception(filter({ ...ONE, names: ["upf-0", "*"] })), "fail"],
  ["an exception for names that the configuration brings", exception(filter({ ...ONE, names: unknownValue() })), "undetermined"],
  ["an exception that matches everything", exception({}), "fail"],
]);

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const inventory = (...lines: readonly string[]) => ({ settings: { rules: { "WH-12": { options: { inventory: lines } } } } });
const job = (kind = "CronJob", image = `r.example/export@${DIGEST}`) => [networkFunction("chf"), networkFunction("cdr-export", { kind, container: { image } })]; // prettier-ignore
const ENTRY = `CronJob core/cdr-export charging sha256:${"0123456789abcdef".repeat(4)}`;

// prettier-ignore
answers("WH-12", [
  ["a job that nobody declared", job("Job"), "fail"],
  ["a declared job, with spaces as a table has them", job(), "pass", inventory(`  ${ENTRY.replace(/ /g, "   ")}`)],
  ["a declared one among others", job(), "pass", inventory("DaemonSet core/agent ops", "", ENTRY)],
  ["a declared one of another kind", job("Job"), "fail", inventory(ENTRY)],
  ["a declared one of another namespace", job(), "fail", inventory(ENTRY.replace("core/", "web/"))],
  ["a declared one without an owner", job(), "fail", inventory("CronJob core/cdr-export")],
  ["a declared one without a digest", job(), "fail", inventory("CronJob core/cdr-export charging")],
  ["a declared one whose image only holds the digest in its name", job("CronJob", `r.example/${"0123456789abcdef".repeat(4)}:1`), "fail", inventory(ENTRY)],
  ["a function that is run once", [networkFunction("chf"), networkFunction("smf", { kind: "Job" })], "fail"],
  ["a function on every node whose image is another's", [networkFunction("upf", { kind: "DaemonSet", labels: { app: "upf", "carrierguard.dev/nf": "upf" }, container: { image: "5gc/amf:1" } })], "fail"],
  ["a Deployment is for reviews", [networkFunction("chf"), networkFunction("sync", { container: { image: "vendor/sync" } })], "pass"],
] satisfies readonly Case[]);
