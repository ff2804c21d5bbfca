/**
 * Management comes from the management network and goes nowhere else: management ports take only OAM and observability, no function opens a
 * connection to OAM or to another function's management port, and OAM networks have no route to RAN, subscribers or partners. Logs, traces,
 * alarms and performance reports go to collectors in zone observability. A port is one of management where the function does not serve its
 * SBI there (OAI uses 9090). Addresses as sources of administration are SG-09's for security groups.
 */

import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { type CrossingRoute, crossingRoutes } from "../../analysis/aws-network/zone-routes";
import { declaredRange } from "../../analysis/cidr/zones";
import { zoneTagged } from "../../analysis/planes";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type BoundAllow, type NamedEdge, namedEdges } from "../../analysis/reachability/policy-edges";
import type { CoreUnit } from "../../analysis/reachability/parties";
import {
  describePorts,
  intersectPorts,
  NO_PORTS,
  type PortSet,
  portsOf,
  subtractPorts,
  unionPorts,
} from "../../analysis/reachability/ports";
import { listed } from "../../engine/listed";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { resolve } from "../../model/aws/references";
import { GROUP_TYPES, securityGroup, type SecurityGroupRule } from "../../model/aws/security-groups";
import { DEFAULT_ROUTE_TABLE, ROUTE, ROUTE_TABLE } from "../../model/aws/types";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";
import { neverReason } from "../../topology/matrix";

export default defineRule({
  id: "SG-26",
  name: "sg-26-management-out-of-band",
  title: "Out-of-band management: OAM reaches NFs, NFs and devices never reach OAM or each other's management ports",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<KubernetesObject, Resource>(objects(...POLICIES), resources(...GROUP_TYPES, ROUTE, ROUTE_TABLE, DEFAULT_ROUTE_TABLE)),
  rationale:
    "The management network reaches everything: a function that may open a connection into it, or into its neighbour's SSH, turns one foothold into the keys of the whole network.",
  remediation:
    "Take ports 22, 830, 161, 5000, 9999 and 9090 out of rules for anybody but the management and observability zones, remove every rule from a function to OAM, send logs and alarms to collectors, and give OAM subnets no route to RAN, UE pools or partners.",
  standards: [
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-OOB", title: "Hardening: out-of-band management, no lateral management" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-MGMT", title: "Monitoring: limit exposure of management traffic; DAWs" },
    { framework: "NIST CSWP 36E", ref: "design principles", title: "CSWP 36E (final, Mar 2026): isolate data plane, control plane and O&M traffic (VRF)" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.4.4.1", title: "Network Product Management and Maintenance interfaces" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-037", title: "System functions (such as the Management Plane) are not accessed without successful authentication and authorization. Access control policy should restrict and/" },
    { framework: "NIST SP 800-53r5", ref: "SC-37", title: "Out-of-band Channels" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(15)", title: "Boundary Protection | Networked Privileged Accesses" },
    { framework: "UK Telecoms Security Code of Practice", ref: "management plane measures" },
  ],
  breaks: [
    { id: "T1021.004", name: "SSH" },
    { id: "FGT1021", name: "Remote Services" },
    { id: "FGT1072", name: "Software Deployment Tools" },
  ],
  subsumes: { "SG-12": "evidence" },
  *check(subject, context) {
    if (!(subject instanceof Resource)) yield* judgePolicy(subject, context);
    else if (GROUP_TYPES.includes(subject.type)) yield* judgeGroup(subject, context);
    else yield* judgeRoutes(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "SSH from the management pods", resources: [...CORE, JUMP, ingress("amf", [pods("jump", "oam")], 22)] },
      { name: "metrics for observability", resources: [...CORE, PROMETHEUS, ingress("amf", [pods("prometheus", "watch")], 9090)] },
      { name: "an SBI on 9090", resources: [oai("amf"), oai("smf"), networkFunction("upf"), ingress("smf", [pods("amf")], 9090)] },
      { name: "logs to a collector", resources: [...CORE, PROMETHEUS, egress("amf", [pods("prometheus", "watch")], 4317)] },
      { name: "SSH from the declared management network", resources: [...CORE, ingress("amf", [{ ipBlock: { cidr: "10.9.0.0/24" } }], 22)], settings: { zones: { oam: ["10.9.0.0/16"] } } },
      { name: "groups of functions on the SBI", resources: [sg("amf", []), sg("smf", [{ ...tcp(8443), securityGroups: ["sg-amf"] }])] },
      { name: "OAM's own group into a function", resources: [sg("bastion", [], { tags: { "carrierguard.dev/zone": "oam" } }), sg("smf", [{ ...tcp(22), securityGroups: ["sg-bastion"] }])] },
    ],
    fail: [
      { name: "SSH from one function to another", resources: [...CORE, ingress("smf", [pods("amf")], 22)] },
      { name: "NETCONF out of a function", resources: [...CORE, egress("amf", [pods("smf")], 830)] },
      { name: "a function into the management pods", resources: [...CORE, JUMP, egress("upf", [pods("jump", "oam")], 443)] },
      { name: "a function into the console", resources: [...CORE, networkFunction("webui"), ingress("webui", [pods("amf")], 9999)] },
      { name: "the management network by its addresses", resources: [...CORE, egress("amf", [{ ipBlock: { cidr: "10.9.1.0/24" } }], 443)], settings: { zones: { oam: ["10.9.0.0/16"] } } },
      { name: "SSH for addresses that are no management", resources: [...CORE, ingress("amf", [{ ipBlock: { cidr: "10.1.0.0/16" } }], 22)], settings: { zones: { oam: ["10.9.0.0/16"] } } },
      { name: "SSH between groups of functions", resources: [sg("amf", []), sg("smf", [{ ...tcp(22), securityGroups: ["sg-amf"] }])] },
      { name: "a function's group let in to OAM", resources: [sg("upf", []), sg("bastion", [{ ...tcp(443), securityGroups: ["sg-upf"] }], { tags: { "carrierguard.dev/zone": "oam" } })] },
      { name: "a route from OAM to the RAN", resources: oamRoute, settings: { zones: { ran: ["10.100.0.0/16"] } } },
    ],
    undetermined: [
      { name: "addresses where nobody declared the management network", resources: [...CORE, ingress("amf", [{ ipBlock: { cidr: "10.1.0.0/24" } }], 22)] },
      { name: "a peer that the configuration brings", resources: [...CORE, ingress("smf", [{ podSelector: { matchLabels: { app: unknownValue() } } }], 22)] },
    ],
  }),
}); // prettier-ignore

