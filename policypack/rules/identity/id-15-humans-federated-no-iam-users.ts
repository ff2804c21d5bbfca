/**
 * People come by federation, for a short time, with a second factor; nobody has a key that does not expire. Whether a condition demands MFA
 * is asked with a request that has none: Bool holds it back, BoolIfExists does not.
 *
 * Sources: IAM User Guide, "Security best practices", "Configuring MFA-protected API access"; IAM API, CreateRole MaxSessionDuration (3600
 * seconds where nothing is said).
 */

import { needsExternalId, needsMfa } from "../../analysis/iam/strangers";
import { isAccount } from "../../analysis/iam/trust";
import { readPolicy, type Statement } from "../../analysis/iam";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { ROLE, USER } from "../../model/aws/identities";
import { refersTo, resolve, tag } from "../../model/aws/references";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

const ACCESS_KEY = "aws:iam/accessKey:AccessKey";
const LOGIN_PROFILE = "aws:iam/userLoginProfile:UserLoginProfile";

export default defineRule({
  id: "ID-15",
  name: "id-15-humans-federated-no-iam-users",
  title: "Humans authenticate by federation with phishing-resistant MFA; no IAM users or long-lived keys",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources(USER, ACCESS_KEY, LOGIN_PROFILE, ROLE),
  rationale:
    "Access keys and passwords of IAM users do not expire, are copied into laptops and pipelines, and are what intruders into operators have used most; a session of a day is a day in which a stolen laptop administers the core.",
  remediation:
    "Let people in through the identity provider (IAM Identity Center, SAML, OIDC) with phishing-resistant MFA; demand aws:MultiFactorAuthPresent with Bool on roles that accounts may take; keep sessions within four hours, one hour for lawful interception, authentication and subscriber data. Workloads have roles.",
  standards: [
    {
      framework: "CIS AWS Foundations 5.0",
      ref: "1.9",
      title: "Ensure multi-factor authentication (MFA) is enabled for all IAM users that have a console password",
    },
    { framework: "CIS AWS Foundations 5.0", ref: "1.13", title: "Ensure access keys are rotated every 90 days or less" },
    {
      framework: "CIS AWS Foundations 5.0",
      ref: "1.20",
      title: "Ensure IAM users are managed centrally via identity federation or AWS Organizations for multi-account environments",
    },
    {
      framework: "NIST SP 800-53r5",
      ref: "IA-2(1)",
      title: "Identification and Authentication (organizational Users) | Multi-factor Authentication to Privileged Accounts",
    },
    {
      framework: "NIST SP 800-53r5",
      ref: "IA-2(2)",
      title: "Identification and Authentication (organizational Users) | Multi-factor Authentication to Non-privileged Accounts",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-075",
      title:
        "Access to the Management Plane shall be through a dedicated jump server and require Multi Factor Authentication, wherever feasible. Exceptions should follow a d",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-LOGIN",
      title: "Monitoring: user/service account logins",
    },
    { framework: "CISA ZTMM v2", ref: "Identity" },
    { framework: "UK Telecoms Security Code of Practice", ref: "management plane measures" },
  ],
  breaks: [
    { id: "FGT1078.004", name: "Cloud Accounts" },
    { id: "T1078.004", name: "Cloud Accounts" },
    { id: "T1110.003", name: "Password Spraying" },
  ],
  *check(subject, context) {
    switch (subject.type) {
      case USER:
        return yield* user(subject, context);
      case ACCESS_KEY:
      case LOGIN_PROFILE:
        return yield* credential(subject, context);
      default:
        return yield* role(subject);
    }
  },
  examples: () => {
    const role = (Principal: unknown, Condition: unknown, more: object = {}) =>
      resource(ROLE, "operators", {
        assumeRolePolicy: JSON.stringify({
          Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition === undefined ? {} : { Condition }) }],
        }),
        ...more,
      } as never);
    const account = { AWS: "arn:aws:iam::123456789012:root" };
    const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const alarm = resource("aws:cloudwatch/eventRule:EventRule", "break-glass-used", {});
    const saml = { Federated: "arn:aws:iam::123456789012:saml-provider/operator" };
    return {
      pass: [
        { name: "a role that demands MFA", resources: [role(account, mfa)] },
        { name: "a role of a service", resources: [role({ Service: "lambda.amazonaws.com" }, undefined, { maxSessionDuration: 43200 })] },
        { name: "MFA of the last hour", resources: [role(account, { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } })] },
        {
          name: "a break-glass user with an alarm",
          resources: [resource(USER, "break-glass", { tags: { "carrierguard.dev/break-glass": "true" } }), alarm],
        },
        {
          name: "a supplier's system by its external id, which ID-16 judges",
          resources: [role(account, { StringEquals: { "sts:ExternalId": "b7d1" } })],
        },
        {
          name: "a pipeline by its own tokens",
          resources: [
            role(
              { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
              { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
            ),
          ],
        },
      ],
      fail: [
        { name: "an access key", resources: [resource(ACCESS_KEY, "ci", { user: "ci" })] },
        { name: "a console password", resources: [resource(LOGIN_PROFILE, "bob", { user: "bob" })] },
        { name: "an IAM user", resources: [resource(USER, "bob", { name: "bob" })] },
        { name: "a role for the account without MFA", resources: [role(account, undefined)] },
        { name: "MFA only if it is there", resources: [role(account, { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } })] },
        { name: "a day's session", resources: [role(account, mfa, { maxSessionDuration: 43200 })] },
        {
          name: "two hours at lawful interception",
          resources: [role(account, mfa, { maxSessionDuration: 7200, tags: { "carrierguard.dev/zone": "li" } })],
        },
      ],
      undetermined: [
        {
          name: "federation, whose MFA is the provider's",
          resources: [role(saml, { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } })],
        },
        {
          name: "a break-glass user without an alarm in sight",
          resources: [resource(USER, "glass", { tags: { "carrierguard.dev/break-glass": "true" } })],
        },
        { name: "a duration that the configuration brings", resources: [role(account, mfa, { maxSessionDuration: unknownValue() })] },
      ],
    };
  },
});

