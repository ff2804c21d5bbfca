/**
 * Security-group rules of network functions match the 3GPP port and peer matrix: no "all protocols", and SCTP, ESP and GRE knowingly.
 *
 * A rule with any protocol but TCP, UDP and ICMP opens all ports (EC2 API, IpPermission), so its source is what limits it: a group, a prefix
 * list, a block of /24 (IPv6 /56) or longer, or a declared RAN or interconnect prefix. Ports that the stack's own functions serve on count
 * beside the topology's. Groups of EKS machines may let in each other and their control plane on everything: pods there are judged by
 * NetworkPolicy.
 */

import { type CoreGroup, coreGroups } from "../../analysis/aws-network/core-groups";
import { flowTraffic, ownPorts } from "../../analysis/aws-network/flow-traffic";
import { type AdmissionRule, admissionsOf, emissionsOf } from "../../analysis/aws-network/ingress";
import { isWorld } from "../../analysis/aws-network/world";
import { PATH_MESSAGES } from "../../analysis/aws-network/edge-admissions";
import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { ESP, ICMP, ICMPV6, SCTP, TrafficSet } from "../../analysis/cidr/traffic";
import { listed } from "../../engine/listed";
import { declaredRange } from "../../analysis/cidr/zones";
import { defineRule, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { GROUP_TYPES } from "../../model/aws/security-groups";
import { INGRESS_RULE, SECURITY_GROUP, VPC } from "../../model/aws/types";
import type { Node } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-06",
  name: "sg-06-groups-match-3gpp-ports",
  title: "Security-group rules match the 3GPP port/peer matrix; no protocol -1; SCTP handled knowingly",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: resources(...GROUP_TYPES),
  rationale:
    'A rule that opens more than its interface needs is what an intruder moves along: "all protocols" from the VPC lets every compromised pod, bastion and printer speak PFCP to the user plane.',
  remediation:
    "One rule an interface: its protocol and port from the 3GPP table, and the peer's security group or its /24. Say SCTP with protocol 132 from the RAN's prefix alone, and let a NetworkPolicy hold port 38412.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.2" },
    { framework: "3GPP TS 33.501", ref: "9.9" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.2", title: "Restricted reachability of services" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-040",
      title:
        "Network product restricts the reachability of services so that they can only be reached on interfaces where their usage is required. On interfaces where service",
    },
    { framework: "NIST SP 800-53r5", ref: "CM-7", title: "Least Functionality" },
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-4", title: "Part I: lock down communications among isolated network functions" },
  ],
  breaks: [
    { id: "FGT1046", name: "Network Service Discovery" },
    { id: "T1046", name: "Network Service Discovery" },
    { id: "FGT1599", name: "Network Boundary Bridging" },
  ],
  *check(subject, context) {
    const group = context.model.ask(coreGroups).find((item) => item.group.resource === subject);
    if (group === undefined) return;
    const say = group.core === "yes" ? fail : undetermined;
    for (const direction of ["ingress", "egress"] as const) {
      const rules = direction === "ingress" ? admissionsOf(context.model, group.group) : emissionsOf(context.model, group.group);
      for (const flaw of flawsOf(direction, rules, group, context)) {
        const nodes = flaw.rules.flatMap((rule) => [rule.rule.protocol, ...rule.peers.nodes]);
        yield (flaw.unknown ? undetermined : say)({
          message: `Security group ${subject.name} ${direction === "ingress" ? "lets in" : "lets out"} ${flaw.what}: ${flaw.why}.`,
          evidence: nodes.map((node) => seen(node, flaw.expected)),
          networkFunctions: group.networkFunctions,
          cause: `${direction} ${flaw.cause}`,
        });
      }
    }
  },
  examples: () => {
    const vpc = resource(VPC, "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": "control" } });
    const group = (name: string, ingress: unknown, more = {}) => [
      vpc,
      resource(SECURITY_GROUP, name, { id: `sg-${name}`, vpcId: "vpc-1", ingress: ingress as [], egress: [], ...more }),
    ];
    const rule = (protocol: string, port: number, cidr: string, to = port) => ({
      protocol,
      fromPort: port,
      toPort: to,
      cidrBlocks: [cidr],
    });
    return {
      pass: [
        { name: "PFCP from the SMF's addresses", resources: group("upf", [rule("udp", 8805, "10.0.4.0/28")]) },
        {
          name: "SCTP from a declared RAN of any size",
          resources: group("amf", [rule("132", 38412, "10.128.0.0/12")]),
          settings: { zones: { ran: ["10.128.0.0/9"] } },
        },
        { name: "SCTP from a /24", resources: group("amf", [rule("132", 38412, "10.100.4.0/24")]) },
        {
          name: "everything between the nodes of a cluster",
          resources: group("nodes", [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }], {
            tags: { "kubernetes.io/cluster/core": "owned" },
          }),
        },
        {
          name: "SBI and metrics of an NRF",
          resources: group("nrf", [rule("tcp", 7777, "10.0.0.0/20"), rule("tcp", 9090, "10.0.9.0/28")]),
        },
        { name: "HTTPS of a function that may not bind 443", resources: group("amf", [rule("tcp", 8443, "10.0.0.0/20")]) },
        { name: "path MTU discovery", resources: group("upf", [{ protocol: "icmp", fromPort: 3, toPort: 4, cidrBlocks: ["0.0.0.0/0"] }]) },
        {
          name: "a web server elsewhere",
          resources: [
            resource(VPC, "web", { id: "vpc-1", tags: { "carrierguard.dev/zone": "untrusted" } }),
            ...group("web", [rule("-1", 0, "10.0.0.0/8")]).slice(1),
          ],
        },
      ],
      fail: [
        { name: "all protocols from the VPC", resources: group("upf", [rule("-1", 0, "10.0.0.0/16")]) },
        { name: "SCTP with a port that limits nothing, from a whole VPC", resources: group("amf", [rule("132", 38412, "10.0.0.0/16")]) },
        { name: "every port of UDP", resources: group("smf", [rule("udp", 0, "10.0.0.0/16", 65535)]) },
        { name: "a port that no flow of an UPF has", resources: group("upf", [rule("tcp", 8088, "10.0.0.0/24")]) },
        { name: "ESP from a /16", resources: group("n3iwf", [rule("50", 0, "10.7.0.0/16")]) },
        {
          name: "all protocols from the VPC on the nodes, in a rule of its own",
          resources: [
            ...group("nodes", [], { tags: { "kubernetes.io/cluster/core": "owned" } }),
            resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: [] } }),
            resource(INGRESS_RULE, "vpc", { securityGroupId: "sg-nodes", ipProtocol: "-1", cidrIpv4: "10.0.0.0/16" }),
          ],
        },
      ],
      undetermined: [
        {
          name: "a protocol that the configuration brings",
          resources: group("upf", [{ protocol: unknownValue(), fromPort: 8805, toPort: 8805, cidrBlocks: ["10.0.4.0/28"] }]),
        },
      ],
    };
  },
});

