/**
 * Who may take a role, by its trust policy. Source: IAM User Guide, "How permissions and policies provide access", "AWS JSON policy elements:
 * Principal": a trust policy that names a principal of the same account is enough; one that names the account (its root) hands the decision
 * to the account's identity policies.
 */

import { type Node, valueOr } from "../../model/value";
import { ANY_REQUEST, type RequestContext } from "./conditions";
import { type Decision, decide } from "./decide";
import type { Policy, Principals, Statement } from "./document";
import { type Glob, search, glob } from "./glob";

export type Caller =
  | { readonly kind: "service"; readonly service: string }
  /** A principal of IAM, by its ARN as a pattern. */
  | { readonly kind: "principal"; readonly arn: Glob }
  /** The workload identity of a cluster. */
  | { readonly kind: "web"; readonly provider: string | undefined };

export interface Trust extends Decision {
  /** The trust policy names the caller itself, so that it needs no permission of its own. */
  readonly direct: boolean;
}

type Match = "direct" | "account" | "maybe" | "no";

export function trusts(policy: Policy, caller: Caller, action: string, context: RequestContext = ANY_REQUEST): Trust {
  const matched = policy.statements.map((statement) => [statement, matchesPrincipal(statement.principals, caller)] as const);
  const about = matched.filter(([, match]) => match !== "no");
  // A denial counts only where it is certainly about the caller.
  const statements = about.filter(([{ effect }, match]) => effect !== "Deny" || match === "direct" || match === "account");
  const ask = (list: readonly Statement[]): Decision =>
    decide([{ action, layers: [[{ ...policy, statements: list }]], context }], { inside: [] });
  const certain = statements.filter(([, match]) => match !== "maybe").map(([statement]) => statement);
  const decision = ask(certain);
  if (decision.answer !== "no") {
    const direct = statements.some(([statement, match]) => match === "direct" && decision.because.includes(statement));
    return { ...decision, direct };
  }
  const possible = ask(statements.map(([statement]) => statement));
  return { ...possible, answer: possible.answer === "no" ? "no" : "maybe", direct: false };
}

function matchesPrincipal(principals: Principals | undefined, caller: Caller): Match {
  if (principals === undefined) return "no";
  const positive = named(principals, caller);
  if (!principals.not) return positive;
  return positive === "no" ? "direct" : positive === "maybe" ? "maybe" : "no";
}

function named(principals: Principals, caller: Caller): Match {
  if (principals.unknown) return "maybe";
  switch (caller.kind) {
    case "service":
      if (principals.services.includes(caller.service.toLowerCase())) return "direct";
      return isWildcard(principals) ? "direct" : "no";
    case "principal": {
      if (principals.everybody) return "account";
      const matches = principals.aws.map((node) => matchesArn(node, caller.arn));
      return (["direct", "account", "maybe"] as const).find((match) => matches.includes(match)) ?? "no";
    }
    default: {
      if (principals.everybody) return "direct";
      const found = principals.federated.map((node) => matchesProvider(node, caller.provider));
      return found.includes("direct") ? "direct" : found.includes("maybe") ? "maybe" : "no";
    }
  }
}

/** `"*"` alone is every principal, services among them. */
function isWildcard(principals: Principals): boolean {
  return principals.everybody && principals.aws.length === 0 && principals.services.length === 0;
}

function matchesArn(node: Node, arn: Glob): Match {
  const read = node.string();
  if (read.state !== "known") return "maybe";
  if (isAccount(read.value)) {
    const account = accountOf(read.value);
    const own = /^arn:[^:]*:iam::(\d{12}):/.exec(arn.text)?.[1];
    // An identity of the stack is in the account of the stack, whichever that is.
    return own === undefined || own === account ? "account" : "no";
  }
  return search([glob(read.value, { plain: true }), arn]).found === "no" ? "no" : "direct";
}

const ACCOUNT = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/;

export function isAccount(text: string): boolean {
  return ACCOUNT.test(text);
}

/** The account that a principal belongs to. */
export function accountOf(text: string): string | undefined {
  return ACCOUNT.exec(text)?.[1] ?? /^arn:[^:]*:(?:iam|sts)::(\d{12}):/.exec(text)?.[1];
}

/** A provider by its host and path: `oidc.eks.eu-central-1.amazonaws.com/id/…`. */
function matchesProvider(node: Node, provider: string | undefined): Match {
  const read = node.string();
  if (read.state !== "known" || provider === undefined) return "maybe";
  const url = valueOr(read, "").replace(/^arn:[^:]*:iam::\d*:oidc-provider\//, "");
  return url.toLowerCase() === provider.toLowerCase() ? "direct" : "no";
}
