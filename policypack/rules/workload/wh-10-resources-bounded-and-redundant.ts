/**
 * Every function bounds its CPU and memory, every core namespace has quotas, and the functions that everything depends on (NRF, UDM, AUSF, AMF, SEPP)
 * run at least twice behind a disruption budget.
 *
 * Requests left out are taken from the limits (Kubernetes API, ResourceRequirements), limits left out from a LimitRange. Pinned DPDK cores (huge pages)
 * need no CPU limit. Replicas, budgets and connection limits are advice: some cores cannot run two AMFs or NRFs without a shared store.
 */

import { hasMesh, isHostOf } from "../../analysis/mesh/istio";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { functionsIn, isCore, type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, workloads } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import { matchesMap, matchesSelector } from "../../model/kubernetes/selectors";
import type { Container, Workload } from "../../model/kubernetes/workloads";
import { isSidecar } from "../../model/network-functions/containers";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "WH-10",
  name: "wh-10-resources-bounded-and-redundant",
  title: "Resource requests, limits, quotas and priority for every core NF",
  family: "workload",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: either<Workload, NamespaceInUse>(workloads, namespacesInUse),
  rationale:
    "A flood on one slice or one registration storm takes the memory and CPU of the node from every function on it; what has no bound, no second instance and no quota falls first, and subscribers with it.",
  remediation:
    "Set resources.limits for cpu and memory (huge pages for a DPDK UPF), add a ResourceQuota and a LimitRange to the namespace, run NRF, UDM, AUSF, AMF and SEPP with two replicas and a PodDisruptionBudget, and bound the connections to them.",
  standards: [
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "4.0", title: "ResourceQuota" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "4.1", title: "LimitRange" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.3.3", title: "System handling during excessive overload situations" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO15-031", title: "The number of allowed processes and resources within a VM or container is precisely defined and limited to the value stipulated in the VNF descriptor.  VNF vend" },
    { framework: "NIST SP 800-53r5", ref: "SC-5", title: "Denial-of-service Protection" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-3", title: "Part II: avoid resource contention and DoS" },
  ],
  breaks: [
    { id: "FGT1498.501", name: "Flooding Core Network Component" },
    { id: "FGT1498.502", name: "Shared Slice Common Control Network Function Resource Exhaustion" },
    { id: "FGT1499.002", name: "Service Exhaustion Flood" },
  ],
  *check(subject, context) {
    if ("podSpec" in subject) yield* bounded(subject, context);
    else if (isCore(subject, context)) {
      yield* quotas(subject, context);
      yield* redundancy(subject, context);
    }
  },
  examples: () => ({
    pass: [
      { name: "bounded, twice, with a budget and quotas", resources: [nrf(LIMITS, 2), budget, quota, limitRange({})] },
      { name: "limits from the namespace's LimitRange", resources: [networkFunction("smf"), quota, limitRange({ default: { cpu: "1", memory: "1Gi" } })] },
      { name: "a DPDK UPF on pinned cores", resources: [networkFunction("upf", { container: { resources: { requests: { cpu: "4" }, limits: { memory: "4Gi", "hugepages-1Gi": "4Gi" } } } }), quota, limitRange({})] },
      { name: "an autoscaler that keeps two", resources: [nrf(LIMITS, null), budget, quota, limitRange({}), object("autoscaling/v2", "HorizontalPodAutoscaler", "nrf", { spec: { minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "nrf" } } })] },
    ],
    fail: [
      { name: "no limits", resources: [networkFunction("smf"), quota, limitRange({})] },
      { name: "requests alone bound nothing", resources: [networkFunction("smf", { container: { resources: { requests: { cpu: "1", memory: "1Gi" } } } }), quota, limitRange({})] },
      { name: "a sidecar without limits", resources: [networkFunction("smf", { pod: { containers: [{ name: "smf", image: "5gc/smf", resources: { limits: LIMITS } }, { name: "agent", image: "agent" }] } }), quota, limitRange({})] },
      { name: "a namespace without quota", resources: [object("v1", "Namespace", "core"), networkFunction("smf", { container: { resources: { limits: LIMITS } } })] },
      { name: "a single NRF is advice", resources: [nrf(LIMITS, 1), quota, limitRange({})] },
    ],
    undetermined: [{ name: "limits that the configuration brings", resources: [networkFunction("smf", { container: { resources: unknownValue() } }), quota, limitRange({})] }],
  }),
}); // prettier-ignore

