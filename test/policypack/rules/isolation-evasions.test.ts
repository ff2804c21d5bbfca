/** Ways around the rules on isolation: who may reach whom on the pod network, on secondary networks and on nodes. */

import { networkFunction, object, type PodOptions, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const core = ["amf", "smf", "upf"].map((name) => networkFunction(name));
const named = (name: string, nf: string, options: PodOptions = {}) =>
  networkFunction(name, { ...options, labels: { app: name, "carrierguard.dev/nf": nf } });
const netpol = (app: string, side: "in" | "out", rule: Properties, name = `${app}-${side}`) =>
  object("networking.k8s.io/v1", "NetworkPolicy", name, {
    spec: { podSelector: { matchLabels: { app } }, policyTypes: [side === "in" ? "Ingress" : "Egress"], [side === "in" ? "ingress" : "egress"]: [rule] },
  }); // prettier-ignore
const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });
const block = (cidr: Properties[string], ...except: string[]) => ({ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } });
const tcp = (port: number) => ({ protocol: "TCP", port });
const udp = (port: number) => ({ protocol: "UDP", port });
const WORLD = block("0.0.0.0/0");

// prettier-ignore
answers("SG-12", [
  ["names from every resolver, which SG-13 tells", [...core, netpol("amf", "out", { ports: [udp(53), tcp(53)] })], "pass"],
  ["names for everybody at a function that is no resolver", [...core, netpol("amf", "in", { ports: [udp(53), tcp(53)] })], "fail"],
  ["IKE from everywhere at the N3IWF", [...core, networkFunction("n3iwf"), netpol("n3iwf", "in", { ports: [udp(500), udp(4500)] })], "pass"],
  ["IKE from everywhere at the TNGF", [...core, networkFunction("tngf"), netpol("tngf", "in", { from: [WORLD], ports: [udp(500), udp(4500)] })], "pass"],
  ["IKE and SSH from everywhere at the N3IWF", [...core, networkFunction("n3iwf"), netpol("n3iwf", "in", { from: [WORLD], ports: [udp(500), tcp(22)] })], "fail"],
  ["IKE from everywhere at the AMF", [...core, netpol("amf", "in", { from: [WORLD], ports: [udp(500), udp(4500)] })], "fail"],
  ["IKE to everywhere from the N3IWF", [...core, networkFunction("n3iwf"), netpol("n3iwf", "out", { ports: [udp(500), udp(4500)] })], "fail"],
  ["subscribers' way out of the UPF", [...core, netpol("upf", "out", { to: [WORLD] })], "pass"],
  ["subscribers' way out of the PGW-U", [...core, networkFunction("pgwu"), netpol("pgwu", "out", { to: [WORLD] })], "pass"],
  ["everybody's way into the UPF", [...core, netpol("upf", "in", { from: [WORLD] })], "fail"],
  ["every pod of the cluster, out of the UPF", [...core, netpol("upf", "out", { to: [{ namespaceSelector: {} }] })], "fail"],
  ["the world and every pod of the cluster, out of the UPF", [...core, netpol("upf", "out", { to: [WORLD, { namespaceSelector: {} }] })], "fail"],
  ["N32 of a SEPP from everywhere, which SG-22 tells", [...core, networkFunction("sepp"), netpol("sepp", "in", { from: [WORLD], ports: [tcp(443)] })], "pass"],
  ["N33 of a NEF from everywhere", [...core, networkFunction("nef"), netpol("nef", "in", { from: [WORLD], ports: [tcp(443)] })], "pass"],
  ["the SEPP's SBI from everywhere", [...core, networkFunction("sepp"), netpol("sepp", "in", { from: [WORLD], ports: [tcp(8000)] })], "fail"],
  ["N32 of a SEPP from every pod", [...core, networkFunction("sepp"), netpol("sepp", "in", { from: [{ namespaceSelector: {} }], ports: [tcp(443)] })], "fail"],
  ["HTTPS from everywhere at the AMF", [...core, netpol("amf", "in", { from: [WORLD], ports: [tcp(443)] })], "fail"],
  ["a port that is not known yet, between functions", [...core, netpol("smf", "in", { from: [pods("upf")], ports: [{ protocol: "TCP", port: unknownValue() }] })], "undetermined"],
]);

const NETWORKS = "k8s.v1.cni.cncf.io/networks";
const nad = (name: string, config: Properties = { type: "macvlan", master: "ens6" }, plane?: string) =>
  object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, {
    ...(plane === undefined ? {} : { metadata: { labels: { "carrierguard.dev/plane": plane } } }),
    spec: { config: JSON.stringify({ cniVersion: "0.3.1", ...config }) },
  });
const on = (name: string, networks: string, options: PodOptions = {}) =>
  networkFunction(name, { ...options, annotations: { [NETWORKS]: networks } });
