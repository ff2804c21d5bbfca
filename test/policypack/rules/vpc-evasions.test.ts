/** Ways around the rules on VPCs, their defaults and gateways, on consoles and on nodes; and networks that only look open. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const ZONE = "carrierguard.dev/zone";
const vpc = (more: Properties = {}) => resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { [ZONE]: "control" }, ...more }); // prettier-ignore
/** Tagged by the deployment: it may be a core network. */
const perhaps = vpc({ tags: unknownValue() });
const web = resource("aws:ec2/vpc:Vpc", "web", { id: "vpc-2", tags: { [ZONE]: "untrusted" } });
const subnet = (more: Properties = {}) => resource("aws:ec2/subnet:Subnet", "s", { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24", ...more }); // prettier-ignore
const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } });
const routed = (target: Properties) => [
  resource("aws:ec2/routeTable:RouteTable", "t", { id: "rtb-1", vpcId: "vpc-1", routes: [{ cidrBlock: "0.0.0.0/0", ...target }] }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "s", { subnetId: "subnet-1", routeTableId: "rtb-1" }),
];
const opened = { mapPublicIpOnLaunch: true };
const zone = (name: string) => ({ tags: { [ZONE]: name } });
const node = (associatePublicIpAddress: Properties[string]) => resource("aws:ec2/instance:Instance", "upf", { id: "i-1", subnetId: "subnet-1", associatePublicIpAddress }); // prettier-ignore
const nodes = (associatePublicIpAddress: Properties[string], launchTemplate: Properties = { id: "lt-1", version: "1" }) => [
  resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { id: "lt-1", networkInterfaces: [{ associatePublicIpAddress }] }),
  resource("aws:eks/nodeGroup:NodeGroup", "nodes", { clusterName: "core", subnetIds: ["subnet-1"], launchTemplate }),
];

// prettier-ignore
answers("SG-03", [
  ...["exposure", "access-edge", "untrusted", "interconnect", "ran"].map((name) => [`an open subnet of the zone ${name}`, [vpc(), subnet({ ...opened, ...zone(name) }), cluster], "pass"] as const),
  ["an open subnet of the auth zone, which nobody uses yet", [vpc(), subnet({ ...opened, ...zone("auth") })], "fail"],
  ["an open subnet of a plane of the core, which nobody uses yet", [vpc(), subnet({ ...opened, tags: { "carrierguard.dev/plane": "n4" } })], "fail"],
  ["an open subnet that says nothing, which nobody uses", [vpc(), subnet(opened)], "pass"],
  ["an open subnet in what may be a core network", [perhaps, subnet(opened), cluster], "undetermined"],
  ["an open subnet of a core zone in what may be a core network", [perhaps, subnet({ ...opened, ...zone("auth") }), cluster], "fail"],
  ["a route to a gateway of another stack", [vpc(), subnet(), cluster, ...routed({ gatewayId: "igw-0123456789abcdef0" })], "fail"],
  ["a route to a private gateway of another stack", [vpc(), subnet(), cluster, ...routed({ gatewayId: "vgw-0123456789abcdef0" })], "pass"],
  ["a route to a private gateway of the stack", [vpc(), subnet(), cluster, resource("aws:ec2/vpnGateway:VpnGateway", "v", { id: "vgw-1", vpcId: "vpc-1" }), ...routed({ gatewayId: "vgw-1" })], "pass"],
  ["a route to an egress-only gateway", [vpc(), subnet(), cluster, ...routed({ egressOnlyGatewayId: "eigw-0123456789abcdef0" })], "pass"],
  ["a node without a public address", [vpc(), subnet(), node(false)], "pass"],
  ["a node of which that is not known yet", [vpc(), subnet(), node(unknownValue())], "undetermined"],
  ["a public node in what may be a core network", [perhaps, subnet(), node(true)], "undetermined"],
  ["nodes with public addresses by their template", [vpc(), subnet(), cluster, ...nodes(true)], "fail"],
  ["nodes without, by their template", [vpc(), subnet(), cluster, ...nodes(false)], "pass"],
  ["nodes of which their template does not say it yet", [vpc(), subnet(), cluster, ...nodes(unknownValue())], "undetermined"],
  ["a public template of nobody", [vpc(), subnet(), cluster, ...nodes(true, { id: "lt-2", version: "1" })], "pass"],
  ["public nodes in what may be a core network", [perhaps, subnet(), cluster, ...nodes(true)], "undetermined"],
  ["an Elastic IP of a machine in what may be a core network", [perhaps, subnet(), node(false), resource("aws:ec2/eip:Eip", "e", { instance: "i-1" })], "undetermined"],
  ["an Elastic IP of a machine of the core", [vpc(), subnet(), node(false), resource("aws:ec2/eip:Eip", "e", { instance: "i-1" })], "fail"],
]);

