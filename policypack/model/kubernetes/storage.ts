/** Claims and the volumes that they are bound to, as far as a stack declares both. */

import type { CoreModel } from "../core";
import { Node, valueOr } from "../value";
import type { KubernetesObject } from "./objects";
import type { Workload } from "./workloads";

/** A persistent volume that a workload mounts through a claim. */
export interface ClaimedVolume {
  readonly volume: KubernetesObject;
  /** The volume or claim template of the pod by which it comes. */
  readonly node: Node;
  /** False where another volume of the same class could be bound instead. */
  readonly certain: boolean;
}

/** The persistent volumes behind the claims of a workload (PersistentVolumeClaims, claim templates). */
export function claimedVolumes(model: CoreModel, workload: Workload): readonly ClaimedVolume[] {
  return claimsOf(model, workload).flatMap((claim) => boundTo(model, workload.namespace, claim));
}

/** A claim by the name it has in the cluster, or the names that begin so for the replicas of a StatefulSet. */
export interface Claim {
  readonly name: string;
  readonly replicas: boolean;
  /** Its spec; absent where the claim is out of sight. */
  readonly spec: Node;
  readonly node: Node;
}

export function claimsOf(model: CoreModel, workload: Workload): readonly Claim[] {
  const volumes = workload.podSpec.get("volumes").items().flatMap((node): Claim[] => {
    const inline = node.get("ephemeral", "volumeClaimTemplate", "spec");
    if (inline.isKnown) return [{ name: "", replicas: false, spec: inline, node }];
    const name = valueOr(node.get("persistentVolumeClaim", "claimName").string(), "");
    if (name === "") return [];
    const [object] = model.objectsNamed("", "PersistentVolumeClaim", workload.namespace, name);
    return [{ name, replicas: false, spec: object?.spec ?? Node.root(undefined), node }];
  });
  const templates = workload.object.spec.get("volumeClaimTemplates").items().map((node): Claim => ({
    name: `${valueOr(node.get("metadata", "name").string(), "")}-${workload.name}-`,
    replicas: true,
    spec: node.get("spec"),
    node,
  }));
  return [...volumes, ...templates];
} // prettier-ignore

function boundTo(model: CoreModel, namespace: string, claim: Claim): readonly ClaimedVolume[] {
  const volumes = model.objectsOf("", "PersistentVolume");
  const wanted = valueOr(claim.spec.get("volumeName").string(), "");
  const named = volumes.filter((volume) => {
    if (wanted !== "" && volume.name === wanted) return true;
    const reference = volume.spec.get("claimRef");
    const name = valueOr(reference.get("name").string(), "");
    if (name === "" || valueOr(reference.get("namespace").string(), namespace) !== namespace) return false;
    return claim.replicas ? name.startsWith(claim.name) && /^\d+$/.test(name.slice(claim.name.length)) : name === claim.name;
  });
  if (named.length > 0) return named.map((volume) => ({ volume, node: claim.node, certain: true }));
  // A claim and volumes of one class that nothing provisions find each other.
  const storageClass = claim.spec.get("storageClassName").string();
  if (wanted !== "" || storageClass.state !== "known") return [];
  const provisioner = model.objectsNamed("storage.k8s.io", "StorageClass", "", storageClass.value)[0]?.resource.props.get("provisioner");
  if (provisioner !== undefined && valueOr(provisioner.string(), "") !== "kubernetes.io/no-provisioner") return [];
  const free = volumes.filter(
    (volume) => volume.spec.get("claimRef").isAbsent && valueOr(volume.spec.get("storageClassName").string(), "") === storageClass.value,
  );
  return free.map((volume) => ({ volume, node: claim.node, certain: free.length === 1 }));
}
