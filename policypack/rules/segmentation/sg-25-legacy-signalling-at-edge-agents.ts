/**
 * From the interconnect (zones.interconnect) each protocol ends at its edge agent: Diameter at the DEA, GTP-C at the GTP edge, SIGTRAN at the
 * STP, roaming DNS at the eDNS, N32 at the SEPP, IPsec at the security gateway. Anything else from there, SSH before all, is refused, and the
 * eDNS asks for names and nothing else. GTP-U is SG-24's, N32's peers SG-22's, what is open to the whole world SG-05's and SG-12's.
 */

import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { type AdmissionRule, admissionsOf, emissionsOf } from "../../analysis/aws-network/ingress";
import { isWorld } from "../../analysis/aws-network/world";
import { PATH_MESSAGES } from "../../analysis/aws-network/edge-admissions";
import { flowTrafficBetween } from "../../analysis/aws-network/flow-traffic";
import { SCTP, TCP, TrafficSet, UDP } from "../../analysis/cidr/traffic";
import { declaredRange } from "../../analysis/cidr/zones";
import { exposedBy } from "../../analysis/exposure/backends";
import { openings } from "../../analysis/exposure/openings";
import { portsOf as servicePorts, workloadsBehind } from "../../analysis/exposure/services";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type BoundAllow } from "../../analysis/reachability/policy-edges";
import { portsOfFlow } from "../../analysis/reachability/parties";
import { describePorts, NO_PORTS, type PortSet, portsOf, subtractPorts, unionPorts } from "../../analysis/reachability/ports";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { GROUP_TYPES, securityGroup } from "../../model/aws/security-groups";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";
import { standardFlows } from "../../topology/matrix";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "SG-25",
  name: "sg-25-legacy-signalling-at-edge-agents",
  title: "Legacy signalling and roaming DNS terminate at hardened edge agents, not on core nodes",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either<KubernetesObject, Resource>(objects(["v1", "Service"], ...POLICIES), resources(...GROUP_TYPES)),
  rationale:
    "Groups that live in operators' networks travel from one to the next over the interconnect, by SSH to a roaming DNS server and by GTP and Diameter to nodes that should never be seen from there.",
  remediation:
    "Let partners' ranges reach Diameter only on the DEA, GTP-C only on the GTP edge, SIGTRAN only on the STP and DNS only on the eDNS; take SSH and everything else from the interconnect out, and limit the eDNS's egress to port 53.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.5" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-016", title: "Monitoring of edge network nodes such as Signal Transfer Points (STPs) and Diameter Edge/Routing Agents (DEAs/DRAs) with firewalls or other tools to protect roa" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-017", title: "Monitoring of core network elements such as such as Visitor Location Register (VLR) and Mobility Management Entity (MME) with firewalls or other tools to detect" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-007", title: "Checking against a whitelist/blacklist of permitted message type/sender identity combinations to ensure that the sender of a GTP-C based protocol message is aut" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.6.2.3", title: "GTP-C Filtering" },
    { framework: "GSMA FS.19", ref: "", title: "Diameter interconnect security" },
    { framework: "GSMA FS.20", ref: "", title: "GTP security" },
    { framework: "GSMA FS.21", ref: "", title: "Interconnect signalling security" },
  ],
  breaks: [
    { id: "FGT5012.008", name: "SS7 Or Diameter Signaling" },
    { id: "FGT5019.005", name: "SS7 Or Diameter Signaling" },
    { id: "FGT1071.502", name: "Telecom Protocols" },
    { id: "FGT1071.501", name: "SSH" },
    { id: "FGT1036.502", name: "Port Number" },
    { id: "FGT5042", name: "Bypass Telecom Signaling Firewall" },
  ],
  subsumes: { "SG-21": "resource", "SG-12": "evidence" },
  *check(subject, context) {
    if (subject instanceof Resource) yield* group(subject, context);
    else if (subject.kind === "Service") yield* service(subject, context);
    else yield* policy(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "Diameter at the DEA", resources: [sg("dea", [diameter("198.51.100.0/24")])], settings: PARTNERS },
      { name: "roaming DNS at the eDNS", resources: [...CORE, networkFunction("edns"), ingress("edns", 53, "UDP"), names("edns")], settings: PARTNERS },
      { name: "SIGTRAN at an STP", resources: [sg("stp", [{ protocol: "132", fromPort: 2905, toPort: 2905, cidrBlocks: ["198.51.100.0/24"] }])], settings: PARTNERS },
      { name: "GTP-C at the GTP edge", resources: [sg("gtpc-edge", [udp(2123)])], settings: PARTNERS },
      { name: "Diameter inside the core", resources: [sg("hss", [diameter("10.20.5.0/24")])], settings: PARTNERS },
      { name: "no partner declared", resources: [sg("hss", [diameter("198.51.100.0/24")])] },
      { name: "an operator without 4G roaming", resources: [sg("amf", [{ protocol: "tcp", fromPort: 8443, toPort: 8443, cidrBlocks: ["10.20.5.0/24"] }])], settings: PARTNERS },
    ],
    fail: [
      { name: "Diameter from partners at the HSS", resources: [sg("hss", [diameter("198.51.100.0/24")])], settings: PARTNERS },
      { name: "GTP-C from partners at the SMF", resources: [...CORE, ingress("smf", 2123, "UDP")], settings: PARTNERS },
      { name: "SSH from the interconnect on the eDNS", resources: [sg("edns", [udp(53), { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["198.51.100.9/32"] }])], settings: PARTNERS },
      { name: "every port of the DEA", resources: [sg("dea", [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["198.51.100.0/24"] }])], settings: PARTNERS },
      { name: "SSH on a group that says nothing", resources: [sg("misc", [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["198.51.100.0/24"] }])], settings: PARTNERS },
      { name: "an HSS on a partner-facing load balancer", resources: [...CORE, networkFunction("hss"), object("v1", "Service", "s6a", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"], selector: { app: "hss" }, ports: [{ port: 3868 }] } })], settings: PARTNERS },
      { name: "an eDNS that may call anything", resources: [...CORE, networkFunction("edns"), object("networking.k8s.io/v1", "NetworkPolicy", "edns-out", { spec: { podSelector: { matchLabels: { app: "edns" } }, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "198.51.100.0/24" } }] }] } })], settings: PARTNERS },
    ],
    undetermined: [{ name: "ports that the configuration brings", resources: [sg("hss", [{ protocol: "tcp", fromPort: unknownValue(), toPort: unknownValue(), cidrBlocks: ["198.51.100.0/24"] }])], settings: PARTNERS }],
  }),
}); // prettier-ignore

