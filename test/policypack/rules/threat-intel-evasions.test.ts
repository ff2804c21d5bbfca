/** Ways to refer to what was reported past the threat-intelligence rules, and references that are none. */

import type { Indicator } from "../../../policypack/engine/settings";
import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, secretValue, unknownValue } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const AT = Date.UTC(2026, 0, 15);
const indicator = (kind: Indicator["kind"], value: string, over: Partial<Indicator> = {}): Indicator => ({ id: `indicator--${kind}-${value}`, name: value, kind, value, validFrom: AT - 1000, validUntil: undefined, confidence: 80, tlp: "green", ...over }); // prettier-ignore
const knowing = (...indicators: readonly Indicator[]) => ({ knowledge: { at: AT, indicators } });

const ADDRESS = indicator("ip", "203.0.113.7");
const DOMAIN = indicator("domain", "c2.evil.example");
const KNOWN = knowing(ADDRESS, DOMAIN);

const policy = (ipBlock: Properties) => object("networking.k8s.io/v1", "NetworkPolicy", "out", { spec: { podSelector: {}, egress: [{ to: [{ ipBlock }] }] } }); // prettier-ignore
const config = (text: Properties[string]) => object("v1", "ConfigMap", "nef", { data: { "nef.yaml": text } });
const list = (type: string, over: Properties = {}) => resource(type, "list", { id: "list-1", addresses: ["203.0.113.7/32"], domains: ["c2.evil.example"], ...over }); // prettier-ignore
const DNS_LIST = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
const dnsRule = (action: Properties[string], of: Properties[string] = "list-1", name = "r") => resource("aws:route53/resolverFirewallRule:ResolverFirewallRule", name, { firewallDomainListId: of, action }); // prettier-ignore
const names = (domain: string) => list(DNS_LIST, { addresses: [], domains: [domain] });

// prettier-ignore
answers("TI-01", [
  ["the except beside another address", [policy({ cidr: "203.0.113.0/24", except: ["203.0.113.9/32"] })], "fail", KNOWN],
  ["an except that is not known yet", [policy({ cidr: "203.0.113.0/24", except: [unknownValue()] })], "fail", KNOWN],
  ["an empty except", [policy({ cidr: "203.0.113.0/24", except: [] })], "fail", KNOWN],
  ["the except covers one of two", [policy({ cidr: "203.0.113.0/24", except: ["203.0.113.7/32"] })], "fail", knowing(ADDRESS, indicator("ip", "203.0.113.66"))],
  ["a route to everywhere is no permission", [resource("aws:ec2/route:Route", "out", { destinationCidrBlock: "0.0.0.0/0" })], "pass", KNOWN],
  ["a route to the very address", [resource("aws:ec2/route:Route", "out", { destinationCidrBlock: "203.0.113.7/32" })], "fail", KNOWN],
  ["a block one bit too large only warns", [resource("aws:ec2/networkAclRule:NetworkAclRule", "in", { ruleAction: "allow", cidrBlock: "203.0.0.0/15" })], "advice", KNOWN],
  ["a set of addresses of the firewall for the web, whose use is not in sight", [list("aws:wafv2/ipSet:IpSet")], "undetermined", KNOWN],
  ["such a set in its older form", [list("aws:waf/ipSet:IpSet")], "undetermined", KNOWN],
  ["such a set of a region", [list("aws:wafregional/ipSet:IpSet")], "undetermined", KNOWN],
  ["a list that GuardDuty looks for", [list("aws:guardduty/threatIntelSet:ThreatIntelSet")], "pass", KNOWN],
  ["a list of names that a rule only tells of", [names("c2.evil.example"), dnsRule("ALERT")], "pass", KNOWN],
  ["one rule of two allows the list", [names("c2.evil.example"), dnsRule("BLOCK"), dnsRule("allow", "list-1", "s")], "fail", KNOWN],
  ["a rule that blocks another list", [names("c2.evil.example"), dnsRule("BLOCK", "list-2")], "undetermined", KNOWN],
  ["one rule blocks, and what the other does is not known yet", [names("c2.evil.example"), dnsRule("BLOCK"), dnsRule(unknownValue(), "list-1", "s")], "undetermined", KNOWN],
  ["a rule that allows another list", [names("c2.evil.example"), dnsRule("BLOCK"), dnsRule("ALLOW", "list-2", "s")], "pass", KNOWN],
  ["a name below a reported domain in a list whose use is not in sight", [names("cdn.c2.evil.example")], "pass", KNOWN],
  ["all names below the reported one's parent", [names("*.evil.example"), dnsRule("ALLOW")], "fail", KNOWN],
  ["a customer's gateway of another system", [resource("aws:ec2/customerGateway:CustomerGateway", "peer", { bgpAsn: "64512" })], "pass", knowing(indicator("asn", "64511"))],
  ["a component of the program that only groups", [resource("pulumi:providers:aws", "default", { endpoint: "203.0.113.7" })], "pass", KNOWN],
]);

