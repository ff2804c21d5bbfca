/** What an evaluation makes of what rules say: in which order, once, at which level, and a fault kept to itself. */

import { compareFindings } from "../../../policypack/engine/finding";
import { evaluate, subjectsOf } from "../../../policypack/engine/evaluate";
import { change, fail, type Rule, seen, undetermined, type Verdict } from "../../../policypack/engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE, type Settings } from "../../../policypack/engine/settings";
import { resources } from "../../../policypack/engine/targets";
import { evidenceDigests } from "../../../policypack/engine/waivers";
import { CoreModel, type View } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, resource, secretValue, unknownValue } from "../../../policypack/testing";
import { APRIL, waiver } from "../../support/findings";

const VPC = "aws:ec2/vpc:Vpc";
const vpc = (name: string, properties = {}) => resource(VPC, name, properties);

const rule = (check: (subject: Resource) => Iterable<Verdict>, over: Partial<Rule> = {}): Rule =>
  ({ id: "XX-01", name: "xx-01-made-up", severity: "high", scope: "both", remediation: "Do it right.", target: resources(VPC), check, ...over }) as unknown as Rule; // prettier-ignore

const wrong = (over: Partial<Verdict> = {}): Verdict => fail({ message: "It is wrong.", evidence: [], ...over });

function run(
  list: Rule | readonly Rule[],
  stack: readonly ResourceInit[],
  settings: Partial<Settings> = {},
  more = {},
  view: View = "stack",
) {
  const model = new CoreModel({ resources: stack.map((init) => new Resource(init)), gaps: [] }, { view });
  return evaluate(model, [list].flat() as Rule[], { ...DEFAULT_SETTINGS, ...settings }, { ...NO_KNOWLEDGE, ...more });
}

const count = (evaluation: ReturnType<typeof run>) => evaluation.runs.map(({ pass, fail: failed, undetermined: open, error, applicable }) => ({ pass, failed, open, error, applicable })); // prettier-ignore

test("each subject counts by the worst that is said of it", () => {
  const says: { readonly [name: string]: readonly Verdict[] } = {
    a: [],
    b: [undetermined({ message: "", evidence: [] })],
    c: [undetermined({ message: "", evidence: [], cause: "1" }), wrong({ cause: "2" })],
    d: [wrong()],
  };
  const evaluation = run(rule(({ name }) => says[name] ?? []), Object.keys(says).map((name) => vpc(name))); // prettier-ignore
  expect(count(evaluation)).toEqual([{ pass: 1, failed: 2, open: 1, error: 0, applicable: true }]);
  expect(evaluation.runs.map(subjectsOf)).toEqual([4]);
  expect(evaluation.findings.map(({ verdict, resource: { name } }) => [verdict, name])).toEqual([["fail", "c"], ["fail", "d"], ["undetermined", "b"], ["undetermined", "c"]]); // prettier-ignore
});

test("a rule without a subject does not apply", () => {
  expect(
    count(
      run(
        rule(() => [wrong()]),
        [],
      ),
    ),
  ).toEqual([{ pass: 0, failed: 0, open: 0, error: 0, applicable: false }]);
});

test("a rule that is switched off does not run, nor one that needs the stack where there is none", () => {
  const off = { rules: { "XX-01": { level: "disabled" as const } } };
  expect(
    run(
      rule(() => [wrong()]),
      [vpc("a")],
      off,
    ).runs,
  ).toEqual([]);
  const stackRule = rule(() => [wrong()], { scope: "stack" });
  expect(run(stackRule, [vpc("a")], {}, {}, "resource").runs).toEqual([]);
  expect(run(stackRule, [vpc("a")]).findings).toHaveLength(1);
  expect(
    run(
      rule(() => [wrong()], { scope: "resource" }),
      [vpc("a")],
      {},
      {},
      "resource",
    ).findings,
  ).toHaveLength(1);
});

test("a fault is one finding, whatever was said before it, and the other subjects are judged", () => {
  const faulty = rule(function* ({ name }) {
    yield wrong({ cause: "before" });
    if (name !== "b") throw new TypeError("nothing there\nat a line");
  });
  const evaluation = run(faulty, [vpc("a"), vpc("b"), vpc("c")]);
  expect(count(evaluation)).toEqual([{ pass: 0, failed: 1, open: 0, error: 2, applicable: true }]);
  expect(evaluation.findings.map(({ verdict, enforcement, message, resource: { name } }) => [verdict, enforcement, message, name])).toEqual([
    ["error", "mandatory", "carrierguard could not answer XX-01 here because of a fault of its own (TypeError: nothing there); the answer is missing, not good.", "a"],
    ["fail", "mandatory", "It is wrong.", "b"],
  ]);
}); // prettier-ignore

