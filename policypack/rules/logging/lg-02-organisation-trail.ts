/**
 * Every trail is multi-region, validated, encrypted, on, records reads and writes of management and the data events of the core's stores; an account that
 * holds a core has one, or names the one of the security account (rules.LG-02.trail).
 *
 * KMS and Secrets Manager calls are management events: an exclusion of them is what is judged. isOrganizationTrail is no finding where it is absent.
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, resources, wholeStack } from "../../engine/targets";
import { VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const TRAIL = "aws:cloudtrail/trail:Trail";
const STORE = "aws:cloudtrail/eventDataStore:EventDataStore";

export default defineRule({
  id: "LG-02",
  name: "lg-02-organisation-trail",
  title: "Organisation CloudTrail: multi-region, validated, encrypted, data events on log, secret, key and LI stores",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either<Resource, CoreModel>(resources(TRAIL), wholeStack()),
  rationale:
    "The trail is the only record of what was done with the account's credentials; the first act of whoever takes an account is to stop it, narrow it to one region or leave it unsigned, so that nothing afterwards can be told.",
  remediation:
    "Set isMultiRegionTrail, enableLogFileValidation, enableLogging and kmsKeyId, add data events for the S3 and DynamoDB stores of logs and subscriber data, exclude no management event source; where the security account owns the trail, name it under rules.LG-02.trail.",
  options: { trail: { type: "string", description: "ARN of the organisation's trail in the security account, where this stack has none.", default: "" } },
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "3.1", title: "Ensure CloudTrail is enabled in all regions" },
    { framework: "CIS AWS Foundations 5.0", ref: "3.2", title: "Ensure CloudTrail log file validation is enabled" },
    { framework: "CIS AWS Foundations 5.0", ref: "3.5", title: "Ensure CloudTrail logs are encrypted at rest using KMS CMKs" },
    { framework: "CIS AWS Foundations 5.0", ref: "3.8", title: "Ensure that object-level logging for write events is enabled for S3 buckets" },
    { framework: "CIS AWS Foundations 5.0", ref: "3.9", title: "Ensure that object-level logging for read events is enabled for S3 buckets" },
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "NIST SP 800-53r5", ref: "AU-9(3)", title: "Protection of Audit Information | Cryptographic Protection" },
  ],
  breaks: [
    { id: "T1562.008", name: "Disable or Modify Cloud Logs" },
    { id: "T1562.001", name: "Disable or Modify Tools" },
  ],
  *check(subject, context) {
    if (subject instanceof Resource) yield* judgeTrail(subject);
    else yield* anyTrail(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a trail with everything", resources: [core, trail({})] },
      { name: "a trail of the security account", resources: [core], settings: { rules: { "LG-02": { options: { trail: "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org" } } } } },
      { name: "advanced selectors for management and data", resources: [core, trail({ eventSelectors: null, advancedEventSelectors: [selector("Management"), selector("Data", "AWS::S3::Object")] })] },
      { name: "a stack without a core", resources: [resource(VPC, "web", { cidrBlock: "10.0.0.0/16" })] },
    ],
    fail: [
      { name: "no trail", resources: [core] },
      { name: "one region", resources: [trail({ isMultiRegionTrail: null })] },
      { name: "switched off", resources: [trail({ enableLogging: false })] },
      { name: "without validation and key", resources: [trail({ enableLogFileValidation: false, kmsKeyId: null })] },
      { name: "key calls left out", resources: [trail({ eventSelectors: [{ includeManagementEvents: true, excludeManagementEventSources: ["kms.amazonaws.com"], dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }] }] })] },
      { name: "data events alone", resources: [trail({ eventSelectors: null, advancedEventSelectors: [selector("Data", "AWS::S3::Object")] })] },
      { name: "no data events", resources: [trail({ eventSelectors: null })] },
    ],
    undetermined: [{ name: "a flag that the configuration brings", resources: [trail({ isMultiRegionTrail: unknownValue() })] }],
  }),
}); // prettier-ignore

/** Property, what it must be, and what it is when left out (aws.cloudtrail.Trail). */
const FLAGS: readonly (readonly [key: string, otherwise: boolean])[] = [["isMultiRegionTrail", false], ["enableLogFileValidation", false], ["enableLogging", true]]; // prettier-ignore

