/** What happens in the core's account leaves a record that nobody can change, and somebody is told. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { archive } from "./archive";
import { boundaryOf } from "./boundary";
import { encryptionKey } from "./encryption-key";
import { managedPolicy, partitionOf } from "./partition";
import { CHANGES_PATTERN, KUBERNETES_PATTERN, SIGN_INS_PATTERN } from "./plan/changes";
import { PLMN } from "./plan/functions";
import { type Tags, tagsOf } from "./tags";

export interface AuditTrailArgs {
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Cluster whose audit events are watched; without it the account alone is. */
  clusterName?: pulumi.Input<string>;
  /** Permissions boundary of the role that the trail makes. Default: one of its own. */
  permissionsBoundary?: pulumi.Input<string>;
  /** Days that records are kept and cannot be deleted, at least 365. Default: 400. */
  retentionDays?: pulumi.Input<number>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** CloudTrail into a locked archive, GuardDuty, Config and Security Hub, and alarms on what intruders change. */
export class AuditTrail extends pulumi.ComponentResource {
  /** ARN of the bucket that holds the records. */
  public readonly archiveArn: pulumi.Output<string>;
  /** ARN of the key of the records. */
  public readonly keyArn: pulumi.Output<string>;
  /** GuardDuty detector of the account. */
  public readonly detectorId: pulumi.Output<string>;
  /** ARN of the topic that tells people. */
  public readonly alarmTopicArn: pulumi.Output<string>;

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:AuditTrail", name, args, opts);
    const read = new Arguments("AuditTrail", name, args);
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const days = read.count("retentionDays", 365, 36500, 400);
    const tags = tagsOf({ plmn: args.plmn, environment: args.environment ?? "production" }, "observability", "oam");
    const options = { parent: this };
    const boundary = boundaryOf(args.permissionsBoundary, name, tags, this);

    const key = encryptionKey(name, "Records of the core's account", "cloudtrail.amazonaws.com", tags, this);
    const bucket = archive(name, { key, days, service: "cloudtrail.amazonaws.com", tags }, this);
    const partition = partitionOf(this);
    new aws.cloudtrail.Trail(
      name,
      {
        s3BucketName: bucket.id,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        kmsKeyId: key.arn,
        eventSelectors: [
          {
            includeManagementEvents: true,
            readWriteType: "All",
            dataResources: [
              { type: "AWS::S3::Object", values: [pulumi.interpolate`arn:${partition}:s3`] },
              { type: "AWS::Lambda::Function", values: [pulumi.interpolate`arn:${partition}:lambda`] },
            ],
          },
        ],
        tags,
      },
      { parent: this, protect: true },
    );
    const detector = detection(name, { bucket, boundary, tags }, this);
    const topic = alarms(name, { clusterName: args.clusterName, tags }, this);
    new aws.ebs.EncryptionByDefault(name, { enabled: true }, options);
    new aws.accessanalyzer.Analyzer(name, { analyzerName: name, type: "ACCOUNT", tags }, options);

    this.archiveArn = bucket.arn;
    this.keyArn = key.arn;
    this.detectorId = detector.id;
    this.alarmTopicArn = topic.arn;
    this.registerOutputs({
      archiveArn: this.archiveArn,
      keyArn: this.keyArn,
      detectorId: this.detectorId,
      alarmTopicArn: this.alarmTopicArn,
    });
  }
}

interface Detection {
  readonly bucket: aws.s3.Bucket;
  readonly boundary: pulumi.Input<string>;
  readonly tags: Tags;
}

function detection(name: string, { bucket, boundary, tags }: Detection, parent: pulumi.Resource): aws.guardduty.Detector {
  const options = { parent };
  const detector = new aws.guardduty.Detector(name, { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES", tags }, options);
  for (const feature of ["EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION", "RUNTIME_MONITORING"]) {
    new aws.guardduty.DetectorFeature(
      `${name}-${feature.toLowerCase().replaceAll("_", "-")}`,
      {
        detectorId: detector.id,
        name: feature,
        status: "ENABLED",
        ...(feature === "RUNTIME_MONITORING" ? { additionalConfigurations: [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }] } : {}),
      },
      options,
    );
  }
  const role = new aws.iam.Role(
    `${name}-config`,
    { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "config.amazonaws.com" }), permissionsBoundary: boundary, tags },
    options,
  );
  new aws.iam.RolePolicyAttachment(
    `${name}-config`,
    { role: role.name, policyArn: managedPolicy("service-role/AWS_ConfigRole", parent) },
    options,
  );
  const recorder = new aws.cfg.Recorder(
    name,
    { roleArn: role.arn, recordingGroup: { allSupported: true, includeGlobalResourceTypes: true } },
    options,
  );
  const channel = new aws.cfg.DeliveryChannel(name, { s3BucketName: bucket.id }, { parent, dependsOn: [recorder] });
  new aws.cfg.RecorderStatus(name, { name: recorder.name, isEnabled: true }, { parent, dependsOn: [channel] });
  new aws.securityhub.Account(name, {}, options);
  return detector;
}

function alarms(
  name: string,
  { clusterName, tags }: { clusterName: pulumi.Input<string> | undefined; tags: { [tag: string]: pulumi.Input<string> } },
  parent: pulumi.Resource,
): aws.sns.Topic {
  const options = { parent };
  const key = encryptionKey(`${name}-alarms`, "Alarms of the core", "events.amazonaws.com", tags, parent);
  const topic = new aws.sns.Topic(`${name}-alarms`, { kmsMasterKeyId: key.id, tags }, options);
  for (const [kind, eventPattern, description] of [
    ["changes", CHANGES_PATTERN, "Changes of the core's network, records, keys and identities"],
    ["sign-ins", SIGN_INS_PATTERN, "The root user, sign-ins without a second factor, refused calls"],
  ] as const) {
    const rule = new aws.cloudwatch.EventRule(`${name}-${kind}`, { name: `${name}-${kind}`, description, eventPattern, tags }, options);
    new aws.cloudwatch.EventTarget(`${name}-${kind}`, { rule: rule.name, arn: topic.arn }, options);
  }
  if (clusterName !== undefined) {
    const metric = { name: "LivingOffTheLand", namespace: `carrierguard/${name}`, value: "1" };
    new aws.cloudwatch.LogMetricFilter(
      `${name}-kubernetes`,
      {
        logGroupName: pulumi.interpolate`/aws/eks/${clusterName}/cluster`,
        pattern: KUBERNETES_PATTERN,
        metricTransformation: metric,
      },
      options,
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-kubernetes`,
      {
        alarmDescription: "Somebody enters pods, lists secrets or binds roles",
        namespace: metric.namespace,
        metricName: metric.name,
        statistic: "Sum",
        period: 60,
        evaluationPeriods: 1,
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [topic.arn],
        tags,
      },
      options,
    );
  }
  return topic;
}
