/** Ways around the rules on security groups and their VPCs, and groups that only look like one. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const ZONE = "carrierguard.dev/zone";
const vpc = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { [ZONE]: "control" } });
/** Tagged by the deployment: it may be a core network. */
const perhaps = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: unknownValue() });
const group = (name: string, ingress: object[], egress: object[] = [], more: Properties = {}) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, {
    id: `sg-${name}`,
    vpcId: "vpc-1",
    ingress: ingress as [],
    egress: egress as [],
    ...more,
  });
const tagged = (zone: string) => ({ tags: { [ZONE]: zone } });
const ofNodes = { tags: { "kubernetes.io/cluster/core": "owned" } };
const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: [] } });
const rule = (protocol: string, fromPort: number, toPort: number, ...cidrBlocks: Properties[string][]) => ({ protocol, fromPort, toPort, cidrBlocks }); // prettier-ignore
const tcp = (port: number, ...cidrBlocks: Properties[string][]) => rule("tcp", port, port, ...cidrBlocks);
const udp = (port: number, ...cidrBlocks: Properties[string][]) => rule("udp", port, port, ...cidrBlocks);
const everything = rule("-1", 0, 0, "0.0.0.0/0");
const fromGroups = (port: number, ...securityGroups: Properties[string][]) => ({ protocol: "tcp", fromPort: port, toPort: port, securityGroups }); // prettier-ignore
const undirected = (of: string, properties: Properties) =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", `${of}-rule`, {
    securityGroupId: `sg-${of}`,
    type: unknownValue(),
    ...properties,
  });
const OAM = { settings: { zones: { oam: ["10.9.0.0/24"] } } };

answers("SG-07", [
  ["another group of the core beside the one that is open", [vpc, group("nrf", []), group("amf", [], [everything])], "fail"],
  ["everything to everywhere, in what may be a core network", [perhaps, group("amf", [], [everything])], "undetermined"],
  ["a group of the user plane that faces the internet", [vpc, group("gateway", [], [everything], tagged("user-plane"))], "pass"],
  ["a SEPP, which calls partners anywhere", [vpc, group("sepp", [], [everything])], "pass"],
  ["a NEF, which calls applications anywhere", [vpc, group("nef", [], [everything])], "pass"],
  ["an N3IWF, which ends tunnels from anywhere", [vpc, group("n3iwf", [], [everything])], "pass"],
  ["an SMF that shares its group with a UPF", [vpc, group("smf-upf", [], [everything])], "fail"],
  ["a group of the control plane on N6", [vpc, group("dn", [], [everything], { tags: { [ZONE]: "control", "carrierguard.dev/plane": "n6" } })], "pass"],
  ["every kind of ICMP to everywhere", [vpc, group("amf", [], [rule("icmp", -1, -1, "0.0.0.0/0"), rule("icmpv6", -1, -1, "::/0")])], "pass"],
  ["one port to a destination that is not known yet", [vpc, group("amf", [], [tcp(443, unknownValue())])], "pass"],
  ["a protocol that is not known yet, to a destination that is not", [vpc, group("amf", [], [rule(unknownValue() as never, 0, 0, unknownValue())])], "undetermined"],
  ["a rule whose direction is not known yet", [vpc, group("amf", []), undirected("amf", rule("-1", 0, 0, "0.0.0.0/0"))], "undetermined"],
  ["ingress rules that are not known yet", [vpc, group("amf", [], [], { ingress: unknownValue() })], "pass"],
]); // prettier-ignore