const ATTACK = "who broke into a partner walks on from there (Bypass Telecom Signaling Firewall)";
const EDGE_FUNCTIONS: readonly NetworkFunctionId[] = ["DEA", "EDNS", "SEPP", "SEG", "UPF"];

/** Agents that the topology knows no function for, by their names. */
const AGENTS: readonly (readonly [name: RegExp, traffic: TrafficSet])[] = [
  [/(^|[^a-z])(stp|sigtran|ss7)([^a-z]|$)/i, TrafficSet.union([TrafficSet.of(SCTP), TrafficSet.of(TCP, 2905, 2905), TrafficSet.of(TCP, 9900, 9900)])],
  [/gtp-?c?-?(edge|proxy|fw|firewall|gateway)|(^|[^a-z])bg([^a-z]|$)/i, TrafficSet.union([TrafficSet.of(UDP, 2123, 2123), TrafficSet.of(UDP, 2152, 2152)])],
]; // prettier-ignore

/** What partners may open at a group's members: by their functions, or, where these are not told, at any edge agent. */
function mayEnter(subject: Resource): TrafficSet {
  const { networkFunctions } = declaredFunctions(subject);
  const agents = AGENTS.filter(([name]) => name.test(subject.name)).map(([, traffic]) => traffic);
  const known = networkFunctions.length > 0 || agents.length > 0;
  const functions = known ? networkFunctions : EDGE_FUNCTIONS;
  const byFlow = functions.map((id) => flowTrafficBetween("zone:interconnect", id));
  return TrafficSet.union([...byFlow, ...agents, ...(known ? [] : AGENTS.map(([, traffic]) => traffic)), PATH_MESSAGES]);
}

function* group(subject: Resource, context: RuleContext): Generator<Verdict> {
  const partners = declaredRange(context.settings.zones.interconnect);
  const found = securityGroup(context.model, subject);
  if (found === undefined || partners.isEmpty) return;
  const allowed = mayEnter(subject);
  const fromPartners = admissionsOf(context.model, found).filter(({ peers }) => peers.addresses.overlaps(partners) && !isWorld(peers.addresses));
  const beyond = fromPartners.filter(({ traffic }) => traffic !== undefined && !traffic.minus(allowed).isEmpty);
  const open = fromPartners.filter(({ traffic, certain }) => traffic === undefined || !certain);
  yield* tell(`Security group ${subject.name} lets roaming partners reach more than the edge agent that is theirs`, beyond, open);
  if (!declaredFunctions(subject).networkFunctions.includes("EDNS")) return;
  const names = TrafficSet.union([TrafficSet.of(UDP, 53, 53), TrafficSet.of(TCP, 53, 53), PATH_MESSAGES]);
  const leaving = emissionsOf(context.model, found).filter(({ traffic, certain }) => certain && traffic !== undefined && !traffic.minus(names).isEmpty);
  yield* tell(`Security group ${subject.name} lets the eDNS send more than DNS`, leaving, [], "egress");
} // prettier-ignore

