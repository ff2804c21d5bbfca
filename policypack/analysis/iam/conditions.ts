/**
 * Whether conditions can hold together: for each key, the set of values that the clauses leave. A key nobody knows may have any value or be
 * absent; what the caller chooses himself (the region that he calls) holds back nobody.
 *
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys", "AWS global condition context keys".
 */

import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import type { Clause } from "./clauses";
import { type Glob, glob, matches, search } from "./glob";

/** A clause that must hold, or must not. */
export interface Literal {
  readonly clause: Clause;
  readonly holds: boolean;
}

/** What is known of a request. */
export interface RequestContext {
  /** Values of keys, in small letters; an empty list: the key is certainly absent. */
  readonly fixed: ReadonlyMap<string, readonly string[]>;
}

export const ANY_REQUEST: RequestContext = { fixed: new Map() };

/** `certain`: the caller can bring it about himself. `possible`: it depends on what is not known. */
export type Possibility = "certain" | "possible" | "impossible";

/** Chosen by whoever makes the request. */
const CHOSEN = new Set([
  "aws:requestedregion",
  "aws:securetransport",
  "aws:useragent",
  "aws:referer",
  "aws:tagkeys",
  "sts:rolesessionname",
]);
const CHOSEN_PREFIXES = ["aws:requesttag/"];

/** In the context of every signed request. */
const ALWAYS_PRESENT = new Set([
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principaltype",
  "aws:userid",
  "aws:requestedregion",
  "aws:currenttime",
  "aws:epochtime",
  "aws:securetransport",
]);

export function satisfiable(literals: readonly Literal[], context: RequestContext): Possibility {
  if (literals.length === 0) return "certain";
  let answer: Possibility = "certain";
  const byKey = new Map<string, Literal[]>();
  for (const literal of literals) {
    if (literal.clause.unknown) answer = "possible";
    else byKey.set(literal.clause.key, [...(byKey.get(literal.clause.key) ?? []), literal]);
  }
  for (const [key, group] of byKey) {
    const possibility = ofKey(key, group, context);
    if (possibility === "impossible") return "impossible";
    if (possibility === "possible") answer = "possible";
  }
  return answer;
}

function ofKey(key: string, literals: readonly Literal[], context: RequestContext): Possibility {
  const fixed = context.fixed.get(key);
  if (fixed !== undefined) return literals.every(({ clause, holds }) => evaluate(clause, fixed) === holds) ? "certain" : "impossible";
  const found = solve(key, literals);
  if (found === "no") return "impossible";
  if (found === "unknown") return "possible";
  if (CHOSEN.has(key) || CHOSEN_PREFIXES.some((prefix) => key.startsWith(prefix))) return "certain";
  const isTautology = literals.every(({ clause, holds }) => solve(key, [{ clause, holds: !holds }]) === "no");
  return isTautology ? "certain" : "possible";
}

type Found = "yes" | "no" | "unknown";

/** Whether a value, several, or the absence of the key makes all literals true. */
function solve(key: string, literals: readonly Literal[]): Found {
  if (!ALWAYS_PRESENT.has(key) && literals.every(({ clause, holds }) => evaluate(clause, []) === holds)) return "yes";
  const every: Demand[] = [];
  const some: Demand[] = [];
  let single = false;
  for (const { clause, holds } of literals) {
    if (clause.kind === "null") {
      if (evaluate(clause, ["x"]) !== holds) return "no";
    } else if (clause.set === undefined) {
      single = true;
      every.push({ clause, met: holds });
    } else if ((clause.set === "all") === holds) every.push({ clause, met: holds });
    else some.push({ clause, met: holds });
  }
  if (single || some.length === 0) return valueFor([...every, ...some]);
  return worst(some.map((demand) => valueFor([...every, demand])));
}

function worst(answers: readonly Found[]): Found {
  return answers.includes("no") ? "no" : answers.includes("unknown") ? "unknown" : "yes";
}

/** What one value must do. */
interface Demand {
  readonly clause: Clause;
  /** Whether the clause is to be true of the value. */
  readonly met: boolean;
}

/** Combinations of alternatives tried before giving up. */
const COMBINATIONS = 2000;

