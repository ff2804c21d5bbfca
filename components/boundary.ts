/** What identities of the core may do at most, whatever is attached to them later: no change of identities, no switching off of records. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { partitionOf, suffixIn } from "./partition";
import type { Tags } from "./tags";

/** ARN of the boundary that the caller gives, else of one for this component alone. */
export function boundaryOf(
  given: pulumi.Input<string> | undefined,
  name: string,
  tags: Tags,
  parent: pulumi.Resource,
): pulumi.Input<string> {
  return given ?? permissionsBoundary(name, tags, parent).arn;
}

export function permissionsBoundary(name: string, tags: Tags, parent: pulumi.Resource): aws.iam.Policy {
  return new aws.iam.Policy(
    `${name}-boundary`,
    { policy: partitionOf(parent).apply((partition) => JSON.stringify(boundaryIn(partition))), tags },
    { parent },
  );
}

/** Services whose resources a core is made of. */
const CONFIGURED = [
  "autoscaling",
  "cloudtrail",
  "cloudwatch",
  "eks",
  "elasticloadbalancing",
  "kms",
  "logs",
  "network-firewall",
  "route53resolver",
  "secretsmanager",
];

const CONFIGURATION = [
  "cloudtrail:GetEventSelectors",
  "cloudtrail:GetTrailStatus",
  "guardduty:GetDetector",
  "guardduty:ListDetectors",
  "iam:GetPolicy",
  "iam:GetPolicyVersion",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:ListAttachedRolePolicies",
  "iam:ListPolicies",
  "iam:ListPolicyVersions",
  "iam:ListRolePolicies",
  "iam:ListRoles",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "route53resolver:GetFirewallRuleGroup",
  "s3:GetBucket*",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:ListAllMyBuckets",
  "sns:GetTopicAttributes",
  "sns:ListTopics",
];

const boundaryIn = (partition: string): object => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Nodes",
      Effect: "Allow",
      Action: [
        "ec2:Describe*",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:AttachNetworkInterface",
        "ec2:DetachNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:CreateTags",
        "eks:DescribeCluster",
        "eks-auth:AssumeRoleForPodIdentity",
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      Resource: "*",
    },
    // What AWS Config records of a core.
    {
      Sid: "Configuration",
      Effect: "Allow",
      Action: CONFIGURED.flatMap((service) => [`${service}:Describe*`, `${service}:List*`]).concat(CONFIGURATION),
      Resource: "*",
    },
    {
      Sid: "Records",
      Effect: "Allow",
      Action: [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogStreams",
        "config:Put*",
        "config:Get*",
        "s3:PutObject",
        "s3:GetBucketAcl",
      ],
      Resource: "*",
    },
    {
      Sid: "OwnSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      Resource: `arn:${partition}:secretsmanager:*:*:secret:5gc/*`,
    },
    {
      Sid: "OwnKeys",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: `arn:${partition}:kms:*:*:key/*`,
      Condition: { StringLike: { "kms:ViaService": `secretsmanager.*.${suffixIn(partition)}` } },
    },
  ],
});
