/**
 * Who can talk to whom among the instances and network interfaces of a VPC: security groups (stateful, only allows, the union of an
 * interface's groups), network ACLs (stateless, first match by number, not within a subnet, replies on their own), routes and public
 * addresses. Source: Amazon VPC user guide, "Security groups", "Network ACLs", "Route tables".
 */

import type { CoreModel } from "../../model/core";
import {
  type NetworkAcl,
  type NetworkAclEntry,
  networkAcls,
  routes,
  routeTableOf,
  SUBNET_TYPES,
  VPC_TYPES,
} from "../../model/aws/networks";
import { refersTo, resolve } from "../../model/aws/references";
import { GROUP_TYPES, type SecurityGroup, securityGroup, type SecurityGroupRule } from "../../model/aws/security-groups";
import { INSTANCE, INTERNET_GATEWAY, NETWORK_INTERFACE, TRANSIT_GATEWAY, VPC_PEERING } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet, PRIVATE } from "../cidr/ip-set";
import { SCTP, TCP, TrafficSet, UDP } from "../cidr/traffic";
import { admission } from "../aws-network/ingress";
import { addressAtoms } from "./address-atoms";
import { NO_PORTS, portsOf, type PortSet, PROTOCOLS, unionPorts } from "./ports";
import type { Mode } from "./program";

/** An interface with private addresses of a VPC. */
export interface Host {
  readonly resource: Resource;
  readonly addresses: IpSet;
  readonly groups: readonly SecurityGroup[];
  /** False where groups may be missing, or are those of another stack. */
  readonly groupsKnown: boolean;
  readonly subnet: Resource | undefined;
  /** Whether it has, or is given, a public address. */
  readonly public: boolean;
}

export interface HostConnection {
  readonly from: Host | IpSet;
  readonly to: Host | IpSet;
  readonly traffic: TrafficSet;
  /** Ports of the caller to which replies come back over TCP; all of them where nothing stateless is between the two. */
  readonly replies: TrafficSet;
}

const hosts = (model: CoreModel): readonly Host[] =>
  [...model.ofType(INSTANCE), ...model.ofType(NETWORK_INTERFACE)].map((resource) => hostOf(model, resource));

/** "upf-n3[NetworkInterface]". */
export function hostName({ resource }: Host): string {
  return `${resource.name}[${resource.type.split(":").at(-1) ?? ""}]`;
}

function hostOf(model: CoreModel, resource: Resource): Host {
  const { props } = resource;
  const lists = [props.get("vpcSecurityGroupIds"), props.get("securityGroups")];
  const references = lists.flatMap((list) => list.items().map((node) => resolve(model, resource, node, GROUP_TYPES)));
  const groups = references
    .flatMap((reference) => (reference.state === "resolved" ? [securityGroup(model, reference.resource)] : []))
    .flatMap((group) => group ?? []);
  const subnet = resolve(model, resource, props.get("subnetId"), SUBNET_TYPES);
  const place = subnet.state === "resolved" ? subnet.resource : undefined;
  const own = [props.get("privateIp"), ...props.get("privateIps").items()].flatMap(blockOf);
  const asked = props.get("associatePublicIpAddress").boolean();
  const given = place === undefined ? false : valueOr(place.props.get("mapPublicIpOnLaunch").boolean(), false);
  return {
    resource,
    // Where the address is not known yet it is one of its subnet.
    addresses: own.length > 0 ? IpSet.fromBlocks(own) : IpSet.fromBlocks(place === undefined ? [] : blockOf(place.props.get("cidrBlock"))),
    groups,
    groupsKnown: groups.length === references.length && groups.length > 0 && lists.every((list) => !list.isUnknown),
    subnet: place,
    public: props.get("publicIp").isKnown || (asked.state === "known" ? asked.value : given),
  };
}

function blockOf(node: Node) {
  const block = parseBlock(valueOr(node.string(), ""));
  return block === undefined ? [] : [block];
}

/** Every connection among hosts, and between them and addresses of the internet. */
export function hostConnections(model: CoreModel, mode: Mode): HostConnection[] {
  const all = model.ask(hosts);
  const found: HostConnection[] = [];
  const add = (from: Host | IpSet, to: Host | IpSet) => {
    const connection = between(model, from, to, mode);
    if (!connection.traffic.isEmpty) found.push(connection);
  };
  for (const from of all) for (const to of all) if (from !== to) add(from, to);
  for (const addresses of internetAtoms(model, all)) {
    for (const host of all) {
      add(addresses, host);
      add(host, addresses);
    }
  }
  return found;
}

