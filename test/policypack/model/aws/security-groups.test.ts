import { evaluate } from "../../../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../../policypack/engine/settings";
import { securityGroups } from "../../../../policypack/model/aws/security-groups";
import { CoreModel, type View } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import sg05 from "../../../../policypack/rules/segmentation/sg-05-no-world-open-ingress";
import { resource, unknownValue } from "../../../../policypack/testing/build";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const CLASSIC = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

function model(resources: readonly ResourceInit[], view: View = "stack"): CoreModel {
  return new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] }, { view });
}

function findings(resources: readonly ResourceInit[], view: View = "stack") {
  return evaluate(model(resources, view), [sg05], DEFAULT_SETTINGS, NO_KNOWLEDGE).findings;
}

const ssh = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };

describe("the rules of a security group", () => {
  it("are those declared inline and those of every rule resource", () => {
    const group = resource(GROUP, "amf", {
      id: "sg-1",
      ingress: [{ protocol: "udp", fromPort: 53, toPort: 53, cidrBlocks: ["10.0.0.2/32"] }],
    });
    const [only] = securityGroups(
      model([
        group,
        resource(CLASSIC, "by-id", { type: "ingress", securityGroupId: "sg-1", ...ssh }),
        resource(INGRESS, "by-origin", { securityGroupId: unknownValue(group), ipProtocol: "-1" }),
        resource(CLASSIC, "by-property", { type: "egress", securityGroupId: unknownValue(), ...ssh }, { securityGroupId: [group] }),
        resource(CLASSIC, "another", { type: "ingress", securityGroupId: "sg-2", ...ssh }),
      ]),
    );
    expect(only?.inline).toHaveLength(1);
    expect(only?.standalone.map((rule) => rule.resource.name).sort()).toEqual(["by-id", "by-origin", "by-property"]);
  });

  it("are not guessed where a rule may belong to any of several groups", () => {
    const [a, b] = [resource(GROUP, "a"), resource(GROUP, "b")];
    const rule = resource(CLASSIC, "some", { type: "ingress", securityGroupId: unknownValue(), ...ssh }, { securityGroupId: [a, b] });
    expect(securityGroups(model([a, b, rule])).every((group) => group.standalone.length === 0)).toBe(true);
  });

  it("count once where the provider repeats a rule resource in its group", () => {
    const group = resource(GROUP, "bastion", {
      id: "sg-1",
      ingress: [{ ...ssh, ipv6CidrBlocks: [], prefixListIds: [], securityGroups: [], self: false, description: "" }],
    });
    const found = findings([group, resource(CLASSIC, "ssh", { type: "ingress", securityGroupId: "sg-1", ...ssh })]);
    expect(found.map((finding) => finding.resource.name)).toEqual(["ssh"]);
  });
});

describe("before a resource is made", () => {
  it("what it opens itself is refused", () => {
    expect(
      findings(
        [resource(INGRESS, "ssh", { securityGroupId: unknownValue(), ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" })],
        "resource",
      ),
    ).toHaveLength(1);
    expect(findings([resource(GROUP, "bastion", { ingress: [ssh] })], "resource")).toHaveLength(1);
  });

  it("what another resource may excuse or bring is left to the stack", () => {
    expect(
      findings(
        [
          resource(INGRESS, "ike", {
            securityGroupId: unknownValue(),
            ipProtocol: "udp",
            fromPort: 500,
            toPort: 500,
            cidrIpv4: "0.0.0.0/0",
          }),
        ],
        "resource",
      ),
    ).toEqual([]);
    expect(findings([resource(GROUP, "upf", { ingress: [{ ...ssh, cidrBlocks: [], prefixListIds: ["pl-1"] }] })], "resource")).toEqual([]);
  });

  it("the same cause has the same fingerprint in both views", () => {
    const group = resource(GROUP, "bastion", { ingress: [ssh] });
    expect(findings([group], "resource")[0]?.fingerprint).toBe(findings([group])[0]?.fingerprint);
  });
});
