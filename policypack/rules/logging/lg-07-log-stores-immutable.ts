/**
 * What the records end in, followed from their sources: log groups keep them 365 days (90 where they are exported) under a key; buckets hold them under
 * an object lock in COMPLIANCE mode for as long. An absent or zero retentionInDays keeps them for ever. Which account owns a store cannot be
 * seen from a declaration.
 */

import { type LogStore, logStores, subscriptionsOf } from "../../analysis/log-pipeline/stores";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { buckets } from "../../model/aws/records";
import { type Node, valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const GROUP = "aws:cloudwatch/logGroup:LogGroup";
const BUCKET = "aws:s3/bucket:Bucket";

const stores: Target<LogStore> = {
  description: "log groups and buckets that records are written to",
  types: [GROUP, BUCKET, "aws:s3/bucketV2:BucketV2"],
  subjects: (model) => model.ask(logStores),
  resource: (store) => store.resource,
};

export default defineRule({
  id: "LG-07",
  name: "lg-07-log-stores-immutable",
  title: "Log stores are immutable, encrypted, retained >= 365 days and owned by a separate account",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: stores,
  rationale: "Whoever has broken in cleans up: a log that its own account can delete, shorten or read in the clear tells the story that the intruder left in it.",
  remediation: "Set retentionInDays to 365 or more and kmsKeyId on the log group; create the bucket with objectLockEnabled and a BucketObjectLockConfiguration of mode COMPLIANCE for 365 days or more, in the account of the log archive, and deny s3:DeleteObject* and s3:PutLifecycleConfiguration to everybody else.",
  options: { retentionDays: { type: "integer", description: "Days that records must be kept.", default: 365, minimum: 1 } },
  standards: [
    { framework: "NIST SP 800-53r5", ref: "AU-9(2)", title: "Protection of Audit Information | Store on Separate Physical Systems or Components" },
    { framework: "NIST SP 800-53r5", ref: "AU-9(4)", title: "Protection of Audit Information | Access by Subset of Privileged Users" },
    { framework: "NIST SP 800-53r5", ref: "AU-11", title: "Audit Record Retention" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.3", title: "Protection of security event log files" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.2", title: "Log transfer to centralized storage" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-014", title: "Log files must be protected from breaches of their confidentiality and integrity" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-LOG", title: "Monitoring: secure centralised logging, encrypted, off-site copies, SIEM, baseline" },
  ],
  breaks: [
    { id: "T1562.008", name: "Disable or Modify Cloud Logs" },
    { id: "T1070.002", name: "Clear Linux or Mac System Logs" },
  ],
  *check(store, context) {
    const [wrong, open] = store.kind === "group" ? groupFlaws(store, context) : bucketFlaws(store, context);
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length === 0) return;
    const certain = wrong.length > 0;
    yield verdictOf(store, evidence, certain);
  },
  examples: () => ({
    pass: [
      { name: "a year under a key", resources: [flowLog("logs"), group({ retentionInDays: 400, kmsKeyId: "arn:aws:kms:x:1:key/1" })] },
      { name: "for ever", resources: [flowLog("logs"), group({ retentionInDays: 0, kmsKeyId: "arn:aws:kms:x:1:key/1" })] },
      { name: "ninety days, exported", resources: [flowLog("logs"), group({ retentionInDays: 90, kmsKeyId: "arn:aws:kms:x:1:key/1" }), resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "out", { logGroup: "logs", destinationArn: "arn:aws:firehose:x", filterPattern: "" })] },
      { name: "a locked bucket", resources: [trail, bucket({ objectLockEnabled: true }), lock("COMPLIANCE", 400)] },
      { name: "a log group of something else beside it", resources: [flowLog("logs"), group({ kmsKeyId: "arn:aws:kms:x:1:key/1" }), resource(GROUP, "lambda", { name: "/aws/lambda/x", retentionInDays: 7 })] },
    ],
    fail: [
      { name: "ninety days, not exported", resources: [flowLog("logs"), group({ retentionInDays: 90, kmsKeyId: "arn:aws:kms:x:1:key/1" })] },
      { name: "no key", resources: [flowLog("logs"), group({ retentionInDays: 400 })] },
      { name: "the log group of a cluster", resources: [resource("aws:eks/cluster:Cluster", "core", { name: "core" }), resource(GROUP, "eks", { name: "/aws/eks/core/cluster", retentionInDays: 30 })] },
      { name: "a bucket without a lock", resources: [trail, bucket({})] },
      { name: "a lock that an administrator lifts", resources: [trail, bucket({ objectLockEnabled: true }), lock("GOVERNANCE", 400)] },
      { name: "a lock for a month", resources: [trail, bucket({ objectLockEnabled: true }), lock("COMPLIANCE", 30)] },
    ],
    undetermined: [{ name: "a retention that the configuration brings", resources: [flowLog("logs"), group({ retentionInDays: unknownValue(), kmsKeyId: "arn:aws:kms:x:1:key/1" })] }],
  }),
}); // prettier-ignore

