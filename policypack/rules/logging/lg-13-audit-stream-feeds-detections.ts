/**
 * The audit stream of the cluster goes to somebody who is told of what intruders do with the cluster's own means. Filters are asked with the
 * records that the API server would write (audit.k8s.io/v1, Event), not compared with words. GuardDuty's EKS protection finds a part of it.
 */

import { runsNetworkFunction } from "../../analysis/aws-network/core-vpcs";
import { auditConsumers } from "../../analysis/log-pipeline/audit-consumers";
import { type JsonRecord, matchesPattern } from "../../analysis/log-pipeline/filter-pattern";
import { defineRule, fail, type RuleContext, type Target, undetermined } from "../../engine/rule";
import { type EksCluster, eksClusters } from "../../model/aws/eks";
import { EKS_CLUSTER } from "../../model/aws/types";
import { valueOr } from "../../model/value";
import { networkFunction, type Properties, resource, unknownValue } from "../../testing/build";

const FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";
const FEATURE = "aws:guardduty/detectorFeature:DetectorFeature";

const clusters: Target<EksCluster> = {
  description: EKS_CLUSTER,
  types: [EKS_CLUSTER],
  subjects: (model) => model.ask(eksClusters),
  resource: (cluster) => cluster.resource,
};

export default defineRule({
  id: "LG-13",
  name: "lg-13-audit-stream-feeds-detections",
  title: "Kubernetes audit stream feeds living-off-the-land detections",
  family: "logging",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",

  target: clusters,
  rationale:
    "Intruders who live off the land bring no tools: they exec into pods, read Secrets, bind themselves roles and leave a DaemonSet behind. Each is one line of the audit log, and worth nothing where nobody reads it.",
  remediation:
    "Subscribe a detection pipeline to /aws/eks/<cluster>/cluster, with an empty filterPattern or one that matches the calls that the finding lists; or name the SIEM that takes the audit stream under rules.LG-13.siem.",
  options: {
    siem: {
      type: "string",
      description: "The SIEM or security account that takes the cluster's audit stream in another way.",
      default: "",
    },
  },
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "2.1.2", title: "Ensure audit logs are collected and managed (Manual)" },
    { framework: "NIST SP 800-53r5", ref: "AU-6", title: "Audit Record Review, Analysis, and Reporting" },
    {
      framework: "NIST SP 800-53r5",
      ref: "AU-6(3)",
      title: "Audit Record Review, Analysis, and Reporting | Correlate Audit Record Repositories",
    },
    { framework: "NIST SP 800-53r5", ref: "SI-4(11)", title: "System Monitoring | Analyze Communications Traffic Anomalies" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-5", title: "Part I: monitor for adversary lateral movement" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-6", title: "Part I: analytics for sophisticated presence" },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-LOG",
      title: "Monitoring: secure centralised logging, encrypted, off-site copies, SIEM, baseline",
    },
  ],
  breaks: [
    { id: "FGT1609", name: "Container Administration Command" },
    { id: "T1609", name: "Container Administration Command" },
    { id: "T1613", name: "Container and Resource Discovery" },
    { id: "T1053.007", name: "Container Orchestration Job" },
    { id: "T1059.013", name: "Container CLI/API" },
  ],

  *check(cluster, context) {
    if (context.options["siem"] !== "") return;
    const runs = runsNetworkFunction(context.model, cluster);
    if (runs === "no") return;
    const consumers = context.model.ask(auditConsumers).get(cluster.resource) ?? [];
    const guarded = hasGuardDuty(context);
    const open = consumers.some(({ certain, pattern }) => !certain || pattern.isUnknown);
    const missing = CALLS.filter(({ records, byGuardDuty }) => {
      if (byGuardDuty === true && guarded) return false;
      return !consumers.some(({ pattern }) =>
        records.some((record) => matchesPattern(valueOr(pattern.string(), pattern.isAbsent ? "" : "{}"), record) === true),
      );
    });
    if (missing.length === 0) return;
    const certain = runs === "yes" && !open;
    yield (certain ? fail : undetermined)({
      message: `Nobody is ${certain ? "" : "certainly "}told when somebody uses ${missing.map(({ what }) => what).join(", ")} in cluster ${cluster.resource.name}: an intruder who lives off the land is never seen (Container Administration Command).`,
      evidence: missing.map(({ what }) => ({
        path: "/aws/eks/<cluster>/cluster",
        actual: consumers.length === 0 ? null : "not matched",
        expected: `a subscription that matches ${what}`,
      })),
    });
  },
  examples: () => ({
    pass: [
      { name: "everything goes to the SIEM", resources: [cluster, networkFunction("amf"), filter("")] },
      { name: "a pattern that names all", resources: [cluster, networkFunction("amf"), filter(`{ ${ALL} }`)] },
      {
        name: "two subscriptions together",
        resources: [
          cluster,
          networkFunction("amf"),
          filter(`{ ${ALL.split(" || ").slice(0, 5).join(" || ")} }`),
          filter(`{ ${ALL.split(" || ").slice(5).join(" || ")} }`, "second"),
        ],
      },
      {
        name: "everything but the reading of leases",
        resources: [cluster, networkFunction("amf"), filter('{ $.objectRef.resource != "leases" }')],
      },
      {
        name: "a SIEM that takes it in another way",
        resources: [cluster, networkFunction("amf")],
        settings: { rules: { "LG-13": { options: { siem: "SOC, account 111122223333" } } } },
      },
      {
        name: "GuardDuty for its part, a subscription for the rest",
        resources: [
          cluster,
          networkFunction("amf"),
          guardDuty,
          filter(
            '{ $.objectRef.subresource = "attach" || $.objectRef.subresource = "ephemeralcontainers" || $.objectRef.resource = "cronjobs" || $.objectRef.subresource = "proxy" || $.objectRef.subresource = "token" }',
          ),
        ],
      },
    ],
    fail: [
      { name: "nobody subscribes", resources: [cluster, networkFunction("amf")] },
      { name: "GuardDuty alone", resources: [cluster, networkFunction("amf"), guardDuty] },
      { name: "exec alone", resources: [cluster, networkFunction("amf"), filter('{ $.objectRef.subresource = "exec" }')] },
      {
        name: "a pattern that leaves exec out",
        resources: [cluster, networkFunction("amf"), filter('{ $.objectRef.subresource != "exec" }')],
      },
      { name: "words that all must be there", resources: [cluster, networkFunction("amf"), filter("exec attach secrets")] },
      { name: "the group of another cluster", resources: [cluster, networkFunction("amf"), filter("", "other", "/aws/eks/other/cluster")] },
    ],
    undetermined: [
      { name: "a cluster whose workloads come from elsewhere", resources: [cluster] },
      { name: "a pattern that the configuration brings", resources: [cluster, networkFunction("amf"), filter(unknownValue())] },
    ],
  }),
});

