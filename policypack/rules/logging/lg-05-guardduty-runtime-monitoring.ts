/**
 * An account with a core runs GuardDuty with EKS audit logs, runtime monitoring with the managed agent, and S3 data events; AWS Config and Security Hub
 * are on. What the organisation enables centrally is named under rules.LG-05.organisation.
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { type Change, change, defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import { wholeStack } from "../../engine/targets";
import { refersTo, resolve } from "../../model/aws/references";
import { VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const DETECTOR = "aws:guardduty/detector:Detector";
const FEATURE = "aws:guardduty/detectorFeature:DetectorFeature";
const ORGANISATION = "aws:guardduty/organizationConfiguration:OrganizationConfiguration";

export default defineRule({
  id: "LG-05",
  name: "lg-05-guardduty-runtime-monitoring",
  title: "GuardDuty with EKS audit, runtime monitoring and managed agent",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(),
  rationale: "Escape to a node, a pod that nobody deployed, a credential used from elsewhere: these leave traces that only a sensor at run time reads, and an account without one is told of its intruder by the newspaper.",
  remediation: "Enable a GuardDuty Detector with the features EKS_AUDIT_LOGS, RUNTIME_MONITORING (EKS_ADDON_MANAGEMENT) and S3_DATA_EVENTS, an aws.cfg.Recorder and aws.securityhub.Account; where the organisation does it, name its administrator account under rules.LG-05.organisation.",
  options: { organisation: { type: "string", description: "Account id of the delegated administrator that enables GuardDuty, Config and Security Hub for this account.", default: "" } },
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "3.3", title: "Ensure AWS Config is enabled in all regions" },
    { framework: "CIS AWS Foundations 5.0", ref: "4.16", title: "Ensure AWS Security Hub is enabled" },
    { framework: "NIST SP 800-53r5", ref: "SI-4", title: "System Monitoring" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(23)", title: "System Monitoring | Host-based Devices" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-5", title: "Part II: real-time threat detection" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-6", title: "Part I: analytics for sophisticated presence" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1611", name: "Escape to Host" },
    { id: "T1610", name: "Deploy Container" },
  ],
  remedy: {
    sets: "a detector's enable to true, and the status of the features that are asked for to ENABLED.",
    alone: switchedOn,
  },
  *check(model, context) {
    const core = model.ask(coreInCloud);
    if (core === "no" || context.options["organisation"] !== "" || model.ofType(ORGANISATION).length > 0) return;
    const detectors = model.ofType(DETECTOR);
    const [detector] = detectors;
    const wrong: Evidence[] = [];
    const open: Evidence[] = [];
    if (detector === undefined) wrong.push({ path: "", actual: null, expected: "aws.guardduty.Detector" });
    else {
      const enable = detector.props.get("enable");
      if (enable.isUnknown) open.push(seen(enable, true));
      else if (!valueOr(enable.boolean(), true)) wrong.push(seen(enable, true));
      for (const name of WANTED) {
        const answer = featureOn(model, detector, name);
        if (answer !== "yes") (answer === "no" ? wrong : open).push({ path: "", actual: answer === "no" ? null : "(not known before deployment)", expected: `DetectorFeature ${name} ENABLED${name === "RUNTIME_MONITORING" ? " with EKS_ADDON_MANAGEMENT" : ""}` });
      }
    }
    for (const type of ["aws:cfg/recorder:Recorder", "aws:securityhub/account:Account"]) if (model.ofType(type).length === 0) wrong.push({ path: "", actual: null, expected: type });
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length === 0) return;
    yield (wrong.length > 0 && core === "yes" ? fail : undetermined)({
      message: `The account of this core ${wrong.length > 0 && core === "yes" ? "lacks" : "may lack"} ${evidence.map((item) => String(item.expected).replace(/^aws:([a-z]+)\/.*/, "aws.$1")).join(", ")}: an escape to a node or a pod that nobody deployed is seen by nobody (Escape to Host).`,
      evidence,
      resource: detector,
    });
  },
  examples: () => ({
    pass: [
      { name: "everything on", resources: [core, detector({}), ...features("ENABLED"), ...rest] },
      { name: "the organisation enables it", resources: [core], settings: { rules: { "LG-05": { options: { organisation: "111122223333" } } } } },
      { name: "no core", resources: [resource(VPC, "web", {})] },
    ],
    fail: [
      { name: "no detector", resources: [core] },
      { name: "a suspended detector", resources: [core, detector({ enable: false }), ...features("ENABLED"), ...rest] },
      { name: "runtime monitoring without its agent", resources: [core, detector({}), ...features("ENABLED").slice(0, 2), feature("RUNTIME_MONITORING", "ENABLED"), ...rest] },
      { name: "a feature that is off", resources: [core, detector({}), ...features("DISABLED"), ...rest] },
      { name: "no AWS Config", resources: [core, detector({}), ...features("ENABLED"), ...rest.slice(1)] },
    ],
    undetermined: [{ name: "a feature's status that the configuration brings", resources: [core, detector({}), ...features(unknownValue()), ...rest] }],
  }),
}); // prettier-ignore

const WANTED = ["EKS_AUDIT_LOGS", "RUNTIME_MONITORING", "S3_DATA_EVENTS"];

/** What somebody has declared and switched off. A feature that nobody declared is for the program to add. */
function* switchedOn({ type, props }: Resource): Generator<Change> {
  const enable = props.get("enable");
  if (type === DETECTOR && !valueOr(enable.boolean(), true)) yield* change(enable, true);
  const status = props.get("status").string();
  const asked = WANTED.includes(valueOr(props.get("name").string(), ""));
  if (type === FEATURE && asked && status.state === "known" && status.value !== "ENABLED") yield* change(props.get("status"), "ENABLED");
}

function featureOn(model: CoreModel, detector: Resource, name: string): "yes" | "maybe" | "no" {
  const own = model
    .ofType(FEATURE)
    .filter(
      (item) =>
        refersTo(resolve(model, item, item.props.get("detectorId"), [DETECTOR]), detector) !== "no" || model.ofType(DETECTOR).length === 1,
    );
  const names = name === "RUNTIME_MONITORING" ? [name, "EKS_RUNTIME_MONITORING"] : [name];
  const features = own.filter((item) => names.includes(valueOr(item.props.get("name").string(), "")));
  const answers = features.map((item): "yes" | "maybe" | "no" => {
    const status = item.props.get("status").string();
    if (status.state === "unknown") return "maybe";
    if (valueOr(status, "") !== "ENABLED") return "no";
    if (name !== "RUNTIME_MONITORING") return "yes";
    const more = item.props.get("additionalConfigurations");
    if (more.isUnknown) return "maybe";
    return more
      .items()
      .some(
        (part) =>
          valueOr(part.get("name").string(), "") === "EKS_ADDON_MANAGEMENT" && valueOr(part.get("status").string(), "") === "ENABLED",
      )
      ? "yes"
      : "no";
  });
  // The detector's older settings of the same sources.
  const sources = detector.props.get("datasources");
  if (name === "EKS_AUDIT_LOGS" && valueOr(sources.get("kubernetes", "auditLogs", "enable").boolean(), false)) answers.push("yes");
  if (name === "S3_DATA_EVENTS" && valueOr(sources.get("s3Logs", "enable").boolean(), false)) answers.push("yes");
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

const core = resource(VPC, "core", { tags: { "carrierguard.dev/zone": "control" } });
const rest = [resource("aws:cfg/recorder:Recorder", "config", { roleArn: "arn" }), resource("aws:securityhub/account:Account", "hub", {})];
function detector(properties: Properties) {
  return resource(DETECTOR, "core", { id: "d-1", ...properties });
}
function feature(name: string, status: Properties[string], additionalConfigurations: readonly Properties[] = []) {
  return resource(FEATURE, name, { detectorId: "d-1", name, status, additionalConfigurations });
}
function features(status: Properties[string]) {
  return [
    feature("EKS_AUDIT_LOGS", status),
    feature("S3_DATA_EVENTS", status),
    feature("RUNTIME_MONITORING", status, [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }]),
  ];
}
