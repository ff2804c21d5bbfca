/**
 * No equipment, software or service of an FCC Covered List entity or other configured high-risk vendor.
 *
 * Rule: Match vendors.json: exact vendor label, registry domain suffix, image namespace, device vendor/model regex, ASN and provider name. kind=deny for named covered entities in covered functions; kind=review for weak signals (country-of-origin cloud registries, openEuler base images).
 * Exception: open-source projects with such contributors (KubeEdge, Volcano, Karmada, openEuler) are not covered equipment: review only
 * Exception: peering/roaming with a listed foreign carrier as interconnect partner is not 'service provided in the US': review
 * Exception: test equipment in isolated lab
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SC-03",
  name: "sc-03-no-covered-vendors",
  title: "No equipment, software or service of an FCC Covered List entity or other configured high-risk vendor",
  family: "supply-chain",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "aws:networkmanager/device:Device", "aws:ec2/customerGateway:CustomerGateway", "aws:directconnect/connection:Connection", "aws:ec2/instance:Instance", "aws:ec2/vpc:Vpc"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "FCC Covered List", ref: "47 CFR 1.50002", title: "equipment and services posing unacceptable risk" },
    { framework: "EU 5G Toolbox", ref: "SM03", title: "high-risk supplier restrictions" },
    { framework: "NIST SP 800-53r5", ref: "SR-5", title: "Acquisition Strategies, Tools, and Methods" },
    { framework: "NIST SP 800-53r5", ref: "SR-6", title: "Supplier Assessments and Reviews" },
    { framework: "NIST SP 800-53r5", ref: "SR-11", title: "Component Authenticity" },
    { framework: "NIST SP 800-53r5", ref: "SR-3", title: "Supply Chain Controls and Processes" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO4-012", title: "Adequate policies and processes for supplier/partner selection should be used. They should manage the potential risk of dependency on a single supplier of netwo" },
  ],
  breaks: [
    { id: "FGT1195", name: "Supply Chain Compromise" },
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
    { id: "FGT1195.003", name: "Compromise Hardware Supply Chain" },
    { id: "T1195", name: "Supply Chain Compromise" },
  ],
  *check() {
    throw new Error("SC-03 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