interface Flaw {
  readonly rules: readonly AdmissionRule[];
  /** For people: the traffic. */
  readonly what: string;
  readonly why: string;
  readonly expected: string;
  readonly cause: string;
  readonly unknown: boolean;
}

/** Traffic that opens every port whatever its range says. */
const PORTLESS = TrafficSet.union([TrafficSet.of(SCTP), TrafficSet.of(ESP), TrafficSet.of(47)]);
/** All of ICMP is judged by nobody here: it carries no session of the core. */
const MESSAGES = TrafficSet.union([PATH_MESSAGES, TrafficSet.of(ICMP), TrafficSet.of(ICMPV6)]);

function* flawsOf(
  direction: "ingress" | "egress",
  rules: readonly AdmissionRule[],
  group: CoreGroup,
  context: RuleContext,
): Generator<Flaw> {
  const judged = rules.filter((rule) => !betweenMachines(rule, group));
  const all = judged.filter((rule) => rule.traffic !== undefined && TrafficSet.ALL.minus(rule.traffic).isEmpty);
  // Everything to everywhere is SG-07's.
  const everything = direction === "egress" ? all.filter((rule) => !isWorld(rule.peers.addresses)) : all;
  if (everything.length > 0)
    yield {
      rules: everything, what: "all protocols and ports", why: "whoever stands there may speak every interface of the core",
      expected: "the protocol and port of one interface", cause: "all", unknown: false,
    }; // prettier-ignore
  const portless = judged.filter(
    (rule) =>
      !all.includes(rule) &&
      rule.traffic !== undefined &&
      PORTLESS.contains(rule.traffic) &&
      !rule.traffic.isEmpty &&
      !isWorld(rule.peers.addresses),
  );
  const wide = wideOf(portless, context);
  if (wide.length > 0)
    yield {
      rules: wide, what: `${TrafficSet.union(wide.map((rule) => rule.traffic ?? TrafficSet.EMPTY)).describe()} ${direction === "ingress" ? "from" : "to"} ${listed(wide.flatMap((rule) => rule.peers.addresses.cidrs()))}`,
      why: "EC2 ignores the port of this protocol, so only its source limits it, and that is wide", expected: "a group, a /24 or longer, or a declared RAN prefix", cause: "portless", unknown: false,
    }; // prettier-ignore
  const unknown = judged.filter((rule) => rule.traffic === undefined);
  if (unknown.length > 0)
    yield {
      rules: unknown, what: "traffic that is not known before deployment", why: "it may be more than the interface needs", expected: "the protocol and port of one interface", cause: "unknown", unknown: true,
    }; // prettier-ignore
  if (group.of !== "functions") return;
  const allowed = TrafficSet.union([flowTraffic(direction, group.networkFunctions), context.model.ask(ownPorts), MESSAGES, PORTLESS]);
  const strange = judged.filter((rule) => !all.includes(rule) && rule.traffic !== undefined && !allowed.contains(rule.traffic));
  if (strange.length === 0) return;
  const traffic = TrafficSet.union(strange.map((rule) => rule.traffic ?? TrafficSet.EMPTY)).minus(allowed);
  yield {
    rules: strange, what: traffic.describe(), why: `no interface of ${group.networkFunctions.length > 0 ? `the ${group.networkFunctions.join(", ")}` : "the core"} needs it, and an intruder can use it`,
    expected: "a protocol and port of the 3GPP table", cause: "no flow", unknown: false,
  }; // prettier-ignore
}

