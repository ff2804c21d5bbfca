/** What a stack declares for Kubernetes, as it would be sent to the API server, and the pods that controllers would make of it. */

import { CoreModel } from "../../policypack/model/core";
import { groupVersionKind } from "../../policypack/model/kubernetes/objects";
import type { Workload } from "../../policypack/model/kubernetes/workloads";
import type { Stack } from "../../policypack/model/stack";
import type { Node } from "../../policypack/model/value";
import type { Manifest } from "./api-server";

export interface Emitted {
  readonly objects: readonly Manifest[];
  /** One for each pod template. */
  readonly pods: readonly Manifest[];
}

/** Throws where an object names itself by autonaming: what the provider would choose is not known here. */
export function emitted(stack: Stack): Emitted {
  const objects = stack.resources.flatMap((resource): Manifest[] => {
    const identity = groupVersionKind(resource.type);
    if (identity === undefined) return [];
    const { group, version, kind } = identity;
    const fields = sent(resource.props) as Manifest;
    if (fields.metadata?.name === undefined) throw new Error(`${resource.urn} has no name`);
    return [{ ...fields, apiVersion: group === "" ? version : `${group}/${version}`, kind }];
  });
  return { objects, pods: new CoreModel(stack, { defaultNamespace: "default" }).workloads.map(podOf) };
}

/** The pod that a workload's controller would make of its template. */
export function podOf({ name, namespace, object, podMetadata, podSpec }: Workload): Manifest {
  const metadata = sent(podMetadata) as object | undefined;
  const spec = sent(podSpec) as { readonly volumes?: readonly { readonly name: string }[] };
  // Claims of a StatefulSet come before volumes of the same name.
  const claims = object.spec.get("volumeClaimTemplates").items().map(claimed);
  const others = (spec.volumes ?? []).filter((volume) => claims.every(({ name: claim }) => claim !== volume.name));
  const volumes = claims.length === 0 ? {} : { volumes: [...others, ...claims] };
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name, namespace }, spec: { ...spec, ...volumes } };
}

function claimed(template: Node): { readonly name: string; readonly persistentVolumeClaim: object } {
  const name = String(template.get("metadata", "name").plain());
  return { name, persistentVolumeClaim: { claimName: `${name}-0` } };
}

/** What only the deployment brings: ARNs of keys, addresses of subnets. */
const STAND_IN = "known-after-deployment";

function sent(node: Node): unknown {
  switch (node.kind()) {
    case "unknown":
      return STAND_IN;
    case "list":
      return node.items().map(sent);
    case "object":
      return Object.fromEntries(
        node
          .fields()
          .filter(([, value]) => !value.isAbsent)
          .map(([key, value]) => [key, sent(value)]),
      );
    default:
      return node.plain();
  }
}
