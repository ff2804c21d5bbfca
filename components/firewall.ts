/** Security groups, network ACLs and private endpoints of a core's network. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkFunctionId, ZoneId } from "../policypack/topology/types";
import type { SubnetPlan } from "./plan/addresses";
import { PLANE_ZONES } from "./plan/addresses";
import { aclRules, type End, type GroupRule, nodeRules, nodesGroup, planeRules } from "./plan/firewall";

interface Outside {
  readonly ran: readonly string[];
  readonly partners: readonly string[];
  readonly oam: readonly string[];
  readonly subscribers: readonly string[];
}

export interface FirewallPlan {
  readonly vpc: aws.ec2.Vpc;
  readonly cidr: string;
  readonly region: string;
  readonly functions: readonly NetworkFunctionId[];
  readonly zones: readonly ZoneId[];
  readonly planes: readonly string[];
  readonly outside: Outside;
  readonly subnets: readonly (SubnetPlan & { readonly resource: aws.ec2.Subnet })[];
  tags(zone: ZoneId, plane: string): { [tag: string]: pulumi.Input<string> };
}

/** Services that nodes and functions call, each by an endpoint of its own: no way to the internet is needed. */
const ENDPOINTS = ["ecr.api", "ecr.dkr", "sts", "logs", "ec2", "eks", "eks-auth", "kms", "secretsmanager", "guardduty-data"];

export function firewall(
  name: string,
  plan: FirewallPlan,
  tables: ReadonlyMap<string, aws.ec2.RouteTable>,
  parent: pulumi.Resource,
): ReadonlyMap<string, aws.ec2.SecurityGroup> {
  const groups = securityGroups(name, plan, parent);
  const prefixes = prefixLists(name, plan, parent);
  const s3 = endpoints(name, plan, groups, tables, parent);
  const rules = [
    ...nodeRules(plan.functions, plan.zones),
    ...planeRules(plan.planes, {
      ran: plan.outside.ran.length > 0,
      partners: plan.outside.partners.length > 0,
      oam: plan.outside.oam.length > 0,
    }),
    ...plan.zones.flatMap(toEndpoints),
  ];
  for (const rule of rules) groupRule(name, rule, groups, { ...prefixes, s3: s3.prefixListId }, parent);
  acls(name, plan, parent);
  return groups;
}

function securityGroups(name: string, plan: FirewallPlan, parent: pulumi.Resource): Map<string, aws.ec2.SecurityGroup> {
  const group = (key: string, zone: ZoneId, plane: string): [string, aws.ec2.SecurityGroup] => [
    key,
    new aws.ec2.SecurityGroup(
      `${name}-${key}`,
      { vpcId: plan.vpc.id, description: `5G core: ${key}`, tags: plan.tags(zone, plane) },
      { parent },
    ),
  ];
  return new Map([
    ...plan.zones.map((zone) => group(nodesGroup(zone), zone, "sbi")),
    ...PLANE_ZONES.flatMap(([plane, zone]) => (plan.planes.includes(plane) ? [group(plane, zone, plane)] : [])),
    group("endpoints", "trust-services", "sbi"),
  ]);
}

/** Lists of addresses: a gNB or a partner that comes or goes changes one list, not every rule. */
function prefixLists(name: string, { outside, tags }: FirewallPlan, parent: pulumi.Resource) {
  const list = (key: string, cidrs: readonly string[], zone: ZoneId, plane: string): pulumi.Output<string> | undefined =>
    cidrs.length === 0
      ? undefined
      : new aws.ec2.ManagedPrefixList(
          `${name}-${key}`,
          {
            name: `${name}-${key}`,
            addressFamily: "IPv4",
            maxEntries: cidrs.length,
            entries: cidrs.map((cidr) => ({ cidr, description: key })),
            tags: tags(zone, plane),
          },
          { parent },
        ).id;
  return {
    ran: list("ran", outside.ran, "access-edge", "n2"),
    partners: list("partners", outside.partners, "roaming-edge", "n32"),
    oam: list("oam", outside.oam, "oam", "oam"),
  };
}

function toEndpoints(zone: ZoneId): GroupRule[] {
  const group = nodesGroup(zone);
  const why = "AWS by private endpoints";
  return [
    { group, direction: "egress", peer: { kind: "group", name: "endpoints" }, protocol: "tcp", from: 443, to: 443, why },
    { group: "endpoints", direction: "ingress", peer: { kind: "group", name: group }, protocol: "tcp", from: 443, to: 443, why },
    { group, direction: "egress", peer: { kind: "prefixes", name: "s3" }, protocol: "tcp", from: 443, to: 443, why: "image layers" },
  ];
}

