/** Runs a rule on one of its examples, as the command line would. */

import { evaluate } from "../engine/evaluate";
import type { Finding } from "../engine/finding";
import type { Example, Rule } from "../engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../engine/settings";
import { CoreModel, type View } from "../model/core";
import { Resource } from "../model/stack";

export interface ExampleAnswer {
  readonly applicable: boolean;
  readonly findings: readonly Finding[];
  /** `fail` before `undetermined` before `pass`. */
  readonly verdict: "pass" | "fail" | "undetermined" | "error";
}

export function runExample(rule: Rule, example: Example): ExampleAnswer {
  const { findings, runs } = evaluated(rule, example, resourcesOf(example), "stack");
  const verdicts = new Set(findings.map((finding) => finding.verdict));
  const verdict = (["error", "fail", "undetermined"] as const).find((item) => verdicts.has(item)) ?? "pass";
  return { applicable: runs.some((run) => run.applicable), findings, verdict };
}

/** What a rule says of each resource of an example before it is created, when nothing else is in sight. */
export function runAlone(rule: Rule, example: Example): readonly Finding[] {
  return resourcesOf(example).flatMap((resource) => evaluated(rule, example, [resource], "resource").findings);
}

function resourcesOf(example: Example): readonly Resource[] {
  return example.resources.map((init) => new Resource(init));
}

function evaluated(rule: Rule, example: Example, resources: readonly Resource[], view: View) {
  const settings = { ...DEFAULT_SETTINGS, ...example.settings };
  const model = new CoreModel({ resources, gaps: [] }, { view, defaultNamespace: settings.namespace });
  return evaluate(model, [rule], settings, { ...NO_KNOWLEDGE, ...example.knowledge });
}
