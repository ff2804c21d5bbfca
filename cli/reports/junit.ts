/** JUnit XML: one suite a rule, one case a finding, and one that passed for a rule without any. */

import type { Finding } from "../../policypack/engine/finding";
import type { ReportContext, ReportWriter } from "./report";

export const junit: ReportWriter = (report, context) => {
  const suites = context.rules.map((rule) => {
    const findings = report.findings.filter((finding) => finding.ruleId === rule.id && finding.subsumedBy === null);
    const cases =
      findings.length === 0
        ? [`    <testcase classname="${escape(rule.id)}" name="${escape(rule.title)}"/>`]
        : findings.map((finding) => testCase(finding, context));
    const count = (state: State): number => findings.filter((finding) => stateOf(finding, context.refuses(finding)) === state).length;
    const attributes = `name="${escape(`${rule.id} ${rule.title}`)}" tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}"`;
    return { attributes, cases, tests: cases.length, failures: count("failure"), errors: count("error") };
  });
  const sum = (of: (suite: (typeof suites)[number]) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
  const head = `<testsuites name="carrierguard" tests="${sum((s) => s.tests)}" failures="${sum((s) => s.failures)}" errors="${sum((s) => s.errors)}">`;
  const body = suites.map((suite) => `  <testsuite ${suite.attributes}>\n${suite.cases.join("\n")}\n  </testsuite>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[head, ...body, "</testsuites>"].join("\n")}\n`;
};

type State = "failure" | "error" | "skipped";

/** What does not refuse is skipped, with its reason: an advisory finding breaks no build. */
function stateOf(finding: Finding, refuses: boolean): State {
  return finding.verdict === "error" ? "error" : refuses ? "failure" : "skipped";
}

function why(finding: Finding): string {
  if (finding.waiver !== null) return `waived (${finding.waiver})`;
  if (finding.baselined) return "in the baseline";
  return finding.verdict === "undetermined" ? "undetermined" : finding.enforcement;
}

function testCase(finding: Finding, context: ReportContext): string {
  const { resource } = finding;
  const name = [resource.kind ?? resource.type, [resource.namespace, resource.name].filter(Boolean).join("/"), finding.container ?? ""]
    .filter(Boolean)
    .join(" ");
  const place =
    resource.source === null ? resource.urn : `${resource.source.file}${resource.source.line === null ? "" : `:${resource.source.line}`}`;
  const also = context.covered(finding).map(({ ruleId, message }) => `\nSame cause: ${ruleId} ${message}`);
  const text = escape(`${finding.message}\nFix: ${finding.remediation}${also.join("")}\nAt: ${place}\nFingerprint: ${finding.fingerprint}`);
  const state = stateOf(finding, context.refuses(finding));
  const inner =
    state === "skipped"
      ? `<skipped message="${escape(`${why(finding)}: ${finding.message}`)}"/>`
      : `<${state} message="${escape(finding.message)}" type="${finding.severity}">${text}</${state}>`;
  return `    <testcase classname="${escape(finding.ruleId)}" name="${escape(name)}">${inner}</testcase>`;
}

/** XML 1.0 has no place for control characters. */
function escape(text: string): string {
  // eslint-disable-next-line no-control-regex -- exactly these are not allowed in XML
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  return clean.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/\n/g, "&#10;");
}
