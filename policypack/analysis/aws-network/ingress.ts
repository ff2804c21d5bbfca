/**
 * Who a security group lets in, and to what: rules read into address and traffic sets, with what cannot be read kept apart.
 * Groups allow the union of their rules (EC2 User Guide, security group rules); a reference to a group is its members' private addresses.
 */

import type { CoreModel } from "../../model/core";
import { prefixListEntries } from "../../model/aws/networks";
import { originsOf, resolve, typeOfUrn } from "../../model/aws/references";
import type { SecurityGroup, SecurityGroupRule } from "../../model/aws/security-groups";
import { PREFIX_LIST } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { TrafficSet } from "../cidr/traffic";

export interface Peers {
  /** Addresses that are certainly let in. */
  readonly addresses: IpSet;
  /** Properties that those addresses stand in. */
  readonly nodes: readonly Node[];
  /** Properties that may let in more: unknown or unreadable CIDRs, prefix lists out of sight. */
  readonly unknown: readonly Node[];
}

export interface AdmissionRule {
  readonly rule: SecurityGroupRule;
  /** `undefined`: which traffic is not known yet. */
  readonly traffic: TrafficSet | undefined;
  readonly peers: Peers;
  /** Whether the direction is certain. */
  readonly certain: boolean;
}

/** What the rules of a group that let traffic in say. */
export function admissionsOf(model: CoreModel, group: SecurityGroup): readonly AdmissionRule[] {
  return [...group.inline, ...group.standalone].filter((rule) => rule.direction !== "egress").map((rule) => admission(model, rule));
}

/** What the rules of a group that let traffic out say; `peers` are where it may go. */
export function emissionsOf(model: CoreModel, group: SecurityGroup): readonly AdmissionRule[] {
  return [...group.inline, ...group.standalone]
    .filter((rule) => rule.direction !== "ingress")
    .map((rule) => ({ ...admission(model, rule), certain: rule.direction === "egress" }));
}

export function admission(model: CoreModel, rule: SecurityGroupRule): AdmissionRule {
  return { rule, traffic: trafficOf(rule), peers: peersOf(model, rule), certain: rule.direction === "ingress" };
}

/** What a rule is about; `undefined` where its protocol or a port is not known. */
function trafficOf(rule: { readonly protocol: Node; readonly fromPort: Node; readonly toPort: Node }): TrafficSet | undefined {
  const protocol = rule.protocol.string();
  const from = rule.fromPort.number();
  const to = rule.toPort.number();
  if (protocol.state !== "known") return undefined;
  const all = TrafficSet.ofRule(protocol.value, undefined, undefined);
  if (from.state === "unknown" || to.state === "unknown") {
    // Ports of a protocol without ports say nothing.
    return all === undefined || TrafficSet.ofRule(protocol.value, 1, 1)?.contains(all) !== true ? undefined : all;
  }
  return TrafficSet.ofRule(
    protocol.value,
    from.state === "known" ? from.value : undefined,
    to.state === "known" ? to.value : from.state === "known" ? from.value : undefined,
  );
}

/** Resources whose outputs are addresses inside the carrier's own networks: one address, or a VPC's block of at most a /16. */
const OWN_ADDRESSES =
  /^aws:(ec2\/(vpc|subnet|defaultVpc|defaultSubnet|eip|instance|networkInterface|natGateway|vpcIpv4CidrBlockAssociation|vpcIpamPoolCidr)|lb\/loadBalancer|eks\/cluster):/i;

function peersOf(model: CoreModel, rule: SecurityGroupRule): Peers {
  const blocks: IpSet[] = [];
  const nodes: Node[] = [];
  const unknown: Node[] = [];
  const take = (node: Node, resource: Resource) => {
    if (node.isAbsent) return;
    const read = node.string();
    const block = read.state === "known" ? parseBlock(read.value) : undefined;
    if (block !== undefined) {
      blocks.push(IpSet.fromBlocks([block]));
      nodes.push(node);
    } else if (!comesFromOwnNetworks(resource, node)) unknown.push(node);
  };
  for (const property of rule.cidrs) for (const node of itemsOf(property)) take(node, rule.resource);
  for (const property of rule.prefixLists) {
    for (const node of itemsOf(property)) {
      if (node.isAbsent) continue;
      const list = resolve(model, rule.resource, node, [PREFIX_LIST]);
      if (list.state === "absent") continue;
      if (list.state !== "resolved") {
        unknown.push(node);
        continue;
      }
      const entries = prefixListEntries(model, list.resource);
      for (const cidr of entries.cidrs) take(cidr, list.resource);
      if (!entries.complete) unknown.push(node);
    }
  }
  return { addresses: IpSet.EMPTY.union(...blocks), nodes, unknown };
}

/** The items of a list, or a single value as one. */
function itemsOf(node: Node): readonly Node[] {
  return node.kind() === "list" ? node.items() : [node];
}

function comesFromOwnNetworks(resource: Resource, node: Node): boolean {
  if (!node.isUnknown) return false;
  const origins = originsOf(resource, node);
  // Groups and prefix lists of the same inline block are no source of CIDRs.
  const addressed = origins.filter((urn) => !/^aws:ec2\/(securityGroup|defaultSecurityGroup|managedPrefixList):/.test(typeOfUrn(urn)));
  return addressed.length > 0 && addressed.every((urn) => OWN_ADDRESSES.test(typeOfUrn(urn)));
}
