/**
 * What holds subscribers, sessions, charging records and interception is encrypted with a key of the carrier's own, and no two of these
 * zones share one: auth and data, charging, li. A database inside the cluster stores on the disks of its StorageClass.
 */

import { DATA_STORE_TYPES, type DataStore, dataStores, DEDICATED, keyDomain, zoneOf } from "../../analysis/data-stores";
import { clusterVolumes, type ClusterVolumes } from "../../analysis/data-stores/cluster-volumes";
import { type KeyUse, keyUse, keyUsers, zoneTag } from "../../analysis/encryption-keys";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

type Subject = DataStore | ClusterVolumes;

const stores: Target<Subject> = {
  description: `${DATA_STORE_TYPES.join(", ")}; StorageClasses of databases of the core`,
  types: undefined,
  subjects: (model) => [...model.ask(dataStores), ...model.ask(clusterVolumes)],
  resource: (subject) => ("workload" in subject ? (subject.storageClass ?? subject.workload.object).resource : subject.resource),
};

export default defineRule({
  id: "DP-02",
  name: "dp-02-stores-under-dedicated-keys",
  title: "Subscriber, session, charging and LI stores encrypted with dedicated CMKs",
  family: "data-protection",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",

  target: stores,
  rationale:
    "A disk, a snapshot or a backup of the subscriber database is every subscription of the network. A key of its own is the second door: without it, or where its key also opens the logs, whoever gets one gets all.",
  remediation:
    'Encrypt the store with a customer-managed key of its zone (auth and data, charging, li: one each); in the cluster set parameters encrypted: "true" and kmsKeyId of the StorageClass. Switching encryption on replaces the store: plan a migration.',
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "2.2.1", title: "Ensure that encryption-at-rest is enabled for RDS instances" },
    { framework: "CIS AWS Foundations 5.0", ref: "2.3.1", title: "Ensure that encryption is enabled for EFS file systems" },
    { framework: "3GPP TS 33.501", ref: "5.8.1" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.2.3", title: "Protecting data and information in storage" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-067",
      title: "Sensitive data in persistent/temporary storage has restricted access and files are protected against manipulation",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-28(1)", title: "Protection of Information at Rest | Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT1195.501", name: "SIM Credentials Theft" },
    { id: "FGT5017", name: "Charging Data Record (CDR) Collection" },
  ],

  subsumes: { "DP-12": "resource" },
  *check(subject, context) {
    if ("workload" in subject) yield* inCluster(subject, context);
    else yield* managed(subject, context);
  },
  examples: () => ({
    pass: [
      {
        name: "DocumentDB under the key of its zone",
        resources: [key("data"), docdb({ storageEncrypted: true, kmsKeyId: unknownValue(key("data")) }, [key("data")])],
      },
      {
        name: "auth and data share a key",
        resources: [
          docdb({ storageEncrypted: true, kmsKeyId: KEY }),
          table("ausf", { serverSideEncryption: { enabled: true, kmsKeyArn: KEY } }, "auth"),
        ],
      },
      {
        name: "dashboards beside the logs, under one key",
        resources: [
          core,
          resource("aws:rds/instance:Instance", "grafana", { storageEncrypted: true, kmsKeyId: KEY, tags: zone("observability") }),
          resource("aws:cloudwatch/logGroup:LogGroup", "flows", { kmsKeyId: KEY, tags: zone("observability") }),
        ],
      },
      {
        name: "a store of another zone than the core's",
        resources: [resource("aws:rds/instance:Instance", "shop", { tags: zone("web") })],
      },
      { name: "a store of a stack without a core", resources: [resource("aws:rds/instance:Instance", "shop", {})] },
      {
        name: "a replica of an encrypted cluster is encrypted as that is",
        resources: [resource("aws:elasticache/cluster:Cluster", "udsf-1", { replicationGroupId: "udsf", tags: zone("data") })],
      },
      {
        name: "MongoDB on an encrypted class",
        resources: [networkFunction("udr"), mongo("gp3"), storageClass("gp3", { encrypted: "true", kmsKeyId: KEY })],
      },
      {
        name: "MongoDB on the default class, which is encrypted",
        resources: [
          networkFunction("udr"),
          mongo(undefined),
          storageClass("gp3", { encrypted: "true", kmsKeyId: KEY }, { "storageclass.kubernetes.io/is-default-class": "true" }),
        ],
      },
    ],
    fail: [
      { name: "DocumentDB without encryption", resources: [docdb({})] },
      { name: "under AWS's own key", resources: [docdb({ storageEncrypted: true })] },
      { name: "under AWS's own key, by its alias", resources: [docdb({ storageEncrypted: true, kmsKeyId: "alias/aws/rds" })] },
      { name: "a DynamoDB table that nobody set", resources: [table("subscribers", {}, "data")] },
      {
        name: "an untagged database in a stack with a core",
        resources: [core, resource("aws:rds/cluster:Cluster", "main", { engine: "aurora-mysql" })],
      },
      {
        name: "charging under the key of the subscribers",
        resources: [
          docdb({ storageEncrypted: true, kmsKeyId: KEY }),
          table("cdr", { serverSideEncryption: { enabled: true, kmsKeyArn: KEY } }, "charging"),
        ],
      },
      {
        name: "subscribers under the key of the logs",
        resources: [
          docdb({ storageEncrypted: true, kmsKeyId: KEY }),
          resource("aws:cloudwatch/logGroup:LogGroup", "flows", { kmsKeyId: KEY, tags: zone("observability") }),
        ],
      },
      {
        name: "a key that is tagged for another zone",
        resources: [key("oam"), docdb({ storageEncrypted: true, kmsKeyId: unknownValue(key("oam")) }, [key("oam")])],
      },
      {
        name: "a Redis node, which cannot be encrypted",
        resources: [resource("aws:elasticache/cluster:Cluster", "sessions", { engine: "redis", tags: zone("data") })],
      },
      { name: "a class without encryption", resources: [networkFunction("udr"), mongo("gp3"), storageClass("gp3", {})] },
      {
        name: "a class under AWS's own key",
        resources: [networkFunction("udr"), mongo("gp3"), storageClass("gp3", { encrypted: "true" })],
      },
    ],
    undetermined: [
      { name: "encryption that the configuration brings", resources: [docdb({ storageEncrypted: unknownValue(), kmsKeyId: KEY })] },
      { name: "restored from a snapshot", resources: [docdb({ snapshotIdentifier: "before-migration" })] },
      { name: "a class that the stack does not hold", resources: [networkFunction("udr"), mongo("fast")] },
    ],
  }),
});

