/** Findings: what reports and Pulumi violations are made of. The JSON report has the same fields. */

import type { NetworkFunctionId } from "../topology/types";
import type { Enforcement, Evidence, Severity } from "./rule";

export interface FindingResource {
  readonly urn: string;
  readonly type: string;
  readonly kind: string | null;
  readonly namespace: string | null;
  readonly name: string;
  readonly source: { readonly file: string; readonly line: number | null } | null;
}

export interface Finding {
  readonly ruleId: string;
  readonly ruleName: string;
  /** `error`: the rule could not answer. */
  readonly verdict: "fail" | "undetermined" | "error";
  readonly severity: Severity;
  readonly enforcement: Exclude<Enforcement, "disabled">;
  readonly resource: FindingResource;
  readonly networkFunctions: readonly NetworkFunctionId[];
  readonly interfaces: readonly string[];
  readonly container: string | null;
  readonly message: string;
  readonly remediation: string;
  readonly evidence: readonly Evidence[];
  /** The same cause on the same object gives the same fingerprint, whichever form the input has. */
  readonly fingerprint: string;
  /** Fingerprint of the finding that covers this one. */
  readonly subsumedBy: string | null;
  readonly waiver: string | null;
  readonly baselined: boolean;
}

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

const SEVERITY_RANK: { readonly [severity in Severity]: number } = { critical: 0, high: 1, medium: 2, low: 3 };
const VERDICT_RANK: { readonly [verdict in Finding["verdict"]]: number } = { error: 0, fail: 1, undetermined: 2 };

/** The order of every report: worst first, then by rule, then by place. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
    VERDICT_RANK[a.verdict] - VERDICT_RANK[b.verdict] ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.resource.namespace ?? "", b.resource.namespace ?? "") ||
    compareText(a.resource.name, b.resource.name) ||
    compareText(a.resource.urn, b.resource.urn) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** By code units: the same order in every language and place. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
