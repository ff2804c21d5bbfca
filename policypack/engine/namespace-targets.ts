/** Namespaces with workloads as subjects of rules, whether or not the stack declares them. */

import type { CoreModel } from "../model/core";
import type { KubernetesObject } from "../model/kubernetes/objects";
import type { Workload } from "../model/kubernetes/workloads";
import type { NetworkFunctionId } from "../topology/types";
import type { RuleContext, Target } from "./rule";

export interface NamespaceInUse {
  readonly name: string;
  readonly workloads: readonly Workload[];
  /** The Namespace object, where the stack declares it. */
  readonly object: KubernetesObject | undefined;
}

const used = (model: CoreModel): readonly NamespaceInUse[] =>
  [...new Set(model.workloads.map((workload) => workload.namespace))].map((name) => ({
    name,
    workloads: model.workloadsIn(name),
    object: model.objectsNamed("", "Namespace", "", name)[0],
  }));

export const namespacesInUse: Target<NamespaceInUse> = {
  description: "namespaces with workloads",
  types: undefined,
  subjects: (model) => model.ask(used),
  resource: (namespace) => namespace.object?.resource ?? namespace.workloads[0]?.object.resource,
};

/** Whether a namespace belongs to the core and not to the platform. */
export function isCore(namespace: NamespaceInUse, context: RuleContext): boolean {
  return isCoreNamespace(namespace.name, context);
}

export function isCoreNamespace(name: string, context: RuleContext): boolean {
  return context.model.coreNamespaces.has(name) && !context.settings.platformNamespaces.includes(name);
}

/** The network functions that run in a namespace. */
export function functionsIn(namespace: NamespaceInUse, model: CoreModel): readonly NetworkFunctionId[] {
  return [...new Set(namespace.workloads.flatMap((workload) => model.classification(workload).networkFunctions))];
}

/** How people call a namespace: its name, or what stands for one that is not known yet. */
export function namespaceTitle(namespace: NamespaceInUse): string {
  return namespace.object?.name ?? (namespace.name.startsWith("?") ? "of the core" : namespace.name);
}
