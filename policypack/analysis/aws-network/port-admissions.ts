/** Which addresses a security group lets in to some ports, and to which of its rules that is owed. */

import type { SecurityGroup } from "../../model/aws/security-groups";
import type { CoreModel } from "../../model/core";
import type { Node } from "../../model/value";
import { IpSet } from "../cidr/ip-set";
import { TCP, TrafficSet } from "../cidr/traffic";
import { admissionsOf } from "./ingress";

/** HTTPS of N32-c and N32-f (TS 29.573), and the port that open5gs uses. */
export const N32 = TrafficSet.union([TrafficSet.of(TCP, 443, 443), TrafficSet.of(TCP, 7777, 7777)]);

export interface PortAdmissions {
  readonly sources: IpSet;
  readonly nodes: readonly Node[];
  readonly unknown: readonly Node[];
}

export function coreAdmissionsOn(model: CoreModel, group: SecurityGroup, traffic: TrafficSet): PortAdmissions {
  const letting = admissionsOf(model, group).filter((rule) => rule.certain && rule.traffic?.overlaps(traffic) === true);
  return {
    sources: IpSet.EMPTY.union(...letting.map(({ peers }) => peers.addresses)),
    nodes: letting.flatMap(({ peers }) => peers.nodes),
    unknown: letting.flatMap(({ peers }) => peers.unknown),
  };
}
