/**
 * Flow logs on every core VPC and transit attachment, all traffic, fine aggregation.
 *
 * Which VPCs are core networks is told by `analysis/aws-network/core-vpcs`. Two logs of ACCEPT and REJECT are as good as one of ALL, and
 * logs on every subnet as good as one on the VPC. Minutes matter where RAN, roaming or user-plane traffic passes; the pkt-* fields keep the
 * real endpoints behind a NAT gateway or a load balancer (VPC User Guide, flow log records). Of a transit gateway's logs only their
 * existence is judged: they take no traffic type, always aggregate at 60 s and lack those fields.
 */

import { type Certainty, coreVpcs } from "../../analysis/aws-network/core-vpcs";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { firewalls, type FlowLog, flowLogs, subnets, VPC_TYPES, vpcOf } from "../../model/aws/networks";
import { refersTo, resolve } from "../../model/aws/references";
import { FIREWALL, FLOW_LOG, SECURITY_GROUP, SUBNET, TRANSIT_ATTACHMENT, TRANSIT_GATEWAY, VPC } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "LG-03",
  name: "lg-03-vpc-flow-logs",
  title: "Flow logs on every core VPC and transit attachment, all traffic, fine aggregation",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: resources(...VPC_TYPES, TRANSIT_ATTACHMENT, FIREWALL),
  rationale:
    "Tunnels and exfiltration out of a core look like any other packet: only flow records of everything that passed, accepted traffic too, show who spoke with whom, and without them an intrusion cannot be told from a busy hour.",
  remediation:
    "Add aws.ec2.FlowLog with vpcId, trafficType: ALL, maxAggregationInterval: 60 and a logFormat with pkt-srcaddr, pkt-dstaddr, tcp-flags, flow-direction and traffic-path (S3 as Parquet where N3 or N6 volume is high); one on each transit gateway attachment; a LoggingConfiguration for each Network Firewall.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "3.7", title: "Ensure VPC flow logging is enabled in all VPCs" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-FLOW", title: "Monitoring: flow monitoring at key ingress/egress" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(4)", title: "System Monitoring | Inbound and Outbound Communications Traffic" },
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "CISA ZTMM v2", ref: "Networks" },
  ],
  breaks: [
    { id: "FGT1572", name: "Protocol Tunneling" },
    { id: "T1572", name: "Protocol Tunneling" },
    { id: "FGT1048", name: "Exfiltration Over Alternative Protocol" },
  ],
  *check(subject, context) {
    const { model } = context;
    const cores = model.ask(coreVpcs);
    if (VPC_TYPES.includes(subject.type)) {
      const core = cores.get(subject);
      if (core !== undefined && core.core !== "no") yield* judgeVpc(subject, core.core, core.because, core.transit, context);
      return;
    }
    const vpc = vpcOf(model, subject);
    const core = vpc.state === "resolved" ? (cores.get(vpc.resource)?.core ?? "no") : anyCore([...cores.values()].map((answer) => answer.core));
    if (core === "no") return;
    const certain = core === "yes" && vpc.state === "resolved";
    const logged = subject.type === FIREWALL ? firewallLogged(model, subject) : attachmentLogged(model, subject);
    if (logged === "yes") return;
    const verdict = certain && logged === "no" ? fail : undetermined;
    const what = subject.type === FIREWALL ? "Network Firewall" : "Transit gateway attachment";
    yield verdict({
      message: `${what} ${subject.name} of a core VPC ${certain && logged === "no" ? "has" : "may have"} no log: what leaves the core by it, or tunnels through it (Protocol Tunneling), is seen by nobody.`,
      evidence: [{ path: "", actual: null, expected: subject.type === FIREWALL ? "a LoggingConfiguration with a destination" : "a FlowLog with its transitGatewayAttachmentId or transitGatewayId" }],
    });
  },
  examples: () => ({
    pass: [
      { name: "a full flow log on the core VPC", resources: [vpc("core", "control"), log({})] },
      { name: "accepted and rejected traffic in two logs", resources: [vpc("core", "control"), log({ trafficType: "ACCEPT" }), log({ trafficType: "REJECT" }, "rejected")] },
      {
        name: "a log on every subnet",
        resources: [vpc("core", "control"), subnet, resource(FLOW_LOG, "subnet", { ...FULL, vpcId: null, subnetId: unknownValue(subnet) })],
      },
      { name: "a VPC of another zone", resources: [vpc("office", "corporate")] },
      { name: "a VPC in a stack that shows no core", resources: [resource(VPC, "web", { cidrBlock: "10.0.0.0/16" })] },
      {
        name: "a logged transit gateway attachment",
        resources: [vpc("core", "control"), log({}), attachment, resource(FLOW_LOG, "tgw", { transitGatewayAttachmentId: unknownValue(attachment) })],
      },
    ],
    fail: [
      { name: "no flow log on a tagged core VPC", resources: [vpc("core", "control")] },
      {
        name: "no flow log on the VPC of a group that opens PFCP",
        resources: [
          untagged,
          resource(SECURITY_GROUP, "upf", { vpcId: unknownValue(untagged), ingress: [{ protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["10.0.4.0/28"] }] }),
        ],
      },
      { name: "rejected traffic only", resources: [vpc("core", "control"), log({ trafficType: "REJECT" })] },
      { name: "ten minutes' aggregation on the user plane", resources: [vpc("core", "user-plane"), log({ maxAggregationInterval: 600 })] },
      { name: "the default format", resources: [vpc("core", "control"), log({ logFormat: null })] },
      { name: "an attachment without a log", resources: [vpc("core", "control"), log({}), attachment] },
      { name: "a firewall that logs nothing", resources: [vpc("core", "control"), log({}), resource(FIREWALL, "n6", { vpcId: "vpc-core" })] },
    ],
    undetermined: [
      { name: "a flow log on a VPC that is not known yet", resources: [vpc("core", "control"), resource(FLOW_LOG, "some", { ...FULL, vpcId: unknownValue() })] },
      { name: "an EKS cluster whose workloads are elsewhere", resources: [untagged, resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: unknownValue(untagged), subnetIds: [] } }, { vpcConfig: [untagged] })] },
    ],
  }),
}); // prettier-ignore

