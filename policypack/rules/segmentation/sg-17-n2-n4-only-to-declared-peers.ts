/**
 * N2 and N4 are exposed only to their declared peers and never through load balancers or node ports.
 *
 * PFCP and GTP have no authentication of their own: who reaches the port is the peer (TS 29.244, TS 29.281). So their Services stay inside
 * the cluster, N4 is for SMF and UPF addresses (TS 33.501 §9.9), and N2 for gNBs, security gateways and N3IWFs (TS 33.501 §9.2), which
 * `zones.ran` declares. An AMF's N2 on an address of its own (LoadBalancer with source ranges within `zones.ran`) is accepted. Edge
 * functions are judged by SG-21, SG-22, SG-25 and ID-13. Security groups have no SCTP ports: opening SCTP opens N2.
 */

import { type CoreAdmission, coreAdmissions } from "../../analysis/aws-network/core-admissions";
import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { admission, type AdmissionRule, admissionsOf } from "../../analysis/aws-network/ingress";
import { vpcAddresses } from "../../analysis/aws-network/own-networks";
import { isWorld } from "../../analysis/aws-network/world";
import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { corePortsOf, doorsOf } from "../../analysis/exposure/core-services";
import { policyAdmissions } from "../../analysis/exposure/policy-admissions";
import { listed } from "../../engine/listed";
import { declaredRange } from "../../analysis/cidr/zones";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { groupOfRule, GROUP_TYPES, RULE_TYPES, securityGroup, standaloneRule } from "../../model/aws/security-groups";
import { SECURITY_GROUP } from "../../model/aws/types";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-17",
  name: "sg-17-n2-n4-only-to-declared-peers",
  title: "N2 and N4 are exposed only to their declared peers and never through load balancers or node ports",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either(resources(...GROUP_TYPES, ...RULE_TYPES), objects(["v1", "Service"], ["networking.k8s.io/v1", "NetworkPolicy"])),
  rationale:
    "Whoever reaches PFCP rewrites where subscribers' traffic goes, and whoever reaches NGAP can pose as a base station or flood the AMF: neither protocol asks who is calling, so the network must.",
  remediation:
    "Make the Service ClusterIP (or headless), give N2 and N4 addresses of their own, and let in the SMFs' and UPFs' addresses or security groups only; for N2 the ranges declared in zones.ran. Carry N4 to a far-edge UPF over IPsec.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.2" },
    { framework: "3GPP TS 33.501", ref: "9.9" },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.5", title: "Signalling Data Protection" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-029", title: "Non-SBA interfaces internal to the 5G core (such as N4 and N9), as well as DIAMETER or GTP-based interfaces between the 5G Core and entities not part of the 5G " },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-064", title: "For the security of MEC interfaces, IPsec for the N4 interface to protect the confidentiality and integrity of signaling data is implemented. The management int" },
  ],
  breaks: [
    { id: "FGT5008", name: "Redirection Of Traffic Via User Plane Network Function" },
    { id: "FGT1498.503", name: "Malicious Packets To Network Functions" },
    { id: "FGT1642.503", name: "AMF" },
  ],
  subsumes: { "SG-30": "resource", "SG-21": "resource" },
  *check(subject, context) {
    if (!(subject instanceof Resource)) {
      yield* subject.kind === "Service" ? judgeService(subject, context) : judgePolicy(subject, context);
      return;
    }
    const group = securityGroup(context.model, subject);
    if (group !== undefined) {
      yield* judgeGroup(`Security group ${subject.name}`, admissionsOf(context.model, group), subject, context);
      return;
    }
    // A rule is judged with its group; on its own where that is out of sight.
    if (groupOfRule(context.model, subject).state === "resolved") return;
    yield* judgeGroup(`Rule ${subject.name}`, [admission(context.model, standaloneRule(subject))], subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a headless N4 Service", resources: [networkFunction("upf"), service("upf", { clusterIP: "None" }, [{ port: 8805, protocol: "UDP" }])] },
      {
        name: "N2 on an address of its own, for the RAN only",
        resources: [networkFunction("amf"), service("amf", { type: "LoadBalancer", loadBalancerSourceRanges: ["10.100.4.0/24"] }, [N2])],
        settings: RAN,
      },
      { name: "a SEPP behind a load balancer is judged elsewhere", resources: [networkFunction("sepp"), networkFunction("amf"), networkFunction("smf"), networkFunction("upf"), service("sepp", { type: "LoadBalancer" }, [{ port: 443 }])] },
      { name: "a base station's own node port", resources: [networkFunction("gnb"), service("gnb", { type: "NodePort" }, [{ port: 2152, protocol: "UDP" }])] },
      { name: "metrics of an AMF on a node port are no SBI", resources: [networkFunction("amf"), service("amf", { type: "NodePort" }, [{ name: "metrics", port: 9090 }])] },
      { name: "PFCP from the SMF's addresses", resources: [group("upf", [{ ...PFCP, cidrBlocks: ["10.20.4.0/28"] }, { ...PFCP, securityGroups: ["sg-1"] }])] },
      { name: "N2 from the RAN", resources: [group("amf", [{ ...SCTP, cidrBlocks: ["10.100.4.0/24"] }])], settings: RAN },
      { name: "a web server's group", resources: [group("web", [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "a policy for the SMF only", resources: [networkFunction("upf"), policy("upf", [{ ports: [{ protocol: "UDP", port: 8805 }], from: [{ podSelector: { matchLabels: { app: "smf" } } }] }])] },
    ],
    fail: [
      { name: "PFCP on a node port", resources: [networkFunction("upf"), service("upf", { type: "NodePort" }, [{ port: 8805, protocol: "UDP" }])] },
      { name: "PFCP behind another number", resources: [networkFunction("smf"), service("smf", { type: "LoadBalancer" }, [{ port: 443, targetPort: 8805 }])] },
      { name: "the SBI of a NRF on a load balancer, though internal", resources: [networkFunction("nrf"), service("nrf", { type: "LoadBalancer" }, [{ port: 7777 }])] },
      { name: "external addresses on a ClusterIP Service of an AMF", resources: [networkFunction("amf"), service("amf", { externalIPs: ["203.0.113.9"] }, [N2])] },
      { name: "N2 on a load balancer for everyone", resources: [networkFunction("amf"), service("amf", { type: "LoadBalancer" }, [N2])] },
      { name: "PFCP from anywhere", resources: [group("user-plane", [{ ...PFCP, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "SCTP with a port that limits nothing, from both halves of IPv6", resources: [group("signalling", [{ ...SCTP, ipv6CidrBlocks: ["::/1", "8000::/1"] }])] },
      { name: "everything from anywhere on the group of an UPF", resources: [group("upf", [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }])] },
      { name: "N2 from addresses outside the declared RAN", resources: [group("amf", [{ ...SCTP, cidrBlocks: ["198.51.100.0/24"] }])], settings: RAN },
      { name: "a policy that lets every address open PFCP", resources: [networkFunction("upf"), policy("upf", [{ ports: [{ protocol: "UDP", port: 8805 }], from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }])] },
      { name: "a policy that lets every pod of the cluster open PFCP", resources: [networkFunction("smf"), policy("smf", [{ ports: [{ protocol: "UDP", port: 8000, endPort: 8900 }], from: [{ namespaceSelector: {} }] }])] },
    ],
    undetermined: [
      { name: "a Service type that the configuration brings", resources: [networkFunction("upf"), service("upf", { type: unknownValue() }, [{ port: 8805, protocol: "UDP" }])] },
      { name: "N2 sources where nobody declared the RAN", resources: [group("amf", [{ ...SCTP, cidrBlocks: ["10.100.4.0/24"] }])] },
      { name: "PFCP from a whole VPC", resources: [group("upf", [{ ...PFCP, cidrBlocks: ["10.20.0.0/16"] }])] },
      { name: "PFCP sources that the configuration brings", resources: [group("upf", [{ ...PFCP, cidrBlocks: [unknownValue()] }])] },
    ],
  }),
}); // prettier-ignore

const REDIRECT = "a forged session redirects or cuts subscribers' traffic (Redirection Of Traffic Via User Plane Network Function)";
const FLOOD = "anyone can pose as a base station or flood the function (Malicious Packets To Network Functions)";
const ATTACKS: { readonly [id: string]: string } = { N4: REDIRECT, N2: FLOOD, "S1-MME": FLOOD };

function attackOn(interfaces: readonly string[]): string {
  return (
    interfaces.map((id) => ATTACKS[id]).find((attack) => attack !== undefined) ??
    "anyone can send it forged messages (Malicious Packets To Network Functions)"
  );
}

function* judgeService(service: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const { doors, unknown } = doorsOf(service);
  if (doors.length === 0 && !unknown) return;
  const exposed = corePortsOf(context.model, service).filter((port) => !(port.interface === "N2" && ownAddress(service, context) === "yes"));
  if (exposed.length === 0) return;
  const maybe = exposed.every((port) => port.interface === "N2") && ownAddress(service, context) === "maybe";
  const certain = doors.length > 0 && exposed.some((port) => port.certain) && !maybe;
  const interfaces = [...new Set(exposed.map((port) => port.interface))];
  const verdict = certain ? fail : undetermined;
  const [first] = doors.length > 0 ? [service.spec.get(doors[0] === "externalIPs" ? "externalIPs" : "type")] : [service.spec.get("type")];
  yield verdict({
    message: `Service ${service.name} ${certain ? "puts" : "may put"} ${interfaces.join(", ")} outside the cluster${doors.length > 0 ? ` by ${doors.join(" and ")}` : ""}: ${attackOn(interfaces)}.`,
    evidence: [...(first === undefined ? [] : [seen(first, "ClusterIP, without externalIPs")]), ...exposed.map((port) => seen(port.port.node, "only inside the cluster"))],
    interfaces,
    networkFunctions: [...new Set(exposed.flatMap((port) => port.networkFunctions))],
  });
} // prettier-ignore

/** N2 on a dedicated address: a load balancer (not a node port) that lets in declared RAN ranges only. */
function ownAddress(service: KubernetesObject, context: RuleContext): "yes" | "maybe" | "no" {
  const { doors } = doorsOf(service);
  if (doors.length !== 1 || doors[0] !== "LoadBalancer") return "no";
  const ranges = service.spec.get("loadBalancerSourceRanges");
  if (ranges.isUnknown) return "maybe";
  const blocks = ranges.items().map((item) => parseBlock(String(item.describe())));
  if (blocks.length === 0) return "no";
  if (blocks.includes(undefined)) return "maybe";
  const sources = IpSet.fromBlocks(blocks.flatMap((block) => block ?? []));
  if (isWorld(sources)) return "no";
  const ran = ranOf(context);
  return ran.isEmpty ? "maybe" : ran.contains(sources) ? "yes" : "no";
}

function ranOf(context: RuleContext): IpSet {
  return declaredRange(context.settings.zones.ran);
}

function* judgeGroup(what: string, rules: readonly AdmissionRule[], subject: Resource, context: RuleContext): Generator<Verdict> {
  const declared = declaredFunctions(subject).networkFunctions;
  const admissions = coreAdmissions(rules, declared);
  const networkFunctions = declared.filter((id) => id !== "SEG");
  const open = admissions.filter((item) => item.world);
  if (open.length > 0) {
    yield fail({
      message: `${what} opens ${open.map(({ port }) => `${port.interface} (${port.name})`).join(", ")} to the whole internet: ${attackOn(open.map(({ port }) => port.interface))}.`,
      evidence: unique(open.flatMap(({ nodes }) => nodes)).map((node) => seen(node, "the declared peers' addresses")),
      interfaces: open.map(({ port }) => port.interface),
      networkFunctions,
      cause: "world",
    });
  }
  for (const item of admissions) {
    if (item.world) continue;
    const answer = peersOf(item, context);
    if (answer === "right") continue;
    const verdict = answer === "wrong" ? fail : undetermined;
    yield verdict({
      message: `${what} lets ${item.unknown.length > 0 ? "addresses that are not known yet" : listed(item.named.cidrs())} reach ${item.port.interface} (${item.port.name}), ${REASONS[item.port.interface] ?? ""}: ${attackOn([item.port.interface])}.`,
      evidence: [...item.unknown, ...item.nodes].map((node) => seen(node, item.port.interface === "N2" ? (context.settings.zones.ran ?? "zones.ran") : "the SMFs' and UPFs' addresses")),
      interfaces: [item.port.interface],
      networkFunctions,
      cause: `${item.port.interface} peers`,
    });
  }
} // prettier-ignore

const REASONS: { readonly [id: string]: string } = {
  N2: "which is for gNBs, security gateways and N3IWFs only, as zones.ran declares them",
  N4: "which is for SMF and UPF addresses only",
};

/** Longest network that passes for SMF or UPF addresses alone. */
const N4_NETWORK = { 4: 24, 6: 64 } as const;

function peersOf({ port, named, unknown }: CoreAdmission, context: RuleContext): "right" | "maybe" | "wrong" {
  if (port.interface === "N4") {
    const wide = ([4, 6] as const).some((family) => named.coversMoreThan(family, N4_NETWORK[family]));
    return wide || unknown.length > 0 ? "maybe" : "right";
  }
  if (port.interface !== "N2") return "right";
  const ran = ranOf(context);
  const outside = named.minus(ran);
  if (outside.isEmpty) return unknown.length > 0 ? "maybe" : "right";
  // An N3IWF has an address of the core's own.
  return ran.isEmpty || context.model.ask(vpcAddresses).contains(outside) ? "maybe" : "wrong";
}

function* judgePolicy(policy: KubernetesObject, context: RuleContext): Generator<Verdict> {
  for (const item of policyAdmissions(context.model, policy)) {
    const ran = ranOf(context);
    const world = item.anyone || isWorld(item.blocks);
    const strangers = item.interface === "N2" && !item.blocks.minus(ran).isEmpty;
    if (!world && !strangers && item.unknown.length === 0) continue;
    const certain = world || (strangers && !ran.isEmpty);
    const verdict = certain ? fail : undetermined;
    const who = world ? "anyone" : strangers ? `${listed(item.blocks.cidrs())}, not declared in zones.ran,` : "addresses that are not known yet";
    yield verdict({
      message: `NetworkPolicy ${policy.name} ${certain ? "lets" : "may let"} ${who} open ${item.interface} of the ${item.networkFunctions.join(", ")}: ${attackOn([item.interface])}.`,
      evidence: [...item.nodes, ...item.unknown].map((node) => seen(node, item.interface === "N2" ? (context.settings.zones.ran ?? "zones.ran") : "the SMFs or UPFs it works with")),
      interfaces: [item.interface],
      networkFunctions: item.networkFunctions,
      cause: `${item.interface} of ${item.nodes[0]?.path ?? ""}`,
    });
  }
} // prettier-ignore

function unique(nodes: readonly Node[]): readonly Node[] {
  const seenPaths = new Set<string>();
  return nodes.filter((node) => !seenPaths.has(node.path) && seenPaths.add(node.path));
}

const RAN = { zones: { ran: ["10.100.0.0/16"] } };
const N2 = { port: 38412, protocol: "SCTP" };
const PFCP = { protocol: "udp", fromPort: 8805, toPort: 8805 };
const SCTP = { protocol: "132", fromPort: 38412, toPort: 38412 };

function service(name: string, spec: Properties, ports: readonly Properties[]) {
  return object("v1", "Service", name, { spec: { selector: { app: name }, ports, ...spec } });
}

function policy(name: string, ingress: readonly Properties[]) {
  return object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: { podSelector: { matchLabels: { app: name } }, ingress } });
}

function group(name: string, ingress: readonly Properties[]) {
  return resource(SECURITY_GROUP, name, { ingress });
}
