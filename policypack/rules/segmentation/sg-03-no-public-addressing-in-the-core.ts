/**
 * Core networks have no public addresses and no way to an internet gateway.
 *
 * Judged subnet by subnet. A public subnet that holds only NAT gateways, load balancers, firewall or VPC endpoints is none of the core's,
 * whatever its VPC is; nor is one of an edge zone: SEPP, NEF gateway, N3IWF and N6 breakout stand there, under their own controls.
 */

import { type CoreVpc, coreVpcs } from "../../analysis/aws-network/core-vpcs";
import { isWorld } from "../../analysis/aws-network/world";
import { type Block, parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { planesTagged, zoneTagged } from "../../analysis/planes";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { subnetsByTemplate, tenants } from "../../model/aws/interfaces";
import {
  mainRouteTableOf,
  prefixListEntries,
  type Route,
  routes,
  routeTableOf,
  SUBNET_TYPES,
  subnetsNamed,
  vpcOf,
} from "../../model/aws/networks";
import { resolve } from "../../model/aws/references";
import {
  EIP,
  INSTANCE,
  INTERNET_GATEWAY,
  LAUNCH_CONFIGURATION,
  LAUNCH_TEMPLATE,
  NETWORK_INTERFACE,
  PREFIX_LIST,
  ROUTE_TABLE,
  ROUTE_TABLE_ASSOCIATION,
  SUBNET,
  VPC,
} from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-03",
  name: "sg-03-no-public-addressing-in-the-core",
  title: "Core networks have no public addressing or internet gateway",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources(...SUBNET_TYPES, INSTANCE, NETWORK_INTERFACE, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, EIP),
  rationale:
    "A public address is a door for everybody: what the core never offers to the internet nobody on the internet should be able to send a packet to, whatever a security group says today.",
  remediation:
    "Set mapPublicIpOnLaunch to false, take the route to the internet gateway out of the subnet's table, and give nodes a NAT gateway or, better, VPC endpoints first. A function that faces the outside belongs in a subnet tagged carrierguard.dev/zone with its edge zone.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.4.3", title: "Ensure clusters are created with Private Nodes (Manual)" },
    { framework: "3GPP TS 33.501", ref: "5.9.1" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "DEF-EDGE", title: "Defenders: know forward-facing assets; look for open ports, GRE or IPsec tunnels" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(3)", title: "Boundary Protection | Access Points" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-040", title: "Network product restricts the reachability of services so that they can only be reached on interfaces where their usage is required. On interfaces where service" },
  ],
  breaks: [
    { id: "T1190", name: "Exploit Public-Facing Application" },
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
  ],
  *check(subject, context) {
    if (SUBNET_TYPES.includes(subject.type)) yield* subnet(subject, context);
    else if (subject.type === LAUNCH_TEMPLATE || subject.type === LAUNCH_CONFIGURATION) yield* template(subject, context);
    else if (subject.type === EIP) yield* address(subject, context);
    else yield* machine(subject, context);
  },
  examples: () => {
    const vpc = resource(VPC, "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { "carrierguard.dev/zone": "control" } });
    const gateway = resource(INTERNET_GATEWAY, "core", { id: "igw-1", vpcId: "vpc-1" });
    const table = (target: object) =>
      resource(ROUTE_TABLE, "t", { id: "rtb-1", vpcId: "vpc-1", routes: [{ cidrBlock: "0.0.0.0/0", ...target }] });
    const joined = resource(ROUTE_TABLE_ASSOCIATION, "s", { subnetId: "subnet-1", routeTableId: "rtb-1" });
    const place = (properties = {}) => resource(SUBNET, "s", { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24", ...properties });
    const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } });
    return {
      pass: [
        { name: "nodes behind a NAT gateway", resources: [vpc, place(), cluster, table({ natGatewayId: "nat-1" }), joined] },
        { name: "a public subnet that holds a NAT gateway alone", resources: [vpc, gateway, place({ mapPublicIpOnLaunch: true }), resource("aws:ec2/natGateway:NatGateway", "n", { subnetId: "subnet-1" }), table({ gatewayId: "igw-1" }), joined] },
        { name: "a SEPP's subnet in the roaming edge", resources: [vpc, gateway, place({ tags: { "carrierguard.dev/zone": "roaming-edge" } }), cluster, table({ gatewayId: "igw-1" }), joined] },
        { name: "another VPC's bastion", resources: [resource(VPC, "web", { id: "vpc-1", tags: { "carrierguard.dev/zone": "untrusted" } }), place(), resource(INSTANCE, "b", { subnetId: "subnet-1", associatePublicIpAddress: true })] },
      ],
      fail: [
        { name: "the cluster's subnet has a route to the internet gateway", resources: [vpc, gateway, place(), cluster, table({ gatewayId: "igw-1" }), joined] },
        { name: "by halves, in routes of their own", resources: [vpc, gateway, place(), cluster, resource(ROUTE_TABLE, "t", { id: "rtb-1", vpcId: "vpc-1" }), joined, ...["0.0.0.0/1", "128.0.0.0/1"].map((destinationCidrBlock) => resource("aws:ec2/route:Route", `r${destinationCidrBlock}`, { routeTableId: "rtb-1", destinationCidrBlock, gatewayId: "igw-1" }))] },
        { name: "machines get a public address by themselves", resources: [vpc, place({ mapPublicIpOnLaunch: true }), cluster] },
        { name: "a node with a public address", resources: [vpc, place(), resource(INSTANCE, "upf", { subnetId: "subnet-1", associatePublicIpAddress: true })] },
        { name: "an Elastic IP on an interface of the core", resources: [vpc, place(), resource(NETWORK_INTERFACE, "n2", { id: "eni-1", subnetId: "subnet-1" }), resource(EIP, "n2", { networkInterface: "eni-1" })] },
        { name: "a subnet that is tagged as a core plane and open", resources: [vpc, gateway, place({ tags: { "carrierguard.dev/plane": "n4", "carrierguard.dev/zone": "user-plane" } }), table({ gatewayId: "igw-1" }), joined] },
      ],
      undetermined: [
        { name: "a switch that the configuration brings", resources: [vpc, place({ mapPublicIpOnLaunch: unknownValue() }), cluster] },
      ],
    };
  },
}); // prettier-ignore

