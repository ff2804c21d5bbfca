/** A bucket whose objects nobody can change or delete before their time, and that only its service writes. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { privateBucket } from "./private-bucket";

export interface ArchivePlan {
  readonly key: aws.kms.Key;
  readonly days: number;
  /** The service that writes: cloudtrail.amazonaws.com. */
  readonly service: string;
  readonly tags: { [tag: string]: pulumi.Input<string> };
}

export function archive(name: string, { key, days, service, tags }: ArchivePlan, parent: pulumi.Resource): aws.s3.Bucket {
  const kept = { parent, protect: true };
  const bucket = privateBucket(
    `${name}-archive`,
    { key, tags, objectLockEnabled: true, statements: (arn) => writtenByServices(arn, service) },
    kept,
  );
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-archive`,
    { bucket: bucket.id, rule: { defaultRetention: { mode: "COMPLIANCE", days } } },
    kept,
  );
  return bucket;
}

/** The services write; nobody deletes or shortens anything. */
function writtenByServices(arn: string, service: string): readonly object[] {
  return [
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
  ];
}
