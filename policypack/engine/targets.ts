/** What rules can look at. A new kind of subject is a new target here, not a loop in a rule. */

import type { CoreModel } from "../model/core";
import type { KubernetesObject } from "../model/kubernetes/objects";
import { groupVersionKind, typeToken } from "../model/kubernetes/objects";
import type { Workload } from "../model/kubernetes/workloads";
import type { Resource } from "../model/stack";
import type { Target } from "./rule";

/** Every workload: the built-in kinds and the pod templates inside custom resources. */
export const workloads: Target<Workload> = {
  description:
    "workloads (Pod, ReplicationController, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, pod templates in custom resources)",
  // Any custom resource may hold a pod template.
  types: undefined,
  subjects: (model) => model.workloads,
  resource: (workload) => workload.object.resource,
};

/** Kubernetes objects of some kinds, each given as `apiVersion` and kind; every version of the group counts. */
export function objects(...kinds: readonly (readonly [apiVersion: string, kind: string])[]): Target<KubernetesObject> {
  return {
    description: kinds.map(([apiVersion, kind]) => `${apiVersion}:${kind}`).join(", "),
    types: kinds.map(([apiVersion, kind]) => typeToken(apiVersion, kind)),
    subjects: (model) =>
      kinds.flatMap(([apiVersion, kind]) => model.objectsOf(groupVersionKind(typeToken(apiVersion, kind))?.group ?? "", kind)),
    resource: (object) => object.resource,
  };
}

/** Resources by Pulumi type token. */
export function resources(...types: readonly string[]): Target<Resource> {
  return {
    description: types.join(", "),
    types,
    subjects: (model) => types.flatMap((type) => model.ofType(type)),
    resource: (resource) => resource,
  };
}

/** The stack as a whole, where it has a resource of one of these types (or anything at all). */
export function wholeStack(...types: readonly string[]): Target<CoreModel> {
  return {
    description: types.length === 0 ? "the stack" : `the stack (${types.join(", ")})`,
    types: types.length === 0 ? undefined : types,
    subjects: (model) =>
      (types.length === 0 ? model.resources.length > 0 : types.some((type) => model.ofType(type).length > 0)) ? [model] : [],
    resource: () => undefined,
  };
}

/** Several targets as one. */
export function either<A, B>(a: Target<A>, b: Target<B>): Target<A | B> {
  let fromA: Set<unknown> = new Set();
  return {
    description: `${a.description}; ${b.description}`,
    types: a.types === undefined || b.types === undefined ? undefined : [...a.types, ...b.types],
    subjects(model) {
      const first = [...a.subjects(model)];
      fromA = new Set(first);
      return [...first, ...b.subjects(model)];
    },
    resource: (subject) => (fromA.has(subject) ? a.resource(subject as A) : b.resource(subject as B)),
  };
}