/** Functions whose loss stops every other one. */
const DEPENDED_ON = new Set<string>(["NRF", "UDM", "AUSF", "AMF", "SEPP"]);
const FLOODED = new Set<string>(["NRF", "UDM", "AUSF", "SEPP"]);

function* bounded(workload: Workload, context: RuleContext): Iterable<Verdict> {
  const judged = judgedAsNetworkFunction(workload, context);
  if (judged !== "yes") return;
  const { networkFunctions } = context.model.classification(workload);
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const container of workload.containers) {
    if (container.role === "ephemeral" || (container.role === "init" && !isSidecar(container))) continue;
    for (const [node, name] of unbounded(container, workload, context.model))
      (node.isUnknown ? open : wrong).push(seen(node, `a limit for ${name}`));
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length > 0) {
    const what = [...new Set(evidence.map((item) => item.path.slice(item.path.lastIndexOf(".") + 1)))];
    yield (wrong.length > 0 ? fail : undetermined)({
      message: `${networkFunctions.join(", ")} ${workload.name} ${wrong.length > 0 ? "has" : "may have"} no limit for ${what.join(" and ")}: a flood on it (Flooding Core Network Component) starves every function of its node.`,
      evidence,
      networkFunctions,
      cause: "limits",
    });
  }
}

/** The limits that a container lacks, with the pod's own and the namespace's defaults taken in. */
function unbounded(container: Container, workload: Workload, model: CoreModel): readonly (readonly [Node, string])[] {
  const resources = container.node.get("resources");
  if (resources.isUnknown) return [[resources, "cpu and memory"]];
  const limits = resources.get("limits");
  const pinned = limits.fields().some(([name]) => name.startsWith("hugepages-"));
  const defaults = model
    .objectsIn("", "LimitRange", workload.namespace)
    .flatMap((object) => object.spec.get("limits").items())
    .filter((item) => valueOr(item.get("type").string(), "") === "Container")
    // A maximum is the default where there is no other (Kubernetes, LimitRange defaulting).
    .flatMap((item) => [item.get("default"), item.get("max")]);
  return ["cpu", "memory"].flatMap((name) => {
    const own = limits.get(name);
    const places = [own, workload.podSpec.get("resources", "limits", name), ...defaults.map((item) => item.get(name))];
    if (places.some((node) => node.isKnown) || (name === "cpu" && pinned)) return [];
    return [[places.find((node) => node.isUnknown) ?? own, name] as const];
  });
}

/** One line a namespace: which of the functions that everything depends on fall with their first pod. */
function* redundancy(namespace: NamespaceInUse, context: RuleContext): Iterable<Verdict> {
  const weak = namespace.workloads.flatMap((workload) => {
    const { networkFunctions, suspect } = context.model.classification(workload);
    const concerned =
      !suspect && !workload.hook && networkFunctions.some((id) => DEPENDED_ON.has(id)) && /^(Deployment|StatefulSet)$/.test(workload.kind);
    const lacks = concerned ? lacksOf(workload, networkFunctions, context.model) : [];
    return lacks.length > 0 ? [{ workload, networkFunctions, lacks }] : [];
  });
  if (weak.length === 0) return;
  const kinds = [...new Set(weak.flatMap((item) => item.lacks.map((lack) => lack.what)))];
  yield fail({
    message: `${weak.map((item) => item.workload.name).join(", ")} ${kinds.join(", ")}: everything that depends on them stops with the first flood or eviction (Service Exhaustion Flood).`,
    evidence: weak.flatMap((item) =>
      item.lacks.map((lack): Evidence => ({ ...lack.evidence, path: `${item.workload.name}: ${lack.evidence.path}` })),
    ),
    networkFunctions: [...new Set(weak.flatMap((item) => item.networkFunctions))],
    advisory: true,
    cause: "redundancy",
  });
}

