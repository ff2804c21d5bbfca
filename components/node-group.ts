/** The nodes of one trust zone: tainted for it, on an immutable system, with metadata that no pod can reach. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ZoneId } from "../policypack/topology/types";
import { managedPolicy } from "./partition";

/** The label and taint by which pods and nodes of a zone find each other. */
export const ZONE_LABEL = "carrierguard.dev/zone";

export interface NodeGroupPlan {
  readonly cluster: aws.eks.Cluster;
  readonly zone: ZoneId;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly instanceTypes: pulumi.Input<pulumi.Input<string>[]>;
  readonly minimum: number;
  readonly boundary: { readonly permissionsBoundary?: pulumi.Input<string> };
  readonly tags: { [tag: string]: pulumi.Input<string> };
}

const POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"];

export function nodeGroup(name: string, plan: NodeGroupPlan, parent: pulumi.Resource): void {
  const { cluster, zone, tags } = plan;
  const options = { parent };
  const role = new aws.iam.Role(
    name,
    { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }), ...plan.boundary, tags },
    options,
  );
  for (const policy of POLICIES) {
    new aws.iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn: managedPolicy(policy, parent) }, options);
  }
  const template = new aws.ec2.LaunchTemplate(
    name,
    {
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1, instanceMetadataTags: "disabled" },
      monitoring: { enabled: true },
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 20, deleteOnTermination: "true" } },
        { deviceName: "/dev/xvdb", ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 80, deleteOnTermination: "true" } },
      ],
      vpcSecurityGroupIds: [plan.securityGroupId, cluster.vpcConfig.clusterSecurityGroupId],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
      updateDefaultVersion: true,
      tags,
    },
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
      scalingConfig: { minSize: plan.minimum, desiredSize: plan.minimum, maxSize: plan.minimum * 3 },
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      labels: { [ZONE_LABEL]: zone },
      taints: [{ key: ZONE_LABEL, value: zone, effect: "NO_SCHEDULE" }],
      updateConfig: { maxUnavailable: 1 },
      tags,
    },
    options,
  );
}
