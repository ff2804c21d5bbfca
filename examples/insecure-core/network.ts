import * as aws from "@pulumi/aws";

export const vpc = new aws.ec2.Vpc("core-vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });

const gateway = new aws.ec2.InternetGateway("igw", { vpcId: vpc.id });

export const subnets = ["a", "b"].map(
  (zone, index) =>
    new aws.ec2.Subnet(`core-${zone}`, {
      vpcId: vpc.id,
      cidrBlock: `10.0.${index}.0/24`,
      availabilityZone: `eu-central-1${zone}`,
      mapPublicIpOnLaunch: true,
    }),
);

const routes = new aws.ec2.RouteTable("public", { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }] });
subnets.forEach((subnet, index) => new aws.ec2.RouteTableAssociation(`public-${index}`, { subnetId: subnet.id, routeTableId: routes.id }));

// "Only the RAN uses it, and it has to come from somewhere."
export const coreGroup = new aws.ec2.SecurityGroup("core-sg", {
  vpcId: vpc.id,
  description: "5G core: N2, N3, N4",
  ingress: [
    { protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks: ["0.0.0.0/0"], description: "N2" },
    { protocol: "udp", fromPort: 2152, toPort: 2152, cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"], description: "N3" },
    { protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["0.0.0.0/0"], description: "N4" },
  ],
  egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
});

// Remote support of the vendor.
new aws.ec2.SecurityGroupRule("vendor-support", {
  type: "ingress",
  securityGroupId: coreGroup.id,
  protocol: "tcp",
  fromPort: 22,
  toPort: 22,
  cidrBlocks: ["198.51.100.77/32"],
});

new aws.ec2.CustomerGateway("ran-site", { bgpAsn: "65010", ipAddress: "203.0.113.10", type: "ipsec.1", deviceName: "Huawei NE40E" });
