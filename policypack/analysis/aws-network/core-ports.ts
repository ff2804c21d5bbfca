/** Ports of the core's non-SBI interfaces, as security groups can express them. Source: topology, interfaces N2, N3, N4, S11, S6a, S1-MME. */

import { SCTP, TCP, TrafficSet, UDP } from "../cidr/traffic";

export interface CorePort {
  readonly interface: string;
  readonly name: string;
  readonly traffic: TrafficSet;
}

/** SCTP has no ports in a security group: opening it opens NGAP, S1AP and Diameter alike. */
export const CORE_PORTS: readonly CorePort[] = [
  { interface: "N4", name: "PFCP", traffic: TrafficSet.of(UDP, 8805, 8805) },
  { interface: "N2", name: "NGAP over SCTP", traffic: TrafficSet.of(SCTP) },
  { interface: "N3", name: "GTP-U", traffic: TrafficSet.of(UDP, 2152, 2152) },
  { interface: "S11", name: "GTP-C", traffic: TrafficSet.of(UDP, 2123, 2123) },
  { interface: "S6a", name: "Diameter", traffic: TrafficSet.of(TCP, 3868, 3868) },
];

/** More ports than this in one range are no statement about an interface: node groups open 1025-65535. */
const WIDEST_RANGE = 1024n;

/** The core ports that a rule is about on purpose: named by its range, not merely inside "everything". */
export function corePortsMeant(traffic: TrafficSet | undefined): readonly CorePort[] {
  if (traffic === undefined) return [];
  return CORE_PORTS.filter((port) =>
    traffic.intervals.some(({ first, last }) => {
      const [own] = port.traffic.intervals;
      if (own === undefined || last < own.first || first > own.last) return false;
      const size = last - first + 1n;
      return port.interface === "N2" ? size <= 0x10000n : size <= WIDEST_RANGE;
    }),
  );
}
