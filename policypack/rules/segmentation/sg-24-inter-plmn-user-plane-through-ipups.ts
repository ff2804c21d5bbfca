/**
 * User-plane traffic of other operators (N9, S8-U) ends at a UPF with the IPUPS role (TS 33.501 5.9.3.4), told by the label or tag
 * carrierguard.dev/upf-role: ipups. Together with a home anchor (N6) it is advice outside the strict profile (TS 23.501 5.8.2.14); GTP-C never
 * ends there. That what passes is filtered by content cannot be seen in declarations: that is said as undetermined, with what would settle it.
 */

import { coreAdmissionsOn } from "../../analysis/aws-network/port-admissions";
import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { isWorld } from "../../analysis/aws-network/world";
import { TrafficSet, UDP } from "../../analysis/cidr/traffic";
import { declaredRange } from "../../analysis/cidr/zones";
import { readersOf } from "../../analysis/nf-config";
import { planesOfAttachment } from "../../analysis/planes";
import { uePools } from "../../analysis/planes/ranges";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf } from "../../analysis/reachability/policy-edges";
import { intersectPorts, portsOf } from "../../analysis/reachability/ports";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources, workloads } from "../../engine/targets";
import { tag } from "../../model/aws/references";
import { GROUP_TYPES, securityGroup } from "../../model/aws/security-groups";
import { networkAttachments } from "../../model/kubernetes/networks";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, object, type PodOptions, type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-24",
  name: "sg-24-inter-plmn-user-plane-through-ipups",
  title: "Inter-PLMN user plane passes an IPUPS UPF with GTP-aware filtering",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either<Workload | KubernetesObject, Resource>(either<Workload, KubernetesObject>(workloads, objects(...POLICIES)), resources(...GROUP_TYPES)),
  rationale:
    "GTP-U from another operator may carry anything, tunnels into the core's own user plane included: only a gateway that drops what belongs to no session of a roaming contract keeps forged packets from subscribers and from the core.",
  remediation:
    "Label the roaming UPF carrierguard.dev/upf-role: ipups, let partners' ranges (zones.interconnect) open UDP 2152 on it and on no other UPF, keep N6 and GTP-C off it, and lead the path through a GTP firewall; record the firewall's test report in a waiver.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.3.4" },
    { framework: "3GPP TS 33.501", ref: "13.3.2.3" },
    { framework: "3GPP TS 33.501", ref: "9.9" },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.7", title: "IPUPS" },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.8", title: "Protection against malformed GTP-U messages" },
    { framework: "GSMA FS.20", ref: "", title: "GTP security" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-008", title: "Checking against a whitelist/blacklist of permitted message type/sender identity combinations to ensure that the sender of a GTP-U based protocol message is aut" },
  ],
  breaks: [
    { id: "FGT1572.501", name: "UE Access Via GTP-U" },
    { id: "FGT5042", name: "Bypass Telecom Signaling Firewall" },
    { id: "FGT5045", name: "Telecom Protocol Payload" },
    { id: "FGT1499.505", name: "DOS A UE By GTP-U Exploit To The UPF" },
  ],
  *check(subject, context) {
    if (subject instanceof Resource) yield* group(subject, context);
    else if ("podSpec" in subject) yield* gateway(subject, context);
    else yield* policy(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "no home-routed roaming", resources: CORE, settings: PARTNERS },
      { name: "base stations on the UPF", resources: [...CORE, ingress("upf", "10.100.0.0/16")], settings: PARTNERS },
      { name: "partners' traffic for the IPUPS group", resources: [sg("upf-roaming", ["198.51.100.0/24"], { "carrierguard.dev/upf-role": "ipups" })], settings: PARTNERS },
      { name: "a group for the RAN", resources: [sg("upf", ["10.100.0.0/16"], {})], settings: PARTNERS },
    ],
    fail: [
      { name: "partners let in to an ordinary UPF by a policy", resources: [...CORE, ingress("upf", "198.51.100.0/25")], settings: PARTNERS },
      { name: "partners among the sources of an ordinary UPF's group", resources: [sg("upf", ["10.100.0.0/16", "198.51.100.7/32"], {})], settings: PARTNERS },
      { name: "GTP-C at the IPUPS", resources: [...CORE, ipups({ container: { ports: [{ containerPort: 2123, protocol: "UDP" }] } })] },
      { name: "an IPUPS with N6 under the strict profile", resources: [...CORE, ipups({ annotations: { "k8s.v1.cni.cncf.io/networks": "n6" } })], settings: { profile: "strict" } },
      { name: "an IPUPS with N6 is advice elsewhere", resources: [...CORE, ipups({ annotations: { "k8s.v1.cni.cncf.io/networks": "n6" } })] },
    ],
    undetermined: [
      { name: "an IPUPS, whose filtering cannot be seen", resources: [...CORE, ipups()] },
      { name: "a role that the configuration brings", resources: [sg("upf", ["198.51.100.0/24"], unknownValue())], settings: PARTNERS },
    ],
  }),
}); // prettier-ignore