const list = (...cidrs: string[]) =>
  resource("aws:ec2/managedPrefixList:ManagedPrefixList", "world", { id: "pl-1", entries: cidrs.map((cidr) => ({ cidr })) });
const byList = (...cidrs: string[]) => [
  vpc(),
  subnet(),
  cluster,
  list(...cidrs),
  resource("aws:ec2/internetGateway:InternetGateway", "core", { id: "igw-1", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTable:RouteTable", "t", { id: "rtb-1", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "s", { subnetId: "subnet-1", routeTableId: "rtb-1" }),
  resource("aws:ec2/route:Route", "r", { routeTableId: "rtb-1", destinationPrefixListId: "pl-1", gatewayId: "igw-1" }),
];

const scaled = (template: object, vpcZoneIdentifiers: string[] = []) => [
  resource("aws:autoscaling/group:Group", "upf", { vpcZoneIdentifiers, launchTemplate: { id: "lt-1" } }),
  resource("aws:ec2/launchTemplate:LaunchTemplate", "upf", { id: "lt-1", ...template }),
];

// prettier-ignore
answers("SG-03", [
  ["a route to the internet gateway for a prefix list that is the internet", byList("0.0.0.0/1", "128.0.0.0/1"), "fail"],
  ["a route to the internet gateway for one partner's addresses", byList("198.51.100.0/24"), "pass"],
  ["a public address on a secondary interface of the operator's own nodes", [vpc(), subnet(), cluster, ...scaled({ networkInterfaces: [{ deviceIndex: 0 }, { deviceIndex: 1, subnetId: "subnet-1", associatePublicIpAddress: "true" }] })], "fail"],
  ["a public address by the group's own subnets", [vpc(), subnet(), cluster, ...scaled({ networkInterfaces: [{ deviceIndex: 0, associatePublicIpAddress: true }] }, ["subnet-1"])], "fail"],
  ["a public address that the configuration decides", [vpc(), subnet(), cluster, ...scaled({ networkInterfaces: [{ associatePublicIpAddress: unknownValue() }] }, ["subnet-1"])], "undetermined"],
  ["a public address by a launch configuration", [vpc(), subnet(), cluster, resource("aws:autoscaling/group:Group", "old", { vpcZoneIdentifiers: ["subnet-1"], launchConfiguration: "lc-1" }), resource("aws:ec2/launchConfiguration:LaunchConfiguration", "old", { id: "lc-1", associatePublicIpAddress: true })], "fail"],
  ["interfaces without public addresses", [vpc(), subnet(), cluster, ...scaled({ networkInterfaces: [{ deviceIndex: 0 }, { deviceIndex: 1, subnetId: "subnet-1" }] }, ["subnet-1"])], "pass"],
]);

const adopted = resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", { id: "sg-d", vpcId: "vpc-1" });
const acl = (more: Properties) =>
  resource("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "default", { ingress: [{ ruleNo: 100, protocol: "-1", action: "allow", fromPort: 0, toPort: 0, cidrBlock: "0.0.0.0/0" }], ...more }); // prettier-ignore
const held = vpc({ defaultSecurityGroupId: "sg-d", defaultNetworkAclId: "acl-1" });

// prettier-ignore
answers("SG-04", [
  ["an open default ACL of the core by its id", [held, adopted, acl({ defaultNetworkAclId: "acl-1" })], "fail"],
  ["an open default ACL of the web's by its id", [held, adopted, resource("aws:ec2/vpc:Vpc", "web", { id: "vpc-2", defaultNetworkAclId: "acl-2", ...zone("untrusted") }), acl({ defaultNetworkAclId: "acl-2" })], "pass"],
  ["an open default ACL of the program's VPC, whose id AWS will give", [vpc({ id: undefined as never, defaultSecurityGroupId: "sg-d" }), adopted, acl({ defaultNetworkAclId: unknownValue(vpc()) })], "fail"],
  ["an open default ACL of a VPC out of sight, beside a core", [held, adopted, acl({ defaultNetworkAclId: "acl-9" })], "fail"],
  ["an open default ACL where nothing is a core", [web, acl({ defaultNetworkAclId: "acl-9" })], "pass"],
  ["a group that nobody adopts in what may be a core network", [perhaps], "undetermined"],
  ["an instance in a group of its own", [held, adopted, resource("aws:ec2/securityGroup:SecurityGroup", "own", { id: "sg-1", vpcId: "vpc-1" }), resource("aws:ec2/instance:Instance", "vm", { vpcSecurityGroupIds: ["sg-1"] })], "pass"],
  ["a cluster's control plane in it", [held, adopted, resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { securityGroupIds: ["sg-d"] } })], "fail"],
  ["a network interface in it", [held, adopted, resource("aws:ec2/networkInterface:NetworkInterface", "n2", { securityGroups: ["sg-d"] })], "fail"],
  ["a task in it", [held, adopted, resource("aws:ecs/service:Service", "probe", { networkConfiguration: { securityGroups: ["sg-d"] } })], "fail"],
]);

const TGW = { defaultRouteTableAssociation: "disable", defaultRouteTablePropagation: "disable", autoAcceptSharedAttachments: "disable" };
const transit = (more: Properties = {}) => resource("aws:ec2transitgateway/transitGateway:TransitGateway", "core", { id: "tgw-1", ...TGW, ...more }); // prettier-ignore
const joins = (name: string, of: string, kind = "Association") =>
  resource(`aws:ec2transitgateway/routeTable${kind}:RouteTable${kind}`, `${name}-${of}-${kind}`, { transitGatewayAttachmentId: `att-${of}`, transitGatewayRouteTableId: `rtb-${name}` }); // prettier-ignore
const table = (name: string) =>
  resource("aws:ec2transitgateway/routeTable:RouteTable", name, { id: `rtb-${name}`, transitGatewayId: "tgw-1" });
const network = (name: string, zoneName: string) => [
  resource("aws:ec2/vpc:Vpc", name, { id: `vpc-${name}`, ...zone(zoneName) }),
  resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", name, { id: `att-${name}`, transitGatewayId: "tgw-1", vpcId: `vpc-${name}`, transitGatewayDefaultRouteTableAssociation: false, transitGatewayDefaultRouteTablePropagation: false }), // prettier-ignore
];
const partner = (name: string) => resource("aws:ec2/vpnConnection:VpnConnection", name, { transitGatewayId: "tgw-1", transitGatewayAttachmentId: `att-${name}` }); // prettier-ignore
const leads = (from: string, to: string) =>
  resource("aws:ec2transitgateway/route:Route", `${from}-${to}`, { transitGatewayRouteTableId: `rtb-${from}`, destinationCidrBlock: "198.51.100.0/24", transitGatewayAttachmentId: `att-${to}` }); // prettier-ignore
const foreign = (association: Properties[string], propagation: Properties[string]) =>
  resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "x", { transitGatewayId: "tgw-0aaaaaaaaaaaaaaaa", vpcId: "vpc-1", transitGatewayDefaultRouteTableAssociation: association, transitGatewayDefaultRouteTablePropagation: propagation }); // prettier-ignore