function* judgeTrail(trail: Resource): Iterable<Verdict> {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const [key, otherwise] of FLAGS) {
    const node = trail.props.get(key);
    const read = node.boolean();
    if (read.state === "unknown") open.push(seen(node, true));
    else if (!valueOr(read, otherwise)) wrong.push(seen(node, true));
  }
  if (trail.props.get("kmsKeyId").isAbsent) wrong.push(seen(trail.props.get("kmsKeyId"), "a customer-managed key"));
  for (const [node, expected] of selectorFlaws(trail)) (node.isUnknown ? open : wrong).push(seen(node, expected));
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `Trail ${trail.name} ${wrong.length > 0 ? "does not record everything beyond doubt" : "may not record everything"} (${evidence.map((item) => item.path.split(/[.[]/)[0]).join(", ")}): whoever takes the account works where it does not look (Disable or Modify Cloud Logs).`,
    evidence,
  });
}

function selectorFlaws(trail: Resource): readonly (readonly [Node, string])[] {
  const classic = trail.props.get("eventSelectors");
  const advanced = trail.props.get("advancedEventSelectors");
  if (classic.isUnknown || advanced.isUnknown)
    return [[classic.isUnknown ? classic : advanced, "management events, and data events of the stores"]];
  const flaws: (readonly [Node, string])[] = [];
  if (advanced.items().length > 0) {
    const texts = advanced.items().map(textBelow);
    const management = texts.filter((text) => /\bManagement\b/.test(text));
    if (management.length === 0 || management.every((text) => /kms\.amazonaws\.com|rdsdata\.amazonaws\.com/.test(text)))
      flaws.push([advanced, "management events, of every source"]);
    if (!texts.some((text) => /\bData\b/.test(text) && /AWS::(S3::Object|DynamoDB::Table)/.test(text)))
      flaws.push([advanced, "data events of the S3 or DynamoDB stores"]);
    return flaws;
  }
  for (const item of classic.items()) {
    if (item.get("excludeManagementEventSources").items().length > 0)
      flaws.push([item.get("excludeManagementEventSources"), "nothing excluded"]);
    if (!valueOr(item.get("includeManagementEvents").boolean(), true) || valueOr(item.get("readWriteType").string(), "All") === "ReadOnly")
      flaws.push([item, "management events, reads and writes"]);
  }
  if (!classic.items().some((item) => item.get("dataResources").items().length > 0))
    flaws.push([classic, "data events of the S3 or DynamoDB stores"]);
  return flaws;
}

function* anyTrail(model: CoreModel, context: RuleContext): Iterable<Verdict> {
  const core = model.ask(coreInCloud);
  if (core === "no" || model.ofType(TRAIL).length > 0 || model.ofType(STORE).length > 0 || context.options["trail"] !== "") return;
  yield (core === "yes" ? fail : undetermined)({
    message: `This stack ${core === "yes" ? "holds" : "may hold"} a core and neither has a trail nor names the security account's: what is done with its credentials leaves no record (Disable or Modify Cloud Logs).`,
    evidence: [{ path: "", actual: null, expected: "aws.cloudtrail.Trail, or rules.LG-02.trail" }],
    cause: "none",
  });
}

const core = resource(VPC, "core", { cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": "control" } });

function trail(over: Properties) {
  return resource(TRAIL, "org", {
    s3BucketName: "logs",
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
    kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/1",
    eventSelectors: [{ includeManagementEvents: true, dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }] }],
    ...over,
  });
}

function selector(category: string, type?: string): Properties {
  return {
    name: category,
    fieldSelectors: [
      { field: "eventCategory", equals: [category] },
      ...(type === undefined ? [] : [{ field: "resources.type", equals: [type] }]),
    ],
  };
}
