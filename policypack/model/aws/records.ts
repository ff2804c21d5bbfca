/** Keys, stores and records: KMS, S3, CloudTrail, CloudWatch log groups, each with the resources that complete it. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { type Reference, refersTo, resolve } from "./references";

const KMS_KEY = "aws:kms/key:Key";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TRAIL = "aws:cloudtrail/trail:Trail";
const BUCKET_TYPES = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** Settings of a bucket that stand in resources of their own, by what they set. */
const BUCKET_PARTS = {
  policy: ["aws:s3/bucketPolicy:BucketPolicy"],
  versioning: ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"],
  encryption: [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  ],
  publicAccess: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  objectLock: [
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  ],
} as const;

export interface KmsKey {
  readonly resource: Resource;
  /** The key policy: JSON text or object. */
  readonly policy: Node;
  readonly rotation: Node;
}

export const kmsKeys = (model: CoreModel): readonly KmsKey[] =>
  model
    .ofType(KMS_KEY)
    .map((resource) => ({ resource, policy: resource.props.get("policy"), rotation: resource.props.get("enableKeyRotation") }));

export interface LogGroup {
  readonly resource: Resource;
  /** Days; absent: for ever. */
  readonly retention: Node;
  readonly key: Reference;
}

export const logGroups = (model: CoreModel): readonly LogGroup[] =>
  model.ofType(LOG_GROUP).map((resource) => ({
    resource,
    retention: resource.props.get("retentionInDays"),
    key: resolve(model, resource, resource.props.get("kmsKeyId"), [KMS_KEY]),
  }));

export interface Trail {
  readonly resource: Resource;
  readonly multiRegion: Node;
  readonly validated: Node;
  readonly key: Reference;
  readonly bucket: Reference;
}

export const trails = (model: CoreModel): readonly Trail[] =>
  model.ofType(TRAIL).map((resource) => ({
    resource,
    multiRegion: resource.props.get("isMultiRegionTrail"),
    validated: resource.props.get("enableLogFileValidation"),
    key: resolve(model, resource, resource.props.get("kmsKeyId"), [KMS_KEY]),
    bucket: resolve(model, resource, resource.props.get("s3BucketName"), BUCKET_TYPES),
  }));

export type BucketPart = keyof typeof BUCKET_PARTS;

export interface Bucket {
  readonly resource: Resource;
  /** Resources that set a part of it, those that may be for it among them. */
  parts(part: BucketPart): readonly Resource[];
}

export const buckets = (model: CoreModel): readonly Bucket[] =>
  BUCKET_TYPES.flatMap((type) => model.ofType(type)).map((resource) => ({
    resource,
    parts: (part) =>
      BUCKET_PARTS[part]
        .flatMap((type) => model.ofType(type))
        .filter((item) => refersTo(resolve(model, item, item.props.get("bucket"), BUCKET_TYPES), resource) !== "no"),
  }));
