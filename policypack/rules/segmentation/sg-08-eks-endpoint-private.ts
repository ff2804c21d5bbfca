/**
 * EKS API endpoint private; any public CIDR list limited to dedicated admin ranges.
 *
 * Rule: endpointPrivateAccess=true and endpointPublicAccess=false; if public is waived, publicAccessCidrs must be a subset of declared admin prefixes and never 0.0.0.0/0.
 * Exception: CI runners without private connectivity: waiver with expiry
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SG-08",
  name: "sg-08-eks-endpoint-private",
  title: "EKS API endpoint private; any public CIDR list limited to dedicated admin ranges",
  family: "segmentation",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("aws:eks/cluster:Cluster"),
  rationale: "",
  remediation: "set endpointPrivateAccess=true; flipping public access can cut the deployer off",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.4.1", title: "Restrict Access to the Control Plane Endpoint (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "5.4.2", title: "Ensure clusters are created with Private Endpoint Enabled and Public Access Disabled (Manual)" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-MGMT", title: "Monitoring: limit exposure of management traffic; DAWs" },
    { framework: "NIST SP 800-53r5", ref: "AC-17(3)", title: "Remote Access | Managed Access Control Points" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(15)", title: "Boundary Protection | Networked Privileged Accesses" },
  ],
  breaks: [
    { id: "T1133", name: "External Remote Services" },
    { id: "FGT1078.004", name: "Cloud Accounts" },
  ],
  *check() {
    throw new Error("SG-08 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
