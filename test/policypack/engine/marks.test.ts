/** What goes under what, finding by finding: how far each extent reaches, and what neither covers nor is covered. */

import type { Finding } from "../../../policypack/engine/finding";
import type { Extent, Rule } from "../../../policypack/engine/rule";
import { covered, keyOf, markSubsumed } from "../../../policypack/engine/subsume";
import { finding } from "../../support/findings";

const covering = (extent: Extent): Rule[] => [{ id: "XX-01", subsumes: { "XX-02": extent } } as unknown as Rule, { id: "XX-02" } as Rule];
const at = (path: string, actual: unknown = true) => ({ path, actual, expected: false });
const above = (over: Partial<Finding> = {}): Finding => finding({ ruleId: "XX-01", fingerprint: "above", ...over });
const below = (over: Partial<Finding> = {}): Finding => finding({ ruleId: "XX-02", fingerprint: "below", ...over });

/** The marks of findings of which the last is asked about. */
const mark = (extent: Extent, ...findings: readonly Finding[]) => markSubsumed(findings, covering(extent)).at(-1)?.subsumedBy;

const elsewhere = { ...finding().resource, urn: "urn:pulumi:dev::core::x::smf" };

test.each<readonly [string, Partial<Finding>, Partial<Finding>, string | null]>([
  ["a failure covers what fails", {}, {}, "above"],
  ["a failure covers what cannot be told", {}, { verdict: "undetermined" }, "above"],
  ["a fault of carrierguard is told by itself", {}, { verdict: "error" }, null],
  ["what cannot be told covers nothing", { verdict: "undetermined" }, {}, null],
  ["what somebody has accepted covers nothing", { waiver: "SEC-1" }, {}, null],
  ["what somebody has accepted is not covered", {}, { waiver: "SEC-1" }, null],
  ["an advice covers no refusal", { enforcement: "advisory" }, {}, null],
  ["an advice covers an advice", { enforcement: "advisory" }, { enforcement: "advisory" }, "above"],
  ["a refusal covers an advice", {}, { enforcement: "advisory" }, "above"],
  ["another resource is another mistake", { resource: elsewhere }, {}, null],
  ["another rule covers nothing", { ruleId: "XX-03" }, {}, null],
])("%s", (_name, first, second, answer) => {
  expect(mark("resource", above(first), below(second))).toBe(answer);
});

test.each<readonly [string, Partial<Finding>, Partial<Finding>, string | null]>([
  ["the same container", { container: "amf" }, { container: "amf" }, "above"],
  ["another container", { container: "amf" }, { container: "agent" }, null],
  ["all containers together", { container: "amf" }, { container: null }, null],
])("%s", (_name, first, second, answer) => {
  expect(mark("container", above(first), below(second))).toBe(answer);
});

test.each<readonly [string, Finding["evidence"], Finding["evidence"], string | null]>([
  ["the same place", [at("ingress[0]")], [at("ingress[0]")], "above"],
  ["one place among others", [at("ingress[0]"), at("ingress[1]")], [at("ingress[0]")], "above"],
  ["one place of two", [at("ingress[0]")], [at("ingress[0]"), at("ingress[1]")], null],
  ["another place", [at("ingress[1]")], [at("ingress[0]")], null],
  ["no place", [at("ingress[0]")], [], null],
])("evidence: %s", (_name, first, second, answer) => {
  expect(mark("evidence", above({ evidence: first }), below({ evidence: second }))).toBe(answer);
});

test("two findings cover a third whose places they name between them, and the first has the mark", () => {
  const [inside, outside] = [above({ evidence: [at("ingress[0]"), at("name")] }), above({ evidence: [at("egress[0]")], fingerprint: "outside" })]; // prettier-ignore
  const both = below({ evidence: [at("ingress[0]"), at("egress[0]")] });
  const stranger = above({ evidence: [at("tags")], fingerprint: "stranger" });
  expect(mark("evidence", stranger, inside, outside, both)).toBe("above");
  expect(mark("evidence", stranger, inside, both)).toBeNull();
});

const unset = (path: string) => at(`spec.containers[0].securityContext.${path}`, null);

test.each<readonly [string, Finding["evidence"], Finding["evidence"], string | null]>([
  ["nobody wrote either", [unset("runAsNonRoot")], [unset("capabilities.drop")], "above"],
  ["somebody wrote the second", [unset("runAsNonRoot")], [at("spec.containers[0].securityContext.capabilities.add[0]", "SYS_ADMIN")], null],
  ["somebody wrote the first", [at("spec.containers[0].securityContext.runAsUser", 0)], [unset("capabilities.drop")], null],
  ["another container's", [at("spec.containers[1].securityContext.runAsNonRoot", null)], [unset("capabilities.drop")], null],
  ["one of two written", [unset("runAsNonRoot")], [unset("capabilities.drop"), at("spec.containers[0].securityContext.capabilities.add[0]", "SYS_ADMIN")], null],
  ["outside the security settings, the same place", [at("spec.hostPID", null)], [at("spec.hostPID", null)], "above"],
  ["outside the security settings, another place", [at("spec.hostPID", null)], [at("spec.hostIPC", null)], null],
  ["nothing seen", [unset("runAsNonRoot")], [], null],
])("omission: %s", (_name, first, second, answer) => {
  expect(mark("omission", above({ evidence: first }), below({ evidence: second }))).toBe(answer);
}); // prettier-ignore

test("reports find what goes under a finding by its place, on its own resource alone", () => {
  const here = [above(), below()];
  const there = here.map((item) => ({ ...item, resource: elsewhere }));
  const marked = markSubsumed([...here, ...there, below({ fingerprint: "second" })], covering("resource"));
  const under = covered(marked);
  expect([...under.keys()]).toEqual([keyOf(above()), keyOf(above({ resource: elsewhere }))]);
  expect(under.get(keyOf(above()))?.map(({ fingerprint }) => fingerprint)).toEqual(["below", "second"]);
  expect(under.get(keyOf(above({ resource: elsewhere })))?.map(({ resource }) => resource)).toEqual([elsewhere]);
});