function valueFor(demands: readonly Demand[]): Found {
  const textual = demands.every(({ clause }) => clause.kind === "string" || clause.kind === "arn" || clause.kind === "binary");
  if (!textual) {
    const kinds = new Set(demands.map(({ clause }) => clause.kind));
    if (candidates(demands).some((value) => demands.every(({ clause, met }) => isTrueOf(clause, value) === met))) return "yes";
    return kinds.size > 1 ? "unknown" : "no";
  }
  const outside: Glob[] = [];
  let inside: Glob[][] = [[]];
  for (const { clause, met } of demands) {
    const globs = globsOf(clause);
    if (met !== clause.negated) {
      inside = inside.flatMap((chosen) => globs.map((pattern) => [...chosen, pattern]));
      if (inside.length > COMBINATIONS) return "unknown";
    } else outside.push(...globs);
  }
  const answers = inside.map((chosen) => search(chosen, outside).found);
  return answers.includes("yes") ? "yes" : answers.includes("unknown") ? "unknown" : "no";
}

function globsOf(clause: Clause): Glob[] {
  return clause.values.map((value) => glob(value, { plain: !clause.like, fold: clause.fold, byPart: clause.kind === "arn", variables: true }));
} // prettier-ignore

/** Values at, below and above every value that a clause names: between two of them nothing changes. */
function candidates(demands: readonly Demand[]): string[] {
  return demands.flatMap(({ clause }) => {
    switch (clause.kind) {
      case "numeric":
      case "date":
        return clause.values.flatMap((value) => {
          const number = clause.kind === "date" ? timeOf(value) : Number(value);
          return Number.isNaN(number) ? [value] : [number - 0.5, number, number + 0.5].map(String);
        });
      case "ip":
        return [
          ...clause.values.flatMap((value) => {
            const block = parseBlock(value);
            if (block === undefined) return [];
            const last = block.first + (1n << BigInt((block.family === 4 ? 32 : 128) - block.prefix)) - 1n;
            return [block.first, last + 1n, block.first - 1n].map((address) => addressText(block.family, address));
          }),
          "0.0.0.0",
        ];
      case "bool":
        return ["true", "false"];
      default:
        return [...clause.values, "x"];
    }
  });
}

function addressText(family: 4 | 6, address: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join(".");
  const parts = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return parts.join(":");
}

/** The clause on a key with these values; none: the key is absent. */
function evaluate(clause: Clause, values: readonly string[]): boolean {
  if (clause.kind === "null") return clause.values.some((word) => (word.toLowerCase() === "true") === (values.length === 0));
  if (clause.set === "all") return values.every((value) => isTrueOf(clause, value));
  if (values.length === 0) return clause.ifExists || (clause.negated && clause.set === undefined);
  return clause.negated && clause.set === undefined
    ? values.every((value) => isTrueOf(clause, value))
    : values.some((value) => isTrueOf(clause, value));
}

function isTrueOf(clause: Clause, value: string): boolean {
  return clause.values.some((wanted) => matchesOne(clause, wanted, value)) !== clause.negated;
}

function matchesOne(clause: Clause, wanted: string, value: string): boolean {
  switch (clause.kind) {
    case "string":
    case "arn":
    case "binary":
      return matches(glob(wanted, { plain: !clause.like, fold: clause.fold, byPart: clause.kind === "arn", variables: true }), value);
    case "bool":
      return wanted.toLowerCase() === value.toLowerCase();
    case "numeric":
      return compare(clause.comparison, Number(value), Number(wanted));
    case "date":
      return compare(clause.comparison, timeOf(value), timeOf(wanted));
    case "ip":
      return isWithin(value, wanted);
    default:
      return false;
  }
}

function compare(comparison: Clause["comparison"], value: number, wanted: number): boolean {
  switch (comparison) {
    case "less":
      return value < wanted;
    case "lessOrEqual":
      return value <= wanted;
    case "greater":
      return value > wanted;
    case "greaterOrEqual":
      return value >= wanted;
    default:
      return value === wanted;
  }
}

/** Seconds since the epoch, of a date or of such a number. */
function timeOf(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Date.parse(text) / 1000;
}

function isWithin(address: string, block: string): boolean {
  const [inner, outer] = [parseBlock(address), parseBlock(block)];
  if (inner === undefined || outer === undefined) return false;
  return IpSet.fromBlocks([inner]).minus(IpSet.fromBlocks([outer])).isEmpty;
}
