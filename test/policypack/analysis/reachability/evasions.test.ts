/** Ways past a policy that look closed (or open) and are not: each as an attacker, or a tired engineer, writes it. */

import { hostConnections, hostName } from "../../../../policypack/analysis/reachability/aws";
import { reachability } from "../../../../policypack/analysis/reachability";
import { connections } from "../../../../policypack/analysis/reachability/connections";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";
import { everybodyOf } from "../../../../policypack/analysis/reachability/policy-edges";
import { networkPolicy } from "../../../../policypack/analysis/reachability/policies/network-policy";
import { describePorts } from "../../../../policypack/analysis/reachability/ports";
import { ANY_PLUGIN, type NetworkProfile, REFERENCE } from "../../../../policypack/analysis/reachability/profile";
import { comparison, effective } from "../../../../policypack/analysis/reachability/standard";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource } from "../../../../policypack/testing";

const modelOf = (resources: readonly ResourceInit[]) => new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });

const policy = (name: string, spec: object, namespace = "core") =>
  object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: { podSelector: {}, ...spec } as never }, namespace);

/** Ports between two workloads on a network. */
function between(resources: readonly ResourceInit[], from: string, to: string, profile: NetworkProfile = REFERENCE, on = "pod-network") {
  const { primary, secondary } = reachability(modelOf(resources), profile);
  const network = [...primary, ...secondary].find(({ name }) => name === on)!;
  const at = (name: string) =>
    network.universe.classes.findIndex(({ endpoints }) => endpoints.some(({ workload }) => workload.name === name));
  const ports = (mode: "must" | "may") => describePorts(network.ports(at(from), at(to), mode));
  return { must: ports("must"), may: ports("may") };
}

/** The same with the service mesh, as the comparison with 3GPP has it. */
function throughMesh(resources: readonly ResourceInit[], from: string, to: string): string {
  const model = modelOf(resources);
  const { reach, units } = model.ask(comparison);
  const at = (name: string) => units.find(({ unit }) => unit.name === name)!;
  return describePorts(effective(model, reach, reach.primary[0]!, at(from), at(to), "must"));
}

const pods = [networkFunction("amf"), networkFunction("smf")];

test("0.0.0.0/1 and 128.0.0.0/1 together are every address", () => {
  const halves = policy("halves", { ingress: [{ from: ["0.0.0.0/1", "128.0.0.0/1"].map((cidr) => ({ ipBlock: { cidr } })) }] });
  const model = modelOf([networkFunction("amf"), halves]);
  const { primary, units } = reachability(model, REFERENCE);
  const [amf] = connections(primary[0]!, units, "must").filter(({ to }) => to.kind === "workload");
  const reached = primary[0]!.universe.outside.filter((_, index) => primary[0]!.atomsBetween(1 + index, 0, "must").length > 0);
  expect(amf?.from.kind).toBe("addresses");
  expect(IpSet.EMPTY.union(...reached).contains(IpSet.of(["0.0.0.0/0"]))).toBe(true);
  const [rule] = networkPolicy(model.objectsOf("networking.k8s.io", "NetworkPolicy")[0]!).ingress!.rules;
  expect(everybodyOf(rule!)).toMatch(/^every address/);
});

test("a policy that allows everything isolates nobody, and undoes the default deny beside it", () => {
  const deny = policy("default-deny", { policyTypes: ["Ingress", "Egress"] });
  expect(between([...pods, deny], "amf", "smf").must).toBe("");
  const open = policy("allow-all", { policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] });
  expect(between([...pods, deny, open], "amf", "smf").must).toBe("All Connections");
});

test("a default deny in the wrong namespace denies nothing", () => {
  const deny = { policyTypes: ["Ingress", "Egress"] };
  expect(between([...pods, policy("default-deny", deny, "default")], "amf", "smf").must).toBe("All Connections");
  expect(between([...pods, policy("default-deny", deny, "core")], "amf", "smf").must).toBe("");
});

test("from: [] is from anybody, not from nobody", () => {
  expect(between([...pods, policy("p", { ingress: [{ from: [] }] })], "amf", "smf").must).toBe("All Connections");
  expect(between([...pods, policy("p", { ingress: [] })], "amf", "smf").must).toBe("");
});

test("a named port that no container declares opens nothing, and of another protocol nothing either", () => {
  const rule = (protocol: string) => policy("p", { ingress: [{ ports: [{ port: "pfcp", protocol }] }] });
  expect(between([...pods, rule("UDP")], "amf", "smf").must).toBe("");
  const smf = networkFunction("smf", { container: { ports: [{ name: "pfcp", containerPort: 8805, protocol: "UDP" }] } });
  expect(between([networkFunction("amf"), smf, rule("UDP")], "amf", "smf").must).toBe("UDP 8805");
  expect(between([networkFunction("amf"), smf, rule("TCP")], "amf", "smf").must).toBe("");
});

test("a pod on the host's network may be bound by no policy", () => {
  const smf = networkFunction("smf", { pod: { hostNetwork: true } });
  const deny = policy("default-deny", { policyTypes: ["Ingress", "Egress"] });
  expect(between([networkFunction("amf"), smf, deny], "smf", "amf", ANY_PLUGIN)).toEqual({ must: "", may: "" });
  const open = policy("amf", { podSelector: { matchLabels: { app: "amf" } }, policyTypes: ["Egress"], egress: [{}] });
  expect(between([networkFunction("amf"), smf, policy("smf", { ingress: [] }), open], "amf", "smf", ANY_PLUGIN).may).toBe(
    "All Connections",
  );
});

