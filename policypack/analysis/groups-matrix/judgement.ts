/**
 * What the rules of a core's security groups let through against 3GPP: rule by rule what is in nobody's standard, and peer by peer what a
 * side lets through. Ports of SCTP are none of a security group's (EC2 API, IpPermission): there the protocol as a whole is the standard.
 */

import type { CoreModel } from "../../model/core";
import { subnets } from "../../model/aws/networks";
import { resolve } from "../../model/aws/references";
import { GROUP_TYPES, type SecurityGroup } from "../../model/aws/security-groups";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import type { StandardFlow } from "../../topology/matrix";
import type { ZoneId } from "../../topology/types";
import { type AdmissionRule, admissionsOf, emissionsOf } from "../aws-network/ingress";
import { vpcAddresses } from "../aws-network/own-networks";
import { parseBlock } from "../cidr/address";
import { IpSet, PRIVATE } from "../cidr/ip-set";
import { planesTagged } from "../planes";
import { portsOfTraffic } from "../reachability/aws";
import { type DeclaredZones, portsOfFlow } from "../reachability/parties";
import { intersectPorts, NO_PORTS, portsOf, type PortSet, subtractPorts, unionPorts } from "../reachability/ports";
import { flowsBetween, flowsFromZone, flowsToZone, type MeasuredGroup, measuredGroups, sbiPortsOf } from "./members";

export type Side = "ingress" | "egress";
const SIDES: readonly Side[] = ["ingress", "egress"];

/** Of a group that nodes or a control plane have too, what goes out is theirs as well. */
export function sidesOf({ of }: MeasuredGroup): readonly Side[] {
  return of === "functions" ? SIDES : ["ingress"];
}

export interface JudgedRule {
  readonly side: Side;
  readonly admission: AdmissionRule;
  /** Traffic that 3GPP does not have between these; empty for a rule that may stay. */
  readonly excess: PortSet;
  /** With whom, for people. */
  readonly whom: string;
  /** Groups that it names, of which nothing says what they are. */
  readonly strangers: readonly Resource[];
}

/** Zones beside the core that rules name by address. */
export const ZONES = ["ran", "oam", "interconnect"] as const;

/** What the platform needs between functions on the SBI's network: DNS, the mesh's control plane, endpoints of the cloud's services. */
export const PLATFORM: PortSet = unionPorts(
  portsOf("UDP", 53, 53),
  portsOf("TCP", 53, 53),
  portsOf("TCP", 443, 443),
  portsOf("TCP", 15012, 15012),
);

export function rulesOf(model: CoreModel, group: SecurityGroup, side: Side): readonly AdmissionRule[] {
  return (side === "ingress" ? admissionsOf(model, group) : emissionsOf(model, group)).filter(({ certain }) => certain);
}

export function judged(model: CoreModel, self: MeasuredGroup, zones: DeclaredZones): JudgedRule[] {
  return sidesOf(self).flatMap((side) => rulesOf(model, self.group, side).map((admission) => judge(model, self, side, admission, zones)));
}

function judge(model: CoreModel, self: MeasuredGroup, side: Side, admission: AdmissionRule, zones: DeclaredZones): JudgedRule {
  // What is neither TCP nor UDP nor SCTP by itself (ICMP, ESP) is not 3GPP's to say; in "all traffic" the rest counts.
  const ports = admission.traffic === undefined ? NO_PORTS : portsOfTraffic(admission.traffic);
  const over: PortSet[] = [];
  const whom: string[] = [];
  const strangers: Resource[] = [];
  const add = (name: string, standard: PortSet) => {
    const rest = subtractPorts(ports, standard);
    if (rest.length === 0) return;
    over.push(rest);
    whom.push(name);
  };
  for (const cidr of admission.peers.addresses.cidrs()) add(cidr, standardForAddresses(model, self, side, IpSet.of([cidr]), zones));
  for (const peer of peersNamed(model, self.group, admission)) {
    const other = model.ask(measuredGroups).find(({ group }) => group.resource === peer);
    if (other !== undefined) add(peer.name, standardWith(model, self, other, side));
    else strangers.push(peer);
  }
  return { side, admission, excess: unionPorts(...over, NO_PORTS), whom: whom.join(", "), strangers };
}

/** The groups in sight that a rule names; its own where it says `self`. */
export function peersNamed(model: CoreModel, group: SecurityGroup, { rule }: AdmissionRule): Resource[] {
  const own = valueOr(rule.self.boolean(), false) ? [group.resource] : [];
  const named = rule.groups
    .flatMap((node) => (node.kind() === "list" ? node.items() : [node]))
    .flatMap((node) => {
      const reference = resolve(model, rule.resource, node, GROUP_TYPES);
      return reference.state === "resolved" ? [reference.resource] : [];
    });
  return [...new Set([...own, ...named])];
}

/** What the standard, and the platform, have between two groups. */
function standardWith(model: CoreModel, self: MeasuredGroup, other: MeasuredGroup, side: Side): PortSet {
  const flows = side === "ingress" ? flowsBetween(other, self) : flowsBetween(self, other);
  const platform = onSbi(self) && onSbi(other) ? PLATFORM : NO_PORTS;
  return unionPorts(expressible(flows, sbiPortsOf(model, side === "ingress" ? self : other).ports), platform);
}

