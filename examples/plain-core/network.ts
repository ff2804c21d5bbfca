import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { boundary } from "./identity";

const config = new pulumi.Config();
export const ran = config.require("ran");
const region = new pulumi.Config("aws").require("region");

/** Tags by which everybody, and every policy, knows what a resource belongs to. */
export const tags = (zone: string, plane: string) => ({
  "carrierguard.dev/zone": zone,
  "carrierguard.dev/plane": plane,
  "carrierguard.dev/plmn": config.require("plmn"),
});

export const vpc = new aws.ec2.Vpc("core", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, tags: tags("control", "sbi") });

// Adopted without a rule: what names no group of its own reaches nothing.
new aws.ec2.DefaultSecurityGroup("core", { vpcId: vpc.id, tags: tags("control", "sbi") });

// One subnet a plane and availability zone; none has a way to the internet.
const planes: { readonly [plane: string]: { zone: string; third: number } } = {
  sbi: { zone: "control", third: 0 },
  n2: { zone: "access-edge", third: 10 },
  n3: { zone: "user-plane", third: 20 },
  n4: { zone: "user-plane", third: 30 },
};
const routes = new aws.ec2.RouteTable("core", { vpcId: vpc.id, tags: tags("control", "sbi") });
export const subnets = Object.fromEntries(
  Object.entries(planes).map(([plane, { zone, third }]) => [
    plane,
    ["a", "b"].map((az, index) => {
      const subnet = new aws.ec2.Subnet(`${plane}-${az}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${third + index}.0/24`,
        availabilityZone: `${region}${az}`,
        tags: tags(zone, plane),
      });
      new aws.ec2.RouteTableAssociation(`${plane}-${az}`, { subnetId: subnet.id, routeTableId: routes.id });
      return subnet;
    }),
  ]),
);

const group = (name: string, zone: string, plane: string) =>
  new aws.ec2.SecurityGroup(name, { vpcId: vpc.id, description: `5G core: ${plane}`, tags: tags(zone, plane) });

export const nodes = group("nodes", "control", "sbi");
const n2 = group("n2", "access-edge", "n2");
const n3 = group("n3", "user-plane", "n3");
const n4 = group("n4", "user-plane", "n4");

new aws.vpc.SecurityGroupIngressRule("nodes-self", {
  securityGroupId: nodes.id,
  ipProtocol: "-1",
  referencedSecurityGroupId: nodes.id,
  description: "between the nodes of the cluster",
});
// The provider takes EC2's "everything may go out" away: without a rule of its own a node reaches nobody.
new aws.vpc.SecurityGroupEgressRule("nodes-self", {
  securityGroupId: nodes.id,
  ipProtocol: "-1",
  referencedSecurityGroupId: nodes.id,
  description: "between the nodes of the cluster",
});
// Security groups know no SCTP ports: the source is the RAN alone, and a NetworkPolicy holds the port.
new aws.vpc.SecurityGroupIngressRule("n2-ran", {
  securityGroupId: n2.id,
  ipProtocol: "132",
  cidrIpv4: ran,
  description: "NGAP from the gNBs",
});
new aws.vpc.SecurityGroupIngressRule("n3-ran", {
  securityGroupId: n3.id,
  ipProtocol: "udp",
  fromPort: 2152,
  toPort: 2152,
  cidrIpv4: ran,
  description: "GTP-U from the gNBs",
});
new aws.vpc.SecurityGroupIngressRule("n4-smf", {
  securityGroupId: n4.id,
  ipProtocol: "udp",
  fromPort: 8805,
  toPort: 8805,
  referencedSecurityGroupId: n4.id,
  description: "PFCP between SMF and UPF",
});

new aws.vpc.SecurityGroupEgressRule("n4-upf", {
  securityGroupId: n4.id,
  ipProtocol: "udp",
  fromPort: 8805,
  toPort: 8805,
  referencedSecurityGroupId: n4.id,
  description: "PFCP between SMF and UPF",
});

const logKey = new aws.kms.Key(
  "flow-logs",
  {
    description: "Flow logs of the core",
    enableKeyRotation: true,
    tags: tags("observability", "oam"),
  },
  { protect: true },
);
const flowLogs = new aws.cloudwatch.LogGroup(
  "flow-logs",
  {
    retentionInDays: 400,
    kmsKeyId: logKey.arn,
    tags: tags("observability", "oam"),
  },
  { protect: true },
);
const flowRole = new aws.iam.Role("flow-logs", {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "vpc-flow-logs.amazonaws.com" }),
  permissionsBoundary: boundary.arn,
});
new aws.ec2.FlowLog(
  "core",
  {
    vpcId: vpc.id,
    trafficType: "ALL",
    maxAggregationInterval: 60,
    logDestination: flowLogs.arn,
    iamRoleArn: flowRole.arn,
    logFormat:
      "${version} ${vpc-id} ${subnet-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${pkt-srcaddr} ${pkt-dstaddr} ${tcp-flags} ${flow-direction} ${traffic-path} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
    tags: tags("observability", "oam"),
  },
  { protect: true },
);