test("a fault while looking for subjects is told of the stack", () => {
  const lost = rule(() => [], {
    target: { description: "", types: [], resource: () => undefined, subjects: () => { throw "words"; } }, // prettier-ignore
  });
  const evaluation = run([lost, rule(() => [wrong()], { id: "XX-02" })], [vpc("a")]);
  expect(count(evaluation)[0]).toEqual({ pass: 0, failed: 0, open: 0, error: 1, applicable: true });
  expect(evaluation.findings.map(({ ruleId, verdict, resource: { type, name } }) => [ruleId, verdict, type, name])).toEqual([
    ["XX-01", "error", "stack", "stack"],
    ["XX-02", "fail", VPC, "a"],
  ]);
  expect(evaluation.findings[0]?.message).toContain("(an unknown fault)");
});

test("a finding carries what its verdict says, and the rule's own for what it does not", () => {
  const { findings } = run(rule(() => [wrong({ severity: "low", remediation: "So.", container: "c", networkFunctions: ["AMF"], interfaces: ["N2"], cause: "x" }), wrong()]), [vpc("a")]); // prettier-ignore
  expect(findings.map(({ fingerprint: _, ...told }) => told)).toEqual([
    { ...BASE, severity: "high", enforcement: "mandatory", remediation: "Do it right.", container: null, networkFunctions: [], interfaces: [] },
    { ...BASE, severity: "low", enforcement: "advisory", remediation: "So.", container: "c", networkFunctions: ["AMF"], interfaces: ["N2"] },
  ]);
}); // prettier-ignore

const BASE = {
  ruleId: "XX-01",
  ruleName: "xx-01-made-up",
  verdict: "fail",
  resource: { urn: vpc("a").urn, type: VPC, kind: null, namespace: null, name: "a", source: null },
  message: "It is wrong.",
  evidence: [],
  subsumedBy: null,
  waiver: null,
  baselined: false,
};

test("an object has its kind, namespace and line, and none that is not known yet", () => {
  const at = { file: "core.yaml", line: 12 };
  const stack = [{ ...networkFunction("amf"), source: at }, networkFunction("smf", { namespace: unknownValue() }), object("rbac.authorization.k8s.io/v1", "ClusterRole", "ops")]; // prettier-ignore
  const all = rule(() => [wrong()], { target: { description: "", types: undefined, subjects: (model: CoreModel) => model.resources, resource: (subject: unknown) => subject as Resource } }); // prettier-ignore
  const told = run(all, stack).findings.map(({ resource: { kind, namespace, name, source } }) => [kind, namespace, name, source]);
  expect(told).toEqual([["ClusterRole", null, "ops", null], ["Deployment", null, "smf", null], ["Deployment", "core", "amf", at]]); // prettier-ignore
});

test("the level is the profile's, an advice never refuses, and a case that is switched off by its severity only advises", () => {
  const levels = (settings: Partial<Settings>, verdict: Partial<Verdict> = {}) =>
    run(
      rule(() => [wrong(verdict)]),
      [vpc("a")],
      settings,
    ).findings.map(({ enforcement }) => enforcement);
  expect(levels({})).toEqual(["mandatory"]);
  expect(levels({ profile: "lab" })).toEqual(["advisory"]);
  expect(levels({ profile: "lab" }, { severity: "critical" })).toEqual(["mandatory"]);
  expect(levels({ profile: "strict" }, { severity: "low" })).toEqual(["mandatory"]);
  expect(levels({ profile: "baseline" }, { severity: "medium" })).toEqual(["advisory"]);
  expect(levels({ profile: "strict" }, { advisory: true })).toEqual(["advisory"]);
  expect(levels({ rules: { "XX-01": { level: "advisory" } } })).toEqual(["advisory"]);
});

test("what two subjects say of one place is said once; a second cause, verdict or resource is another", () => {
  const said = (...verdicts: readonly Verdict[]) => run(rule(() => verdicts), [vpc("a")]).findings.length; // prettier-ignore
  expect(said(wrong(), wrong(), wrong())).toBe(1);
  expect(said(wrong(), wrong({ cause: "2" }))).toBe(2);
  expect(said(wrong(), wrong({ container: "c" }))).toBe(2);
  expect(said(wrong(), undetermined({ message: "", evidence: [] }), wrong())).toBe(2);
  const twins = [vpc("a"), { ...vpc("a"), urn: "urn:pulumi:dev::other::aws:ec2/vpc:Vpc::a" }];
  const { findings } = run(rule(() => [wrong()]), twins); // prettier-ignore
  expect(findings).toHaveLength(2);
  expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(1);
});

test("a fingerprint is twenty digits of rule, object, container and cause, and the same in every release: waivers and baselines hang on it", () => {
  const prints = (verdict: Partial<Verdict>, id = "XX-01", name = "a") => run(rule(() => [wrong(verdict)], { id }), [vpc(name)]).findings.map(({ fingerprint }) => fingerprint); // prettier-ignore
  const all = [prints({}), prints({ cause: "x" }), prints({ container: "x" }), prints({}, "XX-02"), prints({}, "XX-01", "b")].flat();
  expect(new Set(all).size).toBe(5);
  for (const print of all) expect(print).toMatch(/^[0-9a-f]{20}$/);
  expect(all[0]).toBe("213097655c03a5592163");
});