function endpoints(
  name: string,
  plan: FirewallPlan,
  groups: ReadonlyMap<string, aws.ec2.SecurityGroup>,
  tables: ReadonlyMap<string, aws.ec2.RouteTable>,
  parent: pulumi.Resource,
): aws.ec2.VpcEndpoint {
  const tags = plan.tags("trust-services", "sbi");
  const place = plan.subnets.filter(({ plane, zone }) => plane === "sbi" && zone === "trust-services").map(({ resource }) => resource.id);
  const group = groups.get("endpoints");
  for (const service of ENDPOINTS) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service.replace(".", "-")}`,
      {
        vpcId: plan.vpc.id,
        serviceName: endpointService(service, plan.region, parent),
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: place,
        securityGroupIds: group === undefined ? [] : [group.id],
        tags,
      },
      { parent },
    );
  }
  return new aws.ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId: plan.vpc.id,
      serviceName: endpointService("s3", plan.region, parent),
      vpcEndpointType: "Gateway",
      routeTableIds: [...tables].flatMap(([key, table]) => (key.startsWith("nodes-") ? [table.id] : [])),
      tags,
    },
    { parent },
  );
}

/** What AWS calls a service's endpoint; in China some begin with `cn.`, and only AWS knows which. */
function endpointService(service: string, region: string, parent: pulumi.Resource): pulumi.Input<string> {
  if (!region.startsWith("cn-")) return `com.amazonaws.${region}.${service}`;
  const serviceType = service === "s3" ? "Gateway" : "Interface";
  return aws.ec2.getVpcEndpointServiceOutput({ service, serviceType }, { parent }).serviceName;
}

function groupRule(
  name: string,
  rule: GroupRule,
  groups: ReadonlyMap<string, aws.ec2.SecurityGroup>,
  prefixes: { readonly [list in "ran" | "partners" | "oam" | "s3"]: pulumi.Input<string> | undefined },
  parent: pulumi.Resource,
): void {
  const group = groups.get(rule.group);
  if (group === undefined) return;
  const Rule = rule.direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
  new Rule(
    `${name}-${rule.group}-${rule.direction}-${rule.peer.name}-${rule.protocol}${rule.from === undefined ? "" : `-${rule.from}`}`,
    {
      securityGroupId: group.id,
      ipProtocol: rule.protocol,
      ...(rule.from === undefined ? {} : { fromPort: rule.from, toPort: rule.to }),
      ...source(rule.peer, groups, prefixes),
      description: rule.why,
    },
    { parent },
  );
}

function source(
  peer: End,
  groups: ReadonlyMap<string, aws.ec2.SecurityGroup>,
  prefixes: { readonly [list: string]: pulumi.Input<string> | undefined },
): { referencedSecurityGroupId?: pulumi.Input<string>; prefixListId?: pulumi.Input<string> } {
  if (peer.kind === "prefixes") return { prefixListId: prefixes[peer.name] };
  return { referencedSecurityGroupId: groups.get(peer.name)?.id };
}

function acls(name: string, plan: FirewallPlan, parent: pulumi.Resource): void {
  const { ran, partners, subscribers } = plan.outside;
  const kinds = new Map<string, FirewallPlan["subnets"]>();
  for (const subnet of plan.subnets) {
    const key = subnet.plane === "sbi" ? nodesGroup(subnet.zone) : subnet.plane;
    kinds.set(key, [...(kinds.get(key) ?? []), subnet]);
  }
  for (const [key, subnets] of kinds) {
    const [first] = subnets;
    if (first === undefined) continue;
    const rules = aclRules(first.plane, plan.cidr, [...ran, ...partners, ...subscribers], { ran, partners });
    const side = (egress: boolean) =>
      rules
        .filter((rule) => rule.egress === egress)
        .map(({ action, protocol, cidr, from, to }, index) => ({
          ruleNo: (index + 1) * 10,
          action,
          protocol,
          cidrBlock: cidr,
          fromPort: from ?? 0,
          toPort: to ?? 0,
          ...(protocol === "1" ? { icmpType: -1, icmpCode: -1 } : {}),
          ...(from === undefined && (protocol === "6" || protocol === "17") ? { fromPort: 0, toPort: 65535 } : {}),
        }));
    new aws.ec2.NetworkAcl(
      `${name}-${key}`,
      {
        vpcId: plan.vpc.id,
        subnetIds: subnets.map(({ resource }) => resource.id),
        ingress: side(false),
        egress: side(true),
        tags: plan.tags(first.zone, first.plane),
      },
      { parent },
    );
  }
}
