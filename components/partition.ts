/** The part of AWS that a core runs in: `aws`, `aws-cn`, `aws-us-gov`. ARNs of one mean nothing in another. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export function partitionOf(parent: pulumi.Resource): pulumi.Output<string> {
  return aws.getPartitionOutput({}, { parent }).partition;
}

/** What the names of AWS's services end in, as kms:ViaService gives them. */
export function suffixIn(partition: string): string {
  return partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** A service as a principal, `ec2.amazonaws.com`: in China EC2 has a name of its own. */
export function principalIn(partition: string, service: string): string {
  return service === "ec2.amazonaws.com" ? `ec2.${suffixIn(partition)}` : service;
}

/** ARN of a policy that AWS manages: `AmazonEKSClusterPolicy`. */
export function managedPolicy(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partitionOf(parent)}:iam::aws:policy/${name}`;
}
