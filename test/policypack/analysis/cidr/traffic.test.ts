import fc from "fast-check";

import { ESP, SCTP, TCP, TrafficSet, UDP } from "../../../../policypack/analysis/cidr/traffic";

describe("traffic as EC2 reads it", () => {
  it.each(["132", "sctp", "SCTP", "50", "esp", "47", "gre", "89"])("protocol %s opens all ports whatever the range says", (protocol) => {
    const open = TrafficSet.ofRule(protocol, 38412, 38412)!;
    expect(open.contains(TrafficSet.ofRule(protocol, 22, 22)!)).toBe(true);
  });

  it.each(["-1", "all", "ALL"])("%s is everything", (protocol) =>
    expect(TrafficSet.ofRule(protocol, 22, 22)!.contains(TrafficSet.ALL)).toBe(true),
  );
  it("takes names and numbers for the same", () =>
    expect(TrafficSet.ofRule("17", 8805, 8805)).toEqual(TrafficSet.ofRule("UDP", 8805, 8805)));
  it("takes -1, and nothing, for all ports", () => {
    for (const port of [-1, undefined]) expect(TrafficSet.ofRule("tcp", port, port)).toEqual(TrafficSet.of(TCP));
  });
  it("keeps protocols apart", () => expect(TrafficSet.of(TCP, 8805, 8805).overlaps(TrafficSet.of(UDP))).toBe(false));
  it("knows no protocol of another name", () => expect(TrafficSet.ofRule("quic", 443, 443)).toBeUndefined());
  it("reads ICMP ports as type and code", () => {
    expect(TrafficSet.ofRule("icmp", 3, 4)!.overlaps(TrafficSet.ofRule("icmp", 8, -1)!)).toBe(false);
    expect(TrafficSet.ofRule("icmp", -1, -1)!.contains(TrafficSet.ofRule("icmp", 8, -1)!)).toBe(true);
  });
  it.each([
    [TrafficSet.of(UDP, 8805, 8805), "udp 8805"],
    [TrafficSet.of(TCP, 30000, 32767), "tcp 30000-32767"],
    [TrafficSet.of(SCTP), "sctp (all ports)"],
    [TrafficSet.of(ESP), "esp"],
    [TrafficSet.ALL, "all traffic"],
  ])("is told as %#", (set, text) => expect(set.describe()).toBe(text));

  it("agrees with a port at a time", () => {
    const range = fc.tuple(fc.constantFrom("tcp", "udp"), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), fc.array(range, { maxLength: 5 }), (a, b) => {
        const set = (ranges: typeof a) =>
          TrafficSet.union(ranges.map(([protocol, from, size]) => TrafficSet.ofRule(protocol, from, from + size)!));
        const has = (ranges: typeof a, protocol: string, port: number) =>
          ranges.some(([name, from, size]) => name === protocol && port >= from && port <= from + size);
        for (const protocol of ["tcp", "udp"]) {
          for (let port = 0; port < 15; port += 1) {
            const one = TrafficSet.ofRule(protocol, port, port)!;
            expect(set(a).contains(one)).toBe(has(a, protocol, port));
            expect(set(a).minus(set(b)).contains(one)).toBe(has(a, protocol, port) && !has(b, protocol, port));
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
