/** What of a group's ingress is open to the world (control SG-05), however the ranges are cut up. */

import { type IpSet, PRIVATE } from "../cidr/ip-set";
import { TrafficSet } from "../cidr/traffic";
import type { AdmissionRule } from "./ingress";

/** A block shorter than this is the world: SG-05. */
const WORLD_PREFIX = { 4: 8, 6: 32 } as const;

/**
 * Whether a set of sources is the world: a merged block shorter than /8 (IPv4) or /32 (IPv6), or more addresses of the internet than one
 * such block has.
 */
export function isWorld(sources: IpSet): boolean {
  return ([4, 6] as const).some(
    (family) =>
      (sources.shortestPrefix(family) ?? Infinity) < WORLD_PREFIX[family] ||
      sources.minus(PRIVATE).coversMoreThan(family, WORLD_PREFIX[family]),
  );
}

/** Traffic that the rules together let in from the world. Rules of unknown traffic count where `unknownTraffic` is all of it. */
export function openToWorld(rules: readonly AdmissionRule[], unknownTraffic: TrafficSet = TrafficSet.EMPTY): TrafficSet {
  const alone = rules.filter((rule) => isWorld(rule.peers.addresses)).map((rule) => rule.traffic ?? unknownTraffic);
  const split = rules.filter((rule) => !isWorld(rule.peers.addresses) && !rule.peers.addresses.isEmpty);
  return TrafficSet.union([...alone, ...together(split)]);
}

/** Traffic whose sources are the world only when several rules are read together. */
function* together(rules: readonly AdmissionRule[]): Generator<TrafficSet> {
  if (rules.length < 2) return;
  const cuts = new Set<bigint>();
  for (const rule of rules) {
    for (const { first, last } of rule.traffic?.intervals ?? []) cuts.add(first).add(last + 1n);
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const atom = TrafficSet.between(sorted[index] as bigint, (sorted[index + 1] as bigint) - 1n);
    const letting = rules.filter((rule) => rule.traffic?.contains(atom) === true);
    const [first, ...others] = letting.map((rule) => rule.peers.addresses);
    if (first !== undefined && others.length > 0 && isWorld(first.union(...others))) yield atom;
  }
}
