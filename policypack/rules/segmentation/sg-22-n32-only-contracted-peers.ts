/**
 * N32 takes contracted peers only, by TLS both ways, each by a trust anchor of its operator (TS 33.501 5.9.3.2, 13.1.2, 13.2). Who gets to the
 * port is read from Services and security groups and compared with zones.interconnect; who is asked for a certificate from the SEPP's own
 * configuration and from the gateways before it. One anchor may serve several PLMNs of one operator's group: that is for the carrier to say.
 */

import { coreAdmissionsOn, N32 } from "../../analysis/aws-network/port-admissions";
import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { isWorld } from "../../analysis/aws-network/world";
import { type IpSet, PRIVATE } from "../../analysis/cidr/ip-set";
import { declaredRange } from "../../analysis/cidr/zones";
import { openings } from "../../analysis/exposure/openings";
import { workloadsBehind } from "../../analysis/exposure/services";
import { nfConfigurations, type NfConfiguration } from "../../analysis/nf-config";
import { intersectPorts, portsOf, unionPorts } from "../../analysis/reachability/ports";
import { openToAddresses } from "../../analysis/reachability/outside";
import { listed } from "../../engine/listed";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { GROUP_TYPES, securityGroup } from "../../model/aws/security-groups";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-22",
  name: "sg-22-n32-only-contracted-peers",
  title: "SEPP N32 accepts only contracted peers, with TLS both ways and PLMN-bound trust anchors",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<KubernetesObject, Resource>(
    objects(["v1", "Service"], ["v1", "ConfigMap"], ["v1", "Secret"], ["networking.istio.io/v1", "Gateway"]),
    resources(...GROUP_TYPES),
  ),
  rationale:
    "N32 is the one door of the signalling core towards the whole world's operators: open to anybody, or without a certificate that names the peer, it takes location requests and forged registrations from whoever finds it.",
  remediation:
    "Give the SEPP's load balancer loadBalancerSourceRanges and its security group the contracted peers' ranges (declared in zones.interconnect); set scheme https and verify_client on every N32 server, https URIs and a cacert of its own for each peer; let gateways before it use tls.mode MUTUAL or PASSTHROUGH.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.1.2" },
    { framework: "3GPP TS 33.501", ref: "5.9.3.2" },
    { framework: "3GPP TS 33.501", ref: "13.5" },
    { framework: "3GPP TS 29.573", ref: "5.2" },
    { framework: "3GPP TS 33.517 (SCAS)", ref: "4.2.2.2", title: "Correct handling of cryptographic material of peer SEPPs and IPX providers" },
    { framework: "3GPP TS 33.517 (SCAS)", ref: "4.2.2.4", title: "Correct handling of serving PLMN ID mismatch" },
    { framework: "3GPP TS 33.517 (SCAS)", ref: "4.2.2.9", title: "Correct Handling of Inter-PLMN Routing" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-073", title: "Mutual authentication and cipher suite negotiation between SEPPs in roaming network" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-024", title: "SEPP meets end-to-end security requirements listed in 3GPP TS 33.501 for interconnection between networks " },
    { framework: "GSMA FS.21", ref: "", title: "Interconnect signalling security" },
  ],
  breaks: [
    { id: "FGT1199.501", name: "MNO Roaming Partners" },
    { id: "FGT5016", name: "Abuse Of Inter-operator Interfaces" },
    { id: "FGT1557.502", name: "Roaming And Interconnection" },
    { id: "FGT1036.501", name: "PLMN ID" },
    { id: "FGT5029", name: "Exploit Semi-public Facing Application" },
  ],
  subsumes: { "ID-08": "evidence" },
  *check(subject, context) {
    if (subject instanceof Resource) yield* group(subject, context);
    else if (subject.kind === "Service") yield* service(subject, context);
    else if (subject.kind === "Gateway") yield* gateway(subject);
    else yield* configuration(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a load balancer for the contracted peers", resources: [...CORE, balancer({ loadBalancerSourceRanges: ["198.51.100.0/24"] })], settings: PEERS },
      { name: "a SEPP inside the cluster, reached through the IPX", resources: [...CORE, balancer({ type: "ClusterIP" })] },
      { name: "peers that the policy names", resources: [...CORE, balancer({}), fromPeers("198.51.100.0/24")], settings: PEERS },
      { name: "TLS both ways with an anchor for each peer", resources: [...CORE, config("https", true, PEER_A, PEER_B)] },
      { name: "a gateway that hands the connection on", resources: [istio("PASSTHROUGH")] },
      { name: "mutual TLS at the gateway", resources: [istio("MUTUAL")] },
      { name: "the security group of a SEPP with its peers", resources: [sg(["198.51.100.0/24"])], settings: PEERS },
      { name: "a gateway for something else", resources: [istio("SIMPLE", "www.operator.example")] },
    ],
    fail: [
      { name: "N32 for everybody", resources: [...CORE, balancer({})], settings: PEERS },
      { name: "sources that nobody contracted", resources: [...CORE, balancer({ loadBalancerSourceRanges: ["203.0.113.0/24"] })], settings: PEERS },
      { name: "peers and the world in two halves", resources: [...CORE, balancer({ loadBalancerSourceRanges: ["198.51.100.0/24", "0.0.0.0/1", "128.0.0.0/1"] })], settings: PEERS },
      { name: "the world in the SEPP's security group", resources: [sg(["0.0.0.0/0"])], settings: PEERS },
      { name: "N32 in the clear", resources: [...CORE, config("http", true, PEER_A)] },
      { name: "nobody asks for the peer's certificate", resources: [...CORE, config("https", false, PEER_A)] },
      { name: "a peer by plain HTTP", resources: [...CORE, config("https", true, { ...PEER_A, uri: "http://sepp.5gc.mnc001.mcc001.3gppnetwork.org" })] },
      { name: "one-way TLS at the gateway", resources: [istio("SIMPLE")] },
    ],
    undetermined: [
      { name: "sources where no partner is declared", resources: [...CORE, balancer({ loadBalancerSourceRanges: ["198.51.100.0/24"] })] },
      { name: "sources that the configuration brings", resources: [...CORE, balancer({ loadBalancerSourceRanges: unknownValue() })], settings: PEERS },
      { name: "one anchor for two operators, or for one group", resources: [...CORE, config("https", true, PEER_A, { ...PEER_B, cacert: PEER_A.cacert })] },
    ],
  }),
}); // prettier-ignore

