/** Virtual machines of KubeVirt: policies bind them as they bind pods. Source: kubevirt.io/v1, VirtualMachineSpec. */

import type { CoreModel } from "../../model/core";
import { labelsOf } from "../../model/kubernetes/objects";
import type { Pod, Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";

/** Machines as workloads without containers. */
export const virtualMachines = (model: CoreModel): readonly Workload[] =>
  model.objectsOf("kubevirt.io", "VirtualMachine").map((object) => {
    const template = object.spec.get("template");
    const pod: Pod = {
      podMetadata: template.get("metadata"),
      podSpec: template.get("spec"),
      labels: labelsOf(template.get("metadata", "labels")),
      containers: [],
      opaque: false,
    };
    return { ...pod, pod, object, kind: object.kind, name: object.name, namespace: object.namespace, hook: false };
  });

/** Networks that a machine joins through Multus, as `name` or `namespace/name`. */
export function machineNetworks(machine: Workload): string[] {
  return machine.podSpec
    .get("networks")
    .items()
    .flatMap((network) => {
      const name = valueOr(network.get("multus", "networkName").string(), "");
      return name === "" ? [] : [name.slice(name.indexOf("/") + 1)];
    });
}
