/** Ways to keys and stores past the data-protection rules, and designs that only look like one. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const ROOT = "arn:aws:iam::111122223333:root";
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const document = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements.map((statement) => ({ Effect: "Allow", Resource: "*", ...statement })) });
const key = (over: Properties = {}) => resource("aws:kms/key:Key", "data", { keyId: "k-1", enableKeyRotation: true, ...over });
const still = (over: Properties) => resource("aws:kms/key:Key", "data", over);
const OF_DATA = { tags: { "carrierguard.dev/zone": "data" } };
const decrypts = (AWS: unknown, Action: unknown = "kms:Decrypt") => document({ Principal: { AWS }, Action });

const OPERATION = ["ci", "cd", "cicd", "oam", "ops", "devops", "deploy", "deployer", "deployment", "jenkins", "gitlab", "github", "argocd", "flux", "pipeline", "runner"]; // prettier-ignore

// prettier-ignore
answers("DP-08", [
  ["a key that signs cannot rotate", [still({ keyUsage: "SIGN_VERIFY" })], "pass"],
  ["an elliptic curve cannot rotate", [still({ customerMasterKeySpec: "ECC_NIST_P256" })], "pass"],
  ["what AWS takes where nobody says rotates", [still({ keyUsage: "ENCRYPT_DECRYPT", customerMasterKeySpec: "SYMMETRIC_DEFAULT" })], "fail"],
  ["a key kept outside AWS cannot rotate", [still({ xksKeyId: "x" })], "pass"],
  ["imported material cannot rotate", [still({ origin: "EXTERNAL" })], "pass"],
  ["AWS's own material can", [still({ origin: "AWS_KMS" })], "fail"],
  ["rotation switched off", [still({ enableKeyRotation: false })], "fail"],
  ["a kind that the configuration brings", [still({ customerMasterKeySpec: unknownValue() })], "undetermined"],
  ["a use that the configuration brings", [still({ keyUsage: unknownValue() })], "undetermined"],
  ["a month to think it over", [key({ deletionWindowInDays: 30 })], "pass"],
  ["a day less", [key({ deletionWindowInDays: 29 })], "fail"],
  ["a window that the configuration brings", [key({ deletionWindowInDays: unknownValue() })], "undetermined"],
  ["the account by its number administers and uses", [key({ policy: decrypts("111122223333", "kms:*") })], "pass"],
  ["the account by its root administers and uses", [key({ policy: decrypts(ROOT, "kms:*") })], "pass"],
  ["a user whose name ends like a root", [key({ policy: decrypts(`${ROOT}-admin`, "kms:*") })], "fail"],
  ["one role deletes and reads", [key({ policy: decrypts(role("udr"), ["kms:ScheduleKeyDeletion", "kms:Decrypt"]) })], "fail"],
  ["one role administers and re-encrypts", [key({ policy: decrypts(role("udr"), ["kms:PutKeyPolicy", "kms:ReEncryptFrom"]) })], "fail"],
  ["one role administers, and is denied to read", [key({ policy: document({ Principal: { AWS: role("admin") }, Action: "kms:PutKeyPolicy" }, { Effect: "Deny", Principal: { AWS: role("admin") }, Action: "kms:Decrypt" }) })], "pass"],
  ["everybody, with a condition that is not known yet", [key({ policy: document({ Principal: "*", Action: "kms:Decrypt", Condition: { StringEquals: { "aws:PrincipalOrgID": "${org}" } } }) })], "undetermined"],
  ["a service of AWS", [key({ policy: document({ Principal: { Service: "logs.eu-central-1.amazonaws.com" }, Action: "kms:Decrypt" }) })], "pass"],
  ...OPERATION.map((word): Case => [`subscriber data opened to ${word}`, [key({ ...OF_DATA, policy: decrypts(role(`${word}-role`)) })], "fail"]),
  ["subscriber data opened to a role whose name only holds such letters", [key({ ...OF_DATA, policy: decrypts(role("precision")) })], "pass"],
  ["subscriber data opened to the pipeline by re-encryption", [key({ ...OF_DATA, policy: decrypts(role("ci"), "kms:ReEncryptFrom") })], "fail"],
  ["the pipeline may encrypt", [key({ ...OF_DATA, policy: decrypts(role("ci"), "kms:Encrypt") })], "pass"],
  ["the pipeline is denied", [key({ ...OF_DATA, policy: document({ Effect: "Deny", Principal: { AWS: role("ci") }, Action: "kms:Decrypt" }) })], "pass"],
  ["charging data opened to operation, which bills", [key({ tags: { "carrierguard.dev/zone": "charging" }, policy: decrypts(role("ops")) })], "pass"],
  ["a key of nothing in particular opened to the pipeline", [key({ policy: decrypts(role("ci")) })], "pass"],
  ["a role of operation by its zone", [resource("aws:iam/role:Role", "watch", { arn: role("watch"), tags: { "carrierguard.dev/zone": "oam" } }), key({ ...OF_DATA, policy: decrypts(role("watch")) })], "fail"],
  ["a role of another zone", [resource("aws:iam/role:Role", "udr", { arn: role("udr"), tags: { "carrierguard.dev/zone": "data" } }), key({ ...OF_DATA, policy: decrypts(role("udr")) })], "pass"],
  ["a policy beside a key of subscriber data", [key({ ...OF_DATA, id: "k-1" }), resource("aws:kms/keyPolicy:KeyPolicy", "data", { keyId: "k-1", policy: decrypts(role("ci")) })], "fail"],
  ["a policy beside a key of nothing in particular", [key({ id: "k-1" }), resource("aws:kms/keyPolicy:KeyPolicy", "data", { keyId: "k-1", policy: decrypts(role("ci")) })], "pass"],
]);

const VPC = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.20.0.0/16", tags: { "carrierguard.dev/zone": "data" } });
const group = (name: string, ingress: readonly Properties[] = [], more: Properties = {}) => resource("aws:ec2/securityGroup:SecurityGroup", name, { id: `sg-${name}`, vpcId: "vpc-1", ingress, ...more }); // prettier-ignore
const MONGO = { protocol: "tcp", fromPort: 27017, toPort: 27017 };
const from = (...names: readonly string[]) => group("db", [{ ...MONGO, securityGroups: names.map((name) => `sg-${name}`) }]);
const store = (over: Properties = {}) => resource("aws:docdb/cluster:Cluster", "subscribers", { tags: { "carrierguard.dev/zone": "data" }, vpcSecurityGroupIds: ["sg-db"], ...over }); // prettier-ignore

// prettier-ignore
answers("DP-04", [
  ["a store that lets in the UDR's group", [VPC, store(), from("udr"), group("udr")], "pass"],
  ["a store that lets in the HSS's group", [VPC, store(), from("hss"), group("hss")], "pass"],
  ["a store that lets in the AMF's group", [VPC, store(), from("amf"), group("amf")], "fail"],
  ["a store that lets in the AMF's group beside the UDR's", [VPC, store(), from("udr", "amf"), group("udr"), group("amf")], "fail"],
  ["a store that lets in its own members", [VPC, store(), from("db")], "pass"],
  ["a store that lets in the backup", [VPC, store(), from("backup-job"), group("backup-job")], "pass"],
  ["a store that lets in something nobody named", [VPC, store(), from("thing"), group("thing")], "undetermined"],
  ["a store that lets in the whole VPC", [VPC, store(), group("db", [{ ...MONGO, cidrBlocks: ["10.20.0.0/16"] }])], "fail"],
  ["a store that lets in both halves of the VPC", [VPC, store(), group("db", [{ ...MONGO, cidrBlocks: ["10.20.0.0/17", "10.20.128.0/17"] }])], "fail"],
  ["a store that lets in a part of the VPC", [VPC, store(), group("db", [{ ...MONGO, cidrBlocks: ["10.20.4.0/28"] }])], "undetermined"],
  ["a store that lets in everybody", [VPC, store(), group("db", [{ ...MONGO, cidrBlocks: ["0.0.0.0/0"] }])], "fail"],
  ["ways in to another port", [VPC, store(), group("db", [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.20.0.0/16"] }])], "pass"],
  ["a store of something else", [VPC, store({ tags: { "carrierguard.dev/zone": "charging" } }), from("amf"), group("amf")], "pass"],
  ["a relational cluster that lets in the AMF", [VPC, resource("aws:rds/cluster:Cluster", "subscribers", { tags: { "carrierguard.dev/zone": "data" }, vpcSecurityGroupIds: ["sg-db"] }), group("db", [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: ["sg-amf"] }]), group("amf")], "fail"],
  ["a cache that lets in the AMF", [VPC, resource("aws:elasticache/replicationGroup:ReplicationGroup", "sessions", { tags: { "carrierguard.dev/zone": "auth" }, securityGroupIds: ["sg-db"] }), group("db", [{ protocol: "tcp", fromPort: 6379, toPort: 6379, securityGroups: ["sg-amf"] }]), group("amf")], "fail"],
]);

const CORE = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });
const listener = (over: Properties) => resource("aws:lb/listener:Listener", "edge", { arn: "arn:aws:elasticloadbalancing:x:1:listener/edge", protocol: "HTTP", port: 80, ...over }); // prettier-ignore
const FORWARD = { type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:x:1:targetgroup/a/1" };
const redirect = (protocol: Properties[string]) => ({ type: "redirect", redirect: { protocol, statusCode: "HTTP_301" } });
const gateway = (server: Properties) => object("networking.istio.io/v1", "Gateway", "edge", { spec: { servers: [{ hosts: ["*"], port: { number: 80, protocol: "HTTP" }, ...server }] } }); // prettier-ignore
const tls = (sslPolicy: string) => [CORE, listener({ protocol: "HTTPS", port: 443, sslPolicy })];

// prettier-ignore
answers("DP-10", [
  ["a redirect whose protocol the configuration brings", [CORE, listener({ defaultActions: [redirect(unknownValue())] })], "undetermined"],
  ["an action that the configuration brings", [CORE, listener({ defaultActions: [{ type: unknownValue() }] })], "undetermined"],
  ["actions that the configuration brings", [CORE, listener({ defaultActions: unknownValue() })], "undetermined"],
  ["a redirect that keeps what the caller used", [CORE, listener({ defaultActions: [{ type: "redirect", redirect: { statusCode: "HTTP_301" } }] })], "fail"],
  ["a fixed answer serves nobody", [CORE, listener({ defaultActions: [{ type: "fixed-response" }] })], "pass"],
  ["a redirect, and a rule that serves", [CORE, listener({ defaultActions: [redirect("HTTPS")] }), resource("aws:lb/listenerRule:ListenerRule", "api", { listenerArn: "arn:aws:elasticloadbalancing:x:1:listener/edge", actions: [FORWARD] })], "fail"],
  ["a redirect, and a rule of the older name that serves", [CORE, listener({ defaultActions: [redirect("HTTPS")] }), resource("aws:alb/listenerRule:ListenerRule", "api", { listenerArn: "arn:aws:elasticloadbalancing:x:1:listener/edge", actions: [FORWARD] })], "fail"],
  ["a redirect, and a rule of another listener", [CORE, listener({ defaultActions: [redirect("HTTPS")] }), resource("aws:lb/listenerRule:ListenerRule", "api", { listenerArn: "arn:aws:elasticloadbalancing:x:1:listener/other", actions: [FORWARD] })], "pass"],
  ["plain HTTP over TCP", [CORE, listener({ protocol: "TCP", port: 80 })], "fail"],
  ["Diameter over TCP", [CORE, listener({ protocol: "TCP", port: 3868 })], "pass"],
  ["a database over TCP", [CORE, listener({ protocol: "TCP", port: 27017 })], "pass"],
  ["a shell over TCP is another rule's", [CORE, listener({ protocol: "TCP", port: 22 })], "pass"],
  ["a protocol that the configuration brings", [CORE, listener({ protocol: unknownValue() })], "undetermined"],
  ["a gateway load balancer has no protocol", [CORE, listener({ protocol: null })], "pass"],
  ["TLS without the S of HTTPS", [CORE, listener({ protocol: "TLS", port: 443, sslPolicy: "ELBSecurityPolicy-2016-08" })], "fail"],
  ["a policy whose name only holds a good one", tls("My-ELBSecurityPolicy-TLS13-1-3-2021-06"), "fail"],
  ["TLS 1.3 alone", tls("ELBSecurityPolicy-TLS13-1-3-2021-06"), "pass"],
  ["TLS 1.2 with forward secrecy", tls("ELBSecurityPolicy-FS-1-2-Res-2020-10"), "pass"],
  ["a classic balancer of TLS", [CORE, resource("aws:elb/loadBalancer:LoadBalancer", "portal", { listeners: [{ lbProtocol: "https", lbPort: 443 }] })], "pass"],
  ["a gateway whose redirect the configuration brings", [networkFunction("nef"), gateway({ tls: { httpsRedirect: unknownValue() } })], "undetermined"],
  ["a gateway that redirects", [networkFunction("nef"), gateway({ tls: { httpsRedirect: true } })], "pass"],
  ["a gateway that does not", [networkFunction("nef"), gateway({ tls: { httpsRedirect: false } })], "fail"],
]);

const BUCKET = "aws:s3/bucket:Bucket";
const DENIAL = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::cdr/*", Condition: { Bool: { "aws:SecureTransport": "false" } } }; // prettier-ignore
const bucket = (over: Properties = {}, ...statements: readonly object[]) =>
  resource(BUCKET, "cdr", { bucket: "cdr", tags: { "carrierguard.dev/zone": "charging" }, policy: document(DENIAL, ...statements), serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:x:1:key/1" } } }, ...over }); // prettier-ignore
const acl = (of: Properties[string], word: string, type = "bucketAcl:BucketAcl") =>
  resource(`aws:s3/${type}`, "acl", { bucket: of, acl: word });
const encrypted = (sseAlgorithm: Properties[string], kmsMasterKeyId: Properties[string] = "arn:aws:kms:x:1:key/1") => bucket({ serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } } } }); // prettier-ignore
const whole = (over: Properties) => resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "all", { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true, ...over }); // prettier-ignore
const reads = (AWS: string) => ({ Principal: { AWS }, Action: "s3:GetObject" });

// prettier-ignore
answers("DP-11", [
  ["an ACL beside the bucket that opens it, by name", [bucket(), acl("cdr", "public-read")], "fail"],
  ["an ACL beside the bucket that opens it, by reference", [bucket(), acl(unknownValue(bucket()), "public-read")], "fail"],
  ["an ACL beside the bucket that opens it to every account", [bucket(), acl("cdr", "authenticated-read", "bucketAclV2:BucketAclV2")], "fail"],
  ["an ACL of another bucket", [bucket(), resource(BUCKET, "site", { bucket: "site", tags: { "carrierguard.dev/zone": "web" } }), acl("site", "public-read")], "pass"],
  ["an ACL that opens nothing", [bucket(), acl("cdr", "private")], "pass"],
  ["an ACL that opens it, where the whole account blocks that", [bucket(), acl("cdr", "public-read"), whole({})], "pass"],
  ["the account blocks only a part", [bucket(), acl("cdr", "public-read"), whole({ restrictPublicBuckets: false })], "fail"],
  ["the bucket's own key of AWS", [encrypted("AES256")], "fail"],
  ["encrypted twice over", [encrypted("aws:kms:dsse")], "pass"],
  ["AWS's managed key", [encrypted("aws:kms", "alias/aws/s3")], "fail"],
  ["an algorithm that the configuration brings", [encrypted(unknownValue())], "undetermined"],
  ["encryption that the configuration brings", [bucket({ serverSideEncryptionConfiguration: unknownValue() })], "undetermined"],
  ["a denial that asks for more than TLS", [bucket({ policy: document({ ...DENIAL, Condition: { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) })], "fail"],
  ["a denial of TLS itself", [bucket({ policy: document({ ...DENIAL, Condition: { Bool: { "aws:SecureTransport": "true" } } }) })], "fail"],
  ["a denial by another test", [bucket({ policy: document({ ...DENIAL, Condition: { StringEquals: { "aws:SecureTransport": "false" } } }) })], "fail"],
  ["a denial of something else", [bucket({ policy: document({ ...DENIAL, Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }) })], "fail"],
  ["a denial for one role", [bucket({ policy: document({ ...DENIAL, Principal: { AWS: role("chf") } }) })], "fail"],
  ["records read by charging", [bucket({}, reads(role("chf")))], "pass"],
  ["records read by mediation", [bucket({}, reads(role("mediation")))], "pass"],
  ["records read by the account itself", [bucket({}, reads(ROOT))], "pass"],
  ["records read by another", [bucket({}, reads(role("amf")))], "fail"],
  ["records written by another", [bucket({}, { Principal: { AWS: role("amf") }, Action: "s3:PutObject" })], "pass"],
]);