const RED = knowing(indicator("domain", "c2.evil.example", { tlp: "red" }));
const nested = (depth: number): Properties => (depth === 0 ? { tags: { seen: "c2.evil.example" } } : { below: nested(depth - 1) });
const bucket = (over: Properties): ResourceInit => resource("aws:s3/bucket:Bucket", "b", over);

// prettier-ignore
answers("TI-03", [
  ["in a description", [bucket({ description: "blocks c2.evil.example" })], "fail", RED],
  ["in a description of a rule in a list", [bucket({ rules: [{ description: "blocks c2.evil.example" }] })], "fail", RED],
  ["in an annotation", [object("v1", "Service", "nef", { metadata: { annotations: { note: "see c2.evil.example" } }, spec: {} })], "fail", RED],
  ["in a property that only begins like a description", [bucket({ descriptionId: "c2.evil.example" })], "pass", RED],
  ["in a property that only ends like tags", [bucket({ noTags: { x: "c2.evil.example" } })], "pass", RED],
  ["where it is used, and not told", [bucket({ domain: "c2.evil.example" })], "pass", RED],
  ["a little deeper", [bucket(nested(7))], "fail", RED],
  ["anywhere in a ConfigMap", [config("block: c2.evil.example")], "fail", RED],
  ["in a patch of a ConfigMap", [resource("kubernetes:core/v1:ConfigMapPatch", "p", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "p", namespace: "core" }, data: { x: "c2.evil.example" } })], "fail", RED],
  ["in a parameter that many read", [resource("aws:ssm/parameter:Parameter", "p", { type: "String", value: "c2.evil.example" })], "fail", RED],
  ["in a parameter that is encrypted", [resource("aws:ssm/parameter:Parameter", "p", { type: "SecureString", value: "c2.evil.example" })], "pass", RED],
  ["in the outputs of the stack", [resource("pulumi:pulumi:Stack", "core-dev", { feed: "c2.evil.example" })], "fail", RED],
  ["in something that is only called like a stack", [resource("x:pulumi:pulumi:Stack", "core-dev", { feed: "c2.evil.example" })], "pass", RED],
  ["kept secret by the program, and open to every pod", [config(secretValue("block: c2.evil.example"))], "fail", RED],
  ["a description that is kept secret", [bucket({ description: secretValue("c2.evil.example") })], "pass", RED],
  ["a name below it, which nobody reported", [config("host: cdn.c2.evil.example")], "pass", RED],
  ["what may be passed on in the community", [config("block: c2.evil.example")], "pass", KNOWN],
  ["what nobody has marked", [config("block: c2.evil.example")], "undetermined", knowing(indicator("domain", "c2.evil.example", { tlp: undefined }))],
  ["no indicator", [config("block: c2.evil.example")], "pass"],
]);

