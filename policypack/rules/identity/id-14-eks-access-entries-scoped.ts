/**
 * People and pipelines enter the cluster through access entries with scoped policies only; nobody is administrator for having created it.
 *
 * Sources: EKS API, CreateClusterRequest accessConfig (authenticationMode CONFIG_MAP and bootstrapClusterCreatorAdminPermissions true where
 * nothing is said); EKS User Guide, "Access policies", "Grant IAM users access with a ConfigMap", "OIDC identity providers".
 */

import { awsAuthEntries } from "../../analysis/rbac/aws-auth";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { ROLE, USER } from "../../model/aws/identities";
import { type Reference, resolve, tag } from "../../model/aws/references";
import { EKS_ACCESS_ENTRY, EKS_ACCESS_POLICY, EKS_CLUSTER } from "../../model/aws/types";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { object, resource, unknownValue } from "../../testing/build";

const IDENTITY_PROVIDER = "aws:eks/identityProviderConfig:IdentityProviderConfig";

export default defineRule({
  id: "ID-14",
  name: "id-14-eks-access-entries-scoped",
  title: "EKS human/CI access only through access entries with scoped policies; no creator admin",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: either(resources(EKS_CLUSTER, EKS_ACCESS_ENTRY, EKS_ACCESS_POLICY, IDENTITY_PROVIDER), objects(["v1", "ConfigMap"])),
  rationale:
    "Whoever may enter the cluster as administrator owns every network function in it. The creator's hidden rights and the aws-auth ConfigMap are seen by no review of IAM, and outlive the project that needed them.",
  remediation:
    "Set accessConfig.authenticationMode: API and bootstrapClusterCreatorAdminPermissions: false; give each role an access entry with a policy scoped to its namespaces. AmazonEKSClusterAdminPolicy is for break-glass roles only (tag carrierguard.dev/break-glass=true).",
  standards: [
    {
      framework: "CIS EKS 1.8.0",
      ref: "4.1.7",
      title: "Cluster Access Manager API to streamline and enhance the management of access controls within EKS clusters (Manual)",
    },
    {
      framework: "CIS EKS 1.8.0",
      ref: "5.5.1",
      title: "Manage Kubernetes RBAC users with AWS IAM Authenticator for Kubernetes or Upgrade to AWS CLI v1.16.156 or greater (Manual)",
    },
    { framework: "CIS Kubernetes 1.12", ref: "3.1.1", title: "Client certificate authentication should not be used for users" },
    { framework: "NIST SP 800-53r5", ref: "AC-2", title: "Account Management" },
    { framework: "NIST SP 800-53r5", ref: "AC-6(5)", title: "Least Privilege | Privileged Accounts" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-056",
      title:
        "Administration of the virtualisation fabric : Access to the management plane needs to be temporary and time-bound. The MNO needs to constrain the number of admi",
    },
  ],
  breaks: [
    { id: "FGT1078.004", name: "Cloud Accounts" },
    { id: "T1078.004", name: "Cloud Accounts" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) {
      yield* configMap(subject);
      return;
    }
    switch (subject.type) {
      case EKS_CLUSTER:
        return yield* cluster(subject);
      case EKS_ACCESS_ENTRY:
        return yield* entry(subject, context);
      case EKS_ACCESS_POLICY:
        return yield* policy(subject, context);
      default:
        return yield* identityProvider(subject);
    }
  },
  examples: () => {
    const eks = (accessConfig?: object) => resource(EKS_CLUSTER, "core", (accessConfig === undefined ? {} : { accessConfig }) as never);
    const api = { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false };
    const role = (tags: object = {}) =>
      resource(ROLE, "on-call", { name: "on-call", arn: "arn:aws:iam::123456789012:role/on-call", tags } as never);
    const association = (policyName: string, type: string, principalArn: unknown = "arn:aws:iam::123456789012:role/on-call") =>
      resource(EKS_ACCESS_POLICY, "on-call", {
        clusterName: "core",
        principalArn,
        policyArn: `arn:aws:eks::aws:cluster-access-policy/${policyName}`,
        accessScope: { type, namespaces: type === "namespace" ? ["core"] : null },
      } as never);
    const entryOf = (principalArn: unknown, more: object = {}) =>
      resource(EKS_ACCESS_ENTRY, "e", { clusterName: "core", principalArn, ...more } as never);
    const awsAuth = (mapRoles: string) => object("v1", "ConfigMap", "aws-auth", { data: { mapRoles } }, "kube-system");
    return {
      pass: [
        { name: "access entries only, and no creator's rights", resources: [eks(api)] },
        { name: "a pipeline that edits its namespaces", resources: [association("AmazonEKSEditPolicy", "namespace")] },
        {
          name: "break-glass",
          resources: [role({ "carrierguard.dev/break-glass": "true" }), association("AmazonEKSClusterAdminPolicy", "cluster")],
        },
        {
          name: "a role with groups of its own",
          resources: [entryOf("arn:aws:iam::123456789012:role/ops", { kubernetesGroups: ["core-viewers"] })],
        },
        {
          name: "nodes in the ConfigMap",
          resources: [awsAuth("- rolearn: arn:aws:iam::123456789012:role/nodes\n  groups: [system:bootstrappers, system:nodes]\n")],
        },
      ],
      fail: [
        { name: "nothing said: the ConfigMap, and the creator is administrator", resources: [eks()] },
        { name: "the ConfigMap beside the API (advisory)", resources: [eks({ ...api, authenticationMode: "API_AND_CONFIG_MAP" })] },
        { name: "the creator stays administrator", resources: [eks({ authenticationMode: "API" })] },
        {
          name: "cluster administrator for a role without a mark",
          resources: [role(), association("AmazonEKSClusterAdminPolicy", "cluster")],
        },
        { name: "administrator of all namespaces", resources: [role(), association("AmazonEKSAdminPolicy", "cluster")] },
        { name: "a user", resources: [entryOf("arn:aws:iam::123456789012:user/bob")] },
        { name: "the account", resources: [entryOf("arn:aws:iam::123456789012:root")] },
        {
          name: "system:masters by an entry",
          resources: [entryOf("arn:aws:iam::123456789012:role/ops", { kubernetesGroups: ["system:masters"] })],
        },
        {
          name: "system:masters by the ConfigMap",
          resources: [awsAuth("- rolearn: arn:aws:iam::123456789012:role/ci\n  groups:\n    - system:masters\n")],
        },
        {
          name: "an identity provider that may say any group",
          resources: [
            resource(IDENTITY_PROVIDER, "idp", {
              clusterName: "core",
              oidc: { issuerUrl: "https://idp.example", clientId: "k", groupsClaim: "groups" },
            }),
          ],
        },
      ],
      undetermined: [
        { name: "a mode that the configuration brings", resources: [eks({ ...api, authenticationMode: unknownValue() })] },
        {
          name: "cluster administrator for a role that is not in sight",
          resources: [association("AmazonEKSClusterAdminPolicy", "cluster", unknownValue())],
        },
      ],
    };
  },
});

