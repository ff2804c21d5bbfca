/** The nodes of one trust zone: tainted for it, on an immutable system, with metadata that no pod can reach. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ZoneId } from "../policypack/topology/types";
import { managedPolicy, partitionOf, principalIn } from "./partition";
import { ZONE_LABEL } from "./plan/bottlerocket";
import type { Tags } from "./tags";

export interface NodeGroupPlan {
  readonly cluster: aws.eks.Cluster;
  readonly zone: ZoneId;
  readonly subnetIds: pulumi.Output<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly instanceTypes: pulumi.Input<pulumi.Input<string>[]>;
  /** Nodes at least. */
  readonly minimum: number;
  readonly boundary: { readonly permissionsBoundary?: pulumi.Input<string> };
  readonly tags: Tags;
}

const POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"];

/** How many nodes there may be for each that there has to be. */
export const GROWTH = 3;

/** A managed node group. */
export function nodeGroup(name: string, plan: NodeGroupPlan, parent: pulumi.Resource): void {
  const { cluster, zone, minimum, tags } = plan;
  const options = { parent };
  const role = nodeRole(name, plan, parent);
  const template = new aws.ec2.LaunchTemplate(
    name,
    { ...hardened(tags), vpcSecurityGroupIds: [plan.securityGroupId, cluster.vpcConfig.clusterSecurityGroupId] },
    options,
  );
  new aws.eks.NodeGroup(
    name,
    {
      clusterName: cluster.name,
      nodeRoleArn: role.arn,
      subnetIds: plan.subnetIds,
      amiType: "BOTTLEROCKET_x86_64",
      instanceTypes: plan.instanceTypes,
      scalingConfig: { minSize: minimum, desiredSize: minimum, maxSize: minimum * GROWTH },
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      labels: { [ZONE_LABEL]: zone },
      taints: [{ key: ZONE_LABEL, value: zone, effect: "NO_SCHEDULE" }],
      updateConfig: { maxUnavailable: 1 },
      tags,
    },
    options,
  );
}

export function nodeRole(name: string, plan: Pick<NodeGroupPlan, "boundary" | "tags">, parent: pulumi.Resource): aws.iam.Role {
  const role = new aws.iam.Role(
    name,
    {
      assumeRolePolicy: partitionOf(parent).apply((partition) =>
        JSON.stringify(aws.iam.assumeRolePolicyForPrincipal({ Service: principalIn(partition, "ec2.amazonaws.com") })),
      ),
      ...plan.boundary,
      tags: plan.tags,
    },
    { parent },
  );
  for (const policy of POLICIES) {
    new aws.iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn: managedPolicy(policy, parent) }, { parent });
  }
  return role;
}

/** What every node has: credentials out of the reach of pods, encrypted volumes, and tags of its own on what belongs to it. */
export function hardened(tags: Tags, ofInterfaces: Tags = {}): aws.ec2.LaunchTemplateArgs {
  const volume = { encrypted: "true", volumeType: "gp3", deleteOnTermination: "true" };
  return {
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1, instanceMetadataTags: "disabled" },
    monitoring: { enabled: true },
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { ...volume, volumeSize: 20 } },
      { deviceName: "/dev/xvdb", ebs: { ...volume, volumeSize: 80 } },
    ],
    tagSpecifications: [
      { resourceType: "instance", tags },
      { resourceType: "volume", tags },
      { resourceType: "network-interface", tags: { ...tags, ...ofInterfaces } },
    ],
    updateDefaultVersion: true,
    tags,
  };
}
