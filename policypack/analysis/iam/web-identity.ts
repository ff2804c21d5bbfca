/**
 * Who in a Kubernetes cluster can take a role by web identity. Source: EKS User Guide, "IAM roles for service accounts": the token's `sub` is
 * `system:serviceaccount:<namespace>:<name>`, its `aud` sts.amazonaws.com.
 */

import { type Node, valueOr } from "../../model/value";
import type { Clause } from "./clauses";
import { type Possibility, satisfiable } from "./conditions";
import { coversAction } from "./decide";
import { type Policy, readPolicy, type Statement } from "./document";
import { trusts } from "./trust";

export type ClusterTrust =
  | {
      readonly state: "read";
      readonly node: Node;
      /** Whether a ServiceAccount that the policy does not name gets in. */
      readonly anyAccount: "yes" | "maybe" | "no";
      /** Names with wildcards that count. */
      readonly wildcards: readonly string[];
      /** Whether a token for another audience gets in. */
      readonly anyAudience: "yes" | "maybe" | "no";
      /** `namespace:name` of those that are named. */
      readonly accounts: readonly string[];
    }
  | { readonly state: "unread"; readonly node: Node };

const ACTION = "sts:AssumeRoleWithWebIdentity";
const PREFIX = "system:serviceaccount:";

/** One answer for each statement that lets a cluster's ServiceAccounts in. */
export function clusterTrust(trustPolicy: Node): readonly ClusterTrust[] {
  const policy = readPolicy(trustPolicy);
  if (policy.unknown && policy.statements.length === 0) return [{ state: "unread", node: trustPolicy }];
  return policy.statements
    .filter((statement) => statement.effect === "Allow" && coversAction(statement, ACTION) !== "no" && isOfCluster(statement))
    .map((statement) => {
      const subjects = statement.conditions.filter(({ key }) => key.endsWith(":sub"));
      const named = subjects.filter(({ negated }) => !negated).flatMap(({ values }) => values);
      return {
        state: "read",
        node: statement.node,
        anyAccount: admits(statement, ":sub", `${PREFIX}q7x-namespace:q7x-account`),
        wildcards: subjects
          .filter(({ like, negated }) => like && !negated)
          .flatMap(({ values }) => values.filter((value) => /[*?]/.test(value))),
        anyAudience: admits(statement, ":aud", "q7x-audience"),
        accounts: named.map((value) => value.replace(PREFIX, "")),
      };
    });
}

/** By its provider, or by the ServiceAccounts that its conditions name. */
function isOfCluster({ principals, conditions }: Statement): boolean {
  const providers = (principals?.federated ?? []).map((node) => valueOr(node.string(), ""));
  return (
    providers.some((provider) => /oidc-provider\/oidc\.eks\./.test(provider)) ||
    conditions.some(
      ({ key, values }) =>
        /oidc\.eks\..*:(sub|aud)$/.test(key) || (key.endsWith(":sub") && values.some((value) => value.startsWith(PREFIX))),
    )
  );
}

/** Whether a ServiceAccount's own token for STS takes a role, denials considered. */
export function trustsAccount(policy: Policy, namespace: string, account: string): "yes" | "maybe" | "no" {
  const fixed = new Map<string, readonly string[]>();
  for (const { key } of policy.statements.flatMap(({ conditions }) => conditions)) {
    if (key.endsWith(":sub")) fixed.set(key, [`${PREFIX}${namespace}:${account}`]);
    if (key.endsWith(":aud")) fixed.set(key, ["sts.amazonaws.com"]);
  }
  const inside = policy.statements.filter((statement) => statement.effect === "Allow" && coversAction(statement, ACTION) !== "no" && isOfCluster(statement));
  const providers = new Set(inside.flatMap(({ principals }) => principals?.federated ?? []).map((node) => valueOr(node.string(), undefined)?.replace(/^.*:oidc-provider\//, "")));
  const answers = [...providers].map((provider) => trusts(policy, { kind: "web", provider }, ACTION, { fixed }).answer);
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
} // prettier-ignore

/** Both claims are in every token. */
function admits({ conditions }: Statement, claim: string, value: string): "yes" | "maybe" | "no" {
  const keys = conditions.map(({ key }) => key).filter((key) => key.endsWith(claim));
  const fixed = new Map(keys.map((key) => [key, [value]] as const));
  const relevant: readonly Clause[] = conditions.filter(({ key }) => key.endsWith(claim));
  const answer: Possibility = satisfiable(
    relevant.map((clause) => ({ clause, holds: true })),
    { fixed },
  );
  return answer === "impossible" ? "no" : relevant.some(({ unknown }) => unknown) ? "maybe" : "yes";
}
