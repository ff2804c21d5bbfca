/** Marks the findings that another one on the same cause covers, so that people read one line for one mistake. */

import type { Finding } from "./finding";
import type { Extent, Rule } from "./rule";

/**
 * A finding goes under a failure on the same resource where that one's rule declares so: whatever it says there, or in the same
 * container, or where all places that it points at are places of the other's too.
 */
export function markSubsumed(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const covering = new Map<string, { rule: string; extent: Extent }[]>();
  for (const rule of rules) {
    for (const [covered, extent] of Object.entries(rule.subsumes ?? {})) {
      covering.set(covered, [...(covering.get(covered) ?? []), { rule: rule.id, extent }]);
    }
  }
  if (covering.size === 0) return [...findings];
  const coverers = new Set([...covering.values()].flat().map(({ rule }) => rule));
  const failures = new Map<string, Finding[]>();
  for (const finding of findings) {
    // What somebody has accepted hides nothing else.
    if (finding.verdict !== "fail" || finding.waiver !== null || !coverers.has(finding.ruleId)) continue;
    const key = place(finding.ruleId, finding);
    failures.set(key, [...(failures.get(key) ?? []), finding]);
  }
  return findings.map((finding) => {
    if (finding.verdict === "error") return finding;
    for (const { rule, extent } of covering.get(finding.ruleId) ?? []) {
      const other = failures.get(place(rule, finding))?.find((item) => item !== finding && covers(item, finding, extent));
      if (other !== undefined) return { ...finding, subsumedBy: other.fingerprint };
    }
    return finding;
  });
}

function covers(other: Finding, finding: Finding, extent: Extent): boolean {
  if (extent === "resource") return true;
  if (extent === "container") return other.container === finding.container;
  const places = new Set(other.evidence.map(({ path }) => path));
  return finding.evidence.length > 0 && finding.evidence.every(({ path }) => places.has(path));
}

function place(rule: string, finding: Finding): string {
  return `${rule} ${finding.resource.urn}`;
}
