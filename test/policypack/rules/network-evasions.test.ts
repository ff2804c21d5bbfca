/** Ways around the rules on networks, and the engineers who only look like one of them. */

import { networkFunction, object, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const vpc = resource("aws:ec2/vpc:Vpc", "core", {
  id: "vpc-1",
  cidrBlock: "10.0.0.0/16",
  tags: { "carrierguard.dev/zone": "control" },
});
const group = (name: string, ingress: object[], egress: object[] = [], more: object = {}) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, {
    id: `sg-${name}`,
    vpcId: "vpc-1",
    ingress: ingress as [],
    egress: egress as [],
    ...more,
  });
const NODES = { tags: { "kubernetes.io/cluster/core": "owned" } };
const subnet = resource("aws:ec2/subnet:Subnet", "s", { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24" });
const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } });
const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const tcp = (fromPort: number, toPort: number, ...cidrBlocks: string[]) => ({ protocol: "tcp", fromPort, toPort, cidrBlocks });

const list = (...cidrs: string[]) =>
  resource("aws:ec2/managedPrefixList:ManagedPrefixList", "world", { id: "pl-1", entries: cidrs.map((cidr) => ({ cidr })) });
const byList = (...cidrs: string[]) => [
  vpc,
  subnet,
  cluster,
  list(...cidrs),
  resource("aws:ec2/internetGateway:InternetGateway", "core", { id: "igw-1", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTable:RouteTable", "t", { id: "rtb-1", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "s", { subnetId: "subnet-1", routeTableId: "rtb-1" }),
  resource("aws:ec2/route:Route", "r", { routeTableId: "rtb-1", destinationPrefixListId: "pl-1", gatewayId: "igw-1" }),
];

answers("SG-03", [
  ["a route to the internet gateway for a prefix list that is the internet", byList("0.0.0.0/1", "128.0.0.0/1"), "fail"],
  ["a route to the internet gateway for one partner's addresses", byList("198.51.100.0/24"), "pass"],
]);

const sctp = (...cidrBlocks: string[]) => ({ protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks });
const slices = (first: number, count: number) => Array.from({ length: count }, (_, index) => `10.100.${first + index}.0/24`);

answers("SG-06", [
  ["SCTP from a /16 cut into /24", [vpc, group("amf", [sctp(...slices(0, 256))])], "fail"],
  ["SCTP from a /16 cut over two rules", [vpc, group("amf", [sctp(...slices(0, 128)), sctp(...slices(128, 128))])], "fail"],
  ["SCTP from two sites' /24 that do not touch", [vpc, group("amf", [sctp("10.100.4.0/24", "10.100.9.0/24")])], "pass"],
]);

const ports = Array.from({ length: 64 }, (_, index) => tcp(index * 1024, index * 1024 + 1023, "0.0.0.0/0"));
const attached = resource("aws:ec2/networkInterface:NetworkInterface", "n4", { subnetId: "subnet-1", securityGroups: ["sg-misc"] });

answers("SG-07", [
  ["every port to anywhere, in 64 rules", [vpc, group("smf", [], ports)], "fail"],
  [
    "halves of the internet in rules of their own",
    [vpc, group("smf", [], [tcp(0, 65535, "0.0.0.0/1"), tcp(0, 65535, "128.0.0.0/1")])],
    "fail",
  ],
  ["a group with an innocent name on an interface of the core", [vpc, subnet, group("misc", [], [everything]), attached], "fail"],
  ["the same group on nothing", [vpc, subnet, group("misc", [], [everything])], "pass"],
  ["HTTPS and DNS to anywhere", [vpc, group("smf", [], [tcp(443, 443, "0.0.0.0/0"), tcp(53, 53, "0.0.0.0/0")])], "pass"],
]);

answers("SG-09", [
  ["every TCP port of the nodes for an office", [vpc, cluster, group("nodes", [tcp(0, 65535, "192.0.2.0/24")], [], NODES)], "fail", { settings: { zones: { oam: ["10.9.0.0/24"] } } }], // prettier-ignore
  ["every TCP port of the nodes within the VPC", [vpc, cluster, group("nodes", [tcp(0, 65535, "10.0.0.0/16")], [], NODES)], "pass"],
  [
    "a key in a launch configuration",
    [vpc, resource("aws:ec2/launchConfiguration:LaunchConfiguration", "nodes", { keyName: "ops" })],
    "fail",
  ],
]);

const SEGREGATED = { defaultRouteTableAssociation: "disable", defaultRouteTablePropagation: "disable", autoAcceptSharedAttachments: "disable" }; // prettier-ignore
const peers = (blackhole: boolean) => [
  resource("aws:ec2transitgateway/transitGateway:TransitGateway", "core", { id: "tgw-1", ...SEGREGATED }),
  ...["a", "b"].flatMap((name) => [
    resource("aws:ec2transitgateway/routeTable:RouteTable", name, { id: `rtb-${name}`, transitGatewayId: "tgw-1" }),
    resource("aws:ec2/vpnConnection:VpnConnection", name, { transitGatewayId: "tgw-1", transitGatewayAttachmentId: `att-${name}` }),
    resource("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", name, {
      transitGatewayAttachmentId: `att-${name}`,
      transitGatewayRouteTableId: `rtb-${name}`,
    }),
  ]),
  resource("aws:ec2transitgateway/route:Route", "a-to-b", {
    transitGatewayRouteTableId: "rtb-a",
    destinationCidrBlock: "198.51.100.0/24",
    ...(blackhole ? { blackhole: true } : { transitGatewayAttachmentId: "att-b" }),
  }),
];

answers("SG-10", [
  ["a static route from one peer to the other", peers(false), "fail"],
  ["a black hole where the other peer is", peers(true), "pass"],
]);

const core = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf")];

answers("SG-15", [
  ["a UDM whose default network is replaced", [...core, networkFunction("udm", { annotations: { "v1.multus-cni.io/default-network": "core/n6" } })], "fail"], // prettier-ignore
  ["a replacement that is not known yet", [...core, networkFunction("udm", { annotations: { "v1.multus-cni.io/default-network": unknownValue() } })], "undetermined"], // prettier-ignore
  ["an exporter beside the core on N4", [...core, networkFunction("metrics-exporter", { annotations: { "k8s.v1.cni.cncf.io/networks": "n4" } })], "undetermined"], // prettier-ignore
  ["a data network simulator on N6", [...core, networkFunction("iperf", { annotations: { "k8s.v1.cni.cncf.io/networks": "n6" } })], "pass"],
  ["a definition whose name lies, and whose label does not", [object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n4", { metadata: { labels: { "carrierguard.dev/plane": "n6" } } }), networkFunction("smf", { annotations: { "k8s.v1.cni.cncf.io/networks": "n4" } })], "fail"], // prettier-ignore
]);
