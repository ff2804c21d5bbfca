/**
 * No wildcard permissions in the core's accounts: what a policy's language holds counts, not its text. A whole service on all of its
 * resources, any role to pass, any key to decrypt with, and AWS's own policies that say so, by ARN.
 *
 * Sources: IAM User Guide, "Policies and permissions"; AWS Managed Policy Reference.
 */

import { wideGrants, type WideGrant } from "../../analysis/iam/wide-grants";
import { managedPolicy, managedPolicyName } from "../../analysis/iam/managed-policies";
import { readPolicy } from "../../analysis/iam";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import {
  GROUP_ATTACHMENT, GROUP_POLICY, IAM_GROUP, POLICY, POLICY_ATTACHMENT, ROLE, ROLE_ATTACHMENT, ROLE_POLICY, USER, USER_ATTACHMENT, USER_POLICY,
} from "../../model/aws/identities"; // prettier-ignore
import { resolve } from "../../model/aws/references";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "ID-17",
  name: "id-17-no-wildcard-iam",
  title: "No wildcard IAM; permissions boundary on every role created in core stacks",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources(
    POLICY,
    ROLE_POLICY,
    USER_POLICY,
    GROUP_POLICY,
    ROLE,
    USER,
    IAM_GROUP,
    ROLE_ATTACHMENT,
    USER_ATTACHMENT,
    GROUP_ATTACHMENT,
    POLICY_ATTACHMENT,
  ),
  rationale:
    "A wildcard turns one stolen credential into the whole account: with a service's every action, any role to pass or any key to decrypt with, an intruder in one function makes itself administrator, reads subscriber data and switches the logs off.",
  remediation:
    "Name the actions and the ARNs that the identity needs; pass one role to one service; decrypt with one key. Give roles of the core a permissions boundary, so that nobody can widen them beyond it.",
  standards: [
    {
      framework: "CIS AWS Foundations 5.0",
      ref: "1.15",
      title: "Ensure IAM policies that allow full *:* administrative privileges are not attached",
    },
    { framework: "CIS AWS Foundations 5.0", ref: "1.21", title: "Ensure access to AWSCloudShellFullAccess is restricted" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-038",
      title:
        "A centralized Privileged Access Management (PAM) solution is in place. Authorizations for accounts, files, and applications is reduced to the minimum required f",
    },
  ],
  breaks: [
    { id: "T1098", name: "Account Manipulation" },
    { id: "T1078.004", name: "Cloud Accounts" },
  ],
  options: {
    requireBoundary: {
      type: "boolean",
      description: "Report roles and users without a permissions boundary; the strict profile always does.",
      default: false,
    },
  },
  *check(subject, context) {
    yield* documentsOf(subject).flatMap(({ node, title }) => [...judge(node, title, subject, context)]);
    yield* attachments(subject, context);
    if (subject.type === ROLE || subject.type === USER) yield* boundary(subject, context);
  },
  examples: () => {
    const policy = (Action: unknown, Resource: unknown, more: object = {}) =>
      resource(POLICY, "amf", {
        policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource, ...more }] }),
      });
    const role = (name: string, more: object = {}) => resource(ROLE, name, { assumeRolePolicy: "{}", ...more } as never);
    const attachment = (policyArn: string) => resource(ROLE_ATTACHMENT, "nodes", { role: "nodes", policyArn });
    return {
      pass: [
        {
          name: "one bucket, named actions",
          resources: [policy(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::cdr", "arn:aws:s3:::cdr/*"])],
        },
        { name: "reading with wildcards in the actions' names", resources: [policy(["ec2:Describe*", "eks:List*"], "*")] },
        { name: "one role passed to one service", resources: [policy("iam:PassRole", "arn:aws:iam::123456789012:role/eks-nodes")] },
        {
          name: "one key",
          resources: [policy("kms:Decrypt", "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")],
        },
        {
          name: "the policies that EKS asks of a node role",
          resources: [
            attachment("arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
            attachment("arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
          ],
        },
        {
          name: "everything denied but what is named",
          resources: [
            resource(POLICY, "guard", {
              policy: {
                Statement: [
                  { Effect: "Allow", Action: "*", Resource: "*" },
                  { Effect: "Deny", NotAction: ["s3:GetObject"], Resource: "*" },
                ],
              },
            }),
          ],
        },
        {
          name: "a deployment role within its boundary",
          resources: [
            role("deployer", {
              managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
              permissionsBoundary: "arn:aws:iam::123456789012:policy/core",
            }),
          ],
        },
        {
          name: "a key used through one service only",
          resources: [policy("kms:Decrypt", "*", { Condition: { StringEquals: { "kms:ViaService": "ec2.eu-central-1.amazonaws.com" } } })],
        },
      ],
      fail: [
        { name: "everything", resources: [policy("*", "*")] },
        { name: "a whole service on all resources", resources: [policy(["eks:*", "s3:GetObject"], "*")] },
        { name: "a whole service by another wildcard", resources: [policy("EC2:?*", "arn:aws:ec2:*:*:*")] },
        {
          name: "everything but IAM",
          resources: [
            resource(POLICY, "amf", { policy: JSON.stringify({ Statement: { Effect: "Allow", NotAction: ["iam:*"], Resource: "*" } }) }),
          ],
        },
        {
          name: "everything but one bucket",
          resources: [
            resource(POLICY, "amf", { policy: { Statement: { Effect: "Allow", Action: "s3:*", NotResource: "arn:aws:s3:::logs" } } }),
          ],
        },
        { name: "any role of the account to pass", resources: [policy("iam:Pass?ole", "arn:aws:iam::*:role/*")] },
        { name: "any key of the account", resources: [policy(["kms:Decrypt"], "arn:aws:kms:eu-central-1:123456789012:key/*")] },
        { name: "AdministratorAccess attached", resources: [attachment("arn:aws:iam::aws:policy/AdministratorAccess")] },
        {
          name: "a wildcard hidden in a managed policy",
          resources: [role("nodes", { managedPolicyArns: ["arn:aws:iam::aws:policy/AWSCloudFormationFullAccess"] })],
        },
        {
          name: "a role without a boundary where one is asked for",
          resources: [role("amf")],
          settings: { rules: { "ID-17": { options: { requireBoundary: true } } } },
        },
        { name: "a role without a boundary under strict", resources: [role("amf")], settings: { profile: "strict" } },
      ],
      undetermined: [
        { name: "a document that comes with the deployment", resources: [resource(POLICY, "amf", { policy: unknownValue() })] },
        {
          name: "actions that come with the deployment",
          resources: [resource(POLICY, "amf", { policy: { Statement: [{ Effect: "Allow", Action: unknownValue(), Resource: "*" }] } })],
        },
        {
          name: "full access to a service that is not known here",
          resources: [attachment("arn:aws:iam::aws:policy/AmazonNimbleStudioFullAccess")],
        },
      ],
    };
  },
});

interface Document {
  readonly node: Node;
  readonly title: string;
}

function documentsOf(subject: Resource): readonly Document[] {
  const inline = subject.props.get("inlinePolicies").items().map((item) => ({ node: item.get("policy"), title: `The policy written into role ${subject.name}` }));
  const own = subject.props.get("policy");
  const kind = { [POLICY]: "Policy", [ROLE_POLICY]: "Role policy", [USER_POLICY]: "User policy", [GROUP_POLICY]: "Group policy" }[subject.type];
  return kind === undefined ? inline : [{ node: own, title: `${kind} ${subject.name}` }];
} // prettier-ignore

function* judge(node: Node, title: string, subject: Resource, context: RuleContext): Generator<Verdict> {
  const policy = readPolicy(node);
  const { certain, possible } = wideGrants(policy);
  if (certain.length > 0) {
    if (!isBoundedDeployment(subject, context)) yield verdict(title, certain, fail);
    return;
  }
  if (possible.length > 0) yield verdict(title, possible, undetermined);
  else if (policy.unknown) {
    yield undetermined({ message: `What ${lower(title)} allows is not known before deployment.`, evidence: [seen(node, "named actions on named resources")], cause: node.path });
  }
} // prettier-ignore

function verdict(title: string, grants: readonly WideGrant[], answer: typeof fail): Verdict {
  const what = [...new Set(grants.map((grant) => grant.what))].join("; ");
  return answer({
    message: `${title} ${answer === fail ? "allows" : "may allow"} ${what}: whoever takes over its holder has the account's (Account Manipulation).`,
    evidence: grants.map(({ statement, expected }): Evidence => ({
      path: statement.node.path,
      actual: statement.actions.node.describe(),
      expected,
    })),
    cause: `wide ${grants[0]?.statement.node.path.replace(/[[.].*/, "") ?? ""}`,
  });
}

function lower(title: string): string {
  return `${title[0]?.toLowerCase() ?? ""}${title.slice(1)}`;
}

/** Asked for by EKS of cluster and node roles (EKS User Guide, "Amazon EKS node IAM role", "cluster IAM role"). */
const OF_EKS = /^(AmazonEKS|AmazonEC2ContainerRegistry(ReadOnly|PullOnly)$|AmazonSSMManagedInstanceCore$|AmazonEBSCSIDriver)/;

/** AWS-managed policies are judged here; a customer's own where it is declared. */
function* attachments(subject: Resource, context: RuleContext): Generator<Verdict> {
  for (const node of [subject.props.get("policyArn"), ...subject.props.get("managedPolicyArns").items()]) {
    const arn = valueOr(node.string(), "");
    const name = managedPolicyName(arn);
    if (name === undefined || OF_EKS.test(name)) continue;
    const policy = managedPolicy(arn);
    const wide = name === "AWSCloudShellFullAccess" || (policy !== undefined && wideGrants(policy).certain.length > 0);
    if (!wide && (policy !== undefined || !name.endsWith("FullAccess"))) continue;
    if (isBoundedDeployment(subject, context)) continue;
    yield (wide ? fail : undetermined)({
      message: `${subject.name} attaches ${name}, which ${wide ? "allows" : "by its name allows"} whole services on everything: whoever takes over its holder has the account's (Account Manipulation).`,
      evidence: [seen(node, "a policy that names its actions and resources")],
      cause: `attached ${name}`,
    });
  }
}

