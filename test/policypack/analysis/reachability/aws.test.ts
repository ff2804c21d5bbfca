import { hostConnections, hostName } from "../../../../policypack/analysis/reachability/aws";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { resource, type Properties, unknownValue } from "../../../../policypack/testing";
import type { Mode } from "../../../../policypack/analysis/reachability/program";

const make = (type: string, id: string, properties: Properties = {}): ResourceInit => ({
  ...resource(type, id, { ...properties, id }),
  id,
});
const vpc = (id: string, cidrBlock: string) => make("aws:ec2/vpc:Vpc", id, { cidrBlock });
const subnet = (id: string, vpcId: string, cidrBlock: string) => make("aws:ec2/subnet:Subnet", id, { vpcId, cidrBlock });
const group = (id: string, rules: Properties = {}) => make("aws:ec2/securityGroup:SecurityGroup", id, { vpcId: "vpc-a", ...rules });
const host = (id: string, subnetId: string, privateIp: string, ...groups: string[]) =>
  make("aws:ec2/networkInterface:NetworkInterface", id, { subnetId, privateIps: [privateIp], securityGroups: groups });

const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const from = (cidr: string, protocol: string, port: number) => ({ protocol, fromPort: port, toPort: port, cidrBlocks: [cidr] });

const network = [vpc("vpc-a", "10.0.0.0/16"), subnet("n4", "vpc-a", "10.0.4.0/24"), subnet("n6", "vpc-a", "10.0.6.0/24")];
const smf = host("smf", "n4", "10.0.4.10", "sg-smf");
const open = group("sg-smf", { ingress: [], egress: [everything] });

function between(resources: readonly ResourceInit[], a: string, b: string, mode: Mode = "must"): string {
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  const found = hostConnections(model, mode).find(
    ({ from: x, to: y }) => !(x instanceof IpSet) && !(y instanceof IpSet) && hostName(x).startsWith(a) && hostName(y).startsWith(b),
  );
  return found?.traffic.describe() ?? "nothing";
}

test("a group without rules lets nothing in, one that names the caller's group lets its port in", () => {
  const upf = host("upf", "n6", "10.0.6.10", "sg-upf");
  expect(between([...network, open, smf, upf, group("sg-upf")], "smf", "upf")).toBe("nothing");
  const rule = make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "pfcp", {
    securityGroupId: "sg-upf",
    ipProtocol: "udp",
    fromPort: 8805,
    toPort: 8805,
    referencedSecurityGroupId: "sg-smf",
  });
  expect(between([...network, open, smf, upf, group("sg-upf"), rule], "smf", "upf")).toBe("udp 8805");
});

test("a second security group reopens what the first holds closed", () => {
  const upf = host("upf", "n6", "10.0.6.10", "sg-upf", "sg-more");
  const more = group("sg-more", { ingress: [from("10.0.0.0/16", "tcp", 22)] });
  expect(between([...network, open, smf, upf, group("sg-upf"), more], "smf", "upf")).toBe("tcp 22");
});

test("a rule for SCTP opens every port of it, whatever its range says", () => {
  const upf = host("upf", "n6", "10.0.6.10", "sg-upf");
  expect(between([...network, open, smf, upf, group("sg-upf", { ingress: [from("10.0.4.0/24", "132", 38412)] })], "smf", "upf")).toBe(
    "sctp (all ports)",
  );
});

test("a network ACL is asked between subnets, in the order of its numbers, and not within one", () => {
  const upf = host("upf", "n6", "10.0.6.10", "sg-upf");
  const near = host("near", "n4", "10.0.4.11", "sg-upf");
  const acl = make("aws:ec2/networkAcl:NetworkAcl", "acl", {
    vpcId: "vpc-a",
    subnetIds: ["n6"],
    ingress: [
      { ruleNo: 200, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: "0.0.0.0/0" },
      { ruleNo: 100, action: "deny", protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlock: "10.0.4.0/24" },
    ],
    egress: [],
  });
  const all = [...network, open, smf, upf, near, group("sg-upf", { ingress: [from("10.0.0.0/16", "tcp", 443)] }), acl];
  expect(between(all, "smf", "upf")).toBe("nothing");
  expect(between(all, "smf", "near")).toBe("tcp 443");
});

test("another VPC is reached over a peering with routes at both ends, and not with one", () => {
  const far = [vpc("vpc-b", "10.9.0.0/16"), subnet("far", "vpc-b", "10.9.0.0/24"), group("sg-far", { ingress: [everything] })];
  const peering = make("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "pcx", { vpcId: "vpc-a", peerVpcId: "vpc-b" });
  const table = (id: string, of: string, cidrBlock: string) => [
    make("aws:ec2/routeTable:RouteTable", id, { routes: [{ cidrBlock, vpcPeeringConnectionId: "pcx" }] }),
    make("aws:ec2/routeTableAssociation:RouteTableAssociation", `${id}-of`, { subnetId: of, routeTableId: id }),
  ];
  const hosts = [smf, host("udm", "far", "10.9.0.10", "sg-far")];
  const there = table("rtb-a", "n4", "10.9.0.0/16");
  const back = table("rtb-b", "far", "10.0.0.0/16");
  expect(between([...network, open, ...far, ...hosts, peering, ...there], "smf", "udm")).toBe("nothing");
  expect(between([...network, open, ...far, ...hosts, peering, ...there, ...back], "smf", "udm")).toBe("all traffic");
});

test("a source that is not known yet may be anybody, and is nobody for certain", () => {
  const upf = host("upf", "n6", "10.0.6.10", "sg-upf");
  const all = [...network, open, smf, upf, group("sg-upf", { ingress: [{ ...from("", "tcp", 22), cidrBlocks: [unknownValue()] }] })];
  expect(between(all, "smf", "upf", "must")).toBe("nothing");
  expect(between(all, "smf", "upf", "may")).toBe("tcp 22");
});
