/** A customer-managed key that its service may use and only its administrators may change. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf, principalIn } from "./partition";

/** A rotated key; the policy separates administration (the account, by IAM) from use (one service). Deletion waits the longest time there is. */
export function encryptionKey(
  name: string,
  description: string,
  service: string,
  tags: { [tag: string]: pulumi.Input<string> },
  parent: pulumi.Resource,
): aws.kms.Key {
  const account = aws.getCallerIdentityOutput({}, { parent }).accountId;
  return new aws.kms.Key(
    name,
    {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: pulumi.all([account, partitionOf(parent)]).apply(([id, partition]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Administration",
              Effect: "Allow",
              Principal: { AWS: `arn:${partition}:iam::${id}:root` },
              Action: [
                "kms:Create*",
                "kms:Describe*",
                "kms:Enable*",
                "kms:List*",
                "kms:Put*",
                "kms:Update*",
                "kms:Get*",
                "kms:TagResource",
                "kms:UntagResource",
              ],
              Resource: "*",
            },
            {
              Sid: "Use",
              Effect: "Allow",
              Principal: { Service: principalIn(partition, service) },
              Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
              Resource: "*",
              Condition: { StringEquals: { "aws:SourceAccount": id } },
            },
          ],
        }),
      ),
      tags,
    },
    { parent, protect: true },
  );
}
