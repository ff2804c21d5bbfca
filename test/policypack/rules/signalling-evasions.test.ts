/** Ways around the rules on the interfaces of signalling and roaming: N2, N4, N9, N32, and the networks that carry them. */

import { networkFunction, object, type PodOptions, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const core = ["amf", "smf", "upf"].map((name) => networkFunction(name));
const service = (app: string, spec: Properties, ports: Properties[]) =>
  object("v1", "Service", app, { spec: { selector: { app }, ports, ...spec } });
const netpol = (app: string, rule: Properties) =>
  object("networking.k8s.io/v1", "NetworkPolicy", `${app}-in`, {
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress: [rule] },
  });
const block = (cidr: Properties[string]) => ({ ipBlock: { cidr } });
const n2 = { port: 38412, protocol: "SCTP" };
const n4 = { port: 8805, protocol: "UDP" };
const ran = { settings: { zones: { ran: ["10.100.0.0/16"] } } };
const balanced = (ranges: Properties[string], ...ports: Properties[]) =>
  service("amf", { type: "LoadBalancer", loadBalancerSourceRanges: ranges }, ports.length === 0 ? [n2] : ports);
const rule = (properties: Properties) =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", "upf-n4", { type: "ingress", protocol: "udp", fromPort: 8805, toPort: 8805, ...properties }); // prettier-ignore

// prettier-ignore
answers("SG-17", [
  ["a rule of a group out of sight for the whole internet", [rule({ securityGroupId: "sg-elsewhere", cidrBlocks: ["0.0.0.0/0"] })], "fail"],
  ["a rule of a group out of sight for the SMF", [rule({ securityGroupId: "sg-elsewhere", cidrBlocks: ["10.0.4.0/28"] })], "pass"],
  ["N2 for ranges that are not known yet", [core[0]!, balanced([unknownValue()])], "undetermined", ran],
  ["N2 for a list of ranges that is not known yet", [core[0]!, balanced(unknownValue())], "undetermined", ran],
  ["N2 for base stations, where nobody declared the RAN", [core[0]!, balanced(["10.100.4.0/24"])], "undetermined"],
  ["N2 for the world in two halves, where nobody declared the RAN", [core[0]!, balanced(["0.0.0.0/1", "128.0.0.0/1"])], "fail"],
  ["N2 for base stations and an office", [core[0]!, balanced(["10.100.4.0/24", "192.0.2.0/24"])], "fail", ran],
  ["N2 for base stations, on a node port", [core[0]!, service("amf", { type: "NodePort", loadBalancerSourceRanges: ["10.100.4.0/24"] }, [n2])], "fail", ran],
  ["N2 for base stations, on external addresses too", [core[0]!, service("amf", { type: "LoadBalancer", externalIPs: ["203.0.113.9"], loadBalancerSourceRanges: ["10.100.4.0/24"] }, [n2])], "fail", ran],
  ["N4 beside N2 for base stations", [networkFunction("amf-smf", { labels: { app: "amf", "carrierguard.dev/nf": "amf,smf" } }), balanced(["10.100.4.0/24"], n2, n4)], "fail", ran],
  ["N4 beside N2, where nobody declared the RAN", [networkFunction("amf-smf", { labels: { app: "amf", "carrierguard.dev/nf": "amf,smf" } }), balanced(["10.100.4.0/24"], n2, n4)], "fail"],
  ["a policy that lets in a base station", [core[0]!, netpol("amf", { from: [block("10.100.4.0/24")], ports: [n2] })], "pass", ran],
  ["a policy that lets in an office on N2", [core[0]!, netpol("amf", { from: [block("192.0.2.0/24")], ports: [n2] })], "fail", ran],
  ["a policy that lets in base stations, where nobody declared the RAN", [core[0]!, netpol("amf", { from: [block("10.100.4.0/24")], ports: [n2] })], "undetermined"],
  ["a policy that lets an SMF of another site in on N4", [core[2]!, netpol("upf", { from: [block("10.8.4.0/28")], ports: [n4] })], "pass", ran],
  ["a policy for addresses that are not known yet on N4", [core[2]!, netpol("upf", { from: [block(unknownValue())], ports: [n4] })], "undetermined", ran],
]);

const partners = { settings: { zones: { interconnect: ["198.51.100.0/24"] } } };
const sepp = networkFunction("sepp", { pod: { volumes: [{ name: "c", configMap: { name: "sepp" } }] } });
const edge = (spec: Properties, annotations: Properties = {}) =>
  object("v1", "Service", "sepp", { metadata: { annotations }, spec: { selector: { app: "sepp" }, ports: [{ port: 443 }], ...spec } });