function onSbi({ planes, said }: MeasuredGroup): boolean {
  return said && (planes.length === 0 || planes.includes("sbi"));
}

/** Ports of flows as a security group can say them. */
function expressible(flows: readonly StandardFlow[], sbi: PortSet): PortSet {
  const ports = unionPorts(...flows.map((flow) => portsOfFlow(flow, sbi)), NO_PORTS);
  const sctp = portsOf("SCTP");
  return intersectPorts(ports, sctp).length === 0 ? ports : unionPorts(ports, sctp);
}

/** Addresses of one peer or a few: more are no peer's name. */
const FEW_ADDRESSES = 256;

function standardForAddresses(model: CoreModel, self: MeasuredGroup, side: Side, addresses: IpSet, zones: DeclaredZones): PortSet {
  const sbi = sbiPortsOf(model, self).ports;
  const declared = ZONES.filter((zone) => IpSet.of(zones[zone] ?? []).contains(addresses));
  // N6 and N3IWF's and NEF's callers: anybody.
  const parties: readonly ZoneId[] = [...declared, "untrusted"];
  const flows = parties.flatMap((zone) => (side === "ingress" ? flowsFromZone(zone, self) : flowsToZone(self, zone)));
  // An association of SCTP is opened from one end and probed from both (RFC 9260, HEARTBEAT).
  const back = declared.flatMap((zone) => (side === "egress" ? flowsFromZone(zone, self) : flowsToZone(self, zone)));
  const associations = intersectPorts(expressible(back, sbi), portsOf("SCTP"));
  return unionPorts(expressible(flows, sbi), associations, standardOnPlane(model, self, side, addresses));
}

/** Addresses of a subnet that is tagged as the plane's, or of few hosts inside: there the plane's interfaces are the standard. */
function standardOnPlane(model: CoreModel, self: MeasuredGroup, side: Side, addresses: IpSet): PortSet {
  const own = model
    .ask(planeSubnets)
    .some(({ planes, addresses: range }) => range.contains(addresses) && planes.some((plane) => self.planes.includes(plane)));
  const inside = PRIVATE.contains(addresses) || model.ask(vpcAddresses).contains(addresses);
  if (
    !own &&
    !(
      inside &&
      addresses.size(4) + addresses.size(6) <= FEW_ADDRESSES &&
      model.ask(wholeSubnets).every((range) => !addresses.contains(range))
    )
  )
    return NO_PORTS;
  return unionPorts(...model.ask(measuredGroups).map((other) => standardWith(model, self, other, side)), NO_PORTS);
}

const subnetRanges = (model: CoreModel) =>
  model.ask(subnets).flatMap((subnet) => {
    const block = parseBlock(valueOr(subnet.props.get("cidrBlock").string(), ""));
    const planes = planesTagged(subnet);
    return block === undefined ? [] : [{ planes: planes.state === "known" ? planes.value : [], addresses: IpSet.fromBlocks([block]) }];
  });

const planeSubnets = (model: CoreModel) => model.ask(subnetRanges).filter(({ planes }) => planes.length > 0);
/** Subnets of no plane: all of one is everybody in it. */
const wholeSubnets = (model: CoreModel) =>
  model.ask(subnetRanges).flatMap(({ planes, addresses }) => (planes.length > 0 ? [] : [addresses]));

/** What some rules of a group let through with another group's members: with some of them, or with all. */
export function letThrough(model: CoreModel, self: MeasuredGroup, rules: readonly AdmissionRule[], other: MeasuredGroup) {
  const members = addressesOf(model, other);
  return passing(rules, members, (rule) => peersNamed(model, self.group, rule).includes(other.group.resource));
}

/** What rules let through with some of these addresses, and with all of them. */
export function passing(rules: readonly AdmissionRule[], addresses: IpSet, named: (rule: AdmissionRule) => boolean) {
  const of = (test: (rule: AdmissionRule) => boolean) =>
    unionPorts(...rules.flatMap((rule) => (rule.traffic !== undefined && test(rule) ? [portsOfTraffic(rule.traffic)] : [])), NO_PORTS);
  return {
    some: of((rule) => named(rule) || rule.peers.addresses.overlaps(addresses)),
    all: of((rule) => named(rule) || rule.peers.addresses.contains(addresses)),
  };
}

/** Addresses that the members of a group may have: those of the subnets of its plane, else of its network. */
function addressesOf(model: CoreModel, { group, planes }: MeasuredGroup): IpSet {
  const own = model.ask(planeSubnets).filter((range) => range.planes.some((plane) => planes.includes(plane)));
  if (own.length > 0) return IpSet.EMPTY.union(...own.map(({ addresses }) => addresses));
  if (group.vpc.state === "resolved") {
    const block = parseBlock(valueOr(group.vpc.resource.props.get("cidrBlock").string(), ""));
    if (block !== undefined) return IpSet.fromBlocks([block]);
  }
  return PRIVATE;
}