/** The internet, cut where any rule of the hosts' groups and ACLs begins or ends. */
function internetAtoms(model: CoreModel, all: readonly Host[]): IpSet[] {
  const ofGroups = all.flatMap(({ groups }) => groups.flatMap(rulesOf)).map((rule) => admission(model, rule).peers.addresses);
  const ofAcls = model.ask(networkAcls).flatMap(({ entries }) => entries.map((entry) => IpSet.fromBlocks(entry.cidrs.flatMap(blockOf))));
  return addressAtoms([...ofGroups, ...ofAcls, PRIVATE]).atoms.filter((atom) => !PRIVATE.overlaps(atom));
}

function rulesOf({ inline, standalone }: SecurityGroup): readonly SecurityGroupRule[] {
  return [...inline, ...standalone];
}

const isHost = (end: Host | IpSet): end is Host => !(end instanceof IpSet);
const addressesOf = (end: Host | IpSet): IpSet => (isHost(end) ? end.addresses : end);

function between(model: CoreModel, from: Host | IpSet, to: Host | IpSet, mode: Mode): HostConnection {
  if (!isRouted(model, from, to)) return { from, to, traffic: TrafficSet.EMPTY, replies: TrafficSet.EMPTY };
  const sent = isHost(from) ? groupTraffic(model, from, to, "egress", mode) : TrafficSet.ALL;
  const taken = isHost(to) ? groupTraffic(model, to, from, "ingress", mode) : TrafficSet.ALL;
  const there = throughAcls(model, from, to, mode);
  const back = throughAcls(model, to, from, mode);
  return { from, to, traffic: sent.intersection(taken).intersection(there), replies: back.intersection(TrafficSet.of(TCP)) };
}

/** What the groups of a host allow with a peer; unknown rules and groups may allow anything. */
function groupTraffic(model: CoreModel, self: Host, peer: Host | IpSet, direction: "ingress" | "egress", mode: Mode): TrafficSet {
  if (
    mode === "may" &&
    (!self.groupsKnown || self.groups.some(({ unknownLists }) => unknownLists.some((list) => list.direction === direction)))
  )
    return TrafficSet.ALL;
  const sets = self.groups.flatMap((group) =>
    rulesOf(group).flatMap((rule): TrafficSet[] => {
      if (rule.direction !== direction && !(mode === "may" && rule.direction === "unknown")) return [];
      const { traffic, peers } = admission(model, rule);
      const matches = peers.addresses.contains(addressesOf(peer)) || namesGroupOf(model, rule, group, peer);
      const maybe = peers.addresses.overlaps(addressesOf(peer)) || peers.unknown.length > 0;
      if (!matches && !(mode === "may" && maybe)) return [];
      return [traffic ?? (mode === "may" ? TrafficSet.ALL : TrafficSet.EMPTY)];
    }),
  );
  return TrafficSet.union(sets);
}

/** Whether a rule names a group that the peer holds, or its own group that the peer shares. */
function namesGroupOf(model: CoreModel, rule: SecurityGroupRule, group: SecurityGroup, peer: Host | IpSet): boolean {
  if (!isHost(peer)) return false;
  const held = peer.groups.map(({ resource }) => resource);
  if (valueOr(rule.self.boolean(), false) && held.includes(group.resource)) return true;
  return rule.groups
    .flatMap((node) => (node.kind() === "list" ? node.items() : [node]))
    .some((node) => {
      const reference = resolve(model, rule.resource, node, GROUP_TYPES);
      return held.some((resource) => refersTo(reference, resource) === "yes");
    });
}

/** What passes out of one subnet and into the other; within a subnet no ACL is met. */
function throughAcls(model: CoreModel, from: Host | IpSet, to: Host | IpSet, mode: Mode): TrafficSet {
  const [source, target] = [isHost(from) ? from.subnet : undefined, isHost(to) ? to.subnet : undefined];
  if (source !== undefined && source === target) return TrafficSet.ALL;
  const out = source === undefined ? TrafficSet.ALL : aclTraffic(model, source, addressesOf(to), "egress", mode);
  const into = target === undefined ? TrafficSet.ALL : aclTraffic(model, target, addressesOf(from), "ingress", mode);
  return out.intersection(into);
}

/** The first entry by number that is about the peer and the traffic decides; what none is about is denied. */
function aclTraffic(model: CoreModel, subnet: Resource, peer: IpSet, direction: "ingress" | "egress", mode: Mode): TrafficSet {
  const acl = aclOf(model, subnet);
  // Without an ACL of its own a subnet has the VPC's default one, which allows everything unless the stack says otherwise.
  if (acl === undefined) return TrafficSet.ALL;
  const entries = acl.entries.filter((entry) => entry.direction === direction).sort((a, b) => numberOf(a) - numberOf(b));
  let open = TrafficSet.ALL;
  const allowed: TrafficSet[] = [];
  for (const entry of entries) {
    const cidrs = IpSet.fromBlocks(entry.cidrs.flatMap(blockOf));
    const uncertain = entry.cidrs.some((node) => node.isUnknown) || entry.action.isUnknown || entry.protocol.isUnknown;
    if (!cidrs.overlaps(peer) && !uncertain) continue;
    const traffic =
      TrafficSet.ofRule(valueOr(entry.protocol.string(), "-1"), portOf(entry.fromPort), portOf(entry.toPort)) ?? TrafficSet.EMPTY;
    const certain = !uncertain && cidrs.contains(peer);
    const allows = valueOr(entry.action.string(), "").toLowerCase() === "allow";
    if (allows && (certain || mode === "may")) allowed.push(open.intersection(traffic));
    // An entry that is only perhaps about the peer takes away from MUST what it denies, and leaves MAY as it is.
    if (certain || (mode === "must" && !allows)) open = open.minus(traffic);
  }
  return TrafficSet.union(allowed);
}

