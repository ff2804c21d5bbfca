/** Which roles of AWS a ServiceAccount takes: by the trust policies of roles (IRSA), and by EKS Pod Identity associations. */

import { ROLE } from "../../model/aws/identities";
import { resolve } from "../../model/aws/references";
import { EKS_POD_IDENTITY } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { readPolicy } from "../iam/document";
import { trusts } from "../iam/trust";
import { trustsAccount } from "../iam/web-identity";
import { type Account, accountId } from "./cluster";

export interface TakenRole {
  /** As `iam` names it: `role/upf`. */
  readonly id: string;
  readonly by: "IRSA" | "Pod Identity";
  readonly answer: "yes" | "maybe";
}

export function roleId(role: Resource): string {
  return `role/${valueOr(role.props.get("name").string(), role.name)}`;
}

export function rolesOfAccount(model: CoreModel, account: Account): readonly TakenRole[] {
  const known = model.ask(answers);
  let found = known.get(accountId(account));
  if (found === undefined) known.set(accountId(account), (found = [...byTrust(model, account), ...byAssociation(model, account)]));
  return found;
}

const answers = (_model: CoreModel) => new Map<string, readonly TakenRole[]>();

/** Roles that let a cluster's ServiceAccounts in at all, read once. */
const webRoles = (model: CoreModel) =>
  model.ofType(ROLE).flatMap((role) => {
    const trust = readPolicy(role.props.get("assumeRolePolicy"));
    const federated = trust.statements.some(({ principals }) => (principals?.federated ?? []).length > 0);
    return federated ? [{ role, trust }] : [];
  });

function byTrust(model: CoreModel, { namespace, name }: Account): TakenRole[] {
  return model.ask(webRoles).flatMap(({ role, trust }) => {
    const answer = trustsAccount(trust, namespace, name);
    return answer === "no" ? [] : [{ id: roleId(role), by: "IRSA" as const, answer }];
  });
}

function byAssociation(model: CoreModel, { namespace, name }: Account): TakenRole[] {
  return model.ofType(EKS_POD_IDENTITY).flatMap((association) => {
    const says = (key: string, wanted: string): "yes" | "maybe" | "no" => {
      const read = association.props.get(key).string();
      return read.state === "known" ? (read.value === wanted ? "yes" : "no") : "maybe";
    };
    const matches = [says("namespace", namespace), says("serviceAccount", name)];
    if (matches.includes("no")) return [];
    return ["roleArn", "targetRoleArn"].flatMap((key): TakenRole[] => {
      const role = resolve(model, association, association.props.get(key), [ROLE]);
      if (role.state !== "resolved") return [];
      // The target role of another account is taken by the first.
      const trust = key === "roleArn" ? trusts(readPolicy(role.resource.props.get("assumeRolePolicy")), { kind: "service", service: "pods.eks.amazonaws.com" }, "sts:AssumeRole").answer : "yes";
      if (trust === "no") return [];
      return [{ id: roleId(role.resource), by: "Pod Identity", answer: trust === "yes" && !matches.includes("maybe") ? "yes" : "maybe" }];
    });
  });
} // prettier-ignore
