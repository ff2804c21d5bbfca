/** What a rule says of an example, as its page in docs/rules shows it: a test holds the rule to every word of it. */

import type { Finding } from "../engine/finding";
import type { Example, Rule } from "../engine/rule";
import { runAlone, runExample } from "./run";

/** A few lines a finding: what, where, of whom, why, from which values, and how to fix it where that is not the rule's usual way. */
export function told(rule: Rule, example: Example): readonly string[] {
  const early = new Set(runAlone(rule, example).map(keyOf));
  return runExample(rule, example).findings.flatMap((finding) => {
    const { evidence, remediation } = finding;
    const about = [
      finding.verdict + (early.has(keyOf(finding)) ? " before it is created" : ""),
      ...(finding.enforcement === "advisory" ? ["advice"] : []),
      ...(finding.severity === rule.severity ? [] : [finding.severity]),
      placeOf(finding),
      ...[finding.networkFunctions, finding.interfaces].filter((ids) => ids.length > 0).map((ids) => ids.join(" ")),
    ];
    return [
      about.join(", "),
      finding.message,
      ...evidence.map(({ path, actual, expected }) => `  ${path}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`),
      ...(remediation === rule.remediation ? [] : [`  fix: ${remediation}`]),
    ];
  });
}

function placeOf({ resource, container }: Finding): string {
  if (resource.urn === "") return "the stack";
  const name = [resource.namespace, resource.name].filter(Boolean).join("/");
  return [resource.kind ?? resource.type, name, ...(container === null ? [] : [`container ${container}`])].join(" ");
}

function keyOf({ fingerprint, verdict }: Finding): string {
  return `${fingerprint} ${verdict}`;
}
