/** Workloads: whatever makes pods, with the pod's parts as rules ask for them. */

import { perPart } from "../answers";
import { type Node, type Read, valueOr } from "../value";
import { type KubernetesObject, type Labels, labelsOf } from "./objects";

export type ContainerRole = "container" | "init" | "ephemeral";

export interface Container {
  readonly role: ContainerRole;
  readonly name: string;
  readonly node: Node;
  readonly image: Read<string>;
  /** `securityContext` of the container. */
  readonly security: Node;
}

/** What a pod template says. Workloads whose `spec` is the same value have the same pod: what follows from it alone is found out once (`perPart`). */
export interface Pod {
  /** The pod template's metadata (the Pod's own for a Pod). */
  readonly podMetadata: Node;
  readonly podSpec: Node;
  /** Labels of the pod template: what selectors match. */
  readonly labels: Labels;
  readonly containers: readonly Container[];
  /** Set where the list of containers itself is not known, or a part of the pod is not. */
  readonly opaque: boolean;
}

export interface Workload extends Pod {
  readonly object: KubernetesObject;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly pod: Pod;
  /** Helm's test pods and hooks are run beside the core, not as a part of it. */
  readonly hook: boolean;
}

/** Where each built-in kind keeps its pod template. */
const TEMPLATES: { readonly [kind: string]: readonly string[] } = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

const BUILT_IN_GROUPS = new Set(["", "apps", "batch", "extensions"]);

const LISTS: readonly (readonly [ContainerRole, string])[] = [
  ["container", "containers"],
  ["init", "initContainers"],
  ["ephemeral", "ephemeralContainers"],
];

/** The pod of each `spec` of the built-in kinds, by kind: the places of its parts differ between them. */
export type Pods = Map<string, Map<Node, Pod>>;

/** The workloads that an object makes: one for the built-in kinds, one for every pod template inside a custom resource. */
export function workloadsOf(object: KubernetesObject, pods: Pods): Workload[] {
  const place = BUILT_IN_GROUPS.has(object.group) ? TEMPLATES[object.kind] : undefined;
  if (place?.[0] === "spec") return [workload(object, sharedPod(object, place, pods))];
  if (place !== undefined) return [workload(object, podOf(templateAt(object.resource.props.walk(place))))];
  if (BUILT_IN_GROUPS.has(object.group) || isBuiltInGroup(object.group)) return [];
  if (POLICY_GROUPS.has(object.group)) return generated(object).map((template) => workload(object, podOf(template)));
  const whole = object.resource.props;
  // A custom resource may be a pod itself: its own spec holds containers.
  if (looksLikePodSpec(whole.get("spec"), true)) return [workload(object, podOf(templateAt(whole)))];
  return podTemplates(object.spec, 0).map((template) => workload(object, podOf(template)));
}

function sharedPod(object: KubernetesObject, place: readonly string[], pods: Pods): Pod {
  const ofKind = pods.get(object.kind) ?? new Map<Node, Pod>();
  pods.set(object.kind, ofKind);
  let pod = ofKind.get(object.spec);
  if (pod === undefined) {
    pod = podOf(templateAt(object.spec.walk(place.slice(1))));
    ofKind.set(object.spec, pod);
  }
  return pod;
}

function templateAt(node: Node): PodTemplate {
  return { metadata: node.get("metadata"), spec: node.get("spec") };
}

function isBuiltInGroup(group: string): boolean {
  return group.endsWith(".k8s.io") && !/^(jobset\.x-k8s\.io|leaderworkerset\.x-k8s\.io)$/.test(group);
}

/** Groups of policy engines, each by its whole name: what looks like a pod there is a pattern that pods are compared with. */
const POLICY_GROUPS = new Set([
  "kyverno.io",
  "policies.kyverno.io",
  "constraints.gatekeeper.sh",
  "mutations.gatekeeper.sh",
  "templates.gatekeeper.sh",
  "policy.sigstore.dev",
]);

/** Pods that a policy makes, and containers that it brings into the pods of others: Kyverno's rules that generate and mutate. */
function generated(object: KubernetesObject): PodTemplate[] {
  return object.spec
    .get("rules")
    .items()
    .flatMap((rule) => {
      const patch = rule.get("mutate", "patchStrategicMerge");
      const brings = looksLikePodSpec(patch.get("spec"), true) ? [templateAt(patch)] : [];
      return [...brings, ...podTemplates(rule.get("generate"), 0)];
    });
}

/** How deep a pod template may hide in a custom resource. */
const TEMPLATE_DEPTH = 8;

interface PodTemplate {
  readonly metadata: Node;
  readonly spec: Node;
}

/**
 * Pod templates inside a custom resource: objects whose `spec.containers` is a list of objects with a name or an image, and pod
 * specs under other names (`podSpec`), whose containers have images.
 */
function podTemplates(node: Node, depth: number): PodTemplate[] {
  if (depth > TEMPLATE_DEPTH) return [];
  if (looksLikePodSpec(node.get("spec"), false)) return [{ metadata: node.get("metadata"), spec: node.get("spec") }];
  if (depth > 0 && looksLikePodSpec(node, true)) return [{ metadata: node.get("metadata"), spec: node }];
  const below = node.kind() === "list" ? node.items() : node.fields().map(([, child]) => child);
  return below.flatMap((child) => {
    const kind = child.kind();
    return kind === "list" || kind === "object" ? podTemplates(child, depth + 1) : [];
  });
}

function looksLikePodSpec(spec: Node, withImage: boolean): boolean {
  if (spec.kind() !== "object") return false;
  const [first] = spec.get("containers").items();
  if (first?.kind() !== "object") return false;
  return first.get("image").isKnown || (!withImage && first.get("name").isKnown);
}

function podOf({ metadata: podMetadata, spec: podSpec }: PodTemplate): Pod {
  const { containers, opaque } = containersOf(podSpec);
  return { podMetadata, podSpec, labels: labelsOf(podMetadata.get("labels")), containers, opaque };
}

/** Pods that are listed one by one share their spec where it is the same value. */
const containersOf = perPart((podSpec: Node): Pick<Pod, "containers" | "opaque"> => {
  const containers: Container[] = [];
  let opaque = podSpec.isUnknown;
  for (const [role, key] of LISTS) {
    const list = podSpec.get(key);
    if (list.list().state === "unknown") opaque = true;
    for (const node of list.items()) {
      if (node.isUnknown) opaque = true;
      else if (node.kind() === "object") containers.push(container(role, node, containers.length));
    }
  }
  return { containers, opaque };
});

function workload(object: KubernetesObject, pod: Pod): Workload {
  return {
    podMetadata: pod.podMetadata,
    podSpec: pod.podSpec,
    labels: pod.labels,
    containers: pod.containers,
    opaque: pod.opaque,
    object,
    kind: object.kind,
    name: object.name,
    namespace: object.namespace,
    pod,
    hook: object.metadata.get("annotations", "helm.sh/hook").isKnown && ends(object.kind, pod.podSpec),
  };
}

/** The annotation of a hook alone hides nothing: whoever keeps running is none, and a pod is started again unless it says otherwise. */
function ends(kind: string, podSpec: Node): boolean {
  const restart = podSpec.get("restartPolicy").string();
  return kind === "Job" || (kind === "Pod" && restart.state === "known" && restart.value !== "Always");
}

function container(role: ContainerRole, node: Node, index: number): Container {
  return {
    role,
    name: valueOr(node.get("name").string(), `#${index}`),
    node,
    image: node.get("image").string(),
    security: node.get("securityContext"),
  };
}