/** Zones that face the outside by their nature. */
const EDGE_ZONES = new Set(["roaming-edge", "exposure", "access-edge", "untrusted", "interconnect", "ran"]);

type Place = { readonly core: "yes" | "maybe"; readonly why: string };

/** Whether a subnet is one of the core: in a core VPC, outside the edge, and used by a machine or tagged as a plane or zone of the core. */
function corePlace(subject: Resource, { model }: RuleContext): Place | undefined {
  const zone = zoneTagged(subject);
  const planes = planesTagged(subject);
  if (zone.state === "known" && EDGE_ZONES.has(zone.value)) return undefined;
  const home = vpcOf(model, subject);
  const vpc: CoreVpc | undefined = home.state === "resolved" ? model.ask(coreVpcs).get(home.resource) : undefined;
  const tagged = zone.state === "known" || (planes.state === "known" && planes.value.length > 0);
  const users = model.ask(tenants).get(subject) ?? [];
  if (!tagged && (vpc === undefined || vpc.core === "no")) return undefined;
  if (!tagged && users.length === 0) return undefined;
  const why =
    users.length > 0
      ? `used by ${users
          .map((user) => user.name)
          .slice(0, 3)
          .join(", ")}`
      : "tagged as a part of the core";
  return { core: vpc?.core === "yes" || tagged ? "yes" : "maybe", why };
}

function* subnet(subject: Resource, context: RuleContext): Generator<Verdict> {
  const place = corePlace(subject, context);
  if (place === undefined) return;
  const map = subject.props.get("mapPublicIpOnLaunch");
  const automatic = map.boolean();
  const out = waysOut(subject, context);
  const wrong: Evidence[] = [
    ...(automatic.state === "known" && automatic.value ? [seen(map, false)] : []),
    ...out.map(({ resource: at, node }) => ({
      ...seen(node.get("gatewayId"), "no internet gateway"),
      path: `${at.name}: ${node.path === "" ? "gatewayId" : node.path}`,
    })),
  ];
  if (wrong.length > 0) {
    const how = [
      ...(automatic.state === "known" && automatic.value ? ["gives its machines public addresses"] : []),
      ...(out.length > 0 ? ["has a route to an internet gateway"] : []),
    ];
    yield (place.core === "yes" ? fail : undetermined)({
      message: `Core subnet ${subject.name} (${place.why}) ${how.join(" and ")}: the core can be reached from the internet the day a filter fails.`,
      evidence: wrong,
      cause: "public",
    });
  } else if (automatic.state === "unknown")
    yield undetermined({
      message: `Whether core subnet ${subject.name} gives its machines public addresses is not known before deployment.`,
      evidence: [seen(map, false)],
      cause: "public",
    });
}

