/**
 * Keys rotate, cannot be destroyed in a hurry, and open only to those whose data they guard. A policy that delegates to the account is fine:
 * IAM decides then. Source: KMS Developer Guide, "Rotating AWS KMS keys", "Default key policy"; KMS API, ScheduleKeyDeletion (30 days where
 * nothing is said).
 */

import { keyDomain, DEDICATED } from "../../analysis/data-stores";
import { EXTERNAL_KEY, KMS_KEY, REPLICA_KEY, zoneTag } from "../../analysis/encryption-keys";
import { coversAction } from "../../analysis/iam/decide";
import { type Policy, readPolicy, type Statement } from "../../analysis/iam/document";
import { admitsStrangers } from "../../analysis/iam/strangers";
import { change, defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { resolve } from "../../model/aws/references";
import { ROLE } from "../../model/aws/identities";
import { tokens } from "../../model/network-functions/vocabulary";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy";
const DAYS = 30;

export default defineRule({
  id: "DP-08",
  name: "dp-08-kms-keys-rotated-and-scoped",
  title: "KMS keys: rotation, tight policy, long deletion window, no cross-zone use",
  family: "data-protection",
  severity: "high",
  scope: "resource",
  since: "0.1.0",

  target: resources(KMS_KEY, REPLICA_KEY, EXTERNAL_KEY, KEY_POLICY),
  rationale:
    "A key that everybody may use protects nothing, one that its users may also hand over is theirs to give away, and one that can be destroyed within a week takes the subscriber data with it.",
  remediation:
    "Set enableKeyRotation: true and deletionWindowInDays: 30, name the principals of the key policy, give kms:PutKeyPolicy and kms:ScheduleKeyDeletion to others than kms:Decrypt, and keep roles of operation and delivery out of keys of auth, data and LI.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "3.6", title: "Ensure rotation for customer-created symmetric CMKs is enabled" },
    { framework: "NIST SP 800-53r5", ref: "SC-12", title: "Cryptographic Key Establishment and Management" },
    { framework: "NIST SP 800-53r5", ref: "AC-5", title: "Separation of Duties" },
  ],
  breaks: [
    { id: "T1552", name: "Unsecured Credentials" },
    { id: "T1485", name: "Data Destruction" },
  ],

  remedy: { sets: "enableKeyRotation to true, and deletionWindowInDays to 30 where it is less." },
  *check(item, context) {
    if (item.type === KMS_KEY) yield* rotation(item);
    if (item.type !== KEY_POLICY) yield* deletion(item);
    yield* policy(item, context);
  },
  examples: () => ({
    pass: [
      { name: "rotates, with the default policy", resources: [key({})] },
      { name: "an asymmetric key cannot rotate", resources: [resource(KMS_KEY, "sign", { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "ECC_NIST_P256" })] },
      { name: "a key in a custom key store cannot rotate", resources: [resource(KMS_KEY, "hsm", { customKeyStoreId: "cks-1" })] },
      { name: "the account's root delegates to IAM", resources: [key({ policy: document({ Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*" }) })] },
      { name: "everybody of the organisation through one service", resources: [key({ policy: document({ Principal: "*", Action: "kms:Decrypt", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abc", "kms:ViaService": "s3.eu-central-1.amazonaws.com" } } }) })] },
      { name: "everybody of the account through one service", resources: [key({ policy: document({ Principal: { AWS: "*" }, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Condition: { StringEquals: { "kms:CallerAccount": "111122223333", "kms:ViaService": "ec2.eu-central-1.amazonaws.com" } } }) })] },
      { name: "a denial of everybody", resources: [key({ policy: document({ Effect: "Deny", Principal: "*", Action: "kms:*", Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-abc" } } }) })] },
      { name: "administrators and users apart", resources: [key({ policy: document({ Principal: { AWS: admin }, Action: ["kms:Put*", "kms:ScheduleKeyDeletion"] }, { Principal: { AWS: user }, Action: ["kms:Decrypt", "kms:GenerateDataKey"] }) })] },
    ],
    fail: [
      { name: "does not rotate", resources: [resource(KMS_KEY, "data", {})] },
      { name: "gone within a week", resources: [key({ deletionWindowInDays: 7 })] },
      { name: "everybody may decrypt", resources: [key({ policy: document({ Principal: "*", Action: "kms:Decrypt" }) })] },
      { name: "everybody, as a list", resources: [key({ policy: document({ Principal: { AWS: ["*"] }, Action: "kms:*" }) })] },
      { name: "everybody but one", resources: [key({ policy: document({ NotPrincipal: { AWS: admin }, Action: "kms:Decrypt" }) })] },
      { name: "everybody through a service, of any account", resources: [key({ policy: document({ Principal: "*", Action: "kms:Decrypt", Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } } }) })] },
      { name: "a condition that is met when the key is absent", resources: [key({ policy: document({ Principal: "*", Action: "kms:Decrypt", Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abc" } } }) })] },
      { name: "one role administers and uses", resources: [key({ policy: document({ Principal: { AWS: user }, Action: "kms:*" }) })] },
      { name: "one role administers and uses by two statements", resources: [key({ policy: document({ Principal: { AWS: user }, Action: "kms:PutKeyPolicy" }, { Principal: { AWS: [user] }, Action: "kms:Decrypt" }) })] },
      { name: "a policy beside the key", resources: [key({}), resource(KEY_POLICY, "data", { keyId: "k", policy: document({ Principal: "*", Action: "kms:Decrypt" }) })] },
      { name: "the pipeline opens subscriber data", resources: [key({ tags: { "carrierguard.dev/zone": "data" }, policy: document({ Principal: { AWS: "arn:aws:iam::111122223333:role/ci-deploy" }, Action: "kms:Decrypt" }) })] },
    ],
    undetermined: [
      { name: "rotation that the configuration brings", resources: [resource(KMS_KEY, "data", { enableKeyRotation: unknownValue() })] },
      { name: "a policy that is not known yet", resources: [key({ policy: unknownValue() })] },
    ],
  }),
}); // prettier-ignore

/** What cannot rotate: asymmetric and HMAC keys, imported material, custom key stores. */
function rotates(props: Node): boolean {
  const spec = valueOr(props.get("customerMasterKeySpec").string(), "SYMMETRIC_DEFAULT");
  const usage = valueOr(props.get("keyUsage").string(), "ENCRYPT_DECRYPT");
  return (
    spec === "SYMMETRIC_DEFAULT" &&
    usage === "ENCRYPT_DECRYPT" &&
    props.get("customKeyStoreId").isAbsent &&
    props.get("xksKeyId").isAbsent &&
    !/EXTERNAL/.test(valueOr(props.get("origin").string(), ""))
  );
}

function* rotation({ name, props }: Resource): Iterable<Verdict> {
  const node = props.get("enableKeyRotation");
  const read = node.boolean();
  if (!rotates(props) || (read.state === "known" && read.value)) return;
  const open = read.state === "unknown" || [props.get("customerMasterKeySpec"), props.get("keyUsage")].some((item) => item.isUnknown);
  yield (open ? undetermined : fail)({
    message: `KMS key ${name} ${open ? "may not" : "does not"} rotate: what was encrypted with it stays open for ever to whoever got it once.`,
    evidence: [seen(node, true)],
    changes: change(node, true),
    cause: "rotation",
  });
}

function* deletion({ name, props }: Resource): Iterable<Verdict> {
  const node = props.get("deletionWindowInDays");
  const read = node.number();
  if (read.state === "absent" || (read.state === "known" && read.value >= DAYS)) return;
  yield (read.state === "known" ? fail : undetermined)({
    message: `KMS key ${name} ${read.state === "known" ? "can be" : "may be"} destroyed before anybody looks: whoever schedules its deletion takes all that it encrypts (Data Destruction).`,
    evidence: [seen(node, DAYS)],
    changes: change(node, DAYS),
    cause: "deletion",
  });
}

const ADMINISTRATION = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];
const USE = ["kms:Decrypt", "kms:ReEncryptFrom"];

function* policy(item: Resource, context: RuleContext): Iterable<Verdict> {
  const read = readPolicy(item.props.get("policy"));
  const title = `${item.type === KEY_POLICY ? "Key policy" : "KMS key"} ${item.name}`;
  if (read.unknown) {
    yield undetermined({
      message: `Who may use ${title} is not known before deployment.`,
      evidence: [seen(item.props.get("policy"), "named principals; administrators and users apart")],
      cause: "policy",
    });
    return;
  }
  yield* strangers(title, read);
  yield* bothRoles(title, read);
  yield* otherZones(item, title, read, context);
}

function* strangers(title: string, { statements }: Policy): Iterable<Verdict> {
  for (const statement of statements) {
    if (statement.effect !== "Allow" || statement.principals === undefined) continue;
    if (!statement.principals.everybody && !statement.principals.not) continue;
    const admits = admitsStrangers(statement.conditions);
    if (admits === "no") continue;
    yield (admits === "yes" ? fail : undetermined)({
      message: `${title} ${admits === "yes" ? "opens" : "may open"} to principals of any account (statement ${statement.sid ?? statement.index + 1}): what it encrypts is as safe as the least of them.`,
      evidence: [seen(statement.principals.node, "named principals, or a condition on aws:PrincipalOrgID or kms:CallerAccount")],
      cause: `everybody ${statement.sid ?? statement.index}`,
    });
  }
}

/** Principals by what they are called in the policy; the account itself leaves the choice to IAM. */
function principals(statement: Statement): readonly string[] {
  return (statement.principals?.aws ?? []).flatMap((node) => {
    const text = valueOr(node.string(), "");
    return text === "" || /^(\d{12}|arn:[^:]*:iam::\d{12}:root)$/.test(text) ? [] : [text];
  });
}

function* bothRoles(title: string, { statements }: Policy): Iterable<Verdict> {
  const allows = statements.filter(({ effect }) => effect === "Allow");
  const may = (actions: readonly string[]) =>
    new Set(allows.filter((item) => actions.some((action) => coversAction(item, action) === "yes")).flatMap(principals));
  const users = may(USE);
  const both = [...may(ADMINISTRATION)].filter((principal) => users.has(principal));
  const [first] = both;
  if (first === undefined) return;
  const place = allows.find((item) => principals(item).includes(first))?.principals?.node;
  yield fail({
    message: `${title} lets ${both.join(", ")} both administer and use it: who takes that role reads the data and keeps everybody else out.`,
    evidence: [place === undefined ? { path: "policy", actual: both, expected: "" } : seen(place, "administrators and users apart")],
    cause: "separation",
  });
}

/** Roles of operation and delivery, by the zone that they are tagged for or the words of their name. */
const OUTSIDERS = new Set([
  "ci",
  "cd",
  "cicd",
  "oam",
  "ops",
  "devops",
  "deploy",
  "deployer",
  "deployment",
  "jenkins",
  "gitlab",
  "github",
  "argocd",
  "flux",
  "pipeline",
  "runner",
]);

function* otherZones(item: Resource, title: string, { statements }: Policy, { model, view }: RuleContext): Iterable<Verdict> {
  const key =
    item.type === KEY_POLICY ? resolve(model, item, item.props.get("keyId"), [KMS_KEY]) : { state: "resolved" as const, resource: item };
  const zone = key.state === "resolved" ? keyDomain(zoneTag(key.resource)) : "";
  if (zone === "charging" || !DEDICATED.has(zone)) return;
  for (const statement of statements) {
    if (statement.effect !== "Allow" || !USE.some((action) => coversAction(statement, action) === "yes")) continue;
    for (const node of statement.principals?.aws ?? []) {
      const role = view === "stack" ? resolve(model, item, node, [ROLE]) : undefined;
      const name = role?.state === "resolved" ? role.resource.name : (/:role\/(.+)$/.exec(valueOr(node.string(), ""))?.[1] ?? "");
      const outside = role?.state === "resolved" && zoneTag(role.resource) === "oam";
      if (!outside && !tokens(name).some((word) => OUTSIDERS.has(word))) continue;
      yield fail({
        message: `${title} of zone ${zone} lets ${name}, a role of operation or delivery, decrypt: whoever takes the pipeline reads ${zone === "li" ? "interception data" : "subscriber data"}.`,
        evidence: [seen(node, `principals of zone ${zone} only`)],
        cause: `zone ${name}`,
      });
    }
  }
}

const admin = "arn:aws:iam::111122223333:role/key-admins";
const user = "arn:aws:iam::111122223333:role/udr";
function key(properties: Properties) {
  return resource(KMS_KEY, "data", { enableKeyRotation: true, ...properties });
}
function document(...statements: readonly Properties[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", Resource: "*", ...statement })),
  });
}
