/** `carrierguard check`: the main job. */

import { coverage } from "../../policypack/engine/coverage";
import { evaluate, subjectsOf } from "../../policypack/engine/evaluate";
import { compareFindings, type Finding } from "../../policypack/engine/finding";
import type { Settings, UndeterminedPolicy } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { rules as allRules } from "../../policypack/rules";
import { loadKnowledge } from "../config/knowledge";
import { loadSettings } from "../config/settings-file";
import { EXIT, exitStatus, type FailOn, refuses } from "../exit-status";
import { readTargets } from "../inputs/targets";
import { progress } from "../progress";
import { FORMATS, writerOf } from "../reports";
import { type Report, summarise } from "../reports/report";
import { version } from "../version";
import { type ColorOptions, parseOutputs, wantsColor, write } from "./output";
import { type Selection, selectRules } from "./selection";

export interface EvaluationOptions extends ColorOptions {
  readonly config?: string;
  readonly profile?: Settings["profile"];
  readonly namespace?: string;
  readonly stack?: string;
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
  const telling = progress();
  const read = await readTargets(targets, {
    namespace: settings.namespace,
    stack: options.stack,
    stackReferences: loaded.stackReferences,
    reading: (target) => telling.step(`reading ${target}`),
  });
  telling.done();
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);

  const models = read.stacks.map((stack) => new CoreModel(stack, { defaultNamespace: settings.namespace }));
  telling.step(`evaluating ${rules.length} rules`);
  const evaluations = models.map((model) => evaluate(model, rules, settings, knowledge));
  telling.done();
  const findings = together(evaluations.map((evaluation) => evaluation.findings));
  const ran = Math.max(...evaluations.map((evaluation) => evaluation.runs.length));
  const evaluated = evaluations.flatMap((evaluation) => evaluation.runs).reduce((sum, run) => sum + subjectsOf(run), 0);
  const resources = models.reduce((sum, model) => sum + model.resources.length, 0);
  const seen = coverage(models);
  const report: Report = {
    schemaVersion: "1",
    tool: { name: "carrierguard", version },
    ...(options.timestamp === true ? { timestamp: new Date(knowledge.at).toISOString() } : {}),
    profile: settings.profile,
    targets,
    summary: summarise(findings, resources, evaluated),
    coverage: seen,
    findings,
  };
  const thresholds = { undetermined: settings.undetermined, failOn: options.failOn, failCoverageBelow: options.failCoverageBelow };
  if (resources > 0 || read.errors.length === 0) {
    for (const output of outputs) {
      const writer = await writerOf(output.format);
      write(
        output,
        writer?.(report, { rules, ran, color: wantsColor(output, options), refuses: (finding) => refuses(finding, thresholds) }) ?? "",
      );
    }
  }
  const results = { findings, resources, ran, unread: read.errors.length, coveragePercent: seen.percent };
  process.exitCode = exitStatus(results, thresholds);
  if (process.exitCode === EXIT.nothingEvaluated) console.error("carrierguard: nothing was evaluated: the targets hold no resource");
}

/** Findings of several deployments: what the same resource says in each is said once. */
function together(lists: readonly (readonly Finding[])[]): readonly Finding[] {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  const found = new Map(lists.flat().map((finding) => [`${finding.fingerprint} ${finding.resource.urn} ${finding.verdict}`, finding]));
  return [...found.values()].sort(compareFindings);
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
