/**
 * No SSH, RDP, Telnet, FTP or SNMPv1/v2c way to nodes or functions; sessions are brokered and logged.
 *
 * SSH keys on nodes, and groups that name a management port for sources outside the OAM zone. A source that is the whole internet goes under SG-05's finding;
 * SSH, NETCONF and SNMPv3 from the declared OAM ranges are how vendors manage functions. A key pair that nothing uses is told by itself.
 */

import { type AdmissionRule, admissionsOf } from "../../analysis/aws-network/ingress";
import { type Certainty, coreVpcs, holdsCore } from "../../analysis/aws-network/core-vpcs";
import { isWorld } from "../../analysis/aws-network/world";
import { coreGroups } from "../../analysis/aws-network/core-groups";
import { vpcAddresses } from "../../analysis/aws-network/own-networks";
import { count } from "../../analysis/cidr/intervals";
import { IpSet } from "../../analysis/cidr/ip-set";
import { TCP, TrafficSet, UDP } from "../../analysis/cidr/traffic";
import { declaredRange } from "../../analysis/cidr/zones";
import { portsOf, workloadsBehind } from "../../analysis/exposure/services";
import { zoneTagged } from "../../analysis/planes";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { refersTo, resolve } from "../../model/aws/references";
import { GROUP_TYPES, securityGroup } from "../../model/aws/security-groups";
import { EKS_NODE_GROUP, INSTANCE, KEY_PAIR, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, SECURITY_GROUP, VPC } from "../../model/aws/types";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { networkFunction, object, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-09",
  name: "sg-09-no-unbrokered-administration",
  title: "No SSH/RDP/Telnet/FTP/SNMPv1-2c paths to nodes or NFs; session access is brokered and logged",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either(
    resources(...GROUP_TYPES, EKS_NODE_GROUP, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, KEY_PAIR),
    objects(["v1", "Service"]),
  ),
  rationale:
    "Whoever steals one administrator's key walks through every machine that trusts it, and a shell over SSH leaves no record of what was typed: living off the land begins with the tools that administrators left.",
  remediation:
    "Drop keyName and remoteAccess and administer through a brokered, recorded session (SSM Session Manager); let management ports in from the OAM zone's ranges (zones.oam) or security group alone.",
  standards: [
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-SVC", title: "Hardening: disable plaintext/unused services (Telnet, FTP, TFTP, SSHv1, HTTP, SNMPv1/2c)" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-OOB", title: "Hardening: out-of-band management, no lateral management" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.1", title: "No unnecessary or insecure services / protocols" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.6", title: "Remote login restrictions for privileged users" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-081", title: "Remote management services such as SSH or RDP are disabled or not even installed within VMs or containers.  Exposed services (such as etcd for container) are ei" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-085", title: "Direct login as root or equivalent highest privileged user is limited to the system console only. Root user will not be allowed to login to the system remotely" },
    { framework: "NIST SP 800-53r5", ref: "CM-7", title: "Least Functionality" },
  ],
  breaks: [
    { id: "FGT1021", name: "Remote Services" },
    { id: "T1021.004", name: "SSH" },
    { id: "FGT1071.501", name: "SSH" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) yield* service(subject, context);
    else if (GROUP_TYPES.includes(subject.type)) yield* group(subject, context);
    else yield* keys(subject, context);
  },
  examples: () => {
    const vpc = resource(VPC, "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": "control" } });
    const admits = (name: string, ...ingress: object[]) => [
      vpc,
      resource(SECURITY_GROUP, name, { vpcId: "vpc-1", ingress: ingress as [] }),
    ];
    const tcp = (port: number, ...cidrBlocks: string[]) => ({ protocol: "tcp", fromPort: port, toPort: port, cidrBlocks });
    const serving = (port: number, protocol = "TCP") => [
      networkFunction("amf"),
      networkFunction("smf"),
      object("v1", "Service", "amf", { spec: { selector: { app: "amf" }, ports: [{ port, protocol }] } }),
    ];
    const OAM = { zones: { oam: ["10.9.0.0/24"] } };
    return {
      pass: [
        { name: "NETCONF from the OAM zone", resources: admits("amf", tcp(830, "10.9.0.0/26")), settings: OAM },
        { name: "a node group without a key", resources: [vpc, resource(EKS_NODE_GROUP, "nodes", { clusterName: "core" })] },
        { name: "NETCONF on a Service inside the cluster", resources: serving(830) },
        { name: "a wide range that means no port", resources: admits("nodes", { protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["10.0.0.0/16"] }) },
        { name: "a bastion of another network", resources: [resource(VPC, "web", { id: "vpc-1", tags: { "carrierguard.dev/zone": "untrusted" } }), ...admits("bastion", tcp(22, "192.0.2.0/24")).slice(1)] },
      ],
      fail: [
        { name: "SSH from an office", resources: admits("nodes", tcp(22, "192.0.2.0/24")), settings: OAM },
        { name: "SSH from the whole internet", resources: admits("bastion", tcp(22, "0.0.0.0/0")) },
        { name: "Telnet even from the OAM zone", resources: admits("upf", tcp(23, "10.9.0.0/26")), settings: OAM },
        { name: "SNMP from the RAN", resources: admits("smf", { protocol: "udp", fromPort: 160, toPort: 162, cidrBlocks: ["10.100.0.0/16"] }), settings: OAM },
        { name: "remote access to a node group", resources: [vpc, resource(EKS_NODE_GROUP, "nodes", { remoteAccess: { ec2SshKey: "ops" } })] },
        { name: "an SSH key in a launch template", resources: [vpc, resource(LAUNCH_TEMPLATE, "nodes", { keyName: "ops" })] },
        { name: "a key pair that waits to be used", resources: [vpc, resource(KEY_PAIR, "ops", { publicKey: "ssh-ed25519 AAAA" })] },
        { name: "FTP of a charging function", resources: serving(2121) },
      ],
      undetermined: [
        { name: "SSH from private addresses, where nobody declared the OAM zone", resources: admits("nodes", tcp(22, "10.9.0.0/24")) },
        { name: "a key that the configuration brings", resources: [vpc, resource(LAUNCH_TEMPLATE, "nodes", { keyName: unknownValue() })] },
        { name: "SSH on a Service: who reaches it is not said here", resources: serving(22) },
      ],
    };
  },
}); // prettier-ignore

