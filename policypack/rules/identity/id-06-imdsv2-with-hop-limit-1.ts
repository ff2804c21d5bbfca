/**
 * IMDSv2 only with hop limit 1 on every node and instance.
 *
 * Rule: Deny unless httpTokens=required and httpPutResponseHopLimit<=1 (2 only with waiver); deny node groups without a launch template that pins it.
 * Exception: hop limit 2 where a hostNetwork-less agent needs IMDS and Pod Identity is impossible
 * Clarified: httpEndpoint=disabled satisfies the control. Fargate and EKS Auto Mode nodes have no launch template: no finding. A Karpenter EC2NodeClass is judged by spec.metadataOptions.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-06",
  name: "id-06-imdsv2-with-hop-limit-1",
  title: "IMDSv2 only with hop limit 1 on every node and instance",
  family: "identity",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance", "aws:eks/nodeGroup:NodeGroup"),
  rationale: "",
  remediation: "set httpTokens=required, httpPutResponseHopLimit=1 on templates",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.7", title: "Ensure that the EC2 Metadata Service only allows IMDSv2" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 6", title: "AuthN and authZ are dynamic and enforced before access" },
  ],
  breaks: [
    { id: "T1552.005", name: "Cloud Instance Metadata API" },
    { id: "FGT1078.004", name: "Cloud Accounts" },
  ],
  *check() {
    throw new Error("ID-06 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
