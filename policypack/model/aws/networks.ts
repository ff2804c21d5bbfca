/** VPCs and what stands in them: subnets, routes, gateways, network ACLs, flow logs, firewalls. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { type Reference, refersTo, resolve } from "./references";
import {
  DEFAULT_NETWORK_ACL, DEFAULT_ROUTE_TABLE, DEFAULT_SUBNET, DEFAULT_VPC, EGRESS_ONLY_GATEWAY, FIREWALL, FIREWALL_LOGGING, FLOW_LOG, INTERNET_GATEWAY, MAIN_ROUTE_TABLE_ASSOCIATION,
  NAT_GATEWAY, NETWORK_ACL, NETWORK_ACL_RULE, PREFIX_LIST, PREFIX_LIST_ENTRY, ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET, TRANSIT_ATTACHMENT,
  TRANSIT_GATEWAY, VPC, VPC_PEERING,
} from "./types"; // prettier-ignore

export const VPC_TYPES: readonly string[] = [VPC, DEFAULT_VPC];
export const SUBNET_TYPES: readonly string[] = [SUBNET, DEFAULT_SUBNET];

export const vpcs = (model: CoreModel): readonly Resource[] => VPC_TYPES.flatMap((type) => model.ofType(type));
export const subnets = (model: CoreModel): readonly Resource[] => SUBNET_TYPES.flatMap((type) => model.ofType(type));

/** The VPC that a resource's `vpcId` names. */
export function vpcOf(model: CoreModel, resource: Resource, node: Node = resource.props.get("vpcId")): Reference {
  return resolve(model, resource, node, VPC_TYPES);
}

/** The subnets that a list of subnet ids names, as far as they are in sight. */
export function subnetsNamed(model: CoreModel, resource: Resource, ids: Node): readonly Resource[] {
  const nodes = ids.kind() === "list" ? ids.items() : [ids];
  const found = nodes.flatMap((node) => {
    const reference = resolve(model, resource, node, SUBNET_TYPES);
    return reference.state === "resolved" ? [reference.resource] : reference.state === "unknown" ? [...reference.candidates] : [];
  });
  return [...new Set(found)];
}

/** One route of a route table, inline or a resource of its own. */
export interface Route {
  readonly resource: Resource;
  readonly node: Node;
  /** `cidrBlock` or `destinationCidrBlock`, or the IPv6 or prefix list form. */
  readonly destinations: readonly Node[];
  readonly target: Reference;
}

const GATEWAYS: readonly (readonly [property: string, types: readonly string[]])[] = [
  ["gatewayId", [INTERNET_GATEWAY]],
  ["egressOnlyGatewayId", [EGRESS_ONLY_GATEWAY]],
  ["natGatewayId", [NAT_GATEWAY]],
  ["transitGatewayId", [TRANSIT_GATEWAY]],
  ["vpcPeeringConnectionId", [VPC_PEERING]],
];

/** The routes of every route table, by table. */
export const routes = (model: CoreModel): ReadonlyMap<Resource, readonly Route[]> => {
  const tables = [ROUTE_TABLE, DEFAULT_ROUTE_TABLE];
  const byTable = new Map<Resource, Route[]>();
  for (const table of tables.flatMap((type) => model.ofType(type))) {
    byTable.set(
      table,
      table.props
        .get("routes")
        .items()
        .map((node) => route(model, table, node)),
    );
  }
  for (const resource of model.ofType(ROUTE)) {
    const table = resolve(model, resource, resource.props.get("routeTableId"), tables);
    if (table.state === "resolved") byTable.get(table.resource)?.push(route(model, resource, resource.props));
  }
  return byTable;
};

function route(model: CoreModel, resource: Resource, node: Node): Route {
  const keys = ["cidrBlock", "ipv6CidrBlock", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];
  const [property, types] = GATEWAYS.find(([key]) => !node.get(key).isAbsent) ?? ["gatewayId", []];
  return {
    resource,
    node,
    destinations: keys.map((key) => node.get(key)).filter((destination) => !destination.isAbsent),
    target: resolve(model, resource, node.get(property), types),
  };
}

/** The table that a subnet without an association of its own goes by: the VPC's main one, as far as the stack sets or adopts it. */
export function mainRouteTableOf(model: CoreModel, vpc: Resource): Resource | undefined {
  const chosen = model.ofType(MAIN_ROUTE_TABLE_ASSOCIATION).find((item) => refersTo(vpcOf(model, item), vpc) === "yes");
  if (chosen !== undefined) {
    const table = resolve(model, chosen, chosen.props.get("routeTableId"), [ROUTE_TABLE, DEFAULT_ROUTE_TABLE]);
    return table.state === "resolved" ? table.resource : undefined;
  }
  return model.ofType(DEFAULT_ROUTE_TABLE).find((table) => {
    const own = [table.props.get("defaultRouteTableId").string(), vpc.props.get("defaultRouteTableId").string()];
    const [a, b] = own;
    if (a?.state === "known" && b?.state === "known") return a.value === b.value;
    return refersTo(resolve(model, table, table.props.get("defaultRouteTableId"), VPC_TYPES), vpc) === "yes";
  });
}

