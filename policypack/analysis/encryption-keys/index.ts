/** Which key something is encrypted with, and who else uses it: keys by themselves, by alias, or out of sight by their ARN. */

import { eksClusters } from "../../model/aws/eks";
import { buckets } from "../../model/aws/records";
import { resolve, tag } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";

export const KMS_KEY = "aws:kms/key:Key";
export const REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey";
export const EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey";
const ALIAS = "aws:kms/alias:Alias";
const KEY_TYPES = [KMS_KEY, REPLICA_KEY, EXTERNAL_KEY];

/** A key as far as it can be told. */
export type KeyUse =
  | { readonly kind: "none" }
  /** The key of AWS itself: nobody's policy says who may use it. */
  | { readonly kind: "aws-managed" }
  /** `id` is the same for every use of one key. */
  | { readonly kind: "own"; readonly id: string; readonly resource: Resource | undefined }
  | { readonly kind: "unknown" };

/** The key that a property names: by id, ARN or alias. */
export function keyUse(model: CoreModel, resource: Resource, node: Node): KeyUse {
  if (node.isAbsent) return { kind: "none" };
  const text = valueOr(node.string(), "");
  if (/(^|[:/])alias\/aws\//.test(text)) return { kind: "aws-managed" };
  const found = resolve(model, resource, node, [...KEY_TYPES, ALIAS]);
  if (found.state === "absent") return { kind: "none" };
  if (found.state === "elsewhere") return byAliasName(model, found.value) ?? { kind: "own", id: found.value, resource: undefined };
  if (found.state === "unknown") return { kind: "unknown" };
  return found.resource.type === ALIAS ? behindAlias(model, found.resource) : own(found.resource);
}

function own(resource: Resource): KeyUse {
  return { kind: "own", id: resource.urn, resource };
}

/** An alias by its ARN, where the alias is in the stack. */
function byAliasName(model: CoreModel, text: string): KeyUse | undefined {
  const name = /(alias\/.+)$/.exec(text)?.[1];
  const alias = model.ofType(ALIAS).find((item) => name !== undefined && valueOr(item.props.get("name").string(), "") === name);
  return alias === undefined ? undefined : behindAlias(model, alias);
}

function behindAlias(model: CoreModel, alias: Resource): KeyUse {
  const key = resolve(model, alias, alias.props.get("targetKeyId"), KEY_TYPES);
  if (key.state === "resolved") return own(key.resource);
  return { kind: "own", id: key.state === "elsewhere" ? key.value : alias.urn, resource: undefined };
}

/** Where AWS resources name the key that they are encrypted with. */
const PLACES: readonly (readonly [type: string, path: readonly string[]])[] = [
  ["aws:rds/cluster:Cluster", ["kmsKeyId"]],
  ["aws:rds/instance:Instance", ["kmsKeyId"]],
  ["aws:docdb/cluster:Cluster", ["kmsKeyId"]],
  ["aws:neptune/cluster:Cluster", ["kmsKeyArn"]],
  ["aws:dynamodb/table:Table", ["serverSideEncryption", "kmsKeyArn"]],
  ["aws:elasticache/replicationGroup:ReplicationGroup", ["kmsKeyId"]],
  ["aws:elasticache/serverlessCache:ServerlessCache", ["kmsKeyId"]],
  ["aws:memorydb/cluster:Cluster", ["kmsKeyArn"]],
  ["aws:efs/fileSystem:FileSystem", ["kmsKeyId"]],
  ["aws:msk/cluster:Cluster", ["encryptionInfo", "encryptionAtRestKmsKeyArn"]],
  ["aws:ebs/volume:Volume", ["kmsKeyId"]],
  ["aws:kinesis/stream:Stream", ["kmsKeyId"]],
  ["aws:secretsmanager/secret:Secret", ["kmsKeyId"]],
  ["aws:sqs/queue:Queue", ["kmsMasterKeyId"]],
  ["aws:sns/topic:Topic", ["kmsMasterKeyId"]],
  ["aws:cloudwatch/logGroup:LogGroup", ["kmsKeyId"]],
  ["aws:cloudtrail/trail:Trail", ["kmsKeyId"]],
  ["aws:backup/vault:Vault", ["kmsKeyArn"]],
];

export interface KeyUser {
  readonly resource: Resource;
  readonly key: Node;
}

/** Everything that names its key, by the key. */
export const keyUsers = (model: CoreModel): ReadonlyMap<string, readonly KeyUser[]> => {
  const found = new Map<string, KeyUser[]>();
  const add = (user: Resource, holder: Resource, key: Node) => {
    const use = keyUse(model, holder, key);
    if (use.kind !== "own") return;
    found.set(use.id, [...(found.get(use.id) ?? []), { resource: user, key }]);
  };
  for (const [type, path] of PLACES) for (const item of model.ofType(type)) add(item, item, item.props.walk(path));
  for (const { resource } of model.ask(eksClusters)) add(resource, resource, resource.props.get("encryptionConfig", "provider", "keyArn"));
  for (const bucket of model.ask(buckets)) {
    for (const [holder, rule] of bucketEncryption(bucket.resource, bucket.parts("encryption"))) {
      add(bucket.resource, holder, rule.get("kmsMasterKeyId"));
    }
  }
  return found;
};

/** The default encryption of a bucket, in place or beside it: `applyServerSideEncryptionByDefault`, with the resource that holds it. */
export function bucketEncryption(bucket: Resource, parts: readonly Resource[]): readonly (readonly [Resource, Node])[] {
  const inline = bucket.props.get("serverSideEncryptionConfiguration");
  const own = [inline.get("rule"), ...inline.get("rules").items()].map((rule) => [bucket, rule] as const);
  const beside = parts.flatMap((part) => part.props.get("rules").items().map((rule) => [part, rule] as const));
  return [...own, ...beside]
    .map(([holder, rule]) => [holder, rule.get("applyServerSideEncryptionByDefault")] as const)
    .filter(([, rule]) => !rule.isAbsent);
} // prettier-ignore

/** The zone that a resource says it belongs to; "" where it says none, or not yet. */
export function zoneTag(resource: Resource): string {
  return valueOr(tag(resource, "carrierguard.dev/zone").string(), "").toLowerCase();
}