const ALARMS = ["aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/metricAlarm:MetricAlarm"];

function isBreakGlass(user: Resource): boolean {
  return valueOr(tag(user, "carrierguard.dev/break-glass").boolean(), false);
}

function* user(subject: Resource, context: RuleContext): Generator<Verdict> {
  if (!isBreakGlass(subject)) {
    yield fail({
      message: `${subject.name} is an IAM user: its credentials do not expire and know no second factor of the operator's, so whoever copies them is inside (Cloud Accounts).`,
      evidence: [{ path: "type", actual: subject.type, expected: "a role taken by federation; break-glass users are tagged carrierguard.dev/break-glass=true" }],
      cause: "user",
    });
    return;
  }
  if (context.view === "resource" || ALARMS.some((type) => context.model.ofType(type).length > 0)) return;
  yield undetermined({
    message: `Break-glass user ${subject.name}: that its credentials lie offline and that an alarm tells of their use cannot be seen here.`,
    evidence: [{ path: "aws:cloudwatch/eventRule:EventRule", actual: null, expected: "an alarm on its sign-in" }],
    cause: "alarm",
  });
} // prettier-ignore

function* credential(subject: Resource, context: RuleContext): Generator<Verdict> {
  const owner = resolve(context.model, subject, subject.props.get("user"), [USER]);
  const status = valueOr(subject.props.get("status").string(), "Active");
  if (subject.type === ACCESS_KEY && status === "Inactive") return;
  if (subject.type === LOGIN_PROFILE) {
    if (context.view === "resource" && owner.state !== "elsewhere") return;
    const glass = context.model.ofType(USER).filter(isBreakGlass);
    if (glass.some((item) => refersTo(owner, item) === "yes")) return;
  }
  const what = subject.type === ACCESS_KEY ? "an access key that does not expire" : "a console password";
  yield fail({
    message: `${subject.name} gives an IAM user ${what}: whoever copies it is inside, past federation and its second factor (Cloud Accounts).`,
    evidence: [seen(subject.props.get("user"), "a role taken by federation")],
    cause: "credential",
  });
}

/** People of the account, or of none in particular; federated people; or nobody but services and other roles. */
function peopleOf({ principals, conditions }: Statement): "account" | "federated" | "none" {
  if (principals === undefined || needsExternalId(conditions)) return "none";
  const texts = principals.aws.map((node) => valueOr(node.string(), ""));
  if (principals.everybody || texts.some((text) => isAccount(text) || text.includes(":user/"))) return "account";
  const federated = principals.federated.map((node) => valueOr(node.string(), ""));
  if (federated.some((text) => text.includes(":saml-provider/"))) return "federated";
  const people = federated.some((text) => text !== "" && !/oidc\.eks\.|token\.actions\.githubusercontent|gitlab|terraform|pulumi|bitbucket|circleci|cognito/i.test(text));
  return people ? "federated" : texts.some((text) => text.includes(":role/aws-reserved/sso.amazonaws.com/")) ? "federated" : "none";
} // prettier-ignore

const HOUR = 3600;
/** Zones whose sessions last an hour at most. */
const SENSITIVE = new Set(["li", "auth", "data"]);

function* role(subject: Resource): Generator<Verdict> {
  const statements = readPolicy(subject.props.get("assumeRolePolicy")).statements.filter(({ effect }) => effect === "Allow");
  const kinds = statements.map((statement) => [statement, peopleOf(statement)] as const).filter(([, kind]) => kind !== "none");
  if (kinds.length === 0) return;
  for (const [statement, kind] of kinds) {
    if (kind !== "account" || needsMfa(statement.conditions)) continue;
    yield fail({
      message: `Role ${subject.name} can be taken with a copied key alone: its trust policy names the account, or its users, and demands no second factor that holds for every request (Cloud Accounts).`,
      evidence: [seen(statement.principals?.node ?? statement.node, "federation, or Bool aws:MultiFactorAuthPresent true")],
      cause: `mfa ${statement.index}`,
    });
  }
  const node = subject.props.get("maxSessionDuration");
  const sensitive = SENSITIVE.has(valueOr(tag(subject, "carrierguard.dev/zone").string(), ""));
  const limit = sensitive ? HOUR : 4 * HOUR;
  const duration = node.number();
  if (duration.state === "known" && duration.value > limit) {
    yield fail({
      message: `A session of role ${subject.name} lasts ${duration.value / HOUR} hours: as long as that, a stolen laptop administers the core.`,
      evidence: [seen(node, `${limit} seconds at most`)],
      cause: "duration",
    });
  } else if (duration.state === "unknown") {
    yield undetermined({ message: `How long a session of role ${subject.name} lasts is not known before deployment.`, evidence: [seen(node, `${limit} seconds at most`)], cause: "duration" });
  }
  const federated = kinds.find(([, kind]) => kind === "federated");
  if (federated === undefined) return;
  yield undetermined({
    message: `Whether the identity provider asks those who take role ${subject.name} for a phishing-resistant second factor cannot be seen here; its authentication policy would settle it.`,
    evidence: [seen(federated[0].principals?.node ?? federated[0].node, "FIDO2 or smart card, demanded by the provider for this application")],
    cause: "provider",
  });
} // prettier-ignore
