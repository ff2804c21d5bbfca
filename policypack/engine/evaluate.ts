/** One evaluation: rules over a model, each fault kept to itself, findings in a fixed order. */

import { hash } from "node:crypto";
import type { CoreModel } from "../model/core";
import { type KubernetesObject, UNRESOLVED } from "../model/kubernetes/objects";
import type { Resource } from "../model/stack";
import { compareFindings, type Finding, type FindingResource } from "./finding";
import type { Change, Rule, RuleContext, Verdict } from "./rule";
import { type Knowledge, optionsOf, type Settings } from "./settings";
import { enforcementOf } from "./levels";
import { redacted, secretsOf } from "./redact";
import { keyOf, markSubsumed } from "./subsume";
import { applyWaivers, type Waived } from "./waivers";

/** How one rule fared: subjects by answer. No subject at all means that the rule does not apply. */
export interface RuleRun {
  readonly rule: Rule;
  readonly pass: number;
  readonly fail: number;
  readonly undetermined: number;
  readonly error: number;
  readonly applicable: boolean;
}

/** How many subjects a rule answered for. */
export function subjectsOf(run: RuleRun): number {
  return run.pass + run.fail + run.undetermined + run.error;
}

/** What puts the resource of a finding right. */
export interface Repair {
  readonly finding: Finding;
  readonly resource: Resource;
  readonly changes: readonly Change[];
}

export interface Evaluation {
  readonly findings: readonly Finding[];
  /** For failures of rules with a remedy that nobody has accepted. */
  readonly repairs: readonly Repair[];
  readonly runs: readonly RuleRun[];
  readonly outgrown: Waived["outgrown"];
}

export function evaluate(model: CoreModel, rules: readonly Rule[], settings: Settings, knowledge: Knowledge): Evaluation {
  const runs: RuleRun[] = [];
  const findings: Finding[] = [];
  const repairs: Repair[] = [];
  for (const rule of rules) {
    if (enforcementOf(rule, settings) === "disabled") continue;
    if (model.view === "resource" && rule.scope === "stack") continue;
    const { run, found, repairs: repaired } = runRule(rule, model, settings, knowledge);
    runs.push(run);
    for (const finding of found) findings.push(finding);
    repairs.push(...repaired);
  }
  const { findings: waived, outgrown } = applyWaivers(unique(findings), knowledge.waivers ?? [], knowledge.at);
  const accepted = new Set(waived.filter(({ waiver }) => waiver !== null).map(keyOf));
  const secrets = findings.length === 0 ? undefined : model.ask(secretsOf);
  const told = markSubsumed(waived, rules).sort(compareFindings);
  return {
    findings: secrets === undefined ? told : told.map((finding) => redacted(finding, secrets)),
    repairs: repairs.filter(({ finding }) => !accepted.has(keyOf(finding))),
    runs,
    outgrown,
  };
}

interface RuleAnswer {
  readonly run: RuleRun;
  readonly found: Finding[];
  readonly repairs: Repair[];
}

function runRule(rule: Rule, model: CoreModel, settings: Settings, knowledge: Knowledge): RuleAnswer {
  const context: RuleContext = { model, view: model.view, settings, options: optionsOf(rule, settings), knowledge };
  const count = { pass: 0, fail: 0, undetermined: 0, error: 0 };
  const found: Finding[] = [];
  const repairs: Repair[] = [];
  let subjects = 0;
  let fault: Finding | undefined;
  try {
    for (const subject of rule.target.subjects(model)) {
      subjects += 1;
      try {
        const verdicts = listOf(rule.check(subject, context));
        if (verdicts.length > 0) {
          const resource = rule.target.resource(subject);
          for (const verdict of verdicts) {
            const item = finding(rule, verdict, resource, context);
            found.push(item);
            const { changes = [] } = verdict;
            const at = verdict.resource ?? resource;
            if (verdict.verdict === "fail" && changes.length > 0 && at !== undefined)
              repairs.push({ finding: item, resource: at, changes });
          }
        }
        count[worst(verdicts)] += 1;
      } catch (error) {
        count.error += 1;
        fault ??= faultOf(rule, error, rule.target.resource(subject), context);
      }
    }
  } catch (error) {
    count.error += 1;
    subjects += 1;
    fault ??= faultOf(rule, error, undefined, context);
  }
  if (fault !== undefined) found.push(fault);
  return { run: { rule, ...count, applicable: subjects > 0 }, found, repairs };
}

