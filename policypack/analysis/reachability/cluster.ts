/** Who can talk on a network: the pods of every workload, by the labels, ports and addresses that policies ask for. */

import type { CoreModel } from "../../model/core";
import { type KubernetesObject, type Labels, labelsOf } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import type { IpSet } from "../cidr/ip-set";
import { isProtocol, type Protocol } from "./ports";
import type { NetworkProfile } from "./profile";

/** What connections are listed between: a workload, or the owner of pods that the input lists one by one. */
export interface Unit {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  /** The workloads that it stands for, one but for owned pods. */
  readonly workloads: readonly Workload[];
}

export interface NamedPort {
  readonly protocol: Protocol;
  /** `undefined`: not known yet. */
  readonly port: number | undefined;
}

export interface Endpoint {
  readonly unit: number;
  readonly workload: Workload;
  readonly namespace: string;
  readonly labels: Labels;
  /** On the host's network: its address is the node's. */
  readonly hostNetwork: boolean;
  /** Fixed addresses on this network. */
  readonly addresses: IpSet | undefined;
}

export function unitName({ namespace, name, kind }: Unit): string {
  return `${namespace}/${name}[${kind}]`;
}

/** Workloads, with pods that one controller owns as that controller; in the order of the stack. */
export function unitsOf(workloads: readonly Workload[]): Unit[] {
  const units: { namespace: string; name: string; kind: string; workloads: Workload[] }[] = [];
  const byNamespace = new Map<string, Map<string, Map<string, number>>>();
  for (const workload of workloads) {
    const { namespace } = workload;
    const { name, kind } = ownerOf(workload) ?? workload;
    const ofKind = entry(entry(byNamespace, namespace), kind);
    const known = ofKind.get(name);
    if (known !== undefined) units[known]?.workloads.push(workload);
    else {
      ofKind.set(name, units.length);
      units.push({ namespace, name, kind, workloads: [workload] });
    }
  }
  return units;
}

function entry<V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  maps.set(key, made);
  return made;
}

/** The controller of a pod that is listed by itself; a node that mirrors a static pod is none. */
function ownerOf(workload: Workload): { name: string; kind: string } | undefined {
  if (workload.kind !== "Pod") return undefined;
  for (const reference of workload.object.metadata.get("ownerReferences").items()) {
    if (!valueOr(reference.get("controller").boolean(), false)) continue;
    const kind = valueOr(reference.get("kind").string(), "Pod");
    const name = reference.get("name").string();
    if (kind === "Node" || name.state !== "known") return undefined;
    // The instance of a virtual machine has the machine's name.
    return { name: name.value, kind: kind === "VirtualMachineInstance" ? "VirtualMachine" : kind };
  }
  return undefined;
}

export function endpointsOf(
  units: readonly Unit[],
  profile: NetworkProfile,
  addresses: (workload: Workload) => IpSet | undefined,
): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const [unit, { workloads }] of units.entries()) {
    for (const workload of workloads) {
      if (!profile.endedPods && hasEnded(workload)) continue;
      endpoints.push({
        unit,
        workload,
        namespace: workload.namespace,
        labels: workload.labels,
        hostNetwork: valueOr(workload.podSpec.get("hostNetwork").boolean(), false),
        addresses: addresses(workload),
      });
    }
  }
  return endpoints;
}

function hasEnded(workload: Workload): boolean {
  if (workload.kind !== "Pod") return false;
  const phase = valueOr(workload.object.resource.props.get("status", "phase").string(), "");
  return phase === "Succeeded" || phase === "Failed";
}

/** The container ports of a pod with this name; names are unique within a pod, the first counts where they are not. */
export function namedPort(workload: Workload, name: string): NamedPort | undefined {
  for (const container of workload.containers) {
    // Of the init containers only those count that keep running (restartPolicy: Always).
    if (container.role === "ephemeral" || (container.role === "init" && !container.node.get("restartPolicy").isKnown)) continue;
    for (const port of container.node.get("ports").items()) {
      if (valueOr(port.get("name").string(), "") === name) return read(port);
    }
  }
  return undefined;
}

function read(port: Node): NamedPort | undefined {
  const word = valueOr(port.get("protocol").string(), "TCP").toUpperCase();
  return isProtocol(word) ? { protocol: word, port: valueOr(port.get("containerPort").number(), undefined) } : undefined;
}

/** By name; the first counts where inputs declare one twice. */
const namespaces = (model: CoreModel): ReadonlyMap<string, KubernetesObject> =>
  new Map([...model.objectsOf("", "Namespace")].reverse().map((object) => [object.name, object]));

/** Labels of a namespace; every one has its name as `kubernetes.io/metadata.name`. */
export function namespaceLabels(model: CoreModel, namespace: string, elsewhere: NetworkProfile["namespacesElsewhere"]): Labels {
  const object = model.ask(namespaces).get(namespace);
  const labels =
    object === undefined ? { known: new Map<string, string>(), complete: elsewhere === "bare" } : labelsOf(object.metadata.get("labels"));
  return { known: new Map([...labels.known, ["kubernetes.io/metadata.name", namespace]]), complete: labels.complete };
}