function* managed(store: DataStore, context: RuleContext): Iterable<Verdict> {
  if (store.core === "no") return;
  const { resource: item, kind } = store;
  const madeFrom = kind.madeFrom?.find((property) => !item.props.get(property).isAbsent);
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const key = kind.key === undefined ? undefined : item.props.walk(kind.key);
  const on = kind.encrypted === undefined ? undefined : item.props.walk(kind.encrypted);
  if (key === undefined) {
    if (madeFrom === undefined) wrong.push({ path: "", actual: "no encryption at rest", expected: "a kind of store that has one" });
  } else {
    const state = on === undefined ? "on" : switched(on, kind.encryptedByDefault?.(item) ?? false);
    if (madeFrom !== undefined && on?.isAbsent === true)
      open.push({ path: madeFrom, actual: "encrypted as what it is made from", expected: "encrypted with an own key" });
    else if (state === "off" && on !== undefined) wrong.push(seen(on, true));
    else if (state === "unknown" && on !== undefined) open.push(seen(on, true));
    const use = keyUse(context.model, item, key);
    if (madeFrom === undefined && (use.kind === "none" || use.kind === "aws-managed"))
      wrong.push(seen(key, "a customer-managed key of its zone"));
    wrong.push(...shared(store, use, key, context.model));
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  const certain = wrong.length > 0 && store.core === "yes";
  yield (certain ? fail : undetermined)({
    message: `${kind.what} ${item.name}${store.zone === "" ? "" : ` (zone ${store.zone})`} ${certain ? "is not" : "may not be"} encrypted under a key of its own: a copy of its disk, a snapshot or a backup gives its content away (Retrieve UE Subscription Data).`,
    evidence,
    interfaces: ["DB"],
  });
}

function switched(node: Node, otherwise: boolean): "on" | "off" | "unknown" {
  const read = node.boolean();
  if (read.state === "unknown") return "unknown";
  return (read.state === "known" ? read.value : otherwise) ? "on" : "off";
}

/** Another zone's data under the same key, or a key that is tagged for another zone. */
function shared(store: DataStore, use: KeyUse, key: Node, model: CoreModel): Evidence[] {
  const own = keyDomain(store.zone);
  if (use.kind !== "own" || !DEDICATED.has(own)) return [];
  const keyZone = use.resource === undefined ? "" : keyDomain(zoneTag(use.resource));
  if (keyZone !== "" && keyZone !== own) return [seen(key, `a key of zone ${own}, not of ${keyZone}`)];
  const others = (model.ask(keyUsers).get(use.id) ?? []).filter(({ resource: user }) => {
    const zone = keyDomain(zoneOf(user));
    return zone !== "" && zone !== own;
  });
  const [other] = others;
  return other === undefined ? [] : [seen(key, `a key that ${other.resource.name} (zone ${zoneOf(other.resource)}) does not use`)];
}

/** Disks of EBS come by these. */
const EBS = /^(ebs\.csi\.aws\.com|ebs\.csi\.eks\.amazonaws\.com|kubernetes\.io\/aws-ebs)$/;
/** Volumes that are a directory of the node, or nothing. */
const LOCAL = /^(rancher\.io\/local-path|kubernetes\.io\/no-provisioner|k8s\.io\/minikube-hostpath|docker\.io\/hostpath)$/;

function* inCluster({ workload, storageClass, node, name }: ClusterVolumes, context: RuleContext): Iterable<Verdict> {
  const { networkFunctions } = context.model.classification(workload);
  const say = `The disks of database ${workload.name}`;
  if (storageClass === undefined) {
    yield undetermined({
      message: `${say} come from ${name === "" ? "the cluster's default StorageClass" : `StorageClass ${name}`}, which is not in the stack: whether they are encrypted, and with which key, is not known.`,
      evidence: [
        {
          path: node.path,
          actual: name === "" ? null : node.secret ? "(secret)" : name,
          expected: 'a StorageClass of the stack with encrypted: "true" and kmsKeyId',
        },
      ],
      networkFunctions,
      interfaces: ["DB"],
      cause: "class",
    });
    return;
  }
  const { props } = storageClass.resource;
  const provisioner = valueOr(props.get("provisioner").string(), "");
  const [encrypted, key] = [props.get("parameters", "encrypted"), props.get("parameters", "kmsKeyId")];
  const state = switched(encrypted, isOnByDefault(context.model));
  if (!EBS.test(provisioner)) {
    if (LOCAL.test(provisioner) || state !== "on") {
      yield undetermined({
        message: `${say} come from StorageClass ${storageClass.name} (${provisioner || "unknown provisioner"}), which does not say whether they are encrypted.`,
        evidence: [seen(encrypted, "true")],
        networkFunctions,
        interfaces: ["DB"],
        cause: "class",
      });
    }
    return;
  }
  const use = keyUse(context.model, storageClass.resource, key);
  const defaultKey = context.model.ofType("aws:ebs/defaultKmsKey:DefaultKmsKey").length > 0;
  const wrong = [
    ...(state === "off" ? [seen(encrypted, "true")] : []),
    ...(use.kind === "aws-managed" || (use.kind === "none" && !defaultKey) ? [seen(key, "a customer-managed key of zone auth/data")] : []),
  ];
  if (wrong.length === 0 && state !== "unknown") return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `${say} come from StorageClass ${storageClass.name}, which ${wrong.length > 0 ? "does not" : "may not"} encrypt them under a key of their own: a copy of the disk is the subscriber database (Retrieve UE Subscription Data).`,
    evidence: wrong.length > 0 ? wrong : [seen(encrypted, "true")],
    networkFunctions,
    interfaces: ["DB"],
    cause: "class",
  });
}

