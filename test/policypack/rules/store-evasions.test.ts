/** Stores of the core: disks, keys, databases and buckets. Ways past the rules, and designs that only look like one. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AWS_KEY = "arn:aws:kms:eu-central-1:111122223333:alias/aws/ebs";
const zone = (name: string): Properties => ({ tags: { "carrierguard.dev/zone": name } });
const CORE = resource("aws:ec2/vpc:Vpc", "core", zone("control"));
const BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault";

const encrypting = (resources: Properties[string], keyArn: Properties[string] = KEY) => ({ encryptionConfig: { resources, provider: { keyArn } } }); // prettier-ignore
const cluster = (more: Properties) => resource("aws:eks/cluster:Cluster", "core", { name: "core", ...more });

// prettier-ignore
answers("DP-01", [
  ["a key for something else than secrets", [cluster(encrypting(["pods"]))], "fail"],
  ["kinds that the configuration brings", [cluster(encrypting(unknownValue()))], "undetermined"],
  ["no key", [cluster({ encryptionConfig: { resources: ["secrets"] } })], "fail"],
  ["a key that the configuration brings", [cluster(encrypting(["secrets"], unknownValue()))], "pass"],
  ["1.28 encrypts with a key of AWS", [cluster({ version: "1.28", ...encrypting(["secrets"]) })], "pass"],
  ["1.9, which is older than 1.28", [cluster({ version: "1.9", ...encrypting(["secrets"]) })], "pass"],
]);

const database = (storageClassName: Properties[string] = "fast") => {
  const template = networkFunction("mongodb", { kind: "StatefulSet" });
  const spec = { ...(template.properties["spec"] as Properties), volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName } }] };
  return [networkFunction("udr"), { ...template, properties: { ...template.properties, spec } }];
}; // prettier-ignore
const disks = (provisioner: Properties[string], parameters: Properties = {}) => object("storage.k8s.io/v1", "StorageClass", "fast", { provisioner, parameters }); // prettier-ignore
const OWN = { encrypted: "true", kmsKeyId: KEY };
const docdb = (more: Properties, name = "subscribers") => resource("aws:docdb/cluster:Cluster", name, { ...zone("data"), ...more });
const DEFAULT_KEY = resource("aws:ebs/defaultKmsKey:DefaultKmsKey", "disks", { keyArn: KEY });

// prettier-ignore
answers("DP-02", [
  ...["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"].map((name): Case => [`plain disks by ${name}`, [...database(), disks(name)], "fail"]),
  ...["ebs.csi.aws.com.example", "x-ebs.csi.aws.com", "pd.csi.storage.gke.io"].map((name): Case => [`plain disks by ${name}, of which nothing is known`, [...database(), disks(name)], "undetermined"]),
  ...["rancher.io/local-path", "kubernetes.io/no-provisioner", "k8s.io/minikube-hostpath", "docker.io/hostpath"].map((name): Case => [`a folder of the node by ${name}, whatever it says`, [...database(), disks(name, OWN)], "undetermined"]),
  ["disks of another provider that say that they are encrypted", [...database(), disks("disk.csi.azure.com", OWN)], "pass"],
  ["a provisioner that the configuration brings", [...database(), disks(unknownValue())], "undetermined"],
  ["a class without a name, for volumes made by hand", [...database(""), disks("ebs.csi.aws.com", OWN)], "undetermined"],
  ["a class that the configuration brings", [...database(unknownValue()), disks("ebs.csi.aws.com", OWN)], "undetermined"],
  ["disks under AWS's own key", [...database(), disks("ebs.csi.aws.com", { encrypted: "true", kmsKeyId: AWS_KEY })], "fail"],
  ["disks under the account's own default key", [...database(), DEFAULT_KEY, disks("ebs.csi.aws.com", { encrypted: "true" })], "pass"],
  ["disks under AWS's own key, whatever the account's default is", [...database(), DEFAULT_KEY, disks("ebs.csi.aws.com", { encrypted: "true", kmsKeyId: AWS_KEY })], "fail"],
  ["disks that the account encrypts by default", [...database(), DEFAULT_KEY, resource(BY_DEFAULT, "all", {}), disks("ebs.csi.aws.com")], "pass"],
  ["disks of an account that does not", [...database(), DEFAULT_KEY, resource(BY_DEFAULT, "all", { enabled: false }), disks("ebs.csi.aws.com")], "fail"],
  ["encryption that the configuration brings", [...database(), disks("ebs.csi.aws.com", { encrypted: unknownValue(), kmsKeyId: KEY })], "undetermined"],
  ["made from a snapshot, and said to be plain", [docdb({ snapshotIdentifier: "s", storageEncrypted: false })], "fail"],
  ["made from a snapshot, and said to be encrypted", [docdb({ snapshotIdentifier: "s", storageEncrypted: true })], "pass"],
  ["two databases of subscribers under one key", [docdb({ storageEncrypted: true, kmsKeyId: KEY }), docdb({ storageEncrypted: true, kmsKeyId: KEY }, "sessions")], "pass"],
  ["the key of a queue that nobody classified", [docdb({ storageEncrypted: true, kmsKeyId: KEY }), resource("aws:sqs/queue:Queue", "jobs", { kmsMasterKeyId: KEY })], "pass"],
  ["a store of nobody's, beside a network that may hold a core", [resource("aws:ec2/vpc:Vpc", "net", { tags: { "carrierguard.dev/zone": unknownValue() } }), resource("aws:rds/cluster:Cluster", "main", {})], "undetermined"],
]);

const uri = (value: string, more: object = {}) => networkFunction("udr", { container: { env: [{ name: "DB_URI", value }] }, ...more });
const strict = object("security.istio.io/v1", "PeerAuthentication", "all", { spec: { mtls: { mode: "STRICT" } } });
const meshed = { labels: { app: "udr", "sidecar.istio.io/inject": "true" } };
const cache = (more: Properties, type = "replicationGroup:ReplicationGroup") => resource(`aws:elasticache/${type}`, "sessions", more);
const TOKEN = { transitEncryptionEnabled: true, authToken: "x" };
const parameters = (...list: readonly Properties[]) => resource("aws:docdb/clusterParameterGroup:ClusterParameterGroup", "udr", { parameters: list }); // prettier-ignore

// prettier-ignore
answers("DP-03", [
  ["in the clear, inside a strict mesh", [uri("mongodb://u:p@mongodb/open5gs", meshed), strict], "pass"],
  ["without credentials, inside a strict mesh", [uri("mongodb://mongodb/open5gs?tls=true", meshed), strict], "fail"],
  ["in the clear, beside a mesh that lets anything in", [uri("mongodb://u:p@mongodb/open5gs", meshed), object("security.istio.io/v1", "PeerAuthentication", "all", { spec: { mtls: { mode: "PERMISSIVE" } } })], "fail"],
  ["the database of a web server in another namespace", [networkFunction("amf"), networkFunction("shop", { namespace: "web", container: { env: [{ name: "DB_URI", value: "mongodb://db/shop" }] } })], "pass"],
  ["a member of users", [cache({ transitEncryptionEnabled: true, userGroupIds: ["users"] })], "pass"],
  ["transit encryption switched off", [cache({ ...TOKEN, transitEncryptionEnabled: false })], "fail"],
  ["memcached knows no users", [cache({ engine: "memcached", transitEncryptionEnabled: true }, "cluster:Cluster")], "pass"],
  ["memcached in the clear", [cache({ engine: "memcached" }, "cluster:Cluster")], "fail"],
  ["Redis of one node without users", [cache({ engine: "redis", transitEncryptionEnabled: true }, "cluster:Cluster")], "fail"],
  ["TLS switched off, in capitals", [parameters({ name: "tls", value: "DISABLED" })], "fail"],
  ["TLS left on", [parameters({ name: "tls", value: "enabled" })], "pass"],
  ["an audit that is off, and no TLS", [parameters({ name: "audit_logs", value: "disabled" })], "pass"],
]);

const disk = (type: string, more: Properties) => resource(`aws:${type}`, "data", more);
const image = (...ebsBlockDevices: readonly Properties[]) => disk("ec2/ami:Ami", { ebsBlockDevices });
const template = (more: Properties = {}) => disk("ec2/launchTemplate:LaunchTemplate", more);
const encrypts = (enabled: Properties[string]) => resource(BY_DEFAULT, "all", { enabled });

// prettier-ignore
answers("DP-12", [
  ["a machine image with a plain device", [image({ deviceName: "/dev/sdb", volumeSize: 50 })], "fail"],
  ["a machine image with an encrypted device", [image({ deviceName: "/dev/sdb", encrypted: true })], "pass"],
  ["a machine image from a snapshot, encrypted as that is", [image({ deviceName: "/dev/sda", snapshotId: "snap-1" })], "pass"],
  ["a machine image with a plain device, where the account encrypts", [encrypts(true), image({ deviceName: "/dev/sdb" })], "pass"],
  ["a machine image with a plain device, where the configuration says", [encrypts(unknownValue()), image({ deviceName: "/dev/sdb", encrypted: false })], "fail"],
  ["a copy of an image in the clear", [disk("ec2/amiCopy:AmiCopy", {})], "fail"],
  ["an encrypted copy of an image", [disk("ec2/amiCopy:AmiCopy", { encrypted: true })], "pass"],
  ["an account that encrypts, as the setting does when nobody says", [encrypts(null)], "pass"],
  ["a setting that the configuration brings", [encrypts(unknownValue())], "undetermined"],
  ["a plain volume from a snapshot", [disk("ebs/volume:Volume", { snapshotId: "snap-1", encrypted: false })], "fail"],
  ["nodes whose disks the image decides, where the account encrypts", [CORE, encrypts(true), template()], "pass"],
  ["nodes whose disks the image decides, where the account does not encrypt", [CORE, encrypts(true), template({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "false" } }] })], "fail"],
  ["nodes of nothing in particular", [template()], "pass"],
  ["an image for an organisation", [disk("ec2/amiLaunchPermission:AmiLaunchPermission", { organizationArn: "arn:aws:organizations::1:organization/o-1" })], "pass"],
  ["an image for a group that is not everybody", [disk("ec2/amiLaunchPermission:AmiLaunchPermission", { group: "none" })], "pass"],
  ["an image for a group that the configuration brings", [disk("ec2/amiLaunchPermission:AmiLaunchPermission", { group: unknownValue() })], "undetermined"],
  ["a snapshot of a database for one account", [disk("rds/snapshot:Snapshot", { sharedAccounts: ["111122223333"] })], "pass"],
  ["a snapshot of a database for everybody among others", [disk("rds/snapshot:Snapshot", { sharedAccounts: ["111122223333", "all"] })], "fail"],
  ["a snapshot of a database for accounts that the configuration brings", [disk("rds/snapshotCopy:SnapshotCopy", { sharedAccounts: [unknownValue()] })], "undetermined"],
  ["a snapshot of a database of one's own", [disk("rds/clusterSnapshotCopy:ClusterSnapshotCopy", {})], "pass"],
]);

const BUCKET = "aws:s3/bucket:Bucket";
const allow = (statement: object) => ({ Effect: "Allow", Resource: "*", ...statement });
const DENIAL = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
const bucket = (of: string, over: Properties = {}, ...statements: readonly object[]) => resource(BUCKET, "records", {
  bucket: "records", ...zone(of),
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [DENIAL, ...statements] }),
  serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } } },
  ...over,
}); // prettier-ignore
const block = (more: Properties) => resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "records", { bucket: "records", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true, ...more }); // prettier-ignore
const role = (name: string, more: Properties = {}) => resource("aws:iam/role:Role", name, { arn: `arn:aws:iam::111122223333:role/${name}`, ...more }); // prettier-ignore
const reads = (AWS: unknown) => allow({ Principal: { AWS }, Action: "s3:GetObject" });

// prettier-ignore
answers("DP-11", [
  ["a bucket in its newer form, in the clear", [resource("aws:s3/bucketV2:BucketV2", "records", { bucket: "records", ...zone("charging") })], "fail"],
  ["a block that leaves one switch out", [bucket("data"), block({ restrictPublicBuckets: null })], "fail"],
  ["a block of which one switch is not known yet", [bucket("data"), block({ restrictPublicBuckets: unknownValue() })], "undetermined"],
  ["an ACL for the log delivery of AWS", [bucket("data", { acl: "log-delivery-write" })], "pass"],
  ["an ACL with a name that only holds a public one", [bucket("data", { acl: "not-public-read" })], "pass"],
  ["an allowance in plain HTTP in place of the denial", [bucket("data", { policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...DENIAL, Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" } }] }) })], "fail"],
  ["a policy of which one statement is not known yet", [bucket("data", { policy: { Version: "2012-10-17", Statement: [allow({ Principal: { AWS: "arn:aws:iam::111122223333:role/udr" }, Action: "s3:GetObject" }), { ...DENIAL, Action: unknownValue() }] } })], "undetermined"],
  ["an algorithm that only holds a good one", [bucket("data", { serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "not-aws:kms", kmsMasterKeyId: KEY } } } })], "fail"],
  ["everybody of the organisation may read", [bucket("data", {}, allow({ Principal: "*", Action: "s3:GetObject", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdef1234" } } }))], "pass"],
  ["everybody may read, on a condition that is not known yet", [bucket("data", {}, allow({ Principal: "*", Action: "s3:GetObject", Condition: { StringEquals: { "aws:PrincipalOrgID": "${org}" } } }))], "undetermined"],
  ["everybody but one may read", [bucket("data", {}, allow({ NotPrincipal: { AWS: "arn:aws:iam::111122223333:role/amf" }, Action: "s3:GetObject" }))], "fail"],
  ["subscriber data read by a function", [bucket("data", {}, reads("arn:aws:iam::111122223333:role/udr"))], "pass"],
  ["records read by a role of the stack that is charging's by its zone", [role("export", zone("charging")), bucket("charging", {}, reads("arn:aws:iam::111122223333:role/export"))], "pass"],
  ["records read by a role of the stack that is operation's", [role("export", zone("oam")), bucket("charging", {}, reads("arn:aws:iam::111122223333:role/export"))], "fail"],
  ["records read by a role that the configuration brings", [bucket("charging", { policy: { Version: "2012-10-17", Statement: [DENIAL, { Effect: "Allow", Resource: "*", Principal: { AWS: unknownValue() }, Action: "s3:GetObject" }] } })], "undetermined"],
  ["records read by the account itself, by its number", [bucket("charging", {}, reads("111122223333"))], "pass"],
  ["records read by a user whose name begins with numbers", [bucket("charging", {}, reads("arn:aws:iam::111122223333:user/111122223333"))], "fail"],
  ["an untagged bucket in a cluster's stack", [networkFunction("amf"), resource(BUCKET, "backups", { bucket: "backups" })], "fail"],
  ["an untagged bucket beside a network that may hold a core", [resource("aws:ec2/vpc:Vpc", "net", { tags: { "carrierguard.dev/zone": unknownValue() } }), resource(BUCKET, "backups", { bucket: "backups" })], "undetermined"],
  ["a server that speaks FTPS", [resource("aws:transfer/server:Server", "cdr", { protocols: ["FTPS"] })], "pass"],
  ["a server whose protocols the configuration brings", [resource("aws:transfer/server:Server", "cdr", { protocols: [unknownValue()] })], "undetermined"],
]);
