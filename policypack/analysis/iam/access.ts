/** What of the core an identity can get at: crown jewels as data, each with the actions that take it. */

export interface CrownJewel {
  readonly id: string;
  /** For people, after "can". */
  readonly title: string;
  /** Any of these does it. */
  readonly actions: readonly string[];
}

/** Actions and what they do: AWS Service Authorization Reference; what they mean to a core: `data/threats.json`. */
export const CROWN_JEWELS: readonly CrownJewel[] = [
  { id: "secrets", title: "read secrets (long-term keys, database credentials)", actions: ["secretsmanager:GetSecretValue", "ssm:GetParameter"] },
  { id: "keys", title: "use or take over encryption keys", actions: ["kms:Decrypt", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"] },
  { id: "subscriber-data", title: "read subscriber data at rest", actions: ["dynamodb:GetItem", "rds-db:connect", "rds:CreateDBSnapshot", "s3:GetObject"] },
  { id: "cluster", title: "use or delete the cluster's API", actions: ["eks:AccessKubernetesApi", "eks:DeleteCluster"] },
  { id: "network", title: "open or reroute the core's networks, or copy their traffic", actions: ["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateRoute", "ec2:CreateTrafficMirrorSession"] },
  { id: "logs", title: "stop or delete the logs", actions: ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "logs:DeleteLogGroup", "ec2:DeleteFlowLogs", "guardduty:DeleteDetector"] },
  { id: "images", title: "replace images of functions", actions: ["ecr:PutImage"] },
  { id: "certificates", title: "issue or export certificates", actions: ["acm-pca:IssueCertificate", "acm:ExportCertificate"] },
]; // prettier-ignore