/** Whether the account encrypts every new disk anyway. */
function isOnByDefault(model: CoreModel): boolean {
  return model.ofType("aws:ebs/encryptionByDefault:EncryptionByDefault").some(({ props }) => valueOr(props.get("enabled").boolean(), true));
}

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const core = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });
function zone(name: string) {
  return { "carrierguard.dev/zone": name };
}
function key(of: string) {
  return resource("aws:kms/key:Key", `key-${of}`, { tags: zone(of) });
}
function docdb(properties: Properties, from: readonly ReturnType<typeof resource>[] = []) {
  return resource(
    "aws:docdb/cluster:Cluster",
    "subscribers",
    { tags: zone("data"), ...properties },
    from.length === 0 ? {} : { kmsKeyId: from },
  );
}
function table(name: string, properties: Properties, of: string) {
  return resource("aws:dynamodb/table:Table", name, { name, tags: zone(of), ...properties });
}
function mongo(className: string | undefined) {
  const template = networkFunction("mongodb", { kind: "StatefulSet" });
  const claim: Properties = className === undefined ? {} : { storageClassName: className };
  const spec: Properties = {
    ...(template.properties["spec"] as Properties),
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
  };
  return { ...template, properties: { ...template.properties, spec } };
}
function storageClass(name: string, parameters: Properties, annotations: Properties = {}) {
  return object("storage.k8s.io/v1", "StorageClass", name, { metadata: { annotations }, provisioner: "ebs.csi.aws.com", parameters });
}
