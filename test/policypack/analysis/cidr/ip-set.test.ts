import fc from "fast-check";

import { formatBlock, parseBlock } from "../../../../policypack/analysis/cidr/address";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";

/** Blocks inside 10.0.0.0/28 and 2001:db8::/124: sixteen addresses each, so that a list of booleans says the same. */
const block = fc.record({ family: fc.constantFrom(4, 6), at: fc.integer({ min: 0, max: 15 }), bits: fc.integer({ min: 0, max: 4 }) });
type Small = { family: number; at: number; bits: number };

const cidr = ({ family, at, bits }: Small) => (family === 4 ? `10.0.0.${at}/${32 - bits}` : `2001:db8::${at.toString(16)}/${128 - bits}`);

/** Which of the 32 addresses a list of blocks holds, one by one. */
function members(blocks: readonly Small[]): boolean[] {
  return Array.from({ length: 32 }, (_, index) =>
    blocks.some(
      ({ family, at, bits }) => (family === 4) === index < 16 && Math.floor(at / 2 ** bits) === Math.floor((index % 16) / 2 ** bits),
    ),
  );
}

const single = (index: number) => IpSet.of([index < 16 ? `10.0.0.${index}` : `2001:db8::${(index - 16).toString(16)}`]);
const membersOf = (set: IpSet) => Array.from({ length: 32 }, (_, index) => set.contains(single(index)));
const blocks = fc.array(block, { maxLength: 6 });

describe("sets of addresses, against one address at a time", () => {
  it("holds what its blocks hold", () => {
    fc.assert(fc.property(blocks, (a) => expect(membersOf(IpSet.of(a.map(cidr)))).toEqual(members(a))));
  });

  it("unites, intersects and subtracts", () => {
    fc.assert(
      fc.property(blocks, blocks, (a, b) => {
        const [x, y] = [IpSet.of(a.map(cidr)), IpSet.of(b.map(cidr))];
        const [p, q] = [members(a), members(b)];
        expect(membersOf(x.union(y))).toEqual(p.map((value, index) => value || q[index]!));
        expect(membersOf(x.intersection(y))).toEqual(p.map((value, index) => value && q[index]!));
        expect(membersOf(x.minus(y))).toEqual(p.map((value, index) => value && !q[index]!));
        expect(x.contains(y)).toBe(q.every((value, index) => !value || p[index]!));
        expect(x.overlaps(y)).toBe(q.some((value, index) => value && p[index]!));
      }),
    );
  });

  it("counts its addresses", () => {
    fc.assert(
      fc.property(blocks, (a) => {
        const set = IpSet.of(a.map(cidr));
        expect(set.size(4) + set.size(6)).toBe(BigInt(members(a).filter(Boolean).length));
      }),
    );
  });

  it("writes itself as blocks that make the same set, and as few as there can be", () => {
    fc.assert(
      fc.property(blocks, (a) => {
        const written = IpSet.of(a.map(cidr)).cidrs();
        expect(membersOf(IpSet.of(written))).toEqual(members(a));
        for (const left of written) expect(IpSet.of(written.filter((item) => item !== left)).contains(IpSet.of([left]))).toBe(false);
      }),
    );
  });

  it("does not depend on how a range is cut up", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 8 }), (cuts) => {
        let parts = ["0.0.0.0/0"];
        for (const cut of cuts) {
          const chosen = parseBlock(parts[cut % parts.length]!)!;
          const half = { ...chosen, prefix: chosen.prefix + 1 };
          const other = { ...half, first: half.first + (1n << BigInt(32 - half.prefix)) };
          parts = [...parts.filter((part) => part !== formatBlock(chosen)), formatBlock(half), formatBlock(other)];
        }
        expect(IpSet.of(parts).shortestPrefix(4)).toBe(0);
        expect(IpSet.of(parts).cidrs()).toEqual(["0.0.0.0/0"]);
      }),
    );
  });
});

describe("the world in disguise", () => {
  it.each([
    [["0.0.0.0/1", "128.0.0.0/1"], 4],
    [["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], 4],
    [["::/1", "8000::/1"], 6],
    [["::ffff:0:0/96"], 4],
    [["203.0.113.7/0"], 4],
  ] as const)("%j is everything", (parts, family) => {
    expect(IpSet.of(parts).shortestPrefix(family)).toBe(0);
    expect(IpSet.of(parts).coversMoreThan(family, 8)).toBe(true);
  });

  it("a /8 is no more than a /8", () => expect(IpSet.of(["10.0.0.0/8"]).coversMoreThan(4, 8)).toBe(false));
});

describe("reading blocks", () => {
  it.each([
    ["100.68.0.18/18", "100.68.0.0/18"],
    ["10.0.0.1", "10.0.0.1/32"],
    ["2001:DB8::1", "2001:db8::1/128"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    [" ::/0 ", "::/0"],
  ])("%s is %s", (text, written) => expect(formatBlock(parseBlock(text)!)).toBe(written));

  it.each([
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.0/33",
    "10.0.0/8",
    "",
    "::1::",
    "2001:db8::/129",
    "1:2:3:4:5:6:7",
    "10.0.0.0/8/8",
    "fe80::1%eth0",
    "10.0.0.0/ 8",
    "any",
  ])("%j is none", (text) => expect(parseBlock(text)).toBeUndefined());

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, prefix) => {
        const read = parseBlock(`${address}/${prefix}`);
        expect(read).toBeDefined();
        expect(parseBlock(formatBlock(read!))).toEqual(read);
      }),
    );
  });

  it("names the first text that is no block", () =>
    expect(() => IpSet.of(["10.0.0.0/8", "10.0.0.0/99"])).toThrow('"10.0.0.0/99" is neither a CIDR block nor an IP address'));
});
