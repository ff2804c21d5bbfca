import { readStixBundle } from "../../../../policypack/analysis/threat-intel/stix";
import { comparisonsOf } from "../../../../policypack/analysis/threat-intel/stix-pattern";

const AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
const GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da";

function read(over: object, more: readonly object[] = []) {
  const indicator = {
    type: "indicator",
    id: "indicator--1",
    name: "C2",
    pattern_type: "stix",
    pattern: "[ipv4-addr:value = '203.0.113.7']",
    valid_from: "2026-01-01T00:00:00Z",
    ...over,
  };
  return readStixBundle({ type: "bundle", objects: [...more, indicator] });
}

describe("indicators of a STIX bundle", () => {
  it("takes an address with its validity, confidence and marking", () => {
    expect(read({ valid_until: "2026-02-01T00:00:00.000Z", confidence: 85, object_marking_refs: [AMBER, GREEN] })).toEqual({
      problems: [],
      indicators: [
        {
          id: "indicator--1",
          name: "C2",
          kind: "ip",
          value: "203.0.113.7",
          validFrom: Date.UTC(2026, 0, 1),
          validUntil: Date.UTC(2026, 1, 1),
          confidence: 85,
          tlp: "amber",
        },
      ],
    });
  });

  it.each([
    ["[ipv4-addr:value ISSUBSET '203.0.113.0/24']", ["ip 203.0.113.0/24"]],
    ["[ipv6-addr:value = '2001:DB8::1']", ["ip 2001:db8::1"]],
    ["[domain-name:value = 'C2.Evil.Example']", ["domain c2.evil.example"]],
    [
      "[url:value = 'https://Drop.example/a'] OR [domain-name:value IN ('a.example', 'b.example')]",
      ["url https://drop.example/a", "domain a.example", "domain b.example"],
    ],
    ["[file:hashes.'SHA-256' = '" + "AB".repeat(32) + "']", ["digest " + "ab".repeat(32)]],
    ["[autonomous-system:number = 64511]", ["asn 64511"]],
    [
      "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443] WITHIN 5 SECONDS",
      ["ip 203.0.113.7"],
    ],
    [
      "([ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [domain-name:value = 'it\\'s.example']) START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
      ["ip 203.0.113.7", "domain it's.example"],
    ],
  ])("%s", (pattern, observables) => {
    const { indicators, problems } = read({ pattern });
    expect(indicators.map(({ kind, value }) => `${kind} ${value}`)).toEqual(observables);
    expect(problems).toEqual([]);
  });

  it("leaves out what is revoked", () => expect(read({ revoked: true })).toEqual({ indicators: [], problems: [] }));

  it.each([
    [{ pattern: "[ipv4-addr:value != '203.0.113.7']" }, "names no values"],
    [{ pattern: "[NOT (ipv4-addr:value = '203.0.113.7')]" }, "NOT"],
    [{ pattern: "[ipv4-addr:value NOT = '203.0.113.7']" }, "NOT"],
    [{ pattern: "[domain-name:value LIKE '%.example']" }, "LIKE"],
    [{ pattern: "[ipv4-addr:value = '999.1.1.1']" }, "none of its kind"],
    [{ pattern: "[process:name = 'x']" }, "nothing that a deployment names"],
    [{ pattern: "ipv4-addr:value = " }, "cannot be read"],
    [{ pattern_type: "yara", pattern: "rule x {}" }, "yara"],
    [{ valid_from: "yesterday" }, "valid_from"],
    [{ valid_until: "later" }, "valid_until"],
  ])("tells that %j gives no indicator", (over, reason) => {
    const { indicators, problems } = read(over);
    expect(indicators).toEqual([]);
    expect(problems.map((problem) => problem.reason).join()).toContain(reason);
  });

  it("treats a marking that it cannot resolve as TLP:RED", () => {
    expect(read({ object_marking_refs: ["marking-definition--00000000-0000-4000-8000-000000000000"] }).indicators[0]?.tlp).toBe("red");
  });

  it("reads markings that the bundle brings", () => {
    const marking = { type: "marking-definition", id: "marking-definition--9", definition_type: "tlp", definition: { tlp: "white" } };
    const statement = {
      type: "marking-definition",
      id: "marking-definition--8",
      definition_type: "statement",
      definition: { statement: "Copyright" },
    };
    expect(read({ object_marking_refs: [marking.id, statement.id] }, [marking, statement]).indicators[0]?.tlp).toBe("clear");
  });

  it.each([null, 7, [], {}, { objects: "x" }])("says that %j is no bundle", (input) =>
    expect(readStixBundle(input).problems[0]?.id).toBe("bundle"),
  );
  it("takes no harm from objects of any shape", () =>
    expect(readStixBundle({ objects: [null, 1, { type: "indicator" }] }).indicators).toEqual([]));
  it("negates twice", () => expect(comparisonsOf("[NOT (a:b NOT = 'x')]")?.[0]?.negated).toBe(false));
});
