/**
 * No world-open ingress to any core or management port.
 *
 * Decides over address and port sets, not over strings: halves, quarters, prefix lists and rules of several resources add up, and SCTP or
 * ESP open every port whatever their range says (EC2 API, IpPermission). Network ACLs are not judged: one that is open in front of closed
 * groups lets nobody in, one that is closed does not excuse an open group. A resource that is open by itself is found on that resource,
 * before it is made; what only several rules open together is found on their group. Untrusted access is N3IWF's and a SEG's work: IKE and
 * ESP from anywhere are theirs (TS 33.501 §7.2.1, TS 33.210); a SEPP's or NEF's 443 is accepted behind a listener that verifies clients.
 */

import { type EdgeAdmissions, edgeAdmissions, PATH_MESSAGES, UNKNOWN_GROUP } from "../../analysis/aws-network/edge-admissions";
import { type AdmissionRule, admission, admissionsOf } from "../../analysis/aws-network/ingress";
import { corePortsMeant } from "../../analysis/aws-network/core-ports";
import { openToWorld } from "../../analysis/aws-network/world";
import { PRIVATE } from "../../analysis/cidr/ip-set";
import { TrafficSet } from "../../analysis/cidr/traffic";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { GROUP_TYPES, groupOfRule, securityGroup, standaloneRule } from "../../model/aws/security-groups";
import { INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-05",
  name: "sg-05-no-world-open-ingress",
  title: "No world-open ingress to any core or management port",
  family: "segmentation",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: resources(...GROUP_TYPES, SECURITY_GROUP_RULE, INGRESS_RULE),
  rationale:
    "An address of the core that anyone can send to is scanned within minutes: PFCP and GTP have no authentication of their own, and a management port leaves one password or one flaw between the internet and the core.",
  remediation:
    "Name the peers: their CIDRs or a managed prefix list of them, or the security group they are in. Check first who uses the rule: taking it away can drop traffic.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.2", title: "Ensure no Network ACLs allow ingress from 0.0.0.0/0 to remote server administration ports" },
    { framework: "CIS AWS Foundations 5.0", ref: "5.3", title: "Ensure no security groups allow ingress from 0.0.0.0/0 to remote server administration ports" },
    { framework: "CIS AWS Foundations 5.0", ref: "5.4", title: "Ensure no security groups allow ingress from ::/0 to remote server administration ports" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.6.2.1", title: "Packet filtering" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-ACL", title: "Hardening: default-deny ACL ingress and egress, log denies" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-005", title: "Network product has mechanisms for filtering incoming IP packets at the network and transport layer as defined in RFC 3871 and 3GPP TS 33.117, cl. 4.2.6.2.1. Th" },
  ],
  breaks: [
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
    { id: "T1190", name: "Exploit Public-Facing Application" },
    { id: "T1133", name: "External Remote Services" },
  ],
  subsumes: { "SG-09": "evidence", "SG-17": "evidence", "TI-01": "evidence" },
  *check(subject, context) {
    if (GROUP_TYPES.includes(subject.type)) {
      yield* judgeGroup(subject, context);
      return;
    }
    const rule = admission(context.model, standaloneRule(subject));
    if (rule.rule.direction === "egress") return;
    const group = groupOfRule(context.model, subject);
    // Out of sight, the group may be that of an N3IWF, a SEG, a SEPP or a NEF.
    const exceptions = group.state === "resolved" ? edgeAdmissions(context.model, group.resource) : UNKNOWN_GROUP;
    yield* verdicts([rule], exceptions, subject, context);
  },
  examples: () => ({
    pass: [
      { name: "PFCP from the SMF's own addresses and group", resources: [group("upf", [{ protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["10.20.4.0/28"] }, { protocol: "udp", fromPort: 8805, toPort: 8805, securityGroups: ["sg-0aaaaaaaaaaaaaaaa"] }])] },
      { name: "IKE and ESP from anywhere on an N3IWF", resources: [group("n3iwf", [{ protocol: "udp", fromPort: 500, toPort: 500, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] }, { protocol: "udp", fromPort: 4500, toPort: 4500, cidrBlocks: ["0.0.0.0/0"] }, { protocol: "50", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "IKE from anywhere on a declared security gateway", resources: [group("ran-edge", [{ protocol: "udp", fromPort: 500, toPort: 500, cidrBlocks: ["0.0.0.0/0"] }], { "carrierguard.dev/nf": "SEG" })] },
      { name: "an open network ACL before a closed group", resources: [resource("aws:ec2/networkAcl:NetworkAcl", "core", { ingress: [{ protocol: "-1", ruleNo: 100, action: "allow", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0 }] }), group("amf", [{ protocol: "tcp", fromPort: 7777, toPort: 7777, cidrBlocks: ["10.20.0.0/16"] }])] },
      { name: "an address that only the VPC can bring", resources: [vpc, resource(SECURITY_GROUP, "amf", { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [unknownValue(vpc)] }] })] },
      { name: "a NEF's 443 behind a listener that verifies client certificates", resources: [nefGroup, resource("aws:lb/loadBalancer:LoadBalancer", "nef", { arn: "arn:aws:lb:nef", securityGroups: [unknownValue(nefGroup)] }), resource("aws:lb/listener:Listener", "nef", { loadBalancerArn: "arn:aws:lb:nef", port: 443, protocol: "HTTPS", mutualAuthentication: { mode: "verify" } })] },
      { name: "the world in an egress rule only", resources: [resource(SECURITY_GROUP, "upf-n6", { ingress: [], egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] })] },
    ],
    fail: [
      { name: "SSH from anywhere", resources: [group("bastion", [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "the internet cut in halves", resources: [group("upf", [{ protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"] }])] },
      { name: "three /8 in two rules, where only one port is open to more than a /8", resources: [group("amf", [{ protocol: "tcp", fromPort: 80, toPort: 443, cidrBlocks: ["16.0.0.0/8"] }, { protocol: "6", fromPort: "443", toPort: "443", cidrBlocks: ["17.0.0.0/8", "19.0.0.0/8"] }])] },
      { name: "IPv6 only, in the newer kind of rule", resources: [resource(INGRESS_RULE, "gtp", { securityGroupId: "sg-0bbbbbbbbbbbbbbbb", ipProtocol: "udp", fromPort: 2152, toPort: 2152, cidrIpv6: "::/0" })] },
      { name: "the IPv4 internet as mapped IPv6", resources: [group("smf", [{ protocol: "udp", fromPort: 8805, toPort: 8805, ipv6CidrBlocks: ["::ffff:0:0/96"] }])] },
      { name: "a prefix list that holds both halves", resources: [prefixList, resource(INGRESS_RULE, "ssh", { securityGroupId: "sg-0bbbbbbbbbbbbbbbb", ipProtocol: "tcp", fromPort: 22, toPort: 22, prefixListId: "pl-0123456789abcdef0" })] },
      { name: "halves in two rule resources of one group", resources: [resource(SECURITY_GROUP, "amf", { id: "sg-0cccccccccccccccc" }), ...["16.0.0.0/8", "17.0.0.0/8"].map((cidr, index) => resource(SECURITY_GROUP_RULE, `part-${index}`, { type: "ingress", securityGroupId: "sg-0cccccccccccccccc", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }))] },
      { name: "SCTP from anywhere on an N3IWF: its range limits nothing", resources: [group("n3iwf", [{ protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "a default group that is open", resources: [resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] })] },
    ],
    undetermined: [
      { name: "sources that the configuration brings", resources: [group("amf", [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [unknownValue()] }])] },
      { name: "rules that are not known yet", resources: [resource(SECURITY_GROUP, "amf", { ingress: unknownValue() })] },
      { name: "a prefix list out of sight", resources: [group("upf", [{ protocol: "udp", fromPort: 8805, toPort: 8805, prefixListIds: ["pl-0fedcba9876543210"] }])] },
      { name: "a NEF's 443 whose listener is out of sight", resources: [nefGroup] },
      { name: "IKE from anywhere on a group that another stack declares", resources: [resource(INGRESS_RULE, "ike", { securityGroupId: "sg-0bbbbbbbbbbbbbbbb", ipProtocol: "udp", fromPort: 500, toPort: 500, cidrIpv4: "0.0.0.0/0" })] },
    ],
  }),
}); // prettier-ignore

function* judgeGroup(subject: Resource, context: RuleContext): Generator<Verdict> {
  const group = securityGroup(context.model, subject);
  if (group === undefined) return;
  const exceptions = edgeAdmissions(context.model, subject);
  const rules = admissionsOf(context.model, group);
  const inline = rules.filter((rule) => rule.rule.resource === subject);
  yield* verdicts(inline, exceptions, subject, context);
  for (const { direction, node } of group.unknownLists) {
    if (direction !== "ingress" || context.view === "resource") continue;
    yield undetermined({
      message: `Who security group ${subject.name} lets in is not known before deployment; anyone it lets in can reach what is behind it.`,
      evidence: [seen(node, "the addresses or groups of its peers")],
      cause: "unknown rules",
    });
  }
  // What no resource opens alone.
  const apart = [inline, ...rules.filter((rule) => rule.rule.resource !== subject).map((rule) => [rule])];
  const alone = TrafficSet.union(apart.map((part) => openToWorld(part)));
  const together = openToWorld(rules.filter((rule) => rule.certain))
    .minus(alone)
    .minus(PATH_MESSAGES)
    .minus(exceptions.accepted);
  if (together.isEmpty) return;
  const parts = rules.filter((rule) => rule.traffic?.overlaps(together) === true && !rule.peers.addresses.isEmpty);
  const verdict = together.minus(exceptions.doubtful).isEmpty ? undetermined : fail;
  yield verdict({
    message: `The rules of security group ${subject.name} together let the whole internet in to ${together.describe()}, though each looks narrow: ${ATTACK}.`,
    evidence: parts.flatMap((rule) =>
      rule.peers.nodes.map((node) => ({ ...seen(node, EXPECTED), path: `${rule.rule.resource.name}: ${node.path}` })),
    ),
    cause: "together",
  });
}

/** For people: "udp 8805 (N4 PFCP)". */
function named(traffic: TrafficSet): string {
  const ports = corePortsMeant(traffic).map((port) => `${port.interface} ${port.name}`);
  return `${traffic.describe()}${ports.length === 0 ? "" : ` (${ports.join(", ")})`}`;
}

const ATTACK = "anyone can probe and exploit what listens there (Exploit Public-Facing Application)";
const EXPECTED = "the peers' own addresses";

function* verdicts(
  rules: readonly AdmissionRule[],
  exceptions: EdgeAdmissions,
  subject: Resource,
  context: RuleContext,
): Generator<Verdict> {
  const certain = rules.filter((rule) => rule.certain);
  const subtract = (set: TrafficSet) => set.minus(PATH_MESSAGES).minus(exceptions.accepted);
  const open = subtract(openToWorld(certain));
  // Whatever unknown traffic turns out to be, it is wrong where nothing is accepted from anywhere.
  const nothingAccepted = exceptions.accepted.isEmpty && exceptions.doubtful.isEmpty;
  const someTraffic = certain.some((rule) => rule.traffic === undefined && !openToWorld([rule], TrafficSet.ALL).isEmpty);
  const wrong = open.minus(exceptions.doubtful);
  const what =
    subject.type === SECURITY_GROUP_RULE || subject.type === INGRESS_RULE ? `Rule ${subject.name}` : `Security group ${subject.name}`;
  if (!wrong.isEmpty || (someTraffic && nothingAccepted)) {
    yield fail({
      message: `${what} lets the whole internet in to ${wrong.isEmpty ? "ports that are not known yet" : named(wrong)}: ${ATTACK}.`,
      evidence: evidenceOf(certain, wrong),
      interfaces: corePortsMeant(wrong).map((port) => port.interface),
    });
  }
  if (context.view === "resource") return;
  const doubtful = open.intersection(exceptions.doubtful);
  if (!doubtful.isEmpty && wrong.isEmpty) {
    yield undetermined({
      message: `${what} lets the whole internet in to ${doubtful.describe()}, which is right only for an N3IWF or SEG (IKE, ESP), or before a SEPP or NEF listener that verifies client certificates, and that is not in sight.`,
      evidence: evidenceOf(certain, doubtful),
      cause: "edge",
    });
  }
  const unknown = rules.flatMap((rule) => (rule.certain ? rule.peers.unknown : [...rule.peers.unknown, ...rule.peers.nodes]));
  const maybeOpen = unknown.length > 0 || (someTraffic && !nothingAccepted);
  if (!maybeOpen || !wrong.isEmpty || (someTraffic && nothingAccepted)) return;
  yield undetermined({
    message: `${what} may let the whole internet in: where it lets in from is not known before deployment or out of sight.`,
    evidence: (unknown.length > 0 ? unknown : certain.map((rule) => rule.rule.protocol)).map((node) => seen(node, EXPECTED)),
    cause: "unknown sources",
  });
}

/** The sources of the rules that open some of this traffic; of all that let anybody in where none is named. */
function evidenceOf(rules: readonly AdmissionRule[], traffic: TrafficSet): readonly { path: string; actual: unknown; expected: unknown }[] {
  return rules
    .filter((rule) => (rule.traffic === undefined || rule.traffic.overlaps(traffic)) && !PRIVATE.contains(rule.peers.addresses))
    .flatMap((rule) => rule.peers.nodes.map((node) => seen(node, EXPECTED)));
}

const vpc = resource("aws:ec2/vpc:Vpc", "core", { cidrBlock: "10.20.0.0/16" });

function group(
  name: string,
  ingress: readonly { readonly [key: string]: string | number | readonly (string | ReturnType<typeof unknownValue>)[] }[],
  tags = {},
) {
  return resource(SECURITY_GROUP, name, { ingress, tags });
}

const nefGroup = group("nef-gateway", [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }]);
const prefixList = resource("aws:ec2/managedPrefixList:ManagedPrefixList", "everyone", {
  id: "pl-0123456789abcdef0", entries: [{ cidr: "0.0.0.0/1" }, { cidr: "128.0.0.0/1" }],
}); // prettier-ignore
