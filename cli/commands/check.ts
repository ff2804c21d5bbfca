/** `carrierguard check`: the main job. */

import { coverage } from "../../policypack/engine/coverage";
import { evaluate } from "../../policypack/engine/evaluate";
import type { Settings, UndeterminedPolicy } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { rules as allRules } from "../../policypack/rules";
import { loadKnowledge } from "../config/knowledge";
import { loadSettings } from "../config/settings-file";
import { EXIT, exitStatus, type FailOn, refuses } from "../exit-status";
import { readTargets } from "../inputs/targets";
import { FORMATS, writerOf } from "../reports";
import { type Report, summarise } from "../reports/report";
import { version } from "../version";
import { type ColorOptions, parseOutputs, wantsColor, write } from "./output";
import { type Selection, selectRules } from "./selection";

export interface EvaluationOptions extends ColorOptions {
  readonly config?: string;
  readonly profile?: Settings["profile"];
  readonly namespace?: string;
  readonly output: readonly string[];
  readonly timestamp?: boolean;
}

interface CheckOptions extends EvaluationOptions, Selection {
  readonly failOn?: FailOn;
  readonly failCoverageBelow?: number;
  readonly undetermined?: UndeterminedPolicy;
  readonly at?: string;
}

export async function check(targets: readonly string[], options: CheckOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const rules = selectRules(allRules, options);
  const loaded = await loadSettings(options.config, targets, allRules);
  const settings: Settings = { ...loaded.settings, ...given(options) };
  const knowledge = loadKnowledge(loaded, options.at);
  const read = await readTargets(targets, { namespace: settings.namespace, stackReferences: loaded.stackReferences });
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);

  const model = new CoreModel(read.stack, { defaultNamespace: settings.namespace });
  const { findings, runs } = evaluate(model, rules, settings, knowledge);
  const seen = coverage(model);
  const report: Report = {
    schemaVersion: "1",
    tool: { name: "carrierguard", version },
    ...(options.timestamp === true ? { timestamp: new Date(knowledge.at).toISOString() } : {}),
    profile: settings.profile,
    targets,
    summary: summarise(findings, model.resources.length, runs.length),
    coverage: seen,
    findings,
  };
  const thresholds = { undetermined: settings.undetermined, failOn: options.failOn, failCoverageBelow: options.failCoverageBelow };
  if (model.resources.length > 0 || read.errors.length === 0) {
    for (const output of outputs) {
      const writer = await writerOf(output.format);
      write(
        output,
        writer?.(report, { rules, color: wantsColor(output, options), refuses: (finding) => refuses(finding, thresholds) }) ?? "",
      );
    }
  }
  const results = {
    findings,
    resources: model.resources.length,
    evaluated: runs.length,
    unread: read.errors.length,
    coveragePercent: seen.percent,
  };
  process.exitCode = exitStatus(results, thresholds);
  if (process.exitCode === EXIT.nothingEvaluated) console.error("carrierguard: nothing was evaluated: the targets hold no resource");
}

/** Settings given on the command line come before those of the file. */
export function given(options: {
  profile?: Settings["profile"];
  namespace?: string;
  undetermined?: UndeterminedPolicy;
}): Partial<Settings> {
  return {
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.undetermined === undefined ? {} : { undetermined: options.undetermined }),
  };
}
