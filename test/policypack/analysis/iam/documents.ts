/** Small builders of IAM documents for the tests of this folder. */

import { documentIdentity, escalationsOf, type Identity } from "../../../../policypack/analysis/iam";
import { Node, type Value } from "../../../../policypack/model/value";

export type Statement = { readonly [element: string]: Value };

export const allow = (Action: Value, more: Statement = {}): Statement => ({ Effect: "Allow", Action, Resource: "*", ...more });
export const deny = (Action: Value, more: Statement = {}): Statement => ({ Effect: "Deny", Action, Resource: "*", ...more });

export function identity(...statements: readonly Statement[]): Identity {
  return documentIdentity("document", Node.root({ Version: "2012-10-17", Statement: statements }));
}

/** `iam:PutUserPolicy fail`, each combination of permissions once, sorted. */
export function escalations(holder: Identity): string[] {
  return [...new Set(escalationsOf(holder).map(({ permissions, verdict }) => `${permissions.join("+")} ${verdict}`))].sort();
}
