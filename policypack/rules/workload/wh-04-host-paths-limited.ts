/**
 * hostPath limited to declared device nodes; no runtime sockets, host root or log directories.
 *
 * Rule: Deny hostPath except read/write /dev/net/tun, /dev/vfio/*, /dev/hugepages for UPF and read-only /sys, /lib/modules for UPF init; containerd.sock, docker.sock, /, /etc, /var/run, /var/log, /root, /proc always denied. Prefer device plugins.
 * Exception: platform DaemonSets
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "WH-04",
  name: "wh-04-host-paths-limited",
  title: "hostPath limited to declared device nodes; no runtime sockets, host root or log directories",
  family: "workload",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "CIS Kubernetes 1.12", ref: "5.2.11", title: "Minimize the admission of HostPath volumes" },
    { framework: "NIST SP 800-190", ref: "4.5.5", title: "Host file system tampering" },
    { framework: "NIST SP 800-53r5", ref: "SC-39", title: "Process Isolation" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-065", title: "Protection against container escape: - Ensure containers are not running as root by default and do not use unnecessary privileges or mounted components. In Kube" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1611", name: "Escape to Host" },
  ],
  *check() {
    throw new Error("WH-04 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
