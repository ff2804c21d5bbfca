/** Findings as Pulumi's violations: which are said, at which level, in which words, and in how many bytes. */

import type { Finding } from "../engine/finding";
import type { Evidence, Rule } from "../engine/rule";
import type { Settings } from "../engine/settings";
import { covered, keyOf } from "../engine/subsume";
import type { View } from "../model/core";

/** What `reportViolation` of @pulumi/policy takes; `name` is the policy that is violated. */
export interface Violation {
  readonly name: string;
  readonly description: string;
  readonly message: string;
  readonly urn: string | undefined;
  readonly enforcementLevel: "advisory" | "mandatory";
  readonly severity: Rule["severity"];
}

/**
 * The engine refuses an answer of more than 4 MiB whole, so that every finding in it would be lost. What is over these is
 * counted, not shown: findings of one rule in one answer, bytes of one answer, letters of one message.
 */
const RULE_LIMIT = 100;
const ANSWER_LIMIT = 1024 * 1024;
const MESSAGE_LIMIT = 4000;

/** Bytes of a violation besides its texts: names of pack, version and policy, tags of the encoding. */
const OVERHEAD = 160;

const EVIDENCE_LIMIT = 4;
const PLACES_LIMIT = 3;

/** Waived and accepted findings are in the reports only; what goes under another is a line of that one's. */
export function violationsOf(findings: readonly Finding[], view: View, settings: Settings, rules: readonly Rule[]): Violation[] {
  const said = findings.filter((finding) => finding.subsumedBy === null && finding.waiver === null && !finding.baselined);
  const certain = said.filter((finding) => finding.verdict !== "undetermined" || settings.undetermined === "deny");
  // On one resource an unknown is not worth a word: the stack's answer has one line for all of a rule's.
  const unknown =
    view === "stack" && settings.undetermined === "advise" ? said.filter((finding) => finding.verdict === "undetermined") : [];
  const titles = new Map(rules.map((rule) => [rule.id, rule.title]));
  const title = (finding: Finding) => titles.get(finding.ruleId) ?? finding.ruleName;
  const under = covered(findings);
  const shown = withinLimits(certain, title, (finding) => under.get(keyOf(finding)) ?? []);
  return [...shown, ...byRule(unknown).map((group) => summary(group, title))];
}

function withinLimits(
  findings: readonly Finding[],
  title: (finding: Finding) => string,
  coveredBy: (finding: Finding) => readonly Finding[],
): Violation[] {
  const violations: Violation[] = [];
  let bytes = 0;
  for (const group of byRule(findings)) {
    const cut: Finding[] = [];
    // What refuses is shown before what advises.
    const ordered = [...group].sort((a, b) => Number(a.enforcement === "advisory") - Number(b.enforcement === "advisory"));
    for (const [index, finding] of ordered.entries()) {
      const violation = violationOf(finding, title(finding), coveredBy(finding));
      const size = sizeOf(violation);
      if (index >= RULE_LIMIT || bytes + size > ANSWER_LIMIT) cut.push(finding);
      else {
        bytes += size;
        violations.push(violation);
      }
    }
    if (cut.length > 0) violations.push(more(cut, title));
  }
  return violations;
}

function violationOf(finding: Finding, description: string, also: readonly Finding[] = []): Violation {
  const lines = [
    `[${finding.ruleId}] ${finding.message}`,
    `  Fix: ${finding.remediation}`,
    ...finding.evidence.slice(0, EVIDENCE_LIMIT).map((evidence) => `  At: ${evidenceText(evidence)}`),
    ...(finding.evidence.length > EVIDENCE_LIMIT ? [`  and ${finding.evidence.length - EVIDENCE_LIMIT} more places`] : []),
    ...also.map((other) => `  Same cause: [${other.ruleId}] ${other.message}`),
    ...(finding.verdict === "error" ? [] : [`  Why, and examples: carrierguard explain ${finding.ruleId}`]),
  ];
  return {
    name: finding.ruleName,
    description,
    message: shorten(lines.join("\n"), MESSAGE_LIMIT),
    urn: finding.resource.urn === "" ? undefined : finding.resource.urn,
    enforcementLevel: finding.enforcement,
    severity: finding.severity,
  };
}

function evidenceText(evidence: Evidence): string {
  const actual = evidence.actual === null || evidence.actual === undefined ? "not set" : quoted(evidence.actual);
  return `${shorten(evidence.path, 160)} is ${actual}, expected ${quoted(evidence.expected)}`;
}

function quoted(value: unknown): string {
  return shorten(typeof value === "string" ? value : (JSON.stringify(value) ?? "not set"), 160);
}

/** What did not fit: as strict as the strictest of it. */
function more(cut: readonly Finding[], title: (finding: Finding) => string): Violation {
  const strictest = cut.find((finding) => finding.enforcement === "mandatory") ?? cut[0];
  if (strictest === undefined) throw new Error("nothing was cut");
  const message = `[${strictest.ruleId}] ${cut.length} more findings of this rule (${places(cut)}): \`carrierguard check\` shows all of them.`;
  return { ...violationOf(strictest, title(strictest)), message, urn: undefined };
}

/** One line for everything that a rule could not tell. */
function summary(group: readonly Finding[], title: (finding: Finding) => string): Violation {
  const [first] = group;
  if (first === undefined) throw new Error("nothing was undetermined");
  const answers = group.length === 1 ? "1 answer depends" : `${group.length} answers depend`;
  const message = `[${first.ruleId}] ${answers} on values that are not known yet (${places(group)}): not a pass. \`carrierguard check\` on the deployed stack's export decides; the setting undetermined: deny refuses now.`;
  return {
    ...violationOf(first, title(first)),
    message,
    urn: group.length === 1 ? violationOf(first, "").urn : undefined,
    enforcementLevel: "advisory",
  };
}

function places(findings: readonly Finding[]): string {
  const names = [...new Set(findings.map((finding) => `${finding.resource.kind ?? finding.resource.type} ${finding.resource.name}`))];
  const rest = names.length - PLACES_LIMIT;
  return `${names
    .slice(0, PLACES_LIMIT)
    .map((name) => shorten(name, 120))
    .join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function byRule(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.ruleId);
    if (group === undefined) groups.set(finding.ruleId, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function sizeOf(violation: Violation): number {
  return (
    Buffer.byteLength(violation.message) + Buffer.byteLength(violation.description) + Buffer.byteLength(violation.urn ?? "") + OVERHEAD
  );
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
