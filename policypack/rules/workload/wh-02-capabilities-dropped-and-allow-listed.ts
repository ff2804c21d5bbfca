/**
 * Containers drop ALL capabilities and add only those of the function's allow list (topology, allowedExtraCapabilities); sysctls
 * stay with the safe ones, and forwarding with the user plane.
 */

import { isPlatform, type Judged, judgedBesidePlatform } from "../../engine/judged";
import { type JudgedPod, perPod } from "../../engine/pod-checks";
import { containerFindings, type ContainerFlaws } from "../../engine/container-findings";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { capability, isWindows } from "../../model/kubernetes/pod-security";
import { SAFE_SYSCTLS, USER_PLANE_SYSCTL } from "../../model/kubernetes/sysctls";
import type { Container, Workload } from "../../model/kubernetes/workloads";
import { runsFunction } from "../../model/network-functions/containers";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";
import { areUserPlane, networkFunction as known } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "WH-02",
  name: "wh-02-capabilities-dropped-and-allow-listed",
  title: "Capabilities drop ALL; only the NF's allow-listed capabilities and sysctls are added",
  family: "workload",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "Every capability that a function does not need is a tool for whoever breaks into it: NET_RAW to spoof on the plane, SYS_ADMIN or SYS_MODULE to leave the container.",
  remediation:
    "Set securityContext.capabilities.drop: [ALL] on every container and add only what the function needs (UPF: NET_ADMIN, NET_RAW, IPC_LOCK, SYS_NICE; N3IWF and TNGF: NET_ADMIN, NET_RAW; SBI functions and the AMF: nothing, SCTP needs no capability).",
  standards: [
    { framework: "CIS Kubernetes 1.12", ref: "5.2.8", title: "Minimize the admission of containers with the NET_RAW capability" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.9", title: "Minimize the admission of containers with capabilities assigned" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.3.1.2", title: "Minimized kernel network functions" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-070",
      title:
        "Root user isn't used within VM or Containers except during initialization, and privileges are dropped on completion of the runtime.  Containers or VMs cannot be",
    },
    { framework: "NIST SP 800-190", ref: "4.4.3", title: "Insecure container runtime configurations" },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "T1014", name: "Rootkit" },
  ],
  *check(workload, context) {
    yield* capabilities(workload, context);
    if (!isPlatform(workload.namespace, context)) yield* sysctls(workload, context);
  },
  examples: () => {
    const with_ = (name: string, capabilities: object, extra: object = {}) =>
      networkFunction(name, { container: { securityContext: { capabilities: capabilities as never }, ...extra } });
    return {
      pass: [
        {
          name: "a UPF with NET_ADMIN, IPC_LOCK and SYS_NICE",
          resources: [with_("upf", { drop: ["ALL"], add: ["NET_ADMIN", "IPC_LOCK", "SYS_NICE"] })],
        },
        {
          name: "an N3IWF with NET_RAW for its GRE sockets",
          resources: [with_("n3iwf", { drop: ["all"], add: ["CAP_NET_ADMIN", "NET_RAW"] })],
        },
        { name: "NET_BIND_SERVICE for SBI on port 80", resources: [with_("nrf", { drop: ["ALL"], add: ["NET_BIND_SERVICE"] })] },
        {
          name: "a declared eBPF datapath",
          resources: [
            networkFunction("upf", {
              labels: { app: "upf", "carrierguard.dev/upf-datapath": "ebpf" },
              container: { securityContext: { capabilities: { drop: ["ALL"], add: ["BPF", "PERFMON", "NET_ADMIN"] } } },
            }),
          ],
        },
        {
          name: "an init container that makes the UPF's TUN device",
          resources: [
            networkFunction("upf", {
              pod: {
                initContainers: [{ name: "tun", image: "tools", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } }],
              },
            }),
          ],
        },
        {
          name: "forwarding on the user plane, and a safe sysctl anywhere",
          resources: [
            networkFunction("upf", { pod: { securityContext: { sysctls: [{ name: "net.ipv4.ip_forward", value: "1" }] } } }),
            networkFunction("nrf", {
              pod: { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "80" }] } },
            }),
          ],
        },
      ],
      fail: [
        { name: "an AMF with NET_ADMIN", resources: [with_("amf", { drop: ["ALL"], add: ["NET_ADMIN"] })] },
        { name: "nothing dropped", resources: [networkFunction("udm", { container: { securityContext: {} } })] },
        { name: "a UPF with SYS_ADMIN", resources: [with_("upf", { drop: ["ALL"], add: ["NET_ADMIN", "SYS_ADMIN"] })] },
        { name: "BPF on a UPF that declares no such datapath", resources: [with_("upf", { drop: ["ALL"], add: ["BPF"] })] },
        {
          name: "an SMF in the UPF's pod takes its exemption away",
          resources: [
            networkFunction("core", {
              pod: {
                containers: ["smf", "upf"].map((name) => ({
                  name,
                  image: name,
                  securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } },
                })),
              },
            }),
          ],
        },
        {
          name: "a sidecar that takes the UPF's NET_ADMIN for itself",
          resources: [
            networkFunction("upf", {
              pod: {
                containers: [
                  { name: "upf", image: "5gc/upf", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } },
                  { name: "agent", image: "vendor/agent", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } },
                ],
              },
            }),
          ],
        },
        {
          name: "forwarding on a function of the control plane",
          resources: [networkFunction("smf", { pod: { securityContext: { sysctls: [{ name: "net.ipv4.ip_forward", value: "1" }] } } })],
        },
      ],
      undetermined: [{ name: "the list comes with the deployment", resources: [with_("amf", { drop: ["ALL"], add: unknownValue() })] }],
    };
  },
});