function* cluster(subject: Resource): Generator<Verdict> {
  const found = subject.props.get("accessConfig");
  const config = found.kind() === "list" ? (found.items()[0] ?? found) : found;
  const mode = config.get("authenticationMode");
  const creator = config.get("bootstrapClusterCreatorAdminPermissions");
  const read = mode.string();
  const byMap = read.state === "absent" || (read.state === "known" && read.value.includes("CONFIG_MAP"));
  const admin = creator.boolean();
  const isAdmin = admin.state === "absent" || (admin.state === "known" && admin.value);
  const evidence: Evidence[] = [...(byMap || read.state === "unknown" ? [seen(mode, "API")] : []), ...(isAdmin || admin.state === "unknown" ? [seen(creator, false)] : [])];
  if (evidence.length === 0) return;
  if (!byMap && !isAdmin) {
    yield undetermined({ message: `How people enter cluster ${subject.name} is not known before deployment.`, evidence });
    return;
  }
  const both = read.state === "known" && read.value === "API_AND_CONFIG_MAP";
  const faults = [...(byMap ? ["people enter it through the aws-auth ConfigMap, which no review of IAM sees"] : []), ...(isAdmin ? ["whoever created it stays its administrator without a trace"] : [])];
  yield fail({
    message: `Cluster ${subject.name}: ${faults.join(", and ")}: with the creator's credentials, or one edit of a ConfigMap, an intruder owns every function in it.`,
    evidence,
    advisory: both && !isAdmin,
  });
} // prettier-ignore

