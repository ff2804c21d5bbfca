/** What a policy does to a pod in one direction, as far as isolation goes. */

import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Node } from "../../model/value";

export type Direction = "ingress" | "egress";

export const DIRECTIONS: readonly Direction[] = ["ingress", "egress"];

/** Words that the policy kinds use for a direction. */
export const WORDS: { readonly [direction in Direction]: { readonly peers: string; readonly type: string } } = {
  ingress: { peers: "from", type: "Ingress" },
  egress: { peers: "to", type: "Egress" },
};

/**
 * `isolates`: what it does not name is refused. `opens`: it lets everything through, so that no other policy isolates the
 * pod. `nothing`: it says nothing about this pod and direction. `unknown`: values that are not known yet decide.
 */
export interface Effect {
  readonly effect: "isolates" | "opens" | "nothing" | "unknown";
  readonly policy: KubernetesObject;
  /** The part that decides. */
  readonly node: Node;
}

/** Whether a list of rules is there and says nothing: any peer, any port. */
export function isEmpty(node: Node): boolean {
  return node.isAbsent || (node.kind() === "list" && node.items().length === 0);
}
