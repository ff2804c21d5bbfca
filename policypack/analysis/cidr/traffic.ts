/**
 * Sets of traffic: IP protocols with their ports, read as Amazon EC2 reads them. Immutable.
 *
 * One number stands for a protocol and a port: `protocol << 16 | port`; for ICMP `protocol << 16 | type << 8 | code`.
 */

import { type Interval, intersect, normalise, subtract } from "./intervals";

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ESP = 50;
export const ICMPV6 = 58;
export const SCTP = 132;

/** IANA protocol numbers by the names that EC2 and its Terraform provider take. */
const NUMBERS: { readonly [name: string]: number } = {
  icmp: ICMP,
  igmp: 2,
  tcp: TCP,
  udp: UDP,
  gre: 47,
  esp: ESP,
  ah: 51,
  icmpv6: ICMPV6,
  "ipv6-icmp": ICMPV6,
  ospf: 89,
  l2tp: 115,
  sctp: SCTP,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** Number of an IP protocol as EC2 takes it ("6", "tcp", "TCP"); `"all"` for "-1" and "all"; `undefined` for what is none. */
function protocolNumber(text: string): number | "all" | undefined {
  const name = text.trim().toLowerCase();
  if (name === "-1" || name === "all" || name === "any") return "all";
  if (/^\d{1,3}$/.test(name)) return Number(name) < 256 ? Number(name) : undefined;
  return NUMBERS[name];
}

function protocolName(number: number): string {
  return NAMES.get(number) ?? `IP protocol ${number}`;
}

function at(protocol: number, port: number): bigint {
  return BigInt(protocol * 0x10000 + port);
}

export class TrafficSet {
  static readonly EMPTY = new TrafficSet([]);
  static readonly ALL = new TrafficSet([{ first: 0n, last: at(255, 0xffff) }]);

  private constructor(readonly intervals: readonly Interval[]) {}

  /** Ports of one protocol, both ends included; the whole protocol without them. */
  static of(protocol: number, from = 0, to = 0xffff): TrafficSet {
    return from > to ? TrafficSet.EMPTY : new TrafficSet([{ first: at(protocol, from), last: at(protocol, to) }]);
  }

  /** The numbers from `first` to `last`, as `intervals` gives them. */
  static between(first: bigint, last: bigint): TrafficSet {
    return new TrafficSet(first > last ? [] : [{ first, last }]);
  }

  /**
   * What a security group rule or network ACL entry with this protocol and these ports is about. Any protocol but TCP, UDP and ICMP
   * opens all ports whatever the range says (EC2 API, IpPermission); -1, or nothing, is all ports; for ICMP the "ports" are type and code.
   * `undefined` where the protocol is none.
   */
  static ofRule(protocol: string, from: number | undefined, to: number | undefined): TrafficSet | undefined {
    const number = protocolNumber(protocol);
    if (number === undefined) return undefined;
    if (number === "all") return TrafficSet.ALL;
    // No port is a fraction: what is meant is not known.
    if (![from ?? 0, to ?? 0].every(Number.isInteger)) return undefined;
    if (number === ICMP || number === ICMPV6) return icmp(number, from ?? -1, to ?? -1);
    if (number !== TCP && number !== UDP) return TrafficSet.of(number);
    if (from === undefined || from < 0 || to === undefined || to < 0) return TrafficSet.of(number);
    return TrafficSet.of(number, from, Math.min(to, 0xffff));
  }

  static union(sets: readonly TrafficSet[]): TrafficSet {
    return new TrafficSet(normalise(sets.flatMap((set) => set.intervals)));
  }

  get isEmpty(): boolean {
    return this.intervals.length === 0;
  }

  intersection(other: TrafficSet): TrafficSet {
    return new TrafficSet(intersect(this.intervals, other.intervals));
  }

  minus(other: TrafficSet): TrafficSet {
    return new TrafficSet(subtract(this.intervals, other.intervals));
  }

  contains(other: TrafficSet): boolean {
    return other.minus(this).isEmpty;
  }

  overlaps(other: TrafficSet): boolean {
    return !this.intersection(other).isEmpty;
  }

  /** For people: "udp 8805", "tcp 30000-32767", "sctp (all ports)", "all traffic". */
  describe(): string {
    if (this.intervals.length === 1 && TrafficSet.ALL.minus(this).isEmpty) return "all traffic";
    return this.intervals.flatMap(describe).join(", ");
  }
}

function icmp(protocol: number, type: number, code: number): TrafficSet {
  if (type < 0) return TrafficSet.of(protocol);
  return code < 0 ? TrafficSet.of(protocol, type * 256, type * 256 + 255) : TrafficSet.of(protocol, type * 256 + code, type * 256 + code);
}

/** Longest list of protocols that a message spells out. */
const SPELT_OUT = 4;

function describe({ first, last }: Interval): string[] {
  const from = Number(first >> 16n);
  const to = Number(last >> 16n);
  if (to - from >= SPELT_OUT) return [`IP protocols ${from}-${to}`];
  const parts: string[] = [];
  for (let protocol = from; protocol <= to; protocol += 1) {
    const low = protocol === from ? Number(first & 0xffffn) : 0;
    const high = protocol === to ? Number(last & 0xffffn) : 0xffff;
    const name = protocolName(protocol);
    if (low === 0 && high === 0xffff) parts.push(protocol === ESP ? name : `${name} (all ports)`);
    else if (protocol === ICMP || protocol === ICMPV6) parts.push(`${name} type ${low >> 8}`);
    else parts.push(low === high ? `${name} ${low}` : `${name} ${low}-${high}`);
  }
  return parts;
}
