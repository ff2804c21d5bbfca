/**
 * Changes of security groups, NACLs, routes, gateways, peering, mirroring, tunnels, trails, keys, buckets and IAM raise an alarm: by EventBridge rules with
 * a target, by metric filters with an alarm that acts, or by a SIEM that takes the whole trail (named under rules.LG-11.siem, or a subscription that filters nothing).
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { subscriptionsOf } from "../../analysis/log-pipeline/stores";
import { defineRule, fail, undetermined } from "../../engine/rule";
import { wholeStack } from "../../engine/targets";
import { logGroups } from "../../model/aws/records";
import { refersTo, resolve } from "../../model/aws/references";
import { VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const TRAIL = "aws:cloudtrail/trail:Trail";
const GROUP = "aws:cloudwatch/logGroup:LogGroup";

export default defineRule({
  id: "LG-11",
  name: "lg-11-alarms-on-changes",
  title: "Alarms on changes to security groups, NACLs, routes, gateways, peering, mirroring, trails, keys and IAM",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(),
  rationale: "Intruders in carriers opened security groups, added routes and tunnels, mirrored traffic and stopped trails, for months: each is one API call that nobody was told of.",
  remediation: "Add EventBridge rules (or metric filters with alarms) for the API calls that the finding lists, with a target that people read; or name the SIEM that watches the trail under rules.LG-11.siem.",
  options: { siem: { type: "string", description: "The SIEM or security account that raises these alarms from the organisation's trail.", default: "" } },
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "4.10", title: "Ensure security group changes are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.11", title: "Ensure Network Access Control List (NACL) changes are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.12", title: "Ensure changes to network gateways are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.13", title: "Ensure route table changes are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.14", title: "Ensure VPC changes are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.5", title: "Ensure CloudTrail configuration changes are monitored" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.7", title: "Ensure disabling or scheduled deletion of customer created CMKs is monitored" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-CFG", title: "Monitoring: scrutinise configuration changes outside change management; store configurations centrally and push" },
    { framework: "NIST SP 800-53r5", ref: "CM-3", title: "Configuration Change Control" },
    { framework: "NIST SP 800-53r5", ref: "SI-4", title: "System Monitoring" },
  ],
  breaks: [
    { id: "T1562.007", name: "Disable or Modify Cloud Firewall" },
    { id: "FGT1562.004", name: "Disable or Modify System Firewall" },
    { id: "T1020.001", name: "Traffic Duplication" },
  ],
  *check(model, context) {
    const core = model.ask(coreInCloud);
    if (core === "no" || context.options["siem"] !== "" || wholeTrailTaken(model)) return;
    const watchers = [...eventRules(model), ...metricFilters(model)];
    const missing = WATCHED.filter((topic) => !watchers.some((watcher) => topic.calls.some((call) => watcher.sees(call, topic.source))));
    if (missing.length === 0) return;
    const open = core !== "yes" || watchers.some((watcher) => watcher.unknown);
    yield (open ? undetermined : fail)({
      message: `Nobody is ${open ? "certainly " : ""}told when ${missing.map((topic) => topic.what).join(", ")} change${missing.length === 1 ? "s" : ""} in the account of this core: a way in or out can be opened unseen (Disable or Modify Cloud Firewall).`,
      evidence: missing.map((topic) => ({ path: "", actual: null, expected: `an alarm on ${topic.calls[0] ?? ""}` })),
    });
  },
  examples: () => ({
    pass: [
      { name: "one rule for all calls", resources: [core, rule(pattern(ALL)), target] },
      { name: "a rule for the whole of EC2, and one for the rest", resources: [core, rule({ source: ["aws.ec2"], detail: { eventSource: ["ec2.amazonaws.com"] } }), target, rule(pattern(ALL.slice(8)), "others"), resource(TARGET, "others", { rule: "others", arn: "arn:aws:sns:x" })] },
      { name: "metric filters with alarms", resources: [core, resource(FILTER, "f", { pattern: ALL.map((call) => `($.eventName = ${call})`).join(" || "), metricTransformation: { name: "changes", namespace: "core" } }), resource(ALARM, "a", { metricName: "changes", alarmActions: ["arn:aws:sns:x"] })] },
      { name: "a SIEM", resources: [core], settings: { rules: { "LG-11": { options: { siem: "security account 111122223333" } } } } },
      { name: "the whole trail goes to one", resources: [core, resource(GROUP, "trail", { name: "trail", arn: "arn:aws:logs:x:1:log-group:trail" }), resource(TRAIL, "org", { cloudWatchLogsGroupArn: "arn:aws:logs:x:1:log-group:trail" }), resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "siem", { logGroup: "trail", filterPattern: "", destinationArn: "arn:aws:logs:x:2:destination:siem" })] },
    ],
    fail: [
      { name: "no alarm", resources: [core] },
      { name: "a rule without a target", resources: [core, rule(pattern(ALL))] },
      { name: "a rule that is disabled", resources: [core, rule(pattern(ALL), "changes", { state: "DISABLED" }), target] },
      { name: "mirroring is not watched", resources: [core, rule(pattern(ALL.filter((call) => !call.includes("Mirror")))), target] },
      { name: "an alarm that does nothing", resources: [core, resource(FILTER, "f", { pattern: ALL.join(" "), metricTransformation: { name: "changes" } }), resource(ALARM, "a", { metricName: "changes" })] },
    ],
    undetermined: [{ name: "a pattern that the configuration brings", resources: [core, resource(RULE, "changes", { name: "changes", eventPattern: unknownValue() }), target] }],
  }),
}); // prettier-ignore

interface Topic {
  readonly what: string;
  readonly source: string;
  readonly calls: readonly string[];
}

/** One call of each kind, with those that do the same. */
const WATCHED: readonly Topic[] = [
  { what: "security groups", source: "ec2", calls: ["AuthorizeSecurityGroupIngress"] },
  { what: "network ACLs", source: "ec2", calls: ["CreateNetworkAclEntry", "ReplaceNetworkAclEntry"] },
  { what: "routes", source: "ec2", calls: ["CreateRoute", "ReplaceRoute"] },
  { what: "internet gateways", source: "ec2", calls: ["AttachInternetGateway", "CreateInternetGateway"] },
  { what: "VPC peering", source: "ec2", calls: ["CreateVpcPeeringConnection", "AcceptVpcPeeringConnection"] },
  { what: "traffic mirroring", source: "ec2", calls: ["CreateTrafficMirrorSession"] },
  { what: "VPN connections", source: "ec2", calls: ["CreateVpnConnection"] },
  { what: "transit gateway tunnels", source: "ec2", calls: ["CreateTransitGatewayConnect"] },
  { what: "trails", source: "cloudtrail", calls: ["StopLogging", "DeleteTrail"] },
  { what: "keys", source: "kms", calls: ["DisableKey", "ScheduleKeyDeletion"] },
  { what: "bucket policies", source: "s3", calls: ["PutBucketPolicy"] },
  { what: "IAM policies", source: "iam", calls: ["PutRolePolicy", "AttachRolePolicy"] },
];

