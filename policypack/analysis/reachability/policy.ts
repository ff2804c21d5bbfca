/** What the engine makes of a policy of any kind: whom it is about, and rules over peers and ports. */

import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Match } from "../../model/kubernetes/selectors";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import type { IpSet } from "../cidr/ip-set";
import type { PortSet, Protocol } from "./ports";
import type { Selector } from "./selector";

export type Direction = "ingress" | "egress";

/** Namespaces by their labels, or one by its name. */
export type Namespaces = Selector | string;

export interface PodSelection {
  readonly namespaces: Namespaces;
  readonly pods: Selector;
}

export type Peer =
  | ({ readonly kind: "pods" } & PodSelection)
  /** Addresses that are meant for certain, and those that values not known yet may add. */
  | { readonly kind: "block"; readonly certain: IpSet; readonly possible: IpSet; readonly reach: BlockReach }
  | { readonly kind: "everyone" }
  | { readonly kind: "outside" }
  | { readonly kind: "nodes" }
  /** Values that are not known yet say who. */
  | { readonly kind: "unknown" };

/** Whether a block of addresses is about pods too: by the policy kind's own definition never or always, else as the CNI has it. */
export type BlockReach = "outside" | "pods-too" | "as-the-cni";

export interface PortSelection {
  readonly ports: PortSet;
  /** Ports by the name that the destination's containers give them; without a protocol that of the container port. */
  readonly named: readonly { readonly name: string; readonly protocol: Protocol | undefined }[];
  /** Whether more ports may come with the deployment. */
  readonly open: boolean;
}

export interface Rule {
  readonly action: "allow" | "deny" | "pass";
  readonly peers: readonly Peer[];
  readonly ports: PortSelection;
  /** Where it stands. */
  readonly node: Node;
}

/** What a policy says in one direction. */
export interface Section {
  /** Whether what it does not allow is refused for the pods it selects. */
  readonly isolates: Match;
  readonly rules: readonly Rule[];
}

/** Tiers in the order in which they decide; the first that decides is final. */
export type Tier = "admin" | "network" | "baseline";

export interface Policy {
  readonly object: KubernetesObject;
  readonly resource: Resource;
  readonly tier: Tier;
  /** Within the admin and baseline tiers: lower numbers decide first. */
  readonly priority: number;
  readonly subject: PodSelection;
  readonly ingress: Section | undefined;
  readonly egress: Section | undefined;
}