/** Machines of a cluster may speak to each other and to their control plane, named by group. */
function betweenMachines(rule: AdmissionRule, group: CoreGroup): boolean {
  return group.of !== "functions" && rule.peers.nodes.length === 0 && rule.peers.unknown.length === 0;
}

const NARROW = { 4: 24, 6: 56 } as const;
/** A few sites' /24 add up to this at most; more is a network cut into /24. */
const TOGETHER = { 4: 20, 6: 52 } as const;

/** Of rules that open every port: those whose sources are wide, each or all together. Declared RAN and partner prefixes may have any size. */
function wideOf(rules: readonly AdmissionRule[], context: RuleContext): readonly AdmissionRule[] {
  const { zones } = context.settings;
  const declared = declaredRange(zones.ran).union(declaredRange(zones.interconnect));
  const undeclared = rules.map((rule) => ({ rule, sources: rule.peers.addresses.minus(declared) }));
  const together = IpSet.EMPTY.union(...undeclared.map(({ sources }) => sources));
  const cut = FAMILIES.some((family) => together.coversMoreThan(family, TOGETHER[family]));
  const found = undeclared.filter(
    ({ rule, sources }) => !sources.isEmpty && (cut || rule.peers.nodes.some((node) => isShort(node, declared))),
  );
  return found.map(({ rule }) => rule);
}

const FAMILIES = [4, 6] as const;

function isShort(node: Node, declared: IpSet): boolean {
  const read = node.string();
  const block = read.state === "known" ? parseBlock(read.value) : undefined;
  return block !== undefined && block.prefix < NARROW[block.family] && !declared.contains(IpSet.fromBlocks([block]));
}
