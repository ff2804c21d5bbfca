/**
 * Tunnels are declared or refused: GRE, IP-in-IP and 6in4, VXLAN, WireGuard and SOCKS ports in security groups, Transit Gateway Connect, client VPN, and
 * tunnel programs in pods of the core. GTP-U is the core's own; VXLAN and WireGuard between the members of a group are the CNI's; 7000 and 7001 between
 * members are Cassandra's. Everything at once (protocol -1, all ports) is SG-05's and SG-06's.
 */

import type { Judged } from "../../engine/judged";
import { perPod } from "../../engine/pod-checks";
import { parseImage } from "../../analysis/images/reference";
import { programsOf } from "../../analysis/shell/programs";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, resources, workloads } from "../../engine/targets";
import {
  groupOfRule,
  GROUP_TYPES,
  RULE_TYPES,
  type SecurityGroupRule,
  securityGroup,
  standaloneRule,
} from "../../model/aws/security-groups";
import { SECURITY_GROUP } from "../../model/aws/types";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, type Properties, resource, unknownValue } from "../../testing/build";

const DOORS: { readonly [type: string]: string } = {
  "aws:ec2transitgateway/connect:Connect": "Transit Gateway Connect (GRE)",
  "aws:ec2transitgateway/connectPeer:ConnectPeer": "a Transit Gateway Connect peer (GRE)",
  "aws:ec2clientvpn/endpoint:Endpoint": "a client VPN",
};

