/** The exit status, from the results alone. */

import { type Finding, SEVERITIES } from "../policypack/engine/finding";
import type { Severity } from "../policypack/engine/rule";
import type { UndeterminedPolicy } from "../policypack/engine/settings";

export const EXIT = {
  ok: 0,
  findings: 1,
  /** Usage, configuration, waiver or input. */
  wrong: 2,
  nothingEvaluated: 3,
  fault: 4,
} as const;

export type FailOn = Severity | "never";

export interface Results {
  readonly findings: readonly Finding[];
  /** Resources that were read. */
  readonly resources: number;
  /** Rules that ran. */
  readonly ran: number;
  /** Inputs that could not be read. */
  readonly unread: number;
  readonly coveragePercent: number;
}

export interface Thresholds {
  readonly undetermined: UndeterminedPolicy;
  /** Default: what the profile makes mandatory. */
  readonly failOn?: FailOn | undefined;
  /** Every failure counts that neither a waiver nor the baseline has. */
  readonly failOnNew?: boolean | undefined;
  readonly failCoverageBelow?: number | undefined;
}

/** Whether a finding refuses the change. */
export function refuses(finding: Finding, thresholds: Thresholds): boolean {
  if (finding.waiver !== null || finding.baselined) return false;
  if (finding.verdict === "undetermined" && thresholds.undetermined !== "deny") return false;
  const { failOn } = thresholds;
  if (thresholds.failOnNew === true && finding.subsumedBy === null) return true;
  if (failOn === undefined) return finding.enforcement === "mandatory";
  return failOn !== "never" && SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(failOn);
}

export function exitStatus(results: Results, thresholds: Thresholds): number {
  if (results.unread > 0) return EXIT.wrong;
  if (results.resources === 0 || results.ran === 0) return EXIT.nothingEvaluated;
  if (results.findings.some((finding) => finding.verdict === "error")) return EXIT.fault;
  if (results.findings.some((finding) => refuses(finding, thresholds))) return EXIT.findings;
  if (thresholds.failCoverageBelow !== undefined && results.coveragePercent < thresholds.failCoverageBelow) return EXIT.findings;
  return EXIT.ok;
}
