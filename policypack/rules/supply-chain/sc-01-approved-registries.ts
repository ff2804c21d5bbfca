/**
 * Images, charts and add-ons come only from approved registries.
 *
 * Rule: Registry host must match allow-list (own ECR accounts, EKS add-on registries); implicit docker.io denied; pull-through rules only for allow-listed upstreams.
 * Exception: EKS-managed images 602401143452.dkr.ecr.*
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SC-01",
  name: "sc-01-approved-registries",
  title: "Images, charts and add-ons come only from approved registries",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "aws:eks/addon:Addon"),
  rationale: "",
  remediation: "rewrite to mirror possible in components",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.1.4", title: "Minimize Container Registries to only those approved (Manual)" },
    { framework: "NIST SP 800-190", ref: "4.1.5", title: "Use of untrusted images" },
    { framework: "NIST SP 800-53r5", ref: "CM-7(5)", title: "Least Functionality | Authorized Software — Allow-by-exception" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-065", title: "Network products validate software package integrity during installation/upgrade via cryptographic means, e.g. a digital signature. A list of public keys or cer" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-4", title: "Part II: container image security" },
  ],
  breaks: [
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
    { id: "T1204.003", name: "Malicious Image" },
  ],
  *check() {
    throw new Error("SC-01 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
