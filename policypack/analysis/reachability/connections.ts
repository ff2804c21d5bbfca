/** Connections between workloads and ranges of addresses, as people read them. */

import { IpSet } from "../cidr/ip-set";
import { formatAddress } from "../cidr/address";
import { eachBit } from "./bitset";
import { unitName, type Unit } from "./cluster";
import type { Network } from "./network";
import { intersectPorts, type PortSet, unionPorts } from "./ports";
import type { Mode } from "./program";

/** A workload, or addresses outside the cluster. */
export type End = { readonly kind: "workload"; readonly unit: Unit } | { readonly kind: "addresses"; readonly addresses: IpSet };

export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly ports: PortSet;
  /** Classes of one pair of endpoints that can talk so. */
  readonly classes: readonly [from: number, to: number];
}

/** Every allowed connection of a network but those of a workload with itself; on some ports only where that is asked. */
export function connections(network: Network, units: readonly Unit[], mode: Mode, asked?: PortSet): Connection[] {
  const { classes } = network.universe;
  const outside = shown(network.universe.outside);
  const pods = classes.length;
  const members = classes.map((item) => [...new Set(item.endpoints.map(({ unit }) => unit))]);
  const found: Connection[] = [];
  const end = (index: number): End =>
    index < units.length
      ? { kind: "workload", unit: units[index] as Unit }
      : { kind: "addresses", addresses: outside[index - units.length] as IpSet };
  // Ends are numbered: units first, then the classes of addresses.
  const endsOf = (item: number): readonly number[] => (item < pods ? (members[item] ?? []) : [units.length + item - pods]);
  let source = -1;
  let masks = new Map<number, number[]>();
  const pairs = new Map<number, Map<number, { sets: PortSet[]; classes: readonly [number, number] }>>();
  const flush = () => {
    const sets = new Map<string, PortSet>();
    for (const [to, atoms] of masks) {
      const key = atoms.join();
      const ports = sets.get(key) ?? network.portsOf(atoms);
      sets.set(key, ports);
      for (const a of endsOf(source)) {
        const row = pairs.get(a) ?? new Map<number, { sets: PortSet[]; classes: readonly [number, number] }>();
        pairs.set(a, row);
        for (const b of endsOf(to)) {
          if (a === b || isHidden(outside, a - units.length) || isHidden(outside, b - units.length)) continue;
          const known = row.get(b);
          if (known === undefined) row.set(b, { sets: [ports], classes: [source, to] });
          else if (!known.sets.includes(ports)) known.sets.push(ports);
        }
      }
    }
  };
  for (const [from, atoms] of bySource(network, mode)) {
    source = from;
    masks = atoms;
    flush();
  }
  for (const [a, row] of pairs) {
    for (const [b, { sets, classes: pair }] of row) {
      const [only] = sets;
      found.push({ from: end(a), to: end(b), ports: sets.length === 1 && only !== undefined ? only : unionPorts(...sets), classes: pair });
    }
  }
  if (asked === undefined) return found;
  return found.flatMap((item) => {
    const ports = intersectPorts(item.ports, asked);
    return ports.length === 0 ? [] : [{ ...item, ports }];
  });
}

/** IPv6 is listed where some policy tells IPv6 addresses apart; else it goes with IPv4's answer for everybody. */
function shown(outside: readonly IpSet[]): readonly IpSet[] {
  if (outside.filter((atom) => atom.intervals(6).length > 0).length > 1) return outside;
  return outside.map((atom) => atom.intersection(IPV4));
}

const IPV4 = IpSet.of(["0.0.0.0/0"]);

function isHidden(outside: readonly IpSet[], index: number): boolean {
  return outside[index]?.isEmpty ?? false;
}

/** For every source its destinations with the atoms that reach them. */
function bySource(network: Network, mode: Mode): Map<number, Map<number, number[]>> {
  const sources = new Map<number, Map<number, number[]>>();
  network.eachRow(mode, (from, atom, destinations) => {
    const row = sources.get(from) ?? new Map<number, number[]>();
    sources.set(from, row);
    eachBit(destinations, (to) => {
      const atoms = row.get(to);
      if (atoms === undefined) row.set(to, [atom]);
      else atoms.push(atom);
    });
  });
  return sources;
}

/** Names of an end: a workload's one, or each range of addresses. IPv4 first. */
export function endNames(end: End): string[] {
  if (end.kind === "workload") return [unitName(end.unit)];
  return ([4, 6] as const).flatMap((family) =>
    end.addresses.intervals(family).map(({ first, last }) => `${formatAddress(family, first)}-${formatAddress(family, last)}`),
  );
}
