/** What stands in a subnet: the machines and interfaces that use it, and the appliances that only pass traffic on. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { eksClusters, nodeGroups } from "./eks";
import { subnetsNamed } from "./networks";
import { AUTOSCALING_GROUP, INSTANCE, NETWORK_INTERFACE } from "./types";

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
  for (const group of model.ask(nodeGroups)) take(group.resource, group.subnets);
  for (const resource of [...model.ofType(INSTANCE), ...model.ofType(NETWORK_INTERFACE)])
    take(resource, named(model, resource, "subnetId"));
  for (const resource of model.ofType(AUTOSCALING_GROUP)) take(resource, named(model, resource, "vpcZoneIdentifiers"));
  for (const resource of model.resources) {
    if (!resource.type.startsWith("aws:") || APPLIANCES.has(resource.type) || KNOWN.has(resource.type)) continue;
    const subnetIds: Node = resource.props.get("subnetIds");
    if (!subnetIds.isAbsent) take(resource, subnetsNamed(model, resource, subnetIds));
  }
  return found;
};

const KNOWN = new Set(["aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"]);

function named(model: CoreModel, resource: Resource, property: string): readonly Resource[] {
  const ids = resource.props.get(property);
  return ids.isAbsent ? [] : subnetsNamed(model, resource, ids);
}
