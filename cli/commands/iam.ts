/** `carrierguard iam`: what each identity can really do, and how it can get more than it was given. */

import { readFileSync } from "node:fs";
import { Node, type Value } from "../../policypack/model/value";
import { CoreModel } from "../../policypack/model/core";
import {
  awsIdentities,
  explain,
  type Explanation,
  type Guards,
  guardsOf,
  type IdentityReport,
  reportOn,
} from "../../policypack/analysis/iam";
import { stackActors } from "../../policypack/analysis/identities/actors";
import { GOALS } from "../../policypack/analysis/identities/goals";
import { rules } from "../../policypack/rules";
import { loadSettings } from "../config/settings-file";
import { EXIT } from "../exit-status";
import { parseJson } from "../inputs/json-text";
import { readTargets } from "../inputs/targets";
import { humanExplanation, humanIdentities } from "../reports/identities";
import { type EvaluationOptions, given } from "./check";
import { parseOutputs, wantsColor, write } from "./output";
import { UsageError } from "./usage-error";

const FORMATS = ["human", "json"];

export interface IamOptions extends EvaluationOptions {
  readonly explain?: readonly string[];
  /** Files of session policies: what they do not allow is not allowed. */
  readonly sessionPolicy: readonly string[];
}

export async function iam(targets: readonly string[], options: IamOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const question = options.explain;
  if (question !== undefined && question.length !== 2) throw new UsageError("--explain takes an action and a resource: --explain s3:GetObject arn:aws:s3:::logs/a");
  const loaded = await loadSettings(options.config, targets, rules);
  const settings = { ...loaded.settings, ...given(options) };
  const read = await readTargets(targets, { namespace: settings.namespace, stack: options.stack, stackReferences: loaded.stackReferences });
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);
  const guards = guardsFrom([...loaded.serviceControlPolicies, ...options.sessionPolicy]);
  const models = read.stacks.map((stack) => new CoreModel(stack, { defaultNamespace: settings.namespace }));
  for (const output of outputs) {
    const color = wantsColor(output, options);
    const [action = "", resource = ""] = question ?? [];
    const text =
      question === undefined
        ? identitiesText(distinct(models.flatMap((model) => reportOn(stackActors(model, guards), GOALS))), output.format, color)
        : explanationText(models.flatMap((model) => explain(awsIdentities(model, guards), action, resource)), output.format, action, resource);
    write(output, text);
  }
  process.exitCode = read.errors.length > 0 ? EXIT.wrong : models.every((model) => model.resources.length === 0) ? EXIT.nothingEvaluated : EXIT.ok;
} // prettier-ignore

/** Each file is a layer of its own: what it does not allow is not allowed. */
function guardsFrom(files: readonly string[]): Guards {
  return guardsOf(
    files.map((file) => {
      try {
        return Node.root(parseJson(readFileSync(file, "utf8"), file) as Value);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
    }),
  );
}

/** Programs of several stacks may say the same of the same identity. */
function distinct(reports: readonly IdentityReport[]): readonly IdentityReport[] {
  return [...new Map(reports.map((report) => [JSON.stringify(report), report])).values()];
}

function identitiesText(reports: readonly IdentityReport[], format: string, color: boolean): string {
  return format === "json" ? `${JSON.stringify({ identities: reports }, undefined, 2)}\n` : humanIdentities(reports, color);
}

function explanationText(found: readonly Explanation[], format: string, action: string, resource: string): string {
  return format === "json"
    ? `${JSON.stringify({ action, resource, identities: found }, undefined, 2)}\n`
    : humanExplanation(found, action, resource);
}
