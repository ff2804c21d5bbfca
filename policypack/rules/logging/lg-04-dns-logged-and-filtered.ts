/**
 * Every core VPC logs its DNS queries and resolves through a DNS firewall that blocks; where subscriber data or interception lives, everything is
 * blocked but an allow-list. Core VPCs are told by `analysis/aws-network/core-vpcs`.
 */

import { coreVpcs } from "../../analysis/aws-network/core-vpcs";
import { defineRule, type Evidence, fail, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { VPC_TYPES } from "../../model/aws/networks";
import { refersTo, resolve, tag } from "../../model/aws/references";
import { VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

const LOG = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation";
const GROUP = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup";
const FIREWALL = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation";
const RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule";
const LIST = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";

export default defineRule({
  id: "LG-04",
  name: "lg-04-dns-logged-and-filtered",
  title: "DNS query logging and DNS firewall on every core VPC",
  family: "logging",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: resources(...VPC_TYPES),
  rationale: "DNS is the way out that is always open: without a log and a firewall for it, subscriber data leaves in names that nobody reads, and malware finds its server by the operator's own resolver.",
  remediation: "Associate the VPC with a ResolverQueryLogConfig and with a ResolverFirewallRuleGroup whose rules BLOCK the managed threat lists and the ISAC's list; for auth, data and li end it with a rule that blocks *.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "SI-4(4)", title: "System Monitoring | Inbound and Outbound Communications Traffic" },
    { framework: "NIST SP 800-53r5", ref: "SC-21", title: "Secure Name/address Resolution Service (recursive or Caching Resolver)" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-LOG", title: "Monitoring: secure centralised logging, encrypted, off-site copies, SIEM, baseline" },
  ],
  breaks: [
    { id: "FGT1048.501", name: "Covert Exfiltration Of Data Via DNS Request" },
    { id: "T1071.004", name: "DNS" },
  ],
  *check(vpc, { model }) {
    const core = model.ask(coreVpcs).get(vpc);
    if (core === undefined || core.core === "no") return;
    const logged = strongest(model.ofType(LOG).map((item) => refersTo(resolve(model, item, item.props.get("resourceId"), VPC_TYPES), vpc)));
    const { answer: filtered, groups } = firewallOf(model, vpc);
    const closed = CLOSED.has(valueOr(tag(vpc, "carrierguard.dev/zone").string(), "").toLowerCase()) && filtered === "yes" && groups.length > 0 && !groups.some((group) => blocksEverything(model, group));
    const lacks: Evidence[] = [
      ...(logged === "yes" ? [] : [{ path: "", actual: null, expected: "a ResolverQueryLogConfigAssociation" }]),
      ...(filtered === "yes" && !closed ? [] : [{ path: "", actual: null, expected: closed ? "a last rule that blocks every domain (*)" : "a ResolverFirewallRuleGroupAssociation with a rule that blocks" }]),
    ];
    if (lacks.length === 0) return;
    const open = core.core !== "yes" || (logged !== "no" && filtered !== "no" && !closed);
    yield (open ? undetermined : fail)({
      message: `Core VPC ${vpc.name} (${core.because}) ${open ? "may resolve" : "resolves"} names ${[...(logged === "yes" ? [] : ["without a log"]), ...(filtered === "yes" ? (closed ? ["for which only a block list exists"] : []) : ["without a DNS firewall"])].join(" and ")}: data leaves in DNS requests unseen (Covert Exfiltration Of Data Via DNS Request).`,
      evidence: lacks,
    });
  },
  examples: () => ({
    pass: [
      { name: "logged and filtered", resources: [vpc("control"), log, group, association, rule("BLOCK", "list")] },
      { name: "an allow-list for subscriber data", resources: [vpc("data"), log, group, association, resource(LIST, "all", { id: "list", domains: ["*"] }), rule("BLOCK", "list")] },
      { name: "no core", resources: [resource(VPC, "web", {})] },
    ],
    fail: [
      { name: "nothing", resources: [vpc("control")] },
      { name: "a firewall that only alerts", resources: [vpc("control"), log, group, association, rule("ALERT", "list")] },
      { name: "a block list where only an allow-list will do", resources: [vpc("auth"), log, group, association, resource(LIST, "bad", { id: "list", domains: ["evil.example"] }), rule("BLOCK", "list")] },
    ],
    undetermined: [{ name: "associations whose VPC is not known yet", resources: [vpc("control"), resource(LOG, "log", { resourceId: unknownValue() }), group, resource(FIREWALL, "dns", { vpcId: unknownValue(), firewallRuleGroupId: "rg" }), rule("BLOCK", "list")] }],
  }),
}); // prettier-ignore

const CLOSED = new Set(["auth", "data", "li"]);
type Answer = "yes" | "maybe" | "no";

function strongest(answers: readonly Answer[]): Answer {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Whether a DNS firewall that blocks something is associated, and its rule groups in sight; one of another account is taken to block. */
function firewallOf(model: CoreModel, vpc: Resource): { readonly answer: Answer; readonly groups: readonly Resource[] } {
  const own = model
    .ofType(FIREWALL)
    .map((item) => ({ item, answer: refersTo(resolve(model, item, item.props.get("vpcId"), VPC_TYPES), vpc) }))
    .filter(({ answer }) => answer !== "no");
  const groups: Resource[] = [];
  const answers = own.map(({ item, answer }): Answer => {
    const reference = resolve(model, item, item.props.get("firewallRuleGroupId"), [GROUP]);
    if (reference.state !== "resolved") return answer;
    groups.push(reference.resource);
    return rulesOf(model, reference.resource).some((rule) => valueOr(rule.props.get("action").string(), "BLOCK") === "BLOCK")
      ? answer
      : "no";
  });
  return { answer: strongest(answers), groups };
}

function rulesOf(model: CoreModel, group: Resource): readonly Resource[] {
  return model
    .ofType(RULE)
    .filter((item) => refersTo(resolve(model, item, item.props.get("firewallRuleGroupId"), [GROUP]), group) === "yes");
}

function blocksEverything(model: CoreModel, group: Resource): boolean {
  return rulesOf(model, group).some((rule) => {
    if (valueOr(rule.props.get("action").string(), "BLOCK") !== "BLOCK") return false;
    const list = resolve(model, rule, rule.props.get("firewallDomainListId"), [LIST]);
    return (
      list.state !== "resolved" ||
      textBelow(list.resource.props.get("domains"))
        .split("\n")
        .some((domain) => domain === "*" || domain === "*.")
    );
  });
}

function vpc(zone: string) {
  return resource(VPC, "core", { id: "vpc-1", tags: { "carrierguard.dev/zone": zone } });
}
const log = resource(LOG, "log", { resourceId: "vpc-1", resolverQueryLogConfigId: "rqlc-1" });
const group = resource(GROUP, "dns", { id: "rg" });
const association = resource(FIREWALL, "dns", { vpcId: "vpc-1", firewallRuleGroupId: "rg" });
function rule(action: string, firewallDomainListId: string) {
  return resource(RULE, "rule", { action, firewallRuleGroupId: "rg", firewallDomainListId });
}
