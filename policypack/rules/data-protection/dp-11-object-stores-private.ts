/**
 * Buckets of a core are nobody's but its own: no public access, no plain HTTP, a key of their zone. New buckets block public access unless
 * told otherwise (S3 User Guide, since April 2023); HTTP is open until the bucket's policy denies it; the encryption that nobody chose is SSE-S3.
 */

import { CORE_ZONES, holdsCore } from "../../analysis/aws-network/core-vpcs";
import { zoneOf } from "../../analysis/data-stores";
import { bucketEncryption, keyUse, zoneTag } from "../../analysis/encryption-keys";
import { coversAction } from "../../analysis/iam/decide";
import { readPolicy, type Policy } from "../../analysis/iam/document";
import { admitsStrangers } from "../../analysis/iam/strangers";
import { accessLogBuckets } from "../../analysis/log-pipeline/buckets";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { ROLE } from "../../model/aws/identities";
import { type Bucket, buckets } from "../../model/aws/records";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const BUCKET = "aws:s3/bucket:Bucket";
const TRANSFER = "aws:transfer/server:Server";

const objectStores: Target<Bucket | Resource> = {
  description: `${BUCKET} with its policy, encryption and access block; ${TRANSFER}`,
  types: [BUCKET, "aws:s3/bucketV2:BucketV2", TRANSFER],
  subjects: (model) => [...model.ask(buckets), ...model.ofType(TRANSFER)],
  resource: (subject) => (subject instanceof Resource ? subject : subject.resource),
};

