/**
 * What AWS-managed policies allow, as far as it matters for escalation and for the core: the statements that give power, shortened where a
 * policy lists many actions that only read.
 *
 * Source: AWS Managed Policy Reference Guide, read 2026-11-25. A policy that is not here is not known.
 */

import { Node } from "../../model/value";
import { type Policy, readPolicy } from "./document";

type Statements = readonly {
  readonly [element: string]: string | readonly string[] | { readonly [key: string]: { readonly [key: string]: string } };
}[];

const allow = (...Action: readonly string[]): Statements => [{ Effect: "Allow", Action, Resource: "*" }];
const allowOn = (Resource: string | readonly string[], ...Action: readonly string[]): Statements => [{ Effect: "Allow", Action, Resource }];

const READING = [
  "ec2:Describe*",
  "eks:Describe*",
  "eks:List*",
  "iam:Get*",
  "iam:List*",
  "logs:Describe*",
  "logs:Get*",
  "cloudwatch:Get*",
  "cloudwatch:List*",
];

const STATEMENTS: { readonly [name: string]: Statements } = {
  AdministratorAccess: allow("*"),
  PowerUserAccess: [
    { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
    ...allow("account:GetAccountInformation", "account:ListRegions", "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"),
  ],
  IAMFullAccess: allow("iam:*", "organizations:Describe*", "organizations:List*"),
  IAMUserChangePassword: allowOn("arn:aws:iam::*:user/${aws:username}", "iam:ChangePassword"),
  IAMReadOnlyAccess: allow("iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "iam:Simulate*"),
  ReadOnlyAccess: allow(...READING, "s3:Get*", "s3:List*", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "ssm:Get*", "ssm:List*", "ssm:Describe*", "lambda:Get*", "lambda:List*", "rds:Describe*", "kms:Describe*", "kms:List*", "secretsmanager:Describe*", "secretsmanager:List*"),
  ViewOnlyAccess: allow("ec2:Describe*", "eks:List*", "iam:List*", "logs:Describe*", "s3:List*", "rds:Describe*"),
  SecurityAudit: allow(...READING, "kms:Describe*", "kms:List*", "s3:GetBucket*", "lambda:GetPolicy", "lambda:List*"),
  SystemAdministrator: [...allow("cloudwatch:*", "logs:*", "lambda:*", "rds:*", "ec2:*", "sns:*", "sqs:*", "s3:List*", "autoscaling:Describe*"), ...allowOn(["arn:aws:iam::*:role/rds-monitoring-role", "arn:aws:iam::*:role/ec2-sysadmin-*", "arn:aws:iam::*:role/ecr-sysadmin-*", "arn:aws:iam::*:role/lambda-sysadmin-*"], "iam:PassRole")],
  DatabaseAdministrator: [...allow("rds:*", "dynamodb:*", "elasticache:*", "redshift:*", "s3:*", "lambda:CreateEventSourceMapping", "lambda:List*", "logs:Get*", "logs:Describe*"), ...allowOn(["arn:aws:iam::*:role/rds-monitoring-role", "arn:aws:iam::*:role/rdbms-lambda-access", "arn:aws:iam::*:role/lambda_exec_role", "arn:aws:iam::*:role/lambda-dynamodb-*", "arn:aws:iam::*:role/lambda-vpc-execution-role"], "iam:PassRole")],
  AWSCloudShellFullAccess: allow("cloudshell:*"),
  AmazonEC2FullAccess: allow("ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"),
  AmazonEC2ReadOnlyAccess: allow("ec2:Describe*", "elasticloadbalancing:Describe*", "cloudwatch:List*", "cloudwatch:Get*", "autoscaling:Describe*"),
  AmazonVPCFullAccess: allow("ec2:*Vpc*", "ec2:*Subnet*", "ec2:*Route*", "ec2:*SecurityGroup*", "ec2:*NetworkAcl*", "ec2:*NatGateway*", "ec2:*InternetGateway*", "ec2:*Address*", "ec2:*FlowLogs", "ec2:Describe*"),
  AmazonS3FullAccess: allow("s3:*", "s3-object-lambda:*"),
  AmazonS3ReadOnlyAccess: allow("s3:Get*", "s3:List*", "s3:Describe*"),
  AmazonRDSFullAccess: allow("rds:*", "cloudwatch:Get*", "ec2:Describe*", "logs:Describe*"),
  AmazonDynamoDBFullAccess: allow("dynamodb:*", "dax:*", "cloudwatch:Get*", "kms:DescribeKey"),
  AmazonSSMFullAccess: allow("ssm:*", "cloudwatch:PutMetricData", "ds:CreateComputer", "logs:*", "ec2:DescribeInstanceStatus"),
  AmazonSSMReadOnlyAccess: allow("ssm:Describe*", "ssm:Get*", "ssm:List*"),
  AmazonSSMManagedInstanceCore: allow("ssm:DescribeAssociation", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument", "ssm:DescribeDocument", "ssm:GetManifest", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListAssociations", "ssm:ListInstanceAssociations", "ssm:PutInventory", "ssm:PutComplianceItems", "ssm:PutConfigurePackageResult", "ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply"),
  AWSCloudFormationFullAccess: allow("cloudformation:*"),
  AWSLambda_FullAccess: [...allow("lambda:*", "cloudformation:Describe*", "cloudwatch:Get*", "ec2:Describe*", "kms:ListAliases", "logs:Describe*", "states:Describe*", "tag:GetResources", "xray:GetTraceSummaries", "xray:BatchGetTraces"), { Effect: "Allow", Action: "iam:PassRole", Resource: "*", Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } } }],
  AWSLambdaBasicExecutionRole: allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
  AWSLambdaVPCAccessExecutionRole: allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
  AWSKeyManagementServicePowerUser: allow("kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:Describe*", "kms:GenerateRandom", "kms:Get*", "kms:List*", "kms:TagResource", "kms:UntagResource", "iam:ListGroups", "iam:ListRoles", "iam:ListUsers"),
  SecretsManagerReadWrite: allow("secretsmanager:*", "cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:ExecuteChangeSet", "kms:DescribeKey", "kms:ListAliases", "lambda:ListFunctions", "tag:GetResources"),
  AmazonEC2ContainerRegistryFullAccess: allow("ecr:*", "cloudtrail:LookupEvents"),
  AmazonEC2ContainerRegistryPowerUser: allow("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"),
  AmazonEC2ContainerRegistryReadOnly: allow("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:Describe*", "ecr:List*"),
  AmazonEC2ContainerRegistryPullOnly: allow("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer"),
  AmazonEKSClusterPolicy: allow("autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup", "ec2:AttachVolume", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateRoute", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteRoute", "ec2:DeleteSecurityGroup", "ec2:DeleteVolume", "ec2:Describe*", "ec2:DetachVolume", "ec2:ModifyInstanceAttribute", "ec2:ModifyVolume", "ec2:RevokeSecurityGroupIngress", "elasticloadbalancing:*", "kms:DescribeKey"),
  AmazonEKSServicePolicy: allow("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:Describe*", "ec2:ModifyNetworkInterfaceAttribute", "eks:UpdateClusterVersion", "iam:ListAttachedRolePolicies"),
  AmazonEKSVPCResourceController: allow("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:DeleteNetworkInterface", "ec2:AttachNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
  AmazonEKSWorkerNodePolicy: allow("ec2:Describe*", "eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity"),
  AmazonEKSWorkerNodeMinimalPolicy: allow("eks-auth:AssumeRoleForPodIdentity"),
  AmazonEKS_CNI_Policy: allow("ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:CreateTags", "ec2:DeleteNetworkInterface", "ec2:Describe*", "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignPrivateIpAddresses"),
  AmazonEKSFargatePodExecutionRolePolicy: allow("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
  AmazonEKSLocalOutpostClusterPolicy: allow("ec2:Describe*", "ecr:Get*", "ecr:BatchGetImage"),
  AmazonEBSCSIDriverPolicy: allow("ec2:CreateSnapshot", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:ModifyVolume", "ec2:Describe*", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteVolume"),
  AmazonEFSCSIDriverPolicy: allow("elasticfilesystem:Describe*", "elasticfilesystem:CreateAccessPoint", "elasticfilesystem:DeleteAccessPoint"),
  CloudWatchAgentServerPolicy: [...allow("cloudwatch:PutMetricData", "ec2:DescribeVolumes", "ec2:DescribeTags", "logs:PutLogEvents", "logs:PutRetentionPolicy", "logs:Describe*", "logs:CreateLogStream", "logs:CreateLogGroup", "xray:Put*", "xray:Get*"), ...allowOn("arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*", "ssm:GetParameter")],
  CloudWatchLogsFullAccess: allow("logs:*", "cloudwatch:GenerateQuery"),
  CloudWatchReadOnlyAccess: allow("cloudwatch:Get*", "cloudwatch:List*", "cloudwatch:Describe*", "logs:Get*", "logs:Describe*", "logs:List*"),
  AWSXRayDaemonWriteAccess: allow("xray:Put*", "xray:Get*"),
  AmazonRDSEnhancedMonitoringRole: allow("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:CreateLogStream", "logs:PutLogEvents", "logs:Describe*", "logs:GetLogEvents"),
}; // prettier-ignore

const read = new Map<string, Policy>();

/** Name of an AWS-managed policy by its ARN; `undefined` for a customer's own. */
export function managedPolicyName(arn: string): string | undefined {
  return /^arn:aws[a-z-]*:iam::aws:policy\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/.exec(arn)?.[1];
}

/** The statements of an AWS-managed policy; `undefined` where this data does not hold it. */
export function managedPolicy(arn: string): Policy | undefined {
  const name = managedPolicyName(arn);
  const statements = name === undefined || !Object.hasOwn(STATEMENTS, name) ? undefined : STATEMENTS[name];
  if (name === undefined || statements === undefined) return undefined;
  let policy = read.get(name);
  if (policy === undefined) read.set(name, (policy = readPolicy(Node.root({ Version: "2012-10-17", Statement: statements }))));
  return policy;
}
