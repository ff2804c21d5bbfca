/** The report of a check: what every format is written from. `schemas/report.schema.json` is its contract. */

import type { Coverage } from "../../policypack/engine/coverage";
import type { Finding } from "../../policypack/engine/finding";
import { SEVERITIES } from "../../policypack/engine/finding";
import type { Rule } from "../../policypack/engine/rule";
import type { Profile } from "../../policypack/engine/settings";

export interface Summary {
  readonly resources: number;
  /** Runs of rules: each rule once for each subject (a workload, a security group, the stack…) that it answered for. */
  readonly evaluated: number;
  readonly fail: number;
  readonly undetermined: number;
  readonly error: number;
  readonly waived: number;
  readonly baselined: number;
  readonly bySeverity: { readonly [severity: string]: number };
  readonly byRule: { readonly [rule: string]: number };
}

export interface Report {
  readonly schemaVersion: "1";
  readonly tool: { readonly name: "carrierguard"; readonly version: string };
  readonly timestamp?: string;
  readonly profile: Profile;
  readonly targets: readonly string[];
  readonly summary: Summary;
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
}

/** What a writer may need beside the report itself. */
export interface ReportContext {
  readonly rules: readonly Rule[];
  /** How many of them ran. */
  readonly ran: number;
  readonly color: boolean;
  /** Findings of the same cause that are not told apart from this one. */
  covered(finding: Finding): readonly Finding[];
  /** Whether a finding, or one that it covers, refuses the change, as the exit status has it. */
  refuses(finding: Finding): boolean;
}

/** The report as text, whole or in pieces: a long one is never one string, which would cost its size twice over. */
export type ReportWriter = (report: Report, context: ReportContext) => string | readonly string[];

/** Counts findings: each once, subsumed ones not at all, as people count mistakes. */
export function summarise(findings: readonly Finding[], resources: number, evaluated: number): Summary {
  const counted = findings.filter((finding) => finding.subsumedBy === null);
  const open = counted.filter((finding) => finding.waiver === null && !finding.baselined);
  const count = (test: (finding: Finding) => boolean): number => open.filter(test).length;
  const fails = open.filter((finding) => finding.verdict === "fail");
  const byRule: { [rule: string]: number } = {};
  for (const finding of [...fails].sort((a, b) => (a.ruleId < b.ruleId ? -1 : 1)))
    byRule[finding.ruleId] = (byRule[finding.ruleId] ?? 0) + 1;
  return {
    resources,
    evaluated,
    fail: fails.length,
    undetermined: count((finding) => finding.verdict === "undetermined"),
    error: count((finding) => finding.verdict === "error"),
    waived: counted.filter((finding) => finding.waiver !== null).length,
    baselined: counted.filter((finding) => finding.baselined).length,
    bySeverity: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, fails.filter((finding) => finding.severity === severity).length]),
    ),
    byRule,
  };
}