const INTERNAL = { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" };
const LB = { type: "LoadBalancer" };
const n32 = (server: Properties, ...peers: Properties[]) =>
  object("v1", "ConfigMap", "sepp", { data: { "sepp.yaml": JSON.stringify({ sepp: { sbi: { server: [{ address: "0.0.0.0" }] }, n32: { server: [{ sender: "sepp.operator", ...server }], client: { sepp: peers } } } }) } }); // prettier-ignore
const OWN = { scheme: "https", private_key: "/k", cert: "/c", verify_client: true };
const host = (mnc: number) => `sepp.5gc.mnc00${mnc}.mcc001.3gppnetwork.org`;
const gateway = (name: string, hosts: string[], tls: Properties | undefined) =>
  object("networking.istio.io/v1", "Gateway", name, { spec: { servers: [{ port: { number: 443, protocol: "HTTPS" }, hosts, ...(tls === undefined ? {} : { tls }) }] } }); // prettier-ignore
const simple = { mode: "SIMPLE" };

// prettier-ignore
answers("SG-22", [
  ["an AMF behind a balancer for everybody, which SG-21 tells", [...core, sepp, object("v1", "Service", "amf", { spec: { ...LB, selector: { app: "amf" }, ports: [{ port: 443 }] } })], "pass", partners],
  ["an internal balancer beside another function's public one", [...core, sepp, object("v1", "Service", "amf", { spec: { ...LB, selector: { app: "amf" }, ports: [{ port: 443 }] } }), edge(LB, INTERNAL)], "pass", partners],
  ["an internal balancer for a network that is no partner's", [...core, sepp, edge({ ...LB, loadBalancerSourceRanges: ["10.77.0.0/16"] }, INTERNAL)], "fail", partners],
  ["an internal balancer for the partners, and external addresses for everybody", [...core, sepp, edge({ ...LB, loadBalancerSourceRanges: ["198.51.100.0/24"], externalIPs: ["203.0.113.4"] }, INTERNAL)], "fail", partners],
  ["partners and a stranger", [...core, sepp, edge({ ...LB, loadBalancerSourceRanges: ["198.51.100.0/24", "203.0.113.7/32"] })], "fail", partners],
  ["partners and a range that is not known yet", [...core, sepp, edge({ ...LB, loadBalancerSourceRanges: ["198.51.100.0/24", unknownValue()] })], "undetermined", partners],
  ["annotations that are not known yet", [...core, sepp, object("v1", "Service", "sepp", { metadata: { annotations: unknownValue() }, spec: { ...LB, selector: { app: "sepp" }, ports: [{ port: 443 }] } })], "undetermined", partners],
  ["two SEPPs behind one balancer, one of them open", [...core, sepp, networkFunction("sepp-2", { labels: { app: "sepp", set: "2" } }), edge(LB), object("networking.k8s.io/v1", "NetworkPolicy", "shut", { spec: { podSelector: { matchLabels: { set: "2" } }, policyTypes: ["Ingress"] } })], "fail", partners],
  ["two peers of one operator behind one anchor", [sepp, n32(OWN, { receiver: host(1), cacert: "/a" }, { receiver: host(1), uri: `https://${host(1)}`, cacert: "/a" })], "pass"],
  ["two operators behind one anchor, told by their URIs alone", [sepp, n32(OWN, { uri: `https://${host(1)}`, cacert: "/a" }, { uri: `https://${host(2)}`, cacert: "/a" })], "undetermined"],
  ["a host and an operator behind one anchor", [sepp, n32(OWN, { receiver: host(1), uri: "https://10.9.9.9", cacert: "/a" }, { uri: `https://${host(1)}`, cacert: "/a" })], "pass"],
  ["two operators without an anchor of their own", [sepp, n32(OWN, { receiver: host(1) }, { receiver: host(2) })], "pass"],
  ["N32 in the clear, in the file of another function", [networkFunction("nrf", { pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } }), object("v1", "ConfigMap", "nrf", { data: { "nrf.yaml": JSON.stringify({ nrf: { sbi: { server: [{ address: "0.0.0.0", scheme: "http" }] } } }) } })], "pass"],
  ["the SBI in the clear, which ID-08 tells", [sepp, object("v1", "ConfigMap", "sepp", { data: { "sepp.yaml": JSON.stringify({ sepp: { sbi: { server: [{ address: "0.0.0.0", scheme: "http" }], client: { scp: [{ uri: "http://scp" }] } }, n32: { server: [{ sender: "sepp", ...OWN }] } } }) } })], "pass"],
  ["a scheme that the container's environment brings", [sepp, n32({ ...OWN, scheme: "${SCHEME}" })], "undetermined"],
  ["a switch that the container's environment brings", [sepp, n32({ ...OWN, verify_client: "${VERIFY}" })], "undetermined"],
  ["a peer that the container's environment brings", [sepp, n32(OWN, { receiver: host(1), uri: "${PEER}" })], "undetermined"],
  ...["sepp.5gc.mnc099.mcc262.3gppnetwork.org", "roaming/sepp1.5gc.mnc099.mcc262.3gppnetwork.org", "*.5gc.mnc099.mcc262.3gppnetwork.org", "5gc.mnc099.mcc262.3gppnetwork.org", "n32.operator.example"].map(
    (name) => [`one-way TLS for ${name}`, [gateway("edge", [name], simple)], "fail"] as const,
  ),
  ...["ausf.5gc.mnc099.mcc262.3gppnetwork.org", "notsepp.5gc.operator.example", "5gc.mnc099.mcc262.3gppnetwork.org.example", "5gc.mncx.mcc262.3gppnetwork.org"].map(
    (name) => [`one-way TLS for ${name}`, [gateway("edge", [name], simple)], "pass"] as const,
  ),
  ["one-way TLS for the SEPP beside another host", [gateway("edge", ["www.operator.example", host(1)], simple)], "fail"],
  ["one-way TLS at a gateway with the SEPP's name", [gateway("sepp", ["*"], simple)], "fail"],
  ["a redirect of plain HTTP to HTTPS", [gateway("sepp", ["*"], { httpsRedirect: true })], "pass"],
  ["no TLS at all", [gateway("sepp", ["*"], undefined)], "fail"],
  ["mutual TLS that the mesh itself ends", [gateway("sepp", ["*"], { mode: "ISTIO_MUTUAL" })], "pass"],
  ["a certificate that is asked for and need not come", [gateway("sepp", ["*"], { mode: "OPTIONAL_MUTUAL" })], "fail"],
  ["a mode that is not known yet", [gateway("sepp", ["*"], { mode: unknownValue() })], "undetermined"],
]);

