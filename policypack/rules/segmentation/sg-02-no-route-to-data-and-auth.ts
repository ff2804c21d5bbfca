/**
 * Networks of the RAN, of subscribers and of partners have no route to those of authentication and data, nor these one back: by peerings,
 * transit gateways and virtual private gateways, in route tables of subnets and of transit gateways. Routes that a flow of the topology needs
 * (OAM to functions, LI_X1 and X2 to the UDM, SEPP and SCP to AUSF and UDM) are none of them. A peering route as wide as the peer is advice.
 * The flags of transit gateways are SG-10's.
 */

import { crossingRoutes, zonesOf, zonesOfTables } from "../../analysis/aws-network/zone-routes";
import { coreVpcs } from "../../analysis/aws-network/core-vpcs";
import { zoneTagged } from "../../analysis/planes";
import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { routes, VPC_TYPES } from "../../model/aws/networks";
import { resolve } from "../../model/aws/references";
import { type TransitAttachment, TRANSIT_ROUTE_TABLE, transitRouteTables } from "../../model/aws/transit";
import { DEFAULT_ROUTE_TABLE, ROUTE, ROUTE_TABLE, VPC_PEERING } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-02",
  name: "sg-02-no-route-to-data-and-auth",
  title: "No route between roaming-edge, RAN, UE, OAM and LI networks and the data/auth zones",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources(ROUTE, ROUTE_TABLE, DEFAULT_ROUTE_TABLE, TRANSIT_ROUTE_TABLE),
  rationale:
    "A route is the first half of every connection: where base stations', subscribers' or partners' networks have one to subscriber data, a single wrong rule in a security group opens the core's secrets to them.",
  remediation:
    "Take the route out of the table, or narrow it to the networks that a 3GPP flow needs (N2, N3, N32 …); give data and authentication subnets a route table of their own without any way to RAN, UE pools or interconnect, and transit gateways one route table a zone.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.6", title: "Ensure routing tables for VPC peering are least access" },
    { framework: "3GPP TS 33.501", ref: "5.9.1" },
    { framework: "NIST CSWP 36E", ref: "design principles", title: "CSWP 36E (final, Mar 2026): isolate data plane, control plane and O&M traffic (VRF)" },
    { framework: "UK Telecoms Security Code of Practice", ref: "signalling plane measures" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(21)", title: "Boundary Protection | Isolation of System Components" },
    { framework: "NIST SP 800-53r5", ref: "CA-9", title: "Internal System Connections" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-052", title: "Network and data separation: Presence of both physical and logical isolation of resources that don't have the same criticality" },
  ],
  breaks: [
    { id: "FGT1199.501", name: "MNO Roaming Partners" },
    { id: "FGT5016", name: "Abuse Of Inter-operator Interfaces" },
    { id: "T1021", name: "Remote Services" },
  ],
  *check(subject, context) {
    if (subject.type === TRANSIT_ROUTE_TABLE) yield* transit(subject, context);
    else {
      yield* subnetRoutes(subject, context);
      yield* peering(subject, context);
    }
  },
  examples: () => ({
    pass: [
      { name: "data subnets with a way to AWS endpoints only", resources: [...DATA, route("rtb-data", "0.0.0.0/0", { natGatewayId: "nat-1" })] },
      { name: "the RAN to the access edge", resources: [...DATA, ...subnet("n2", "10.20.2.0/24", "access-edge"), route("rtb-n2", "10.100.0.0/16", TGW)], settings: RAN },
      { name: "OAM to the data subnets", resources: [...DATA, ...subnet("oam", "10.20.9.0/24", "oam"), route("rtb-oam", "10.20.7.0/24", TGW)] },
      { name: "interception to the subscriber data", resources: [...DATA, ...subnet("li", "10.30.1.0/24", "li"), route("rtb-li", "10.20.7.0/24", TGW)] },
      { name: "a default route, which names nobody", resources: [...DATA, route("rtb-data", "0.0.0.0/0", TGW)], settings: RAN },
      { name: "a table of the transit gateway for the RAN and the access edge", resources: [...attachments("ran", "access-edge")] },
      { name: "a narrow peering route", resources: [...peered("10.50.1.0/24")] },
    ],
    fail: [
      { name: "a data subnet with a route to the RAN", resources: [...DATA, route("rtb-data", "10.100.0.0/16", TGW)], settings: RAN },
      { name: "a route to all private addresses, the RAN among them", resources: [...DATA, route("rtb-data", "10.0.0.0/8", TGW)], settings: RAN },
      { name: "a partner's network to authentication, inline in the table", resources: [...subnet("auth", "10.20.8.0/24", "auth"), subnetOf("ipx", "10.60.1.0/24", "interconnect"), association("ipx"), resource(ROUTE_TABLE, "ipx", { id: "rtb-ipx", vpcId: "vpc-1", routes: [{ cidrBlock: "10.20.8.0/24", vpcPeeringConnectionId: "pcx-1" }] })] },
      { name: "subscribers' N6 to the data subnets", resources: [...DATA, subnetOf("n6", "10.40.6.0/24", undefined, { "carrierguard.dev/plane": "n6" }), table("n6"), association("n6"), route("rtb-n6", "10.20.0.0/16", TGW)] },
      { name: "the RAN's VPN and the data network in one table of the transit gateway", resources: attachments("ran", "data") },
      { name: "a peering route as wide as the peer is advice", resources: peered("10.50.0.0/16") },
    ],
    undetermined: [{ name: "a destination that the configuration brings", resources: [...DATA, route("rtb-data", unknownValue(), TGW)], settings: RAN }],
  }),
}); // prettier-ignore

