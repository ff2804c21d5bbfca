/** Tables of cases for a rule: what it must say of some resources. */

import type { Knowledge, Settings } from "../../policypack/engine/settings";
import type { Rule } from "../../policypack/engine/rule";
import type { ResourceInit } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";
import { runAlone, runExample } from "../../policypack/testing";

/** `advice`: a finding that never refuses. */
type Verdict = "pass" | "fail" | "undetermined" | "advice";

export interface Surroundings {
  readonly settings?: Partial<Settings>;
  readonly knowledge?: Partial<Knowledge>;
}

export type Case = readonly [name: string, resources: readonly ResourceInit[], verdict: Verdict, around?: Surroundings];

function ruleOf(id: string): Rule {
  const rule = rules.find((item) => item.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

/** What a rule says of each resource before it is created, when nothing else is in sight: its answers, none for a pass. */
export function answersAlone(id: string, cases: readonly (readonly [name: string, resources: readonly ResourceInit[], ...verdicts: string[]])[]): void {
  describe(`${id}, resource by resource`, () => {
    it.each(cases.map((item) => [item[0], item] as const))("%s", (_name, [, resources, ...verdicts]) => {
      const found = runAlone(ruleOf(id), { name: "case", resources });
      expect(found.map(({ verdict }) => verdict)).toEqual(verdicts);
    });
  });
} // prettier-ignore

/** One test a case: the rule's worst answer, and for a pass that nothing is said at all. */
export function answers(id: string, cases: readonly Case[]): void {
  const rule = ruleOf(id);
  describe(id, () => {
    it.each(cases.map((item) => [item[0], item] as const))("%s", (_name, [, resources, verdict, around]) => {
      const { verdict: answer, findings } = runExample(rule, { name: "case", resources, ...around });
      // Most profiles only advise what a rule rates low; under strict a failure refuses, unless the control itself calls it advice.
      const told = verdict === "advice" || around?.settings?.profile === "strict";
      const advice = answer === "fail" && told && findings.every((finding) => finding.enforcement === "advisory");
      expect([advice ? "advice" : answer, verdict === "pass" ? findings.map((finding) => finding.message) : []]).toEqual([verdict, []]);
    });
  });
}