const ATTACK = "a stranger poses as a roaming partner (Abuse Of Inter-operator Interfaces)";
const N32_PORTS = unionPorts(portsOf("TCP", 443, 443), portsOf("TCP", 7777, 7777), portsOf("TCP", 7443, 7443));

function* service(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const sepps = workloadsBehind(context.model, subject).filter(({ workload }) => context.model.classification(workload).networkFunctions.includes("SEPP"));
  if (sepps.length === 0) return;
  const partners = declaredRange(context.settings.zones.interconnect);
  const ranges = subject.spec.get("loadBalancerSourceRanges");
  for (const opening of context.model.ask(openings).filter((item) => item.object === subject && (item.audience !== "inside" || item.sources !== undefined))) {
    const open = ranges.holdsUnknown() || opening.audience === "unknown";
    const sources = open ? EVERYBODY : (opening.sources ?? EVERYBODY);
    const strangers = sources.minus(partners);
    if (!sepps.some(({ workload }) => reachN32(strangers, workload, context))) continue;
    if (!open && strangers.isEmpty) continue;
    const who = isWorld(sources) ? "everybody open N32 of the SEPP" : `${listed(strangers.cidrs())} open N32 of the SEPP, which zones.interconnect does not name`;
    yield (!open && (isWorld(sources) || !partners.isEmpty) ? fail : undetermined)({
      message: open ? `Whom Service ${subject.name} lets open N32 of the SEPP is not known before deployment.` : `Service ${subject.name} lets ${who}: ${ATTACK}.`,
      evidence: [seen(ranges.isAbsent ? opening.node : ranges, context.settings.zones.interconnect ?? "the contracted peers, as zones.interconnect declares them")],
      networkFunctions: ["SEPP"],
      interfaces: ["N32"],
      cause: "peers",
    });
    return;
  }
} // prettier-ignore

/** Whether policies let some of these addresses through to N32. */
function reachN32(addresses: IpSet, workload: Workload, context: RuleContext): boolean {
  const open = openToAddresses(context.model, workload, addresses);
  return open === undefined || intersectPorts(open, N32_PORTS).length > 0;
}