/** Routes of the subnet's table that together lead the internet's addresses to an internet gateway. */
function waysOut(subject: Resource, { model }: RuleContext): readonly Route[] {
  const home = vpcOf(model, subject);
  const table = routeTableOf(model, subject) ?? (home.state === "resolved" ? mainRouteTableOf(model, home.resource) : undefined);
  if (table === undefined) return [];
  const found = (model.ask(routes).get(table) ?? []).filter((route) => toInternetGateway(route));
  const destinations = found.flatMap((route) => route.destinations.flatMap((node) => blocksOf(route, node, model)));
  return isWorld(IpSet.fromBlocks(destinations)) ? found : [];
}

/** The blocks of a destination; those of its entries where it is a prefix list. */
function blocksOf(route: Route, node: Node, model: CoreModel): readonly Block[] {
  const list = resolve(model, route.resource, node, [PREFIX_LIST]);
  const nodes = list.state === "resolved" ? prefixListEntries(model, list.resource).cidrs : [node];
  return nodes.flatMap((item) => {
    const read = item.string();
    return (read.state === "known" ? parseBlock(read.value) : undefined) ?? [];
  });
}

function toInternetGateway({ target, node }: Route): boolean {
  if (target.state === "resolved") return target.resource.type === INTERNET_GATEWAY;
  return target.state === "elsewhere" && node.get("gatewayId").isKnown && target.value.startsWith("igw-");
}

function* machine(subject: Resource, context: RuleContext): Generator<Verdict> {
  const [place] = subnetsNamed(context.model, subject, subject.props.get("subnetId")).flatMap((item) => corePlace(item, context) ?? []);
  if (place !== undefined) yield* publicAddress(subject.name, subject.props.get("associatePublicIpAddress"), place);
}

function* publicAddress(name: string, node: Node, place: Place): Generator<Verdict> {
  const read = node.boolean();
  if (read.state === "absent" || (read.state === "known" && !read.value)) return;
  const certain = read.state === "known" && place.core === "yes";
  yield (certain ? fail : undetermined)({
    message: `${name} ${certain ? "gets" : "may get"} a public address in a subnet of the core: everybody on the internet can send to it.`,
    evidence: [seen(node, false)],
    cause: "machine",
  });
}

/** Launch templates and configurations of machines that stand in the core. */
function* template(subject: Resource, context: RuleContext): Generator<Verdict> {
  const [place] = (context.model.ask(subnetsByTemplate).get(subject) ?? []).flatMap((item) => corePlace(item, context) ?? []);
  if (place === undefined) return;
  for (const item of [subject.props, ...subject.props.get("networkInterfaces").items()]) {
    const node = item.get("associatePublicIpAddress");
    yield* publicAddress(`Every machine of ${subject.name}`, node, place);
  }
}

function* address(subject: Resource, context: RuleContext): Generator<Verdict> {
  const { model } = context;
  for (const [property, type] of [
    ["networkInterface", NETWORK_INTERFACE],
    ["instance", INSTANCE],
  ] as const) {
    const user = resolve(model, subject, subject.props.get(property), [type]);
    if (user.state !== "resolved") continue;
    const [place] = subnetsNamed(model, user.resource, user.resource.props.get("subnetId")).flatMap(
      (item) => corePlace(item, context) ?? [],
    );
    if (place === undefined) continue;
    yield (place.core === "yes" ? fail : undetermined)({
      message: `Elastic IP ${subject.name} makes ${user.resource.name}, in a subnet of the core, reachable from the internet.`,
      evidence: [seen(subject.props.get(property), "nothing of the core")],
      cause: "eip",
    });
  }
}
