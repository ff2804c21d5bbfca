/**
 * Trust beyond the account is explicit, conditional and expiring. Only statements that allow are judged: a denial for everybody is the normal
 * form of a guard. What counts is whether a stranger satisfies the conditions, in all the ways in which a key can be present or absent
 * (StringEqualsIfExists and ForAllValues hold for whoever has no value).
 *
 * Sources: IAM User Guide, "AWS JSON policy elements: Principal", "The confused deputy problem"; Elastic Load Balancing, access logs.
 */

import { LOG_DELIVERY_ACCOUNTS, ownAccounts } from "../../analysis/iam/accounts";
import { admitsStrangers, needsExternalId } from "../../analysis/iam/strangers";
import { accountOf } from "../../analysis/iam/trust";
import { readPolicy, type Statement } from "../../analysis/iam";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, resources, wholeStack } from "../../engine/targets";
import { ROLE } from "../../model/aws/identities";
import { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

/** Resources whose `policy` says who else may use them. */
const WITH_POLICY = [
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:kms/key:Key",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:sns/topicPolicy:TopicPolicy",
];
const ANALYZER = "aws:accessanalyzer/analyzer:Analyzer";

export default defineRule({
  id: "ID-16",
  name: "id-16-cross-account-trust-conditional",
  title: "Cross-account and managed-service-provider trust is explicit, conditional and expiring",
  family: "identity",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: either(resources(ROLE, ...WITH_POLICY), wholeStack(ROLE, ...WITH_POLICY)),
  rationale:
    "A role or a bucket that anybody's account may use, or a supplier's for ever, is a way into the core that no firewall sees: whoever takes over the supplier, or guesses the name, has what the supplier had (Trusted Relationship).",
  remediation:
    "Name the account, demand sts:ExternalId (a supplier) or aws:PrincipalOrgID (the own organisation) with StringEquals, put a permissions boundary on the role, and tag it with the vendor and the day on which the trust ends. Let an IAM Access Analyzer watch the account.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "1.19", title: "Ensure that IAM External Access Analyzer is enabled for all regions" },
    { framework: "EU 5G Toolbox", ref: "SM04", title: "controlling MSPs and third-line support" },
    { framework: "UK Telecoms Security Code of Practice", ref: "third party supplier measures" },
    { framework: "NIST SP 800-53r5", ref: "AC-20", title: "Use of External Systems" },
    { framework: "NIST SP 800-53r5", ref: "SA-9", title: "External System Services" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO4-016", title: "Interaction with external parties should be handled" },
  ],
  breaks: [
    { id: "FGT1199", name: "Trusted Relationship" },
    { id: "FGT1195.502", name: "Compromise Service Supply Chain" },
    { id: "T1199", name: "Trusted Relationship" },
  ],
  *check(subject, context) {
    if (subject instanceof CoreModel) yield* watched(subject, context);
    else if (subject.type === ROLE) yield* judge(subject, subject.props.get("assumeRolePolicy"), context);
    else yield* judge(subject, subject.props.get("policy"), context);
  },
  examples: () => {
    const trust = (Principal: unknown, Condition?: unknown) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition === undefined ? {} : { Condition }) }],
      });
    const role = (assumeRolePolicy: string, more: object = {}) =>
      resource(ROLE, "support", { arn: "arn:aws:iam::111111111111:role/support", assumeRolePolicy, ...more } as never);
    const bucket = (statement: object) =>
      resource("aws:s3/bucketPolicy:BucketPolicy", "cdr", {
        policy: { Statement: [{ Action: "s3:GetObject", Resource: "*", ...statement }] } as never,
      });
    const analyzer = resource(ANALYZER, "account", { type: "ACCOUNT" });
    const supplier = { AWS: "arn:aws:iam::222222222222:root" };
    const expiring = { permissionsBoundary: "arn:aws:iam::111111111111:policy/vendors", tags: { vendor: "acme", expires: "2099-12-31" } };
    return {
      pass: [
        { name: "a service of AWS", resources: [role(trust({ Service: "lambda.amazonaws.com" }))] },
        { name: "the own account", resources: [role(trust({ AWS: "111111111111" }))] },
        {
          name: "a supplier with an external id, a boundary and an end",
          resources: [analyzer, role(trust(supplier, { StringEquals: { "sts:ExternalId": "b7d1" } }), expiring)],
        },
        {
          name: "an account of the own organisation",
          resources: [analyzer, role(trust(supplier, { StringEquals: { "aws:PrincipalOrgID": "o-abc123def4" } }))],
        },
        {
          name: "everybody of the own organisation reads a bucket",
          resources: [
            bucket({ Effect: "Allow", Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": ["o-abc123def4"] } } }),
            analyzer,
          ],
        },
        {
          name: "everybody is refused without TLS",
          resources: [bucket({ Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } })],
        },
        {
          name: "a load balancer writes its logs",
          resources: [bucket({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::054676820928:root" }, Action: "s3:PutObject" })],
        },
      ],
      fail: [
        { name: "anybody may take the role", resources: [role(trust({ AWS: "*" }))] },
        {
          name: "anybody whose account has no organisation",
          resources: [role(trust("*", { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abc123def4" } }))],
        },
        { name: "any organisation", resources: [role(trust("*", { StringLike: { "aws:PrincipalOrgID": "o-*" } }))] },
        {
          name: "all of no values",
          resources: [role(trust("*", { "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": ["o-a/r-b/*"] } }))],
        },
        {
          name: "everybody but one",
          resources: [
            role(
              JSON.stringify({
                Statement: { Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::222222222222:root" }, Action: "sts:AssumeRole" },
              }),
            ),
          ],
        },
        { name: "a supplier without an external id", resources: [role(trust(supplier), expiring)] },
        { name: "a supplier for ever", resources: [role(trust(supplier, { StringEquals: { "sts:ExternalId": "b7d1" } }))] },
        {
          name: "a supplier whose day has passed",
          resources: [
            role(trust(supplier, { StringEquals: { "sts:ExternalId": "b7d1" } }), {
              ...expiring,
              tags: { vendor: "acme", expires: "2024-12-31" },
            }),
          ],
          knowledge: { at: Date.UTC(2026, 0, 1) },
        },
        { name: "a bucket that anybody reads", resources: [bucket({ Effect: "Allow", Principal: "*" })] },
        {
          name: "a key that anybody uses",
          resources: [
            resource("aws:kms/key:Key", "subscribers", {
              policy: JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: ["*"] }, Action: "kms:*", Resource: "*" } }),
            }),
          ],
        },
      ],
      undetermined: [
        {
          name: "a trust policy that comes with the deployment",
          resources: [resource(ROLE, "support", { assumeRolePolicy: unknownValue() })],
        },
        { name: "an account that may be the own one", resources: [resource(ROLE, "support", { assumeRolePolicy: trust(supplier) })] },
        {
          name: "a supplier, and no access analyzer in sight",
          resources: [role(trust(supplier, { StringEquals: { "sts:ExternalId": "b7d1" } }), expiring)],
        },
      ],
    };
  },
});

function* judge(subject: Resource, node: Node, context: RuleContext): Generator<Verdict> {
  const policy = readPolicy(node);
  const what = subject.type === ROLE ? `role ${subject.name}` : `what ${subject.name} is the policy of`;
  if (policy.unknown && policy.statements.length === 0) {
    yield undetermined({
      message: `Who may use ${what} is not known before deployment.`,
      evidence: [seen(node, "named principals, with conditions")],
    });
    return;
  }
  for (const statement of policy.statements) {
    if (statement.effect !== "Allow" || statement.principals === undefined) continue;
    const { principals } = statement;
    if (principals.everybody || principals.not) yield* everybody(statement, what);
    else if (principals.unknown) {
      yield undetermined({
        message: `Who may use ${what} is not known before deployment.`,
        evidence: [seen(principals.node, "named principals, with conditions")],
        cause: `unknown ${statement.index}`,
      });
    } else if (subject.type === ROLE) yield* accounts(statement, subject, context);
  }
}

function* everybody(statement: Statement, what: string): Generator<Verdict> {
  const admits = admitsStrangers(statement.conditions);
  if (admits === "no") return;
  yield (admits === "yes" ? fail : undetermined)({
    message: `Anybody, of any account, ${admits === "yes" ? "may" : "might"} use ${what}: its conditions do not keep strangers out (Trusted Relationship).`,
    evidence: [
      seen(statement.principals?.node ?? statement.node, "named principals, or StringEquals on aws:PrincipalOrgID"),
      ...statement.conditions.map((clause) => seen(clause.node, "StringEquals on aws:PrincipalOrgID")),
    ],
    cause: `everybody ${statement.index}`,
  });
}

/** Accounts that a role trusts and that are not its own. */
function* accounts(statement: Statement, subject: Resource, context: RuleContext): Generator<Verdict> {
  const own = ownAccounts(context.model);
  for (const node of statement.principals?.aws ?? []) {
    const account = accountOf(valueOr(node.string(), ""));
    if (account === undefined || own.has(account) || LOG_DELIVERY_ACCOUNTS.has(account)) continue;
    if (context.view === "resource") return;
    const organisation = admitsStrangers(statement.conditions) === "no" && !needsExternalId(statement.conditions);
    if (organisation) continue;
    const missing = [...lacking(statement, subject), ...expiry(subject, context)];
    if (missing.length === 0) continue;
    const certain = own.size > 0;
    yield (certain ? fail : undetermined)({
      message: `Role ${subject.name} trusts account ${account}${certain ? "" : " (which may be its own)"} without ${missing.map(({ expected }) => String(expected)).join(", ")}: who takes over that account has the role, for as long as nobody remembers it (Trusted Relationship).`,
      evidence: [seen(node, "an account of a supplier, bound and expiring"), ...missing],
      cause: `account ${account}`,
    });
  }
}

function lacking(statement: Statement, subject: Resource): Evidence[] {
  return [
    ...(needsExternalId(statement.conditions)
      ? []
      : [{ path: `${statement.node.path}.Condition`, actual: null, expected: "StringEquals on sts:ExternalId or aws:PrincipalOrgID" }]),
    ...(subject.props.get("permissionsBoundary").isAbsent
      ? [seen(subject.props.get("permissionsBoundary"), "a permissions boundary")]
      : []),
  ];
}

const VENDOR = /vendor|supplier|partner|third.?party/i;
const EXPIRY = /expir|valid.?until|until/i;

/** Tags name the vendor, and the day on which the trust ends. */
function expiry(subject: Resource, { knowledge }: RuleContext): Evidence[] {
  const tags = subject.props.get("tags");
  if (tags.isUnknown) return [];
  const fields = [...tags.fields(), ...subject.props.get("tagsAll").fields()];
  const until = fields.find(([key]) => EXPIRY.test(key))?.[1];
  const day = until === undefined ? Number.NaN : Date.parse(valueOr(until.string(), ""));
  return [
    ...(fields.some(([key]) => VENDOR.test(key)) ? [] : [seen(tags, "a tag that names the vendor")]),
    ...(until === undefined ? [seen(tags, "a tag with the day on which it expires")] : []),
    ...(until !== undefined && day < knowledge.at ? [seen(until, "a day to come")] : []),
  ];
}

/** The analyzer watches an account, so it may be declared elsewhere; who trusts others wants to know. */
function* watched(model: CoreModel, context: RuleContext): Generator<Verdict> {
  if (context.view === "resource" || model.ofType(ANALYZER).length > 0) return;
  const own = ownAccounts(model);
  const trusting = model.ofType(ROLE).some((role) =>
    readPolicy(role.props.get("assumeRolePolicy")).statements.some(({ effect, principals }) => {
      const foreign = (principals?.aws ?? []).some((node) => {
        const account = accountOf(valueOr(node.string(), ""));
        return account !== undefined && own.size > 0 && !own.has(account);
      });
      return effect === "Allow" && foreign;
    }),
  );
  if (!trusting) return;
  yield undetermined({
    message: "Roles here trust other accounts, and no IAM Access Analyzer is in sight that would tell of trust that nobody meant; the account may have one elsewhere.",
    evidence: [{ path: ANALYZER, actual: null, expected: "an analyzer of type ACCOUNT or ORGANIZATION in every region" }],
    cause: "analyzer",
  });
} // prettier-ignore
