/** Marks the findings that another one on the same cause covers, so that people read one line for one mistake. */

import type { Finding } from "./finding";
import type { Rule } from "./rule";

/**
 * A finding goes under another of the same certainty on the same resource (or in the same container of it) where the
 * other's rule declares so.
 */
export function markSubsumed(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const covering = new Map<string, { rule: string; extent: "resource" | "container" }[]>();
  for (const rule of rules) {
    for (const [covered, extent] of Object.entries(rule.subsumes ?? {})) {
      covering.set(covered, [...(covering.get(covered) ?? []), { rule: rule.id, extent }]);
    }
  }
  if (covering.size === 0) return [...findings];
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.verdict !== "fail") continue;
    for (const extent of ["resource", "container"] as const) {
      const key = place(finding.ruleId, finding, extent);
      if (!byPlace.has(key)) byPlace.set(key, finding);
    }
  }
  return findings.map((finding) => {
    if (finding.verdict === "error") return finding;
    for (const { rule, extent } of covering.get(finding.ruleId) ?? []) {
      const other = byPlace.get(place(rule, finding, extent));
      if (other !== undefined && other !== finding) return { ...finding, subsumedBy: other.fingerprint };
    }
    return finding;
  });
}

function place(rule: string, finding: Finding, extent: "resource" | "container"): string {
  return `${rule} ${finding.resource.urn} ${extent === "container" ? `#${finding.container ?? ""}` : "*"}`;
}
