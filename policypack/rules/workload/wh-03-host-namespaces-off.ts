/**
 * No workload of the core shares the process or IPC namespace of its node, and its containers do not share one process namespace.
 *
 * The host's network is SG-30's. Sensors and other agents in platform namespaces need to see the node.
 */

import { judgedBesidePlatform } from "../../engine/judged";
import { perPod } from "../../engine/pod-checks";
import { change, defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { valueOr } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";

export default defineRule({
  id: "WH-03",
  name: "wh-03-host-namespaces-off",
  title: "Host namespaces and shared process namespace are off",
  family: "workload",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "In the node's process namespace a container reads the memory and environment of every other function there, keys and subscribers included; in a shared one, a sidecar reads those of the function beside it.",
  remediation: "Remove hostPID, hostIPC and shareProcessNamespace, or set them to false; let what must see processes be a sensor in a platform namespace.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.2.2", title: "Minimize the admission of containers wishing to share the host process ID namespace (Automated)" },
    { framework: "CIS EKS 1.8.0", ref: "4.2.3", title: "Minimize the admission of containers wishing to share the host IPC namespace (Automated)" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.3", title: "Share containers process namespaces" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.4", title: "Share host process namespaces" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT5005", name: "Memory Scraping" },
  ],
  remedy: { sets: "hostPID, hostIPC and shareProcessNamespace to false where they are on." },
  check: perPod(judgedBesidePlatform, function* (workload) {
    const { judged, networkFunctions } = workload;
    const wrong: Evidence[] = [];
    const open: Evidence[] = [];
    for (const field of FIELDS) {
      const node = workload.podSpec.get(field);
      const on = node.boolean();
      if (on.state === "unknown") open.push(seen(node, false));
      else if (on.state === "known" && on.value) wrong.push(seen(node, false));
    }
    const certain = wrong.length > 0 && judged === "yes";
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length === 0) return;
    const shared = evidence.map((item) => item.path.slice(item.path.lastIndexOf(".") + 1));
    const host = shared.some((field) => field.startsWith("host"));
    yield (certain ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} ${certain ? "sets" : "may set"} ${shared.join(", ")}: whoever breaks in reads the memory of ${host ? "every process of the node" : "the other containers of the pod"} (Memory Scraping).`,
      evidence,
      changes: FIELDS.map((field) => workload.podSpec.get(field))
        .filter((node) => valueOr(node.boolean(), false))
        .flatMap((node) => change(node, false)),
      networkFunctions,
    });
  }),
  examples: () => ({
    pass: [
      { name: "namespaces of its own", resources: [networkFunction("amf")] },
      { name: "false is off", resources: [networkFunction("udm", { pod: { hostPID: false, hostIPC: false, shareProcessNamespace: false } })] },
      { name: "a sensor in a platform namespace", resources: [networkFunction("amf"), networkFunction("falco", { kind: "DaemonSet", namespace: "falco", pod: { hostPID: true } })] },
    ],
    fail: [
      { name: "the node's processes", resources: [networkFunction("upf", { pod: { hostPID: true } })] },
      { name: "the node's shared memory, as text", resources: [networkFunction("smf", { pod: { hostIPC: "true" } })] },
      { name: "one process namespace for a function and its sidecar", resources: [networkFunction("udm", { pod: { shareProcessNamespace: true } })] },
      { name: "a sensor among the functions", resources: [networkFunction("amf"), networkFunction("sensor", { kind: "DaemonSet", pod: { hostPID: true } })] },
    ],
    undetermined: [{ name: "the namespace comes with the deployment", resources: [networkFunction("amf", { pod: { hostPID: unknownValue() } })] }],
  }),
}); // prettier-ignore

const FIELDS = ["hostPID", "hostIPC", "shareProcessNamespace"];