export default defineRule({
  id: "DP-11",
  name: "dp-11-object-stores-private",
  title: "Object stores with CDRs, PCAPs, configurations and backups are private, TLS-only and encrypted",
  family: "data-protection",
  severity: "high",
  scope: "stack",
  since: "0.1.0",

  target: objectStores,
  rationale:
    "Call records, traces of signalling and backups of configurations leave the core as files: in a bucket that is readable, or reached without TLS, years of who called whom and where are one copy away.",
  remediation:
    "Keep all four settings of aws.s3.BucketPublicAccessBlock true, deny aws:SecureTransport false for s3:* in the bucket's policy, encrypt with aws:kms and the zone's key, let only charging roles at call records, and transfer by SFTP or HTTPS.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "2.1.1", title: "Ensure S3 Bucket Policy is set to deny HTTP requests" },
    { framework: "CIS AWS Foundations 5.0", ref: "2.1.4", title: "Ensure that S3 is configured with 'Block Public Access' enabled" },
    { framework: "NIST SP 800-53r5", ref: "SC-28(1)", title: "Protection of Information at Rest | Cryptographic Protection" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-067",
      title: "Sensitive data in persistent/temporary storage has restricted access and files are protected against manipulation",
    },
  ],
  breaks: [
    { id: "FGT5017", name: "Charging Data Record (CDR) Collection" },
    { id: "FGT1567.002", name: "Exfiltration to Cloud Storage" },
    { id: "T1530", name: "Data from Cloud Storage" },
  ],

  *check(subject, context) {
    if (subject instanceof Resource) yield* transfer(subject);
    else yield* bucket(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "blocked, TLS only, under an own key", resources: [store(), block({}), tlsOnly(), kms()] },
      { name: "nothing said about public access is blocked", resources: [store(), tlsOnly(), kms()] },
      { name: "all in the bucket itself, as of old", resources: [store({ policy: TLS_ONLY, serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } } } })] },
      { name: "a bucket for access logs of a load balancer", resources: [store(), tlsOnly(), resource("aws:lb/loadBalancer:LoadBalancer", "nef", { accessLogs: { bucket: "cdr" } })] },
      { name: "a bucket of a stack without a core", resources: [resource(BUCKET, "site", { bucket: "site" })] },
      { name: "a bucket of another zone", resources: [core, resource(BUCKET, "site", { bucket: "site", tags: { "carrierguard.dev/zone": "web" } })] },
      { name: "SFTP", resources: [resource(TRANSFER, "cdr", { protocols: ["SFTP"] })] },
    ],
    fail: [
      { name: "a block with a gap", resources: [store(), block({ blockPublicPolicy: false }), tlsOnly(), kms()] },
      { name: "a public ACL", resources: [store({ acl: "public-read" }), block({}), tlsOnly(), kms()] },
      { name: "no policy: plain HTTP works", resources: [store(), block({}), kms()] },
      { name: "a policy that allows TLS instead of denying the rest", resources: [store(), policy({ Effect: "Allow", Principal: { AWS: CHARGING }, Action: "s3:*", Resource: ["arn:aws:s3:::cdr/*"], Condition: { Bool: { "aws:SecureTransport": "true" } } }), kms()] },
      { name: "a denial for reading only", resources: [store(), policy({ Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: ["arn:aws:s3:::cdr/*"], Condition: { Bool: { "aws:SecureTransport": "false" } } }), kms()] },
      { name: "S3's own key", resources: [store(), tlsOnly()] },
      { name: "AWS's own KMS key", resources: [store(), tlsOnly(), kms({ sseAlgorithm: "aws:kms" })] },
      { name: "everybody may read", resources: [store(), policy(DENY_HTTP, { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::cdr/*" }), kms()] },
      { name: "records open to a role of operation", resources: [store(), policy(DENY_HTTP, { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:role/ops" }, Action: "s3:GetObject", Resource: "arn:aws:s3:::cdr/*" }), kms()] },
      { name: "FTP", resources: [resource(TRANSFER, "cdr", { protocols: ["SFTP", "FTP"] })] },
      { name: "an untagged bucket in a stack with a core", resources: [core, resource(BUCKET, "backups", { bucket: "backups" })] },
    ],
    undetermined: [
      { name: "a policy that is not known yet", resources: [store(), resource("aws:s3/bucketPolicy:BucketPolicy", "cdr", { bucket: "cdr", policy: unknownValue() }), kms()] },
      { name: "an encryption that the configuration brings", resources: [store(), tlsOnly(), kms({ sseAlgorithm: unknownValue() })] },
    ],
  }),
}); // prettier-ignore

interface Flaws {
  readonly wrong: readonly Evidence[];
  readonly open: readonly Evidence[];
}

function* bucket(item: Bucket, context: RuleContext): Iterable<Verdict> {
  const { resource: own } = item;
  const zone = zoneOf(own);
  const core = zone === "" ? context.model.ask(holdsCore) : CORE_ZONES.has(zone) ? "yes" : "no";
  if (core === "no") return;
  const policies = [own.props.get("policy"), ...item.parts("policy").map(({ props }) => props.get("policy"))]
    .filter((node) => !node.isAbsent)
    .map(readPolicy);
  const found = [
    publicAccess(item, context.model),
    transport(own, policies),
    encryption(item, context),
    readers(own, zone, policies, context.model),
  ];
  const wrong = found.flatMap((flaws) => flaws.wrong);
  const evidence = wrong.length > 0 ? wrong : found.flatMap((flaws) => flaws.open);
  if (evidence.length === 0) return;
  const certain = wrong.length > 0 && core === "yes";
  yield (certain ? fail : undetermined)({
    message: `Bucket ${own.name}${zone === "" ? "" : ` (zone ${zone})`} ${certain ? "is not" : "may not be"} closed: ${evidence.map(({ expected }) => String(expected)).join("; ")} ${certain ? "is missing" : "is not certain"}. Its records, traces or backups can be copied by others (Data from Cloud Storage).`,
    evidence,
  });
}

const BLOCK = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** A block resource sets all four: what it leaves out is false (S3 API, PublicAccessBlockConfiguration). */
function publicAccess(item: Bucket, model: CoreModel): Flaws {
  const account = model.ofType("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock");
  const isClosed = (block: Resource) => BLOCK.every((key) => valueOr(block.props.get(key).boolean(), false));
  if (account.some(isClosed)) return { wrong: [], open: [] };
  const acls = [
    item.resource.props.get("acl"),
    ...ACLS.flatMap((type) => model.ofType(type))
      .filter((acl) => refersTo(resolve(model, acl, acl.props.get("bucket"), BUCKETS), item.resource) === "yes")
      .map(({ props }) => props.get("acl")),
  ];
  const open = acls.find((acl) => /^(public-|authenticated-read)/.test(valueOr(acl.string(), "")));
  const wrong = open === undefined ? [] : [seen(open, "no public ACL")];
  const blocks = item.parts("publicAccess").flatMap((block) => BLOCK.map((key) => block.props.get(key)));
  const gaps = blocks.filter((node) => node.boolean().state === "absent" || !valueOr(node.boolean(), true));
  return {
    wrong: [...wrong, ...gaps.map((node) => seen(node, `${node.name} true`))],
    open: blocks.filter((node) => node.boolean().state === "unknown").map((node) => seen(node, `${node.name} true`)),
  };
}

const BUCKETS = [BUCKET, "aws:s3/bucketV2:BucketV2"];
const ACLS = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];

/** What TLS must be asked for. */
const TRANSFERS = ["s3:GetObject", "s3:PutObject"];

function transport(own: Resource, policies: readonly Policy[]): Flaws {
  const denies = policies.some(({ statements }) =>
    TRANSFERS.every((action) => statements.some((statement) => isTlsDenial(statement, action))),
  );
  if (denies) return { wrong: [], open: [] };
  const expected = "a denial of s3:* where aws:SecureTransport is false";
  const unknown = policies.find((policy) => policy.unknown || policy.statements.some((statement) => statement.node.holdsUnknown()));
  if (unknown !== undefined) return { wrong: [], open: [seen(unknown.node, expected)] };
  const [first] = policies;
  return {
    wrong: [
      first === undefined ? seen(own.props.get("policy"), expected) : { path: first.node.path, actual: "no such statement", expected },
    ],
    open: [],
  };
}

function isTlsDenial(statement: Policy["statements"][number], action: string): boolean {
  const [only] = statement.conditions;
  return (
    statement.effect === "Deny" &&
    statement.principals?.everybody === true &&
    coversAction(statement, action) === "yes" &&
    statement.conditions.length === 1 &&
    only?.key === "aws:securetransport" &&
    only.kind === "bool" &&
    only.values.every((value) => value.toLowerCase() === "false")
  );
}

function encryption(item: Bucket, context: RuleContext): Flaws {
  if (context.model.ask(accessLogBuckets).has(item.resource)) return { wrong: [], open: [] };
  const expected = "encryption with aws:kms and the zone's key";
  const rules = bucketEncryption(item.resource, item.parts("encryption"));
  const uses = rules.map(([holder, rule]) => {
    const algorithm = rule.get("sseAlgorithm");
    const name = algorithm.string();
    if (name.state === "known" && !/^aws:kms(:dsse)?$/.test(name.value)) return { node: algorithm, state: "wrong" as const };
    const key = keyUse(context.model, holder, rule.get("kmsMasterKeyId"));
    if (key.kind === "none" || key.kind === "aws-managed")
      return {
        node: name.state === "known" ? rule.get("kmsMasterKeyId") : algorithm,
        state: name.state === "known" ? ("wrong" as const) : ("open" as const),
      };
    return { node: algorithm, state: name.state === "known" ? ("right" as const) : ("open" as const) };
  });
  if (uses.some(({ state }) => state === "right")) return { wrong: [], open: [] };
  const open = uses.filter(({ state }) => state === "open").map(({ node }) => seen(node, expected));
  if (open.length > 0) return { wrong: [], open };
  const [first] = uses;
  const unset = item.resource.props.get("serverSideEncryptionConfiguration");
  if (unset.isUnknown) return { wrong: [], open: [seen(unset, expected)] };
  return { wrong: [first === undefined ? seen(unset, expected) : seen(first.node, expected)], open: [] };
}

const CHARGING_ROLE = /charg|billing|mediation|\bchf\b|\bcgf\b|cdr|rating/i;

/** Who is let in: nobody unknown, and to call records nobody but charging. */
function readers(own: Resource, zone: string, policies: readonly Policy[], model: CoreModel): Flaws {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const statement of policies.flatMap(({ statements }) => statements)) {
    if (statement.effect !== "Allow" || statement.principals === undefined) continue;
    if (statement.principals.everybody || statement.principals.not) {
      const admits = admitsStrangers(statement.conditions);
      if (admits !== "no") (admits === "yes" ? wrong : open).push(seen(statement.principals.node, "named principals only"));
    }
    if (zone !== "charging" || coversAction(statement, "s3:GetObject") !== "yes") continue;
    for (const node of statement.principals.aws) {
      const role = resolve(model, own, node, [ROLE]);
      const text = role.state === "resolved" ? role.resource.name : valueOr(node.string(), "");
      if (role.state === "resolved" && zoneTag(role.resource) === "charging") continue;
      if (CHARGING_ROLE.test(text) || /^\d{12}$|:root$/.test(text)) continue;
      (text === "" ? open : wrong).push(seen(node, "roles of charging only"));
    }
  }
  return { wrong, open };
}

function* transfer(server: Resource): Iterable<Verdict> {
  const protocols = server.props.get("protocols");
  const plain = protocols.items().find((item) => valueOr(item.string(), "").toUpperCase() === "FTP");
  if (plain === undefined && !protocols.holdsUnknown()) return;
  yield (plain === undefined ? undetermined : fail)({
    message: `Transfer server ${server.name} ${plain === undefined ? "may speak" : "speaks"} FTP: call records and passwords cross the network in the clear (Charging Data Record Collection).`,
    evidence: [seen(plain ?? protocols, "SFTP, AS2 or FTPS")],
  });
}

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const CHARGING = "arn:aws:iam::111122223333:role/chf";
const DENY_HTTP: Properties = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::cdr", "arn:aws:s3:::cdr/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const TLS_ONLY = JSON.stringify({ Version: "2012-10-17", Statement: [DENY_HTTP] });
const core = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });
function store(properties: Properties = {}) {
  return resource(BUCKET, "cdr", { bucket: "cdr", tags: { "carrierguard.dev/zone": "charging" }, ...properties });
}
function block(properties: Properties) {
  return resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "cdr", {
    bucket: "cdr",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...properties,
  });
}
function policy(...statements: readonly Properties[]) {
  return resource("aws:s3/bucketPolicy:BucketPolicy", "cdr", {
    bucket: "cdr",
    policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
  });
}
function tlsOnly() {
  return policy(DENY_HTTP);
}
function kms(rule: Properties = { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY }) {
  return resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "cdr", {
    bucket: "cdr",
    rules: [{ applyServerSideEncryptionByDefault: rule }],
  });
}
