/**
 * Managed stores of AWS, and where each says whether it is encrypted and with which key.
 * Source: the services' API references; defaults of @pulumi/aws v7 where a property is left out.
 */

import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";

export interface StoreKind {
  readonly type: string;
  /** For people. */
  readonly what: string;
  /** The switch of the encryption at rest; absent for services that always encrypt, with a key of AWS unless told otherwise. */
  readonly encrypted?: readonly string[];
  /** What the switch is where nobody set it. */
  encryptedByDefault?(resource: Resource): boolean;
  /** `undefined`: this kind cannot be encrypted with a key of one's own. */
  readonly key: readonly string[] | undefined;
  /** Properties that name what it is made from: it is encrypted as that is. */
  readonly madeFrom?: readonly string[];
  /** Holds anything: counts only where its tag or name says that it holds data of the core. */
  readonly generic?: boolean;
}

const RESTORED = ["snapshotIdentifier", "restoreToPointInTime"];

export const STORE_KINDS: readonly StoreKind[] = [
  {
    type: "aws:rds/cluster:Cluster",
    what: "RDS cluster",
    encrypted: ["storageEncrypted"],
    // Aurora Serverless v1 is always encrypted (RDS API, CreateDBCluster).
    encryptedByDefault: ({ props }) => valueOr(props.get("engineMode").string(), "") === "serverless",
    key: ["kmsKeyId"],
    madeFrom: [...RESTORED, "replicationSourceIdentifier", "globalClusterIdentifier"],
  },
  {
    type: "aws:rds/instance:Instance",
    what: "RDS instance",
    encrypted: ["storageEncrypted"],
    key: ["kmsKeyId"],
    madeFrom: [...RESTORED, "replicateSourceDb"],
  },
  {
    type: "aws:docdb/cluster:Cluster",
    what: "DocumentDB cluster",
    encrypted: ["storageEncrypted"],
    key: ["kmsKeyId"],
    madeFrom: [...RESTORED, "globalClusterIdentifier"],
  },
  {
    type: "aws:neptune/cluster:Cluster",
    what: "Neptune cluster",
    encrypted: ["storageEncrypted"],
    key: ["kmsKeyArn"],
    madeFrom: [...RESTORED, "globalClusterIdentifier"],
  },
  // Without the switch, or with it off, DynamoDB encrypts with a key that AWS owns (DynamoDB API, SSESpecification).
  {
    type: "aws:dynamodb/table:Table",
    what: "DynamoDB table",
    encrypted: ["serverSideEncryption", "enabled"],
    key: ["serverSideEncryption", "kmsKeyArn"],
    madeFrom: ["restoreSourceName", "restoreSourceTableArn"],
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    what: "ElastiCache replication group",
    encrypted: ["atRestEncryptionEnabled"],
    encryptedByDefault: ({ props }) => valueOr(props.get("engine").string(), "redis") === "valkey",
    key: ["kmsKeyId"],
    madeFrom: ["globalReplicationGroupId"],
  },
  { type: "aws:elasticache/cluster:Cluster", what: "ElastiCache cluster", key: undefined, madeFrom: ["replicationGroupId"] },
  { type: "aws:elasticache/serverlessCache:ServerlessCache", what: "ElastiCache serverless cache", key: ["kmsKeyId"] },
  { type: "aws:memorydb/cluster:Cluster", what: "MemoryDB cluster", key: ["kmsKeyArn"] },
  { type: "aws:keyspaces/table:Table", what: "Keyspaces table", key: ["encryptionSpecification", "kmsKeyIdentifier"] },
  { type: "aws:efs/fileSystem:FileSystem", what: "EFS file system", encrypted: ["encrypted"], key: ["kmsKeyId"] },
  { type: "aws:msk/cluster:Cluster", what: "MSK cluster", key: ["encryptionInfo", "encryptionAtRestKmsKeyArn"] },
  {
    type: "aws:ebs/volume:Volume",
    what: "EBS volume",
    encrypted: ["encrypted"],
    key: ["kmsKeyId"],
    madeFrom: ["snapshotId"],
    generic: true,
  },
];
