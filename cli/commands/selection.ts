/** Which rules a run is about. */

import { suggestion } from "../../policypack/engine/nearest";
import type { Rule } from "../../policypack/engine/rule";
import { UsageError } from "./usage-error";

export interface Selection {
  readonly rule: readonly string[];
  readonly excludeRule: readonly string[];
  readonly family: readonly string[];
  readonly framework: readonly string[];
}

/** The rules selected; a word that names nothing is an error with the nearest one that does. */
export function selectRules(rules: readonly Rule[], selection: Selection): Rule[] {
  const ids = rules.flatMap((rule) => [rule.id, rule.name]);
  const families = [...new Set(rules.map((rule) => rule.family))];
  const frameworks = [...new Set(rules.flatMap((rule) => rule.standards.map((standard) => standard.framework)))];
  const only = selection.rule.map((word) => meant(word, ids, "rule"));
  const without = selection.excludeRule.map((word) => meant(word, ids, "rule"));
  const family = selection.family.map((word) => meant(word, families, "family"));
  for (const word of selection.framework) if (!frameworks.some((name) => cites(name, word))) meant(word, frameworks, "framework");
  return rules.filter(
    (rule) =>
      (only.length === 0 || only.includes(rule.id) || only.includes(rule.name)) &&
      !without.includes(rule.id) &&
      !without.includes(rule.name) &&
      (family.length === 0 || family.includes(rule.family)) &&
      (selection.framework.length === 0 ||
        selection.framework.some((word) => rule.standards.some(({ framework }) => cites(framework, word)))),
  );
}

function meant(word: string, words: readonly string[], what: string): string {
  const found = words.find((item) => item.toLowerCase() === word.toLowerCase());
  if (found === undefined) throw new UsageError(`there is no ${what} "${word}"${suggestion(word, words)}`);
  return found;
}

/** "CIS EKS" means every version of it. */
function cites(framework: string, word: string): boolean {
  return framework.toLowerCase().includes(word.toLowerCase());
}
