/**
 * A role that pods take belongs to one ServiceAccount: the trust policy is asked with the token of another ServiceAccount, and with a token
 * that was made for somebody else. Whether it says StringLike, a list or nothing makes no difference.
 *
 * Sources: EKS User Guide, "IAM roles for service accounts", "EKS Pod Identity"; IAM User Guide, "Creating a role for web identity".
 */

import { clusterTrust, type ClusterTrust } from "../../analysis/iam/web-identity";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { ROLE } from "../../model/aws/identities";
import { resolve } from "../../model/aws/references";
import { EKS_POD_IDENTITY } from "../../model/aws/types";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { serviceAccount } from "../../analysis/rbac/grants";
import { networkFunction, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "ID-05",
  name: "id-05-workload-identity-bound-to-one-service-account",
  title: "Workload-to-AWS identity through Pod Identity or IRSA bound to one namespace and ServiceAccount",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources(ROLE, EKS_POD_IDENTITY),
  rationale:
    "With a loose trust policy every pod of the cluster can take the role: one function that is taken over reads the secrets, queues and keys of all others, under their name.",
  remediation:
    "In the trust policy demand StringEquals on <issuer>:sub = system:serviceaccount:<namespace>:<account> and on <issuer>:aud = sts.amazonaws.com; give each network function a role of its own, or use an EKS Pod Identity association.",
  standards: [
    {
      framework: "CIS AWS Foundations 5.0",
      ref: "1.17",
      title: "Ensure IAM instance roles are used for AWS resource access from instances",
    },
    { framework: "NIST SP 800-53r5", ref: "IA-9", title: "Service Identification and Authentication" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    { framework: "NIST SP 800-207", ref: "tenet 3", title: "Access is granted per session" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-1", title: "Part I: secure identity and access management" },
  ],
  breaks: [
    { id: "FGT1078.004", name: "Cloud Accounts" },
    { id: "T1528", name: "Steal Application Access Token" },
    { id: "T1552.005", name: "Cloud Instance Metadata API" },
  ],
  *check(subject, context) {
    if (subject.type === EKS_POD_IDENTITY) {
      if (context.view === "stack") yield* oneRoleAFunction(subject, context);
      return;
    }
    for (const trust of clusterTrust(subject.props.get("assumeRolePolicy"))) yield* judge(subject, trust, context);
  },
  examples: () => {
    const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    const role = (Condition: unknown, name = "amf", federated = `arn:aws:iam::123456789012:oidc-provider/${issuer}`) =>
      resource(ROLE, name, {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Federated: federated }, Action: "sts:AssumeRoleWithWebIdentity", Condition }],
        }),
      });
    const aud = { [`${issuer}:aud`]: "sts.amazonaws.com" };
    const sub = (...names: readonly string[]) => ({ [`${issuer}:sub`]: names.map((name) => `system:serviceaccount:${name}`) });
    const association = (name: string) =>
      resource(EKS_POD_IDENTITY, name, {
        clusterName: "core",
        namespace: "core",
        serviceAccount: name,
        roleArn: "arn:aws:iam::123456789012:role/core",
      });
    return {
      pass: [
        { name: "one ServiceAccount, and tokens for STS", resources: [role({ StringEquals: { ...sub("core:amf"), ...aud } })] },
        {
          name: "a node's role, which is no web identity",
          resources: [
            resource(ROLE, "nodes", {
              assumeRolePolicy: JSON.stringify({
                Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
              }),
            }),
          ],
        },
        { name: "StringLike without a wildcard", resources: [role({ StringLike: sub("core:amf"), StringEquals: aud })] },
        {
          name: "a pipeline's provider",
          resources: [
            role(
              { StringEquals: { "token.actions.githubusercontent.com:sub": "repo:carrier/core:ref:refs/heads/main" } },
              "ci",
              "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            ),
          ],
        },
        {
          name: "two ServiceAccounts of one driver",
          resources: [
            role({ StringEquals: { ...sub("kube-system:ebs-csi-controller-sa", "kube-system:ebs-csi-node-sa"), ...aud } }, "ebs"),
          ],
        },
        { name: "a role for each association", resources: [association("amf"), networkFunction("amf")] },
        {
          name: "an out-of-cluster function by its certificate",
          resources: [
            resource(ROLE, "edge-upf", {
              assumeRolePolicy: JSON.stringify({
                Statement: {
                  Effect: "Allow",
                  Principal: { Service: "rolesanywhere.amazonaws.com" },
                  Action: "sts:AssumeRole",
                  Condition: { StringEquals: { "aws:PrincipalTag/x509Subject/CN": "upf-1" } },
                },
              }),
            }),
          ],
        },
      ],
      fail: [
        { name: "a wildcard in the name", resources: [role({ StringLike: { ...sub("core:*"), ...aud } })] },
        { name: "any ServiceAccount", resources: [role({ StringEquals: aud })] },
        { name: "no condition at all", resources: [role({})] },
        { name: "tokens made for anybody", resources: [role({ StringEquals: sub("core:amf") })] },
        { name: "everybody but one", resources: [role({ StringNotEquals: sub("core:webui"), StringEquals: aud })] },
        {
          name: "one role for two functions",
          resources: [role({ StringEquals: { ...sub("core:amf", "core:udm"), ...aud } }), networkFunction("amf"), networkFunction("udm")],
        },
        {
          name: "one role for two associations",
          resources: [association("amf"), association("udm"), networkFunction("amf"), networkFunction("udm")],
        },
      ],
      undetermined: [
        {
          name: "a ServiceAccount that the deployment brings",
          resources: [
            resource(ROLE, "amf", {
              assumeRolePolicy: {
                Statement: [
                  {
                    Effect: "Allow",
                    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
                    Action: "sts:AssumeRoleWithWebIdentity",
                    Condition: { StringEquals: { [`${issuer}:sub`]: unknownValue(), ...aud } },
                  },
                ],
              } as never,
            }),
          ],
        },
        {
          name: "a trust policy made from an issuer that is not there yet",
          resources: [
            oidcProvider,
            resource(ROLE, "amf", { assumeRolePolicy: unknownValue(oidcProvider) }, { assumeRolePolicy: [oidcProvider] }),
          ],
        },
      ],
    };
  },
});

const OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";

const oidcProvider = resource(OIDC_PROVIDER, "cluster", { url: unknownValue() });

function* judge(role: Resource, trust: ClusterTrust, context: RuleContext): Generator<Verdict> {
  if (trust.state === "unread") {
    const origins = [...trust.node.comesFrom, ...(role.propertyDependencies["assumeRolePolicy"] ?? [])];
    if (!origins.some((urn) => urn.includes(OIDC_PROVIDER))) return;
    yield undetermined({
      message: `Which ServiceAccount may take role ${role.name} is not known before deployment.`,
      evidence: [seen(trust.node, "StringEquals on sub and aud")],
    });
    return;
  }
  const faults = [
    ...(trust.anyAccount === "no" ? [] : [{ answer: trust.anyAccount, what: "any ServiceAccount of the cluster", expected: "StringEquals on <issuer>:sub, one namespace and account" }]),
    ...(trust.anyAccount === "no" && trust.wildcards.length > 0 ? [{ answer: "yes" as const, what: `every ServiceAccount that ${trust.wildcards.join(", ")} matches`, expected: "StringEquals on <issuer>:sub, one namespace and account" }] : []),
    ...(trust.anyAudience === "no" ? [] : [{ answer: trust.anyAudience, what: "holders of tokens that were made for other services", expected: "StringEquals on <issuer>:aud = sts.amazonaws.com" }]),
  ];
  const certain = faults.filter(({ answer }) => answer === "yes");
  const told = certain.length > 0 ? certain : faults;
  if (told.length > 0) {
    yield (certain.length > 0 ? fail : undetermined)({
      message: `Role ${role.name} ${certain.length > 0 ? "can" : "may"} be taken by ${told.map(({ what }) => what).join(", and by ")}: a pod that is taken over acts with its permissions (Steal Application Access Token).`,
      evidence: told.map(({ expected }) => ({ path: trust.node.path, actual: trust.node.get("Condition").describe(), expected })),
      cause: "trust",
    });
    return;
  }
  if (context.view === "stack") yield* shared(role, trust.accounts, context);
} // prettier-ignore

/** One role a network function. */
function* shared(role: Resource, accounts: readonly string[], context: RuleContext): Generator<Verdict> {
  const holders = accounts.flatMap((account) => workloadsOf(account, context));
  const functions = [...new Set(holders.map((workload) => context.model.classification(workload).networkFunctions.join("+")))];
  if (functions.length < 2) return;
  yield fail({
    message: `${functions.join(" and ")} share the AWS role ${role.name}: what one of them may, an intruder in the other may too.`,
    evidence: [{ path: "assumeRolePolicy", actual: accounts.join(", "), expected: "a role for each function" }],
    networkFunctions: [...new Set(holders.flatMap((workload) => context.model.classification(workload).networkFunctions))],
    cause: "shared",
  });
} // prettier-ignore

/** The workloads of `namespace:account`. */
function workloadsOf(account: string, { model }: RuleContext): readonly Workload[] {
  const [namespace = "", name = ""] = account.split(":");
  return model
    .workloadsIn(namespace)
    .filter((workload) => serviceAccount(workload) === name && model.classification(workload).role === "nf");
}

/** Told once, on the first association of the role. */
function* oneRoleAFunction(subject: Resource, context: RuleContext): Generator<Verdict> {
  const role = (association: Resource): string => {
    const reference = resolve(context.model, association, association.props.get("roleArn"), [ROLE]);
    return reference.state === "resolved" ? reference.resource.urn : reference.state === "elsewhere" ? reference.value : association.urn;
  };
  const same = context.model.ofType(EKS_POD_IDENTITY).filter((other) => role(other) === role(subject));
  if (same[0] !== subject) return;
  const accounts = same.map(({ props }) => `${valueOr(props.get("namespace").string(), "?")}:${valueOr(props.get("serviceAccount").string(), "?")}`);
  yield* shared(subject, [...new Set(accounts)], context);
} // prettier-ignore
