/**
 * What protects a core is neither left to drift (ignoreChanges) nor gone by one mistake: records, keys, subscriber data and clusters are
 * protected in Pulumi, stores against deletion in AWS. Manifests know no such options, and are not judged.
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { dataStores, zoneOf } from "../../analysis/data-stores";
import { EXTERNAL_KEY, KMS_KEY, REPLICA_KEY } from "../../analysis/encryption-keys";
import { logStores } from "../../analysis/log-pipeline/stores";
import { listed } from "../../engine/listed";
import { defineRule, fail, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { EKS_CLUSTER, FLOW_LOG } from "../../model/aws/types";
import { CoreModel } from "../../model/core";
import { Resource, type ResourceInit } from "../../model/stack";
import { object, resource, unknownValue } from "../../testing/build";

const TRAIL = "aws:cloudtrail/trail:Trail";
const PROTECTED = [KMS_KEY, REPLICA_KEY, EXTERNAL_KEY, TRAIL, FLOW_LOG, EKS_CLUSTER];

const declared: Target<Resource | CoreModel> = {
  description: "resources with options of Pulumi; databases of the core",
  types: undefined,
  *subjects(model) {
    const drifting = model.resources.filter(({ options }) => (options?.ignoreChanges.length ?? 0) > 0);
    if (model.view === "resource") return yield* drifting;
    const stores = model.ask(dataStores).filter(({ core, resource: { type } }) => core !== "no" && SWITCHES[type] !== undefined);
    yield* new Set([...drifting, ...stores.map((store) => store.resource)]);
    if (model.resources.some(({ options }) => options !== undefined)) yield model;
  },
  resource: (subject) => (subject instanceof CoreModel ? undefined : subject),
};

/** Where each store is protected against its deletion; left out it is not (RDS, DocumentDB, Neptune and DynamoDB API). */
const SWITCHES: { readonly [type: string]: string } = {
  "aws:rds/cluster:Cluster": "deletionProtection",
  "aws:rds/instance:Instance": "deletionProtection",
  "aws:docdb/cluster:Cluster": "deletionProtection",
  "aws:neptune/cluster:Cluster": "deletionProtection",
  "aws:dynamodb/table:Table": "deletionProtectionEnabled",
};

export default defineRule({
  id: "GV-03",
  name: "gv-03-no-silent-drift",
  title: "Security-relevant properties cannot be silently drifted or unprotected",
  family: "governance",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",

  target: declared,
  rationale:
    "A rule that somebody opened by hand stays open for ever where Pulumi was told not to look at it, and a trail, a key or the subscriber database that nothing protects is gone with one deployment of a stack that lost a line.",
  remediation:
    "Take rules, policies, logging, encryption and securityContext out of ignoreChanges, set protect: true on log stores, trails, flow logs, keys, clusters and databases, and deletionProtection: true on databases.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-5", title: "Access Restrictions for Change" },
    { framework: "NIST SP 800-53r5", ref: "CP-9", title: "System Backup" },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-CFG",
      title: "Monitoring: scrutinise configuration changes outside change management; store configurations centrally and push",
    },
  ],
  breaks: [
    { id: "T1485", name: "Data Destruction" },
    { id: "T1562.008", name: "Disable or Modify Cloud Logs" },
  ],

  *check(subject, context) {
    if (subject instanceof CoreModel) yield* unprotected(subject);
    else {
      yield* drifting(subject);
      if (context.view === "stack") yield* deletable(subject, context.model);
    }
  },
  examples: () => ({
    pass: [
      { name: "protected, and nothing ignored", resources: [core, kept(resource(KMS_KEY, "data"))] },
      { name: "a replica count that an autoscaler sets", resources: [ignoring(object("apps/v1", "Deployment", "amf"), "spec.replicas")] },
      {
        name: "tags that the organisation sets",
        resources: [core, ignoring(resource("aws:ec2/securityGroup:SecurityGroup", "n2"), "tags", "tagsAll")],
      },
      {
        name: "a database that cannot be deleted",
        resources: [core, kept(resource("aws:docdb/cluster:Cluster", "subscribers", { deletionProtection: true }))],
      },
    ],
    fail: [
      { name: "rules of a group", resources: [ignoring(resource("aws:ec2/securityGroup:SecurityGroup", "n2"), "ingress")] },
      {
        name: "one rule of a group",
        resources: [ignoring(resource("aws:ec2/securityGroup:SecurityGroup", "n2"), "ingress[0].cidrBlocks")],
      },
      { name: "everything", resources: [ignoring(resource(KMS_KEY, "data"), "*")] },
      { name: "a key policy", resources: [ignoring(resource(KMS_KEY, "data"), "policy")] },
      { name: "the whole spec of a pod", resources: [ignoring(object("apps/v1", "Deployment", "amf"), "spec")] },
      {
        name: "a securityContext",
        resources: [ignoring(object("apps/v1", "Deployment", "amf"), "spec.template.spec.containers[0].securityContext.privileged")],
      },
      { name: "a key that nothing protects", resources: [core, loose(resource(KMS_KEY, "data"))] },
      { name: "a database that can be deleted", resources: [core, kept(resource("aws:docdb/cluster:Cluster", "subscribers"))] },
    ],
    undetermined: [
      {
        name: "a protection that the configuration brings",
        resources: [core, kept(resource("aws:docdb/cluster:Cluster", "subscribers", { deletionProtection: unknownValue() }))],
      },
    ],
  }),
});

