import { evaluate } from "../../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource } from "../../../policypack/model/stack";
import { rules } from "../../../policypack/rules";
import { resource } from "../../../policypack/testing/build";

const PFCP = { protocol: "udp", fromPort: 8805, toPort: 8805, cidrBlocks: ["0.0.0.0/0"] };
const SSH = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };
const OFFICE = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.8.0.0/24"] };
const VPC = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", tags: { "carrierguard.dev/zone": "control" } });

/** Rules that people see a finding of, about a group with these rules. */
function seen(...ingress: object[]): string[] {
  const group = resource("aws:ec2/securityGroup:SecurityGroup", "upf", { vpcId: "vpc-1", ingress: ingress as [] });
  const model = new CoreModel({ resources: [VPC, group].map((init) => new Resource(init)), gaps: [] });
  const asked = rules.filter(({ id }) => ["SG-05", "SG-09", "SG-17"].includes(id));
  const settings = { ...DEFAULT_SETTINGS, zones: { oam: ["10.9.0.0/24"] } };
  const { findings } = evaluate(model, asked, settings, NO_KNOWLEDGE);
  return findings.filter((finding) => finding.subsumedBy === null).map((finding) => finding.ruleId);
}

test("PFCP from anywhere is told once, where it is decided before the group is made", () => {
  expect(seen(PFCP)).toEqual(["SG-05"]);
});

test("SSH from anywhere is told once, as a way in for the world", () => {
  expect(seen(SSH)).toEqual(["SG-05"]);
});

test("another port in another rule is another cause", () => {
  expect(seen(PFCP, OFFICE)).toEqual(["SG-05", "SG-09"]);
});

test("an office beside the world is not hidden by the world", () => {
  expect(seen(SSH, OFFICE)).toEqual(["SG-05", "SG-09"]);
});
