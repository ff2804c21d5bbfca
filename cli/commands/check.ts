/** `carrierguard check`: the main job. */

import { markBaselined } from "../../policypack/engine/baseline";
import { coverage } from "../../policypack/engine/coverage";
import { evaluate, subjectsOf } from "../../policypack/engine/evaluate";
import { compareFindings, type Finding } from "../../policypack/engine/finding";
import { covered, keyOf } from "../../policypack/engine/subsume";
import type { Settings, UndeterminedPolicy } from "../../policypack/engine/settings";
import type { Waived } from "../../policypack/engine/waivers";
import { CoreModel } from "../../policypack/model/core";
import { rules as allRules } from "../../policypack/rules";
import { readBaseline } from "../config/baseline-file";
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
import { UsageError } from "./usage-error";

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
  /** Besides those that the settings name. */
  readonly waivers?: readonly string[];
  readonly baseline?: string;
  readonly failOnNew?: boolean;
  /** Whether what rules put right is written into manifests, or only shown. */
  readonly fix?: boolean;
  readonly fixDryRun?: boolean;
}

export async function check(targets: readonly string[], options: CheckOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  if ((options.fix === true || options.fixDryRun === true) && targets.includes("-"))
    throw new UsageError("--fix writes files, and standard input is none: name the file");
  const rules = selectRules(allRules, options);
  const loaded = await loadSettings(options.config, targets, allRules);
  const settings: Settings = { ...loaded.settings, ...given(options) };
  const knowledge = loadKnowledge({ ...loaded, waivers: [...loaded.waivers, ...(options.waivers ?? [])] }, options.at, allRules);
  const accepted = options.baseline === undefined ? undefined : readBaseline(options.baseline);
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
  const found = together(evaluations.map((evaluation) => evaluation.findings));
  const findings = accepted === undefined ? found : markBaselined(found, accepted);
  if (options.fix === true || options.fixDryRun === true) {
    const { planFixes, writeFixes } = await import("../fix/fix.js");
    const open = new Set(findings.filter(({ baselined }) => !baselined).map(keyOf));
    const plan = planFixes(evaluations.flatMap(({ repairs }) => repairs).filter(({ finding }) => open.has(keyOf(finding))));
    for (const { difference } of plan.files) console.error(difference);
    for (const line of plan.left) console.error(`carrierguard: ${line}`);
    if (plan.files.length + plan.left.length === 0) console.error("carrierguard: there is nothing to put right");
    if (options.fix === true && plan.files.length > 0) {
      writeFixes(plan);
      for (const { file, rules: fixed } of plan.files) console.error(`carrierguard: ${file}: written (${fixed.join(", ")})`);
      // The report is about what is there now.
      return check(targets, { ...options, fix: false, fixDryRun: false });
    }
  }
  for (const line of new Set(evaluations.flatMap((evaluation) => evaluation.outgrown).map(outgrownLine))) console.error(line);
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
  const { failOn, failOnNew, failCoverageBelow } = options;
  const thresholds = { undetermined: settings.undetermined, failOn, failOnNew, failCoverageBelow };
  if (resources > 0 || read.errors.length === 0) {
    const under = covered(findings);
    const context = {
      rules,
      ran,
      covered: (finding: Finding) => under.get(keyOf(finding)) ?? [],
      // One line stands for all that has its cause.
      refuses: (finding: Finding) => [finding, ...(under.get(keyOf(finding)) ?? [])].some((item) => refuses(item, thresholds)),
    };
    for (const output of outputs) {
      const writer = await writerOf(output.format);
      write(output, writer?.(report, { ...context, color: wantsColor(output, options) }) ?? "");
    }
  }
  const results = { findings, resources, ran, unread: read.errors.length, coveragePercent: seen.percent };
  process.exitCode = exitStatus(results, thresholds);
  if (process.exitCode === EXIT.nothingEvaluated) console.error("carrierguard: nothing was evaluated: the targets hold no resource");
}

/** A waiver that no longer covers what it was given for is said aloud: the finding counts again. */
function outgrownLine({ waiver, finding }: Waived["outgrown"][number]): string {
  return `carrierguard: ${waiver.place}: waiver ${waiver.ticket} no longer covers ${finding.ruleId} on ${finding.resource.name}: there is evidence that nobody has accepted`;
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
