/** `carrierguard rules` and `explain`: the catalogue, from the rules themselves. */

import { suggestion } from "../../policypack/engine/nearest";
import type { Rule } from "../../policypack/engine/rule";
import { rules } from "../../policypack/rules";
import { UsageError } from "./usage-error";
import { parseOutputs, write } from "./output";

const FORMATS = ["human", "json"];

export function listRules(options: { readonly output: readonly string[] }): void {
  for (const output of parseOutputs(options.output, FORMATS)) {
    const text = output.format === "json" ? JSON.stringify({ rules: rules.map(facts) }, undefined, 2) : rules.map(row).join("\n");
    write(output, `${text}\n`);
  }
}

export function explain(id: string, options: { readonly output: readonly string[] }): void {
  const rule = rules.find((item) => [item.id, item.name].some((word) => word.toLowerCase() === id.toLowerCase()));
  if (rule === undefined)
    throw new UsageError(
      `there is no rule "${id}"${suggestion(
        id,
        rules.flatMap((item) => [item.id, item.name]),
      )}`,
    );
  for (const output of parseOutputs(options.output, FORMATS)) {
    write(output, `${output.format === "json" ? JSON.stringify(facts(rule), undefined, 2) : page(rule)}\n`);
  }
}

function facts(rule: Rule) {
  const { id, name, title, family, severity, scope, rationale, remediation, breaks, since } = rule;
  const standards = rule.standards.map(({ framework, ref, title: clause }) => ({
    framework,
    ref,
    ...(clause === undefined ? {} : { title: clause }),
  }));
  const targets = rule.target.types ?? [rule.target.description];
  return {
    id,
    name,
    title,
    family,
    severity,
    scope,
    targets,
    rationale,
    remediation,
    ...(rule.remedy === undefined ? {} : { remedy: rule.remedy.sets }),
    standards,
    breaks,
    since,
    options: rule.options ?? {},
  };
}

function row(rule: Rule): string {
  return `${rule.id}  ${rule.severity.padEnd(8)}  ${rule.title}`;
}

function page(rule: Rule): string {
  const options = Object.entries(rule.options ?? {}).map(
    ([name, option]) => `  ${name} (${option.type}, default ${JSON.stringify(option.default)}): ${option.description}`,
  );
  return [
    `${rule.id} ${rule.title}`,
    `${rule.severity}, ${rule.family}, decided on ${rule.scope === "resource" ? "one resource" : rule.scope === "stack" ? "the stack" : "one resource where that suffices, else the stack"}`,
    "",
    `Why: ${rule.rationale}`,
    `Fix: ${rule.remediation}`,
    ...(rule.remedy === undefined
      ? []
      : [`Put right on request (level remediate in Pulumi, check --fix for manifests): sets ${rule.remedy.sets}`]),
    `Looks at: ${rule.target.description}`,
    ...(options.length > 0 ? ["Options:", ...options] : []),
    "Standards:",
    ...rule.standards.map(
      ({ framework, ref, title }) => `  ${[framework, ref].filter(Boolean).join(" ")}${title === undefined ? "" : `: ${title}`}`,
    ),
    "Breaks:",
    ...rule.breaks.map(({ id, name }) => `  ${id} ${name}`),
  ].join("\n");
}
