/** Baselines: the findings of one day, which refuse nothing later, as long as each stays what it was. */

import type { Finding } from "./finding";
import { evidenceDigests } from "./waivers";

export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly resource: string;
  readonly evidence: readonly string[];
}

/** What a baseline of these findings holds: failures that no waiver covers, each once. */
export function baselineOf(findings: readonly Finding[]): readonly BaselineEntry[] {
  const entries = findings
    .filter((finding) => finding.verdict === "fail" && finding.waiver === null)
    .map((finding): [string, BaselineEntry] => [
      finding.fingerprint,
      {
        fingerprint: finding.fingerprint,
        rule: finding.ruleId,
        resource: [finding.resource.kind ?? finding.resource.type, finding.resource.namespace, finding.resource.name]
          .filter(Boolean)
          .join("/"),
        evidence: evidenceDigests(finding),
      },
    ]);
  return [...new Map(entries).values()];
}

/** Marks the findings that the baseline holds; one whose evidence has grown is new, and what is accepted hides nothing new. */
export function markBaselined(findings: readonly Finding[], baseline: readonly BaselineEntry[]): readonly Finding[] {
  const known = new Map(baseline.map((entry) => [entry.fingerprint, entry]));
  const marked = findings.map((finding) => (isHeld(finding, known.get(finding.fingerprint)) ? { ...finding, baselined: true } : finding));
  const accepted = new Set(marked.filter(({ baselined }) => baselined).map(({ fingerprint }) => fingerprint));
  return marked.map((finding) =>
    finding.subsumedBy !== null && !finding.baselined && accepted.has(finding.subsumedBy) ? { ...finding, subsumedBy: null } : finding,
  );
}

/** The entries that still hold a finding; evidence that is gone is dropped, so that it cannot come back. */
export function shrunk(baseline: readonly BaselineEntry[], findings: readonly Finding[]): readonly BaselineEntry[] {
  const now = new Map(baselineOf(findings).map((entry) => [entry.fingerprint, entry]));
  return baseline.flatMap((entry) => {
    const current = now.get(entry.fingerprint);
    const evidence = entry.evidence.filter((digest) => current?.evidence.includes(digest));
    return current === undefined || evidence.length === 0 ? [] : [{ ...entry, evidence }];
  });
}

function isHeld(finding: Finding, entry: BaselineEntry | undefined): boolean {
  return entry !== undefined && finding.verdict === "fail" && evidenceDigests(finding).every((digest) => entry.evidence.includes(digest));
}
