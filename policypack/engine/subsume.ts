/** Marks the findings that another one on the same cause covers, so that people read one line for one mistake. */

import { perPart } from "../model/answers";
import type { Finding } from "./finding";
import type { Evidence, Extent, Rule } from "./rule";

/**
 * A finding goes under a failure on the same resource where that one's rule declares so: see `Extent`. What would refuse stays beside
 * what only advises. The mark names the finding that people see, though that one may cover the next and the next this one.
 */
export function markSubsumed(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const { covering, coverers } = coveringOf(rules);
  const failures = new Map<string, Finding[]>();
  for (const finding of findings) {
    // What somebody has accepted hides nothing else.
    if (finding.verdict !== "fail" || finding.waiver !== null || !coverers.has(finding.ruleId)) continue;
    const list = failures.get(finding.resource.urn);
    if (list === undefined) failures.set(finding.resource.urn, [finding]);
    else list.push(finding);
  }
  const covers = new Map<Finding, Finding>();
  for (const finding of findings) {
    if (finding.verdict === "error" || finding.waiver !== null) continue;
    const wanted = covering.get(finding.ruleId);
    const beside = wanted === undefined ? undefined : failures.get(finding.resource.urn);
    if (wanted === undefined || beside === undefined) continue;
    const others = wanted.flatMap(({ rule, extent }) =>
      beside
        .filter((other) => other.ruleId === rule && (other.enforcement === "mandatory" || finding.enforcement === "advisory"))
        .map((other): Cover => ({ other, extent })),
    );
    if (others.length === 0) continue;
    const cover = others.find((item) => isCovered(finding, item)) ?? coveredTogether(finding, others);
    if (cover !== undefined) covers.set(finding, cover.other);
  }
  return findings.map((finding) => {
    const cover = topmost(finding, covers);
    return cover === finding ? finding : { ...finding, subsumedBy: cover.fingerprint };
  });
}

/** Which rules cover which, and all that cover any. */
const coveringOf = perPart((rules: readonly Rule[]) => {
  const covering = new Map<string, { rule: string; extent: Extent }[]>();
  for (const rule of rules) {
    for (const [covered, extent] of Object.entries(rule.subsumes ?? {})) {
      covering.set(covered, [...(covering.get(covered) ?? []), { rule: rule.id, extent }]);
    }
  }
  return { covering, coverers: new Set([...covering.values()].flat().map(({ rule }) => rule)) };
});

/** The finding that is not covered itself. Rules do not cover each other in a ring (a test sees to it). */
function topmost(finding: Finding, covers: ReadonlyMap<Finding, Finding>): Finding {
  const cover = covers.get(finding);
  return cover === undefined ? finding : topmost(cover, covers);
}

interface Cover {
  readonly other: Finding;
  readonly extent: Extent;
}

function isCovered(finding: Finding, { other, extent }: Cover): boolean {
  if (extent === "resource") return true;
  if (extent === "container") return other.container === finding.container;
  return extent === "omission" && isOmission(finding, other);
}

/** The first of those that name all its places between them: one may name what comes in, another what goes out. */
function coveredTogether(finding: Finding, others: readonly Cover[]): Cover | undefined {
  const own = new Set(finding.evidence.map(({ path }) => path));
  const naming = others.filter(({ other, extent }) => extent === "evidence" && other.evidence.some(({ path }) => own.has(path)));
  const named = new Set(naming.flatMap(({ other }) => other.evidence.map(({ path }) => path)));
  return [...own].every((path) => named.has(path)) ? naming[0] : undefined;
}

function isOmission(finding: Finding, other: Finding): boolean {
  if (finding.evidence.length === 0) return false;
  const settings = new Set(other.evidence.filter(isMissing).map(({ path }) => settingsAt(path)));
  return finding.evidence.every((item) => isMissing(item) && settings.has(settingsAt(item.path)));
}

function isMissing({ actual }: Evidence): boolean {
  return actual === null;
}

/** `spec.containers[0].securityContext.capabilities.drop` stands in the settings of `spec.containers[0].securityContext`. */
function settingsAt(path: string): string {
  const [settings] = /^.*\bsecurityContext\b/.exec(path) ?? [];
  return settings ?? path;
}

/** What goes under each finding that people see, by `keyOf`. */
export function covered(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const under = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.subsumedBy === null) continue;
    const key = `${finding.subsumedBy} ${finding.resource.urn}`;
    under.set(key, [...(under.get(key) ?? []), finding]);
  }
  return under;
}

/** A finding's place in `covered`. */
export function keyOf(finding: Finding): string {
  return `${finding.fingerprint} ${finding.resource.urn}`;
}