answers("SG-09", [
  ["FTP even from the OAM zone", [vpc, group("chf", [rule("tcp", 20, 21, "10.9.0.0/26")])], "fail", OAM],
  ["TFTP even from the OAM zone", [vpc, group("upf", [udp(69, "10.9.0.0/26")])], "fail", OAM],
  ["RDP even from the OAM zone", [vpc, group("nodes", [tcp(3389, "10.9.0.0/26")])], "fail", OAM],
  ["VNC even from the OAM zone", [vpc, group("nodes", [tcp(5900, "10.9.0.0/26")])], "fail", OAM],
  ["SSH from an address that is not known yet", [vpc, group("amf", [tcp(22, unknownValue())])], "undetermined", OAM],
  ["SSH from a group of the RAN", [vpc, group("gnb", [], [], tagged("ran")), group("amf", [fromGroups(22, "sg-gnb")])], "fail", OAM],
  ["SSH from the RAN's group beside the administrators'", [vpc, group("ops", [], [], tagged("oam")), group("gnb", [], [], tagged("ran")), group("amf", [fromGroups(22, "sg-ops", "sg-gnb")])], "fail", OAM],
  ["SSH from the administrators' group", [vpc, group("ops", [], [], tagged("oam")), group("amf", [fromGroups(22, "sg-ops")])], "pass", OAM],
  ["SSH from the office in what may be a core network", [perhaps, group("nodes", [tcp(22, "192.0.2.0/24")], [], { tags: { Name: "amf" } })], "undetermined", OAM],
  ["all protocols from an office, which SG-06 tells", [vpc, cluster, group("nodes", [rule("-1", 0, 0, "192.0.2.0/24")], [], ofNodes)], "pass", OAM],
  ["every UDP port of the nodes for an office", [vpc, cluster, group("nodes", [rule("udp", 0, 65535, "192.0.2.0/24")], [], ofNodes)], "pass", OAM],
  ["every TCP port of a function for an office, which SG-06 tells", [vpc, group("mail", []), group("amf", [rule("tcp", 0, 65535, "192.0.2.0/24")])], "pass", OAM],
  ["every TCP port of the nodes for the administrators", [vpc, cluster, group("nodes", [rule("tcp", 0, 65535, "10.9.0.0/24")], [], ofNodes)], "pass", OAM],
  ["a key pair where nothing is a core", [resource("aws:ec2/keyPair:KeyPair", "ops", { publicKey: "ssh-ed25519 AAAA" })], "pass"],
  ["a key pair where there may be a core", [perhaps, resource("aws:ec2/keyPair:KeyPair", "ops", { publicKey: "ssh-ed25519 AAAA" })], "undetermined"],
  ["a key on machines where there may be a core", [perhaps, resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { keyName: "ops" })], "undetermined"],
  ["remote access that says nothing", [vpc, resource("aws:eks/nodeGroup:NodeGroup", "nodes", { remoteAccess: {} })], "pass"],
  ["remote access of a group that only limits its sources", [vpc, resource("aws:eks/nodeGroup:NodeGroup", "nodes", { remoteAccess: { sourceSecurityGroupIds: ["sg-ops"] } })], "fail"],
  ["a key that this program makes", [vpc, resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { keyName: unknownValue(resource("aws:ec2/keyPair:KeyPair", "ops")) })], "fail"],
]); // prettier-ignore

const offering = (name: string, ports: Properties[], namespace = "core") =>
  object("v1", "Service", name, { spec: { selector: { app: name }, ports } }, namespace);

answers("SG-09", [
  ["Telnet behind a number that says nothing", [networkFunction("amf"), networkFunction("smf"), networkFunction("upf", { container: { ports: [{ name: "shell", containerPort: 23 }] } }), offering("upf", [{ port: 8023, targetPort: "shell" }])], "fail"],
  ["Telnet led to by its number", [networkFunction("amf"), networkFunction("smf"), offering("amf", [{ port: 80 }, { port: 8023, targetPort: 23 }])], "fail"],
  ["the port of TFTP over TCP", [networkFunction("amf"), networkFunction("smf"), offering("amf", [{ port: 69 }])], "pass"],
  ["TFTP of a function", [networkFunction("amf"), networkFunction("smf"), offering("amf", [{ port: 69, protocol: "UDP" }])], "fail"],
  ["SNMP of a function, inside", [networkFunction("amf"), networkFunction("smf"), offering("amf", [{ port: 161, protocol: "UDP" }])], "pass"],
  ["SSH of a runner in another namespace", [networkFunction("amf"), networkFunction("smf"), networkFunction("runner", { namespace: "ci" }), offering("runner", [{ port: 22 }], "ci")], "pass"],
  ["SSH of what is no function", [networkFunction("amf"), networkFunction("smf"), networkFunction("git"), offering("git", [{ port: 22 }])], "pass"],
]); // prettier-ignore

const partners = { settings: { zones: { interconnect: ["198.51.100.0/24"] } } };
const own = "10.0.0.0/16";

answers("SG-22", [
  ["partners and a stranger's address", [group("sepp", [tcp(443, "198.51.100.0/24"), tcp(443, "203.0.113.7/32")])], "fail", partners],
  ["a stranger's address, where nobody declared the partners", [group("sepp", [tcp(443, "203.0.113.7/32")])], "undetermined"],
  ["everybody, where nobody declared the partners", [group("sepp", [everything])], "fail"],
  ["partners and a range that is not known yet", [group("sepp", [tcp(443, "198.51.100.0/24", unknownValue())])], "undetermined", partners],
  ["a stranger and a range that is not known yet", [group("sepp", [tcp(443, "203.0.113.7/32", unknownValue())])], "undetermined", partners],
  ["another function's group for everybody", [group("amf", [everything])], "pass", partners],
]); // prettier-ignore

