/** What rules know besides the stack, with every complaint as one error. */

import type { Rule } from "../../policypack/engine/rule";
import type { Knowledge } from "../../policypack/engine/settings";
import type { SettingsFile } from "../../policypack/engine/settings-file";
import { readKnowledge, timeOf as readTime } from "../../policypack/knowledge/read";
import { UsageError } from "../commands/usage-error";

/** Reads the files that the settings name. `at` is what the user said; without it SOURCE_DATE_EPOCH counts, then the clock. */
export function loadKnowledge(
  settings: Pick<SettingsFile, "threatIntel" | "vendors" | "waivers">,
  at: string | undefined,
  rules: readonly Rule[],
): Knowledge {
  return complaining((problem) => readKnowledge(settings, at, rules, problem));
}

export function timeOf(at: string): number {
  return complaining((problem) => readTime(at, problem));
}

function complaining<T>(read: (problem: (text: string) => void) => T): T {
  const problems: string[] = [];
  const result = read((text) => problems.push(text));
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return result;
}
