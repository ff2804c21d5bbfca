/**
 * Host paths only for the user plane's device nodes, and read-only ones in its init containers; runtime sockets, the host's root,
 * settings and logs for nobody.
 */

import { isPlatform, judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";
import { networkFunction as known } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { posix } from "node:path";

export default defineRule({
  id: "WH-04",
  name: "wh-04-host-paths-limited",
  title: "hostPath limited to declared device nodes; no runtime sockets, host root or log directories",
  family: "workload",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "A path of the node is a way out of the container: a runtime socket starts privileged pods, /etc and /root hand over the node, /var/log hides what was done.",
  remediation:
    "Remove the hostPath volume. A UPF gets its devices from a device plugin, or by hostPath from /dev/net/tun, /dev/vfio and /dev/hugepages alone, and /sys or /lib/modules read-only in an init container.",
  standards: [
    { framework: "CIS Kubernetes 1.12", ref: "5.2.11", title: "Minimize the admission of HostPath volumes" },
    { framework: "NIST SP 800-190", ref: "4.5.5", title: "Host file system tampering" },
    { framework: "NIST SP 800-53r5", ref: "SC-39", title: "Process Isolation" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-065",
      title:
        "Protection against container escape: - Ensure containers are not running as root by default and do not use unnecessary privileges or mounted components. In Kube",
    },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1611", name: "Escape to Host" },
  ],
  *check(workload, context) {
    const judged = judgedInCore(workload, context);
    if (judged === "no" || judged === "later") return;
    if (workload.kind === "DaemonSet" && isPlatform(workload.namespace, context)) return;
    const { networkFunctions } = context.model.classification(workload);
    const wrong: Evidence[] = [];
    const open: Evidence[] = [];
    for (const volume of workload.podSpec.get("volumes").items()) {
      const hostPath = volume.get("hostPath");
      if (volume.isUnknown || hostPath.isUnknown) open.push(seen(hostPath, "no hostPath"));
      if (!hostPath.isKnown) continue;
      const path = hostPath.get("path").string();
      if (path.state === "unknown") open.push(seen(hostPath.get("path"), "a device of the user plane"));
      else if (!isAllowed(workload, volume, path.state === "known" ? path.value : "/", networkFunctions))
        wrong.push(seen(hostPath.get("path"), "no hostPath"));
    }
    const certain = wrong.length > 0 && judged === "yes";
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length === 0) return;
    const paths = evidence.map((item) => String(item.actual)).join(", ");
    yield (certain ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} ${certain ? "mounts" : "may mount"} ${certain ? `${paths} of its node` : "a path of its node that is not known yet"}: a way out of the container into the node.`,
      evidence,
      networkFunctions,
    });
  },
  examples: () => {
    const mounting = (name: string, path: unknown, mount: object = {}, init = false) => {
      const volumeMounts = [{ name: "host", mountPath: "/host", ...mount }];
      const volumes = [{ name: "host", hostPath: { path: path as string } }];
      return networkFunction(
        name,
        init
          ? { pod: { volumes, initContainers: [{ name: "init", image: "init", volumeMounts }] } }
          : { pod: { volumes }, container: { volumeMounts } },
      );
    };
    return {
      pass: [
        { name: "a UPF's TUN device", resources: [mounting("upf", "/dev/net/tun")] },
        { name: "a UPF's VFIO devices", resources: [mounting("upf", "/dev/vfio/")] },
        {
          name: "kernel modules, read-only, in the UPF's init container",
          resources: [mounting("upf", "/lib/modules", { readOnly: true }, true)],
        },
        { name: "no host path at all", resources: [networkFunction("amf", { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } })] },
      ],
      fail: [
        { name: "the runtime socket", resources: [mounting("amf", "/run/containerd/containerd.sock")] },
        { name: "the TUN device in an SMF", resources: [mounting("smf", "/dev/net/tun")] },
        { name: "a device path that climbs out", resources: [mounting("upf", "/dev/vfio/../../etc")] },
        { name: "kernel modules that the UPF may write", resources: [mounting("upf", "/lib/modules", {}, true)] },
        { name: "a log directory", resources: [mounting("nrf", "/var/log/open5gs")] },
      ],
      undetermined: [{ name: "the path comes with the deployment", resources: [mounting("amf", unknownValue())] }],
    };
  },
});

const DEVICES = /^\/dev\/(net\/tun|vfio(\/.*)?|hugepages(\/.*)?)$/;
const READ_ONLY = /^\/(sys|lib\/modules)(\/.*)?$/;

function isAllowed(workload: Workload, volume: Node, path: string, functions: readonly NetworkFunctionId[]): boolean {
  const userPlane = functions.length > 0 && functions.every((id) => known(id).allowedExtraCapabilities.includes("NET_ADMIN"));
  if (!userPlane) return false;
  const plain = posix.normalize(path).replace(/(?<=.)\/$/, "");
  if (DEVICES.test(plain)) return true;
  return READ_ONLY.test(plain) && isReadOnlyInInit(workload, valueOr(volume.get("name").string(), ""));
}

function isReadOnlyInInit(workload: Workload, volume: string): boolean {
  return workload.containers.every((container) =>
    container.node
      .get("volumeMounts")
      .items()
      .every((mount) => {
        if (valueOr(mount.get("name").string(), volume) !== volume) return true;
        return container.role === "init" && valueOr(mount.get("readOnly").boolean(), false);
      }),
  );
}
