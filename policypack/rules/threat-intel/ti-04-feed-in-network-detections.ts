/**
 * The threat intelligence that deployments are judged by is given to what watches the network as well: a list of GuardDuty, a DNS firewall
 * list that a rule blocks or tells of, and, where traffic leaves, a rule group of the Network Firewall, which logs alerts.
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { IndicatorIndex } from "../../analysis/threat-intel/indicator-index";
import { activeIndicators } from "../../analysis/threat-intel/markings";
import { observablesIn } from "../../analysis/threat-intel/observables";
import { defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import type { Indicator, Knowledge } from "../../engine/settings";
import { wholeStack } from "../../engine/targets";
import { refersTo, resolve } from "../../model/aws/references";
import { FIREWALL, FIREWALL_LOGGING, INTERNET_GATEWAY, NAT_GATEWAY, VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

const THREAT_SET = "aws:guardduty/threatIntelSet:ThreatIntelSet";
const DOMAIN_LIST = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
const DOMAIN_RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule";
const RULE_GROUP = "aws:networkfirewall/ruleGroup:RuleGroup";

export default defineRule({
  id: "TI-04",
  name: "ti-04-feed-in-network-detections",
  title: "The same ISAC feed is deployed into the network detections",
  family: "threat-intel",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(),
  rationale:
    "A check at deploy time knows what the configuration names; malware names its servers at run time. Only what sees names and packets pass can tell of them, and only if it knows the same list.",
  remediation:
    "Deploy the feed with the component ThreatIntelGuard, or by hand: an active aws.guardduty.ThreatIntelSet, an aws.route53.ResolverFirewallDomainList that a rule BLOCKs, and an aws.networkfirewall.RuleGroup of its addresses with a LoggingConfiguration of type ALERT.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "SI-4(24)", title: "System Monitoring | Indicators of Compromise" },
    { framework: "NIST SP 800-53r5", ref: "SI-5", title: "Security Alerts, Advisories, and Directives" },
    { framework: "NIST SP 800-53r5", ref: "IR-4", title: "Incident Handling" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-LOG", title: "Monitoring: secure centralised logging, encrypted, off-site copies, SIEM, baseline" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-6", title: "Part I: analytics for sophisticated presence" },
  ],
  breaks: [
    { id: "FGT1041", name: "Exfiltration Over C2 Channel" },
    { id: "FGT1048.501", name: "Covert Exfiltration Of Data Via DNS Request" },
  ],
  *check(model, { knowledge }) {
    const core = model.ask(coreInCloud);
    const indicators = activeIndicators(knowledge.indicators, knowledge.at);
    if (core === "no" || indicators.length === 0) return;
    const found = [...threatSet(model, indicators), ...names(model, indicators, knowledge), ...packets(model, indicators, knowledge)];
    const missing = found.filter(({ answer }) => answer === "no");
    const told = missing.length > 0 ? missing : found.filter(({ answer }) => answer === "maybe");
    if (told.length === 0) return;
    const certain = missing.length > 0 && core === "yes";
    yield (certain ? fail : undetermined)({
      message: `What watches this core's network ${certain ? "does not know" : "may not know"} the threat intelligence that it is judged by (${told.map(({ what }) => what).join(", ")}): a function that is taken over calls its command server, and nobody is told (Exfiltration Over C2 Channel).`,
      evidence: told.map(({ evidence }) => evidence),
    });
  },
  examples: () => {
    const AT = Date.UTC(2026, 0, 15);
    const indicator = (kind: Indicator["kind"], value: string): Indicator => ({ id: `indicator--${value}`, name: value, kind, value, validFrom: AT - 1000, validUntil: undefined, confidence: 80, tlp: "green" });
    const knowledge: Partial<Knowledge> = { at: AT, indicators: [indicator("ip", "203.0.113.7"), indicator("domain", "c2.evil.example")] };
    const core = resource(VPC, "core", { tags: { "carrierguard.dev/zone": "control" } });
    const set = (activate: unknown = true) => resource(THREAT_SET, "feed", { activate: activate as boolean, format: "TXT", location: "s3://feed/list.txt", detectorId: "d" });
    const list = (domains: unknown = ["c2.evil.example", "other.example"]) => resource(DOMAIN_LIST, "feed", { id: "fdl-1", domains: domains as string[] });
    const rule = (action = "BLOCK") => resource(DOMAIN_RULE, "feed", { action, firewallDomainListId: "fdl-1", firewallRuleGroupId: "rg" });
    const nat = resource(NAT_GATEWAY, "out", { subnetId: "subnet-1" });
    const group = (rulesString: string) => resource(RULE_GROUP, "feed", { type: "STATEFUL", ruleGroup: { rulesSource: { rulesString } } });
    const drop = group("drop ip $HOME_NET any -> 203.0.113.7 any (sid:1;)");
    const firewall = resource(FIREWALL, "out", { name: "out" });
    const logging = (logType: string) => resource(FIREWALL_LOGGING, "out", { loggingConfiguration: { logDestinationConfigs: [{ logType, logDestinationType: "S3" }] } });
    const good = [core, set(), list(), rule()];
    return {
      pass: [
        { name: "names refused, addresses told of, and no way out", resources: good, knowledge },
        { name: "a firewall that drops and logs", resources: [...good, nat, firewall, drop, logging("ALERT")], knowledge },
        { name: "the parent of the domain on the list", resources: [core, set(), list(["*.evil.example"]), rule("ALERT")], knowledge },
        { name: "no feed", resources: [core] },
        { name: "no core", resources: [resource(VPC, "web", {})], knowledge },
      ],
      fail: [
        { name: "nothing", resources: [core], knowledge },
        { name: "a list that is switched off", resources: [core, set(false), list(), rule()], knowledge },
        { name: "a DNS list that no rule uses", resources: [core, set(), list()], knowledge },
        { name: "a DNS list that a rule allows", resources: [core, set(), list(), rule("ALLOW")], knowledge },
        { name: "a DNS list of something else", resources: [core, set(), list(["invalid."]), rule()], knowledge },
        { name: "a way out without a rule group", resources: [...good, nat], knowledge },
        { name: "a rule group with another list", resources: [...good, nat, group("drop ip any any -> 198.51.100.1 any (sid:1;)")], knowledge },
        { name: "a firewall that logs flows only", resources: [...good, nat, firewall, drop, logging("FLOW")], knowledge },
      ],
      undetermined: [
        { name: "a list that the deployment switches on", resources: [core, set(unknownValue()), list(), rule()], knowledge },
        { name: "domains that the deployment brings", resources: [core, set(), list(unknownValue()), rule()], knowledge },
      ],
    };
  },
}); // prettier-ignore

interface Found {
  readonly answer: "yes" | "maybe" | "no";
  readonly what: string;
  readonly evidence: Evidence;
}

const missing = (type: string, expected: string): Evidence => ({ path: type, actual: null, expected });

function best(answers: readonly Found["answer"][]): Found["answer"] {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** What GuardDuty's list holds is in a bucket; whether it is on is here. */
function threatSet(model: CoreModel, indicators: readonly Indicator[]): Found[] {
  if (!indicators.some(({ kind }) => kind === "ip")) return [];
  const sets = model.ofType(THREAT_SET);
  const answers = sets.map(({ props }): Found["answer"] => {
    const read = props.get("activate").boolean();
    return read.state === "unknown" ? "maybe" : read.state === "known" && read.value ? "yes" : "no";
  });
  const [first] = sets;
  return [{ answer: best(answers), what: "no active list in GuardDuty", evidence: first === undefined ? missing(THREAT_SET, "an active list of the feed's addresses") : seen(first.props.get("activate"), true) }];
} // prettier-ignore

