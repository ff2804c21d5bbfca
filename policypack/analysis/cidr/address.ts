/** IP addresses and CIDR blocks: from text to numbers and back. */

import type { Interval } from "./intervals";

export type Family = 4 | 6;

/** A block of addresses with a common prefix; `first` has its host bits cleared. */
export interface Block {
  readonly family: Family;
  readonly first: bigint;
  /** Length in bits: 0–32 or 0–128. */
  readonly prefix: number;
}

export const BITS: { readonly [family in Family]: number } = { 4: 32, 6: 128 };

/** The IPv6 form of IPv4 addresses, `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
const MAPPED = 0xffffn;

/**
 * A CIDR block, or an address as a block of one. Host bits are cleared, as EC2 does (`100.68.0.18/18` becomes `100.68.0.0/18`), and
 * blocks of IPv4-mapped IPv6 addresses are the IPv4 blocks they stand for. `undefined` for anything else: octets with leading zeros,
 * prefixes out of range, zones.
 */
export function parseBlock(text: string): Block | undefined {
  const [address, length, more] = text.trim().split("/");
  if (address === undefined || more !== undefined) return undefined;
  const family: Family = address.includes(":") ? 6 : 4;
  const number = family === 6 ? parseIpv6(address) : parseIpv4(address);
  if (number === undefined) return undefined;
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const prefix = length === undefined ? BITS[family] : Number(length);
  if (prefix > BITS[family]) return undefined;
  if (family === 6 && prefix >= 96 && number >> 32n === MAPPED) return block(4, number & 0xffffffffn, prefix - 96);
  return block(family, number, prefix);
}

function block(family: Family, address: bigint, prefix: number): Block {
  const host = BigInt(BITS[family] - prefix);
  return { family, first: (address >> host) << host, prefix };
}

export function intervalOf({ family, first, prefix }: Block): Interval {
  return { first, last: first + (1n << BigInt(BITS[family] - prefix)) - 1n };
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)) return undefined;
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const before = groups(halves[0] ?? "", halves.length === 1);
  const after = halves.length === 2 ? groups(halves[1] ?? "", true) : [];
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  // "::" stands for at least one group (RFC 5952 asks for two, parsers take one).
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return all.reduce((sum, group) => (sum << 16n) | group, 0n);
}

/** The 16-bit groups of one side of "::"; its last one may be an IPv4 address, where `tail` allows that. */
function groups(text: string, tail: boolean): bigint[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const result: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (tail && index === parts.length - 1 && part.includes(".")) {
      const address = parseIpv4(part);
      if (address === undefined) return undefined;
      result.push(address >> 16n, address & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) result.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return result;
}

/** An address as people write it: dotted, or RFC 5952. */
export function formatAddress(family: Family, address: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 0xffn)).join(".");
  const parts = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && parts[end] === "0") end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  if (best.start < 0) return parts.join(":");
  return `${parts.slice(0, best.start).join(":")}::${parts.slice(best.start + best.length).join(":")}`;
}

/** Whether two blocks share an address. */
export function overlap(a: Block, b: Block): boolean {
  if (a.family !== b.family) return false;
  const [one, other] = [intervalOf(a), intervalOf(b)];
  return one.first <= other.last && other.first <= one.last;
}

export function formatBlock({ family, first, prefix }: Block): string {
  return `${formatAddress(family, first)}/${prefix}`;
}
