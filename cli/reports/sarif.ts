/** SARIF 2.1.0, for code scanning: rules with their help, results with stable fingerprints. */

import type { Finding } from "../../policypack/engine/finding";
import type { Rule, Severity } from "../../policypack/engine/rule";
import type { Report, ReportContext, ReportWriter } from "./report";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** Code scanning reads severity from this number (GitHub: security-severity). */
const SECURITY_SEVERITY: { readonly [severity in Severity]: string } = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" };

export const sarif: ReportWriter = (report, context) => {
  const rules = context.rules.map(describeRule);
  const index = new Map(rules.map((rule, position) => [rule.id, position]));
  const results = report.findings
    .filter((finding) => finding.subsumedBy === null)
    .map((finding) => result(finding, index.get(finding.ruleId) ?? -1, context));
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: report.tool.name, version: report.tool.version, semanticVersion: report.tool.version, rules } },
        results,
        columnKind: "utf16CodeUnits",
        invocations: [invocation(report)],
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function describeRule(rule: Rule) {
  const why = `${rule.rationale}\n\nFix: ${rule.remediation}`;
  const standards = rule.standards.map(({ framework, ref }) => `${framework} ${ref}`.trim());
  return {
    id: rule.id,
    name: rule.name,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    help: {
      text: `${why}\n\nStandards: ${standards.join("; ")}`,
      markdown: `${rule.rationale}\n\n**Fix:** ${rule.remediation}\n\n**Standards:** ${standards.join("; ")}`,
    },
    defaultConfiguration: { level: level(rule.severity) },
    properties: {
      "security-severity": SECURITY_SEVERITY[rule.severity],
      tags: ["security", rule.family, ...rule.breaks.map(({ id }) => id)],
      precision: "high",
    },
  };
}

function level(severity: Severity): "error" | "warning" | "note" {
  return severity === "critical" || severity === "high" ? "error" : severity === "medium" ? "warning" : "note";
}

function result(finding: Finding, ruleIndex: number, context: ReportContext) {
  const { resource } = finding;
  const name = resource.urn === "" ? resource.name : resource.urn;
  const suppressed =
    finding.waiver !== null
      ? [{ kind: "external", status: "accepted", justification: finding.waiver }]
      : finding.baselined
        ? [{ kind: "external", status: "accepted", justification: "in the baseline" }]
        : [];
  const also = context.covered(finding).map(({ ruleId, message }) => `\n\nSame cause: ${ruleId} ${message}`);
  return {
    ruleId: finding.ruleId,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    kind: finding.verdict === "undetermined" ? "review" : "fail",
    // SARIF asks for level none where the kind is not fail.
    level:
      finding.verdict === "undetermined"
        ? "none"
        : context.refuses(finding)
          ? "error"
          : level(finding.severity) === "error"
            ? "warning"
            : level(finding.severity),
    message: { text: `${finding.message}\n\nFix: ${finding.remediation}${also.join("")}` },
    locations: [
      {
        ...(resource.source === null
          ? {}
          : {
              physicalLocation: {
                artifactLocation: { uri: uri(resource.source.file) },
                ...(resource.source.line === null ? {} : { region: { startLine: resource.source.line } }),
              },
            }),
        logicalLocations: [{ name: resource.name, fullyQualifiedName: name, kind: resource.kind ?? resource.type }],
      },
    ],
    partialFingerprints: { "carrierguard/v1": finding.fingerprint },
    ...(suppressed.length > 0 ? { suppressions: suppressed } : {}),
    properties: {
      severity: finding.severity,
      enforcement: finding.enforcement,
      networkFunctions: finding.networkFunctions,
      interfaces: finding.interfaces,
      evidence: finding.evidence,
    },
  };
}

/** A relative reference, as the file was named. */
function uri(file: string): string {
  return file === "-" ? "stdin" : file.split("/").map(encodeURIComponent).join("/");
}

function invocation(report: Report) {
  const notifications = report.coverage.gaps.map((gap) => ({
    level: "warning",
    message: { text: `Not looked into: ${gap.urn}: ${gap.reason}` },
  }));
  return {
    executionSuccessful: report.summary.error === 0,
    ...(notifications.length > 0 ? { toolExecutionNotifications: notifications } : {}),
  };
}
