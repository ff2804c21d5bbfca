/**
 * No resource references an active threat indicator.
 *
 * Every address, block, domain, URL, digest and autonomous system that a resource names is looked up among the indicators that are valid at
 * the time of judgement and trusted enough (STIX 2.1 §4.7). A block that has an indicator inside refuses up to a /16 (IPv6: a /48, as much of a
 * site as a /16 of IPv4); larger ones, "the internet" among them, only warn. Block lists are made of indicators: rules that deny are passed
 * over, and a list alone does not tell what it is for. Indicators marked TLP:AMBER or stricter are named by their id only.
 */

import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { IndicatorIndex, type Match } from "../../analysis/threat-intel/indicator-index";
import { markedOf } from "../../analysis/threat-intel/markings";
import { mentions } from "../../analysis/threat-intel/mentions";
import type { Observable } from "../../analysis/threat-intel/observables";
import { defineRule, type Evidence, fail, type RuleContext, type Target, undetermined } from "../../engine/rule";
import type { Knowledge } from "../../engine/settings";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Indicator } from "../../model/indicator";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { networkFunction, object, resource } from "../../testing/build";

/** Every resource: indicators hide in any property. */
const everything: Target<Resource> = {
  description: "every resource",
  types: undefined,
  subjects: (model) => model.resources.filter((item) => !item.type.startsWith("pulumi:")),
  resource: (subject) => subject,
};

export default defineRule({
  id: "TI-01",
  name: "ti-01-no-threat-indicators",
  title: "No resource references an active threat indicator",
  family: "threat-intel",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: everything,
  rationale:
    "An address or name from current threat reports in a core's configuration is either the intruder's own way out, put there by whoever holds the pipeline, or a peer that has been taken over: both end in subscriber data leaving.",
  remediation:
    "Take the address, name or image out and find out who put it there (version control, pipeline logs) before anything else is deployed; treat what ran with it as compromised. If the report is wrong, revoke the indicator in your feed.",
  standards: [
    { framework: "OASIS STIX 2.1", ref: "indicator" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(24)", title: "System Monitoring | Indicators of Compromise" },
    { framework: "NIST SP 800-53r5", ref: "PM-16", title: "Threat Awareness Program" },
    { framework: "NIST SP 800-53r5", ref: "SI-5", title: "Security Alerts, Advisories, and Directives" },
    { framework: "NIST SP 800-207", ref: "tenet 7", title: "Collect information on assets, infrastructure and traffic" },
  ],
  breaks: [
    { id: "FGT1041", name: "Exfiltration Over C2 Channel" },
    { id: "FGT1572", name: "Protocol Tunneling" },
    { id: "T1071", name: "Application Layer Protocol" },
  ],
  options: {
    minimumConfidence: {
      type: "integer",
      description: "Indicators that state a lower confidence (0-100) are passed over; those that state none count.",
      default: 50,
      minimum: 0,
    },
  },
  *check(subject, context) {
    const index = indexOf(context);
    if (index.isEmpty) return;
    const found = foundIn(subject, index);
    if (found.length === 0) return;
    const purpose = purposeOf(subject, context);
    if (purpose === "kept away") return;
    const refused = found.filter((item) => item.weight === "refuse");
    const doubtful = found.filter((item) => item.weight === "doubt");
    const wide = found.filter((item) => item.weight === "warn");
    if (refused.length > 0) {
      const verdict = purpose === "unknown" ? undetermined : fail;
      yield verdict({
        message: `${subject.name} ${purpose === "unknown" ? "lists" : "refers to"} ${told(refused)}${purpose === "unknown" ? "; whether to block or to allow is not in sight" : ""}: a way for stolen data or commands to travel (Exfiltration Over C2 Channel).`,
        evidence: refused.map(({ evidence }) => evidence),
      });
      return;
    }
    if (purpose === "unknown") return;
    if (doubtful.length > 0) {
      yield undetermined({
        message: `${subject.name} refers to a name below the domain of ${told(doubtful)}, which may be as hostile (Application Layer Protocol).`,
        evidence: doubtful.map(({ evidence }) => evidence),
        cause: "below",
      });
    }
    // A default route is no permission: what may use it is for security groups and policies to say.
    if (wide.length > 0 && !/^aws:ec2\/(route|routeTable|defaultRouteTable):/.test(subject.type)) {
      yield fail({
        message: `${subject.name} admits ranges so wide that they hold ${told(wide)}: traffic with them (Protocol Tunneling) would pass unnoticed.`,
        remediation: "Name the peers in place of the wide range; where it has to stay, deny the reported addresses before it (network ACL, Network Firewall, DNS firewall, or `except` of an ipBlock).",
        evidence: wide.map(({ evidence }) => evidence),
        cause: "wide",
        advisory: true,
      });
    }
  },
  examples: () => ({
    pass: [
      { name: "an address that nobody reported", resources: [egress("198.51.100.9/32")], knowledge },
      { name: "an indicator that has expired", resources: [egress("203.0.113.99/32")], knowledge },
      { name: "an indicator of little confidence", resources: [egress("203.0.113.98/32")], knowledge },
      { name: "a network ACL entry that denies it", resources: [resource("aws:ec2/networkAclRule:NetworkAclRule", "deny", { ruleAction: "deny", cidrBlock: "203.0.113.7/32" })], knowledge },
      { name: "the except of an ipBlock", resources: [policy({ cidr: "203.0.113.0/24", except: ["203.0.113.7/32", "203.0.113.64/26"] })], knowledge: { at: AT, indicators: [indicator("ip", "203.0.113.7"), indicator("ip", "203.0.113.66")] } },
      { name: "a DNS firewall list that a rule blocks", resources: [domainList, resource(FIREWALL_RULE, "block", { firewallDomainListId: "rslvr-fdl-1", action: "BLOCK" })], knowledge },
      { name: "a domain that only ends like one", resources: [configuration("host: notc2.example.com.evil-not.example")], knowledge },
      { name: "no indicators at all", resources: [egress("203.0.113.7/32")] },
    ],
    fail: [
      { name: "an egress rule to a reported address", resources: [egress("203.0.113.7/32")], knowledge },
      { name: "a block of up to a /16 around it", resources: [egress("203.0.0.0/16")], knowledge },
      { name: "a larger block only warns", resources: [egress("0.0.0.0/0")], knowledge },
      { name: "an address inside a reported block", resources: [egress("2001:db8:bad::1/128")], knowledge },
      { name: "the address as mapped IPv6", resources: [egress("::ffff:203.0.113.7/128")], knowledge },
      { name: "a domain in a ConfigMap's text, in other letters", resources: [configuration("upstream:\n  host: C2.Evil.Example.\n")], knowledge },
      { name: "a URL in an environment variable", resources: [networkFunction("nef", { container: { env: [{ name: "HOOK", value: "https://drop.example:443/gate/" }] } })], knowledge },
      { name: "an image by its digest", resources: [networkFunction("upf", { container: { image: `registry.example/upf@sha256:${DIGEST}` } })], knowledge },
      { name: "an address in base64 user data", resources: [resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { userData: encoded("curl 203.0.113.7") })], knowledge },
      { name: "a reported autonomous system as BGP peer", resources: [resource("aws:ec2/customerGateway:CustomerGateway", "peer", { bgpAsn: "64511" })], knowledge },
      { name: "a DNS firewall list that a rule allows", resources: [domainList, resource(FIREWALL_RULE, "allow", { firewallDomainListId: "rslvr-fdl-1", action: "ALLOW" })], knowledge },
    ],
    undetermined: [
      { name: "a DNS firewall list whose rule is out of sight", resources: [domainList], knowledge },
      { name: "a name below a reported domain", resources: [configuration("host: cdn.c2.evil.example")], knowledge },
    ],
  }),
}); // prettier-ignore