const capabilities = perPod(judgedOnLinux, function* (workload) {
  const { judged, networkFunctions } = workload;
  // What calls itself an UPF and runs something else has none of an UPF's needs.
  const trusted = workload.contradicted ? [] : networkFunctions;
  const allowed = allowedCapabilities(workload, trusted);
  const flaws = workload.containers.map((container) => {
    const own = runsFunction(workload, container, trusted);
    return capabilityFlaws(container, own === "no" ? SIDECAR : allowed, own === "maybe" ? SIDECAR : allowed);
  });
  yield* containerFindings(workload, judged, networkFunctions, flaws, (containers, certain, evidence) => {
    const added = evidence.filter((item) => item.path.includes(".add")).map((item) => String(item.actual));
    const what =
      added.length > 0
        ? `${certain ? "with" : "perhaps with"} ${[...new Set(added)].join(", ")}, which the function does not need`
        : certain
          ? "with the default capabilities"
          : "perhaps with the default capabilities";
    return `${containers} ${many(containers) ? "run" : "runs"} ${what}: tools for whoever breaks in, to spoof on the network or leave the container.`;
  });
});

/** Windows has no capabilities. */
function judgedOnLinux(workload: Workload, context: RuleContext): Judged {
  return isWindows(workload) ? "no" : judgedBesidePlatform(workload, context);
}

/** What the functions of the workload may add. Several in one pod carry the union of duties and none of the exemptions. */
function allowedCapabilities(workload: JudgedPod, functions: readonly NetworkFunctionId[]): ReadonlySet<string> {
  const allowed = new Set(["NET_BIND_SERVICE"]);
  const [only, ...more] = functions;
  if (only === undefined || more.length > 0) return allowed;
  for (const name of known(only).allowedExtraCapabilities) allowed.add(name);
  const datapath = [workload.podMetadata.get("labels"), workload.podMetadata.get("annotations")].map((node) =>
    valueOr(node.get("carrierguard.dev/upf-datapath").string(), ""),
  );
  if (only === "UPF" && datapath.includes("ebpf")) ["BPF", "PERFMON"].forEach((name) => allowed.add(name));
  return allowed;
}

/** What a container may add that is not the function itself. */
const SIDECAR: ReadonlySet<string> = new Set(["NET_BIND_SERVICE"]);

/** `sure`: what the container may add whichever of the pod's containers turns out to be the function. */
function capabilityFlaws(container: Container, allowed: ReadonlySet<string>, sure: ReadonlySet<string>): ContainerFlaws {
  const capabilities = container.security.get("capabilities");
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const add = capabilities.get("add");
  for (const item of add.items()) {
    const name = item.string();
    if (name.state !== "known") open.push(seen(item, [...allowed]));
    else if (!allowed.has(capability(name.value)))
      wrong.push({ path: item.path, actual: capability(name.value), expected: [...allowed].sort() });
    else if (!sure.has(capability(name.value))) open.push({ path: item.path, actual: capability(name.value), expected: [...sure].sort() });
  }
  const drop = capabilities.get("drop");
  const dropped = drop.items().map((item) => capability(valueOr(item.string(), "")));
  if (!dropped.includes("ALL")) (drop.holdsUnknown() ? open : wrong).push(seen(drop, ["ALL"]));
  if (add.isUnknown) open.push(seen(add, [...allowed]));
  return { container, wrong, open };
}

const sysctls = perPod(judgedOnLinux, function* (workload) {
  const { networkFunctions: functions } = workload;
  const userPlane = areUserPlane(functions);
  const list: Node = workload.podSpec.get("securityContext", "sysctls");
  const wrong = list.items().flatMap((item) => {
    // Both spellings are accepted by the kubelet.
    const name = valueOr(item.get("name").string(), "").replace(/\//g, ".");
    return name === "" || SAFE_SYSCTLS.has(name) || (userPlane && USER_PLANE_SYSCTL.test(name))
      ? []
      : [seen(item.get("name"), userPlane ? "forwarding and rp_filter" : "a safe sysctl")];
  });
  if (wrong.length === 0) return;
  yield (workload.judged === "yes" ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} sets ${wrong.map((item) => String(item.actual)).join(", ")}: kernel settings that its function does not need and that weaken the node's network.`,
    evidence: wrong,
    networkFunctions: functions,
    cause: "sysctls",
  });
});

function many(containers: string): boolean {
  return containers.startsWith("Containers ");
}