interface Lack {
  readonly what: string;
  readonly evidence: Evidence;
}

function lacksOf(workload: Workload, networkFunctions: readonly string[], model: CoreModel): readonly Lack[] {
  const scaler = model
    .objectsIn("autoscaling", "HorizontalPodAutoscaler", workload.namespace)
    .find((item) => valueOr(item.spec.get("scaleTargetRef", "name").string(), "") === workload.name);
  const least = scaler === undefined ? workload.object.spec.get("replicas") : scaler.spec.get("minReplicas");
  const lacks: Lack[] = [];
  if (!least.isUnknown && valueOr(least.number(), 1) < 2) lacks.push({ what: "run once", evidence: seen(least, "2 or more") });
  const budget = model
    .objectsIn("policy", "PodDisruptionBudget", workload.namespace)
    .some((item) => item.spec.get("selector").isKnown && matchesSelector(item.spec.get("selector"), workload.labels) !== "no");
  if (!budget)
    lacks.push({
      what: "have no disruption budget",
      evidence: { path: "PodDisruptionBudget", actual: null, expected: "one that selects it" },
    });
  if (networkFunctions.some((id) => FLOODED.has(id)) && hasMesh(model) && !limited(workload, model))
    lacks.push({
      what: "take any number of connections",
      evidence: { path: "DestinationRule", actual: null, expected: "trafficPolicy.connectionPool, or a local rate limit" },
    });
  return lacks;
}

/** A DestinationRule that bounds connections to a Service of the workload, or an EnvoyFilter with a local rate limit. */
function limited(workload: Workload, model: CoreModel): boolean {
  const services = model
    .objectsIn("", "Service", workload.namespace)
    .filter((item) => item.spec.get("selector").isKnown && matchesMap(item.spec.get("selector"), workload.labels) !== "no");
  const bounded = model.objectsOf("networking.istio.io", "DestinationRule").some((item) => {
    if (item.spec.get("trafficPolicy", "connectionPool").isAbsent) return false;
    const host = item.spec.get("host").string();
    return host.state !== "known" || services.some((service) => isHostOf(host.value, service, item));
  });
  return bounded || model.objectsOf("networking.istio.io", "EnvoyFilter").some((item) => textBelow(item.spec).includes("local_ratelimit"));
}

function* quotas(namespace: NamespaceInUse, context: RuleContext): Iterable<Verdict> {
  const missing = ["ResourceQuota", "LimitRange"].filter((kind) => context.model.objectsIn("", kind, namespace.name).length === 0);
  if (missing.length === 0) return;
  // A chart of the functions leaves quotas to whoever owns the namespace.
  const certain = namespace.object !== undefined || missing.length === 1;
  yield (certain ? fail : undetermined)({
    message: `The core's namespace ${namespaceTitle(namespace)} has no ${missing.join(" and no ")}${certain ? "" : " in sight"}: one function, or one slice, can take what the others need (Slice Common Control Network Function Resource Exhaustion).`,
    evidence: [{ path: "", actual: null, expected: missing.join(", ") }],
    networkFunctions: functionsIn(namespace, context.model),
    cause: "quotas",
  });
}

const LIMITS: Properties = { cpu: "2", memory: "2Gi" };
const quota = object("v1", "ResourceQuota", "core", { spec: { hard: { "limits.cpu": "64" } } });
const budget = object("policy/v1", "PodDisruptionBudget", "nrf", { spec: { minAvailable: 1, selector: { matchLabels: { app: "nrf" } } } });

function limitRange(limits: Properties) {
  return object("v1", "LimitRange", "core", { spec: { limits: [{ type: "Container", ...limits }] } });
}

function nrf(limits: Properties, replicas: number | null) {
  const init = networkFunction("nrf", { container: { resources: { limits } } });
  return { ...init, properties: { ...init.properties, spec: { ...(init.properties["spec"] as Properties), replicas } } };
}
