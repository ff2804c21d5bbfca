import { baselineOf, markBaselined, shrunk } from "../../../policypack/engine/baseline";
import { evidenceDigests } from "../../../policypack/engine/waivers";
import { finding } from "../../support/findings";

const IPC = { path: "spec.template.spec.hostIPC", actual: true, expected: false };
const grown = finding({ evidence: [...finding().evidence, IPC] });
const stack = finding({ fingerprint: "bbbbbbbbbbbbbbbbbbbb", resource: { urn: "", type: "stack", kind: null, namespace: null, name: "stack", source: null } }); // prettier-ignore

test("a baseline holds failures that nobody waived, each once", () => {
  const findings = [finding(), finding(), finding({ verdict: "undetermined", fingerprint: "a" }), finding({ waiver: "SEC-1", fingerprint: "b" }), stack]; // prettier-ignore
  expect(baselineOf(findings)).toEqual([
    { fingerprint: "0123456789abcdef0123", rule: "WH-03", resource: "Deployment/core/upf", evidence: evidenceDigests(finding()) },
    { fingerprint: "bbbbbbbbbbbbbbbbbbbb", rule: "WH-03", resource: "stack/stack", evidence: evidenceDigests(stack) },
  ]);
});

describe("a finding is held", () => {
  it.each([
    ["as it was", finding(), true],
    ["not with more evidence", grown, false],
    ["not where it cannot be told any more", finding({ verdict: "undetermined" }), false],
    ["not under another fingerprint", finding({ fingerprint: "c" }), false],
  ])("%s", (_name, item, held) => {
    expect(markBaselined([item], baselineOf([finding()])).map(({ baselined }) => baselined)).toEqual([held]);
  });

  it("with a part of its evidence", () => {
    expect(markBaselined([finding()], baselineOf([grown])).map(({ baselined }) => baselined)).toEqual([true]);
  });

  it("and hides nothing new that it would cover", () => {
    const covered = finding({ ruleId: "WH-02", fingerprint: "d", subsumedBy: finding().fingerprint });
    const marked = markBaselined([finding(), covered], baselineOf([finding()]));
    expect(marked.map(({ baselined, subsumedBy }) => [baselined, subsumedBy])).toEqual([[true, null], [false, null]]); // prettier-ignore
  });

  it("and goes on covering what is held too", () => {
    const covered = finding({ ruleId: "WH-02", fingerprint: "d", subsumedBy: finding().fingerprint });
    const marked = markBaselined([finding(), covered], baselineOf([finding(), covered]));
    expect(marked.map(({ subsumedBy }) => subsumedBy)).toEqual([null, finding().fingerprint]);
  });

  it("and what a new finding covers stays below it", () => {
    const covered = finding({ ruleId: "WH-02", fingerprint: "d", subsumedBy: finding().fingerprint });
    expect(markBaselined([finding(), covered], []).map(({ subsumedBy }) => subsumedBy)).toEqual([null, finding().fingerprint]);
  });
});

describe("a baseline only shrinks", () => {
  it("by what is mended", () => {
    expect(shrunk(baselineOf([finding(), stack]), [stack])).toEqual(baselineOf([stack]));
  });

  it("by evidence that is gone", () => {
    expect(shrunk(baselineOf([grown]), [finding()])).toEqual(baselineOf([finding()]));
  });

  it("by a finding whose evidence is another now", () => {
    expect(shrunk(baselineOf([finding()]), [finding({ evidence: [IPC] })])).toEqual([]);
  });

  it("and never grows", () => {
    expect(shrunk(baselineOf([finding()]), [grown, stack])).toEqual(baselineOf([finding()]));
  });
});
