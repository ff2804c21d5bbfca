/** Whether conditions keep out who they are meant to keep out: asked with the context of a stranger, its keys present and absent. */

import type { Clause } from "./clauses";
import { satisfiable } from "./conditions";

/** Keys that tell whose request it is, and what a stranger has there. */
const STRANGER: { readonly [key: string]: string } = {
  "aws:principalorgid": "o-q7xstranger",
  "aws:principalorgpaths": "o-q7xstranger/r-q7x/ou-q7x/",
  "aws:principalaccount": "999999999999",
  "aws:principalarn": "arn:aws:iam::999999999999:role/q7x-stranger",
  "aws:sourceaccount": "999999999999",
  "aws:sourceowner": "999999999999",
  "aws:sourceorgid": "o-q7xstranger",
  "aws:sourcearn": "arn:aws:sns:xx-q7x-1:999999999999:q7x",
  "aws:sourcevpc": "vpc-q7xstranger",
  "aws:sourcevpce": "vpce-q7xstranger",
  "kms:calleraccount": "999999999999",
  "aws:resourceaccount": "999999999999",
  "lambda:eventsourcetoken": "q7x",
};

/** Present in every request, whoever sends it. */
const ALWAYS = new Set(["aws:principalaccount", "aws:principalarn", "kms:calleraccount"]);

/** `yes`: a stranger meets the conditions. `maybe`: that depends on values that are not known. */
export function admitsStrangers(conditions: readonly Clause[]): "yes" | "maybe" | "no" {
  const relevant = conditions.filter(({ key }) => Object.hasOwn(STRANGER, key));
  const literals = conditions.map((clause) => ({ clause, holds: true }));
  const present = new Map(Object.entries(STRANGER).map(([key, value]) => [key, [value]] as const));
  const absent = new Map([...present].map(([key, values]) => [key, ALWAYS.has(key) ? values : []] as const));
  // A stranger has an organisation or none; it calls by itself, so that no service's keys are there.
  const possible = [present, absent].some((fixed) => satisfiable(literals, { fixed }) !== "impossible");
  if (!possible) return "no";
  return relevant.some(({ unknown }) => unknown) ? "maybe" : "yes";
}

/** Whether the caller must know the external id. */
export function needsExternalId(conditions: readonly Clause[]): boolean {
  const literals = conditions.map((clause) => ({ clause, holds: true }));
  return [["q7x-guess"], []].every((values) => satisfiable(literals, { fixed: new Map([["sts:externalid", values]]) }) === "impossible");
}

/** Whether the caller must have shown a second factor, on every way in. */
export function needsMfa(conditions: readonly Clause[]): boolean {
  const literals = conditions.map((clause) => ({ clause, holds: true }));
  const without = [[], ["false"]].map((values) => new Map([["aws:multifactorauthpresent", values], ["aws:multifactorauthage", []]] as const));
  return without.every((fixed) => satisfiable(literals, { fixed }) === "impossible");
} // prettier-ignore