function* tell(what: string, beyond: readonly AdmissionRule[], open: readonly AdmissionRule[], cause = "partners"): Generator<Verdict> {
  const told = beyond.length > 0 ? beyond : open;
  if (told.length === 0) return;
  yield (beyond.length > 0 ? fail : undetermined)({
    message: `${what}${beyond.length > 0 ? "" : ", as far as is known"}: ${ATTACK}.`,
    evidence: told.slice(0, 5).map(({ rule }) => seen(rule.fromPort.isAbsent ? rule.protocol : rule.fromPort, "the protocol of the edge agent")),
    interfaces: ["S6a", "S8", "DNS"],
    cause,
  });
} // prettier-ignore

function* policy(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const partners = declaredRange(context.settings.zones.interconnect);
  for (const allow of allowsOf(context.model, subject)) {
    const beyond = allow.direction === "ingress" ? fromPartners(allow, partners) : namesOnly(allow);
    if (beyond.length === 0) continue;
    const { self } = allow;
    yield (allow.certain ? fail : undetermined)({
      message:
        allow.direction === "ingress"
          ? `${subject.kind} ${subject.name} lets roaming partners open ${describePorts(beyond)} of the ${self.label}, which is no edge agent for it: ${ATTACK}.`
          : `${subject.kind} ${subject.name} lets the eDNS ${self.unit.name} send ${describePorts(beyond)}, where it needs names only: ${ATTACK}.`,
      evidence: [
        seen(allow.rule.node, allow.direction === "ingress" ? "the edge agent's own protocol" : "port 53, and collectors of logs"),
      ],
      networkFunctions: self.parties.flatMap((party) => (party.kind === "function" ? [party.id] : [])),
      cause: allow.direction === "ingress" ? "partners" : "egress",
    });
    return;
  }
}

/** Ports that partners' addresses may open beyond what the standard gives them at this function. */
function fromPartners({ rule, ports, self }: BoundAllow, partners: ReturnType<typeof declaredRange>): PortSet {
  const named = rule.peers.some((peer) => peer.kind === "block" && !isWorld(peer.certain) && peer.certain.overlaps(partners));
  if (!named) return NO_PORTS;
  const flows = self.parties.flatMap((party) => standardFlows({ kind: "zone", id: "interconnect" }, party));
  return subtractPorts(ports, unionPorts(...flows.map((flow) => portsOfFlow(flow, self.sbi)), NO_PORTS));
}

const DNS: PortSet = unionPorts(portsOf("UDP", 53, 53), portsOf("TCP", 53, 53));
const LOGS: PortSet = unionPorts(...[4317, 4318, 24224, 6514].map((port) => portsOf("TCP", port, port)));

function namesOnly({ self, ports }: BoundAllow): PortSet {
  return self.parties.every(({ id }) => id === "EDNS") ? subtractPorts(subtractPorts(ports, DNS), LOGS) : NO_PORTS;
}

/** Ports of legacy signalling and roaming DNS. */
const LEGACY = new Set([2123, 3868, 5868, 2905, 9900, 53]);

function* service(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const partners = declaredRange(context.settings.zones.interconnect);
  const opening = context.model.ask(openings).find(({ object: own, sources }) => own === subject && sources?.overlaps(partners) === true && !isWorld(sources));
  if (opening === undefined) return;
  const ports = servicePorts(subject, workloadsBehind(context.model, subject)).filter(({ numbers }) => numbers.some((port) => LEGACY.has(port)));
  const inner = opening.backends.flatMap((backend) => exposedBy(context.model, backend)).filter((item) => item.inner);
  if (ports.length === 0 || inner.length === 0) return;
  yield (inner.some(({ certain }) => certain) ? fail : undetermined)({
    message: `Service ${subject.name} ends legacy signalling of roaming partners at ${[...new Set(inner.map(({ text }) => text))].join(", ")} and not at an edge agent: ${ATTACK}.`,
    evidence: ports.map(({ node }) => seen(node, "a DEA, GTP edge, STP or eDNS")),
    networkFunctions: [...new Set(inner.flatMap((item) => item.networkFunctions))],
    interfaces: ["S6a", "S8", "DNS"],
    cause: "partners",
  });
} // prettier-ignore

const PARTNERS = { zones: { interconnect: ["198.51.100.0/24"] } };
const CORE = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf")];
const diameter = (cidr: string) => ({ protocol: "tcp", fromPort: 3868, toPort: 3868, cidrBlocks: [cidr] });
const udp = (port: number) => ({ protocol: "udp", fromPort: port, toPort: port, cidrBlocks: ["198.51.100.0/24"] });

function sg(name: string, rules: readonly Properties[]) {
  return resource("aws:ec2/securityGroup:SecurityGroup", name, { ingress: rules });
}

function ingress(app: string, port: number, protocol: string) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-in`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ protocol, port }] }] } });
} // prettier-ignore

function names(app: string) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-out`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: [{ ports: [{ protocol: "UDP", port: 53 }] }] } });
} // prettier-ignore
