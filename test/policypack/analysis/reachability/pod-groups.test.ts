import { comparison, effective } from "../../../../policypack/analysis/reachability/standard";
import { groupPortsFromAddresses, groupSayings } from "../../../../policypack/analysis/reachability/pod-groups";
import { ALL_PORTS, describePorts } from "../../../../policypack/analysis/reachability/ports";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../../../policypack/testing";

const make = (type: string, id: string, properties: Properties = {}): ResourceInit => ({
  ...resource(type, id, { ...properties, id }),
  id,
});
const group = (id: string, ingress: Properties[], egress: Properties[] = [everything]) =>
  make("aws:ec2/securityGroup:SecurityGroup", id, { vpcId: "vpc-a", ingress, egress });
const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const tcp = (port: number, peers: Properties) => ({ protocol: "tcp", fromPort: port, toPort: port, ...peers });
const policy = (name: string, groups: Properties | string[], spec: Properties = { podSelector: { matchLabels: { app: name } } }) =>
  object("vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy", name, { spec: { ...spec, securityGroups: { groupIds: groups } } });

const vpc = [
  make("aws:ec2/vpc:Vpc", "vpc-a", { cidrBlock: "10.0.0.0/16" }),
  make("aws:ec2/subnet:Subnet", "workers", { vpcId: "vpc-a", cidrBlock: "10.0.1.0/24" }),
  make("aws:ec2/subnet:Subnet", "edge", { vpcId: "vpc-a", cidrBlock: "10.0.2.0/24" }),
  make("aws:eks/cluster:Cluster", "core", { name: "core", vpcConfig: { subnetIds: ["workers"] } }),
];
const cni = (values?: string) =>
  make("aws:eks/addon:Addon", "vpc-cni", {
    clusterName: "core",
    addonName: "vpc-cni",
    ...(values === undefined ? {} : { configurationValues: values }),
  });
const WITH_INTERFACES = '{"env": {"ENABLE_POD_ENI": "true"}}';
const nodes = (name: string, subnetIds: string[], launchTemplate?: Properties) =>
  make("aws:eks/nodeGroup:NodeGroup", name, {
    clusterName: "core",
    nodeGroupName: name,
    subnetIds,
    ...(launchTemplate === undefined ? {} : { launchTemplate }),
  });
const template = (id: string, ...groups: string[]) => make("aws:ec2/launchTemplate:LaunchTemplate", id, { vpcSecurityGroupIds: groups });

const modelOf = (resources: readonly ResourceInit[]) => new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });

function between(resources: readonly ResourceInit[], from: string, to: string): { must: string; may: string } {
  const model = modelOf([...vpc, ...resources]);
  const { reach, units } = model.ask(comparison);
  const at = (name: string) => units.find(({ unit }) => unit.name === name)!;
  const ports = (mode: "must" | "may") => describePorts(effective(model, reach, reach.primary[0]!, at(from), at(to), mode));
  return { must: ports("must"), may: ports("may") };
}

const functions = ["udm", "udr", "amf"].map((name) => networkFunction(name));
const own = [
  cni(WITH_INTERFACES),
  policy("udr", ["sg-udr"]),
  policy("udm", ["sg-udm"]),
  group("sg-udr", [tcp(8443, { securityGroups: ["sg-udm"] })]),
  group("sg-udm", []),
];

test("pods that a SecurityGroupPolicy selects have its groups in place of their node's", () => {
  const stack = [...functions, ...own, nodes("workers", ["workers"])];
  expect(between(stack, "udm", "udr")).toEqual({ must: "TCP 8443", may: "TCP 8443" });
  expect(between(stack, "amf", "udr")).toEqual({ must: "", may: "" });
  // The cluster's own group lets in whatever the cluster has.
  expect(between(stack, "udm", "amf").must).toBe("All Connections");
});

test("a rule for the nodes' subnet lets every pod of the nodes in", () => {
  const open = group("sg-udr", [tcp(8443, { cidrBlocks: ["10.0.1.0/24"] })]);
  const stack = [...functions, cni(WITH_INTERFACES), policy("udr", ["sg-udr"]), open, nodes("workers", ["workers"])];
  expect(between(stack, "amf", "udr").must).toBe("TCP 8443");
});

test("without SecurityGroupPolicy the launch template's groups count between nodes, and none on one node", () => {
  const pinned = (name: string, pool: string) => networkFunction(name, { pod: { nodeSelector: { "eks.amazonaws.com/nodegroup": pool } } });
  const groups = [group("sg-core", [tcp(7777, { self: true })]), group("sg-edge", [])];
  const pools = [
    template("lt-core", "sg-core"),
    template("lt-edge", "sg-edge"),
    nodes("core-nodes", ["workers"], { id: "lt-core" }),
    nodes("edge-nodes", ["edge"], { id: "lt-edge" }),
  ];
  const stack = [...groups, ...pools, pinned("amf", "core-nodes"), pinned("smf", "core-nodes"), pinned("sepp", "edge-nodes")];
  expect(between(stack, "amf", "smf")).toEqual({ must: "TCP 7777", may: "All Connections" });
  expect(between(stack, "sepp", "amf")).toEqual({ must: "", may: "" });
});

