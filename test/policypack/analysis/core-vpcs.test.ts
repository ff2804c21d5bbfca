import { coreVpcs } from "../../../policypack/analysis/aws-network/core-vpcs";
import { CoreModel } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, resource, unknownValue } from "../../../policypack/testing/build";

const VPC = "aws:ec2/vpc:Vpc";

function answers(resources: readonly ResourceInit[]): { readonly [name: string]: string } {
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  return Object.fromEntries([...coreVpcs(model)].map(([vpc, answer]) => [vpc.name, answer.core]));
}

const tagged = (name: string, key: string, value: string) =>
  resource(VPC, name, { id: `vpc-${name}`, tags: { [`carrierguard.dev/${key}`]: value } });
const plain = resource(VPC, "plain", { id: "vpc-plain" });
const subnet = resource("aws:ec2/subnet:Subnet", "a", { id: "subnet-a", vpcId: "vpc-plain" });
const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { subnetIds: [unknownValue(subnet)] } });

describe("which VPCs are core networks", () => {
  it("those tagged with a zone or plane of the core, and with them the untagged", () => {
    expect(answers([tagged("up", "zone", "user-plane"), tagged("n4", "plane", "n4"), tagged("office", "zone", "corporate"), plain])).toEqual({
      up: "yes", n4: "yes", office: "no", plain: "yes",
    }); // prettier-ignore
  });

  it("none in a stack without a sign of a core", () => expect(answers([plain])).toEqual({ plain: "no" }));

  it("those with a security group that opens a core port, not those that open every high port", () => {
    const group = (fromPort: number, toPort: number) =>
      resource("aws:ec2/securityGroup:SecurityGroup", "g", {
        vpcId: "vpc-plain",
        ingress: [{ protocol: "udp", fromPort, toPort, cidrBlocks: ["10.0.0.0/24"] }],
      });
    expect(answers([plain, group(2123, 2152)])).toEqual({ plain: "yes" });
    expect(answers([plain, group(1025, 65535)])).toEqual({ plain: "no" });
  });

  it("those whose cluster runs network functions", () =>
    expect(answers([plain, subnet, cluster, networkFunction("amf"), networkFunction("upf")])).toEqual({ plain: "yes" }));
  it("perhaps those whose cluster is filled from elsewhere", () => expect(answers([plain, subnet, cluster])).toEqual({ plain: "maybe" }));
  it("not those whose cluster runs something else", () => {
    const web = object("apps/v1", "Deployment", "shop", {
      spec: { template: { metadata: { labels: { app: "shop" } }, spec: { containers: [{ name: "shop", image: "shop:1" }] } } },
    });
    expect(answers([plain, subnet, cluster, web])).toEqual({ plain: "no" });
  });
});
