/**
 * Whether requests are allowed. Source: IAM User Guide, "Policy evaluation logic": every layer (identity policies, permission boundary,
 * service control policies, session policy) must allow, and no statement of any of them may deny.
 *
 * The question is one of existence: is there a resource, and a request, for which all parts are allowed? `yes`: the caller can bring it about
 * with what is known; `maybe`: if conditions that are not in his hand, or values that are not known yet, allow it.
 */

import { type Literal, type RequestContext, satisfiable } from "./conditions";
import type { Patterns, Policy, Statement } from "./document";
import { type Glob, matches, search } from "./glob";

/** One layer: what one of its policies allows, the layer allows. */
export type Layer = readonly Policy[];

/** One action that is to be allowed. Several parts are about the same resource. */
export interface Part {
  readonly action: string;
  readonly layers: readonly Layer[];
  readonly context: RequestContext;
}

export interface Resources {
  /** The resource lies in all of these. */
  readonly inside: readonly Glob[];
  readonly outside?: readonly Glob[];
}

export interface Decision {
  readonly answer: "yes" | "maybe" | "no";
  /** The statements that allow, one a part and layer. */
  readonly because: readonly Statement[];
  /** A resource for which it is so. */
  readonly example: string | undefined;
}

/** Branches of a search through alternatives before it answers "maybe". */
const BRANCHES = 4000;

export function decide(parts: readonly Part[], resources: Resources): Decision {
  return new Decider(parts, resources, denialsOf(parts)).decide();
}

/** Whether any statement of every layer allows an action at all: where not, nothing else need be asked. */
export function isConceivable(layers: readonly Layer[], action: string): boolean {
  return layers.every((layer) => {
    const { allows, unknown } = sayingOf(layer, action);
    return unknown || allows.length > 0;
  });
}

/** For people: a statement that takes away what would be allowed, where one does so by itself. */
export function denying(parts: readonly Part[], resources: Resources): Statement | undefined {
  return denialsOf(parts).find((denial) => {
    const without = new Decider(parts, resources, []).decide();
    return without.answer !== "no" && new Decider(parts, resources, [denial]).decide().answer === "no";
  })?.statement;
}

interface Choice {
  readonly allowing: readonly Statement[];
  readonly inside: readonly Glob[];
  readonly outside: readonly Glob[];
  /** Of each part apart: parts are requests of their own. */
  readonly literals: readonly (readonly Literal[])[];
  readonly certain: boolean;
}

interface Denial {
  readonly part: number;
  readonly statement: Statement;
}

class Decider {
  private readonly slots: readonly { readonly part: number; readonly allows: readonly Statement[]; readonly unknown: boolean }[];
  private branches = 0;
  private best: Decision = { answer: "no", because: [], example: undefined };

  constructor(
    private readonly parts: readonly Part[],
    private readonly resources: Resources,
    private readonly denials: readonly Denial[],
  ) {
    this.slots = parts.flatMap((part, index) => part.layers.map((layer) => ({ part: index, ...sayingOf(layer, part.action) })));
  }

  decide(): Decision {
    if (this.slots.length === 0 || this.slots.some(({ allows, unknown }) => allows.length === 0 && !unknown)) return this.best;
    this.allow(0, {
      allowing: [],
      inside: this.resources.inside,
      outside: this.resources.outside ?? [],
      literals: this.parts.map(() => []),
      // A policy that is not known may deny.
      certain: this.slots.every(({ unknown }) => !unknown),
    });
    return this.best;
  }

  private get isOver(): boolean {
    this.branches += 1;
    return this.best.answer === "yes" || this.branches > BRANCHES;
  }

  /** Chooses the statement that allows each part in each layer. */
  private allow(slot: number, choice: Choice): void {
    const here = this.slots[slot];
    if (here === undefined) return this.avoid(0, choice);
    if (here.unknown) this.allow(slot + 1, choice);
    for (const statement of here.allows) {
      if (this.isOver) return this.giveUp(choice);
      const literals = choice.literals.map((list, index) =>
        index === here.part ? [...list, ...statement.conditions.map((clause) => ({ clause, holds: true }))] : list,
      );
      const next: Choice = {
        ...choice,
        allowing: [...choice.allowing, statement],
        literals,
        certain: choice.certain && statement.effect === "Allow" && !statement.actions.unknown,
      };
      if (this.possibility(next) === "impossible") continue;
      for (const branch of within(statement.resources, next)) if (isPossible(branch)) this.allow(slot + 1, branch);
    }
  }