interface Watcher {
  readonly unknown: boolean;
  sees(call: string, source: string): boolean;
}

function eventRules(model: CoreModel): readonly Watcher[] {
  return model.ofType(RULE).flatMap((item): Watcher[] => {
    const enabled =
      !/^DISABLED$/i.test(valueOr(item.props.get("state").string(), "ENABLED")) && valueOr(item.props.get("isEnabled").boolean(), true);
    const targeted = model
      .ofType(TARGET)
      .some(
        (target) =>
          valueOr(target.props.get("rule").string(), "\0") === valueOr(item.props.get("name").string(), item.name) ||
          refersTo(resolve(model, target, target.props.get("rule"), [RULE]), item) === "yes",
      );
    const pattern = item.props.get("eventPattern");
    if (!enabled || !targeted) return [];
    const text = pattern.string();
    const unknown = text.state === "unknown";
    const detail = text.state === "known" ? parsed(text.value) : undefined;
    return detail === undefined && !unknown
      ? []
      : [{ unknown, sees: (call, source) => detail !== undefined && covers(detail, call, source) }];
  });
}

interface Pattern {
  readonly source?: unknown;
  readonly detail?: { readonly eventName?: unknown; readonly eventSource?: unknown };
}

function parsed(text: string): Pattern | undefined {
  try {
    return JSON.parse(text) as Pattern;
  } catch {
    return undefined;
  }
}

function covers({ source, detail }: Pattern, call: string, service: string): boolean {
  const allows = (patterns: unknown, value: string): boolean =>
    patterns === undefined || (Array.isArray(patterns) && patterns.some((item: unknown) => matches(item, value)));
  return allows(source, `aws.${service}`) && allows(detail?.eventSource, `${service}.amazonaws.com`) && allows(detail?.eventName, call);
}

function matches(item: unknown, value: string): boolean {
  if (typeof item === "string") return item === value;
  const { prefix, wildcard } = (item ?? {}) as { readonly prefix?: unknown; readonly wildcard?: unknown };
  if (typeof prefix === "string") return value.startsWith(prefix);
  return typeof wildcard === "string" && new RegExp(`^${wildcard.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`).test(value);
}

function metricFilters(model: CoreModel): readonly Watcher[] {
  return model.ofType(FILTER).flatMap((item): Watcher[] => {
    const metric = valueOr(item.props.get("metricTransformation", "name").string(), "");
    const alarmed = model.ofType(ALARM).some((alarm) => acts(alarm) && textBelow(alarm.props).split("\n").includes(metric));
    const text: Node = item.props.get("pattern");
    return alarmed && metric !== "" ? [{ unknown: text.isUnknown, sees: (call) => valueOr(text.string(), "").includes(call) }] : [];
  });
}

function acts(alarm: Resource): boolean {
  const actions = alarm.props.get("alarmActions");
  return valueOr(alarm.props.get("actionsEnabled").boolean(), true) && (actions.isUnknown || actions.items().length > 0);
}

/** A trail's log group whose every record goes on to somebody who looks. */
function wholeTrailTaken(model: CoreModel): boolean {
  const groups = model.ask(logGroups).filter((group) =>
    model.ofType(TRAIL).some((trail) => {
      const node = trail.props.get("cloudWatchLogsGroupArn");
      return (
        valueOr(node.string(), "").replace(/:\*$/, "") === valueOr(group.resource.props.get("arn").string(), "\0") ||
        refersTo(resolve(model, trail, node, [GROUP]), group.resource) === "yes"
      );
    }),
  );
  return groups.some((group) =>
    subscriptionsOf(model, group.resource).some((filter) => valueOr(filter.props.get("filterPattern").string(), "").trim() === ""),
  );
}

const core = resource(VPC, "core", { tags: { "carrierguard.dev/zone": "control" } });
const target = resource(TARGET, "changes", { rule: "changes", arn: "arn:aws:sns:x" });
const ALL = WATCHED.map((topic) => topic.calls[0] ?? "");
function rule(eventPattern: Properties, name = "changes", more: Properties = {}) {
  return resource(RULE, name, { name, eventPattern: JSON.stringify(eventPattern), ...more });
}
function pattern(calls: readonly string[]): Properties {
  return { detail: { eventName: calls } };
}
