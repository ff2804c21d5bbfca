/** What differs between the plugins that enforce policies. */

import { IpSet } from "../cidr/ip-set";

export interface NetworkProfile {
  readonly name: string;
  /** Whether an `ipBlock` is about pods by their addresses: so it is on Calico, Antrea and the VPC CNI, not on Cilium. */
  readonly blocksMatchPods: "yes" | "no" | "unknown";
  /** Addresses that pods may have. */
  readonly podAddresses: IpSet;
  /** Whether policies bind pods on the host's network as they bind any other. */
  readonly hostNetworkBound: boolean;
  /** Whether a namespace that the stack only names has labels besides its own name. */
  readonly namespacesElsewhere: "labelled" | "bare";
  /** Whether pods that have ended count. */
  readonly endedPods: boolean;
}

/** The profile of connection lists: what the objects say by themselves, with nothing beyond them. */
export const REFERENCE: NetworkProfile = {
  name: "reference",
  blocksMatchPods: "no",
  podAddresses: IpSet.EMPTY,
  hostNetworkBound: true,
  namespacesElsewhere: "bare",
  endedPods: true,
};

/** Nothing is known of the plugin. */
export const ANY_PLUGIN: NetworkProfile = {
  name: "any plugin",
  blocksMatchPods: "unknown",
  podAddresses: IpSet.of(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]),
  hostNetworkBound: false,
  namespacesElsewhere: "labelled",
  endedPods: false,
};
