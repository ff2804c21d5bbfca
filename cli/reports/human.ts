/** The report for people: by network function, one line a mistake, the fix, what was not seen, what to do next. */

import { createColors } from "picocolors";
import { compareText, type Finding } from "../../policypack/engine/finding";
import type { Severity } from "../../policypack/engine/rule";
import { listed, type Mistake, mistakesOf } from "./mistakes";
import type { Report, ReportContext, ReportWriter } from "./report";

type Colors = ReturnType<typeof createColors>;

/** Gaps shown in full; the rest is counted, and all of them are in the JSON report. */
const GAPS_SHOWN = 5;

export const human: ReportWriter = (report, context) => {
  const colors = createColors(context.color);
  const shown = report.findings.filter((finding) => finding.subsumedBy === null && finding.verdict !== "undetermined");
  const lines: string[] = [];
  const fixed = new Set<string>();
  for (const [title, mistakes] of sections(mistakesOf(shown, context))) {
    lines.push(colors.bold(title));
    for (const mistake of mistakes) {
      lines.push(...mistakeLines(mistake, context, colors));
      for (const { ruleId, remediation } of [mistake.first, ...context.covered(mistake.first)]) {
        const also = ruleId === mistake.first.ruleId ? "" : ` (${ruleId})`;
        if (!fixed.has(remediation)) lines.push(colors.dim(`      fix${also}: ${remediation}`));
        fixed.add(remediation);
      }
    }
    lines.push("");
  }
  lines.push(...undeterminedLines(report, colors), ...coverageLines(report, colors), ...summaryLines(report, shown, context, colors));
  return `${lines.join("\n")}\n`;
};

/** Sections by network function, those with the worst mistakes first as the report has them; what is of no function last. */
function sections(mistakes: readonly Mistake[]): [string, Mistake[]][] {
  const groups = new Map<string, Mistake[]>();
  for (const mistake of mistakes) {
    const title = mistake.networkFunctions.length > 3 ? "Several network functions" : mistake.networkFunctions.join(", ");
    groups.set(title, [...(groups.get(title) ?? []), mistake]);
  }
  const rank = (title: string): string => (title === "" ? "2" : title === "Several network functions" ? "0" : `1${title}`);
  return [...groups]
    .sort(([a], [b]) => compareText(rank(a), rank(b)))
    .map(([title, list]) => [title === "" ? "Beside the network functions" : title, list]);
}

function mistakeLines({ first: finding, others }: Mistake, context: ReportContext, colors: Colors): string[] {
  const mark = finding.verdict === "error" ? colors.magenta("!") : context.refuses(finding) ? colors.red("✖") : colors.yellow("▲");
  const place =
    finding.resource.urn === ""
      ? "the stack"
      : [
          finding.resource.kind ?? finding.resource.type,
          [finding.resource.namespace, finding.resource.name].filter(Boolean).join("/"),
        ].join(" ");
  const source = finding.resource.source;
  const where = source === null ? "" : colors.dim(`  ${source.file}${source.line === null ? "" : `:${source.line}`}`);
  const state =
    finding.waiver !== null ? colors.dim(` (waived: ${finding.waiver})`) : finding.baselined ? colors.dim(" (in the baseline)") : "";
  const rules = [finding, ...context.covered(finding)].map((item) => item.ruleId);
  return [
    `  ${mark} ${severity(finding.severity, colors)} ${colors.bold([...new Set(rules)].join(" "))}  ${finding.message}${state}${where === "" ? colors.dim(`  ${place}`) : where}`,
    ...(others.length === 0 ? [] : [`      and in ${others.length} more: ${listed(others)}`]),
  ];
}

function severity(level: Severity, colors: Colors): string {
  const paint = { critical: colors.red, high: colors.red, medium: colors.yellow, low: colors.cyan }[level];
  return paint(level.padEnd(8));
}

/** One line a rule: what could not be decided is a question, not a list of faults. */
function undeterminedLines(report: Report, colors: Colors): string[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (finding.verdict !== "undetermined" || finding.subsumedBy !== null) continue;
    byRule.set(finding.ruleId, [...(byRule.get(finding.ruleId) ?? []), finding]);
  }
  if (byRule.size === 0) return [];
  const lines = [...byRule]
    .sort(([a], [b]) => compareText(a, b))
    .map(([rule, findings]) => {
      const more = findings.length > 1 ? ` (and ${findings.length - 1} more like it)` : "";
      return `  ? ${colors.bold(rule)}  ${findings[0]?.message ?? ""}${more}`;
    });
  return [colors.bold("Could not be decided"), ...lines, ""];
}

function coverageLines(report: Report, colors: Colors): string[] {
  const { gaps, percent } = report.coverage;
  if (gaps.length === 0) return [];
  const lines = gaps
    .slice(0, GAPS_SHOWN)
    .map((gap) => `  - ${gap.urn}: ${gap.reason}${gap.rules.length > 0 ? ` (blind: ${gap.rules.join(", ")})` : ""}`);
  if (gaps.length > GAPS_SHOWN) lines.push(`  - and ${gaps.length - GAPS_SHOWN} more (see \`-o json\`)`);
  return [colors.bold(`Not looked into (coverage ${percent} %)`), ...lines, ""];
}

function summaryLines(report: Report, shown: readonly Finding[], context: ReportContext, colors: Colors): string[] {
  const { summary, coverage } = report;
  const refusing = shown.filter((finding) => context.refuses(finding)).length;
  const counts = Object.entries(summary.bySeverity).flatMap(([level, count]) => (count > 0 ? [`${count} ${level}`] : []));
  const verdict =
    refusing > 0
      ? colors.red(`Refused: ${refusing} mandatory finding${refusing === 1 ? "" : "s"}`)
      : colors.green("Accepted: no mandatory finding");
  const details = [
    counts.length > 0 ? counts.join(", ") : "nothing found",
    ...(summary.undetermined > 0 ? [`${summary.undetermined} undetermined`] : []),
    ...(summary.error > 0 ? [`${summary.error} not answered`] : []),
    ...(summary.waived > 0 ? [`${summary.waived} waived`] : []),
    ...(summary.baselined > 0 ? [`${summary.baselined} in the baseline`] : []),
  ];
  const lines = [
    `${colors.bold(verdict)} under profile ${report.profile} (${details.join(", ")})`,
    `${summary.resources} resources, ${context.ran} rules, coverage ${coverage.percent} %`,
  ];
  const [first] = shown;
  if (first !== undefined) lines.push(colors.dim(`Next: carrierguard explain ${first.ruleId}`));
  return lines;
}
