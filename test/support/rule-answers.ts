/** Tables of cases for a rule: what it must say of some resources. */

import type { Knowledge, Settings } from "../../policypack/engine/settings";
import type { ResourceInit } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";
import { runExample } from "../../policypack/testing";

/** `advice`: a finding that never refuses. */
type Verdict = "pass" | "fail" | "undetermined" | "advice";

export interface Surroundings {
  readonly settings?: Partial<Settings>;
  readonly knowledge?: Partial<Knowledge>;
}

export type Case = readonly [name: string, resources: readonly ResourceInit[], verdict: Verdict, around?: Surroundings];

/** One test a case: the rule's worst answer, and for a pass that nothing is said at all. */
export function answers(id: string, cases: readonly Case[]): void {
  const rule = rules.find((item) => item.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  describe(id, () => {
    it.each(cases.map((item) => [item[0], item] as const))("%s", (_name, [, resources, verdict, around]) => {
      const { verdict: answer, findings } = runExample(rule, { name: "case", resources, ...around });
      const advice = answer === "fail" && verdict === "advice" && findings.every((finding) => finding.enforcement === "advisory");
      expect([advice ? "advice" : answer, verdict === "pass" ? findings.map((finding) => finding.message) : []]).toEqual([verdict, []]);
    });
  });
}
