/**
 * No hostNetwork, hostPort, NodePort or externalIPs for NFs.
 *
 * Rule: Deny for core NFs (bypasses NetworkPolicy and mesh, exposes IMDS).
 * Exception: DPDK UPF or SEG on dedicated nodes with waiver and ENI security group
 * Exception: CNI, node-local-dns, runtime sensors in platform namespaces
 * Clarified: Decided on the one resource where that suffices (so that it blocks before anything is made), and again with the stack where relations are needed; one finding, not two.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SG-30",
  name: "sg-30-no-host-network-or-node-ports",
  title: "No hostNetwork, hostPort, NodePort or externalIPs for NFs",
  family: "segmentation",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Service"),
  rationale: "",
  remediation: "hostNetwork:false and remove hostPort only when Multus/Service alternative exists in the stack; else no",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.2.4", title: "Minimize the admission of containers wishing to share the host network namespace (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.12", title: "Minimize the admission of containers which use HostPorts" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.5", title: "Use the host network" },
    { framework: "NIST SP 800-53r5", ref: "SC-39", title: "Process Isolation" },
  ],
  breaks: [
    { id: "FGT1611", name: "Escape to Host" },
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1557.503", name: "Non-SBI" },
  ],
  *check() {
    throw new Error("SG-30 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
