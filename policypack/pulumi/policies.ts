/**
 * The policies of the pack, made from rules.
 *
 * The SDK decodes a resource again for every policy that runs, and the whole stack again for every stack policy. So the
 * first policy asks all rules and reports for them, each under its own name; the rules' policies carry their metadata and
 * configuration, and answer the server through getters in the ways that it takes without decoding anything.
 */

import type {
  Policies,
  PolicyConfigSchema,
  PolicyPackArgs,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { OptionSchema, Rule } from "../engine/rule";
import { PACK_POLICY } from "./configuration";
import { PACK_SCHEMA } from "./pack-schema";
import { listen } from "./requests";
import { Run } from "./run";
import type { Sdk } from "./sdk";
import { readAtOnce } from "./structs";
import type { Violation } from "./violations";

/** What `new PolicyPack(name, …)` takes. Listens to the SDK's server from now on: once in a process. */
export function packOf(rules: readonly Rule[], sdk: Sdk): PolicyPackArgs {
  const run = new Run(rules);
  readAtOnce(sdk.structs);
  listen(run, sdk.service);
  const policies: Policies = [packPolicy(run), ...rules.map((rule) => rulePolicy(rule, run))];
  return {
    displayName: "carrierguard",
    description: "Zero trust for 5G cores at deploy time",
    tags: ["5g", "zero-trust", "security"],
    policies,
  };
}

function packPolicy(run: Run): ResourceValidationPolicy & StackValidationPolicy {
  return {
    name: PACK_POLICY,
    description: "Carries the settings of the pack and asks every rule. Disabled, it silences the pack.",
    enforcementLevel: "mandatory",
    configSchema: PACK_SCHEMA,
    validateResource: (args, report) => reportAll(report, args.urn, () => run.judgeResource(args.urn)),
    validateStack: (_args, report) => reportAll(report, undefined, () => run.judgeStack()),
  };
}

/** A fault of the pack itself refuses: what it would have found is not known. */
function reportAll(report: ReportViolation, urn: string | undefined, judge: () => readonly Violation[]): void {
  let violations: readonly Violation[];
  try {
    violations = judge();
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : "an unknown fault";
    report(`carrierguard could not answer here because of a fault of its own (${what}); the answer is missing, not good.`, urn);
    return;
  }
  // Besides a text, `reportViolation` takes all that a violation is made of; its published type does not say so.
  const reportAs = report as unknown as (violation: Violation) => void;
  for (const violation of violations) reportAs(violation);
}

type Validation = ResourceValidationPolicy["validateResource"];
type StackValidation = StackValidationPolicy["validateStack"];

function rulePolicy(rule: Rule, run: Run): ResourceValidationPolicy | StackValidationPolicy {
  const [standard] = rule.standards;
  const skipped = skip(rule.target.description);
  const policy = {
    name: rule.name,
    displayName: `${rule.id} ${rule.title}`,
    description: rule.title,
    severity: rule.severity,
    ...(standard === undefined
      ? {}
      : { framework: { name: standard.framework, version: "", reference: standard.ref, specification: standard.title ?? "" } }),
    tags: [rule.family, ...new Set(rule.breaks.map((technique) => technique.id))],
    remediationSteps: rule.remediation,
    ...(rule.options === undefined ? {} : { configSchema: schemaOf(rule.options) }),
    get enforcementLevel() {
      return run.declaredLevel(rule);
    },
    /** Asked while the stack is analysed: `undefined` passes, a function for another type is not applicable. */
    get validateStack(): StackValidation {
      return run.standing(rule) === "answered" ? (undefined as unknown as StackValidation) : skipped;
    },
  };
  if (rule.remedy !== undefined) Object.assign(policy, { remediateResource: () => run.remediate(rule) });
  if (rule.scope === "stack") return policy;
  return Object.defineProperty(policy, "validateResource", {
    enumerable: true,
    /** No validations at all is a pass. */
    get: (): Validation => (run.standing(rule) === "answered" ? [] : skipped),
  }) as ResourceValidationPolicy;
}

/** A function that the server passes over, undecoded, as its type is no resource's. */
function skip(description: string): () => void {
  return Object.assign(() => undefined, { __pulumiType: description });
}

function schemaOf(options: NonNullable<Rule["options"]>): PolicyConfigSchema {
  return { properties: Object.fromEntries(Object.entries(options).map(([name, option]) => [name, propertyOf(option)])) };
}

/** Without defaults: the engine would send them as if the user had said so. */
function propertyOf(option: OptionSchema): PolicyConfigSchema["properties"][string] {
  const description = `${option.description} Default: ${JSON.stringify(option.default)}.`;
  if (option.type === "strings") return { type: "array", items: { type: "string" }, description };
  return { type: option.type, description, ...(option.minimum === undefined ? {} : { minimum: option.minimum }) };
}