function numberOf(entry: NetworkAclEntry): number {
  return valueOr(entry.ruleNumber.number(), Infinity);
}

function portOf(node: Node): number | undefined {
  return valueOr(node.number(), undefined);
}

const ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation";

function aclOf(model: CoreModel, subnet: Resource): NetworkAcl | undefined {
  const acls = model.ask(networkAcls);
  const own = acls.find(({ resource }) =>
    resource.props
      .get("subnetIds")
      .items()
      .some((node) => refersTo(resolve(model, resource, node, SUBNET_TYPES), subnet) === "yes"),
  );
  if (own !== undefined) return own;
  const types = acls.map(({ resource }) => resource.type);
  for (const association of model.ofType(ASSOCIATION)) {
    if (refersTo(resolve(model, association, association.props.get("subnetId"), SUBNET_TYPES), subnet) !== "yes") continue;
    const reference = resolve(model, association, association.props.get("networkAclId"), types);
    return acls.find(({ resource }) => refersTo(reference, resource) === "yes");
  }
  return undefined;
}

/** Whether packets find their way: within a VPC always, over peerings and transit gateways by routes at both ends, to the internet by a gateway. */
function isRouted(model: CoreModel, from: Host | IpSet, to: Host | IpSet): boolean {
  if (isHost(from) && isHost(to)) {
    if (from.subnet === undefined || to.subnet === undefined) return true;
    const [a, b] = [vpcOf(model, from.subnet), vpcOf(model, to.subnet)];
    return a === b || (routesTo(model, from.subnet, to.addresses, ACROSS) && routesTo(model, to.subnet, from.addresses, ACROSS));
  }
  const host = isHost(from) ? from : isHost(to) ? to : undefined;
  if (host?.subnet === undefined) return host !== undefined;
  const table = routeTableOf(model, host.subnet);
  if (!host.public) return false;
  // The main table may be another stack's: a public address says that there is a way.
  return table === undefined
    ? hasGateway(model, host.subnet)
    : routesTo(model, host.subnet, addressesOf(isHost(from) ? to : from), [INTERNET_GATEWAY]);
}

const ACROSS = [VPC_PEERING, TRANSIT_GATEWAY];

function vpcOf(model: CoreModel, subnet: Resource): Resource | string | undefined {
  const reference = resolve(model, subnet, subnet.props.get("vpcId"), VPC_TYPES);
  return reference.state === "resolved" ? reference.resource : reference.state === "elsewhere" ? reference.value : undefined;
}

function hasGateway(model: CoreModel, subnet: Resource): boolean {
  const vpc = vpcOf(model, subnet);
  return model.ofType(INTERNET_GATEWAY).some((gateway) => {
    const reference = resolve(model, gateway, gateway.props.get("vpcId"), VPC_TYPES);
    return reference.state === "resolved" ? reference.resource === vpc : reference.state !== "elsewhere" || reference.value === vpc;
  });
}

/** Whether the subnet's table sends these addresses to a gateway of one of these types; the most specific route decides. */
function routesTo(model: CoreModel, subnet: Resource, addresses: IpSet, types: readonly string[]): boolean {
  const table = routeTableOf(model, subnet);
  const list = table === undefined ? [] : (model.ask(routes).get(table) ?? []);
  const matching = list.flatMap(({ destinations, target }) =>
    destinations
      .flatMap(blockOf)
      .flatMap((block) => (IpSet.fromBlocks([block]).contains(addresses) ? [{ prefix: block.prefix, target }] : [])),
  );
  const [best] = matching.sort((a, b) => b.prefix - a.prefix);
  return best?.target.state === "resolved" && types.includes(best.target.resource.type);
}

/** Traffic as ports of TCP, UDP and SCTP; the rest of the protocols as one. */
export function portsOfTraffic(traffic: TrafficSet): PortSet {
  const numbers = { TCP, UDP, SCTP } as const;
  const sets = PROTOCOLS.flatMap((protocol) =>
    traffic
      .intersection(TrafficSet.of(numbers[protocol]))
      .intervals.map(({ first, last }) => portsOf(protocol, Number(first & 0xffffn), Number(last & 0xffffn))),
  );
  return unionPorts(...sets, NO_PORTS);
}