test("a failure that can be put right is, unless somebody accepted it", () => {
  const open = rule((subject) => [wrong({ evidence: [seen(subject.props.get("flag"), true)], changes: change(subject.props.get("flag"), true) })]); // prettier-ignore
  const stack = [vpc("a", { flag: false })];
  const before = run(open, stack);
  expect(before.repairs.map(({ changes, resource: { name } }) => [name, changes])).toEqual([["a", [{ path: ["flag"], value: true }]]]);
  const accepted = waiver({ rule: "XX-01", resource: "*::a", evidence: before.findings.flatMap(evidenceDigests) });
  const after = run(open, stack, {}, { at: APRIL, waivers: [accepted] });
  expect([after.repairs, after.findings.map((item) => item.waiver === null)]).toEqual([[], [false]]);
  const unsure = rule((subject) => [undetermined({ message: "", evidence: [], changes: change(subject.props.get("flag"), true) })]);
  expect(run(unsure, stack).repairs).toEqual([]);
  expect(run(rule(() => [wrong({ changes: [] })]), stack).repairs).toEqual([]); // prettier-ignore
});

test("a secret is not changed, and not told", () => {
  const stack = [vpc("a", { name: secretValue("core-secret-name"), tag: "core-secret-name-1" })];
  const telling = rule(({ props }) => [wrong({ message: "It is core-secret-name.", evidence: [{ path: "tag", actual: { "core-secret-name": ["core-secret-name-1", 3, null] }, expected: "core-secret-name" }], remediation: "Not core-secret-name.", container: "core-secret-name", changes: change(props.get("name"), "x") })]); // prettier-ignore
  const { findings, repairs } = run(telling, stack);
  expect(JSON.stringify(findings)).not.toContain("core-secret-name");
  expect(findings[0]?.message).toBe("It is (secret).");
  expect(findings[0]?.evidence).toEqual([{ path: "tag", actual: { "(secret)": ["(secret)-1", 3, null] }, expected: "(secret)" }]);
  expect(repairs).toEqual([]);
});

test("a short secret is a word of any sentence", () => {
  const telling = rule(() => [wrong({ message: "It is true." })]);
  expect(run(telling, [vpc("a", { name: secretValue("true") })]).findings[0]?.message).toBe("It is true.");
  expect(run(telling, [vpc("a", { name: secretValue("is true.") })]).findings[0]?.message).toBe("It (secret)");
});

test("a secret that begins like another is hidden whole", () => {
  const telling = rule(() => [wrong({ message: "It is core-secret-name." })]);
  const stack = [vpc("a", { first: secretValue("core-secret"), second: secretValue("core-secret-name") })];
  expect(run(telling, stack).findings[0]?.message).toBe("It is (secret).");
});

test("parts of a secret line, and what a secret document names, are not told of its own resource", () => {
  const line = secretValue("postgres://reader:hunter2-hunter2@subscribers.example/udr");
  const text = secretValue('{"bucket": "cdr-archive-7", "mode": "encrypted"}');
  const telling = rule(() => [wrong({ message: "hunter2-hunter2 at subscribers.example, cdr-archive-7, encrypted" })]);
  expect(run(telling, [vpc("a", { line, text })]).findings[0]?.message).toBe("(secret) at (secret), (secret), encrypted");
  const [first] = run(telling, [vpc("b"), vpc("z", { line, text })]).findings;
  expect(first?.message).toBe("(secret) at (secret), cdr-archive-7, encrypted");
});

test("findings stand in one order: severity, verdict, rule, namespace, name, resource, cause", () => {
  const at = (namespace: string | null, name: string, urn = "u") => ({ urn, type: "t", kind: "k", namespace, name, source: null });
  const base = run(rule(() => [wrong()]), [vpc("a")]).findings[0]; // prettier-ignore
  if (base === undefined) throw new Error("no finding");
  const order = [
    { ...base, severity: "critical" as const, verdict: "undetermined" as const },
    { ...base, severity: "high" as const, verdict: "error" as const },
    { ...base, ruleId: "AA-01" },
    { ...base, ruleId: "XX-01", resource: at(null, "z") },
    { ...base, resource: at("a", "y") },
    { ...base, resource: at("a", "z", "u1") },
    { ...base, resource: at("a", "z", "u2"), fingerprint: "1" },
    { ...base, resource: at("a", "z", "u2"), fingerprint: "2" },
    { ...base, verdict: "undetermined" as const },
    { ...base, severity: "medium" as const },
    { ...base, severity: "low" as const },
  ];
  expect([...order].reverse().sort(compareFindings)).toEqual(order);
  expect(compareFindings(base, base)).toBe(0);
});