const ROLE = "carrierguard.dev/upf-role";
const GTP_U = portsOf("UDP", 2152, 2152);
const ATTACK = "forged tunnels reach subscribers and the core (GTP-U Abuse)";

function isIpups(workload: Workload): boolean {
  return [workload.podMetadata, workload.object.metadata].some((holder) => valueOr(holder.get("labels", ROLE).string(), "").toLowerCase() === "ipups");
} // prettier-ignore

function* gateway(workload: Workload, context: RuleContext): Generator<Verdict> {
  const { role, networkFunctions } = context.model.classification(workload);
  if (role !== "nf" || !networkFunctions.includes("UPF") || !isIpups(workload)) return;
  const base = { networkFunctions: ["UPF" as const], interfaces: ["N9"] };
  yield* gtpc(workload, context, base);
  yield* anchor(workload, context, base);
  yield undetermined({
    ...base,
    message: `Whether GTP-aware filtering guards what partners send to the IPUPS ${workload.name} cannot be seen in what is declared: a test report of the GTP firewall, kept with a waiver, would settle it.`,
    evidence: [{ path: "GTP firewall before the N9 interface", actual: null, expected: "content filtering by tunnel and session (TS 33.501 5.9.3.4)" }],
    cause: "filtering",
  });
} // prettier-ignore

type Base = Pick<Verdict, "networkFunctions" | "interfaces">;

function* gtpc(workload: Workload, context: RuleContext, base: Base): Generator<Verdict> {
  const { networkFunctions } = context.model.classification(workload);
  const control = networkFunctions.filter((id) => ["SMF", "SGW-C", "PGW", "MME"].includes(id));
  const ports = workload.containers.flatMap(({ node }) =>
    node.get("ports").items().filter((port) => valueOr(port.get("containerPort").number(), 0) === 2123),
  ); // prettier-ignore
  if (control.length === 0 && ports.length === 0) return;
  const others =
    control.length > 0 ? [{ path: "networkFunctions", actual: networkFunctions.join("+"), expected: "the user plane alone" }] : [];
  yield fail({
    ...base,
    message: `IPUPS ${workload.name} ends GTP-C as well (${control.length > 0 ? control.join(", ") : "port 2123"}): a partner who breaks the one has the other, and ${ATTACK}.`,
    evidence: [...ports.map((port) => seen(port.get("containerPort"), "GTP-C at an edge of its own")), ...others],
    cause: "gtp-c",
  });
}