const FIELDS = ["pkt-srcaddr", "pkt-dstaddr", "tcp-flags", "flow-direction", "traffic-path"];

function anyCore(answers: readonly Certainty[]): Certainty {
  return answers.some((answer) => answer !== "no") ? "maybe" : "no";
}

function* judgeVpc(vpc: Resource, core: Certainty, because: string, transit: boolean, context: RuleContext): Generator<Verdict> {
  const all = context.model.ask(flowLogs);
  const [certain, possible] = (["yes", "maybe"] as const).map((wanted) => all.filter((log) => refersTo(log.vpc, vpc) === wanted));
  const logs = certain !== undefined && certain.length > 0 ? certain : subnetLogs(context.model, vpc, all);
  const recorded = new Set(logs.flatMap((log) => typesOf(log)));
  const everything = recorded.has("ACCEPT") && recorded.has("REJECT");
  const wrong = core === "yes" ? fail : undetermined;
  if (!everything) {
    const hidden = (possible?.length ?? 0) > 0 || logs.some((log) => log.resource.props.get("trafficType").isUnknown);
    const verdict = hidden ? undetermined : wrong;
    const what = hidden ? "may leave flows unrecorded" : logs.length === 0 ? "has no flow log" : "records only a part of its flows";
    yield verdict({
      message: `${core === "yes" ? "Core VPC" : "VPC"} ${vpc.name} (${because}) ${what}: tunnels and exfiltration (Protocol Tunneling) leave no trace.`,
      evidence: logs.length === 0 ? [{ path: "", actual: null, expected: "a FlowLog with trafficType ALL" }] : logs.map((log) => seen(log.resource.props.get("trafficType"), "ALL")),
      cause: "traffic",
    });
    return;
  }
  for (const log of logs) yield* judgeLog(log, vpc, wrong, transit);
} // prettier-ignore