interface ManagementPort {
  readonly name: string;
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
  /** Allowed from the OAM zone. */
  readonly brokered: boolean;
}

const PORTS: readonly ManagementPort[] = [
  { name: "FTP", protocol: TCP, from: 20, to: 21, brokered: false },
  { name: "SSH", protocol: TCP, from: 22, to: 22, brokered: true },
  { name: "Telnet", protocol: TCP, from: 23, to: 23, brokered: false },
  { name: "TFTP", protocol: UDP, from: 69, to: 69, brokered: false },
  { name: "SNMP", protocol: UDP, from: 161, to: 161, brokered: true },
  { name: "NETCONF over SSH", protocol: TCP, from: 830, to: 830, brokered: true },
  { name: "FTP", protocol: TCP, from: 2121, to: 2121, brokered: false },
  { name: "RDP", protocol: TCP, from: 3389, to: 3389, brokered: false },
  { name: "VNC", protocol: TCP, from: 5900, to: 5900, brokered: false },
];

/** A rule over more ports than this means no port in particular; SG-06 judges it. */
const WIDEST = 1024n;

function* group(subject: Resource, context: RuleContext): Generator<Verdict> {
  const found = securityGroup(context.model, subject);
  const core = found === undefined ? "no" : inCore(subject, context);
  if (found === undefined || core === "no") return;
  const oam = declaredRange(context.settings.zones.oam);
  const all = admissionsOf(context.model, found).filter((rule) => rule.certain);
  yield* wideForStrangers(subject, core, all, oam, context);
  const rules = all.filter((rule) => !isWide(rule));
  for (const port of PORTS) {
    const traffic = TrafficSet.of(port.protocol, port.from, port.to);
    const letting = rules.filter((rule) => rule.traffic?.overlaps(traffic) === true);
    const outside = letting.filter(
      (rule) => strangeGroups(rule, context) || (port.brokered ? !oam.contains(rule.peers.addresses) : !rule.peers.addresses.isEmpty),
    );
    const told = outside.length > 0 ? outside : letting.filter((rule) => rule.peers.unknown.length > 0);
    if (told.length === 0) continue;
    const sources = IpSet.EMPTY.union(...outside.map((rule) => rule.peers.addresses));
    const certain =
      core === "yes" &&
      outside.length > 0 &&
      (isWorld(sources) || !port.brokered || !oam.isEmpty || outside.some((rule) => strangeGroups(rule, context)));
    yield (certain ? fail : undetermined)({
      message: `Security group ${subject.name} lets ${sources.isEmpty ? "others" : listed(sources.cidrs())} reach ${port.name} (${traffic.describe()}) of the core${certain ? "" : ", and whether that is the OAM zone alone is not said"}: a session there is neither brokered nor recorded (Remote Services).`,
      evidence: told.flatMap((rule) =>
        [...rule.peers.nodes, ...rule.peers.unknown].map((node) =>
          seen(node, port.brokered ? (context.settings.zones.oam ?? "zones.oam") : "no such rule"),
        ),
      ),
      cause: port.name,
    });
  }
}

/**
 * Rules over a wide range that let somebody outside the VPCs in to machines: SSH is among the ports, though none is named. On the functions'
 * own groups SG-06 tells them, as it tells "all protocols" everywhere; the whole internet is SG-05's.
 */
