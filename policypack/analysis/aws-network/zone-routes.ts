/**
 * Routes that lead from one trust zone's networks to another's: by peerings, transit gateways and virtual private gateways. Which zone a network
 * is of its tags tell, and the ranges that the settings declare; subscribers' are the pools of the configuration too. Within a VPC everything
 * has a route to everything, which security groups and network ACLs have to hold; a default route names nobody.
 */

import { type Route, routes, routeTableOf, subnets, vpcOf, vpcs } from "../../model/aws/networks";
import { INTERNET_GATEWAY, NAT_GATEWAY } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { declaredRange } from "../cidr/zones";
import { subscriberPools } from "../nf-config/subscriber-pools";
import { planesTagged, zoneTagged } from "../planes";

export interface CrossingRoute {
  readonly route: Route;
  readonly node: Node;
  readonly from: string;
  readonly to: string;
}

interface Declared {
  readonly ran?: readonly string[];
  readonly oam?: readonly string[];
  readonly interconnect?: readonly string[];
}

/** Zones of planes that have one; N6 is where subscribers' packets are. */
const ZONE_OF_PLANE: { readonly [plane: string]: string } = { n6: "untrusted", n32: "interconnect", oam: "oam", li: "li", db: "data" };

/** Zones that a network says it belongs to, by its own tags. */
export function zonesOf(network: Resource): string[] {
  const zone = zoneTagged(network);
  if (zone.state === "known") return [zone.value];
  return valueOr(planesTagged(network), []).flatMap((plane) => ZONE_OF_PLANE[plane] ?? []);
}

function addressesOf(network: Resource): IpSet {
  const blocks = [network.props.get("cidrBlock"), network.props.get("ipv6CidrBlock")].flatMap((node) => parseBlock(valueOr(node.string(), "")) ?? []);
  return IpSet.fromBlocks(blocks);
} // prettier-ignore

/** Addresses of every zone that is declared or tagged. */
function zoneAddresses(model: CoreModel, declared: Declared): Map<string, IpSet> {
  const found = new Map<string, IpSet>([
    ["ran", declaredRange(declared.ran)],
    ["oam", declaredRange(declared.oam)],
    ["interconnect", declaredRange(declared.interconnect)],
    ["untrusted", model.ask(subscriberPools)],
  ]);
  for (const network of [...model.ask(subnets), ...model.ask(vpcs)]) {
    for (const zone of zonesOf(network)) found.set(zone, (found.get(zone) ?? IpSet.EMPTY).union(addressesOf(network)));
  }
  return found;
}

/** The networks of a VPC that go by each route table; the zone of a VPC is that of its subnets that say none. */
export const zonesOfTables = (model: CoreModel): ReadonlyMap<Resource, readonly string[]> => {
  const found = new Map<Resource, Set<string>>();
  for (const subnet of model.ask(subnets)) {
    const table = routeTableOf(model, subnet);
    if (table === undefined) continue;
    const vpc = vpcOf(model, subnet);
    const own = zonesOf(subnet);
    const zones = own.length > 0 || vpc.state !== "resolved" ? own : zonesOf(vpc.resource);
    const list = found.get(table) ?? new Set<string>();
    for (const zone of zones) list.add(zone);
    found.set(table, list);
  }
  return new Map([...model.ask(routes).keys()].map((table) => [table, [...new Set([...(found.get(table) ?? []), ...zonesOf(table)])]]));
};

export function crossingRoutes(model: CoreModel, declared: Declared): readonly CrossingRoute[] {
  const answers = model.ask(remembered);
  const key = JSON.stringify(declared);
  const known = answers.get(key) ?? find(model, declared);
  answers.set(key, known);
  return known;
}

const remembered = (_model: CoreModel) => new Map<string, readonly CrossingRoute[]>();

function find(model: CoreModel, declared: Declared): CrossingRoute[] {
  const tables = model.ask(zonesOfTables);
  if (tables.size === 0) return [];
  const zones = zoneAddresses(model, declared);
  return [...model.ask(routes)].flatMap(([table, list]) =>
    (tables.get(table) ?? []).flatMap((from) =>
      list.filter(isBetweenNetworks).flatMap((route) =>
        route.destinations.flatMap((node) => {
          const block = parseBlock(valueOr(node.string(), ""));
          // A default route names nobody: where it leads, the tables behind it decide.
          if (block === undefined || block.prefix === 0) return [];
          const destination = IpSet.fromBlocks([block]);
          return [...zones].flatMap(([to, addresses]) => (to !== from && addresses.overlaps(destination) ? [{ route, node, from, to }] : []));
        }),
      ),
    ),
  );
} // prettier-ignore

const WITHIN = ["natGatewayId", "egressOnlyGatewayId"];

function isBetweenNetworks({ node, target }: Route): boolean {
  if (target.state === "resolved" && [INTERNET_GATEWAY, NAT_GATEWAY].includes(target.resource.type)) return false;
  if (WITHIN.some((key) => !node.get(key).isAbsent)) return false;
  const gateway = valueOr(node.get("gatewayId").string(), "");
  return gateway !== "local" && !gateway.startsWith("igw-");
}