const EVERYBODY = declaredRange(["0.0.0.0/0", "::/0"]);

function* group(subject: Resource, context: RuleContext): Generator<Verdict> {
  if (!declaredFunctions(subject).networkFunctions.includes("SEPP")) return;
  const found = securityGroup(context.model, subject);
  if (found === undefined) return;
  const partners = declaredRange(context.settings.zones.interconnect);
  const { sources, nodes, unknown } = coreAdmissionsOn(context.model, found, N32);
  // The core's own addresses call the SEPP on its SBI.
  const strangers = sources.minus(partners).minus(PRIVATE);
  if (strangers.isEmpty && unknown.length === 0) return;
  const certain = isWorld(sources) || (!partners.isEmpty && !strangers.isEmpty && unknown.length === 0);
  const who = isWorld(sources) ? "everybody" : strangers.isEmpty ? "addresses that are not known yet" : listed(strangers.cidrs());
  yield (certain ? fail : undetermined)({
    message: `Security group ${subject.name} lets ${who} open N32 of the SEPP, which is for contracted peers: ${ATTACK}.`,
    evidence: [...unknown, ...nodes].slice(0, 5).map((node) => seen(node, context.settings.zones.interconnect ?? "the contracted peers, as zones.interconnect declares them")),
    networkFunctions: ["SEPP"],
    interfaces: ["N32"],
    cause: "peers",
  });
} // prettier-ignore

const ofSepps = (model: CoreModel): readonly NfConfiguration[] =>
  model.ask(nfConfigurations).filter(({ networkFunctions }) => networkFunctions.includes("SEPP"));

function* configuration(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const own = context.model.ask(ofSepps).filter(({ object: holder }) => holder === subject);
  for (const item of own) {
    const { wrong, open } = tlsFaults(item);
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length > 0)
      yield (wrong.length > 0 ? fail : undetermined)({
        message: `N32 of the SEPP (${subject.name}) ${wrong.length > 0 ? "is" : "may be"} without TLS both ways: ${ATTACK}.`,
        evidence,
        networkFunctions: ["SEPP"],
        interfaces: ["N32"],
        cause: "tls",
      });
    yield* anchors(item, subject);
  }
} // prettier-ignore

function tlsFaults({ servers, peers }: NfConfiguration): { wrong: Evidence[]; open: Evidence[] } {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const server of servers.filter((item) => item.interface === "N32")) {
    if (server.encrypted === "no") wrong.push(seen(server.node, "https"));
    else if (server.encrypted === "unknown") open.push(seen(server.node, "https"));
    else if (server.verifiesClients === "no") wrong.push(seen(server.verification ?? server.node, "verify_client: true"));
    else if (server.verifiesClients === "unknown") open.push(seen(server.verification ?? server.node, "verify_client: true"));
  }
  for (const peer of peers.filter((item) => item.interface === "N32")) {
    if (peer.encrypted === "no") wrong.push(seen(peer.node, "an https:// URI"));
    if (peer.encrypted === "unknown") open.push(seen(peer.node, "an https:// URI"));
  }
  return { wrong, open };
}

/** Peers of different operators behind one anchor: each could sign for the other. */
function* anchors({ body }: NfConfiguration, subject: KubernetesObject): Generator<Verdict> {
  const peers = body.get("sepp", "n32", "client", "sepp").items();
  const byAnchor = new Map<string, { node: Node; plmn: string }[]>();
  for (const peer of peers) {
    const anchor = valueOr(peer.get("cacert").string(), "");
    const plmn = plmnOf(valueOr(peer.get("receiver").string(), "") || valueOr(peer.get("uri").string(), ""));
    if (anchor !== "") byAnchor.set(anchor, [...(byAnchor.get(anchor) ?? []), { node: peer.get("cacert"), plmn }]);
  }
  for (const [anchor, users] of byAnchor) {
    const plmns = [...new Set(users.map(({ plmn }) => plmn))];
    if (plmns.length < 2) continue;
    yield undetermined({
      message: `The trust anchor ${anchor} of the SEPP (${subject.name}) stands for ${plmns.join(" and ")}: where these are different operators, each can pose as the other (MNO Roaming Partners).`,
      evidence: users.slice(0, 5).map(({ node }) => seen(node, "a cacert for each operator")),
      networkFunctions: ["SEPP"],
      interfaces: ["N32"],
      cause: `anchor ${anchor}`,
    });
  }
} // prettier-ignore

