/**
 * Whether a pod is isolated: in each direction, nothing passes but what some policy names. Computed from what the policies do
 * together, not from how many there are.
 */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { networkFunction } from "../../topology/topology";
import { adminPolicyEffects } from "./admin-policy";
import type { Direction, Effect } from "./answer";
import { ciliumEffects } from "./cilium";
import { networkPolicyEffects } from "./network-policy";

export { type Direction, DIRECTIONS, type Effect } from "./answer";

export interface Isolation {
  readonly isolated: "yes" | "no" | "unknown";
  /** What lets everything through, or leaves the answer open. */
  readonly because: Effect | undefined;
}

export function isolation(model: CoreModel, workload: Workload, direction: Direction): Isolation {
  const { networkFunctions } = model.classification(workload);
  const toWorld = networkFunctions.some((id) => networkFunction(id).planes.includes("n6"));
  const cluster = adminPolicyEffects(model, workload, direction);
  const policies = networkPolicyEffects(model, workload, direction, toWorld);
  const cilium = ciliumEffects(model, workload, direction, toWorld);
  const all = [...cluster, ...policies, ...cilium];
  // An allow for everybody above the NetworkPolicies overrides them, unless a Deny stands before it.
  const [first] = cluster.filter((effect) => effect.effect === "opens" || effect.effect === "isolates");
  const opens = first?.effect === "opens" ? first : [...policies, ...cilium].find((effect) => effect.effect === "opens");
  const open = all.find((effect) => effect.effect === "unknown");
  if (opens !== undefined) return { isolated: "no", because: opens };
  if (all.some((effect) => effect.effect === "isolates")) return { isolated: "yes", because: open };
  return open === undefined ? { isolated: "no", because: undefined } : { isolated: "unknown", because: open };
}