// prettier-ignore
answers("SG-10", [
  ["an attachment elsewhere outside the default tables", [vpc(), foreign(false, false)], "pass"],
  ["an attachment elsewhere that joins one default table", [vpc(), foreign(false, true)], "fail"],
  ["an attachment elsewhere that may join a default table", [vpc(), foreign(false, unknownValue())], "undetermined"],
  ["a gateway that leaves its defaults as they are", [transit({ defaultRouteTableAssociation: undefined as never })], "fail"],
  ["networks of two roaming partners in one table", [transit(), table("t"), ...network("a", "interconnect"), ...network("b", "roaming-edge"), joins("t", "a"), joins("t", "b")], "fail"],
  ["networks of two inner zones in one table", [transit(), table("t"), ...network("a", "control"), ...network("b", "auth"), joins("t", "a"), joins("t", "b")], "pass"],
  ["a static route from a partner to the core's edge", [transit(), table("a"), partner("a"), ...network("edge", "access-edge"), joins("a", "a"), leads("a", "edge")], "pass"],
  ["a static route from the core to a partner", [transit(), table("core"), ...network("core", "control"), partner("a"), joins("core", "core"), leads("core", "a")], "pass"],
  ["a static route of a partner to itself", [transit(), table("a"), partner("a"), joins("a", "a"), leads("a", "a")], "pass"],
]);

const rule = (protocol: Properties[string], ...cidrBlocks: Properties[string][]) => ({ protocol, fromPort: 0, toPort: 0, cidrBlocks });
const group = (name: string, ingress: Properties[], more: Properties = {}) => resource("aws:ec2/securityGroup:SecurityGroup", name, { id: `sg-${name}`, ingress, ...more }); // prettier-ignore

