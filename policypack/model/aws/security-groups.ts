/**
 * Security groups with all their rules, wherever they are declared: inline, as `aws:ec2/securityGroupRule:SecurityGroupRule`, or as
 * `aws:vpc/securityGroup{Ingress,Egress}Rule`. EC2 allows the union of them.
 *
 * After a deployment the provider lists a group's standalone rules in the group's own `ingress` too: an inline rule that a standalone
 * rule of the group also says is that rule, and counts once.
 */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { type Reference, resolve } from "./references";
import { DEFAULT_SECURITY_GROUP, EGRESS_RULE, INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE, VPC } from "./types";

export type Direction = "ingress" | "egress";

/** One rule as declared; its properties are read by `analysis/aws-network`. */
export interface SecurityGroupRule {
  readonly direction: Direction | "unknown";
  /** The resource that declares it: the group for an inline rule. */
  readonly resource: Resource;
  /** The object that holds the rule's properties. */
  readonly node: Node;
  readonly protocol: Node;
  readonly fromPort: Node;
  readonly toPort: Node;
  /** Properties that hold one CIDR or a list of them. */
  readonly cidrs: readonly Node[];
  /** Properties that hold one prefix list id or a list of them. */
  readonly prefixLists: readonly Node[];
  /** Properties that hold one security group id or a list of them. */
  readonly groups: readonly Node[];
  readonly self: Node;
}

export interface SecurityGroup {
  readonly resource: Resource;
  readonly vpc: Reference;
  readonly inline: readonly SecurityGroupRule[];
  /** Lists of inline rules that are not known yet. */
  readonly unknownLists: readonly { readonly direction: Direction; readonly node: Node }[];
  readonly standalone: readonly SecurityGroupRule[];
}

export const GROUP_TYPES: readonly string[] = [SECURITY_GROUP, DEFAULT_SECURITY_GROUP];
export const RULE_TYPES: readonly string[] = [SECURITY_GROUP_RULE, INGRESS_RULE, EGRESS_RULE];

/** Every security group in sight, in the stack's order. */
export const securityGroups = (model: CoreModel): readonly SecurityGroup[] => {
  const standalone = model.ask(rulesByGroup);
  return GROUP_TYPES.flatMap((type) => model.ofType(type)).map((resource) => {
    const rules = standalone.get(resource) ?? [];
    const repeated = new Set(rules.flatMap(signatures));
    const inline = inlineRules(resource);
    return {
      resource,
      vpc: resolve(model, resource, resource.props.get("vpcId"), [VPC]),
      inline: repeated.size === 0 ? inline : inline.filter((rule) => !coveredBy(rule, repeated)),
      unknownLists: (["ingress", "egress"] as const)
        .map((direction) => ({ direction, node: resource.props.get(direction) }))
        .filter(({ node }) => node.isUnknown),
      standalone: rules,
    };
  });
};

const groupsByResource = (model: CoreModel) => new Map(model.ask(securityGroups).map((group) => [group.resource, group]));

export function securityGroup(model: CoreModel, resource: Resource): SecurityGroup | undefined {
  return model.ask(groupsByResource).get(resource);
}

/** The group that a standalone rule resource belongs to. */
export function groupOfRule(model: CoreModel, rule: Resource): Reference {
  const reference = resolve(model, rule, rule.props.get("securityGroupId"), GROUP_TYPES);
  // `vpc.defaultSecurityGroupId` names the group that a DefaultSecurityGroup of that VPC adopts.
  if (reference.state !== "elsewhere") return reference;
  const adopted = model.ofType(DEFAULT_SECURITY_GROUP).find((group) => {
    const vpc = resolve(model, group, group.props.get("vpcId"), [VPC]);
    const id = vpc.state === "resolved" ? vpc.resource.props.get("defaultSecurityGroupId").string() : undefined;
    return id?.state === "known" && id.value === reference.value;
  });
  return adopted === undefined ? reference : { state: "resolved", resource: adopted };
}

const rulesByGroup = (model: CoreModel): ReadonlyMap<Resource, readonly SecurityGroupRule[]> => {
  const groups = new Map<Resource, SecurityGroupRule[]>();
  for (const resource of RULE_TYPES.flatMap((type) => model.ofType(type))) {
    const group = groupOfRule(model, resource);
    if (group.state !== "resolved") continue;
    groups.set(group.resource, [...(groups.get(group.resource) ?? []), standaloneRule(resource)]);
  }
  return groups;
};

/** The rule that a standalone rule resource declares. */
export function standaloneRule(resource: Resource): SecurityGroupRule {
  const node = resource.props;
  if (resource.type === SECURITY_GROUP_RULE) {
    const direction = node.get("type").string();
    const known = direction.state === "known" && (direction.value === "ingress" || direction.value === "egress");
    return {
      ...classicRule(known ? (direction.value as Direction) : "unknown", resource, node),
      groups: [node.get("sourceSecurityGroupId")],
    };
  }
  return {
    direction: resource.type === INGRESS_RULE ? "ingress" : "egress",
    resource,
    node,
    protocol: node.get("ipProtocol"),
    fromPort: node.get("fromPort"),
    toPort: node.get("toPort"),
    cidrs: [node.get("cidrIpv4"), node.get("cidrIpv6")],
    prefixLists: [node.get("prefixListId")],
    groups: [node.get("referencedSecurityGroupId")],
    self: node.get("self"),
  };
}

function classicRule(direction: Direction | "unknown", resource: Resource, node: Node): SecurityGroupRule {
  return {
    direction,
    resource,
    node,
    protocol: node.get("protocol"),
    fromPort: node.get("fromPort"),
    toPort: node.get("toPort"),
    cidrs: [node.get("cidrBlocks"), node.get("ipv6CidrBlocks")],
    prefixLists: [node.get("prefixListIds")],
    groups: [node.get("securityGroups")],
    self: node.get("self"),
  };
}

function inlineRules(resource: Resource): SecurityGroupRule[] {
  return (["ingress", "egress"] as const).flatMap((direction) =>
    resource.props
      .get(direction)
      .items()
      .map((node) => classicRule(direction, resource, node)),
  );
}

/** A rule told apart by what it allows: one line a peer, as the provider may merge several rules of the same ports into one. */
function signatures(rule: SecurityGroupRule): string[] {
  const text = (node: Node) => {
    const read = node.string();
    return read.state === "known" ? read.value.toLowerCase() : read.state;
  };
  const ports = text(rule.protocol) === "-1" ? "" : `${text(rule.fromPort)}-${text(rule.toPort)}`;
  const peers = [...rule.cidrs, ...rule.prefixLists, ...rule.groups].flatMap((node) => (node.kind() === "list" ? node.items() : [node]));
  const own = rule.self.boolean();
  return [...peers.filter((node) => !node.isAbsent).map(text), ...(own.state === "known" && own.value ? ["self"] : [])].map(
    (peer) => `${rule.direction} ${text(rule.protocol)} ${ports} ${peer}`,
  );
}

function coveredBy(rule: SecurityGroupRule, repeated: ReadonlySet<string>): boolean {
  const own = signatures(rule);
  return own.length > 0 && own.every((signature) => repeated.has(signature));
}
