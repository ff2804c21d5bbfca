/**
 * Egress of core functions is denied by default and allow-listed.
 *
 * Judged where it leaves the core: a group of control, auth, data, LI or other inner functions, or of the nodes they run on, that may send
 * everything, or a wide range of ports, anywhere. The UPF's N6 goes to the internet by nature. A group without egress rules sends nothing: the
 * provider takes EC2's default rule away.
 */

import { type CoreGroup, coreGroups } from "../../analysis/aws-network/core-groups";
import { type AdmissionRule, emissionsOf } from "../../analysis/aws-network/ingress";
import { openToWorld } from "../../analysis/aws-network/world";
import { PRIVATE } from "../../analysis/cidr/ip-set";
import { count } from "../../analysis/cidr/intervals";
import { ICMP, ICMPV6, TrafficSet } from "../../analysis/cidr/traffic";
import { defineRule, fail, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { GROUP_TYPES } from "../../model/aws/security-groups";
import { EGRESS_RULE, SECURITY_GROUP, VPC } from "../../model/aws/types";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-07",
  name: "sg-07-egress-allow-listed",
  title: "Egress is default-deny and allow-listed for core NFs",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: resources(...GROUP_TYPES),
  rationale:
    "An implant lives from its way out: a function that may send anything anywhere hands over subscriber data and takes orders, and nobody sees a refused connection.",
  remediation:
    "Replace the rule by one for each peer: the VPC endpoints' groups or prefix lists, the NFs' groups, DNS. Internet access goes through a Network Firewall with a domain allow-list.",
  standards: [
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-ACL",
      title: "Hardening: default-deny ACL ingress and egress, log denies",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(10)", title: "Boundary Protection | Prevent Exfiltration" },
    { framework: "NIST SP 800-190", ref: "4.4.2", title: "Unbounded network access from containers" },
    { framework: "NIST SP 800-207", ref: "tenet 2", title: "All communication is secured regardless of network location" },
  ],
  breaks: [
    { id: "FGT1048", name: "Exfiltration Over Alternative Protocol" },
    { id: "FGT1041", name: "Exfiltration Over C2 Channel" },
    { id: "FGT1567.002", name: "Exfiltration to Cloud Storage" },
    { id: "T1572", name: "Protocol Tunneling" },
  ],
  // A way out to everybody is one to every indicator.
  subsumes: { "TI-01": "evidence" },
  *check(subject, context) {
    const group = context.model.ask(coreGroups).find((item) => item.group.resource === subject);
    if (group === undefined || !isInner(group)) return;
    const rules = emissionsOf(context.model, group.group);
    const certain = rules.filter((rule) => rule.certain);
    // All rules together: ports cut into many rules, and addresses cut into halves, are still everything and everywhere.
    const open = openToWorld(certain);
    const who = `Security group ${subject.name}${OF[group.of]}`;
    if (isWide(open)) {
      const letting = certain.filter((rule) => rule.traffic?.overlaps(open) === true && !PRIVATE.contains(rule.peers.addresses));
      yield (group.core === "yes" ? fail : undetermined)({
        message: `${who} may send ${open.describe()} anywhere: a way out for what is stolen, and in for orders (Exfiltration Over C2 Channel).`,
        evidence: letting.flatMap((rule) => rule.peers.nodes.map((node) => seen(node, "the peers' own addresses"))),
        networkFunctions: group.networkFunctions,
        cause: "world",
      });
      return;
    }
    const nodes = [
      ...rules.filter((rule) => rule.traffic === undefined || isWide(rule.traffic)).flatMap(unknownsOf),
      ...group.group.unknownLists.filter(({ direction }) => direction === "egress").map(({ node }) => node),
    ];
    if (nodes.length === 0) return;
    yield undetermined({
      message: `Where ${who.charAt(0).toLowerCase()}${who.slice(1)} may send to is not known before deployment.`,
      evidence: nodes.map((node) => seen(node, "the peers' own addresses")),
      networkFunctions: group.networkFunctions,
      cause: "unknown",
    });
  },
  examples: () => {
    const vpc = resource(VPC, "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": "control" } });
    const group = (name: string, egress: unknown, more = {}) => [
      vpc,
      resource(SECURITY_GROUP, name, { id: `sg-${name}`, vpcId: "vpc-1", egress: egress as [], ...more }),
    ];
    const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
    return {
      pass: [
        { name: "no egress rule: nothing leaves", resources: group("amf", []) },
        {
          name: "SBI within the VPC",
          resources: group("amf", [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/16"] }]),
        },
        {
          name: "a UPF's N6",
          resources: group("upf-n6", [everything], { tags: { "carrierguard.dev/plane": "n6", "carrierguard.dev/zone": "user-plane" } }),
        },
        {
          name: "everything within the VPC is SG-06's to judge",
          resources: group("amf", [{ ...everything, cidrBlocks: ["10.0.0.0/16"] }]),
        },
        { name: "a group of no function", resources: group("mail", [everything]) },
      ],
      fail: [
        { name: "everything, anywhere", resources: group("amf", [everything]) },
        {
          name: "both halves, over IPv6, in rules of their own",
          resources: [
            ...group("udm", []),
            ...["::/1", "8000::/1"].map((cidrIpv6) =>
              resource(EGRESS_RULE, `out-${cidrIpv6}`, { securityGroupId: "sg-udm", ipProtocol: "-1", cidrIpv6 }),
            ),
          ],
        },
        { name: "every TCP port", resources: group("smf", [{ protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["0.0.0.0/0"] }]) },
        {
          name: "the nodes of the core's cluster",
          resources: [
            ...group("nodes", [everything], { tags: { "kubernetes.io/cluster/core": "owned" } }),
            resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: [] } }),
          ],
        },
      ],
      undetermined: [
        { name: "peers that the configuration brings", resources: group("amf", [{ ...everything, cidrBlocks: [unknownValue()] }]) },
        { name: "rules that are not known yet", resources: group("amf", unknownValue()) },
      ],
    };
  },
});

/** Whose group it is, for people. */
const OF: { readonly [of in CoreGroup["of"]]: string } = {
  functions: "",
  machines: " of machines in the core",
  nodes: " of the cluster's nodes",
  "control-plane": " of the cluster's control plane",
};

/** More ports than these are no interface. */
const WIDEST = 1024n;
const MESSAGES = TrafficSet.union([TrafficSet.of(ICMP), TrafficSet.of(ICMPV6)]);

function isWide(traffic: TrafficSet | undefined): boolean {
  return traffic !== undefined && count(traffic.minus(MESSAGES).intervals) > WIDEST;
}

function unknownsOf(rule: AdmissionRule) {
  return rule.certain ? rule.peers.unknown : [...rule.peers.unknown, ...rule.peers.nodes];
}

/** Zones whose functions reach the outside by nature: N6 of the user plane, and what ends traffic of access and partners. */
const OUTER = new Set(["user-plane", "access-edge", "roaming-edge", "exposure"]);

function isInner(group: CoreGroup): boolean {
  if (group.planes.includes("n6")) return false;
  return group.zones.length === 0 || group.zones.some((zone) => !OUTER.has(zone));
}