// prettier-ignore
answers("SG-05", [
  ["a protocol that is not known yet, from anywhere", [group("amf", [rule(unknownValue(), "0.0.0.0/0")])], "fail"],
  ["a protocol that is not known yet, from anywhere on an N3IWF", [group("n3iwf", [rule(unknownValue(), "0.0.0.0/0")])], "undetermined"],
  ["a protocol that is not known yet, from anywhere on a NEF", [group("nef", [rule(unknownValue(), "0.0.0.0/0")])], "undetermined"],
  ["a protocol that is not known yet, from the VPC", [group("amf", [rule(unknownValue(), "10.0.0.0/16")])], "pass"],
  ["a rule whose direction is not known yet", [group("amf", []), resource("aws:ec2/securityGroupRule:SecurityGroupRule", "r", { type: unknownValue(), securityGroupId: "sg-amf", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] })], "undetermined"],
  ["a way out in a rule of its own", [group("amf", []), resource("aws:ec2/securityGroupRule:SecurityGroupRule", "r", { type: "egress", securityGroupId: "sg-amf", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] })], "pass"],
  ["ways out that are not known yet", [group("amf", [], { egress: unknownValue() })], "pass"],
]);

const console_ = [networkFunction("amf"), networkFunction("webui")];
const door = (spec: Properties = {}, app = "webui") => object("v1", "Service", app, { spec: { selector: { app }, ports: [{ port: 9999 }], ...spec } }); // prettier-ignore
const published = (annotations: Properties, tls: Properties[] = []) =>
  object("networking.k8s.io/v1", "Ingress", "webui", { metadata: { annotations }, spec: { tls, rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "webui", port: { number: 9999 } } } }] } }] } }); // prettier-ignore
const SCHEME = { "alb.ingress.kubernetes.io/scheme": "internal" };
const TLS = [{ hosts: ["nms"] }];

// prettier-ignore
answers("SG-27", [
  ["an AMF on a public balancer, which SG-21 tells", [...console_, door({ type: "LoadBalancer" }, "amf")], "pass"],
  ...[
    ["alb.ingress.kubernetes.io/auth-type", "cognito"],
    ["alb.ingress.kubernetes.io/mutual-authentication", '[{"port": 443, "mode": "verify"}]'],
    ["nginx.ingress.kubernetes.io/auth-url", "https://sso.operator.example"],
    ["nginx.ingress.kubernetes.io/auth-tls-secret", "core/oam-ca"],
    ["traefik.ingress.kubernetes.io/router.middlewares", "core-sso@kubernetescrd"],
  ].map(([key = "", value = ""]) => [`TLS inside, and ${key}`, [...console_, door(), published({ ...SCHEME, [key]: value }, TLS)], "pass"] as const),
  ["an authentication that is none", [...console_, door(), published({ ...SCHEME, "alb.ingress.kubernetes.io/auth-type": "none" }, TLS)], "fail"],
  ["a certificate of the balancer's own", [...console_, door(), published({ ...SCHEME, "alb.ingress.kubernetes.io/auth-type": "oidc", "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:c" })], "pass"],
  ["TLS and a sign-in, on the internet", [...console_, door(), published({ "alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/auth-type": "oidc" }, TLS)], "fail"],
]);

const by = (init: ResourceInit, provider: string): ResourceInit => ({ ...init, provider });
const hook = object("batch/v1", "Job", "upf", { metadata: { annotations: { "helm.sh/hook": "pre-install" } }, spec: { template: { metadata: { labels: { app: "upf" } }, spec: { restartPolicy: "Never", containers: [{ name: "upf" }] } } } }); // prettier-ignore

// prettier-ignore
answers("SG-29", [
  ["a database beside the functions that own it", [networkFunction("udm"), networkFunction("mongodb")], "pass"],
  ["a database beside an AMF", [networkFunction("amf"), networkFunction("mongodb")], "fail"],
  ["an exporter beside an AMF", [networkFunction("amf"), networkFunction("metrics-exporter")], "pass"],
  ["a hook of the user plane beside an AMF", [networkFunction("amf"), hook], "pass"],
  ["what may be a function beside an AMF", [networkFunction("amf"), networkFunction("nf-7", { labels: { app: "nf-7", "carrierguard.dev/nf": "upff" } })], "pass"],
  ["two functions of one zone that are placed otherwise", [networkFunction("udm"), networkFunction("udr", { pod: { tolerations: [{ operator: "Exists" }] } })], "pass"],
  ["two clusters", [by(networkFunction("amf"), "urn:a"), by(networkFunction("upf"), "urn:b")], "pass"],
  ["one cluster by its provider", [by(networkFunction("amf"), "urn:a"), by(networkFunction("upf"), "urn:a")], "fail"],
  ["a cluster by its provider, and one by default", [by(networkFunction("amf"), "urn:a"), networkFunction("upf")], "fail"],
]);
