/** Sets of IP addresses, IPv4 and IPv6 apart. Immutable. */

import { BITS, type Block, type Family, formatBlock, intervalOf, parseBlock } from "./address";
import { count, type Interval, intersect, normalise, subtract } from "./intervals";

export class IpSet {
  static readonly EMPTY = new IpSet([], []);
  /** Every IPv4 and every IPv6 address. */
  static readonly ALL = IpSet.of(["0.0.0.0/0", "::/0"]);

  private constructor(
    private readonly v4: readonly Interval[],
    private readonly v6: readonly Interval[],
  ) {}

  static fromBlocks(blocks: readonly Block[]): IpSet {
    const of = (family: Family) => normalise(blocks.filter((block) => block.family === family).map(intervalOf));
    return new IpSet(of(4), of(6));
  }

  /** Of CIDRs and addresses. Throws a RangeError naming the first text that is neither: for constants and for what was parsed before. */
  static of(cidrs: readonly string[]): IpSet {
    return IpSet.fromBlocks(
      cidrs.map((cidr) => {
        const block = parseBlock(cidr);
        if (block === undefined) throw new RangeError(`"${cidr}" is neither a CIDR block nor an IP address`);
        return block;
      }),
    );
  }

  /** The addresses from `first` to `last`. */
  static ofInterval(family: Family, first: bigint, last: bigint): IpSet {
    const interval = first > last ? [] : [{ first, last }];
    return family === 4 ? new IpSet(interval, []) : new IpSet([], interval);
  }

  private written: string | undefined;

  /** The same for equal sets, different for others. */
  get text(): string {
    this.written ??= [this.v4, this.v6].map((list) => list.map(({ first, last }) => `${first}-${last}`).join()).join("/");
    return this.written;
  }

  get isEmpty(): boolean {
    return this.v4.length === 0 && this.v6.length === 0;
  }

  intervals(family: Family): readonly Interval[] {
    return family === 4 ? this.v4 : this.v6;
  }

  union(...others: readonly IpSet[]): IpSet {
    if (others.length === 0) return this;
    return new IpSet(normalise([this, ...others].flatMap((set) => set.v4)), normalise([this, ...others].flatMap((set) => set.v6)));
  }

  intersection(other: IpSet): IpSet {
    return new IpSet(intersect(this.v4, other.v4), intersect(this.v6, other.v6));
  }

  minus(other: IpSet): IpSet {
    return new IpSet(subtract(this.v4, other.v4), subtract(this.v6, other.v6));
  }

  /** Whether every address of `other` is in this set. */
  contains(other: IpSet): boolean {
    return other.minus(this).isEmpty;
  }

  overlaps(other: IpSet): boolean {
    return !this.intersection(other).isEmpty;
  }

  /** Number of addresses. */
  size(family: Family): bigint {
    return count(this.intervals(family));
  }

  /** Whether there are more addresses in the set than in one block of this prefix length, however they are cut up. */
  coversMoreThan(family: Family, prefix: number): boolean {
    return this.size(family) > 1n << BigInt(BITS[family] - prefix);
  }

  /** Prefix length of the largest whole block in the set after merging; `undefined` for none. `0.0.0.0/1` with `128.0.0.0/1` is 0. */
  shortestPrefix(family: Family): number | undefined {
    let shortest: number | undefined;
    for (const block of blocksOf(family, this.intervals(family))) {
      if (shortest === undefined || block.prefix < shortest) shortest = block.prefix;
    }
    return shortest;
  }

  /** The fewest CIDR blocks that make up the set, IPv4 first, in order. */
  cidrs(): string[] {
    return [...blocksOf(4, this.v4), ...blocksOf(6, this.v6)].map(formatBlock);
  }
}

function* blocksOf(family: Family, intervals: readonly Interval[]): Generator<Block> {
  const bits = BITS[family];
  for (const { first, last } of intervals) {
    for (let from = first; from <= last;) {
      let host = 0;
      while (host < bits && (from & ((1n << BigInt(host + 1)) - 1n)) === 0n && from + (1n << BigInt(host + 1)) - 1n <= last) host += 1;
      yield { family, first: from, prefix: bits - host };
      from += 1n << BigInt(host);
    }
  }
}

/**
 * Addresses that never come from the internet: RFC 1918, RFC 6598, loopback, link-local, multicast and reserved; for IPv6 loopback,
 * unique local (RFC 4193), link-local and multicast.
 */
export const PRIVATE = IpSet.of([
  "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/8",
  "::1/128", "fc00::/7", "fe80::/10", "ff00::/8",
]); // prettier-ignore
