/**
 * What Istio demands of callers, workload by workload: PeerAuthentication with its inheritance (workload, then namespace,
 * then mesh root), and whether there is a proxy to enforce it.
 * Source: Istio reference, PeerAuthentication; Sidecar injection; resource annotations.
 */

import type { CoreModel } from "../../model/core";
import { type KubernetesObject, labelsOf } from "../../model/kubernetes/objects";
import { type Match, matchesMap } from "../../model/kubernetes/selectors";
import type { Container, Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";

const GROUP = "security.istio.io";

/** Where mesh-wide policies live, unless the mesh was installed elsewhere. */
const ROOT_NAMESPACE = "istio-system";

/** Whether the stack has policies or routes of a mesh. A Gateway alone is an ingress. */
export function hasMesh(model: CoreModel): boolean {
  return model.hasGroup((group) => group === GROUP) || MESH_ROUTES.some((kind) => model.objectsOf("networking.istio.io", kind).length > 0);
}

const MESH_ROUTES = [
  "DestinationRule",
  "EnvoyFilter",
  "ProxyConfig",
  "ServiceEntry",
  "Sidecar",
  "VirtualService",
  "WorkloadEntry",
  "WorkloadGroup",
];

export type Strictness = "strict" | "open" | "unknown";

export interface InboundMtls {
  readonly answer: Strictness;
  /** One clause, for findings: "no PeerAuthentication applies". */
  readonly reason: string;
  /** The policy that decided, where one did. */
  readonly policy: KubernetesObject | undefined;
  readonly node: Node | undefined;
}

/** Linkerd's proxies demand mTLS where their default policy says so (Linkerd reference, "Authorization Policy": default policies). */
function linkerd(model: CoreModel, workload: Workload): InboundMtls | undefined {
  const [namespace] = model.objectsNamed("", "Namespace", "", workload.namespace);
  const annotation = (key: string): Node | undefined =>
    [workload.podMetadata, namespace?.metadata].flatMap((holder) => holder?.get("annotations", key) ?? []).find((node) => !node.isAbsent);
  const inject = valueOr(annotation("linkerd.io/inject")?.string() ?? { state: "absent" }, "");
  if (inject !== "enabled" && inject !== "ingress") return undefined;
  const node = annotation("config.linkerd.io/default-inbound-policy");
  const policy = valueOr(node?.string() ?? { state: "absent" }, "");
  const strict = ["all-authenticated", "cluster-authenticated", "deny"].includes(policy);
  return { answer: strict ? "strict" : "unknown", reason: strict ? `Linkerd's default policy is ${policy}` : "whether Linkerd's policies demand mTLS is not in its annotations", policy: undefined, node };
} // prettier-ignore

/** Whether a proxy stands before a workload's port, to enforce what policies of the mesh say. */
export function enforcement(model: CoreModel, workload: Workload, port: number | undefined): InboundMtls {
  const enforced = proxy(model, workload);
  return enforced.answer === "open" ? enforced : (excludedPort(workload, port) ?? enforced);
}

/** Whether callers of a workload's port must show a mesh certificate. */
export function inboundMtls(model: CoreModel, workload: Workload, port: number | undefined): InboundMtls {
  const other = linkerd(model, workload);
  if (other !== undefined) return other;
  const enforced = enforcement(model, workload, port);
  if (enforced.answer === "open") return enforced;
  const decided = mode(model, workload, port);
  if (decided.answer !== "strict") return decided;
  return enforced.answer === "unknown" ? { ...enforced, policy: decided.policy } : decided;
}

/** Whether a proxy (sidecar or ambient) stands before the workload. */
function proxy(model: CoreModel, workload: Workload): InboundMtls {
  const answer = (value: Strictness, reason: string, node?: Node): InboundMtls => ({ answer: value, reason, policy: undefined, node });
  const hostNetwork = workload.podSpec.get("hostNetwork").boolean();
  if (hostNetwork.state === "known" && hostNetwork.value)
    return answer("open", "its pods use the host network, which no proxy sees", workload.podSpec.get("hostNetwork"));
  if (workload.containers.some(isProxy)) return answer("strict", "a sidecar is part of the pod");
  for (const holder of [workload.podMetadata.get("labels"), workload.podMetadata.get("annotations")]) {
    const inject = holder.get("sidecar.istio.io/inject");
    const read = inject.boolean();
    if (read.state === "known")
      return read.value ? answer("strict", "a sidecar is injected") : answer("open", "sidecar injection is switched off", inject);
    const ambient = holder.get("istio.io/dataplane-mode").string();
    if (ambient.state === "known")
      return ambient.value === "ambient"
        ? answer("strict", "the pod is in the ambient mesh")
        : answer("open", "the pod has left the mesh", holder.get("istio.io/dataplane-mode"));
  }
  const [namespace] = model.objectsNamed("", "Namespace", "", workload.namespace);
  if (namespace === undefined) return answer("unknown", "the stack does not show whether its namespace is in the mesh");
  const labels = labelsOf(namespace.metadata.get("labels"));
  if (labels.known.get("istio-injection") === "disabled" && labels.known.get("istio.io/dataplane-mode") !== "ambient")
    return answer("open", "injection is switched off for its namespace", namespace.metadata.get("labels"));
  const on =
    labels.known.get("istio-injection") === "enabled" ||
    labels.known.has("istio.io/rev") ||
    labels.known.get("istio.io/dataplane-mode") === "ambient";
  if (on) return answer("strict", "its namespace is in the mesh");
  return labels.complete
    ? answer("open", "the namespace is not in the mesh", namespace.metadata.get("labels"))
    : answer("unknown", "the labels of its namespace are not known yet");
}

/** Whether the mesh takes a workload's traffic at its node (ztunnel), which reads no HTTP, and not in a sidecar. */
export function isAmbient(model: CoreModel, workload: Workload): boolean {
  if (workload.containers.some(isProxy)) return false;
  const mode = workload.podMetadata.get("labels", "istio.io/dataplane-mode").string();
  if (mode.state === "known") return mode.value === "ambient";
  const labels = model.objectsNamed("", "Namespace", "", workload.namespace)[0]?.metadata.get("labels");
  return labels !== undefined && valueOr(labels.get("istio.io/dataplane-mode").string(), "") === "ambient";
}

/** Whether a proxy of the mesh stands before a workload. */
export function behindProxy(model: CoreModel, workload: Workload): "yes" | "maybe" | "no" {
  const { answer } = proxy(model, workload);
  return answer === "strict" ? "yes" : answer === "open" ? "no" : "maybe";
}

/** The name alone is anybody's to take. */
function isProxy({ name, image }: Container): boolean {
  return name === "istio-proxy" && (image.state !== "known" || /proxy|istio|envoy|^auto$/.test(image.value));
}

function excludedPort(workload: Workload, port: number | undefined): InboundMtls | undefined {
  const annotation = workload.podMetadata.get("annotations", "traffic.sidecar.istio.io/excludeInboundPorts");
  const list = valueOr(annotation.string(), "")
    .split(",")
    .map((item) => item.trim());
  const only = workload.podMetadata.get("annotations", "traffic.sidecar.istio.io/includeInboundPorts");
  const included = valueOr(only.string(), "*")
    .split(",")
    .map((item) => item.trim());
  if (!included.includes("*") && (port === undefined ? included.every((item) => item === "") : !included.includes(String(port))))
    return { answer: "open", reason: "its SBI port does not go through the sidecar", policy: undefined, node: only };
  if (port === undefined || !list.includes(String(port))) return undefined;
  return { answer: "open", reason: `its port ${port} is excluded from the sidecar`, policy: undefined, node: annotation };
}

function mode(model: CoreModel, workload: Workload, port: number | undefined): InboundMtls {
  const beside = model.objectsIn(GROUP, "PeerAuthentication", workload.namespace);
  const selects = (policy: KubernetesObject): "yes" | "no" | "maybe" =>
    matchesMap(policy.spec.get("selector", "matchLabels"), workload.labels);
  const levels = [
    beside.filter((policy) => hasSelector(policy) && selects(policy) !== "no"),
    beside.filter((policy) => !hasSelector(policy)),
    model.objectsIn(GROUP, "PeerAuthentication", ROOT_NAMESPACE).filter((policy) => !hasSelector(policy)),
  ];
  for (const level of levels) {
    const said = level.flatMap((policy) => says(policy, port, hasSelector(policy) ? selects(policy) : "yes") ?? []);
    const [first] = said;
    if (first === undefined) continue;
    // Of several policies of one level the oldest counts, which nothing here tells.
    const other = said.find(({ answer }) => answer !== first.answer);
    return other === undefined
      ? first
      : {
          ...other,
          answer: "unknown",
          reason: `PeerAuthentications ${first.policy?.name ?? ""} and ${other.policy?.name ?? ""} contradict each other`,
        };
  }
  return { answer: "open", reason: "no PeerAuthentication demands mTLS", policy: undefined, node: undefined };
}

/** What one policy says of a port; `undefined` where it leaves that to a wider one. */
function says(policy: KubernetesObject, port: number | undefined, selected: Match): InboundMtls | undefined {
  const node = portMode(policy, port) ?? policy.spec.get("mtls", "mode");
  const read = node.string();
  if (read.state === "unknown" || selected === "maybe") return { answer: "unknown", reason: `PeerAuthentication ${policy.name} is not fully known yet`, policy, node };
  const exception = port === undefined && hasSelector(policy) ? openPort(policy) : undefined;
  if (exception !== undefined) return { answer: "unknown", reason: `PeerAuthentication ${policy.name} opens port ${exception.path.split(".").at(-2) ?? ""}, which may be that of the SBI`, policy, node: exception };
  if (read.state === "absent" || read.value === "UNSET") return undefined;
  if (read.value === "STRICT") return { answer: "strict", reason: `PeerAuthentication ${policy.name} is STRICT`, policy, node };
  return { answer: "open", reason: `PeerAuthentication ${policy.name} says ${read.value}`, policy, node };
} // prettier-ignore

/** Ports of metrics and probes, which the mesh may leave open. */
const OBSERVED = new Set(["9089", "9090", "9091", "9100", "9464", "15014", "15020", "15021", "15090"]);

/** A port-level mode that lets plain text in, where nothing tells which port the SBI has. */
function openPort(policy: KubernetesObject): Node | undefined {
  return policy.spec.get("portLevelMtls").fields().filter(([number]) => !OBSERVED.has(number)).map(([, entry]) => entry.get("mode")).find((mode) => ["PERMISSIVE", "DISABLE"].includes(valueOr(mode.string(), "")));
} // prettier-ignore

function hasSelector(policy: KubernetesObject): boolean {
  const labels = policy.spec.get("selector", "matchLabels");
  return labels.isUnknown || labels.fields().length > 0;
}

/** Port-level modes count only in policies that select workloads. */
function portMode(policy: KubernetesObject, port: number | undefined): Node | undefined {
  if (port === undefined || !hasSelector(policy)) return undefined;
  const node = policy.spec.get("portLevelMtls", String(port), "mode");
  return node.isAbsent ? undefined : node;
}

/**
 * Policies of a kind (RequestAuthentication, AuthorizationPolicy) that are about a workload: by its labels, or by the Service or the waypoint
 * before it. What is attached to a gateway at the edge is about that gateway.
 */
export function policiesFor(
  model: CoreModel,
  kind: string,
  workload: Workload,
): { readonly policy: KubernetesObject; readonly certain: boolean }[] {
  const places = [...new Set([workload.namespace, ROOT_NAMESPACE])];
  return places
    .flatMap((place) => model.objectsIn(GROUP, kind, place))
    .flatMap((policy) => {
      const match =
        targets(policy).length > 0
          ? attached(model, policy, workload)
          : matchesMap(policy.spec.get("selector", "matchLabels"), workload.labels);
      return match === "no" ? [] : [{ policy, certain: match === "yes" }];
    });
}

/** Whether a policy is for a waypoint or gateway, and not for the proxies of workloads. */
export function isAttached(policy: KubernetesObject): boolean {
  return targets(policy).length > 0;
}

function targets({ spec }: KubernetesObject): readonly Node[] {
  return [...spec.get("targetRefs").items(), ...(spec.get("targetRef").isAbsent ? [] : [spec.get("targetRef")])];
}

function attached(model: CoreModel, policy: KubernetesObject, workload: Workload): Match {
  const answers = targets(policy).map((target): Match => {
    const name = valueOr(target.get("name").string(), undefined);
    const kind = valueOr(target.get("kind").string(), undefined);
    if (name === undefined || kind === undefined) return "maybe";
    if (policy.namespace !== workload.namespace) return "no";
    if (kind === "Service") {
      const [service] = model.objectsNamed("", "Service", policy.namespace, name);
      const selector = service?.spec.get("selector");
      if (selector === undefined) return "maybe";
      return selector.isKnown && selector.fields().length === 0 ? "no" : matchesMap(selector, workload.labels);
    }
    if (kind !== "Gateway") return "no";
    const [namespace] = model.objectsNamed("", "Namespace", "", workload.namespace);
    const waypoints = [workload.podMetadata, namespace?.metadata].flatMap((holder) => holder?.get("labels", "istio.io/use-waypoint") ?? []);
    if (waypoints.some((label) => valueOr(label.string(), undefined) === name)) return "yes";
    return waypoints.some((label) => label.isUnknown) || namespace === undefined ? "maybe" : "no";
  });
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Whether a host that a rule of the mesh names is a Service: a short name is one of the rule's own namespace (Istio, DestinationRule, host). */
export function isHostOf(host: string, service: KubernetesObject, rule: KubernetesObject): boolean {
  const full = `${service.name}.${service.namespace}.svc.cluster.local`;
  if (host.startsWith("*")) return full.endsWith(host.slice(1));
  return full === host || (full.startsWith(`${host}.`) && (host.includes(".") || rule.namespace === service.namespace));
}
