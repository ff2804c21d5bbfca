/**
 * Images pinned by digest.
 *
 * Rule: Deny tag-only references and :latest for core NFs.
 * Exception: platform add-ons managed by EKS
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SC-02",
  name: "sc-02-images-pinned-by-digest",
  title: "Images pinned by digest",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "resolve tag to digest at build time in the component",
  standards: [
    { framework: "NIST SP 800-190", ref: "4.2.2", title: "Stale images in registries" },
    { framework: "CIS Kubernetes 1.12", ref: "5.5.1", title: "Configure Image Provenance using ImagePolicyWebhook admission controller" },
    { framework: "NIST SP 800-53r5", ref: "CM-14", title: "Signed Components" },
    { framework: "NIST SP 800-53r5", ref: "SI-7(1)", title: "Software, Firmware, and Information Integrity | Integrity Checks" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-IMG", title: "Hardening: confirm software image integrity by hash" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-081", title: "Integrity protection of data store used for VNF and CNF images." },
    { framework: "3GPP TS 33.527 (SCAS)", ref: "4.2.7.3", title: "Instantiating VNF from trusted VNF image" },
  ],
  breaks: [
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
  ],
  *check() {
    throw new Error("SC-02 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