const indexes = new WeakMap<Knowledge, Map<number, IndicatorIndex>>();

/** The index of this knowledge, built once for all resources. */
function indexOf({ knowledge, options }: RuleContext): IndicatorIndex {
  const confidence = Number(options["minimumConfidence"]);
  const built = indexes.get(knowledge) ?? new Map<number, IndicatorIndex>();
  indexes.set(knowledge, built);
  const index = built.get(confidence) ?? IndicatorIndex.active(knowledge.indicators, knowledge.at, confidence);
  built.set(confidence, index);
  return index;
}

interface Found {
  readonly indicators: readonly Indicator[];
  readonly weight: "refuse" | "doubt" | "warn";
  readonly evidence: Evidence;
}

function foundIn(subject: Resource, index: IndicatorIndex): readonly Found[] {
  const found: Found[] = [];
  for (const { node, holder, observables, autonomousSystem } of mentions(subject)) {
    const systems = autonomousSystem === undefined ? [] : index.autonomousSystem(autonomousSystem);
    if (systems.length > 0)
      found.push({ indicators: systems, weight: "refuse", evidence: evidenceOf(node, String(autonomousSystem), systems) });
    for (const observable of observables) {
      const matches = index.matches(observable).filter(({ indicator }) => !excepted(holder, indicator));
      if (matches.length === 0) continue;
      const indicators = matches.map(({ indicator }) => indicator);
      found.push({ indicators, weight: weightOf(observable, matches), evidence: evidenceOf(node, observable.text, indicators) });
    }
  }
  return found;
}

/** Largest blocks that refuse. */
const LARGEST = { 4: 16, 6: 48 } as const;

