/** A bucket whose objects nobody can change or delete before their time, and that only its service writes. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ArchivePlan {
  readonly key: aws.kms.Key;
  readonly days: number;
  /** The service that writes: cloudtrail.amazonaws.com. */
  readonly service: string;
  readonly tags: { [tag: string]: pulumi.Input<string> };
}

export function archive(name: string, { key, days, service, tags }: ArchivePlan, parent: pulumi.Resource): aws.s3.Bucket {
  const options = { parent };
  const kept = { parent, protect: true };
  const bucket = new aws.s3.Bucket(`${name}-archive`, { objectLockEnabled: true, tags }, kept);
  new aws.s3.BucketVersioning(`${name}-archive`, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } }, kept);
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-archive`,
    { bucket: bucket.id, rule: { defaultRetention: { mode: "COMPLIANCE", days } } },
    kept,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-archive`,
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn }, bucketKeyEnabled: true }],
    },
    kept,
  );
  new aws.s3.BucketPublicAccessBlock(
    `${name}-archive`,
    { bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    options,
  );
  new aws.s3.BucketPolicy(
    `${name}-archive`,
    { bucket: bucket.id, policy: bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn, service))) },
    kept,
  );
  return bucket;
}

/** Encrypted transport only; the service writes; nobody deletes or shortens anything. */
function bucketPolicy(arn: string, service: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EncryptedTransportOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "NobodyDeletes",
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration", "s3:DeleteBucket", "s3:DeleteBucketPolicy"],
        Resource: [arn, `${arn}/*`],
      },
      {
        Sid: "Check",
        Effect: "Allow",
        Principal: { Service: [service, "config.amazonaws.com"] },
        Action: "s3:GetBucketAcl",
        Resource: arn,
      },
      {
        Sid: "Write",
        Effect: "Allow",
        Principal: { Service: [service, "config.amazonaws.com"] },
        Action: "s3:PutObject",
        Resource: `${arn}/AWSLogs/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  };
}
