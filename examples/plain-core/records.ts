// What happens in the account and in the mesh leaves a record that nobody can delete, and somebody is told.
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { boundary } from "./identity";
import { provider } from "./cluster";
import { namespace } from "./core";
import { tags, vpc } from "./network";

const seen = tags("observability", "oam");
const key = new aws.kms.Key(
  "records",
  { description: "Records of the core's account", enableKeyRotation: true, tags: seen },
  { protect: true },
);

// Its name is fixed, so that its policy can be read before it is there.
const bucket = "core-records-123456789012";
const archive = new aws.s3.Bucket("records", { bucket, objectLockEnabled: true, tags: seen }, { protect: true });
new aws.s3.BucketObjectLockConfiguration("records", {
  bucket: archive.id,
  rule: { defaultRetention: { mode: "COMPLIANCE", days: 400 } },
});
new aws.s3.BucketServerSideEncryptionConfiguration("records", {
  bucket: archive.id,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
});
new aws.s3.BucketPublicAccessBlock("records", {
  bucket: archive.id,
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
new aws.s3.BucketPolicy("records", {
  bucket: archive.id,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  }),
});
new aws.cloudtrail.Trail(
  "core",
  {
    s3BucketName: archive.id,
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
    kmsKeyId: key.arn,
    eventSelectors: [{ includeManagementEvents: true, dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }] }],
    tags: seen,
  },
  { protect: true },
);

const detector = new aws.guardduty.Detector("core", { enable: true, tags: seen });
for (const name of ["EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "RUNTIME_MONITORING"]) {
  new aws.guardduty.DetectorFeature(name, {
    detectorId: detector.id,
    name,
    status: "ENABLED",
    ...(name === "RUNTIME_MONITORING" ? { additionalConfigurations: [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }] } : {}),
  });
}
const recorderRole = new aws.iam.Role("config", {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "config.amazonaws.com" }),
  permissionsBoundary: boundary.arn,
});
new aws.cfg.Recorder("core", { roleArn: recorderRole.arn });
new aws.securityhub.Account("core", {});

// DNS: every query kept, threats refused.
const queries = new aws.route53.ResolverQueryLogConfig("core", { destinationArn: archive.arn, tags: seen });
new aws.route53.ResolverQueryLogConfigAssociation("core", { resolverQueryLogConfigId: queries.id, resourceId: vpc.id });
const threats = new aws.route53.ResolverFirewallDomainList("threats", { domains: ["c2.invalid"], tags: seen });
const firewall = new aws.route53.ResolverFirewallRuleGroup("core", { tags: seen });
new aws.route53.ResolverFirewallRule("threats", {
  action: "BLOCK",
  blockResponse: "NXDOMAIN",
  firewallRuleGroupId: firewall.id,
  firewallDomainListId: threats.id,
  priority: 10,
});
new aws.route53.ResolverFirewallRuleGroupAssociation("core", {
  firewallRuleGroupId: firewall.id,
  vpcId: vpc.id,
  priority: 101,
  tags: seen,
});

const changes = new aws.cloudwatch.EventRule("changes", {
  name: "core-changes",
  description: "Changes of the core's network, trails, keys and identities",
  eventPattern: JSON.stringify({
    detail: {
      eventName: [
        { prefix: "AuthorizeSecurityGroup" },
        { prefix: "RevokeSecurityGroup" },
        "CreateNetworkAclEntry",
        "ReplaceNetworkAclEntry",
        "CreateRoute",
        "ReplaceRoute",
        "AttachInternetGateway",
        "CreateVpcPeeringConnection",
        "AcceptVpcPeeringConnection",
        { prefix: "CreateTrafficMirror" },
        "CreateVpnConnection",
        "CreateTransitGatewayConnect",
        "StopLogging",
        "DeleteTrail",
        "UpdateTrail",
        "DisableKey",
        "ScheduleKeyDeletion",
        "PutBucketPolicy",
        "PutRolePolicy",
        "AttachRolePolicy",
        "CreatePolicyVersion",
      ],
    },
  }),
  tags: seen,
});
const alerts = new aws.sns.Topic("changes", { kmsMasterKeyId: key.id, tags: seen });
new aws.cloudwatch.EventTarget("changes", { rule: changes.name, arn: alerts.arn });

new k8s.apiextensions.CustomResource(
  "access-logs",
  {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: { name: "access-logs", namespace: namespace.metadata.name },
    spec: { accessLogging: [{ providers: [{ name: "otel" }] }] },
  },
  { provider },
);