const GUARDED = new Set(["data", "auth"]);
const STRANGERS: { readonly [zone: string]: string } = { ran: "the RAN", untrusted: "subscribers", interconnect: "roaming partners" };

/** Whose networks a pair joins, where it joins strangers to what is guarded; in either direction. */
function strangerOf(from: string, to: string): { readonly stranger: string; readonly guarded: string } | undefined {
  if (GUARDED.has(to) && STRANGERS[from] !== undefined) return { stranger: STRANGERS[from], guarded: to };
  if (GUARDED.has(from) && STRANGERS[to] !== undefined) return { stranger: STRANGERS[to], guarded: from };
  return undefined;
}

const NAMES: { readonly [zone: string]: string } = { data: "subscriber data", auth: "authentication" };

function message(what: string, stranger: string, guarded: string): string {
  return `${what} joins ${stranger} to the networks of ${NAMES[guarded] ?? guarded}: whoever is there knocks at the core's secrets directly (Abuse Of Inter-operator Interfaces).`;
}

function* subnetRoutes(subject: Resource, context: RuleContext): Generator<Verdict> {
  const crossing = crossingRoutes(context.model, context.settings.zones).filter(({ route: own }) => own.resource === subject);
  const found = crossing.flatMap(({ from, to, node }) => {
    const pair = strangerOf(from, to);
    return pair === undefined ? [] : [{ ...pair, node }];
  });
  const [first] = found;
  if (first !== undefined) {
    yield fail({
      message: message(subject.name, first.stranger, first.guarded),
      evidence: [...new Map(found.map(({ node }) => [node.path, seen(node, "no route")])).values()].slice(0, 3),
      cause: "zones",
    });
    return;
  }
  yield* unknownRoutes(subject, context);
} // prettier-ignore

/** A guarded network's way that is not known yet. */
function* unknownRoutes(subject: Resource, context: RuleContext): Generator<Verdict> {
  for (const [table, list] of context.model.ask(routes)) {
    const own = list.filter(({ resource: holder }) => holder === subject);
    const open = own.flatMap(({ node, destinations }) => (isTransit(node) ? destinations.filter((item) => item.isUnknown) : []));
    const [first] = open;
    if (first === undefined || !guardedTables(table, context)) continue;
    yield undetermined({
      message: `Where the route ${subject.name} of a network of subscriber data or authentication leads is not known before deployment.`,
      evidence: [seen(first, "no way to RAN, subscribers or partners")],
      cause: "zones",
    });
    return;
  }
}

function isTransit(node: { get(key: string): { readonly isAbsent: boolean } }): boolean {
  return !node.get("transitGatewayId").isAbsent || !node.get("vpcPeeringConnectionId").isAbsent;
}

function guardedTables(table: Resource, context: RuleContext): boolean {
  return (context.model.ask(zonesOfTables).get(table) ?? []).some((zone) => GUARDED.has(zone));
}

