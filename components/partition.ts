/** The part of AWS that a core runs in: `aws`, `aws-cn`, `aws-us-gov`. ARNs of one mean nothing in another. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export function partitionOf(parent: pulumi.Resource): pulumi.Output<string> {
  return aws.getPartitionOutput({}, { parent }).partition;
}

/** ARN of a policy that AWS manages: `AmazonEKSClusterPolicy`. */
export function managedPolicy(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partitionOf(parent)}:iam::aws:policy/${name}`;
}