test("nodes that join by themselves have the groups of their first interface; those of the planes' interfaces are none of the pods'", () => {
  const LABEL = "k8s.io/cluster-autoscaler/node-template/label/pool";
  const scaled = (name: string, interfaces: Properties[], id = `lt-${name}`) => [
    make("aws:ec2/launchTemplate:LaunchTemplate", id, { networkInterfaces: interfaces }),
    make("aws:autoscaling/group:Group", name, {
      vpcZoneIdentifiers: ["workers"],
      launchTemplate: { id },
      tags: [{ key: "kubernetes.io/cluster/core", value: "owned" }, { key: LABEL, value: name }], // prettier-ignore
    }),
  ];
  const on = (name: string, pool: string) => networkFunction(name, { pod: { nodeSelector: { pool } } });
  const groups = [group("sg-core", [tcp(7777, { self: true, securityGroups: ["sg-n3"] })]), group("sg-n3", []), group("sg-edge", [])];
  const first = { deviceIndex: 0, securityGroups: ["sg-core"] };
  const stack = [
    ...groups,
    ...scaled("a", [first]),
    ...scaled("b", [{ deviceIndex: 0, securityGroups: ["sg-edge"] }, { deviceIndex: 1, securityGroups: ["sg-n3"] }]), // prettier-ignore
    ...scaled("c", [first, { deviceIndex: 1, securityGroups: ["sg-n3"] }]),
    on("amf", "a"),
    on("smf", "b"),
    on("ausf", "c"),
  ];
  expect(between(stack, "smf", "amf")).toEqual({ must: "", may: "" });
  expect(between(stack, "ausf", "amf")).toEqual({ must: "TCP 7777", may: "TCP 7777" });
});

test("a SecurityGroupPolicy whose groups or selector are not known says nothing", () => {
  const unknown = policy("udr", [unknownValue() as never]);
  expect(between([...functions, unknown, nodes("workers", ["workers"])], "amf", "udr").must).toBe("All Connections");
});

test("by ServiceAccount labels; both selectors have to match; neither selects nobody", () => {
  const account = (labels: Properties) => object("v1", "ServiceAccount", "udr", { metadata: { labels } });
  const selector = { serviceAccountSelector: { matchLabels: { tier: "data" } } };
  const stack = [...functions, cni(WITH_INTERFACES), ...own.slice(2), policy("udr", ["sg-udr"], selector), nodes("workers", ["workers"])];
  expect(between([...stack, account({ tier: "data" })], "amf", "udr").must).toBe("");
  expect(between([...stack, account({ tier: "web" })], "amf", "udr").must).toBe("All Connections");
  const both = policy("udr", ["sg-udr"], { ...selector, podSelector: { matchLabels: { app: "other" } } });
  expect(between([...functions, both, account({ tier: "data" }), nodes("workers", ["workers"])], "amf", "udr").must).toBe(
    "All Connections",
  );
  expect(between([...functions, policy("udr", ["sg-udr"], {}), nodes("workers", ["workers"])], "amf", "udr").must).toBe("All Connections");
});

test("addresses outside, and what --explain says", () => {
  const model = modelOf([
    ...vpc,
    cni(WITH_INTERFACES),
    networkFunction("amf"),
    policy("amf", ["sg-amf"]),
    group("sg-amf", [{ protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks: ["10.50.0.0/16"] }]),
  ]);
  const { reach } = model.ask(comparison);
  const amf = reach.units.find(({ name }) => name === "amf")!;
  const open = (cidr: string) => describePorts(groupPortsFromAddresses(model, amf, IpSet.of([cidr]), ALL_PORTS, "must"));
  expect(open("10.50.1.0/24")).toBe("SCTP 1-65535");
  expect(open("192.0.2.0/24")).toBe("");
  const [saying] = groupSayings(model, undefined, amf, ALL_PORTS);
  expect(saying?.groups).toBe("SecurityGroupPolicy core/amf (sg-amf)");
});

test.each([
  ["an add-on that is told nothing", [cni()], "All Connections", "All Connections"],
  ["an add-on that is told not to", [cni("env:\n  ENABLE_POD_ENI: 'false'\n")], "All Connections", "All Connections"],
  ["an add-on that names the setting in a comment", [cni("# ENABLE_POD_ENI: 'true'\nenv: {}\n")], "All Connections", "All Connections"],
  ["no add-on in sight", [], "", "All Connections"],
  ["an add-on whose settings are not known", [cni(unknownValue() as never)], "", "All Connections"],
  ["an add-on that makes interfaces", [cni(WITH_INTERFACES)], "", ""],
  ["a profile of Fargate for the namespace", [make("aws:eks/fargateProfile:FargateProfile", "core-pods", { clusterName: "core", selectors: [{ namespace: "core" }] })], "", ""],
  ["the CNI's own DaemonSet", [object("apps/v1", "DaemonSet", "aws-node", { spec: { template: { spec: { containers: [{ name: "aws-node", image: "cni", env: [{ name: "ENABLE_POD_ENI", value: "true" }] }] } } } }, "kube-system")], "", ""],
] as const)("a SecurityGroupPolicy does nothing without interfaces of the pods' own: %s", (_name, more, must, may) => {
  const stack = [...functions, ...own.filter(({ name }) => name !== "vpc-cni"), ...more, nodes("workers", ["workers"])];
  expect(between(stack, "amf", "udr")).toEqual({ must, may });
}); // prettier-ignore