answers("SG-24", [
  ["GTP-U from a partner beside the core's own", [group("upf", [udp(2152, own), udp(2152, "198.51.100.9/32")])], "fail", partners],
  ["GTP-U at the SMF, which ends none", [group("smf", [udp(2152, "198.51.100.0/24")])], "pass", partners],
  ["the whole world, which SG-05 tells", [group("upf", [udp(2152, "0.0.0.0/0")])], "pass", partners],
  ["a role in capitals", [group("upf", [udp(2152, "198.51.100.0/24")], [], { tags: { "carrierguard.dev/upf-role": "IPUPS" } })], "pass", partners],
]); // prettier-ignore

const diameterAt = (name: string) => [group(name, [tcp(3868, "198.51.100.0/24")])];
const names = [rule("udp", 53, 53, "0.0.0.0/0"), rule("tcp", 53, 53, "0.0.0.0/0"), rule("icmp", 3, 4, "0.0.0.0/0")];

answers("SG-25", [
  ...["stp", "core-stp-a", "SIGTRAN", "ss7.edge", "gtpc-edge", "gtp-edge", "gtpproxy", "gtp-c-gateway", "bg", "roaming-bg-1"].map(
    (name) => [`Diameter at ${name}, which is an agent of another protocol`, diameterAt(name), "fail", partners] as const,
  ),
  ...["costpilot", "bgp-router", "dea"].map((name) => [`Diameter at ${name}`, diameterAt(name), "pass", partners] as const),
  ["Diameter at an STP, where nobody declared partners", diameterAt("stp"), "pass"],
  ["an eDNS that asks for names only", [group("edns", [udp(53, "198.51.100.0/24")], names)], "pass", partners],
  ["an eDNS that may send anything, for nobody known yet", [group("edns", [], [rule(unknownValue() as never, 0, 0, "0.0.0.0/0")])], "pass", partners],
  ["a HSS that may send anything", [group("hss", [], [everything])], "pass", partners],
  ["a rule on the HSS whose direction is not known yet", [group("hss", []), undirected("hss", rule("sctp", 3868, 3868, "198.51.100.0/24"))], "fail", partners],
]); // prettier-ignore

answers("SG-06", [
  ["a port of no flow, in what may be a core network", [perhaps, group("amf", [tcp(8088, own)])], "undetermined"],
  ["a port of no flow, beside another group of the core", [vpc, group("nrf", []), group("upf", [tcp(8088, own)])], "fail"],
  ["everything inside the VPC on the way out", [vpc, group("amf", [], [rule("-1", 0, 0, own)])], "fail"],
  ["everything to everywhere, which SG-07 tells", [vpc, group("amf", [], [everything])], "pass"],
  ["a port of no function on the nodes", [vpc, cluster, group("nodes", [tcp(8088, own)], [], ofNodes)], "pass"],
  ["a protocol that is not known yet, from the nodes themselves", [vpc, cluster, group("nodes", [{ protocol: unknownValue(), fromPort: 0, toPort: 0, self: true }], [], ofNodes)], "pass"],
  ["everything on the nodes for addresses that are not known yet", [vpc, cluster, group("nodes", [rule("-1", 0, 0, unknownValue())], [], ofNodes)], "fail"],
  ["SCTP from two sites, one of them a /16", [vpc, group("amf", [rule("132", 38412, 38412, "10.100.4.0/24", "10.101.0.0/16")])], "fail"],
  ["SCTP from a /20 that is the RAN's", [vpc, group("amf", [rule("132", 38412, 38412, "10.100.0.0/20", "10.9.4.0/24")])], "pass", { settings: { zones: { ran: ["10.100.0.0/16"] } } }],
  ["SCTP from a /21, which is short of what adds up", [vpc, group("amf", [rule("132", 38412, 38412, "10.101.0.0/21")])], "fail"],
  ["SCTP of a partner, of any size", [vpc, group("stp", [rule("132", 2905, 2905, "198.51.96.0/19")], [], tagged("roaming-edge"))], "pass", { settings: { zones: { interconnect: ["198.51.96.0/19"] } } }],
]); // prettier-ignore
