/** A core with roles, accounts and tokens, and the ways that its identities have. */

import { stackActors } from "../../../../policypack/analysis/identities/actors";
import { GOALS } from "../../../../policypack/analysis/identities/goals";
import { guardsOf, reportOn } from "../../../../policypack/analysis/iam";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource } from "../../../../policypack/testing/build";

export const ACCOUNT = "administrator of the account";
export const CLUSTER = "administrator of the cluster";
export const DATA = "subscriber data (UDM, UDR, their database)";

export function reports(resources: readonly ResourceInit[], guards = guardsOf([])) {
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  return new Map(reportOn(stackActors(model, guards), GOALS).map((report) => [report.id, report]));
}

/** The hops to a goal, `?` in front where only unknown or chance values allow it; `undefined` where there is no way. */
export function way(resources: readonly ResourceInit[], from: string, goal: string): readonly string[] | string | undefined {
  const found = reports(resources).get(from);
  if (found === undefined) throw new Error(`${from} is not told of`);
  const reach = found.reaches.find((item) => item.goal === goal);
  return reach === undefined ? undefined : [...(reach.verdict === "fail" ? [] : ["?"]), ...reach.path.map(({ to }) => to)];
}

export const RBAC = "rbac.authorization.k8s.io/v1";
export const rule = (
  apiGroups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames: readonly string[] = [],
) => ({ apiGroups, resources, verbs, ...(resourceNames.length > 0 ? { resourceNames } : {}) });
export const account = (name: string, namespace = "core") => ({ kind: "ServiceAccount", name, namespace });
/** A role of these rules in the namespace (or everywhere), bound to a subject. */
export const granted = (subject: Properties, rules: readonly Properties[], namespace?: string): ResourceInit[] => {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const name = `r-${JSON.stringify(rules).length}`;
  return [
    object(RBAC, kind, name, { rules }, namespace),
    object(RBAC, `${kind}Binding`, name, { roleRef: { kind, name }, subjects: [subject] }, namespace),
  ];
};
export const withToken = (name: string, options: Parameters<typeof networkFunction>[1] = {}) =>
  networkFunction(name, { ...options, pod: { automountServiceAccountToken: true, ...options.pod } });
export const core = [withToken("amf"), networkFunction("udm"), networkFunction("ausf"), networkFunction("nrf")];

const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
export const document = (...Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
export const everything = document({ Effect: "Allow", Action: "*", Resource: "*" });
export const role = (name: string, trust: object, policy?: string): ResourceInit[] => [
  resource("aws:iam/role:Role", name, {
    name,
    arn: `arn:aws:iam::123456789012:role/${name}`,
    assumeRolePolicy: document({ Effect: "Allow", ...trust }),
  }),
  ...(policy === undefined ? [] : [resource("aws:iam/rolePolicy:RolePolicy", name, { role: name, policy })]),
];
export const irsa = (name: string, sub: string, policy?: string, operator = "StringEquals") =>
  role(name, {
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { [operator]: { [`${ISSUER}:sub`]: `system:serviceaccount:${sub}` }, StringEqualsIgnoreCase: { [`${ISSUER}:aud`]: "sts.amazonaws.com" } },
  }, policy); // prettier-ignore
export const annotated = (name: string, arn = `arn:aws:iam::123456789012:role/${name}`, namespace = "core") =>
  object("v1", "ServiceAccount", name, { metadata: { annotations: { "eks.amazonaws.com/role-arn": arn } } }, namespace);