const MANAGEMENT: PortSet = unionPorts(...[22, 830, 5000, 9999, 9090].map((port) => portsOf("TCP", port, port)), portsOf("UDP", 161, 161));

/** A range of more ports than this is about no port in particular: SG-12 speaks of it. */
const WIDEST_RANGE = 1024;

const isManagement = ({ parties }: CoreUnit) => parties.every(({ id }) => id === "OAM" || id === "oam");
const isWatching = ({ parties }: CoreUnit) => parties.every(({ kind, id }) => kind === "service" || id === "observability");

/** Management ports that a rule names at a workload; the ports of its own SBI are none. */
function managementPorts(ports: PortSet, at: CoreUnit): PortSet {
  const named = ports.filter(({ first, last }) => last - first < WIDEST_RANGE);
  return subtractPorts(intersectPorts(named, MANAGEMENT), at.sbi);
}

interface Fault {
  readonly text: string;
  readonly evidence: Evidence;
  readonly certain: boolean;
}

function* judgePolicy(policy: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const allows = allowsOf(context.model, policy);
  const faults = [...namedEdges(allows).flatMap(edgeFaults), ...allows.flatMap((allow) => addressFaults(allow, context))];
  yield* told(`${policy.kind} ${policy.name}`, faults);
}

function* told(what: string, faults: readonly Fault[]): Generator<Verdict> {
  const certain = faults.filter((fault) => fault.certain);
  const list = certain.length > 0 ? certain : faults;
  if (list.length === 0) return;
  const texts = [...new Set(list.map(({ text }) => text))];
  yield (certain.length > 0 ? fail : undetermined)({
    message: `${what} ${certain.length > 0 ? "lets" : "may let"} ${listed(texts, 3, "; ")}: one foothold becomes the management of the network (SSH).`,
    evidence: [...new Map(list.map(({ evidence }) => [evidence.path, evidence])).values()].slice(0, 5),
    interfaces: ["OAM"],
    cause: "management",
  });
} // prettier-ignore