/** The role that deploys may do much, within a boundary. */
const DEPLOYMENT = /deploy|pulumi|terraform|pipeline|github|gitlab|(^|[^a-z])ci(cd)?([^a-z]|$)/i;

function isBoundedDeployment(subject: Resource, context: RuleContext): boolean {
  const role = roleOf(subject, context);
  if (role === undefined) return context.view === "resource" && DEPLOYMENT.test(`${subject.name} ${valueOr(subject.props.get("role").string(), "")}`);
  return DEPLOYMENT.test(`${role.name} ${valueOr(role.props.get("name").string(), "")}`) && !role.props.get("permissionsBoundary").isAbsent;
} // prettier-ignore

function roleOf(subject: Resource, context: RuleContext): Resource | undefined {
  if (subject.type === ROLE || subject.type === USER) return subject;
  const reference = resolve(context.model, subject, subject.props.get("role"), [ROLE]);
  return reference.state === "resolved" ? reference.resource : undefined;
}

function* boundary(subject: Resource, context: RuleContext): Generator<Verdict> {
  if (context.options["requireBoundary"] !== true && context.settings.profile !== "strict") return;
  const node = subject.props.get("permissionsBoundary");
  if (!node.isAbsent) return;
  yield fail({
    message: `${subject.type === ROLE ? "Role" : "User"} ${subject.name} has no permissions boundary: whoever may change its policies makes it administrator (Account Manipulation).`,
    evidence: [seen(node, "the ARN of a policy that limits roles of the core")],
    remediation: "Set permissionsBoundary to a policy that holds what identities of the core may do at most.",
    cause: "boundary",
  });
}
