/** A bucket that is nobody's but its owner's: private, versioned, under a key of its own, over encrypted transport alone. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface PrivateBucket {
  readonly key: aws.kms.Key;
  readonly tags: { [tag: string]: pulumi.Input<string> };
  /** Objects cannot be changed or deleted before their time. */
  readonly objectLockEnabled?: boolean;
  /** Statements beside the denial of plain transport. */
  statements?(arn: string): readonly object[];
}

export function privateBucket(name: string, plan: PrivateBucket, options: pulumi.CustomResourceOptions): aws.s3.Bucket {
  const { key, tags, objectLockEnabled = false, statements = () => [] } = plan;
  const bucket = new aws.s3.Bucket(name, { objectLockEnabled, tags }, options);
  new aws.s3.BucketVersioning(name, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } }, options);
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn }, bucketKeyEnabled: true }],
    },
    options,
  );
  new aws.s3.BucketPublicAccessBlock(
    name,
    { bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    options,
  );
  new aws.s3.BucketPolicy(
    name,
    {
      bucket: bucket.id,
      policy: bucket.arn.apply((arn) =>
        JSON.stringify({ Version: "2012-10-17", Statement: [encryptedTransportOnly(arn), ...statements(arn)] }),
      ),
    },
    options,
  );
  return bucket;
}

function encryptedTransportOnly(arn: string): object {
  return {
    Sid: "EncryptedTransportOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
