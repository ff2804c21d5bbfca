/**
 * Every workload, subnet, NAD, SG, key and store is classified (nf, plane, zone, plmn, environment).
 *
 * Rule: Unclassified resources inside a core stack are violations; a label contradicting detected ports/images (e.g. labelled 'pcf' but image upf) is a violation.
 * Exception: platform namespaces allow-list
 * Clarified: A workload classified by the signals of the facts on 5G cores counts as classified. Missing labels and tags on such a stack are one summary finding (advisory in lab and baseline), not one per resource; a contradicting label and a suspect that nothing classifies are findings of their own.
 * Clarified: Decided on the one resource where that suffices (so that it blocks before anything is made), and again with the stack where relations are needed; one finding, not two.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "GV-01",
  name: "gv-01-everything-classified",
  title: "Every workload, subnet, NAD, SG, key and store is classified (nf, plane, zone, plmn, environment)",
  family: "governance",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Namespace", "aws:ec2/subnet:Subnet", "aws:ec2/securityGroup:SecurityGroup", "aws:kms/key:Key", "aws:eks/nodeGroup:NodeGroup"),
  rationale: "",
  remediation: "inherit from component or namespace",
  standards: [
    { framework: "NIST SP 800-207", ref: "tenet 1", title: "All data sources and computing services are resources" },
    { framework: "NIST SP 800-53r5", ref: "CM-8", title: "System Component Inventory" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-INV", title: "Monitoring: inventory" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO17-008", title: "Adequate processes for resource inventory and physical/virtual asset management" },
  ],
  breaks: [
    { id: "FGT1036", name: "Masquerading" },
    { id: "T1036.005", name: "Match Legitimate Resource Name or Location" },
  ],
  *check() {
    throw new Error("GV-01 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
