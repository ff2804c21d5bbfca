/** Runs a rule on one of its examples, as the command line would. */

import { evaluate } from "../engine/evaluate";
import type { Finding } from "../engine/finding";
import type { Example, Rule } from "../engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../engine/settings";
import { CoreModel } from "../model/core";
import { Resource } from "../model/stack";

export interface ExampleAnswer {
  readonly applicable: boolean;
  readonly findings: readonly Finding[];
  /** `fail` before `undetermined` before `pass`. */
  readonly verdict: "pass" | "fail" | "undetermined" | "error";
}

export function runExample(rule: Rule, example: Example): ExampleAnswer {
  const settings = { ...DEFAULT_SETTINGS, ...example.settings };
  const stack = { resources: example.resources.map((init) => new Resource(init)), gaps: [] };
  const model = new CoreModel(stack, { defaultNamespace: settings.namespace });
  const { findings, runs } = evaluate(model, [rule], settings, { ...NO_KNOWLEDGE, ...example.knowledge });
  const verdicts = new Set(findings.map((finding) => finding.verdict));
  const verdict = (["error", "fail", "undetermined"] as const).find((item) => verdicts.has(item)) ?? "pass";
  return { applicable: runs.some((run) => run.applicable), findings, verdict };
}