/** First words of properties that decide who gets in, what is recorded and what is encrypted; and paths that hold such. */
const RELEVANT = [
  /^\*$/,
  /^(ingress|egress|rules?|policy|policies|inlinePolic|managedPolic|assumeRolePolicy|permissionsBoundary|securityGroup|vpcSecurityGroup|cidr|prefixList|referencedSecurityGroup|fromPort|toPort|ipProtocol|protocol$|routes?$|grants?$|acl$)/i,
  /^(enabledClusterLog|logging|log(Config|Destination|Format|Group)|trafficType|enableLog|isMultiRegion|eventSelector|retention|accessLogs|flowLog)/i,
  /^(encrypt|kms|storageEncrypted|serverSideEncryption|atRestEncryption|transitEncryption|enableKeyRotation|sslPolicy|tls)/i,
  /^(publiclyAccessible|endpointPublic|vpcConfig|accessConfig|metadataOptions|block(Public|Device)|ignorePublic|restrictPublic|deletionProtection|objectLock|versioning)/i,
  /^(spec|spec\.template(\.spec(\.(containers|initContainers)(\[[^\]]*\])?)?)?|spec\.(ingress|egress|podSelector|policyTypes|rules|mtls|action|selector)\b.*)$/,
  /securityContext|hostNetwork|hostPID|hostIPC|\.image\b|serviceAccount|automountServiceAccountToken|volumes|capabilities/,
];

function* drifting({ type, name, options }: Resource): Iterable<Verdict> {
  const paths = (options?.ignoreChanges ?? []).filter((path) =>
    RELEVANT.some((pattern) => pattern.test(path.replace(/^\["?([^"\]]+)"?\]/, "$1"))),
  );
  if (paths.length === 0) return;
  yield fail({
    message: `${type.split(":").at(-1) ?? type} ${name} ignores changes of ${paths.join(", ")}: what somebody opens there by hand no deployment ever closes (Disable or Modify Cloud Logs).`,
    evidence: paths.map((path) => ({ path: "options.ignoreChanges", actual: path, expected: "not ignored" })),
    cause: "drift",
  });
}

function* deletable(item: Resource, model: CoreModel): Iterable<Verdict> {
  const property = SWITCHES[item.type];
  const store = model.ask(dataStores).find((one) => one.resource === item && one.core !== "no");
  if (store === undefined || property === undefined) return;
  // A member of a cluster is protected with it.
  if (item.type === "aws:rds/instance:Instance" && !item.props.get("clusterIdentifier").isAbsent) return;
  const node = item.props.get(property);
  const read = node.boolean();
  if (read.state === "known" && read.value) return;
  const certain = read.state !== "unknown" && store.core === "yes";
  yield (certain ? fail : undetermined)({
    message: `${store.kind.what} ${item.name} ${certain ? "can be" : "may be"} deleted by one call: whoever takes a role of the account, or one wrong deployment, ends the core's memory (Data Destruction).`,
    evidence: [seen(node, true)],
    cause: "deletion",
  });
}

/** One summary for the stack: it is one line to add, many times. */
function* unprotected(model: CoreModel): Iterable<Verdict> {
  const core = model.ask(coreInCloud);
  if (core === "no") return;
  const wanted = new Set([
    ...PROTECTED.flatMap((type) => model.ofType(type)),
    ...model.ask(logStores).map(({ resource: store }) => store),
    ...model
      .ask(dataStores)
      .filter((store) => store.core === "yes")
      .map((store) => store.resource),
    ...["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"]
      .flatMap((type) => model.ofType(type))
      .filter((bucket) => ["data", "charging", "li"].includes(zoneOf(bucket))),
  ]);
  const missing = [...wanted].filter(({ options }) => options?.protect === false);
  if (missing.length === 0) return;
  const names = missing.map(({ type, name }) => `${type.split(":").at(-1) ?? type} ${name}`);
  yield (core === "yes" ? fail : undetermined)({
    message: `${missing.length} resource${missing.length === 1 ? "" : "s"} that the core cannot lose (${listed(names, 4)}) ${missing.length === 1 ? "is" : "are"} not protected: one deployment of a stack that lost a line deletes records, keys or subscriber data (Data Destruction).`,
    evidence: missing.map(({ urn }) => ({
      path: urn.split("::").slice(2).join("::"),
      actual: "protect: false",
      expected: "protect: true",
    })),
    cause: "protect",
  });
}

const core = kept(resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } }));
function kept(init: ResourceInit): ResourceInit {
  return { ...init, options: { protect: true, ignoreChanges: [] } };
}
function loose(init: ResourceInit): ResourceInit {
  return { ...init, options: { protect: false, ignoreChanges: [] } };
}
function ignoring(init: ResourceInit, ...ignoreChanges: readonly string[]): ResourceInit {
  return { ...init, options: { protect: true, ignoreChanges } };
}
