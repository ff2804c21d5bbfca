/**
 * EKS API endpoint private; any public CIDR list limited to dedicated admin ranges.
 *
 * EKS defaults: public access on, private access off, public CIDRs 0.0.0.0/0 (EKS API, VpcConfigRequest). Public access is a finding of its
 * own kind for each width, so that a waiver for "only administrators" does not cover "everyone" when the list grows.
 */

import { isWorld } from "../../analysis/aws-network/world";
import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { declaredRange } from "../../analysis/cidr/zones";
import { defineRule, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { EKS_CLUSTER } from "../../model/aws/types";
import { type Node, valueOr } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-08",
  name: "sg-08-eks-endpoint-private",
  title: "EKS API endpoint private; any public CIDR list limited to dedicated admin ranges",
  family: "segmentation",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources(EKS_CLUSTER),
  rationale:
    "The Kubernetes API rules the whole core: behind a public endpoint one stolen token, leaked kubeconfig or flaw of the API server is enough, from anywhere.",
  remediation:
    "Set vpcConfig.endpointPrivateAccess: true and endpointPublicAccess: false, after whoever deploys has a private way in (turning public access off can cut the deployer off). Where CI has none: a waiver with an expiry, and publicAccessCidrs within zones.admin.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.4.1", title: "Restrict Access to the Control Plane Endpoint (Manual)" },
    {
      framework: "CIS EKS 1.8.0",
      ref: "5.4.2",
      title: "Ensure clusters are created with Private Endpoint Enabled and Public Access Disabled (Manual)",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-MGMT",
      title: "Monitoring: limit exposure of management traffic; DAWs",
    },
    { framework: "NIST SP 800-53r5", ref: "AC-17(3)", title: "Remote Access | Managed Access Control Points" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(15)", title: "Boundary Protection | Networked Privileged Accesses" },
  ],
  breaks: [
    { id: "T1133", name: "External Remote Services" },
    { id: "FGT1078.004", name: "Cloud Accounts" },
  ],
  *check(cluster, context) {
    const config = cluster.props.get("vpcConfig");
    const [isPublic, isPrivate] = [config.get("endpointPublicAccess"), config.get("endpointPrivateAccess")];
    const open = isPublic.boolean();
    const inside = isPrivate.boolean();
    if (open.state === "unknown") {
      yield undetermined({
        message: `Whether the Kubernetes API of EKS cluster ${cluster.name} is open to the internet is not known before deployment (External Remote Services).`,
        evidence: [seen(isPublic, false)],
        cause: "public",
      });
    } else if (valueOr(open, true)) {
      const width = widthOf(config.get("publicAccessCidrs"), context);
      yield fail({
        message: `The Kubernetes API of EKS cluster ${cluster.name} is open to ${WIDTHS[width]}: a stolen token or a flaw of the API server gives the whole core away from outside (External Remote Services).`,
        evidence: [
          seen(isPublic, false),
          seen(config.get("publicAccessCidrs"), context.settings.zones.admin ?? "the administrators' ranges (zones.admin)"),
        ],
        cause: `public to ${width}`,
      });
      return;
    }
    if (inside.state === "known" && inside.value) return;
    const verdict = inside.state === "unknown" ? undetermined : fail;
    yield verdict({
      message: `EKS cluster ${cluster.name} ${inside.state === "unknown" ? "may have" : "has"} no private endpoint: its nodes and administrators can then reach the Kubernetes API only from outside (External Remote Services).`,
      evidence: [seen(isPrivate, true)],
      cause: "not private",
    });
  },
  examples: () => ({
    pass: [
      { name: "a private endpoint", resources: [cluster({ endpointPublicAccess: false, endpointPrivateAccess: true })] },
      { name: "the same as texts", resources: [cluster({ endpointPublicAccess: "false", endpointPrivateAccess: "true" })] },
      {
        name: "a list of CIDRs that says nothing because public access is off",
        resources: [cluster({ endpointPublicAccess: false, endpointPrivateAccess: true, publicAccessCidrs: ["0.0.0.0/0"] })],
      },
    ],
    fail: [
      { name: "nothing said: public, to everyone", resources: [cluster({ subnetIds: ["subnet-1"] })] },
      { name: "no vpcConfig at all", resources: [resource(EKS_CLUSTER, "core", {})] },
      {
        name: "both halves of the internet",
        resources: [cluster({ endpointPublicAccess: true, endpointPrivateAccess: true, publicAccessCidrs: ["0.0.0.0/1", "128.0.0.0/1"] })],
      },
      {
        name: "public, though only to the administrators: that takes a waiver",
        resources: [cluster({ endpointPublicAccess: true, endpointPrivateAccess: true, publicAccessCidrs: ["198.51.100.0/28"] })],
        settings: { zones: { admin: ["198.51.100.0/24"] } },
      },
      {
        name: "public, to CIDRs that come with the deployment",
        resources: [cluster({ endpointPublicAccess: true, endpointPrivateAccess: true, publicAccessCidrs: unknownValue() })],
      },
      { name: "neither endpoint", resources: [cluster({ endpointPublicAccess: false })] },
    ],
    undetermined: [
      {
        name: "a switch that the configuration brings",
        resources: [cluster({ endpointPublicAccess: unknownValue(), endpointPrivateAccess: true })],
      },
      {
        name: "a private endpoint that the configuration brings",
        resources: [cluster({ endpointPublicAccess: false, endpointPrivateAccess: unknownValue() })],
      },
    ],
  }),
});

/** How far public access reaches; EKS takes everyone where no CIDRs are given. */
type Width = "everyone" | "undeclared" | "administrators" | "unknown";

const WIDTHS: { readonly [width in Width]: string } = {
  everyone: "everyone on the internet",
  undeclared: "addresses on the internet that are not declared as administrators' (zones.admin)",
  administrators: "the internet, though only to declared administrators' addresses",
  unknown: "addresses on the internet that are not known before deployment",
};

function widthOf(cidrs: Node, context: RuleContext): Width {
  const list = cidrs.list();
  if (list.state === "absent" || (list.state === "known" && list.value.length === 0)) return "everyone";
  const blocks = cidrs.items().map((item) => parseBlock(valueOr(item.string(), "")));
  const known = IpSet.fromBlocks(blocks.flatMap((block) => block ?? []));
  if (isWorld(known)) return "everyone";
  if (list.state === "unknown" || blocks.includes(undefined)) return "unknown";
  const admin = declaredRange(context.settings.zones.admin);
  return admin.contains(known) ? "administrators" : "undeclared";
}

function cluster(vpcConfig: { readonly [key: string]: boolean | string | readonly string[] | ReturnType<typeof unknownValue> }) {
  return resource(EKS_CLUSTER, "core", { vpcConfig });
}
