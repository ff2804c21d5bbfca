/** Runtime sensors that a stack brings to its clusters, what they look for as far as it shows, and which node groups they stand on. */

import { addOns, clusterOf, eksClusters } from "../../model/aws/eks";
import { nodeGroups } from "../../model/aws/nodes";
import type { CoreModel } from "../../model/core";
import { imageName } from "../../model/network-functions/signals";
import { tokens } from "../../model/network-functions/vocabulary";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";

export interface Sensor {
  readonly resource: Resource;
  /** For people: "DaemonSet falco". */
  readonly title: string;
  /** The pods' spec; `undefined` where the chart or the service places them, on every node. */
  readonly podSpec: Node | undefined;
}

const PRODUCTS = new Set(["falco", "tetragon", "tracee", "sysdig", "kubearmor", "guardduty", "falcon", "crowdstrike", "sentinelone", "twistlock", "defender", "neuvector", "aqua", "inspektor", "lacework", "wazuh", "kubescape"]); // prettier-ignore
/** Parts of these products that watch nothing at run time. */
const BESIDE = new Set(["exporter", "sidekick", "falcosidekick", "ui", "operator", "admission", "controller", "webhook"]);

function isSensor(...names: readonly string[]): boolean {
  const words = names.flatMap(tokens);
  return words.some((word) => PRODUCTS.has(word)) && !words.some((word) => BESIDE.has(word));
}

/** Sensors by the cluster they are deployed to; `undefined` for those whose cluster cannot be told. */
export const sensors = (model: CoreModel): ReadonlyMap<Resource | undefined, readonly Sensor[]> => {
  const found = new Map<Resource | undefined, Sensor[]>();
  const add = (cluster: Resource | undefined, sensor: Sensor) => found.set(cluster, [...(found.get(cluster) ?? []), sensor]);
  for (const workload of model.workloads) {
    if (workload.kind !== "DaemonSet") continue;
    const images = workload.containers.flatMap(({ image }) => (image.state === "known" ? [imageName(image.value)] : []));
    if (isSensor(workload.name) || images.some((image) => isSensor(image))) {
      add(clusterOf(model, workload.object.resource), { resource: workload.object.resource, title: `DaemonSet ${workload.name}`, podSpec: workload.podSpec });
    }
  }
  for (const type of ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"]) {
    for (const release of model.ofType(type)) {
      const chart = valueOr(release.props.get("chart").string(), "").split("/").at(-1) ?? "";
      if (isSensor(chart)) add(clusterOf(model, release), { resource: release, title: `Release ${release.name}`, podSpec: undefined });
    }
  }
  for (const { resource: cluster } of model.ask(eksClusters)) {
    for (const addOn of addOns(model, cluster)) {
      if (isSensor(valueOr(addOn.props.get("addonName").string(), ""))) add(cluster, { resource: addOn, title: `add-on ${valueOr(addOn.props.get("addonName").string(), addOn.name)}`, podSpec: undefined });
    }
  }
  for (const feature of model.ofType("aws:guardduty/detectorFeature:DetectorFeature")) {
    if (!managesAgents(feature)) continue;
    for (const { resource: cluster } of model.ask(eksClusters)) add(cluster, { resource: feature, title: "GuardDuty's managed agent", podSpec: undefined });
  }
  return found;
}; // prettier-ignore

/** GuardDuty puts its agent on every node of every cluster of the account (GuardDuty User Guide, "Runtime Monitoring"). */
function managesAgents({ props }: Resource): boolean {
  const enabled = (node: Node) => valueOr(node.get("status").string(), "") === "ENABLED";
  return (
    /^(RUNTIME_MONITORING|EKS_RUNTIME_MONITORING)$/.test(valueOr(props.get("name").string(), "")) &&
    enabled(props) &&
    props.get("additionalConfigurations").items().some((item) => valueOr(item.get("name").string(), "") === "EKS_ADDON_MANAGEMENT" && enabled(item))
  );
} // prettier-ignore

export interface NodePool {
  readonly resource: Resource;
  readonly title: string;
  readonly taints: readonly Node[];
  /** Set where taints come with the deployment. */
  readonly unknown: boolean;
  readonly labels: Node;
}

