/**
 * One deployment as the policy server sees it: configured once, asked resource by resource, then about the whole stack.
 *
 * Every question is answered by one evaluation of all rules; the policies of the pack only say what came of it.
 */

import type {
  AnalyzerStackConfigureRequest,
  AnalyzeRequest,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { evaluate, type Evaluation } from "../engine/evaluate";
import type { Finding } from "../engine/finding";
import { enforcementOf } from "../engine/levels";
import { repaired } from "../engine/repair";
import type { Rule } from "../engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../engine/settings";
import { CoreModel } from "../model/core";
import { groupVersionKind } from "../model/kubernetes/objects";
import {
  type Configuration,
  configurationOf,
  declaredLevel,
  PACK_POLICY,
  type PolicyConfiguration,
  type PulumiLevel,
} from "./configuration";
import type { Listener } from "./requests";
import { type Inputs, propertiesOf, resourceOf, resourceWith, stackOf } from "./resources";
import { Secrets } from "./secrets";
import { keepFromSdk, type Plain } from "./structs";
import { PropertyReader } from "./values";
import { type Violation, violationsOf } from "./violations";

/** EnforcementLevel of analyzer.proto, by number. */
const LEVELS: readonly PulumiLevel[] = ["advisory", "mandatory", "disabled", "remediate"];

/** Whether a rule had something to look at in the last question. */
export type Standing = "answered" | "notApplicable";

export class Run implements Listener {
  private configuration: Configuration = { settings: DEFAULT_SETTINGS, knowledge: NO_KNOWLEDGE };
  private stackSettings: { readonly [key: string]: unknown } = {};
  private deployment = false;
  private silenced = false;
  private readonly awaited = new Map<string, AnalyzeRequest>();
  private awaitedInputs: { readonly request: AnalyzeRequest; readonly properties: Plain } | undefined;
  private awaitedStack: AnalyzeStackRequest | undefined;
  private readonly reported = new Set<string>();
  private readonly inputs: Inputs = new Map();
  private readonly secrets = new Secrets();
  private readonly reader = new PropertyReader((text) => this.secrets.add(text));
  private readonly rulesByType = new Map<string, readonly Rule[]>();
  private applicable: ReadonlySet<Rule> = new Set();

  constructor(private readonly rules: readonly Rule[]) {}

  stack(request: AnalyzerStackConfigureRequest): void {
    this.deployment = true;
    this.stackSettings = stackSettings(request);
  }

  /** Settles every level, and writes it where the server looks it up. */
  configure(request: ConfigureAnalyzerRequest): void {
    const sent = request.getPolicyconfigMap();
    const policies = new Map<string, PolicyConfiguration>();
    sent.forEach((policy, name) => {
      const properties =
        (policy.getProperties() as { toJavaScript(): PolicyConfiguration["properties"] } | undefined)?.toJavaScript() ?? {};
      policies.set(name, { level: LEVELS[policy.getEnforcementlevel()] ?? "mandatory", properties });
    });
    this.configuration = configurationOf({ policies, stack: this.stackSettings, marked: this.deployment }, this.rules);
    this.forget();
    for (const rule of this.rules) {
      const { settings } = this.configuration;
      const level = LEVELS.indexOf(settings.rules[rule.id]?.remediate === true ? "remediate" : enforcementOf(rule, settings));
      sent.get(rule.name)?.setEnforcementlevel(level as 0 | 1 | 2 | 3);
    }
    // `all: disabled` means the rules; whoever enables one of them again wants it asked.
    if (policies.get("all")?.level === "disabled") sent.get(PACK_POLICY)?.setEnforcementlevel(0);
    this.silenced = sent.get(PACK_POLICY)?.getEnforcementlevel() === LEVELS.indexOf("disabled");
  }

  resource(request: AnalyzeRequest): void {
    if (this.silenced) return;
    keepFromSdk(request.getProperties());
    this.awaited.set(request.getUrn(), request);
  }

  prepare(request: AnalyzeRequest): void {
    keepFromSdk(request.getProperties());
    this.awaitedInputs = this.silenced ? undefined : { request, properties: propertiesOf(request) };
  }

  resources(request: AnalyzeStackRequest): void {
    if (this.silenced) return;
    for (const resource of request.getResourcesList()) keepFromSdk(resource.getProperties());
    this.awaitedStack = request;
  }

  declaredLevel(rule: Rule): PulumiLevel {
    return declaredLevel(rule, this.deployment);
  }

  standing(rule: Rule): Standing {
    return this.applicable.has(rule) ? "answered" : "notApplicable";
  }

  /** The inputs with what the rule's remedy sets, over what those of other rules have set; `undefined` where there is nothing to set. */
  remediate(rule: Rule): Plain | undefined {
    if (this.awaitedInputs === undefined) return undefined;
    const { request, properties } = this.awaitedInputs;
    const { settings, knowledge } = this.configuration;
    const resource = resourceWith(request, properties, this.reader);
    const model = new CoreModel({ resources: [resource], gaps: [] }, { view: "resource", defaultNamespace: settings.namespace });
    const changes =
      rule.scope === "stack"
        ? [...(rule.remedy?.alone?.(resource) ?? [])]
        : evaluate(model, [rule], settings, knowledge).repairs.flatMap((repair) => repair.changes);
    if (changes.length === 0) return undefined;
    const set = repaired(properties, changes) as Plain;
    this.awaitedInputs = { request, properties: set };
    return set;
  }

  /** What is wrong with the resource that the server was asked about. */
  judgeResource(urn: string): Violation[] {
    const request = this.awaited.get(urn);
    if (request === undefined) throw new Error(NOT_HEARD);
    this.awaited.delete(urn);
    const { settings, knowledge } = this.configuration;
    const stack = { resources: [resourceOf(request, this.reader, this.inputs)], gaps: [] };
    const model = new CoreModel(stack, { view: "resource", defaultNamespace: settings.namespace });
    const { findings } = this.heed(evaluate(model, this.rulesAbout(request.getType()), settings, knowledge));
    return this.say(violationsOf(findings, "resource", settings, this.rules), findings);
  }

  /** What is wrong with the stack as a whole, and was not said of its resources yet. */
  judgeStack(): Violation[] {
    const request = this.awaitedStack;
    if (request === undefined) throw new Error(NOT_HEARD);
    this.awaitedStack = undefined;
    const { settings, knowledge } = this.configuration;
    const model = new CoreModel(stackOf(request, this.reader, this.inputs), { view: "stack", defaultNamespace: settings.namespace });
    const { findings } = this.heed(evaluate(model, this.rules, settings, knowledge));
    const fresh = findings.filter((finding) => keysOf(finding).every((key) => !this.reported.has(key)));
    const violations = this.say(violationsOf(fresh, "stack", settings, this.rules), []);
    this.forget();
    return violations;
  }

  private say(violations: readonly Violation[], findings: readonly Finding[]): Violation[] {
    for (const finding of findings) {
      if (finding.verdict !== "undetermined" || this.configuration.settings.undetermined === "deny")
        for (const key of keysOf(finding)) this.reported.add(key);
    }
    return violations.map((violation) => ({ ...violation, message: this.secrets.hide(violation.message) }));
  }

  private heed(evaluation: Evaluation): Evaluation {
    this.applicable = new Set(evaluation.runs.filter((run) => run.applicable).map((run) => run.rule));
    return evaluation;
  }

  /** Rules that can find a subject in a resource of this type. The version of a Kubernetes object does not matter. */
  private rulesAbout(type: string): readonly Rule[] {
    let rules = this.rulesByType.get(type);
    if (rules === undefined) {
      const wanted = withoutVersion(type);
      rules = this.rules.filter(
        (rule) => rule.scope !== "stack" && (rule.target.types?.some((item) => withoutVersion(item) === wanted) ?? true),
      );
      this.rulesByType.set(type, rules);
    }
    return rules;
  }

  private forget(): void {
    this.reported.clear();
    this.awaited.clear();
    this.inputs.clear();
    this.secrets.clear();
  }
}

const NOT_HEARD = "carrierguard did not hear this question: this version of @pulumi/policy serves policies in a way that it does not know";

/**
 * The same cause on the same resource, whoever says it. A namespace that only the stack resolves changes the fingerprint, but
 * not the places of the evidence.
 */
function keysOf({ ruleId, resource, container, evidence, fingerprint }: Finding): readonly string[] {
  const paths = evidence.map((item) => item.path).sort();
  return [`${fingerprint} ${resource.urn}`, [ruleId, resource.urn, container ?? "", ...paths].join(" ")];
}

function withoutVersion(type: string): string {
  const kind = groupVersionKind(type);
  return kind === undefined ? type : `${kind.group}/${kind.kind}`;
}

/** `pulumi config set --path carrierguard:zones.ran[0] 10.1.0.0/16` and the like. */
function stackSettings(request: AnalyzerStackConfigureRequest): { readonly [key: string]: unknown } {
  const settings: { [key: string]: unknown } = {};
  // A project of this name has configuration of its own under the same prefix.
  if (request.getProject() === PACK_POLICY) return settings;
  request.getConfigMap().forEach((value, key) => {
    if (key.startsWith(`${PACK_POLICY}:`)) settings[key.slice(PACK_POLICY.length + 1)] = structured(value);
  });
  return settings;
}

/** Objects and lists come as JSON text. */
function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