function names(model: CoreModel, indicators: readonly Indicator[], knowledge: Knowledge): Found[] {
  if (!indicators.some(({ kind }) => kind === "domain")) return [];
  const answers = model.ofType(DOMAIN_LIST).map((list): Found["answer"] => {
    const held = holds(list.props.get("domains"), knowledge, indicators);
    const used = usedBy(model, list);
    return held === "no" || used === "no" ? "no" : held === "maybe" || used === "maybe" ? "maybe" : "yes";
  });
  return [{ answer: best(answers), what: "no DNS firewall list with its domains that a rule blocks", evidence: missing(DOMAIN_LIST, "the feed's domains, in a rule that blocks or alerts") }];
} // prettier-ignore

function usedBy(model: CoreModel, list: Resource): Found["answer"] {
  return best(
    model.ofType(DOMAIN_RULE).map((rule) => {
      const refers = refersTo(resolve(model, rule, rule.props.get("firewallDomainListId"), [DOMAIN_LIST]), list);
      const action = rule.props.get("action").string();
      if (action.state === "unknown") return refers === "no" ? "no" : "maybe";
      return ["BLOCK", "ALERT"].includes(valueOr(action, "").toUpperCase()) ? refers : "no";
    }),
  );
}

/** Only where traffic leaves by a gateway is there something for a firewall to see. */
function packets(model: CoreModel, indicators: readonly Indicator[], knowledge: Knowledge): Found[] {
  const firewalls = model.ofType(FIREWALL);
  if (firewalls.length === 0 && [NAT_GATEWAY, INTERNET_GATEWAY].every((type) => model.ofType(type).length === 0)) return [];
  const groups = model.ofType(RULE_GROUP).map(({ props }) => best([holds(props.get("ruleGroup"), knowledge, indicators), holds(props.get("rules"), knowledge, indicators)]));
  const found: Found[] = [{ answer: best(groups), what: "no rule group of the Network Firewall with its addresses", evidence: missing(RULE_GROUP, "the feed's addresses or domains") }];
  if (firewalls.length === 0) return found;
  const logs = model.ofType(FIREWALL_LOGGING).map(({ props }): Found["answer"] => {
    const configurations = props.get("loggingConfiguration", "logDestinationConfigs");
    if (configurations.isUnknown) return "maybe";
    return configurations.items().some((item) => valueOr(item.get("logType").string(), "") === "ALERT") ? "yes" : "no";
  });
  return [...found, { answer: best(logs), what: "no log of the firewall's alerts", evidence: missing(FIREWALL_LOGGING, "logType ALERT") }];
} // prettier-ignore

const indexes = new WeakMap<Knowledge, IndicatorIndex>();

/** Whether a list has anything of the feed in it: then it comes from there, however old. */
function holds(node: Node, knowledge: Knowledge, indicators: readonly Indicator[]): Found["answer"] {
  let index = indexes.get(knowledge);
  if (index === undefined) indexes.set(knowledge, (index = new IndicatorIndex(indicators)));
  for (const observable of observablesIn(textBelow(node))) if (index.matches(observable).length > 0) return "yes";
  return node.holdsUnknown() ? "maybe" : "no";
}