function* wideForStrangers(
  subject: Resource,
  core: "yes" | "maybe",
  rules: readonly AdmissionRule[],
  oam: IpSet,
  { model }: RuleContext,
): Generator<Verdict> {
  if (model.ask(coreGroups).find((item) => item.group.resource === subject)?.of === "functions") return;
  const known = model.ask(vpcAddresses).union(oam);
  const letting = rules
    .filter(isWide)
    .filter(
      ({ traffic, peers }) =>
        traffic.overlaps(SSH) && !TrafficSet.ALL.minus(traffic).isEmpty && !isWorld(peers.addresses) && !known.contains(peers.addresses),
    );
  const [first] = letting;
  if (first === undefined) return;
  yield (core === "yes" ? fail : undetermined)({
    message: `Security group ${subject.name} lets ${listed(
      IpSet.EMPTY.union(...letting.map((rule) => rule.peers.addresses)).cidrs(),
    )} reach ${first.traffic.describe()} of machines in the core, SSH among them: a session there is neither brokered nor recorded (Remote Services).`,
    evidence: letting.flatMap((rule) =>
      rule.peers.nodes.map((node) => seen(node, "the ports that are needed, for the VPC's own addresses")),
    ),
    cause: "wide",
  });
}

const SSH = TrafficSet.of(TCP, 22, 22);

function isWide(rule: AdmissionRule): rule is AdmissionRule & { readonly traffic: TrafficSet } {
  return rule.traffic !== undefined && count(rule.traffic.intervals) > WIDEST;
}

/** Whether a rule admits a group that says it is of a zone other than OAM. */
function strangeGroups(rule: AdmissionRule, { model }: RuleContext): boolean {
  return rule.rule.groups.some((node) =>
    [node, ...node.items()].some((item) => {
      const reference = resolve(model, rule.rule.resource, item, GROUP_TYPES);
      const zone = reference.state === "resolved" ? zoneTagged(reference.resource) : undefined;
      return zone?.state === "known" && zone.value !== "oam";
    }),
  );
}

/** Whether a group stands in the core: by its own signs, or by its VPC. */
function inCore(subject: Resource, { model }: RuleContext): Certainty {
  const own = model.ask(coreGroups).find((item) => item.group.resource === subject);
  if (own !== undefined) return own.core;
  const vpc = securityGroup(model, subject)?.vpc;
  return vpc?.state === "resolved" ? (model.ask(coreVpcs).get(vpc.resource)?.core ?? "no") : "no";
}

function* keys(subject: Resource, context: RuleContext): Generator<Verdict> {
  const core = context.model.ask(holdsCore);
  if (core === "no") return;
  if (subject.type === KEY_PAIR) {
    if (isUsed(subject, context)) return;
    yield (core === "yes" ? fail : undetermined)({
      message: `Key pair ${subject.name} is made for SSH to machines of the core: whoever has its private half gets a shell that nobody records.`,
      evidence: [{ path: "aws.ec2.KeyPair", actual: subject.name, expected: "brokered sessions, and no key pair" }],
      cause: "key pair",
    });
    return;
  }
  const node = subject.type === EKS_NODE_GROUP ? subject.props.get("remoteAccess") : subject.props.get("keyName");
  if (node.isAbsent || (node.kind() === "object" && node.fields().every(([, value]) => value.isAbsent))) return;
  const set = node.isKnown || node.comesFrom.length > 0 || (subject.propertyDependencies["keyName"] ?? []).length > 0;
  yield (set && core === "yes" ? fail : undetermined)({
    message: `${subject.name} ${set ? "puts" : "may put"} an SSH key on machines of the core: whoever steals its private half has a shell on all of them that nobody brokers or records.`,
    evidence: [seen(node, "nothing: sessions go through a broker")],
    cause: "key",
  });
}

function isUsed(pair: Resource, { model }: RuleContext): boolean {
  return [LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE]
    .flatMap((type) => model.ofType(type))
    .some((item) => refersTo(resolve(model, item, item.props.get("keyName"), [KEY_PAIR]), pair) === "yes");
}

function isManagement(number: number): boolean {
  return PORTS.some((port) => number >= port.from && number <= port.to);
}

/** A Service of the core that offers a management protocol: the clear-text ones to nobody, the others to OAM, which a Service cannot say. */
function* service(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  if (!context.model.coreNamespaces.has(subject.namespace)) return;
  // Most Services are no business of this rule: their numbers tell before anything else is asked.
  if (!portsOf(subject, []).some((port) => port.numbers.some(isManagement) || port.node.get("targetPort").kind() === "string")) return;
  const behind = workloadsBehind(context.model, subject);
  const functions = behind.flatMap(({ workload }) => context.model.classification(workload).networkFunctions);
  if (functions.length === 0) return;
  for (const exposed of portsOf(subject, behind)) {
    const protocol = exposed.protocol === "UDP" ? UDP : TCP;
    const port = PORTS.find(
      (item) => item.protocol === protocol && exposed.numbers.some((number) => number >= item.from && number <= item.to),
    );
    if (port === undefined || port.name === "NETCONF over SSH" || port.name === "SNMP") continue;
    yield (port.brokered ? undetermined : fail)({
      message: `Service ${subject.name} offers ${port.name} of the ${[...new Set(functions)].join(", ")}${port.brokered ? ", and that the OAM zone alone reaches it is not said" : ", which sends passwords and files in the clear"} (Remote Services).`,
      evidence: [seen(exposed.node, port.brokered ? "SSH to the OAM zone alone" : "no such port")],
      networkFunctions: [...new Set(functions)],
      cause: `${port.name} ${exposed.numbers.join("/")}`,
    });
  }
}
