/** The StorageClasses that databases of the core keep their data on. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { claimsOf } from "../../model/kubernetes/storage";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";

export interface ClusterVolumes {
  readonly workload: Workload;
  /** The claim that names the class. */
  readonly node: Node;
  /** Name of the class; "" for the cluster's default. */
  readonly name: string;
  /** `undefined`: not in the stack, or not known yet. */
  readonly storageClass: KubernetesObject | undefined;
}

const DEFAULTS = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/** One answer a database and class. */
export const clusterVolumes = (model: CoreModel): readonly ClusterVolumes[] =>
  model.workloads.flatMap((workload) => {
    if (!model.classification(workload).coreStore) return [];
    const found = new Map<string, ClusterVolumes>();
    for (const { spec, node } of claimsOf(model, workload)) {
      const read = spec.get("storageClassName").string();
      const name = valueOr(read, "");
      // An empty name asks for a volume that somebody made by hand.
      const storageClass =
        read.state === "absent" ? model.ask(defaultClass) : model.objectsNamed("storage.k8s.io", "StorageClass", "", name)[0];
      if (!found.has(name)) found.set(name, { workload, node, name, storageClass: read.state === "unknown" ? undefined : storageClass });
    }
    return [...found.values()];
  });

const defaultClass = (model: CoreModel): KubernetesObject | undefined =>
  model
    .objectsOf("storage.k8s.io", "StorageClass")
    .find(({ metadata }) => DEFAULTS.some((key) => valueOr(metadata.get("annotations", key).string(), "") === "true"));
