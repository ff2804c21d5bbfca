/**
 * The default security group and the default network ACL of a core VPC carry no rules, and nothing uses the group.
 *
 * A VPC's default group lets its members talk to each other and out to everywhere until a DefaultSecurityGroup adopts it with no rules: what is
 * started without a group lands in it (EC2 User Guide, default security groups). The default network ACL allows everything; one that is
 * declared with allow rules says so on purpose.
 */

import { coreVpcs } from "../../analysis/aws-network/core-vpcs";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { vpcOf } from "../../model/aws/networks";
import { refersTo, resolve } from "../../model/aws/references";
import { securityGroup } from "../../model/aws/security-groups";
import { DEFAULT_NETWORK_ACL, DEFAULT_SECURITY_GROUP, VPC } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-04",
  name: "sg-04-default-group-and-acl-unused",
  title: "Default security group and default NACL carry no rules and are unused",
  family: "segmentation",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: resources(VPC, DEFAULT_SECURITY_GROUP, DEFAULT_NETWORK_ACL),
  rationale:
    "Whatever is started without a security group gets the default one, where everything may talk to everything: one forgotten line joins a workload to all others that forgot it.",
  remediation:
    "Declare aws.ec2.DefaultSecurityGroup with the VPC's id and no rules (and aws.ec2.DefaultNetworkAcl without allow rules where every subnet has an ACL of its own), and give each resource a group of its own.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.5", title: "Ensure the default security group of every VPC restricts all traffic" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "NIST SP 800-207", ref: "tenet 2", title: "All communication is secured regardless of network location" },
  ],
  breaks: [{ id: "T1021", name: "Remote Services" }],
  *check(subject, context) {
    const vpc = subject.type === VPC ? subject : vpcOfDefault(subject, context);
    const core = vpc === undefined ? "maybe" : (context.model.ask(coreVpcs).get(vpc)?.core ?? "no");
    if (core === "no" || (vpc === undefined && ![...context.model.ask(coreVpcs).values()].some((item) => item.core === "yes"))) return;
    const say = core === "yes" || vpc === undefined ? fail : undetermined;
    if (subject.type === VPC) yield* adoption(subject, say, context);
    else if (subject.type === DEFAULT_SECURITY_GROUP) yield* group(subject, say, context);
    else yield* acl(subject, say);
  },
  examples: () => {
    const vpc = resource(VPC, "core", {
      id: "vpc-1",
      cidrBlock: "10.0.0.0/16",
      defaultSecurityGroupId: "sg-d",
      tags: { "carrierguard.dev/zone": "control" },
    });
    const adopted = (properties = {}) => resource(DEFAULT_SECURITY_GROUP, "default", { id: "sg-d", vpcId: "vpc-1", ...properties });
    const self = { protocol: "-1", fromPort: 0, toPort: 0, self: true };
    const everything = { ruleNo: 100, protocol: "-1", action: "allow", fromPort: 0, toPort: 0, cidrBlock: "0.0.0.0/0" };
    return {
      pass: [
        { name: "an adopted group without rules", resources: [vpc, adopted()] },
        {
          name: "a default ACL that only denies",
          resources: [
            vpc,
            adopted(),
            resource(DEFAULT_NETWORK_ACL, "default", { vpcId: "vpc-1", ingress: [{ ...everything, action: "deny" }] }),
          ],
        },
        { name: "a VPC of a web shop", resources: [resource(VPC, "web", { id: "vpc-2", tags: { "carrierguard.dev/zone": "untrusted" } })] },
      ],
      fail: [
        { name: "nobody adopts the group", resources: [vpc] },
        { name: "members may talk to each other", resources: [vpc, adopted({ ingress: [self] })] },
        {
          name: "a rule resource reopens it",
          resources: [
            vpc,
            adopted(),
            resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "again", {
              securityGroupId: "sg-d",
              ipProtocol: "-1",
              cidrIpv4: "10.0.0.0/16",
            }),
          ],
        },
        {
          name: "an instance in it",
          resources: [vpc, adopted(), resource("aws:ec2/instance:Instance", "vm", { vpcSecurityGroupIds: ["sg-d"] })],
        },
        {
          name: "a default ACL that allows everything",
          resources: [vpc, adopted(), resource(DEFAULT_NETWORK_ACL, "default", { vpcId: "vpc-1", ingress: [everything] })],
        },
      ],
      undetermined: [{ name: "rules that the configuration brings", resources: [vpc, adopted({ ingress: unknownValue() })] }],
    };
  },
});