interface Call {
  readonly what: string;
  /** Records as the API server writes them: one matched is enough. */
  readonly records: readonly JsonRecord[];
  /** Whether GuardDuty's EKS audit log findings tell of it (GuardDuty User Guide, "EKS Protection finding types"). */
  readonly byGuardDuty?: boolean;
}

function event(verb: string, resource: string, subresource?: string, more: JsonRecord = {}): JsonRecord {
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "RequestResponse",
    stage: "ResponseComplete",
    verb,
    requestURI: `/api/v1/namespaces/core/${resource}/x${subresource === undefined ? "" : `/${subresource}`}`,
    user: { username: "system:serviceaccount:core:amf", groups: ["system:serviceaccounts", "system:authenticated"] },
    sourceIPs: ["10.0.0.5"],
    userAgent: "kubectl/v1.33",
    objectRef: { resource, namespace: "core", name: "x", apiVersion: "v1", ...(subresource === undefined ? {} : { subresource }) },
    responseStatus: { code: 200 },
    ...more,
  };
}

/** `kubectl exec` is a create over SPDY, and a get over WebSockets. */
const CALLS: readonly Call[] = [
  { what: "pods/exec", records: [event("create", "pods", "exec"), event("get", "pods", "exec")], byGuardDuty: true },
  { what: "pods/attach", records: [event("create", "pods", "attach"), event("get", "pods", "attach")] },
  {
    what: "ephemeral containers",
    records: [event("patch", "pods", "ephemeralcontainers"), event("update", "pods", "ephemeralcontainers")],
  },
  { what: "lists of Secrets", records: [event("list", "secrets")], byGuardDuty: true },
  { what: "new role bindings", records: [event("create", "rolebindings"), event("create", "clusterrolebindings")], byGuardDuty: true },
  { what: "new DaemonSets", records: [event("create", "daemonsets")], byGuardDuty: true },
  { what: "new CronJobs", records: [event("create", "cronjobs")] },
  { what: "nodes/proxy", records: [event("get", "nodes", "proxy"), event("create", "nodes", "proxy")] },
  {
    what: "anonymous requests",
    records: [event("get", "pods", undefined, { user: { username: "system:anonymous", groups: ["system:unauthenticated"] } })],
    byGuardDuty: true,
  },
  { what: "token requests", records: [event("create", "serviceaccounts", "token")] },
];

function hasGuardDuty({ model }: RuleContext): boolean {
  return model
    .ofType(FEATURE)
    .some(
      ({ props }) =>
        valueOr(props.get("name").string(), "") === "EKS_AUDIT_LOGS" && valueOr(props.get("status").string(), "") === "ENABLED",
    );
}

const cluster = resource(EKS_CLUSTER, "core", { name: "core" });
const guardDuty = resource(FEATURE, "audit", { name: "EKS_AUDIT_LOGS", status: "ENABLED" });
const ALL = [
  ...["exec", "attach", "ephemeralcontainers", "proxy", "token"].map((word) => `($.objectRef.subresource = "${word}")`),
  ...["secrets", "rolebindings", "daemonsets", "cronjobs"].map((word) => `($.objectRef.resource = "${word}")`),
  '($.user.username = "system:anonymous")',
].join(" || ");
function filter(filterPattern: Properties[string], name = "siem", logGroup = "/aws/eks/core/cluster") {
  return resource(FILTER, name, { logGroup, filterPattern, destinationArn: "arn:aws:logs:eu-central-1:111122223333:destination:siem" });
}
