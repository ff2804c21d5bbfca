/**
 * Nodes with an interface for each plane of their zone. Managed node groups take no subnet of a secondary interface, so these join the
 * cluster by themselves: an Auto Scaling group in each availability zone, whose launch template attaches an ENI in each plane's subnet there.
 */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { GROWTH, hardened, type NodeGroupPlan, nodeRole } from "./node-group";
import { bottlerocketSettings, ZONE_LABEL } from "./plan/bottlerocket";
import { architectureOf, limitsOf, type PlaneInterface } from "./plan/interfaces";
import { nodesGroup } from "./plan/firewall";

export interface PlaneNodesPlan extends Omit<NodeGroupPlan, "instanceTypes" | "securityGroupId"> {
  readonly interfaces: readonly PlaneInterface[];
  readonly availabilityZones: number;
  /** Subnets of each plane, one in each availability zone. */
  readonly planeSubnetIds: pulumi.Output<{ [plane: string]: string[] }>;
  /** `nodes-<zone>` and one of each plane. */
  readonly securityGroupIds: pulumi.Output<{ [name: string]: string }>;
  readonly instanceType: string;
  readonly kubernetesVersion: pulumi.Input<string>;
  readonly bootstrapImage: pulumi.Input<string | undefined>;
}

/** Makes the VPC CNI leave an interface alone; the first, which it manages whatever its tags, may have it as well. */
const UNMANAGED = { "node.k8s.amazonaws.com/no_manage": "true" };

export function planeNodes(name: string, plan: PlaneNodesPlan, parent: pulumi.Resource): void {
  const { cluster, zone, interfaces, tags } = plan;
  const options = { parent };
  const role = nodeRole(name, plan, parent);
  const profile = new aws.iam.InstanceProfile(name, { role: role.name, tags }, options);
  // What EKS does by itself for the role of managed nodes.
  new aws.eks.AccessEntry(name, { clusterName: cluster.name, principalArn: role.arn, type: "EC2_LINUX", tags }, options);
  const group = (key: string) => plan.securityGroupIds.apply((byName) => byName[key] ?? "");
  const minimum = Math.ceil(plan.minimum / plan.availabilityZones);
  for (let index = 0; index < plan.availabilityZones; index++) {
    const template = new aws.ec2.LaunchTemplate(
      `${name}-${index}`,
      {
        ...hardened(tags, UNMANAGED),
        imageId: pulumi.interpolate`resolve:ssm:/aws/service/bottlerocket/aws-k8s-${plan.kubernetesVersion}/${architectureOf(plan.instanceType)}/latest/image_id`,
        instanceType: plan.instanceType,
        iamInstanceProfile: { arn: profile.arn },
        userData: userData(plan),
        networkInterfaces: [
          // In the subnet that the Auto Scaling group names.
          {
            deviceIndex: 0,
            securityGroups: [group(nodesGroup(zone)), cluster.vpcConfig.clusterSecurityGroupId],
            deleteOnTermination: "true",
          },
          ...interfaces.map(({ plane, index: deviceIndex }) => ({
            deviceIndex,
            subnetId: plan.planeSubnetIds.apply((byPlane) => byPlane[plane]?.[index] ?? ""),
            securityGroups: [group(plane)],
            description: plane,
            deleteOnTermination: "true",
          })),
        ],
      },
      options,
    );
    new aws.autoscaling.Group(
      `${name}-${index}`,
      {
        vpcZoneIdentifiers: [plan.subnetIds.apply((ids) => ids[index] ?? "")],
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        minSize: minimum,
        maxSize: minimum * GROWTH,
        tags: groupTags(plan),
      },
      options,
    );
  }
}

function userData({ cluster, zone, interfaces, ...plan }: PlaneNodesPlan): pulumi.Output<string> {
  const maxPods = limitsOf(plan.instanceType).pods(interfaces.length);
  return pulumi
    .all([cluster.name, cluster.endpoint, cluster.certificateAuthority, plan.bootstrapImage])
    .apply(([name, endpoint, authority, bootstrapImage]) =>
      Buffer.from(
        bottlerocketSettings({ cluster: name, endpoint, authority: authority?.data ?? "", zone, maxPods, interfaces, bootstrapImage }),
      ).toString("base64"),
    );
}

/** Tags by which the cluster knows its nodes, and by which its autoscaler knows what nodes of the group would be like. */
function groupTags({ cluster, zone, tags }: PlaneNodesPlan): pulumi.Input<aws.types.input.autoscaling.GroupTag>[] {
  const template = "k8s.io/cluster-autoscaler/node-template";
  return [
    ...Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
    { key: pulumi.interpolate`kubernetes.io/cluster/${cluster.name}`, value: "owned", propagateAtLaunch: true },
    { key: `${template}/label/${ZONE_LABEL}`, value: zone, propagateAtLaunch: false },
    { key: `${template}/taint/${ZONE_LABEL}`, value: `${zone}:NoSchedule`, propagateAtLaunch: false },
  ];
}