/** Traffic that a log records; ALL is the answer only where it is said. */
function typesOf(log: FlowLog): readonly string[] {
  const type = valueOr(log.resource.props.get("trafficType").string(), "");
  return type === "ALL" ? ["ACCEPT", "REJECT"] : [type];
}

/** The logs of a VPC's subnets, where each of them has one. */
function subnetLogs(model: CoreModel, vpc: Resource, all: readonly FlowLog[]): readonly FlowLog[] {
  const own = model.ask(subnets).filter((item) => refersTo(vpcOf(model, item), vpc) === "yes");
  const logged = own.map((item) => all.filter((log) => refersTo(log.subnet, item) === "yes"));
  return logged.every((logs) => logs.length > 0) ? logged.flat() : [];
}

function* judgeLog(log: FlowLog, vpc: Resource, wrong: typeof fail, transit: boolean): Generator<Verdict> {
  const { props, name } = log.resource;
  const interval = props.get("maxAggregationInterval");
  const seconds = interval.number();
  if (transit && !(seconds.state === "known" && seconds.value <= 60)) {
    const verdict = seconds.state === "unknown" ? undetermined : wrong;
    yield verdict({
      message: `Flow log ${name} gathers up to ten minutes of RAN, roaming or user-plane traffic of VPC ${vpc.name} into one record: short tunnels and bursts (Exfiltration Over Alternative Protocol) drown in it.`,
      evidence: [seen(interval, 60)],
      resource: log.resource,
      cause: "aggregation",
    });
  }
  const format = props.get("logFormat");
  const text = format.string();
  const missing = FIELDS.filter((field) => text.state === "known" && !text.value.includes(`\${${field}}`));
  if (text.state === "known" && missing.length === 0) return;
  const verdict = text.state === "unknown" ? undetermined : wrong;
  yield verdict({
    message: `Flow log ${name} of VPC ${vpc.name} ${text.state === "unknown" ? "may leave out" : "leaves out"} ${(missing.length > 0 ? missing : FIELDS).join(", ")}: behind a NAT gateway, a load balancer or an intermediary the real endpoints of a flow (Exfiltration Over Alternative Protocol) stay hidden.`,
    evidence: [seen(format, FIELDS.map((field) => `\${${field}}`).join(" "))],
    resource: log.resource,
    cause: "format",
  });
}

function attachmentLogged(model: CoreModel, attachment: Resource): Certainty {
  const gateway = resolve(model, attachment, attachment.props.get("transitGatewayId"), [TRANSIT_GATEWAY]);
  const answers = model.ask(flowLogs).map((log) => {
    const own = refersTo(log.transitAttachment, attachment);
    return own === "yes" || gateway.state !== "resolved" ? own : refersTo(log.transitGateway, gateway.resource);
  });
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

function firewallLogged(model: CoreModel, firewall: Resource): Certainty {
  const logging = model.ask(firewalls).find((item) => item.resource === firewall)?.logging ?? [];
  const destinations = logging.map((item) => item.props.get("loggingConfiguration", "logDestinationConfigs"));
  if (destinations.some((list) => list.items().length > 0)) return "yes";
  return destinations.some((list) => list.isUnknown) ? "maybe" : "no";
}

const FULL = {
  vpcId: "vpc-core",
  trafficType: "ALL",
  maxAggregationInterval: 60,
  logFormat: "${srcaddr} ${dstaddr} ${pkt-srcaddr} ${pkt-dstaddr} ${tcp-flags} ${flow-direction} ${traffic-path}",
};

function vpc(name: string, zone: string) {
  return resource(VPC, name, { id: `vpc-${name}`, cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": zone } });
}

const untagged = resource(VPC, "network", { cidrBlock: "10.0.0.0/16" });
const subnet = resource(SUBNET, "sbi", { vpcId: "vpc-core" });
const attachment = resource(TRANSIT_ATTACHMENT, "roaming", { vpcId: "vpc-core" });

function log(over: { readonly [key: string]: string | number | null }, name = "all") {
  return resource(FLOW_LOG, name, { ...FULL, ...over });
}
