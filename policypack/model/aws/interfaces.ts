/** What stands in a subnet: the machines and interfaces that use it, and the appliances that only pass traffic on. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { eksClusters } from "./eks";
import { subnetsNamed } from "./networks";
import { launchTemplatesOf } from "./nodes";
import type { Reference } from "./references";
import { AUTOSCALING_GROUP, EKS_CLUSTER, EKS_NODE_GROUP, INSTANCE, NETWORK_INTERFACE } from "./types";

/** Machines that belong to nobody's core: they carry traffic, and hold nothing. */
const APPLIANCES = new Set([
  "aws:ec2/natGateway:NatGateway", "aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer", "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:networkfirewall/firewall:Firewall", "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
]); // prettier-ignore

/** By subnet, the resources that use it: EKS clusters, node groups, instances, interfaces, Auto Scaling groups, databases, functions. */
export const tenants = (model: CoreModel): ReadonlyMap<Resource, readonly Resource[]> => {
  const found = new Map<Resource, Resource[]>();
  const take = (user: Resource, subnets: readonly Resource[]): void => {
    for (const subnet of subnets) found.set(subnet, [...(found.get(subnet) ?? []), user]);
  };
  for (const { resource, vpcConfig } of model.ask(eksClusters)) take(resource, subnetsNamed(model, resource, vpcConfig.get("subnetIds")));
  for (const resource of [EKS_NODE_GROUP, INSTANCE, NETWORK_INTERFACE, AUTOSCALING_GROUP].flatMap((type) => model.ofType(type))) {
    const inside = launchTemplatesOf(model, resource).flatMap((template) => subnetsInside(model, template));
    take(resource, [...new Set([...ownSubnets(model, resource), ...inside])]);
  }
  for (const resource of model.resources) {
    if (!resource.type.startsWith("aws:") || APPLIANCES.has(resource.type) || KNOWN.has(resource.type)) continue;
    const subnetIds: Node = resource.props.get("subnetIds");
    if (!subnetIds.isAbsent) take(resource, subnetsNamed(model, resource, subnetIds));
  }
  return found;
};

const KNOWN = new Set([EKS_CLUSTER, EKS_NODE_GROUP]);

/** By launch template or configuration, the subnets of its machines' interfaces: those that it names, and those of the groups that use it. */
export const subnetsByTemplate = (model: CoreModel): ReadonlyMap<Resource, readonly Resource[]> => {
  const found = new Map<Resource, readonly Resource[]>();
  for (const user of [EKS_NODE_GROUP, AUTOSCALING_GROUP, INSTANCE].flatMap((type) => model.ofType(type))) {
    for (const template of launchTemplatesOf(model, user)) {
      if (template.state !== "resolved") continue;
      const subnets = [...(found.get(template.resource) ?? []), ...ownSubnets(model, user), ...subnetsInside(model, template)];
      found.set(template.resource, [...new Set(subnets)]);
    }
  }
  return found;
};

/** Subnets that a launch template gives the interfaces of its machines. */
function subnetsInside(model: CoreModel, template: Reference): readonly Resource[] {
  if (template.state !== "resolved") return [];
  const { resource } = template;
  return resource.props.get("networkInterfaces").items().flatMap((item) => named(model, resource, item.get("subnetId")));
} // prettier-ignore

/** Subnets that a machine, or a group of machines, names itself. */
function ownSubnets(model: CoreModel, resource: Resource): readonly Resource[] {
  return ["subnetId", "subnetIds", "vpcZoneIdentifiers"].flatMap((property) => named(model, resource, resource.props.get(property)));
}

function named(model: CoreModel, resource: Resource, ids: Node): readonly Resource[] {
  return ids.isAbsent ? [] : subnetsNamed(model, resource, ids);
}