/** The operator by the names of TS 23.003 28.2: `sepp.5gc.mnc001.mcc001.3gppnetwork.org`. */
function plmnOf(host: string): string {
  return /mnc\d+\.mcc\d+/.exec(host)?.[0] ?? host;
}

const SEPP_HOST = /(^|[./*])sepp[^.]*\.5gc\.mnc|^\*?\.?5gc\.mnc\d+\.mcc\d+\.3gppnetwork\.org$|n32/i;

function* gateway(subject: KubernetesObject): Generator<Verdict> {
  const own = functionsNamed(subject.name).includes("SEPP");
  const servers = subject.spec.get("servers").items().filter((server) => own || server.get("hosts").items().some((host) => SEPP_HOST.test(valueOr(host.string(), ""))));
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const server of servers) {
    const mode = server.get("tls", "mode");
    const redirect = valueOr(server.get("tls", "httpsRedirect").boolean(), false);
    if (mode.isUnknown) open.push(seen(mode, "MUTUAL or PASSTHROUGH"));
    else if (!redirect && !["MUTUAL", "PASSTHROUGH", "OPTIONAL_MUTUAL_REQUIRED", "ISTIO_MUTUAL"].includes(valueOr(mode.string(), ""))) wrong.push(seen(mode, "MUTUAL or PASSTHROUGH"));
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `Gateway ${subject.name} ${wrong.length > 0 ? "asks" : "may ask"} no peer of N32 for a certificate: ${ATTACK}.`,
    evidence,
    networkFunctions: ["SEPP"],
    interfaces: ["N32"],
    cause: "gateway",
  });
} // prettier-ignore

const PEERS = { zones: { interconnect: ["198.51.100.0/24"] } };
const CORE = [
  networkFunction("amf"),
  networkFunction("smf"),
  networkFunction("udm"),
  networkFunction("sepp", { pod: { volumes: [{ name: "c", configMap: { name: "sepp" } }] } }),
];

function balancer(spec: Properties) {
  return object("v1", "Service", "sepp-n32", {
    spec: { type: "LoadBalancer", selector: { app: "sepp" }, ports: [{ port: 443 }], ...spec },
  });
}

function fromPeers(cidr: string) {
  return object("networking.k8s.io/v1", "NetworkPolicy", "sepp", { spec: { podSelector: { matchLabels: { app: "sepp" } }, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] }] } });
} // prettier-ignore

const PEER_A = {
  receiver: "sepp.5gc.mnc001.mcc001.3gppnetwork.org",
  uri: "https://sepp.5gc.mnc001.mcc001.3gppnetwork.org",
  cacert: "/tls/a.crt",
};
const PEER_B = {
  receiver: "sepp.5gc.mnc002.mcc002.3gppnetwork.org",
  uri: "https://sepp.5gc.mnc002.mcc002.3gppnetwork.org",
  cacert: "/tls/b.crt",
};

function config(scheme: string, verify: boolean, ...peers: readonly Properties[]) {
  const n32 = { server: [{ sender: "sepp.operator", scheme, private_key: "/k", cert: "/c", verify_client: verify }], client: { sepp: peers } };
  const tls = { server: { scheme: "https", private_key: "/k", cert: "/c", verify_client: true } };
  return object("v1", "ConfigMap", "sepp", { data: { "sepp.yaml": JSON.stringify({ sepp: { default: { tls }, sbi: { server: [{ address: "0.0.0.0" }] }, n32 } }) } });
} // prettier-ignore

function istio(mode: string, host = "sepp.5gc.mnc099.mcc262.3gppnetwork.org") {
  return object("networking.istio.io/v1", "Gateway", "edge", { spec: { servers: [{ port: { number: 443, protocol: "HTTPS" }, hosts: [host], tls: { mode } }] } });
} // prettier-ignore

function sg(cidrBlocks: readonly string[]) {
  return resource("aws:ec2/securityGroup:SecurityGroup", "sepp", {
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks }],
  });
}
