/**
 * Ports as the engine handles them: sets over one axis of numbers (protocol × 65536 + port), cut into *atoms*: the ports that every
 * rule of a cluster treats alike.
 */

export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Last port of a protocol, and how far the protocols lie apart on the axis. */
const SPAN = 0x10000;
/** ICMP and whatever else is neither TCP nor UDP nor SCTP: one number behind the ports, which only rules without ports let through. */
const OTHER = PROTOCOLS.length * SPAN;

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Sorted, disjoint ranges on the axis. */
export type PortSet = readonly PortRange[];

export const NO_PORTS: PortSet = [];
/** Every port of every protocol. Port 0 is none. */
export const ALL_PORTS: PortSet = [
  ...PROTOCOLS.map((_, index) => ({ first: index * SPAN + 1, last: index * SPAN + 0xffff })),
  { first: OTHER, last: OTHER },
];

export function isProtocol(text: string): text is Protocol {
  return (PROTOCOLS as readonly string[]).includes(text);
}

/** Ports of a protocol; the whole protocol without them. */
export function portsOf(protocol: Protocol, from = 1, to = 0xffff): PortSet {
  const base = PROTOCOLS.indexOf(protocol) * SPAN;
  const first = Math.max(from, 1);
  const last = Math.min(to, 0xffff);
  return first > last ? NO_PORTS : [{ first: base + first, last: base + last }];
}

/** What is neither TCP nor UDP nor SCTP. */
export const OTHER_PROTOCOLS: PortSet = [{ first: OTHER, last: OTHER }];

export function unionPorts(...sets: readonly PortSet[]): PortSet {
  const [only] = sets;
  return sets.length === 1 && only !== undefined ? only : merged(sets.flat());
}

function merged(ranges: readonly PortRange[]): PortSet {
  const sorted = [...ranges].sort((a, b) => a.first - b.first);
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const before = result.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else result.push({ first, last });
  }
  return result;
}

export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  const result: PortRange[] = [];
  for (const x of a) {
    for (const y of b) {
      const first = Math.max(x.first, y.first);
      const last = Math.min(x.last, y.last);
      if (first <= last) result.push({ first, last });
    }
  }
  return merged(result);
}

export function subtractPorts(a: PortSet, b: PortSet): PortSet {
  let rest: PortRange[] = [...a];
  for (const hole of b) {
    rest = rest.flatMap(({ first, last }) => {
      if (hole.last < first || hole.first > last) return [{ first, last }];
      return [
        ...(hole.first > first ? [{ first, last: hole.first - 1 }] : []),
        ...(hole.last < last ? [{ first: hole.last + 1, last }] : []),
      ];
    });
  }
  return merged(rest);
}

export function containsPorts(outer: PortSet, inner: PortSet): boolean {
  return subtractPorts(inner, outer).length === 0;
}

/** Part of a set that is one protocol's, as port numbers. */
export function portsIn(set: PortSet, protocol: Protocol): readonly PortRange[] {
  const base = PROTOCOLS.indexOf(protocol) * SPAN;
  return intersectPorts(set, [{ first: base, last: base + 0xffff }]).map(({ first, last }) => ({ first: first - base, last: last - base }));
}

/** For people and connection lists: "TCP 80,443,UDP 53"; "All Connections" where no port of the three protocols is missing. */
export function describePorts(set: PortSet): string {
  const parts = PROTOCOLS.flatMap((protocol) => {
    const ranges = portsIn(set, protocol);
    if (ranges.length === 0) return [];
    return [`${protocol} ${ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",")}`];
  });
  if (parts.join() === "TCP 1-65535,UDP 1-65535,SCTP 1-65535") return "All Connections";
  if (parts.length === 0 && set.length > 0) return "ICMP and other protocols";
  return parts.join(",");
}

/** The port sets of a cluster, numbered, and the atoms that they cut the axis into. */
export class PortAtoms {
  private readonly numbers = new Map<string, number>();
  private readonly sets: PortSet[] = [];
  private cut: { readonly atoms: readonly PortSet[]; readonly members: readonly Uint8Array[] } | undefined;

  /** Number of a set; asked for every set before the first atom. */
  number(set: PortSet): number {
    let key = "";
    for (const { first, last } of set) key += `${first}-${last},`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.cut !== undefined) throw new Error("the axis of ports is cut already");
    this.sets.push(set);
    this.numbers.set(key, this.sets.length - 1);
    return this.sets.length - 1;
  }

  /** The atoms, each with the ports that it holds. */
  get atoms(): readonly PortSet[] {
    return this.cutUp().atoms;
  }

  /** For each atom whether it lies in the set of this number. */
  members(number: number): Uint8Array {
    return this.cutUp().members[number] ?? new Uint8Array(this.atoms.length);
  }

  private cutUp() {
    this.cut ??= cutAt(this.sets);
    return this.cut;
  }
}

function cutAt(sets: readonly PortSet[]) {
  const every = [ALL_PORTS, ...sets];
  const starts = [...new Set(every.flatMap((set) => set.flatMap(({ first, last }) => [first, last + 1])))].sort((a, b) => a - b);
  const place = new Map(starts.map((start, index) => [start, index]));
  const signatures: number[][] = starts.map(() => []);
  for (const [number, set] of sets.entries()) {
    for (const { first, last } of set) {
      for (let index = place.get(first) ?? 0; index < (place.get(last + 1) ?? 0); index += 1) signatures[index]?.push(number);
    }
  }
  const atoms = new Map<string, { ranges: PortRange[]; numbers: number[] }>();
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    if (next === undefined || intersectPorts([{ first: start, last: next - 1 }], ALL_PORTS).length === 0) continue;
    const numbers = signatures[index] ?? [];
    const key = numbers.join();
    const atom = atoms.get(key) ?? { ranges: [], numbers };
    atom.ranges.push({ first: start, last: next - 1 });
    atoms.set(key, atom);
  }
  const list = [...atoms.values()];
  const members = sets.map(() => new Uint8Array(list.length));
  for (const [index, { numbers }] of list.entries()) for (const number of numbers) (members[number] as Uint8Array)[index] = 1;
  return { atoms: list.map(({ ranges }) => merged(ranges)), members };
}
