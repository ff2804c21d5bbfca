import type { Finding } from "../../../policypack/engine/finding";
import { evaluate } from "../../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource } from "../../../policypack/model/stack";
import { rules } from "../../../policypack/rules";
import { networkFunction, resource } from "../../../policypack/testing/build";

const PFCP = { protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["0.0.0.0/0"] };
const SSH = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };
const OFFICE = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.8.0.0/24"] };
const VPC = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", tags: { "carrierguard.dev/zone": "control" } });

/** Rules that people see a finding of, about a group with these rules. */
function seen(...ingress: object[]): string[] {
  const group = resource("aws:ec2/securityGroup:SecurityGroup", "upf", { vpcId: "vpc-1", ingress: ingress as [] });
  const model = new CoreModel({ resources: [VPC, group].map((init) => new Resource(init)), gaps: [] });
  const asked = rules.filter(({ id }) => ["SG-05", "SG-09", "SG-17"].includes(id));
  const settings = { ...DEFAULT_SETTINGS, zones: { oam: ["10.9.0.0/24"] } };
  const { findings } = evaluate(model, asked, settings, NO_KNOWLEDGE);
  return findings.filter((finding) => finding.subsumedBy === null).map((finding) => finding.ruleId);
}

test("PFCP from anywhere is told once, where it is decided before the group is made", () => {
  expect(seen(PFCP)).toEqual(["SG-05"]);
});

test("SSH from anywhere is told once, as a way in for the world", () => {
  expect(seen(SSH)).toEqual(["SG-05"]);
});

test("another port in another rule is another cause", () => {
  expect(seen(PFCP, OFFICE)).toEqual(["SG-05", "SG-09"]);
});

test("an office beside the world is not hidden by the world", () => {
  expect(seen(SSH, OFFICE)).toEqual(["SG-05", "SG-09"]);
});

/** Findings about an AMF's container with this security context. */
function hardening(securityContext: object, levels: { readonly [id: string]: "advisory" } = {}): Finding[] {
  const model = new CoreModel({
    resources: [new Resource(networkFunction("amf", { container: { securityContext: securityContext as never } }))],
    gaps: [],
  });
  const asked = rules.filter(({ id }) => ["WH-01", "WH-02", "WH-05"].includes(id));
  const settings = {
    ...DEFAULT_SETTINGS,
    rules: Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level, options: {} }])),
  };
  return evaluate(model, asked, settings, NO_KNOWLEDGE).findings.slice();
}

const told = (findings: readonly Finding[]): string[] =>
  findings.filter(({ subsumedBy }) => subsumedBy === null).map(({ ruleId }) => ruleId);

test("a security context that nobody wrote is told once", () => {
  expect(told(hardening({}))).toEqual(["WH-05"]);
});

test("a capability that somebody added is another mistake than what was left out", () => {
  expect(told(hardening({ capabilities: { add: ["NET_ADMIN"] } }))).toEqual(["WH-02", "WH-05"]);
});

test("what refuses does not go under what only advises", () => {
  expect(told(hardening({}, { "WH-05": "advisory" }))).toEqual(["WH-02", "WH-05"]);
});

test("what goes under something that goes under a third is marked with the third", () => {
  const findings = hardening({ privileged: true });
  const privileged = findings.find(({ ruleId }) => ruleId === "WH-01")?.fingerprint;
  expect(findings.map(({ subsumedBy }) => subsumedBy)).toEqual([null, privileged, privileged]);
});

test("rules do not cover each other in a ring", () => {
  const under = new Map(rules.map(({ id, subsumes = {} }) => [id, Object.keys(subsumes)]));
  const leadsTo = (from: string, to: string, seen: ReadonlySet<string> = new Set()): boolean =>
    (under.get(from) ?? []).some((next) => next === to || (!seen.has(next) && leadsTo(next, to, new Set([...seen, next]))));
  expect(rules.map(({ id }) => id).filter((id) => leadsTo(id, id))).toEqual([]);
});

test("every rule that is named as covered exists", () => {
  const ids = new Set(rules.map(({ id }) => id));
  expect(rules.flatMap(({ subsumes = {} }) => Object.keys(subsumes)).filter((id) => !ids.has(id))).toEqual([]);
});

/** What goes under what: whoever adds or takes one away changes which mistakes people read. Those that an example of either rule shows. */
const SHOWN = [
  "DP-03 > DP-10", "DP-04 > SG-17", "DP-04 > SG-30", "DP-06 > DP-05", "ID-03 > ID-04", "SC-01 > SC-02", "SC-01 > SC-04",
  "SG-05 > SG-09", "SG-05 > SG-17", "SG-16 > SG-13", "SG-17 > SG-21", "SG-17 > SG-30", "SG-20 > ID-07", "SG-22 > ID-08", "SG-23 > SG-12",
  "SG-25 > SG-21", "SG-26 > SG-12", "SG-27 > SG-21", "SG-27 > SG-30", "SG-28 > SG-12", "SG-30 > ID-07", "WH-01 > WH-02", "WH-01 > WH-05", "WH-05 > WH-02",
]; // prettier-ignore
/** For an indicator there must be a feed; the others need a core that breaks two rules at once. */
const OTHERS = ["DP-02 > DP-12", "DP-05 > ID-19", "SG-05 > TI-01", "SG-07 > TI-01", "SG-25 > SG-12"];

test("rules cover each other as people know it", () => {
  const pairs = rules.flatMap(({ id, subsumes = {} }) => Object.keys(subsumes).map((covered) => `${id} > ${covered}`));
  expect(pairs.sort()).toEqual([...SHOWN, ...OTHERS].sort());
});

test.each(SHOWN)("%s", (pair) => {
  const [above, below] = pair.split(" > ").map((id) => rules.filter((rule) => rule.id === id));
  const asked = [...(above ?? []), ...(below ?? [])];
  const covered = asked
    .flatMap((rule) => [...rule.examples().fail, ...rule.examples().undetermined])
    .flatMap((example) => {
      const settings = { ...DEFAULT_SETTINGS, ...example.settings };
      const model = new CoreModel({ resources: example.resources.map((init) => new Resource(init)), gaps: [] });
      return evaluate(model, asked, settings, { ...NO_KNOWLEDGE, ...example.knowledge }).findings;
    })
    .filter(({ ruleId, subsumedBy }) => ruleId === below?.[0]?.id && subsumedBy !== null);
  expect(covered).not.toEqual([]);
});