/** The route table that a subnet is associated with by a resource in sight; `undefined` where the VPC's main table may apply. */
export function routeTableOf(model: CoreModel, subnet: Resource): Resource | undefined {
  for (const association of model.ofType(ROUTE_TABLE_ASSOCIATION)) {
    if (refersTo(resolve(model, association, association.props.get("subnetId"), SUBNET_TYPES), subnet) !== "yes") continue;
    const table = resolve(model, association, association.props.get("routeTableId"), [ROUTE_TABLE, DEFAULT_ROUTE_TABLE]);
    if (table.state === "resolved") return table.resource;
  }
  return undefined;
}

export interface NetworkAclEntry {
  readonly resource: Resource;
  readonly node: Node;
  readonly direction: "ingress" | "egress" | "unknown";
  readonly ruleNumber: Node;
  /** `allow` or `deny`. */
  readonly action: Node;
  readonly protocol: Node;
  readonly fromPort: Node;
  readonly toPort: Node;
  readonly cidrs: readonly Node[];
}

export interface NetworkAcl {
  readonly resource: Resource;
  /** In no order: EC2 takes the first match by rule number. */
  readonly entries: readonly NetworkAclEntry[];
}

export const networkAcls = (model: CoreModel): readonly NetworkAcl[] =>
  [NETWORK_ACL, DEFAULT_NETWORK_ACL].flatMap((type) => model.ofType(type)).map((resource) => ({
    resource,
    entries: [
      ...(["ingress", "egress"] as const).flatMap((direction) => resource.props.get(direction).items().map((node) => inlineEntry(resource, node, direction))),
      ...model.ofType(NETWORK_ACL_RULE)
        .filter((rule) => refersTo(resolve(model, rule, rule.props.get("networkAclId"), [NETWORK_ACL, DEFAULT_NETWORK_ACL]), resource) === "yes")
        .map(standaloneEntry),
    ],
  })); // prettier-ignore

function inlineEntry(resource: Resource, node: Node, direction: "ingress" | "egress"): NetworkAclEntry {
  return {
    resource,
    node,
    direction,
    ruleNumber: node.get("ruleNo"),
    action: node.get("action"),
    protocol: node.get("protocol"),
    fromPort: node.get("fromPort"),
    toPort: node.get("toPort"),
    cidrs: [node.get("cidrBlock"), node.get("ipv6CidrBlock")],
  };
}

function standaloneEntry(resource: Resource): NetworkAclEntry {
  const node = resource.props;
  const egress = node.get("egress").boolean();
  return {
    resource,
    node,
    direction: egress.state === "absent" ? "ingress" : egress.state === "unknown" ? "unknown" : egress.value ? "egress" : "ingress",
    ruleNumber: node.get("ruleNumber"),
    action: node.get("ruleAction"),
    protocol: node.get("protocol"),
    fromPort: node.get("fromPort"),
    toPort: node.get("toPort"),
    cidrs: [node.get("cidrBlock"), node.get("ipv6CidrBlock")],
  };
}

/** CIDRs of a managed prefix list: its own entries and those added as resources. `complete`: every entry is in sight. */
export interface PrefixListEntries {
  readonly cidrs: readonly Node[];
  readonly complete: boolean;
}

export function prefixListEntries(model: CoreModel, list: Resource): PrefixListEntries {
  const inline = list.props.get("entries");
  const added = model.ofType(PREFIX_LIST_ENTRY).map((entry) => ({
    entry,
    match: refersTo(resolve(model, entry, entry.props.get("prefixListId"), [PREFIX_LIST]), list),
  }));
  return {
    cidrs: [
      ...inline.items().map((entry) => entry.get("cidr")),
      ...added.filter(({ match }) => match !== "no").map(({ entry }) => entry.props.get("cidr")),
    ],
    complete: !inline.isUnknown && model.view === "stack",
  };
}

/** What a flow log is about; a transit gateway's takes no traffic type. */
export interface FlowLog {
  readonly resource: Resource;
  readonly vpc: Reference;
  readonly subnet: Reference;
  readonly transitAttachment: Reference;
  readonly transitGateway: Reference;
}

export const flowLogs = (model: CoreModel): readonly FlowLog[] =>
  model.ofType(FLOW_LOG).map((resource) => ({
    resource,
    vpc: vpcOf(model, resource),
    subnet: resolve(model, resource, resource.props.get("subnetId"), SUBNET_TYPES),
    transitAttachment: resolve(model, resource, resource.props.get("transitGatewayAttachmentId"), [TRANSIT_ATTACHMENT]),
    transitGateway: resolve(model, resource, resource.props.get("transitGatewayId"), [TRANSIT_GATEWAY]),
  }));

/** AWS Network Firewalls and the logging configurations that may be theirs. */
export const firewalls = (
  model: CoreModel,
): readonly { readonly resource: Resource; readonly vpc: Reference; readonly logging: readonly Resource[] }[] =>
  model.ofType(FIREWALL).map((resource) => ({
    resource,
    vpc: vpcOf(model, resource),
    logging: model
      .ofType(FIREWALL_LOGGING)
      .filter((logging) => refersTo(resolve(model, logging, logging.props.get("firewallArn"), [FIREWALL]), resource) !== "no"),
  }));