function edgeFaults({ from, to, allow, certain }: NamedEdge): Fault[] {
  const evidence = seen(allow.rule.node, "the management or observability zone");
  if (isManagement(from) || isWatching(from)) return [];
  if (isManagement(to)) {
    const never = from.parties.some((a) => to.parties.some((b) => neverReason(a, b) !== undefined));
    return never ? [{ text: `the ${from.label} into the management (${to.unit.name})`, evidence, certain }] : [];
  }
  if (isWatching(to)) return [];
  const [sure, possible] = [managementPorts(allow.ports, to), managementPorts(allow.possible, to)];
  const text = `the ${from.label} open ${describePorts(possible)} of the ${to.label}`;
  return possible.length === 0 ? [] : [{ text, evidence, certain: certain && sure.length > 0 }];
}

function addressFaults(allow: BoundAllow, context: RuleContext): Fault[] {
  const management = declaredRange(context.settings.zones.oam).union(declaredRange(context.settings.zones.admin));
  const evidence = seen(allow.rule.node, context.settings.zones.oam ?? "zones.oam");
  return allow.rule.peers.flatMap((peer): Fault[] => {
    if (peer.kind !== "block" || isManagement(allow.self)) return [];
    if (allow.direction === "egress") {
      // Every address holds the management network too; that is SG-12's to say.
      const into = peer.certain.intersection(management);
      const wide = peer.certain.coversMoreThan(4, 8);
      return into.isEmpty || wide ? [] : [{ text: `the ${allow.self.label} into the management network (${listed(into.cidrs(), 2)})`, evidence, certain: allow.certain }];
    }
    const ports = managementPorts(allow.ports, allow.self);
    const strangers = peer.certain.minus(management);
    if (ports.length === 0 || strangers.isEmpty) return [];
    return [{ text: `${listed(strangers.cidrs(), 2)} open ${describePorts(ports)} of the ${allow.self.label}`, evidence, certain: allow.certain && !management.isEmpty }];
  });
} // prettier-ignore

/** What a group is for: functions, or the management. */
function sideOf(group: Resource): "function" | "management" | "other" {
  const zone = valueOr(zoneTagged(group), "");
  const { networkFunctions } = declaredFunctions(group);
  if (zone === "oam" || networkFunctions.includes("OAM")) return "management";
  if (zone === "observability") return "other";
  return networkFunctions.length > 0 ? "function" : "other";
}

function* judgeGroup(subject: Resource, context: RuleContext): Generator<Verdict> {
  const group = securityGroup(context.model, subject);
  const own = sideOf(subject);
  if (group === undefined || own === "other") return;
  const faults = [...group.inline, ...group.standalone].flatMap((rule) => groupFaults(rule, subject, own, context));
  yield* told(`Security group ${subject.name}`, faults);
}

