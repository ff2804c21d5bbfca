/** What `aws ec2 describe-*` answers, as the resources of a program that would have made it. */

import type { ResourceInit } from "../../policypack/model/stack";
import { resource, type Properties } from "../../policypack/testing";

interface Tagged {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | null;
}

interface Permission {
  readonly IpProtocol: string;
  readonly FromPort: number | null;
  readonly ToPort: number | null;
  readonly IpRanges: readonly { readonly CidrIp: string }[];
  readonly UserIdGroupPairs: readonly { readonly GroupId: string }[];
}

export interface Description {
  readonly vpcs: readonly (Tagged & { readonly VpcId: string; readonly CidrBlock: string })[];
  readonly subnets: readonly (Tagged & { readonly SubnetId: string; readonly VpcId: string; readonly CidrBlock: string })[];
  readonly internet_gateways: readonly {
    readonly InternetGatewayId: string;
    readonly Attachments: readonly { readonly VpcId: string }[];
  }[];
  readonly security_groups: readonly {
    readonly GroupId: string;
    readonly VpcId: string;
    readonly IpPermissions: readonly Permission[];
    readonly IpPermissionsEgress: readonly Permission[];
  }[];
  readonly network_acls: readonly {
    readonly NetworkAclId: string;
    readonly Associations: readonly { readonly SubnetId: string }[];
    readonly Entries: readonly {
      readonly CidrBlock: string;
      readonly Egress: boolean;
      readonly PortRange: { readonly From: number; readonly To: number } | null;
      readonly Protocol: string;
      readonly RuleAction: string;
      readonly RuleNumber: number;
    }[];
  }[];
  readonly instances: readonly (Tagged & {
    readonly InstanceId: string;
    readonly State: { readonly Name: string };
    readonly SubnetId?: string;
    readonly PrivateIpAddress?: string;
    readonly PublicIpAddress?: string | null;
    readonly SecurityGroups: readonly { readonly GroupId: string }[];
  })[];
}

/** The implicit last entry of every network ACL. */
const IMPLICIT = 32767;

export function resourcesOf(description: Description): ResourceInit[] {
  const make = (type: string, id: string, properties: Properties, name = id) => ({
    ...resource(type, id, { ...properties, id }),
    id,
    name,
  });
  return [
    ...description.vpcs.map(({ VpcId, CidrBlock }) => make("aws:ec2/vpc:Vpc", VpcId, { cidrBlock: CidrBlock })),
    ...description.subnets.map(({ SubnetId, VpcId, CidrBlock }) =>
      make("aws:ec2/subnet:Subnet", SubnetId, { vpcId: VpcId, cidrBlock: CidrBlock }),
    ),
    ...description.internet_gateways.map(({ InternetGatewayId, Attachments }) =>
      make("aws:ec2/internetGateway:InternetGateway", InternetGatewayId, { vpcId: Attachments[0]?.VpcId ?? null }),
    ),
    ...description.security_groups.map(({ GroupId, VpcId, IpPermissions, IpPermissionsEgress }) =>
      make("aws:ec2/securityGroup:SecurityGroup", GroupId, {
        vpcId: VpcId,
        ingress: IpPermissions.map((permission) => rule(permission, GroupId)),
        egress: IpPermissionsEgress.map((permission) => rule(permission, GroupId)),
      }),
    ),
    ...description.network_acls.map(({ NetworkAclId, Associations, Entries }) => {
      const entries = (egress: boolean) =>
        Entries.filter((entry) => entry.Egress === egress && entry.RuleNumber !== IMPLICIT).map(
          ({ CidrBlock, PortRange, Protocol, RuleAction, RuleNumber }) => ({
            ruleNo: RuleNumber,
            action: RuleAction,
            protocol: Protocol,
            fromPort: PortRange?.From ?? 0,
            toPort: PortRange?.To ?? (Protocol === "-1" ? 0 : 65535),
            cidrBlock: CidrBlock,
          }),
        );
      return make("aws:ec2/networkAcl:NetworkAcl", NetworkAclId, {
        subnetIds: Associations.map(({ SubnetId }) => SubnetId),
        ingress: entries(false),
        egress: entries(true),
      });
    }),
    ...description.instances
      .filter(({ State }) => State.Name === "running")
      .map((instance) => {
        const name = instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? instance.InstanceId;
        return make("aws:ec2/instance:Instance", instance.InstanceId, {
          subnetId: instance.SubnetId ?? null,
          privateIp: instance.PrivateIpAddress ?? null,
          publicIp: instance.PublicIpAddress ?? null,
          vpcSecurityGroupIds: instance.SecurityGroups.map(({ GroupId }) => GroupId),
        }, name); // prettier-ignore
      }),
  ];
}

function rule({ IpProtocol, FromPort, ToPort, IpRanges, UserIdGroupPairs }: Permission, own: string): Properties {
  const groups = UserIdGroupPairs.map(({ GroupId }) => GroupId);
  return {
    protocol: IpProtocol,
    fromPort: FromPort ?? 0,
    toPort: ToPort ?? 0,
    cidrBlocks: IpRanges.map(({ CidrIp }) => CidrIp),
    securityGroups: groups.filter((id) => id !== own),
    self: groups.includes(own),
  };
}