function* anchor(workload: Workload, context: RuleContext, base: Base): Generator<Verdict> {
  const n6 = valueOr(networkAttachments(context.model, workload), []).filter((attachment) =>
    (valueOr(planesOfAttachment(attachment), []) as readonly string[]).includes("n6"),
  );
  const pools = context.model.ask(uePools).filter(({ resource: holder }) => {
    const configuration = context.model.object(holder);
    return configuration !== undefined && readersOf({ object: configuration }, context.model).includes(workload);
  });
  if (n6.length === 0 && pools.length === 0) return;
  yield fail({
    ...base,
    message: `IPUPS ${workload.name} is an anchor of home subscribers too (${n6.length > 0 ? "N6" : "UE pools"}): what partners send it stands one table away from them (GTP-U Abuse).`,
    evidence:
      pools.length > 0
        ? pools.slice(0, 3).map(({ node }) => seen(node, "no pools at the roaming edge"))
        : [seen(workload.podMetadata.get("annotations", "k8s.v1.cni.cncf.io/networks"), "no N6 at the roaming edge")],
    cause: "anchor",
    advisory: context.settings.profile !== "strict",
  });
}

function* policy(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const partners = declaredRange(context.settings.zones.interconnect);
  if (partners.isEmpty) return;
  for (const { self, direction, rule, ports, certain } of allowsOf(context.model, subject)) {
    if (direction !== "ingress" || !self.parties.some(({ id }) => id === "UPF") || self.unit.workloads.every(isIpups)) continue;
    const block = rule.peers.find((peer) => peer.kind === "block" && !isWorld(peer.certain) && peer.certain.overlaps(partners));
    if (block === undefined || intersectPorts(ports, GTP_U).length === 0) continue;
    yield (certain ? fail : undetermined)({
      message: `${subject.kind} ${subject.name} lets roaming partners send GTP-U to ${self.unit.name}, a UPF without the IPUPS role: ${ATTACK}.`,
      evidence: [seen(rule.node, "partners' ranges at a UPF with carrierguard.dev/upf-role: ipups only")],
      networkFunctions: ["UPF"],
      interfaces: ["N9"],
      cause: "partners",
    });
    return;
  }
} // prettier-ignore

function* group(subject: Resource, context: RuleContext): Generator<Verdict> {
  const partners = declaredRange(context.settings.zones.interconnect);
  const found = securityGroup(context.model, subject);
  if (found === undefined || partners.isEmpty || !declaredFunctions(subject).networkFunctions.includes("UPF")) return;
  const role = tag(subject, ROLE);
  if (valueOr(role.string(), "").toLowerCase() === "ipups") return;
  const { sources, nodes } = coreAdmissionsOn(context.model, found, TrafficSet.of(UDP, 2152, 2152));
  if (isWorld(sources) || !sources.overlaps(partners)) return;
  yield (role.isUnknown ? undetermined : fail)({
    message: `Security group ${subject.name} lets roaming partners (${listed(sources.intersection(partners).cidrs())}) send GTP-U to a UPF without the IPUPS role: ${ATTACK}.`,
    evidence: nodes.slice(0, 5).map((node) => seen(node, "partners' ranges at the group tagged carrierguard.dev/upf-role: ipups only")),
    networkFunctions: ["UPF"],
    interfaces: ["N9"],
    cause: "partners",
  });
} // prettier-ignore

const PARTNERS = { zones: { interconnect: ["198.51.100.0/24"], ran: ["10.100.0.0/16"] } };
const CORE = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf")];

function ipups(options: PodOptions = {}) {
  return networkFunction("upf-roaming", { ...options, labels: { app: "upf-roaming", "carrierguard.dev/nf": "upf", [ROLE]: "ipups" } });
}

function ingress(app: string, cidr: string) {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-in`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ protocol: "UDP", port: 2152 }] }] } });
} // prettier-ignore

function sg(name: string, cidrBlocks: readonly string[], tags: Properties | Properties[string]) {
  return resource("aws:ec2/securityGroup:SecurityGroup", name, { tags: tags as Properties, ingress: [{ protocol: "udp", fromPort: 2152, toPort: 2152, cidrBlocks }] });
} // prettier-ignore
