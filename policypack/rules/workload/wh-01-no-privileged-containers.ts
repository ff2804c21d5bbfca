/**
 * No privileged containers.
 *
 * Rule: Deny privileged:true in any container, init or ephemeral container.
 * Exception: UPF kernel-module loading belongs in the node image; if unavoidable: one init container on dedicated user-plane nodes with waiver
 * Exception: CNI/CSI/sensor DaemonSets in platform namespaces
 */

import { judgedBesidePlatform } from "../../engine/judged";
import { perPod } from "../../engine/pod-checks";
import { defineRule, fail, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import type { Node } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";

export default defineRule({
  id: "WH-01",
  name: "wh-01-no-privileged-containers",
  title: "No privileged containers",
  family: "workload",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "A privileged container owns its node: whoever breaks into the function reads every other function's memory, keys and traffic there.",
  remediation:
    "Remove securityContext.privileged (and windowsOptions.hostProcess); add only the function's own capabilities (a UPF: NET_ADMIN). Load kernel modules in the node image.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.2.1", title: "Minimize the admission of privileged containers (Automated)" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.2", title: "Preventing privileged containers" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.4.1.2.1", title: "Authenticated Privilege Escalation only" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-065",
      title:
        "Protection against container escape: - Ensure containers are not running as root by default and do not use unnecessary privileges or mounted components. In Kube",
    },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-1", title: "Part II: strengthen Pod isolation / limit container permissions" },
    { framework: "NIST SP 800-190", ref: "4.4.3", title: "Insecure container runtime configurations" },
  ],
  breaks: [
    { id: "FGT1611", name: "Escape to Host" },
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1611.501", name: "Malicious Privileged container-VNF Shared Resource Access" },
  ],
  subsumes: { "WH-02": "container", "WH-05": "container" },
  check: perPod(judgedBesidePlatform, function* (workload) {
    const { judged, networkFunctions } = workload;
    for (const container of workload.containers) {
      for (const [node, what] of switches(container.security, workload.podSpec)) {
        const on = node.boolean();
        if (on.state === "absent" || (on.state === "known" && !on.value)) continue;
        const certain = on.state === "known" && judged === "yes";
        const verdict = certain ? fail : undetermined;
        yield verdict({
          message: `${container.role === "container" ? "Container" : `The ${container.role} container`} ${container.name} of ${workload.kind} ${workload.name} ${certain ? "runs" : "may run"} ${what}: breaking into it is breaking into the node (Escape to Host).`,
          evidence: [seen(node, false)],
          container: container.name,
          networkFunctions,
        });
      }
    }
  }),
  examples: () => ({
    pass: [
      { name: "an AMF without privileges", resources: [networkFunction("amf")] },
      {
        name: "a UPF that adds NET_ADMIN is not privileged",
        resources: [networkFunction("upf", { container: { securityContext: { capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] } } } })],
      },
    ],
    fail: [
      { name: "a privileged UPF", resources: [networkFunction("upf", { container: { securityContext: { privileged: true } } })] },
      {
        name: "a privileged init container",
        resources: [
          networkFunction("smf", {
            pod: { initContainers: [{ name: "sysctl", image: "busybox", securityContext: { privileged: true } }] },
          }),
        ],
      },
      {
        name: "a Windows host process set for the whole pod",
        resources: [networkFunction("nrf", { pod: { securityContext: { windowsOptions: { hostProcess: true } } } })],
      },
    ],
    undetermined: [
      {
        name: "privileged comes with the deployment",
        resources: [networkFunction("amf", { container: { securityContext: { privileged: unknownValue() } } })],
      },
    ],
  }),
});

function switches(security: Node, podSpec: Node): readonly (readonly [Node, string])[] {
  const own = security.get("windowsOptions", "hostProcess");
  return [
    [security.get("privileged"), "privileged"],
    [own.isAbsent ? podSpec.get("securityContext", "windowsOptions", "hostProcess") : own, "as a process of its Windows host"],
  ];
}