/** All of them before the first is used: a fault halfway leaves none. */
function listOf(verdicts: Iterable<Verdict>): readonly Verdict[] {
  if (Array.isArray(verdicts)) return verdicts as readonly Verdict[];
  let list: Verdict[] | undefined;
  for (const verdict of verdicts) (list ??= []).push(verdict);
  return list ?? NONE;
}

const NONE: readonly Verdict[] = [];

function worst(verdicts: readonly Verdict[]): "pass" | "fail" | "undetermined" {
  if (verdicts.length === 0) return "pass";
  return verdicts.some((verdict) => verdict.verdict === "fail") ? "fail" : "undetermined";
}

function finding(rule: Rule, verdict: Verdict, subject: Resource | undefined, context: RuleContext): Finding {
  const resource = describeResource(verdict.resource ?? subject, context.model);
  const severity = verdict.severity ?? rule.severity;
  const level = enforcementOf({ id: rule.id, severity }, context.settings);
  return {
    ruleId: rule.id,
    ruleName: rule.name,
    verdict: verdict.verdict,
    severity,
    enforcement: verdict.advisory === true || level === "disabled" ? "advisory" : level,
    resource,
    networkFunctions: verdict.networkFunctions ?? [],
    interfaces: verdict.interfaces ?? [],
    container: verdict.container ?? null,
    message: verdict.message,
    remediation: verdict.remediation ?? rule.remediation,
    evidence: verdict.evidence,
    fingerprint: fingerprint(rule.id, resource, verdict.container ?? "", verdict.cause ?? ""),
    subsumedBy: null,
    waiver: null,
    baselined: false,
  };
}

/** A rule that throws: its answer is missing, which at a mandatory rule refuses. */
function faultOf(rule: Rule, error: unknown, subject: Resource | undefined, context: RuleContext): Finding {
  const what = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : "an unknown fault";
  return {
    ...finding(
      rule,
      {
        verdict: "undetermined",
        message: `carrierguard could not answer ${rule.id} here because of a fault of its own (${what}); the answer is missing, not good.`,
        remediation: "Report this with the version of carrierguard and, if you can share it, the resource.",
        evidence: [],
        cause: "fault",
      },
      subject,
      context,
    ),
    verdict: "error",
  };
}

const STACK: FindingResource = { urn: "", type: "stack", kind: null, namespace: null, name: "stack", source: null };

function describeResource(resource: Resource | undefined, model: CoreModel): FindingResource {
  if (resource === undefined) return STACK;
  const known = model.ask(descriptions);
  let description = known.get(resource);
  if (description === undefined) {
    description = describe(resource, model);
    known.set(resource, description);
  }
  return description;
}

const descriptions = (_model: CoreModel) => new Map<Resource, FindingResource>();

function describe(resource: Resource, model: CoreModel): FindingResource {
  const object = objectOf(resource, model);
  const namespace = object?.namespace ?? "";
  return {
    urn: resource.urn,
    type: resource.type,
    kind: object?.kind ?? null,
    namespace: namespace === "" || namespace.startsWith(UNRESOLVED) ? null : namespace,
    name: object?.name ?? resource.name,
    source: resource.source === undefined ? null : { file: resource.source.file, line: resource.source.line ?? null },
  };
}

/** A fault in the model must not keep the finding about it from being told. */
function objectOf(resource: Resource, model: CoreModel): KubernetesObject | undefined {
  try {
    return model.object(resource);
  } catch {
    return undefined;
  }
}

/** Hexadecimal digits of a fingerprint: 80 bits, so that two of a million causes do not collide. */
const FINGERPRINT_LENGTH = 20;

function fingerprint(ruleId: string, resource: FindingResource, container: string, cause: string): string {
  const identity = resource.kind === null ? [resource.type, resource.name] : [resource.kind, resource.namespace ?? "", resource.name];
  return hash("sha256", [ruleId, ...identity, container, cause].join("\0")).slice(0, FINGERPRINT_LENGTH);
}

/** One finding a cause: what several subjects say of the same place is said once. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding | Finding[]>();
  return findings.filter((item) => {
    const alike = seen.get(item.fingerprint);
    const list = alike === undefined ? [] : Array.isArray(alike) ? alike : [alike];
    if (list.some((other) => other.resource.urn === item.resource.urn && other.verdict === item.verdict)) return false;
    seen.set(item.fingerprint, alike === undefined ? item : [...list, item]);
    return true;
  });
}
