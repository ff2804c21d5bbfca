/** EKS clusters and what belongs to them by name; machines that run their pods are in `nodes.ts`. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { subnetsNamed, vpcOf, VPC_TYPES } from "./networks";
import { refersTo, resolve } from "./references";
import { EKS_ACCESS_ENTRY, EKS_ADDON, EKS_CLUSTER, EKS_POD_IDENTITY, VPC } from "./types";

export interface EksCluster {
  readonly resource: Resource;
  readonly vpcConfig: Node;
  /** Every VPC that it may be in, by its subnets or the provider's answer. */
  readonly vpcs: ReadonlySet<Resource>;
}

export const eksClusters = (model: CoreModel): readonly EksCluster[] =>
  model.ofType(EKS_CLUSTER).map((resource) => {
    const vpcConfig = resource.props.get("vpcConfig");
    const found = new Set<Resource>();
    const own = resolve(model, resource, vpcConfig.get("vpcId"), VPC_TYPES);
    // An unknown `vpcConfig.vpcId` is the cluster's own answer: only its subnets tell then.
    if (own.state === "resolved" && own.resource.type === VPC) found.add(own.resource);
    for (const subnet of subnetsNamed(model, resource, vpcConfig.get("subnetIds"))) {
      const vpc = vpcOf(model, subnet);
      if (vpc.state === "resolved") found.add(vpc.resource);
    }
    return { resource, vpcConfig, vpcs: found };
  });

/** Resources of a type that belong to a cluster by `clusterName`, or may. */
function ofCluster(model: CoreModel, cluster: Resource, type: string): readonly Resource[] {
  return model
    .ofType(type)
    .filter((resource) => refersTo(resolve(model, resource, resource.props.get("clusterName"), [EKS_CLUSTER]), cluster) !== "no");
}

export const addOns = (model: CoreModel, cluster: Resource): readonly Resource[] => ofCluster(model, cluster, EKS_ADDON);
export const accessEntries = (model: CoreModel, cluster: Resource): readonly Resource[] => ofCluster(model, cluster, EKS_ACCESS_ENTRY);
export const podIdentityAssociations = (model: CoreModel, cluster: Resource): readonly Resource[] =>
  ofCluster(model, cluster, EKS_POD_IDENTITY);

const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";

/** Kubernetes provider of each cluster in sight, by the provider's dependencies: whose API the objects of that provider go to. */
const clusterOfProvider = (model: CoreModel): ReadonlyMap<string, Resource> => {
  const found = new Map<string, Resource>();
  for (const provider of model.ofType(KUBERNETES_PROVIDER)) {
    const origins = [...provider.dependencies, ...Object.values(provider.propertyDependencies).flat()];
    const clusters = new Set(origins.flatMap((urn) => model.resource(urn) ?? []).filter((resource) => resource.type === EKS_CLUSTER));
    const [only] = clusters;
    if (only !== undefined && clusters.size === 1) found.set(provider.urn, only);
  }
  return found;
};

/**
 * The cluster in sight that an object is deployed to: by its provider, else the only cluster there is. `undefined`: cannot be told.
 */
export function clusterOf(model: CoreModel, object: Resource): Resource | undefined {
  // A provider reference is its URN, in states followed by "::" and its id.
  const reference = object.provider ?? "";
  const byProvider = model.ask(clusterOfProvider);
  const told = byProvider.get(reference) ?? byProvider.get(reference.replace(/::[^:]*$/, ""));
  const clusters = model.ofType(EKS_CLUSTER);
  return told ?? (clusters.length === 1 ? clusters[0] : undefined);
}