/** Node groups, managed or not, and Karpenter pools of a cluster. */
export function poolsOf(model: CoreModel, cluster: Resource): readonly NodePool[] {
  const managed = model
    .ask(nodeGroups)
    .filter((group) => group.cluster.state === "resolved" ? group.cluster.resource === cluster : group.cluster.state === "unknown")
    .map(({ resource, taints, labels }) => poolOf(resource, `Node group ${resource.name}`, taints, labels));
  const karpenter = model
    .objectsOf("karpenter.sh", "NodePool")
    .filter((object) => clusterOf(model, object.resource) === cluster)
    .map((object) => poolOf(object.resource, `NodePool ${object.name}`, object.spec.get("template", "spec", "taints"), object.spec.get("template", "metadata", "labels")));
  return [...managed, ...karpenter];
} // prettier-ignore

function poolOf(resource: Resource, title: string, taints: Node, labels: Node): NodePool {
  return { resource, title, taints: taints.items(), unknown: taints.holdsUnknown(), labels };
}

/** The taints of a pool that keep a pod out; with unknown tolerations none is certain. */
export function keptOutBy(pool: NodePool, podSpec: Node): readonly Node[] {
  const tolerations = podSpec.get("tolerations");
  if (tolerations.holdsUnknown()) return [];
  return pool.taints.filter((taint) => {
    const effect = valueOr(taint.get("effect").string(), "").toUpperCase().replace(/_/g, "");
    // A preference keeps nobody out.
    if (!/^(NOSCHEDULE|NOEXECUTE)$/.test(effect)) return false;
    return !tolerations.items().some((toleration) => tolerates(toleration, taint, effect));
  });
}

/** Kubernetes API, Toleration: an empty key with Exists tolerates all, an empty effect every effect. */
function tolerates(toleration: Node, taint: Node, effect: string): boolean {
  const text = (node: Node) => valueOr(node.string(), "");
  const wanted = text(toleration.get("effect")).toUpperCase();
  if (wanted !== "" && wanted !== effect) return false;
  const exists = text(toleration.get("operator")) === "Exists";
  const key = text(toleration.get("key"));
  if (key === "") return exists;
  return key === text(taint.get("key")) && (exists || text(toleration.get("value")) === text(taint.get("value")));
}

/** Labels of its nodes that a sensor asks for and a pool does not give; those that every node has are given. */
export function missingLabels(pool: NodePool, podSpec: Node): readonly Node[] {
  if (pool.labels.isUnknown) return [];
  return podSpec.get("nodeSelector").fields().flatMap(([key, node]) => {
    if (/^(beta\.)?kubernetes\.io\/(os|arch)$/.test(key)) return [];
    const own = pool.labels.get(key);
    return own.isUnknown || node.isUnknown || own.describe() === node.describe() ? [] : [node];
  });
} // prettier-ignore

/** What a sensor must look for (LG-06), and the words of rules and tracing policies that do. */
export const DETECTIONS: readonly (readonly [what: string, words: RegExp])[] = [
  ["a shell in a container", /shell|\b(ba|z|da)?sh\b|proc\.name|sys_execve|execve/i],
  ["a new listening socket", /listen|inet_csk_listen|\bbind\b/i],
  ["raw and packet sockets", /packet socket|AF_PACKET|SOCK_RAW|raw socket|packet_sock|__sys_socket|socket\.domain/i],
  ["loading of kernel modules", /kernel module|init_module|finit_module|do_init_module|kmod|bpf/i],
  ["entering namespaces", /setns|unshare|change thread namespace/i],
  [
    "new executables",
    /drop(ped)? .*(binary|execut)|binary|new executable|is_exe|security_file_permission|write below|EXE_WRITABLE|is_exe_upper_layer/i,
  ],
  ["a changed iptables", /iptables|nft\b|xtables/i],
];

/** Everything that the stack says about detections: rules of Falco in ConfigMaps and values, tracing policies. */
export const detectionTexts = (model: CoreModel): string => {
  const rules = model.objectsOf("", "ConfigMap").map(({ resource }) => resource.props.get("data")).map(textBelow).filter((text) => /^\s*-?\s*(rule|macro|condition):/m.test(text));
  const values = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"].flatMap((type) => model.ofType(type)).map(({ props }) => props.get("values")).map(textBelow).filter((text) => /\brule:|\bcustomRules\b/.test(text));
  const policies = ["TracingPolicy", "TracingPolicyNamespaced", "KubeArmorPolicy"].flatMap((kind) => [...model.objectsOf("cilium.io", kind), ...model.objectsOf("security.kubearmor.com", kind)]).map(({ spec }) => textBelow(spec));
  return [...rules, ...values, ...policies].join("\n");
}; // prettier-ignore