const multi = (network: string, spec: Properties, name = network) =>
  object("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", name, {
    metadata: { annotations: { "k8s.v1.cni.cncf.io/policy-for": `core/${network}` } },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec },
  });
const hook = (name: string, networks: string) =>
  object("batch/v1", "Job", name, {
    metadata: { annotations: { "helm.sh/hook": "pre-install" } },
    spec: { template: { metadata: { labels: { app: name }, annotations: { [NETWORKS]: networks } }, spec: { restartPolicy: "Never", containers: [{ name }] } } },
  }); // prettier-ignore
const vpc = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.20.0.0/16" });
const subnet = (name: string, cidrBlock: string, plane?: string) =>
  resource("aws:ec2/subnet:Subnet", name, { id: `subnet-${name}`, vpcId: "vpc-1", cidrBlock, ...(plane === undefined ? {} : { tags: { "carrierguard.dev/plane": plane } }) }); // prettier-ignore
const eni = (name: string, at: string, ...securityGroups: string[]) =>
  resource("aws:ec2/networkInterface:NetworkInterface", name, { subnetId: `subnet-${at}`, ...(securityGroups.length === 0 ? {} : { securityGroups }) }); // prettier-ignore
const planeGroup = (plane: string) => resource("aws:ec2/securityGroup:SecurityGroup", plane, { vpcId: "vpc-1", tags: { "carrierguard.dev/plane": plane } }); // prettier-ignore
const n3 = { type: "host-device", device: "ens6", ipam: { type: "host-local", subnet: "10.20.3.0/24" } };
const onN3 = [vpc, nad("n3", n3), on("upf", "n3"), networkFunction("smf")];

// prettier-ignore
answers("SG-14", [
  ["a promiscuous network that no function joins", [nad("n4", { type: "macvlan", promiscMode: true }), networkFunction("smf"), networkFunction("tcpdump", { annotations: { [NETWORKS]: "n4" } })], "pass"],
  ["a hook that prepares the network", [nad("n4"), networkFunction("smf"), hook("upf", "n4")], "pass"],
  ["a policy that selects by labels that are not known yet", [nad("n4"), on("upf", "n4"), networkFunction("smf"), multi("n4", { podSelector: { matchLabels: { app: unknownValue() } } })], "undetermined"],
  ["a policy whose directions are not known yet", [nad("n4"), on("upf", "n4"), networkFunction("smf"), multi("n4", { policyTypes: unknownValue() })], "undetermined"],
  ["a default deny beside a policy that is not known yet", [nad("n4"), on("upf", "n4"), networkFunction("smf"), multi("n4", {}), multi("n4", { podSelector: { matchLabels: { app: unknownValue() } } }, "later")], "pass"],
  ["half of the world", [nad("n4"), on("upf", "n4"), networkFunction("smf"), multi("n4", { ingress: [{ from: [block("0.0.0.0/1")] }] })], "pass"],
  ["everything out of N4", [nad("n4"), on("upf", "n4"), networkFunction("smf"), multi("n4", { egress: [{}] })], "fail"],
  ["everything out of N6 for an SMF, which has no subscribers there", [nad("n6"), on("smf", "n6"), networkFunction("upf"), multi("n6", { egress: [{}] })], "fail"],
  ["subscribers of 4G on SGi", [nad("sgi"), on("pgwu", "sgi"), networkFunction("smf"), multi("sgi", { egress: [{}] })], "pass"],
  ["subscribers of a UPF with its SMF in one pod", [nad("n6"), named("smf-upf", "smf,upf", {}), networkFunction("amf"), multi("n6", { egress: [{}] })], "pass"],
  ["another direction's gap beside subscribers on N6", [nad("n6"), on("upf", "n6"), networkFunction("smf"), multi("n6", { policyTypes: ["Egress"], egress: [{}] })], "fail"],
  ["two networks, of which the second is open", [nad("n3", n3), nad("n4"), on("upf", "n3, n4"), networkFunction("smf"), multi("n3", {})], "fail"],
  ["an interface of the plane's subnet without a group beside one that has one", [...onN3, subnet("n3", "10.20.3.0/24"), eni("a", "n3", "sg-1"), eni("b", "n3")], "fail"],
  ["an interface without a group in another subnet", [...onN3, subnet("n3", "10.20.3.0/24"), subnet("oam", "10.20.9.0/24"), eni("a", "n3", "sg-1"), eni("b", "oam")], "pass"],
  ["subnets of other planes alone", [...onN3, subnet("oam", "10.20.9.0/24"), eni("b", "oam", "sg-1")], "fail"],
  ["a subnet whose tag is the plane's, and a group for it", [vpc, nad("vlan-3", { type: "host-device", device: "ens6" }, "n3"), on("upf", "vlan-3"), networkFunction("smf"), subnet("a", "10.20.3.0/24", "n3"), planeGroup("n3")], "pass"],
  ["a subnet whose tag is the plane's, and a group for another", [vpc, nad("vlan-3", { type: "host-device", device: "ens6" }, "n3"), on("upf", "vlan-3"), networkFunction("smf"), subnet("a", "10.20.3.0/24", "n3"), planeGroup("n4")], "fail"],
  ["groups for two planes", [vpc, nad("vlan-3", { type: "host-device", device: "ens6" }, "n3"), on("upf", "vlan-3"), networkFunction("smf"), subnet("a", "10.20.3.0/24", "n3"), planeGroup("n4"), planeGroup("n3")], "pass"],
  ["two networks with subnets of their own, of which one has a group", [vpc, nad("n3", n3), nad("n4", { ...n3, ipam: { type: "host-local", subnet: "10.20.4.0/24" } }), on("upf", "n3, n4"), networkFunction("smf"), subnet("n3", "10.20.3.0/24"), subnet("n4", "10.20.4.0/24"), eni("a", "n3", "sg-1"), eni("b", "n4")], "fail"],
]);