function vpcOfDefault(subject: Resource, context: RuleContext): Resource | undefined {
  const direct = vpcOf(context.model, subject);
  if (direct.state === "resolved") return direct.resource;
  // A default ACL is adopted by `vpc.defaultNetworkAclId`.
  return [...context.model.ask(coreVpcs).keys()].find((vpc) => {
    const [own, adopted] = [vpc.props.get("defaultNetworkAclId").string(), subject.props.get("defaultNetworkAclId").string()];
    if (own.state === "known" && adopted.state === "known") return own.value === adopted.value;
    return refersTo(resolve(context.model, subject, subject.props.get("defaultNetworkAclId"), [VPC]), vpc) === "yes";
  });
}

type Say = typeof fail;

function* adoption(vpc: Resource, say: Say, { model }: RuleContext): Generator<Verdict> {
  const groups = model.ofType(DEFAULT_SECURITY_GROUP).map((item) => refersTo(vpcOf(model, item), vpc));
  if (groups.includes("yes")) return;
  yield (groups.includes("maybe") ? undetermined : say)({
    message: `Nothing adopts the default security group of VPC ${vpc.name}: whatever is started there without a group may talk to everything else that was, and out to everywhere.`,
    evidence: [{ path: "aws.ec2.DefaultSecurityGroup", actual: null, expected: "one for this VPC, without rules" }],
    cause: "not adopted",
  });
}

function* group(subject: Resource, say: Say, { model }: RuleContext): Generator<Verdict> {
  const rules = securityGroup(model, subject);
  const nodes = [...(rules?.inline ?? []), ...(rules?.standalone ?? [])].map((rule) => rule.node);
  const unknown = rules?.unknownLists.map((list) => list.node) ?? [];
  if (nodes.length > 0 || unknown.length > 0) {
    yield (nodes.length > 0 ? say : undetermined)({
      message: `The default security group ${subject.name} ${nodes.length > 0 ? "carries rules" : "may carry rules"}: whatever is started without a group gets them.`,
      evidence: [...nodes, ...unknown].map((node) => seen(node, "no rules")),
      cause: "rules",
    });
  }
  const members = model.resources.filter((item) =>
    memberships(item).some((node) => refersTo(resolve(model, item, node, [DEFAULT_SECURITY_GROUP]), subject) === "yes"),
  );
  if (members.length === 0) return;
  yield say({
    message: `${listed(
      members.map((item) => item.name),
      4,
    )} ${members.length === 1 ? "is" : "are"} in the default security group ${subject.name}, with whatever else forgot to name one.`,
    evidence: members.map((item) => ({
      path: item.urn.split("::").slice(2).join("::"),
      actual: "the default security group",
      expected: "a group of its own",
    })),
    cause: "members",
  });
}

/** Properties by which a resource joins security groups. */
const MEMBERSHIPS = ["vpcSecurityGroupIds", "securityGroupIds", "securityGroups"];

function memberships(item: Resource): readonly Node[] {
  const { props } = item;
  const holders = [props, props.get("vpcConfig"), props.get("networkConfiguration"), ...props.get("networkInterfaces").items()];
  return holders.flatMap((holder) => MEMBERSHIPS.flatMap((key) => holder.get(key).items()));
}

function* acl(subject: Resource, say: Say): Generator<Verdict> {
  const allows = (["ingress", "egress"] as const).flatMap((direction) =>
    subject.props
      .get(direction)
      .items()
      .filter((entry) => entry.get("action").describe() === "allow"),
  );
  if (allows.length === 0) return;
  yield say({
    message: `The default network ACL ${subject.name} lets everything through that its rules name: a subnet that nobody gave an ACL of its own has no filter.`,
    evidence: allows.map((entry) => seen(entry, "no allow rule")),
    cause: "acl",
  });
}