function groupFaults(rule: SecurityGroupRule, subject: Resource, own: "function" | "management", context: RuleContext): Fault[] {
  const nodes = rule.groups.flatMap((node) => (node.kind() === "list" ? node.items() : [node]));
  return nodes.flatMap((node): Fault[] => {
    const reference = resolve(context.model, rule.resource, node, GROUP_TYPES);
    if (reference.state !== "resolved" || reference.resource === subject) return [];
    const other = sideOf(reference.resource);
    const evidence = seen(node, "no way from functions to the management");
    const name = reference.resource.name;
    if (rule.direction === "ingress" && own === "management" && other === "function") return [{ text: `${name} into the management`, evidence, certain: true }];
    if (rule.direction === "egress" && own === "function" && other === "management") return [{ text: `its functions into the management (${name})`, evidence, certain: true }];
    if (rule.direction !== "ingress" || own !== "function" || other !== "function") return [];
    const [from, to] = [valueOr(rule.fromPort.number(), 0), valueOr(rule.toPort.number(), 0)];
    const protocol = valueOr(rule.protocol.string(), "").toLowerCase();
    const named = to - from < WIDEST_RANGE && (protocol === "tcp" || protocol === "udp" || protocol === "6" || protocol === "17");
    const ports = named ? intersectPorts(portsOf(/udp|17/.test(protocol) ? "UDP" : "TCP", from, to), subtractPorts(MANAGEMENT, SBI_ON_9090)) : NO_PORTS;
    return ports.length === 0 ? [] : [{ text: `${name} open ${describePorts(ports)} of its functions`, evidence, certain: true }];
  });
} // prettier-ignore

/** Between groups of functions the port may be an SBI: OAI's. */
const SBI_ON_9090 = portsOf("TCP", 9090, 9090);

function* judgeRoutes(subject: Resource, context: RuleContext): Generator<Verdict> {
  const found = crossingRoutes(context.model, context.settings.zones).filter(
    ({ route, from, to }: CrossingRoute) => route.resource === subject && from === "oam" && ["ran", "untrusted", "interconnect"].includes(to),
  );
  const [first] = found;
  if (first === undefined) return;
  yield fail({
    message: `${subject.name} gives the management network a route to ${[...new Set(found.map(({ to }) => NAMES[to] ?? to))].join(" and ")}: whoever is there has a way to the management of the network (SSH).`,
    evidence: found.slice(0, 3).map(({ node }) => seen(node, "no route")),
    interfaces: ["OAM"],
    cause: "route",
  });
} // prettier-ignore

const NAMES: { readonly [zone: string]: string } = { ran: "the RAN", untrusted: "subscribers", interconnect: "roaming partners" };

const CORE = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf")];
const zoned = (name: string, namespace: string, zone: string) =>
  networkFunction(name, { namespace, labels: { app: name, "carrierguard.dev/zone": zone } });
const JUMP = zoned("jump", "oam", "oam");
const PROMETHEUS = zoned("prometheus", "watch", "observability");
const oai = (name: string) => networkFunction(name, { container: { ports: [{ name: "sbi", containerPort: 9090 }] } });

function pods(app: string, namespace?: string): Properties {
  const place: Properties =
    namespace === undefined ? {} : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
  return { ...place, podSelector: { matchLabels: { app } } };
}

function ingress(app: string, from: readonly Properties[], port: number) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-in`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: [{ from, ports: [{ protocol: "TCP", port }] }] } });
} // prettier-ignore

function egress(app: string, to: readonly Properties[], port: number) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-out`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: [{ to, ports: [{ protocol: "TCP", port }] }] } });
} // prettier-ignore

const tcp = (port: number) => ({ protocol: "tcp", fromPort: port, toPort: port });

function sg(name: string, rules: readonly Properties[], properties: Properties = {}) {
  return resource("aws:ec2/securityGroup:SecurityGroup", name, { id: `sg-${name}`, ingress: rules, ...properties });
}

const oamRoute = [
  resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.9.0.0/16", tags: { "carrierguard.dev/zone": "control" } }),
  resource("aws:ec2/subnet:Subnet", "oam", {
    id: "subnet-1",
    vpcId: "vpc-1",
    cidrBlock: "10.9.0.0/24",
    tags: { "carrierguard.dev/zone": "oam" },
  }),
  resource("aws:ec2/routeTable:RouteTable", "oam", { id: "rtb-1", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "oam", { subnetId: "subnet-1", routeTableId: "rtb-1" }),
  resource("aws:ec2/route:Route", "ran", { routeTableId: "rtb-1", destinationCidrBlock: "10.100.0.0/16", transitGatewayId: "tgw-1" }),
];
