/** Which ports of the core a Kubernetes Service puts before its pods, and through what it lets others in from outside the cluster. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Match, matchesMap } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Node } from "../../model/value";

export interface SelectedWorkload {
  readonly workload: Workload;
  readonly match: Exclude<Match, "no">;
}

/** The pods behind a Service. A Service without a selector has none (Kubernetes API, ServiceSpec.selector). */
export function workloadsBehind(model: CoreModel, service: KubernetesObject): readonly SelectedWorkload[] {
  const known = model.ask(answers);
  let behind = known.get(service);
  if (behind === undefined) {
    behind = select(model, service);
    known.set(service, behind);
  }
  return behind;
}

/** Several rules ask about the same Services. */
const answers = (_model: CoreModel) => new Map<KubernetesObject, readonly SelectedWorkload[]>();

function select(model: CoreModel, service: KubernetesObject): readonly SelectedWorkload[] {
  const selector = service.spec.get("selector");
  if (!selector.isUnknown && selector.fields().length === 0) return [];
  return model.workloadsIn(service.namespace).flatMap((workload) => {
    const match = matchesMap(selector, workload.labels);
    return match === "no" ? [] : [{ workload, match }];
  });
}

export interface ExposedPort {
  readonly node: Node;
  readonly name: string;
  /** TCP where nothing is said. */
  readonly protocol: string;
  /** Numbers it goes by: the Service's own and its target's, where they are known. */
  readonly numbers: readonly number[];
  /** Set where a number is not known yet. */
  readonly unknown: boolean;
}

/** The ports of a Service with their targets; a named target is looked up in the containers behind it. */
export function portsOf(service: KubernetesObject, behind: readonly SelectedWorkload[]): readonly ExposedPort[] {
  const known = ports.get(behind);
  if (known?.service === service) return known.ports;
  const read = readPorts(service, behind);
  ports.set(behind, { service, ports: read });
  return read;
}

/** Several rules ask about the same Services: the pods behind one are one list. */
const ports = new WeakMap<readonly SelectedWorkload[], { readonly service: KubernetesObject; readonly ports: readonly ExposedPort[] }>();

function readPorts(service: KubernetesObject, behind: readonly SelectedWorkload[]): readonly ExposedPort[] {
  return service.spec.get("ports").items().map((node) => {
    const port = node.get("port").number();
    const target = node.get("targetPort");
    const targetName = target.number().state === "known" ? { state: "absent" as const } : target.string();
    const numeric = target.number();
    const numbers = new Set<number>();
    if (port.state === "known") numbers.add(port.value);
    if (numeric.state === "known") numbers.add(numeric.value);
    if (targetName.state === "known") for (const number of behind.flatMap(({ workload }) => namedPorts(workload, targetName.value))) numbers.add(number);
    const name = node.get("name").string();
    const protocol = node.get("protocol").string();
    return {
      node,
      name: [name, targetName].flatMap((read) => (read.state === "known" ? [read.value] : [])).join(" "),
      protocol: protocol.state === "known" ? protocol.value.toUpperCase() : protocol.state === "absent" ? "TCP" : "",
      numbers: [...numbers],
      unknown: node.get("port").isUnknown || target.isUnknown,
    };
  });
} // prettier-ignore

/** Numbers of the container ports of a name. */
export function namedPorts(workload: Workload, name: string): readonly number[] {
  return workload.containers.flatMap((container) =>
    container.node
      .get("ports")
      .items()
      .flatMap((port) => {
        const number = port.get("containerPort").number();
        return port.get("name").describe() === name && number.state === "known" ? [number.value] : [];
      }),
  );
}
