/** What a policy allows that no identity of a core needs: whole services, any role to pass, any key. */

import { ANY_REQUEST, satisfiable } from "./conditions";
import type { Clause } from "./clauses";
import { coversAction, decide } from "./decide";
import type { Policy, Statement } from "./document";
import { type Glob, glob, matches, search } from "./glob";

export interface WideGrant {
  readonly statement: Statement;
  /** For people, after "allows". */
  readonly what: string;
  readonly expected: string;
}

/** An action that no service has: whoever may do it may do all of the service's. */
const ACTION = "Q7xCanaryAction";
const ANY_SERVICE = glob(`*:${ACTION}`, { fold: true });
/** Services that a pattern of actions may stand for, where it names none. */
const ANYONE = "q7x";

/** Every wide grant, denials of the same document considered: certain ones, and those that unknown values may make. */
export function wideGrants(policy: Policy): { readonly certain: readonly WideGrant[]; readonly possible: readonly WideGrant[] } {
  const certain: WideGrant[] = [];
  const possible: WideGrant[] = [];
  for (const statement of policy.statements) {
    if (statement.effect === "Deny" || satisfiable(statement.conditions.map((clause) => ({ clause, holds: true })), ANY_REQUEST) === "impossible") continue;
    for (const { grant, action, resource } of grants(statement)) {
      const answer = decide([{ action, layers: [[policy]], context: ANY_REQUEST }], { inside: [resource] }).answer;
      if (answer === "no") continue;
      const sure = statement.effect === "Allow" && coversAction(statement, action) === "yes" && covers(statement, resource) === "yes";
      (sure ? certain : possible).push(grant);
    }
  }
  return { certain, possible };
} // prettier-ignore

interface Candidate {
  readonly grant: WideGrant;
  readonly action: string;
  readonly resource: Glob;
}

function grants(statement: Statement): Candidate[] {
  const found: Candidate[] = [];
  const add = (what: string, expected: string, action: string, arns: readonly string[]): void => {
    const resource = arns.map((arn) => glob(arn, { byPart: true })).find((pattern) => covers(statement, pattern) !== "no");
    if (resource !== undefined && coversAction(statement, action) !== "no") {
      found.push({ grant: { statement, what, expected }, action, resource });
    }
  };
  for (const service of wholeServices(statement)) {
    if (service !== ANYONE && limitsResources(statement)) continue;
    const [what, word] = service === ANYONE ? ["every action of every service", "*"] : [`every action of ${service}`, service];
    const names = [`arn:*:${word}:::${ANYONE}-canary`, `arn:*:${word}:*:*:${ANYONE}-canary/zz`, `arn:*:${word}:*:*:${ANYONE}:zz`];
    add(`${what} on everything`, "named actions on named resources", `${service}:${ACTION}`, names);
  }
  if (found.length > 0) return found;
  if (!limitsResources(statement)) {
    add("any role to be passed (iam:PassRole)", "the ARN of the one role", "iam:PassRole", [`arn:*:iam::*:role/${ANYONE}-canary`]);
    add("decryption with any key (kms:Decrypt)", "the ARN of the one key", "kms:Decrypt", [`arn:*:kms:*:*:key/${ANYONE}-canary`]);
  }
  return found;
}

/** The services of which a statement is about every action. */
function wholeServices(statement: Statement): string[] {
  const { not, globs, unknown } = statement.actions;
  if (not) return globs.some(({ everything }) => everything) ? [] : [ANYONE];
  const services = globs.flatMap((pattern) => {
    const found = search([pattern, ANY_SERVICE]);
    if (found.found !== "yes") return [];
    return matches(pattern, `${ANYONE}:${ACTION}`) ? [ANYONE] : [found.example.split(":")[0]?.toLowerCase() ?? ANYONE];
  });
  const distinct = [...new Set(services)];
  if (distinct.includes(ANYONE)) return [ANYONE];
  return unknown ? [...distinct, ANYONE] : distinct;
}

function covers({ resources }: Statement, resource: Glob): "yes" | "maybe" | "no" {
  const among = resources.globs.some((pattern) => search([pattern, resource]).found === "yes");
  if (resources.not) return resources.globs.some((pattern) => search([resource], [pattern]).found === "no") ? "no" : "yes";
  if (among) return "yes";
  return resources.unknown ? "maybe" : "no";
}

/** Keys that tell resources apart, whatever `Resource` says. */
const OF_RESOURCES =
  /^(aws:resourcetag\/|aws:resourceaccount|kms:viaservice|kms:resourcealiases|kms:encryptioncontext|kms:requestalias|[a-z0-9-]+:resourcetag\/|iam:resourcetag\/|ecr:resourcetag\/)/;

function limitsResources({ conditions }: Statement): boolean {
  return conditions.some((clause) => OF_RESOURCES.test(clause.key) && limits(clause));
}

/** Not true of anything, nor of nothing. */
function limits({ negated, ifExists, set, kind, values, like }: Clause): boolean {
  return !negated && !ifExists && set !== "all" && kind === "string" && !(like && values.some((value) => /^[*?]+$/.test(value)));
}