export default defineRule({
  id: "LG-14",
  name: "lg-14-no-undeclared-tunnels",
  title: "Undeclared tunnels are refused: GRE, IP-in-IP, VXLAN, WireGuard, SOCKS, reverse proxies",
  family: "logging",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: either<Resource, Workload>(resources(...GROUP_TYPES, ...RULE_TYPES, ...Object.keys(DOORS)), workloads),
  rationale: "Salt Typhoon built GRE tunnels and LIMINAL PANDA brought frp, microsocks and proxychains: a tunnel inside a core carries everything past its firewalls, and looks like one more packet flow.",
  remediation: "Remove the tunnel, or declare it under rules.LG-14.tunnels as \"<resource name> <owner> <peer>\".",
  options: { tunnels: { type: "strings", description: 'Tunnels that are meant: "<resource name> <owner> <peer>".', default: [] } },
  standards: [
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "DEF-EDGE", title: "Defenders: know forward-facing assets; look for open ports, GRE or IPsec tunnels" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(22)", title: "System Monitoring | Unauthorized Network Services" },
    { framework: "NIST SP 800-53r5", ref: "CA-3", title: "Information Exchange" },
  ],
  breaks: [
    { id: "FGT1572", name: "Protocol Tunneling" },
    { id: "T1572", name: "Protocol Tunneling" },
    { id: "FGT1090.001", name: "Internal Proxy" },
    { id: "FGT1090.002", name: "External Proxy" },
    { id: "FGT1090.003", name: "Multi-hop Proxy" },
    { id: "T1090", name: "Proxy" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) {
      yield* inPod(subject, context);
      return;
    }
    if (isDeclared(subject.name, context)) return;
    const door = DOORS[subject.type];
    if (door !== undefined) {
      yield fail({
        message: `${subject.name} is ${door} that nobody declared: traffic of the core leaves inside it, past every rule (Protocol Tunneling).`,
        evidence: [{ path: "", actual: subject.type, expected: "an entry of rules.LG-14.tunnels" }],
      });
      return;
    }
    const group = securityGroup(context.model, subject);
    if (group !== undefined) {
      for (const rule of [...group.inline, ...group.standalone.filter((item) => !isDeclared(item.resource.name, context))]) yield* judgeRule(rule, subject);
    } else if (groupOfRule(context.model, subject).state !== "resolved") yield* judgeRule(standaloneRule(subject), subject);
  },
  examples: () => ({
    pass: [
      { name: "GTP-U and SCTP", resources: [group([{ protocol: "udp", fromPort: 2152, toPort: 2152, cidrBlocks: ["10.1.0.0/16"] }, { protocol: "132", fromPort: -1, toPort: -1, cidrBlocks: ["10.1.0.0/16"] }])] },
      { name: "VXLAN of the CNI between nodes", resources: [group([{ protocol: "udp", fromPort: 4789, toPort: 4789, self: true }])] },
      { name: "Cassandra between its members", resources: [group([{ protocol: "tcp", fromPort: 7000, toPort: 7001, self: true }])] },
      { name: "a declared GRE peer", resources: [group([{ protocol: "47", fromPort: 0, toPort: 0, cidrBlocks: ["10.9.0.1/32"] }])], settings: { rules: { "LG-14": { options: { tunnels: ["core transport-team router-1"] } } } } },
      { name: "a wide port range is another rule's", resources: [group([{ protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["10.0.0.0/8"] }])] },
    ],
    fail: [
      { name: "GRE", resources: [group([{ protocol: "47", fromPort: 0, toPort: 0, cidrBlocks: ["203.0.113.9/32"] }])] },
      { name: "IP-in-IP by its name", resources: [group([{ protocol: "ipip", fromPort: -1, toPort: -1, cidrBlocks: ["10.0.0.0/8"] }])] },
      { name: "WireGuard to an address", resources: [resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", { securityGroupId: "sg-1", ipProtocol: "udp", fromPort: 51820, toPort: 51820, cidrIpv4: "203.0.113.9/32" })] },
      { name: "SOCKS", resources: [group([{ protocol: "tcp", fromPort: 1080, toPort: 1080, cidrBlocks: ["10.0.0.0/8"] }])] },
      { name: "Transit Gateway Connect", resources: [resource("aws:ec2transitgateway/connect:Connect", "gre", { transitGatewayId: "tgw-1" })] },
      { name: "a reverse proxy in a pod", resources: [networkFunction("amf"), networkFunction("helper", { container: { image: "r.example/tools/frpc:0.61" } })] },
      { name: "proxychains before the function", resources: [networkFunction("smf", { container: { command: ["sh", "-c", "proxychains4 ./smf"] } })] },
    ],
    undetermined: [{ name: "a protocol that the configuration brings", resources: [group([{ protocol: unknownValue(), fromPort: 0, toPort: 0, cidrBlocks: ["203.0.113.9/32"] }])] }],
  }),
}); // prettier-ignore

const PROTOCOLS: { readonly [protocol: string]: string } = {
  "4": "IP-in-IP",
  ipip: "IP-in-IP",
  ipencap: "IP-in-IP",
  "94": "IP-in-IP",
  "41": "6in4",
  ipv6: "6in4",
  "47": "GRE",
  gre: "GRE",
};
const PORTS: ReadonlyMap<number, string> = new Map([[1080, "SOCKS"], [4789, "VXLAN"], [51820, "WireGuard"], [7000, "a reverse proxy (frp)"]]); // prettier-ignore

/** A range wider than this is no door for one program. */
const NARROW = 8;

function* judgeRule(rule: SecurityGroupRule, subject: Resource): Iterable<Verdict> {
  const members = valueOr(rule.self.boolean(), false) || rule.groups.some((node) => !node.isAbsent);
  const others = [...rule.cidrs, ...rule.prefixLists].some(
    (node) => !node.isAbsent && !(node.kind() === "list" && node.items().length === 0),
  );
  const protocol = rule.protocol.string();
  const what = protocol.state === "known" ? tunnelOf(protocol.value.toLowerCase(), rule) : undefined;
  if (protocol.state !== "unknown" && (what === undefined || (what.port && members && !others))) return;
  yield (what === undefined ? undetermined : fail)({
    message:
      what === undefined
        ? `Security group ${subject.name} opens a protocol that is not known before deployment: it may be a tunnel (Protocol Tunneling).`
        : `${subject.name} opens ${what.name} (${rule.direction}) that nobody declared: traffic of the core passes inside it, past every other rule (Protocol Tunneling).`,
    evidence: [seen(what?.port === true ? rule.fromPort : rule.protocol, "an entry of rules.LG-14.tunnels, or no tunnel")],
    resource: rule.resource,
    cause: `${what?.name ?? "unknown"} ${rule.direction}`,
  });
}

function tunnelOf(protocol: string, rule: SecurityGroupRule): { readonly name: string; readonly port: boolean } | undefined {
  const name = PROTOCOLS[protocol];
  if (name !== undefined) return { name, port: false };
  if (!["tcp", "udp", "6", "17"].includes(protocol)) return undefined;
  const from = valueOr(rule.fromPort.number(), -1);
  const to = valueOr(rule.toPort.number(), from);
  if (from < 0 || to - from >= NARROW) return undefined;
  const udp = protocol === "udp" || protocol === "17";
  for (const [port, title] of PORTS)
    if (from <= port && port <= to && (port === 4789 || port === 51820) === udp) return { name: `${title} (${port})`, port: true };
  return undefined;
}

function isDeclared(name: string, context: RuleContext): boolean {
  return (context.options["tunnels"] as readonly string[]).some((line) => {
    const [resourceName, owner, peer] = line.trim().split(/\s+/);
    return resourceName === name && owner !== undefined && peer !== undefined;
  });
}

const PROGRAM = /^(frp[cs]?|chisel|ngrok|gost|proxychains4?|microsocks|ligolo(-ng)?|cloudflared|rathole|autossh)$/;

/** Functions, and everything in a namespace that holds one. */
function judgedInside(workload: Workload, context: RuleContext): Judged {
  const inside =
    context.model.classification(workload).role === "nf" ||
    (context.view === "stack" && context.model.coreNamespaces.has(workload.namespace));
  return inside && !isDeclared(workload.name, context) ? "yes" : "no";
}

const inPod = perPod(judgedInside, function* (workload) {
  const { networkFunctions } = workload;
  for (const container of workload.containers) {
    const image = container.image.state === "known" ? (parseImage(container.image.value)?.path.split("/").at(-1) ?? "") : "";
    const argv = ["command", "args"].flatMap((key) =>
      container.node
        .get(key)
        .items()
        .map((item) => valueOr(item.string(), "")),
    );
    const program = PROGRAM.test(image) ? image : programsOf(argv).find((item) => PROGRAM.test(item.program))?.program;
    if (program === undefined) continue;
    yield fail({
      message: `Container ${container.name} of ${workload.kind} ${workload.name} runs ${program}: a tunnel out of the core that nobody declared (Multi-hop Proxy).`,
      evidence: [
        { path: container.node.get(PROGRAM.test(image) ? "image" : "command").path, actual: program, expected: "no tunnel program" },
      ],
      container: container.name,
      networkFunctions,
    });
  }
});

function group(ingress: readonly Properties[]) {
  return resource(SECURITY_GROUP, "core", { ingress });
}
