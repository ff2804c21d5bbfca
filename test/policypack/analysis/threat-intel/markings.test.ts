import ti01 from "../../../../policypack/rules/threat-intel/ti-01-no-threat-indicators";
import { runExample } from "../../../../policypack/testing";

const examples = ti01.examples();
const named = (name: string) => {
  const example = [...examples.fail, ...examples.undetermined].find((item) => item.name.startsWith(name));
  if (example === undefined) throw new Error(`TI-01 has no example "${name}"`);
  return JSON.stringify(runExample(ti01, example).findings).toLowerCase();
};

describe("what a finding tells of an indicator", () => {
  it("is the id alone from TLP:AMBER on", () => {
    const text = named("a domain in a ConfigMap's text");
    expect(text).toContain("indicator--amber");
    expect(text).not.toContain("evil.example");
  });

  it("is the value too where it is marked TLP:CLEAR", () => expect(named("an egress rule to a reported address")).toContain("203.0.113.7"));
});