const ROLE = "carrierguard.dev/upf-role";
const ipups = (labels: Properties = {}, options: PodOptions = {}) =>
  networkFunction("upf-roaming", { ...options, labels: { app: "upf-roaming", "carrierguard.dev/nf": "upf", [ROLE]: "ipups", ...labels } });
const gtpu = [{ protocol: "UDP", port: 2152 }];

// prettier-ignore
answers("SG-24", [
  ["an exporter that carries the role of what it watches", [...core, networkFunction("metrics-exporter", { labels: { app: "metrics-exporter", [ROLE]: "ipups" } })], "pass"],
  ["an SMF that carries the role by mistake", [...core, networkFunction("smf-2", { labels: { app: "smf-2", "carrierguard.dev/nf": "smf", [ROLE]: "ipups" } })], "pass"],
  ...["smf", "sgwc", "pgw", "mme"].map((name) => [`an IPUPS that is a ${name} as well`, [...core, ipups({ "carrierguard.dev/nf": `upf,${name}` })], "fail"] as const),
  ["an IPUPS that is a NEF as well", [...core, ipups({ "carrierguard.dev/nf": "upf,nef" })], "undetermined"],
  ["an IPUPS with its own ports", [...core, ipups({}, { container: { ports: [{ containerPort: 8805, protocol: "UDP" }, { containerPort: 2152, protocol: "UDP" }] } })], "undetermined"],
  ["an IPUPS on N3 and N9", [...core, ipups({}, { annotations: { "k8s.v1.cni.cncf.io/networks": "n3,n9" } })], "undetermined", { settings: { profile: "strict" } }],
  ["partners on N9, at a policy of the SMF", [...core, netpol("smf", { from: [block("198.51.100.0/24")], ports: gtpu })], "pass", partners],
  ["partners on another port of the UPF", [...core, netpol("upf", { from: [block("198.51.100.0/24")], ports: [{ protocol: "TCP", port: 443 }] })], "pass", partners],
  ["partners, at the UPF that is the IPUPS", [...core, ipups(), netpol("upf-roaming", { from: [block("198.51.100.0/24")], ports: gtpu })], "undetermined", partners],
  ["partners, where the UPF sends to them", [...core, object("networking.k8s.io/v1", "NetworkPolicy", "out", { spec: { podSelector: { matchLabels: { app: "upf" } }, policyTypes: ["Egress"], egress: [{ to: [block("198.51.100.0/24")], ports: gtpu }] } })], "pass", partners],
  ["everybody, which SG-12 tells", [...core, netpol("upf", { from: [block("0.0.0.0/0")], ports: gtpu })], "pass", partners],
]);