/** Peerings lead to one network: a route as wide as that network is more than a flow needs (CIS AWS 5.6). */
function* peering(subject: Resource, context: RuleContext): Generator<Verdict> {
  for (const list of context.model.ask(routes).values()) {
    for (const { resource: holder, target, destinations } of list) {
      if (holder !== subject || target.state !== "resolved" || target.resource.type !== VPC_PEERING) continue;
      const sides = ["vpcId", "peerVpcId"].flatMap((key) => {
        const vpc = resolve(context.model, target.resource, target.resource.props.get(key), VPC_TYPES);
        return vpc.state === "resolved" ? [vpc.resource] : [];
      });
      if (!sides.some((vpc) => context.model.ask(coreVpcs).get(vpc)?.core === "yes")) continue;
      for (const node of destinations) {
        const block = parseBlock(valueOr(node.string(), ""));
        const wide = sides.find((vpc) => {
          const own = parseBlock(valueOr(vpc.props.get("cidrBlock").string(), ""));
          return block !== undefined && own !== undefined && IpSet.fromBlocks([block]).contains(IpSet.fromBlocks([own]));
        });
        if (wide === undefined) continue;
        yield fail({
          message: `${subject.name} opens the whole of ${wide.name} over a peering, where a flow needs one subnet: whatever is put there later is reached as well.`,
          evidence: [seen(node, `narrower than ${String(wide.props.get("cidrBlock").describe())}`)],
          cause: "peering",
          advisory: true,
          severity: "medium",
        });
        return;
      }
    }
  }
} // prettier-ignore

function* transit(table: Resource, context: RuleContext): Generator<Verdict> {
  const facts = context.model.ask(transitRouteTables).get(table);
  if (facts === undefined) return;
  for (const source of facts.associated) {
    for (const target of [...facts.propagated, ...facts.routed]) {
      const pair = zonesOfAttachment(source).flatMap((from) => zonesOfAttachment(target).flatMap((to) => strangerOf(from, to) ?? []))[0];
      if (source === target || pair === undefined) continue;
      yield fail({
        message: message(`Transit gateway route table ${table.name}`, pair.stranger, pair.guarded),
        evidence: [{ path: "associations and propagations", actual: `${source.resource.name}, ${target.resource.name}`, expected: "a table for each zone" }],
        cause: "zones",
      });
      return;
    }
  }
} // prettier-ignore

/** The zone of an attachment by its own tag, else by that of its VPC. */
function zonesOfAttachment({ resource: own, vpc }: TransitAttachment): string[] {
  const zone = zoneTagged(own);
  if (zone.state === "known") return [zone.value];
  return vpc.state === "resolved" ? zonesOf(vpc.resource) : [];
}

const RAN = { zones: { ran: ["10.100.0.0/16"] } };
const TGW: Properties = { transitGatewayId: "tgw-1" };
const VPC = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.20.0.0/16", tags: { "carrierguard.dev/zone": "control" } });

function subnetOf(name: string, cidrBlock: string, zone: string | undefined, tags: Properties = {}) {
  return resource("aws:ec2/subnet:Subnet", name, { id: `subnet-${name}`, vpcId: "vpc-1", cidrBlock, tags: { ...tags, ...(zone === undefined ? {} : { "carrierguard.dev/zone": zone }) } });
} // prettier-ignore

const table = (name: string) => resource(ROUTE_TABLE, name, { id: `rtb-${name}`, vpcId: "vpc-1" });
const association = (name: string) =>
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", name, { subnetId: `subnet-${name}`, routeTableId: `rtb-${name}` });

function subnet(name: string, cidrBlock: string, zone: string) {
  return [VPC, subnetOf(name, cidrBlock, zone), table(name), association(name)];
}
const DATA = subnet("data", "10.20.7.0/24", "data");

function route(routeTableId: string, destinationCidrBlock: Properties[string], target: Properties) {
  return resource(ROUTE, "way", { routeTableId, destinationCidrBlock, ...target } as Properties);
}

function attachments(source: string, target: string) {
  const attached = (zone: string) => resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", zone, { id: `att-${zone}`, transitGatewayId: "tgw-1", tags: { "carrierguard.dev/zone": zone } });
  const joins = (type: string, zone: string) => resource(`aws:ec2transitgateway/${type}`, zone, { transitGatewayAttachmentId: `att-${zone}`, transitGatewayRouteTableId: "tgw-rtb" });
  return [
    attached(source),
    attached(target),
    resource(TRANSIT_ROUTE_TABLE, "shared", { id: "tgw-rtb", transitGatewayId: "tgw-1" }),
    joins("routeTableAssociation:RouteTableAssociation", source),
    joins("routeTablePropagation:RouteTablePropagation", target),
  ];
} // prettier-ignore

function peered(destination: string) {
  return [
    VPC,
    resource("aws:ec2/vpc:Vpc", "edge", { id: "vpc-2", cidrBlock: "10.50.0.0/16", tags: { "carrierguard.dev/zone": "exposure" } }),
    resource(VPC_PEERING, "edge", { id: "pcx-1", vpcId: "vpc-1", peerVpcId: "vpc-2" }),
    table("sbi"),
    route("rtb-sbi", destination, { vpcPeeringConnectionId: "pcx-1" }),
  ];
}
