/**
 * Capabilities drop ALL; only the NF's allow-listed capabilities and sysctls are added.
 *
 * Rule: drop must include ALL; add subset of topology allowedExtraCapabilities (UPF: NET_ADMIN, NET_RAW, IPC_LOCK, SYS_NICE; N3IWF/TNGF/SEG/SGW-U: NET_ADMIN; others none, NET_BIND_SERVICE allowed for 443). SYS_ADMIN, SYS_MODULE, SYS_PTRACE, DAC_READ_SEARCH, BPF, PERFMON, SYS_RAWIO denied outside sensors; sysctls limited to net.ipv4.ip_forward, net.ipv6.conf.all.forwarding, net.ipv6.conf.all.disable_ipv6 and net.ipv4.conf.*.rp_filter for user-plane.
 * Exception: AMF needs no capability for SCTP
 * Clarified: Kubernetes' safe sysctls (Pod Security Standards list, e.g. net.ipv4.ip_unprivileged_port_start, ip_local_port_range, tcp_keepalive_*) are allowed for every NF. NET_BIND_SERVICE is tolerated for any declared port below 1024. A UPF declared carrierguard.dev/upf-datapath=ebpf may add BPF and PERFMON. N3IWF and TNGF may add NET_RAW (GRE sockets). topology.nfs[].allowedExtraCapabilities decides.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "WH-02",
  name: "wh-02-capabilities-dropped-and-allow-listed",
  title: "Capabilities drop ALL; only the NF's allow-listed capabilities and sysctls are added",
  family: "workload",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "add drop: [ALL] for NFs with empty allow list",
  standards: [
    { framework: "CIS Kubernetes 1.12", ref: "5.2.8", title: "Minimize the admission of containers with the NET_RAW capability" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.9", title: "Minimize the admission of containers with capabilities assigned" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.3.1.2", title: "Minimized kernel network functions" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-070", title: "Root user isn't used within VM or Containers except during initialization, and privileges are dropped on completion of the runtime.  Containers or VMs cannot be" },
    { framework: "NIST SP 800-190", ref: "4.4.3", title: "Insecure container runtime configurations" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "T1014", name: "Rootkit" },
  ],
  *check() {
    throw new Error("WH-02 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