test("a port that is excluded from the sidecar goes past every AuthorizationPolicy", () => {
  const nobody = object("security.istio.io/v1", "AuthorizationPolicy", "nobody", { spec: {} });
  const mesh = [nobody, object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } })];
  const smf = (annotations: Properties) => networkFunction("smf", { annotations });
  expect(throughMesh([networkFunction("amf"), smf({}), ...mesh], "amf", "smf")).toBe("UDP 1-65535,SCTP 1-65535");
  const excluded = smf({ "traffic.sidecar.istio.io/excludeInboundPorts": "7777, 9090" });
  expect(throughMesh([networkFunction("amf"), excluded, ...mesh], "amf", "smf")).toBe("TCP 7777,9090,UDP 1-65535,SCTP 1-65535");
  const only = smf({ "traffic.sidecar.istio.io/includeInboundPorts": "443" });
  expect(throughMesh([networkFunction("amf"), only, ...mesh], "amf", "smf")).toBe("TCP 1-442,444-65535,UDP 1-65535,SCTP 1-65535");
});

test("a policy for eth0 says nothing of what goes over a Multus network", () => {
  const annotations = { "k8s.v1.cni.cncf.io/networks": "n4" };
  const definition = object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n4", { spec: { config: '{"type":"macvlan"}' } });
  const both = [networkFunction("smf", { annotations }), networkFunction("upf", { annotations }), definition];
  const deny = policy("default-deny", { policyTypes: ["Ingress", "Egress"] });
  expect(between([...both, deny], "smf", "upf").must).toBe("");
  expect(between([...both, deny], "smf", "upf", REFERENCE, "n4").must).toBe("All Connections");
  const multi = object("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", "n4", {
    metadata: { annotations: { "k8s.v1.cni.cncf.io/policy-for": "core/n4" } },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ protocol: "UDP", port: 8805 }] }] },
  });
  expect(between([...both, deny, multi], "smf", "upf", REFERENCE, "n4").must).toBe("UDP 8805");
});

const make = (type: string, id: string, properties: Properties = {}): ResourceInit => ({
  ...resource(type, id, { ...properties, id }),
  id,
});
const group = (id: string, rules: Properties = {}) => make("aws:ec2/securityGroup:SecurityGroup", id, { vpcId: "vpc-a", ...rules });
const host = (id: string, subnetId: string, privateIp: string, ...groups: string[]) =>
  make("aws:ec2/networkInterface:NetworkInterface", id, { subnetId, privateIps: [privateIp], securityGroups: groups });
const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const vpc = [
  make("aws:ec2/vpc:Vpc", "vpc-a", { cidrBlock: "10.0.0.0/16" }),
  make("aws:ec2/subnet:Subnet", "n2", { vpcId: "vpc-a", cidrBlock: "10.0.2.0/24" }),
  make("aws:ec2/subnet:Subnet", "sbi", { vpcId: "vpc-a", cidrBlock: "10.0.8.0/24" }),
  group("sg-gnb", { ingress: [], egress: [everything] }),
  host("gnb", "n2", "10.0.2.10", "sg-gnb"),
];

function hosts(resources: readonly ResourceInit[], from: string, to: string) {
  const found = hostConnections(modelOf([...vpc, ...resources]), "must").find(
    ({ from: a, to: b }) => !(a instanceof IpSet) && !(b instanceof IpSet) && hostName(a).startsWith(from) && hostName(b).startsWith(to),
  );
  return { traffic: found?.traffic.describe() ?? "nothing", replies: found?.replies.describe() ?? "" };
}

test("a security group rule for protocol 132 opens all of SCTP, whatever range it names", () => {
  const ngap = { protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks: ["10.0.2.0/24"] };
  const amf = [host("amf", "sbi", "10.0.8.10", "sg-amf"), group("sg-amf", { ingress: [ngap] })];
  expect(hosts(amf, "gnb", "amf").traffic).toBe("sctp (all ports)");
});

test("a second security group reopens what the first keeps closed", () => {
  const closed = group("sg-amf", { ingress: [] });
  const reopening = group("sg-debug", { ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8"] }] });
  expect(hosts([host("amf", "sbi", "10.0.8.10", "sg-amf"), closed], "gnb", "amf").traffic).toBe("nothing");
  expect(hosts([host("amf", "sbi", "10.0.8.10", "sg-amf", "sg-debug"), closed, reopening], "gnb", "amf").traffic).toBe("tcp 22");
});

test("a network ACL without a way back lets a request in and no answer out", () => {
  const amf = [
    host("amf", "sbi", "10.0.8.10", "sg-amf"),
    group("sg-amf", { ingress: [{ protocol: "tcp", fromPort: 8443, toPort: 8443, cidrBlocks: ["10.0.2.0/24"] }], egress: [everything] }),
  ];
  const entry = (protocol: string, fromPort: number, toPort: number) => ({
    ruleNo: 100,
    action: "allow",
    protocol,
    fromPort,
    toPort,
    cidrBlock: "10.0.2.0/24",
  });
  const acl = (egress: Properties[]) =>
    make("aws:ec2/networkAcl:NetworkAcl", "acl", { vpcId: "vpc-a", subnetIds: ["sbi"], ingress: [entry("tcp", 8443, 8443)], egress });
  expect(hosts([...amf, acl([])], "gnb", "amf")).toEqual({ traffic: "tcp 8443", replies: "" });
  expect(hosts([...amf, acl([entry("tcp", 1024, 65535)])], "gnb", "amf")).toEqual({ traffic: "tcp 8443", replies: "tcp 1024-65535" });
});
