/** What `waivers` and `baseline` ask of a target: its findings, under its settings. */

import { evaluate, type Evaluation } from "../../policypack/engine/evaluate";
import type { Knowledge } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { rules } from "../../policypack/rules";
import { loadKnowledge } from "../config/knowledge";
import { loadSettings } from "../config/settings-file";
import { readTargets } from "../inputs/targets";
import { type EvaluationOptions, given } from "./check";

export interface Evaluated {
  readonly evaluations: readonly Evaluation[];
  readonly knowledge: Knowledge;
}

/** Throws where a target cannot be read: half an answer is none here. */
export async function evaluated(
  targets: readonly string[],
  options: EvaluationOptions & { readonly at?: string },
  waivers: readonly string[] = [],
): Promise<Evaluated> {
  const loaded = await loadSettings(options.config, targets, rules);
  const settings = { ...loaded.settings, ...given(options) };
  const knowledge = loadKnowledge({ ...loaded, waivers: [...loaded.waivers, ...waivers] }, options.at, rules);
  const read = await readTargets(targets, { namespace: settings.namespace, stack: options.stack, stackReferences: loaded.stackReferences });
  const [error] = read.errors;
  if (error !== undefined) throw error;
  const models = read.stacks.map((stack) => new CoreModel(stack, { defaultNamespace: settings.namespace }));
  return { evaluations: models.map((model) => evaluate(model, rules, settings, knowledge)), knowledge };
}
