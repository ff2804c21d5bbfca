/** Policies from outside the stack: service control policies and session policies, each a layer of its own. */

import type { Node } from "../../model/value";
import { readPolicy } from "./document";
import type { Guards } from "./identities";
import { managedPolicy } from "./managed-policies";

/**
 * A service control policy that only denies stands beside FullAWSAccess, which AWS attaches at every level (AWS Organizations User Guide,
 * "SCP evaluation"); one that allows is all that is allowed.
 */
export function guardsOf(documents: readonly Node[]): Guards {
  const everything = managedPolicy("arn:aws:iam::aws:policy/AdministratorAccess");
  return {
    layers: documents.map((document) => {
      const policy = readPolicy(document);
      const onlyDenies = !policy.unknown && policy.statements.every(({ effect }) => effect === "Deny");
      return onlyDenies && everything !== undefined ? [policy, everything] : [policy];
    }),
  };
}
