/**
 * Non-root, no privilege escalation, read-only root filesystem, RuntimeDefault seccomp.
 *
 * Rule: All four set at pod or container level.
 * Exception: UPF creating TUN as root: allow runAsUser 0 with WH-01/02 satisfied
 * Exception: images writing to /var/log or /etc/open5gs: add emptyDir
 * Clarified: A missing readOnlyRootFilesystem is part of this control for core NFs; databases and third-party platform add-ons are judged on the other three.
 * Clarified: seccomp type Localhost is as good as RuntimeDefault.
 * Clarified: Covers every remaining field of the Pod Security Standards at level restricted: runAsUser, seccomp, AppArmor, seLinuxOptions, procMount, volume types, probes and lifecycle hosts; hostProcess belongs to WH-01, host ports to SG-30, hostPath to WH-04, host namespaces to WH-03, sysctls and capabilities to WH-02.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "WH-05",
  name: "wh-05-non-root-and-confined",
  title: "Non-root, no privilege escalation, read-only root filesystem, RuntimeDefault seccomp",
  family: "workload",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "allowPrivilegeEscalation=false and seccomp RuntimeDefault; runAsNonRoot/readOnly need image knowledge",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.2.5", title: "Minimize the admission of containers with allowPrivilegeEscalation (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.6", title: "Minimize the admission of containers with allowPrivilegeEscalation" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.7", title: "Minimize the admission of root containers" },
    { framework: "CIS Kubernetes 1.12", ref: "5.6.2", title: "Ensure that the seccomp profile is set to docker/default in your pod definitions" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.0", title: "Non-root containers" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.1", title: "Immutable container file systems" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.7", title: "Restricts escalation to root" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.10", title: "seccomp profile" },
    { framework: "NIST SP 800-190", ref: "4.4.4", title: "App vulnerabilities (runtime anomaly detection, read-only root filesystem)" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.4.2", title: "No system privileges for web server" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-070", title: "Root user isn't used within VM or Containers except during initialization, and privileges are dropped on completion of the runtime.  Containers or VMs cannot be" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "T1068", name: "Exploitation for Privilege Escalation" },
    { id: "FGT1525", name: "Implant Internal Image" },
  ],
  *check() {
    throw new Error("WH-05 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
