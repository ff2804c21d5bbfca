/**
 * EKS control-plane logging: api, audit, authenticator, controllerManager, scheduler.
 *
 * Rule: Deny if audit or authenticator missing; warn if any of the five missing.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "LG-01",
  name: "lg-01-eks-control-plane-logging",
  title: "EKS control-plane logging: api, audit, authenticator, controllerManager, scheduler",
  family: "logging",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("aws:eks/cluster:Cluster"),
  rationale: "",
  remediation: "set all five",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "2.1.1", title: "Enable audit Logs (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "2.1.2", title: "Ensure audit logs are collected and managed (Manual)" },
    { framework: "NIST SP 800-53r5", ref: "AU-2", title: "Event Logging" },
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "NIST SP 800-207", ref: "tenet 7", title: "Collect information on assets, infrastructure and traffic" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-5", title: "Part I: monitor for adversary lateral movement" },
  ],
  breaks: [
    { id: "T1562.001", name: "Disable or Modify Tools" },
    { id: "FGT1609", name: "Container Administration Command" },
  ],
  *check() {
    throw new Error("LG-01 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