  /** Gets out of the way of each denial: by another resource, or by a condition that does not hold. */
  private avoid(denial: number, choice: Choice): void {
    const here = this.denials[denial];
    if (here === undefined) return this.conclude(choice);
    if (this.isOver) return this.giveUp(choice);
    const { statement, part } = here;
    // What is not known may be no denial at all: nothing more is certain then.
    if (statement.effect === "unknown" || statement.actions.unknown || statement.resources.unknown) {
      return this.avoid(denial + 1, { ...choice, certain: false });
    }
    for (const branch of without(statement.resources, choice)) if (isPossible(branch)) this.avoid(denial + 1, branch);
    for (const clause of statement.conditions) {
      const next = {
        ...choice,
        literals: choice.literals.map((list, index) => (index === part ? [...list, { clause, holds: false }] : list)),
      };
      if (this.possibility(next) !== "impossible") this.avoid(denial + 1, next);
    }
  }

  private possibility(choice: Choice): "certain" | "possible" | "impossible" {
    let answer: "certain" | "possible" = "certain";
    for (const [index, part] of this.parts.entries()) {
      const one = satisfiable(choice.literals[index] ?? [], part.context);
      if (one === "impossible") return one;
      if (one === "possible") answer = one;
    }
    return answer;
  }

  private conclude(choice: Choice): void {
    const possibility = this.possibility(choice);
    if (possibility === "impossible") return;
    const { found, ...rest } = search(choice.inside, choice.outside);
    if (found === "no") return;
    const vague = choice.inside.some((pattern) => pattern.uncertain) || choice.outside.some((pattern) => pattern.uncertain);
    const answer = possibility === "certain" && found === "yes" && choice.certain && !vague ? "yes" : "maybe";
    if (answer === "maybe" && this.best.answer === "maybe") return;
    this.best = { answer, because: choice.allowing, example: "example" in rest ? rest.example : undefined };
  }

  private giveUp(choice: Choice): void {
    if (this.best.answer === "no") this.best = { answer: "maybe", because: choice.allowing, example: undefined };
  }
}

/** What the statements of a layer say about one action. */
interface Saying {
  readonly allows: readonly Statement[];
  readonly denies: readonly Statement[];
  readonly unknown: boolean;
}

/** The same layers are asked for the same actions again and again, by technique, resource and identity to take. */
const sayings = new WeakMap<Layer, Map<string, Saying>>();

function sayingOf(layer: Layer, action: string): Saying {
  let ofLayer = sayings.get(layer);
  if (ofLayer === undefined) sayings.set(layer, (ofLayer = new Map()));
  let saying = ofLayer.get(action);
  if (saying === undefined) {
    const about = layer.flatMap(({ statements }) => statements.filter((item) => coversAction(item, action) !== "no"));
    saying = {
      allows: about.filter(({ effect }) => effect !== "Deny"),
      denies: about.filter(({ effect }) => effect !== "Allow"),
      unknown: layer.some((policy) => policy.unknown),
    };
    ofLayer.set(action, saying);
  }
  return saying;
}

function denialsOf(parts: readonly Part[]): readonly Denial[] {
  return parts.flatMap(({ layers, action }, part) =>
    layers.flatMap((layer) => sayingOf(layer, action).denies.map((statement) => ({ part, statement }))),
  );
}

/** Whether a statement is about an action. */
export function coversAction(statement: Statement, action: string): "yes" | "maybe" | "no" {
  const { not, globs, unknown } = statement.actions;
  const named = globs.some((pattern) => matches(pattern, action));
  if (named) return not ? "no" : "yes";
  if (unknown) return "maybe";
  return not ? "yes" : "no";
}

/** The choice narrowed to what a statement allows; one for every alternative. */
function within({ not, globs, unknown }: Patterns, choice: Choice): Choice[] {
  if (not) return [{ ...choice, outside: [...choice.outside, ...globs], certain: choice.certain && !unknown }];
  const branches = globs.map((pattern) => ({ ...choice, inside: [...choice.inside, pattern] }));
  if (unknown) return [...branches, { ...choice, certain: false }];
  // No Resource element: a trust policy, which is about its own role.
  return globs.length === 0 ? [choice] : branches;
}

/** The choice narrowed to what a denial is not about. */
function without({ not, globs }: Patterns, choice: Choice): Choice[] {
  if (not) return globs.map((pattern) => ({ ...choice, inside: [...choice.inside, pattern] }));
  if (globs.length === 0) return [];
  // A policy variable in a denial: what it spares is not known.
  const [vague, exact] = [globs.filter((pattern) => pattern.uncertain), globs.filter((pattern) => !pattern.uncertain)];
  return [{ ...choice, outside: [...choice.outside, ...exact], certain: choice.certain && vague.length === 0 }];
}

/** Cheap first look; the whole question is asked at the end. */
function isPossible({ inside, outside }: Choice): boolean {
  if (outside.some((pattern) => pattern.everything)) return false;
  for (const { literal } of inside) {
    if (literal === undefined) continue;
    if (!inside.every((pattern) => matches(pattern, literal)) || outside.some((pattern) => matches(pattern, literal))) return false;
  }
  return true;
}
