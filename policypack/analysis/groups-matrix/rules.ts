/** Rules of security groups as resources of their own: `aws.vpc.SecurityGroupIngressRule` and `SecurityGroupEgressRule`. */

import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import type { AdmissionRule } from "../aws-network/ingress";
import { TrafficSet } from "../cidr/traffic";
import { portsOfTraffic } from "../reachability/aws";
import { portsIn, type PortSet, PROTOCOLS } from "../reachability/ports";
import { peersNamed, type Side } from "./judgement";
import type { MeasuredGroup } from "./members";

export type GroupPeer = { readonly kind: "group"; readonly group: Resource } | { readonly kind: "addresses"; readonly cidr: string };

export interface GroupRule {
  readonly name: string;
  readonly side: Side;
  readonly group: Resource;
  readonly peer: GroupPeer;
  /** `tcp`, `udp`, a number, or -1 for everything. */
  readonly protocol: string;
  /** None for what has no ports in a security group. */
  readonly ports: { readonly first: number; readonly last: number } | undefined;
  /** What it is for: "N4", or "as before". */
  readonly interfaces: readonly string[];
}

/** Rules for some ports of one interface; of SCTP the protocol, as its ports count for nothing (EC2 API, IpPermission). */
export function rulesFor(self: MeasuredGroup, side: Side, peer: GroupPeer, ports: PortSet, reason: string): GroupRule[] {
  const group = self.group.resource;
  const facts = { side, group, peer, interfaces: [reason] };
  const name = (what: string) => `${group.name}-${side}-${nameOf(peer)}-${what}`;
  return PROTOCOLS.flatMap((protocol): GroupRule[] => {
    const ranges = portsIn(ports, protocol);
    if (ranges.length === 0) return [];
    if (protocol === "SCTP") return [{ ...facts, name: name("sctp"), protocol: "132", ports: undefined }];
    const word = protocol.toLowerCase();
    return ranges.map((range) => {
      const numbers = range.first === range.last ? range.first : `${range.first}-${range.last}`;
      return { ...facts, name: name(`${word}-${numbers}`), protocol: word, ports: range };
    });
  });
}

/** A rule that stays as it is, one for each peer that it names. */
export function asRules(model: CoreModel, self: MeasuredGroup, side: Side, admission: AdmissionRule): GroupRule[] {
  const traffic = admission.traffic ?? TrafficSet.EMPTY;
  const group = self.group.resource;
  const peers: GroupPeer[] = [
    ...peersNamed(model, self.group, admission).map((peer): GroupPeer => ({ kind: "group", group: peer })),
    ...admission.peers.addresses.cidrs().map((cidr): GroupPeer => ({ kind: "addresses", cidr })),
  ];
  return peers.flatMap((peer) => {
    if (!traffic.contains(TrafficSet.ALL)) return rulesFor(self, side, peer, portsOfTraffic(traffic), KEPT);
    const name = `${group.name}-${side}-${nameOf(peer)}-all`;
    return [{ name, side, group, peer, protocol: "-1", ports: undefined, interfaces: [KEPT] }];
  });
}

const KEPT = "as before";

function nameOf(peer: GroupPeer): string {
  return peer.kind === "group" ? peer.group.name : peer.cidr.replaceAll(/[./:]+/g, "-");
}

/** One rule of each name, with the interfaces of all. */
export function merged(rules: readonly GroupRule[]): GroupRule[] {
  const found = new Map<string, GroupRule>();
  for (const rule of rules) {
    const interfaces = [...new Set([...(found.get(rule.name)?.interfaces ?? []), ...rule.interfaces])];
    found.set(rule.name, { ...rule, interfaces });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