const VPC = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });
const perhaps = [resource("aws:ec2/vpc:Vpc", "network", { id: "vpc-network" }), resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-network", subnetIds: [] } })]; // prettier-ignore
const set = (activate: Properties[string] = true) => resource("aws:guardduty/threatIntelSet:ThreatIntelSet", "feed", { activate, format: "TXT", location: "s3://feed/list.txt", detectorId: "d" }); // prettier-ignore
const blocked = [names("c2.evil.example"), dnsRule("BLOCK")];
const nat = resource("aws:ec2/natGateway:NatGateway", "out", { subnetId: "subnet-1" });
const ruleGroup = (over: Properties) => resource("aws:networkfirewall/ruleGroup:RuleGroup", "feed", { type: "STATEFUL", ...over });
const firewall = resource("aws:networkfirewall/firewall:Firewall", "out", { name: "out" });
const logging = (logDestinationConfigs: Properties[string]) => resource("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "out", { loggingConfiguration: { logDestinationConfigs } }); // prettier-ignore
const DROP = ruleGroup({ ruleGroup: { rulesSource: { rulesString: "drop ip $HOME_NET any -> 203.0.113.7 any (sid:1;)" } } });

// prettier-ignore
answers("TI-04", [
  ["addresses alone ask for no list of names", [VPC, set()], "pass", knowing(ADDRESS)],
  ["names alone ask for no list of addresses", [VPC, ...blocked], "pass", knowing(DOMAIN)],
  ["a list that nobody switched on", [VPC, set(null), ...blocked], "fail", KNOWN],
  ["the second of two lists is on", [VPC, set(false), { ...set(), urn: "urn:pulumi:dev::core::x::second" }, ...blocked], "pass", KNOWN],
  ["a rule whose action the deployment brings", [VPC, set(), names("c2.evil.example"), dnsRule(unknownValue())], "undetermined", KNOWN],
  ["another list's rule whose action the deployment brings", [VPC, set(), names("c2.evil.example"), dnsRule(unknownValue(), "list-2")], "fail", KNOWN],
  ["a rule for a list that is not known yet", [VPC, set(), names("c2.evil.example"), dnsRule("BLOCK", unknownValue())], "undetermined", KNOWN],
  ["small letters", [VPC, set(), names("c2.evil.example"), dnsRule("block")], "pass", KNOWN],
  ["an internet gateway is a way out", [VPC, set(), ...blocked, resource("aws:ec2/internetGateway:InternetGateway", "out", {})], "fail", KNOWN],
  ["a firewall without a gateway", [VPC, set(), ...blocked, firewall, DROP, logging([{ logType: "ALERT" }])], "pass", KNOWN],
  ["rules in one text", [VPC, set(), ...blocked, nat, firewall, ruleGroup({ rules: "drop ip any any -> 203.0.113.7 any (sid:1;)" }), logging([{ logType: "ALERT" }])], "pass", KNOWN],
  ["rules that the deployment brings", [VPC, set(), ...blocked, nat, ruleGroup({ rules: unknownValue() })], "undetermined", KNOWN],
  ["alerts beside flows", [VPC, set(), ...blocked, nat, firewall, DROP, logging([{ logType: "FLOW" }, { logType: "ALERT" }])], "pass", KNOWN],
  ["destinations that the deployment brings", [VPC, set(), ...blocked, nat, firewall, DROP, logging(unknownValue())], "undetermined", KNOWN],
  ["a firewall that logs nothing", [VPC, set(), ...blocked, nat, firewall, DROP], "fail", KNOWN],
  ["nothing in an account that may hold a core", perhaps, "undetermined", KNOWN],
  ["an indicator that has run out", [VPC], "pass", knowing(indicator("ip", "203.0.113.7", { validUntil: AT - 1 }))],
]);

const DAY = 86_400_000;
const fresh = (age: number) => ({ knowledge: { at: AT, indicators: [], feeds: [{ file: "feed.json", newest: AT - age, digest: "matches" as const, signature: "valid" as const }] } }); // prettier-ignore
const amf = [networkFunction("amf")];

// prettier-ignore
answers("TI-02", [
  ["a day old, to the second", amf, "pass", fresh(DAY)],
  ["a second more than a day", amf, "advice", fresh(DAY + 1000)],
  ["a week old, to the second", amf, "advice", fresh(7 * DAY)],
  ["a second more than a week", amf, "fail", fresh(7 * DAY + 1000)],
]);