function* entry(subject: Resource, context: RuleContext): Generator<Verdict> {
  const node = subject.props.get("principalArn");
  const arn = valueOr(node.string(), "");
  const reference = resolve(context.model, subject, node, [ROLE, USER]);
  const isUser = /:(user\/|root$)|^\d{12}$|\*/.test(arn) || (reference.state === "resolved" && reference.resource.type === USER);
  const groups = subject.props.get("kubernetesGroups");
  const masters = groups.items().find((item) => valueOr(item.string(), "") === "system:masters");
  const evidence = [
    ...(isUser ? [seen(node, "the ARN of a role that people take by federation")] : []),
    ...(masters === undefined ? [] : [seen(masters, "a group of its own")]),
  ];
  if (evidence.length > 0) {
    yield fail({
      message: `Access entry ${subject.name} lets ${isUser ? "a user, or the whole account," : "its role"} into the cluster${masters === undefined ? "" : " as system:masters, which no RBAC limits"}: long-lived credentials that leak are a way in (Cloud Accounts).`,
      evidence,
    });
  } else if (groups.holdsUnknown()) {
    yield undetermined({ message: `The groups of access entry ${subject.name} are not known before deployment.`, evidence: [seen(groups, "groups other than system:masters")] });
  }
} // prettier-ignore

function* policy(subject: Resource, context: RuleContext): Generator<Verdict> {
  const node = subject.props.get("policyArn");
  const name = valueOr(node.string(), "").split("/").at(-1) ?? "";
  const scope = subject.props.get("accessScope");
  const type = valueOr((scope.kind() === "list" ? (scope.items()[0] ?? scope) : scope).get("type").string(), "");
  const wide = name === "AmazonEKSClusterAdminPolicy" || (name === "AmazonEKSAdminPolicy" && type !== "namespace");
  if (!wide && node.isKnown) return;
  const holder = subject.props.get("principalArn");
  const principal = resolve(context.model, subject, holder, [ROLE, USER]);
  if (isBreakGlass(principal) || (context.view === "resource" && !isBreakGlassName(holder))) return;
  const unsure = !node.isKnown || principal.state === "unknown" || isBreakGlassName(holder);
  yield (unsure ? undetermined : fail)({
    message: `${name === "" ? "A policy that is not known yet" : name} ${unsure ? "may make" : "makes"} ${valueOr(holder.string(), "a role")} administrator of the cluster, and nothing marks that role as break-glass: who takes it over owns every function.`,
    evidence: [seen(node, "a policy scoped to namespaces"), seen(holder, "a role tagged carrierguard.dev/break-glass=true")],
  });
}

function isBreakGlass(principal: Reference): boolean {
  return principal.state === "resolved" && valueOr(tag(principal.resource, "carrierguard.dev/break-glass").boolean(), false);
}

/** The name is a claim; the tag on the role, which is not in sight, would settle it. */
function isBreakGlassName(holder: Node): boolean {
  return /break-?glass/i.test(valueOr(holder.string(), ""));
}

/** Without a prefix, the provider may say any group that RBAC names. */
function* identityProvider(subject: Resource): Generator<Verdict> {
  const oidc = subject.props.get("oidc");
  if (oidc.get("groupsClaim").isAbsent || !oidc.get("groupsPrefix").isAbsent) return;
  yield fail({
    message: `Whoever administers the issuer of ${subject.name} puts anybody into any group that RBAC names, as its groups have no prefix: an intruder there enters the cluster with the rights of operators.`,
    evidence: [seen(oidc.get("groupsPrefix"), "a prefix of its own: oidc:")],
  });
}

function* configMap(subject: KubernetesObject): Generator<Verdict> {
  if (subject.name !== "aws-auth" || subject.namespace !== "kube-system") return;
  const wrong = awsAuthEntries(subject).filter(({ groups, isUser }) => isUser || groups.includes("system:masters"));
  if (wrong.length === 0) return;
  yield fail({
    message: `The aws-auth ConfigMap lets ${wrong.map(({ principal }) => principal).join(", ")} into the cluster past all access entries: one edit of it, or one leaked key, and an intruder owns every function.`,
    evidence: wrong.map(({ node, groups }) => ({ path: node.path, actual: groups.join(", "), expected: "an access entry for a role" })),
  });
}