function weightOf(observable: Observable, matches: readonly Match[]): Found["weight"] {
  if (matches.some(({ how }) => how === "names")) return "refuse";
  if (observable.kind === "ip") return observable.block.prefix >= LARGEST[observable.block.family] ? "refuse" : "warn";
  // A wildcard has two labels behind it, or it is none that is looked for.
  return matches.some(({ how }) => how === "holds") ? "refuse" : "doubt";
}

/** Whether the `except` beside a CIDR (Kubernetes API, IPBlock) takes the indicator out. */
function excepted(holder: Node, indicator: Indicator): boolean {
  if (indicator.kind !== "ip") return false;
  const except = holder
    .get("except")
    .items()
    .flatMap((item) => {
      const text = item.string();
      return (text.state === "known" ? parseBlock(text.value) : undefined) ?? [];
    });
  const block = parseBlock(indicator.value);
  return block !== undefined && except.length > 0 && IpSet.fromBlocks(except).contains(IpSet.fromBlocks([block]));
}

/** What may be told of an indicator: nothing but its id from TLP:AMBER on. */
function evidenceOf(node: Node, text: string, indicators: readonly Indicator[]): Evidence {
  const quiet = node.secret || indicators.some(({ tlp }) => tlp !== undefined && tlp !== "clear" && tlp !== "green");
  return { path: node.path, actual: quiet ? `(matches ${told([{ indicators }])})` : text, expected: "nothing that threat reports name" };
}

/** How many indicators a message names. */
const NAMED = 3;

function told(found: readonly { readonly indicators: readonly Indicator[] }[]): string {
  const ids = [...new Set(found.flatMap(({ indicators }) => indicators.map(markedOf)))];
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  return `${ids.length === 1 ? "the active threat indicator" : "active threat indicators"} ${ids.slice(0, NAMED).join(", ")}${more}`;
}

const DOMAIN_LIST = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
const FIREWALL_RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule";
/** Lists that say what is in them, not what for. */
const BARE_LISTS = new Set([
  DOMAIN_LIST,
  "aws:wafv2/ipSet:IpSet",
  "aws:waf/ipSet:IpSet",
  "aws:wafregional/ipSet:IpSet",
  "aws:guardduty/threatIntelSet:ThreatIntelSet",
]);

function purposeOf(subject: Resource, { model, view }: RuleContext): "used" | "kept away" | "unknown" {
  if (!BARE_LISTS.has(subject.type)) return "used";
  if (subject.type === "aws:guardduty/threatIntelSet:ThreatIntelSet") return "kept away";
  // Before the stack is in sight, nothing certain can be said of a list.
  if (view === "resource") return "kept away";
  const actions = actionsOn(model, subject);
  if (actions.includes("ALLOW")) return "used";
  return actions.length > 0 && actions.every((action) => action === "BLOCK" || action === "ALERT") ? "kept away" : "unknown";
}

function actionsOn(model: CoreModel, list: Resource): readonly string[] {
  return model.ofType(FIREWALL_RULE).flatMap((rule) => {
    if (refersTo(resolve(model, rule, rule.props.get("firewallDomainListId"), [list.type]), list) === "no") return [];
    const action = rule.props.get("action").string();
    return [action.state === "known" ? action.value.toUpperCase() : "?"];
  });
}

const AT = Date.UTC(2026, 0, 15);
const DIGEST = "ab".repeat(32);

function indicator(kind: Indicator["kind"], value: string, over: Partial<Indicator> = {}): Indicator {
  return {
    id: `indicator--${kind}-${value}`,
    name: value,
    kind,
    value,
    validFrom: AT - 1000,
    validUntil: undefined,
    confidence: 80,
    tlp: "clear",
    ...over,
  };
}

const knowledge: Partial<Knowledge> = {
  at: AT,
  indicators: [
    indicator("ip", "203.0.113.7"),
    indicator("ip", "2001:db8:bad::/48"),
    indicator("ip", "203.0.113.99", { validUntil: AT }),
    indicator("ip", "203.0.113.98", { confidence: 10 }),
    indicator("domain", "c2.evil.example", { id: "indicator--amber", tlp: "amber" }),
    indicator("url", "https://drop.example/gate"),
    indicator("digest", DIGEST),
    indicator("asn", "64511"),
  ],
};

function egress(cidr: string) {
  const property = cidr.includes(":") ? "cidrIpv6" : "cidrIpv4";
  return resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", {
    securityGroupId: "sg-1",
    ipProtocol: "-1",
    [property]: cidr,
  });
}

function configuration(text: string) {
  return object("v1", "ConfigMap", "nef", { data: { "nef.yaml": text } });
}

function policy(ipBlock: { readonly cidr: string; readonly except: readonly string[] }) {
  return object("networking.k8s.io/v1", "NetworkPolicy", "out", {
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock }] }] },
  });
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}

const domainList = resource(DOMAIN_LIST, "reported", { id: "rslvr-fdl-1", domains: ["c2.evil.example"] });
