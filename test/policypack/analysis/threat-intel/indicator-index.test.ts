import fc from "fast-check";

import { formatAddress, intervalOf, parseBlock } from "../../../../policypack/analysis/cidr/address";
import { IndicatorIndex } from "../../../../policypack/analysis/threat-intel/indicator-index";
import { observablesIn } from "../../../../policypack/analysis/threat-intel/observables";
import type { Indicator } from "../../../../policypack/model/indicator";

function indicator(kind: Indicator["kind"], value: string): Indicator {
  return {
    id: `indicator--${value}`,
    name: value,
    kind,
    value,
    validFrom: 0,
    validUntil: undefined,
    confidence: undefined,
    tlp: undefined,
  };
}

describe("indicators by what a resource names", () => {
  it("finds the blocks that overlap, as looking at each would", () => {
    const block = fc
      .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 4 }))
      .map(([at, bits]) => `${formatAddress(4, BigInt(at) + (10n << 24n))}/${32 - bits}`);
    fc.assert(
      fc.property(fc.uniqueArray(block, { maxLength: 15 }), block, (values, asked) => {
        const index = new IndicatorIndex(values.map((value) => indicator("ip", value)));
        const { first, last } = intervalOf(parseBlock(asked)!);
        const naive = values.filter((value) => {
          const own = intervalOf(parseBlock(value)!);
          return own.first <= last && first <= own.last;
        });
        const found = index.matches({ kind: "ip", text: asked, block: parseBlock(asked)! });
        expect(found.map((match) => match.indicator.value).sort()).toEqual(naive.sort());
      }),
    );
  });

  it("tells a domain, its subdomains and a wildcard over it apart", () => {
    const index = new IndicatorIndex([indicator("domain", "c2.evil.example")]);
    const how = (text: string) => index.matches({ kind: "domain", text }).map((match) => match.how);
    expect(how("c2.evil.example")).toEqual(["names"]);
    expect(how("a.c2.evil.example")).toEqual(["below"]);
    expect(how("*.evil.example")).toEqual(["holds"]);
    expect(how("evil.example")).toEqual([]);
    expect(how("notc2.evil.example")).toEqual([]);
  });

  it.each([
    ["curl http://203.0.113.7:8080/x", "203.0.113.7"],
    ["peers=[2001:db8::7]:443", "2001:db8::7"],
    ["registry.evil.example/upf:1", "registry.evil.example"],
    ["203.0.113.7,203.0.113.8", "203.0.113.8"],
    ["to 203.0.113.7.", "203.0.113.7"],
  ])("finds in %s", (text, wanted) => expect([...observablesIn(text)].map((item) => item.text)).toContain(wanted));

  it("reads a megabyte of anything in a moment", () => {
    const start = performance.now();
    for (const unit of ["a", "a.", "1.", "f:", ":", "ab-", "-."])
      for (const observable of observablesIn(unit.repeat(300_000))) expect(observable).toBeDefined();
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
