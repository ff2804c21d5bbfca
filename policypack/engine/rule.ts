/** What a rule is. One file a rule: metadata, the check, its examples. */

import type { CoreModel, View } from "../model/core";
import type { Resource, ResourceInit } from "../model/stack";
import type { Key, Node } from "../model/value";
import type { NetworkFunctionId } from "../topology/types";
import type { Knowledge, Settings } from "./settings";

export type Severity = "low" | "medium" | "high" | "critical";
export type Enforcement = "advisory" | "mandatory" | "disabled";
export type Family =
  | "identity" | "segmentation" | "logging" | "data-protection" | "workload" | "supply-chain" | "threat-intel" | "governance"; // prettier-ignore

/** `resource`: decidable on one resource. `stack`: needs others. `both`: on the resource where that suffices, else with the stack. */
export type Scope = "resource" | "stack" | "both";

export interface Standard {
  readonly framework: string;
  readonly ref: string;
  readonly title?: string;
}

export interface Technique {
  readonly id: string;
  readonly name: string;
}

/** An option of a rule, set under `rules.<id>` in carrierguard.yaml. */
export interface OptionSchema {
  readonly type: "boolean" | "integer" | "string" | "strings";
  readonly description: string;
  readonly default: boolean | number | string | readonly string[];
  readonly minimum?: number;
}

export type Options = { readonly [name: string]: boolean | number | string | readonly string[] };

/** What was found at one place. `actual` is printed, so it never holds a secret: use `seen`, which knows. */
export interface Evidence {
  readonly path: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Evidence from a property as it stands. */
export function seen(node: Node, expected: unknown): Evidence {
  return { path: node.path, actual: node.describe(), expected };
}

/** A value that puts a property right. It is a constant of the rule's, or made of such and of what stands there: never a secret. */
export interface Change {
  readonly path: readonly Key[];
  readonly value: boolean | number | string | readonly string[];
}

/** The change that sets a property; none inside a text, which is another tool's to write. */
export function change(node: Node, value: Change["value"]): readonly Change[] {
  return node.keys === undefined || node.secret || node.secretTexts().size > 0 ? [] : [{ path: node.keys, value }];
}

/** What a check says of one subject; nothing said is a pass. */
export interface Verdict {
  readonly verdict: "fail" | "undetermined";
  /** One sentence: what is wrong, and which attack step it enables. Never a secret. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** How to put this right, where the rule's own remediation can be said more precisely. */
  readonly remediation?: string;
  /** What puts it right without taking anything from a function, where the rule has a remedy. */
  readonly changes?: readonly Change[];
  /** The resource at fault, where it is not the subject's own. */
  readonly resource?: Resource;
  readonly networkFunctions?: readonly NetworkFunctionId[];
  /** 3GPP interfaces concerned: N2, N4, SBI … */
  readonly interfaces?: readonly string[];
  readonly container?: string;
  /** Tells two findings of one rule on one resource apart; stable over releases. */
  readonly cause?: string;
  /** Never refuses, whatever the level: the control calls it advisory here. */
  readonly advisory?: boolean;
  /** Where the control itself rates this case otherwise than its rule. */
  readonly severity?: Severity;
}

export function fail(verdict: Omit<Verdict, "verdict">): Verdict {
  return { verdict: "fail", ...verdict };
}

export function undetermined(verdict: Omit<Verdict, "verdict">): Verdict {
  return { verdict: "undetermined", ...verdict };
}

export interface RuleContext {
  readonly model: CoreModel;
  readonly view: View;
  readonly settings: Settings;
  readonly options: Options;
  readonly knowledge: Knowledge;
}

/** What a rule looks at: which subjects a model holds, and which resource each stands for. */
export interface Target<S> {
  /** For people: "workloads", "aws:eks/cluster:Cluster". */
  readonly description: string;
  /** Pulumi type tokens that can hold a subject; the pack asks the rule about no other. `undefined`: every type. */
  readonly types: readonly string[] | undefined;
  subjects(model: CoreModel): Iterable<S>;
  /** `undefined` for a subject that is no single resource (a namespace that the stack only names, the stack itself). */
  resource(subject: S): Resource | undefined;
}

export interface Example {
  /** A sentence: "an allow-all NetworkPolicy does not isolate the UPF". */
  readonly name: string;
  readonly resources: readonly ResourceInit[];
  readonly settings?: Partial<Settings>;
  readonly knowledge?: Partial<Knowledge>;
}

export interface Examples {
  readonly pass: readonly Example[];
  readonly fail: readonly Example[];
  readonly undetermined: readonly Example[];
}

/**
 * How far one rule's findings go under another's: all on the same resource; in the same container; where all places of the evidence are
 * named by such others too; or where all that is wrong is something that nobody set, in security settings of which the other says the
 * same.
 */
export type Extent = "resource" | "container" | "evidence" | "omission";

export interface Remedy {
  /** A sentence: what is set. */
  readonly sets: string;
  /** For rules that need the whole stack to judge: what is put right on one resource, whatever else there is. */
  alone?(resource: Resource): Iterable<Change>;
}

export interface RuleDefinition<S> {
  readonly id: string;
  /** Policy and file name: the id, then what must hold. */
  readonly name: string;
  readonly title: string;
  readonly family: Family;
  readonly severity: Severity;
  readonly scope: Scope;
  /** Version of carrierguard that brought it. */
  readonly since: string;
  readonly target: Target<S>;
  readonly rationale: string;
  readonly remediation: string;
  readonly standards: readonly Standard[];
  readonly breaks: readonly Technique[];
  readonly options?: { readonly [name: string]: OptionSchema };
  /** Rules whose findings have the same cause and go under this one's. */
  readonly subsumes?: { readonly [rule: string]: Extent };
  /** False where no waiver is taken: nothing could make up for it. */
  readonly waivable?: false;
  /** Set where the catalogue calls a remediation safe: it is applied on request, by Pulumi or by `check --fix`. */
  readonly remedy?: Remedy;
  check(subject: S, context: RuleContext): Iterable<Verdict>;
  /** Built when asked for, so that the pack does not carry them at run time. */
  examples(): Examples;
}

/** A rule whose subject type only its own target and check know. */
export type Rule = RuleDefinition<unknown>;

export function defineRule<S>(definition: RuleDefinition<S>): Rule {
  if (!definition.name.startsWith(`${definition.id.toLowerCase()}-`)) {
    throw new Error(`rule ${definition.id}: its name must begin with "${definition.id.toLowerCase()}-", not "${definition.name}"`);
  }
  return definition as unknown as Rule;
}
