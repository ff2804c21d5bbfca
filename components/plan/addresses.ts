/**
 * The address plan of a core: one block of the VPC for each pair of plane and zone, cut again for each availability zone. The order is
 * fixed, so that a zone or a plane that comes later moves no subnet that is there.
 */

import { type Block, BITS, formatBlock } from "../../policypack/analysis/cidr/address";
import type { ZoneId } from "../../policypack/topology/types";

export interface SubnetPlan {
  /** `nodes-auth-0`, `n3-1`. */
  readonly name: string;
  readonly plane: string;
  readonly zone: ZoneId;
  readonly cidr: string;
  /** Index of the availability zone. */
  readonly index: number;
}

/** Where the nodes of each zone stand: the SBI runs on the pod network, which is that of the nodes. */
const NODE_ZONES: readonly ZoneId[] = [
  "trust-services", "control", "auth", "data", "user-plane", "access-edge", "roaming-edge", "exposure", "charging", "li", "oam", "observability",
]; // prettier-ignore

/** Planes beside the pod network, each with the zone that it belongs to. */
export const PLANE_ZONES: readonly (readonly [plane: string, zone: ZoneId])[] = [
  ["n2", "access-edge"],
  ["n3", "user-plane"],
  ["n4", "user-plane"],
  ["n6", "user-plane"],
  ["n9", "user-plane"],
  ["n32", "roaming-edge"],
  ["oam", "oam"],
  ["li", "li"],
];

/** 32 blocks of four availability zones each. */
const BLOCK_BITS = 5;
const ZONE_BITS = 2;
export const MAXIMUM_ZONES = 2 ** ZONE_BITS;
/** A subnet of an AWS VPC has at most 16 and at least 4 bits; nodes with their pods want more than 64 addresses. */
export const LONGEST_PREFIX = 19;

/** Cuts the VPC. */
export function subnetPlan(vpc: Block, zones: readonly ZoneId[], planes: readonly string[], count: number): readonly SubnetPlan[] {
  const cut = (block: number, index: number): string => {
    const prefix = vpc.prefix + BLOCK_BITS + ZONE_BITS;
    const first = vpc.first + (BigInt(block * MAXIMUM_ZONES + index) << BigInt(BITS[vpc.family] - prefix));
    return formatBlock({ family: vpc.family, first, prefix });
  };
  const each = (name: string, plane: string, zone: ZoneId, block: number): SubnetPlan[] =>
    Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, plane, zone, index, cidr: cut(block, index) }));
  return [
    ...NODE_ZONES.flatMap((zone, block) => (zones.includes(zone) ? each(`nodes-${zone}`, "sbi", zone, block) : [])),
    ...PLANE_ZONES.flatMap(([plane, zone], index) => (planes.includes(plane) ? each(plane, plane, zone, NODE_ZONES.length + index) : [])),
  ];
}