type Flaws = readonly [wrong: readonly Evidence[], open: readonly Evidence[]];
const HOT_DAYS = 90;

function verdictOf(store: LogStore, evidence: readonly Evidence[], certain: boolean): Verdict {
  const what = store.kind === "group" ? "Log group" : "Bucket";
  return (certain ? fail : undetermined)({
    message: `${what} ${store.resource.name}, which takes ${store.sources.join(" and ")}, ${certain ? "is not" : "may not be"} beyond an intruder's reach (${[...new Set(evidence.map((item) => item.path.split(/[.[]/)[0] || "object lock"))].join(", ")}): records can be ${store.kind === "group" ? "gone before anybody looks, or read by whoever reads the account" : "deleted by whoever takes the account"} (Disable or Modify Cloud Logs).`,
    evidence,
  });
}

function groupFlaws(store: LogStore, context: RuleContext): Flaws {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const days = store.resource.props.get("retentionInDays");
  const wanted = context.options["retentionDays"] as number;
  const kept = days.number();
  const exported = subscriptionsOf(context.model, store.resource).length > 0;
  const least = exported ? Math.min(HOT_DAYS, wanted) : wanted;
  if (kept.state === "unknown") open.push(seen(days, wanted));
  else if (kept.state === "known" && kept.value !== 0 && kept.value < least) wrong.push(seen(days, least));
  const key = store.resource.props.get("kmsKeyId");
  if (key.isAbsent) wrong.push(seen(key, "a customer-managed key"));
  return [wrong, open];
}

function bucketFlaws(store: LogStore, context: RuleContext): Flaws {
  const bucket = context.model.ask(buckets).find((item) => item.resource === store.resource);
  const wanted = context.options["retentionDays"] as number;
  const own = store.resource.props.get("objectLockConfiguration");
  const parts = bucket?.parts("objectLock").map((item) => item.props.get("rule", "defaultRetention")) ?? [];
  const retentions: readonly Node[] = [...parts, own.get("rule", "defaultRetention"), own.get("rules", 0, "defaultRetention")].filter(
    (node) => !node.isAbsent,
  );
  if (retentions.some((node) => isCompliance(node, wanted))) return [[], []];
  const unknown = retentions.find((node) => node.holdsUnknown());
  if (unknown !== undefined || own.isUnknown) return [[], [seen(unknown ?? own, `COMPLIANCE, ${wanted} days`)]];
  const [first] = retentions;
  return [
    [
      first === undefined
        ? seen(store.resource.props.get("objectLockEnabled"), `an object lock of mode COMPLIANCE for ${wanted} days`)
        : seen(first, `COMPLIANCE, ${wanted} days`),
    ],
    [],
  ];
}

function isCompliance(retention: Node, wanted: number): boolean {
  const days = valueOr(retention.get("days").number(), 0) + 365 * valueOr(retention.get("years").number(), 0);
  return valueOr(retention.get("mode").string(), "") === "COMPLIANCE" && days >= wanted;
}

const trail = resource("aws:cloudtrail/trail:Trail", "org", { s3BucketName: "archive" });
function flowLog(name: string) {
  return resource("aws:ec2/flowLog:FlowLog", "core", { logDestination: `arn:aws:logs:eu-central-1:111122223333:log-group:${name}:*` });
}
function group(properties: Properties) {
  return resource(GROUP, "logs", { name: "logs", ...properties });
}
function bucket(properties: Properties) {
  return resource(BUCKET, "archive", { bucket: "archive", ...properties });
}
function lock(mode: string, days: number) {
  return resource("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "archive", {
    bucket: "archive",
    rule: { defaultRetention: { mode, days } },
  });
}