// prettier-ignore
answers("SG-15", [
  ["the LI mediation on a secondary network", [...core, on("mdf", "vlan-17")], "fail"],
  ["two networks, one of them foreign", [...core, on("smf", "n4, n6")], "fail"],
  ["the pod network replaced by the SBI's", [...core, nad("sbi-net", { type: "macvlan" }, "sbi"), networkFunction("udm", { annotations: { "v1.multus-cni.io/default-network": "core/sbi-net" } })], "pass"],
  ["the SBI's network beside the pod network", [...core, nad("sbi-net", { type: "macvlan" }, "sbi"), on("upf", "sbi-net")], "fail"],
  ["a hook that configures N4", [...core, hook("init", "n4")], "pass"],
  ["an exporter on N6 and N4", [...core, networkFunction("metrics-exporter", { annotations: { [NETWORKS]: "n6, n4" } })], "undetermined"],
  ["a tool of another namespace on a network that says nothing", [...core, networkFunction("grafana", { namespace: "tools", annotations: { [NETWORKS]: "core/vlan-17" } })], "pass"],
  ["a tool of another namespace on its own N4", [...core, networkFunction("grafana", { namespace: "tools", annotations: { [NETWORKS]: "n4" } })], "pass"],
  ["no network, by an empty list", [...core, on("udm", "[]")], "pass"],
]);

const pool = [
  networkFunction("amf"),
  networkFunction("smf", { pod: { volumes: [{ name: "c", configMap: { name: "smf" } }] } }),
  networkFunction("upf"),
  object("v1", "ConfigMap", "smf", { data: { "smf.yaml": "smf: {pfcp: {server: [{address: 0.0.0.0}]}, session: [{subnet: 10.45.0.0/16, gateway: 10.45.0.1}]}" } }), // prettier-ignore
];
const OWN = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

// prettier-ignore
answers("SG-16", [
  ["everybody, where no peer is named, which SG-12 tells", [...pool, netpol("upf", "out", {})], "pass"],
  ["the world by its name in Cilium", [...pool, object("cilium.io/v2", "CiliumNetworkPolicy", "upf", { spec: { endpointSelector: { matchLabels: { app: "upf" } }, egress: [{ toEntities: ["world"] }] } })], "fail"],
  ["every pod and nobody outside", [...pool, netpol("upf", "out", { to: [{ namespaceSelector: {} }] })], "pass"],
  ["the world into the UPF", [...pool, netpol("upf", "in", { from: [WORLD] })], "pass"],
  ["the world out of the AMF, which SG-12 tells", [...pool, netpol("amf", "out", { to: [WORLD] })], "pass"],
  ["the world out of the PGW-U", [...pool, networkFunction("pgwu"), netpol("pgwu", "out", { to: [WORLD] })], "fail"],
  ["the world out of a UPF with its SMF in one pod", [...pool, named("smf-upf", "smf,upf"), netpol("smf-upf", "out", { to: [WORLD] })], "fail"],
  ["a range of the internet", [...pool, netpol("upf", "out", { to: [block("8.0.0.0/8")] })], "pass"],
  ["the world without the operator's own, and one application inside", [...pool, netpol("upf", "out", { to: [block("0.0.0.0/0", ...OWN), block("10.9.8.7/32")] })], "pass"],
  ["the pools into the UPF, where they come from", [...pool, netpol("upf", "in", { from: [block("10.45.0.0/16")] })], "pass"],
  ["the pools into a UPF with its SMF in one pod", [...pool, named("smf-upf", "smf,upf"), netpol("smf-upf", "in", { from: [block("10.45.0.0/16")] })], "pass"],
  ["the way out of the AMF to the pools", [...pool, netpol("amf", "out", { to: [block("10.45.0.0/16")] })], "pass"],
]);
