/**
 * Host paths only for the user plane's device nodes, and read-only ones in its init containers; runtime sockets, the host's root,
 * settings and logs for nobody.
 */

import { isPlatform, judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { type ClaimedVolume, claimedVolumes } from "../../model/kubernetes/storage";
import type { Container, Workload } from "../../model/kubernetes/workloads";
import { isSidecar, runsFunction } from "../../model/network-functions/containers";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { areUserPlane } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { posix } from "node:path";

export default defineRule({
  id: "WH-04",
  name: "wh-04-host-paths-limited",
  title: "hostPath limited to declared device nodes; no runtime sockets, host root or log directories",
  family: "workload",
  severity: "critical",
  scope: "both",
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
    for (const claimed of claimedVolumes(context.model, workload)) {
      for (const flaw of hostPathsOf(claimed, workload, networkFunctions)) (claimed.certain ? wrong : open).push(flaw);
    }
    const certain = wrong.length > 0 && judged === "yes";
    const evidence = wrong.length > 0 ? wrong : open;
    if (evidence.length === 0) return;
    const paths = evidence.map((item) => String(item.actual)).join(", ");
    yield (certain ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} ${certain ? "mounts" : "may mount"} ${evidence.every((item) => typeof item.actual === "string" && item.actual.startsWith("/")) ? `${paths} of its node` : "a path of its node that is not known yet"}: a way out of the container into the node.`,
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
        { name: "a local disk behind a claim", resources: [CLAIMING, claim({ volumeName: "disk" }), volume("disk", { local: { path: "/mnt/disks/nvme0" } })] },
        { name: "a claim of storage in the cloud", resources: [CLAIMING, claim({ storageClassName: "gp3" }), object("storage.k8s.io/v1", "StorageClass", "gp3", { provisioner: "ebs.csi.aws.com" }), volume("other", { storageClassName: "gp3", hostPath: { path: "/" } })] },
        { name: "no host path at all", resources: [networkFunction("amf", { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } })] },
      ],
      fail: [
        { name: "the runtime socket", resources: [mounting("amf", "/run/containerd/containerd.sock")] },
        { name: "the TUN device in an SMF", resources: [mounting("smf", "/dev/net/tun")] },
        { name: "a device path that climbs out", resources: [mounting("upf", "/dev/vfio/../../etc")] },
        { name: "kernel modules that the UPF may write", resources: [mounting("upf", "/lib/modules", {}, true)] },
        { name: "a log directory", resources: [mounting("nrf", "/var/log/open5gs")] },
        { name: "a host path behind a claim", resources: [CLAIMING, claim({ volumeName: "node-root" }), volume("node-root", { hostPath: { path: "/" } })] },
        { name: "a host path that reserves itself for the claim", resources: [CLAIMING, claim({}), volume("node-root", { claimRef: { namespace: "core", name: "data" }, hostPath: { path: "/srv" } })] },
        { name: "a local volume over the kubelet's folder", resources: [CLAIMING, claim({ volumeName: "pods" }), volume("pods", { local: { path: "/var/lib/kubelet" } })] },
        { name: "a sidecar of the UPF that takes its VFIO devices", resources: [networkFunction("upf", { pod: { volumes: [{ name: "vfio", hostPath: { path: "/dev/vfio" } }], containers: [{ name: "upf", image: "5gc/upf" }, { name: "agent", image: "vendor/agent", volumeMounts: [{ name: "vfio", mountPath: "/dev/vfio" }] }] } })] },
      ],
      undetermined: [
        { name: "the path comes with the deployment", resources: [mounting("amf", unknownValue())] },
        { name: "one of two volumes of a class nothing provisions", resources: [CLAIMING, claim({ storageClassName: "manual" }), volume("a", { storageClassName: "manual", hostPath: { path: "/srv" } }), volume("b", { storageClassName: "manual", nfs: { server: "nas", path: "/x" } })] },
      ],
    };
  },
}); // prettier-ignore

const CLAIMING = networkFunction("udr", { pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } });

function claim(spec: Properties) {
  return object("v1", "PersistentVolumeClaim", "data", { spec });
}

function volume(name: string, spec: Properties) {
  return object("v1", "PersistentVolume", name, { spec });
}

const DEVICES = /^\/dev\/(net\/tun|vfio(\/.*)?|hugepages(\/.*)?)$/;
const READ_ONLY = /^\/(sys|lib\/modules)(\/.*)?$/;

function isAllowed(workload: Workload, volume: Node, path: string, functions: readonly NetworkFunctionId[]): boolean {
  if (!areUserPlane(functions)) return false;
  const plain = posix.normalize(path).replace(/(?<=.)\/$/, "");
  if (DEVICES.test(plain)) return mountsOf(workload, volume).every(([container]) => runsFunction(workload, container, functions) !== "no");
  return READ_ONLY.test(plain) && isReadOnlyInInit(workload, volume);
}

function isReadOnlyInInit(workload: Workload, volume: Node): boolean {
  return mountsOf(workload, volume).every(
    ([container, mount]) => container.role === "init" && !isSidecar(container) && valueOr(mount.get("readOnly").boolean(), false),
  );
}

/** The mounts of a volume; one whose volume is not known yet may be it. */
function mountsOf(workload: Workload, volume: Node): readonly (readonly [Container, Node])[] {
  const name = valueOr(volume.get("name").string(), "");
  return workload.containers.flatMap((container) =>
    [...container.node.get("volumeMounts").items(), ...container.node.get("volumeDevices").items()]
      .filter((mount) => valueOr(mount.get("name").string(), name) === name)
      .map((mount) => [container, mount] as const),
  );
}

/** Folders of a node that no pod may have, however they come; a `local` volume of another folder is a disk for data. */
const OWN =
  /^\/($|(etc|root|proc|sys|boot|home|run|dev|usr|bin|sbin|lib|lib64|opt\/cni|var\/(run|log|lib\/(kubelet|containerd|docker|etcd|rancher)))(\/|$)|var(\/lib)?\/?$)/;

/** What a volume behind a claim takes from its node. */
function hostPathsOf({ volume, node }: ClaimedVolume, workload: Workload, functions: readonly NetworkFunctionId[]): Evidence[] {
  const hostPath = volume.spec.get("hostPath");
  if (hostPath.isKnown) {
    const path = hostPath.get("path");
    return isAllowed(workload, node, valueOr(path.string(), "/"), functions) ? [] : [seen(path, `no hostPath behind the claim (PersistentVolume ${volume.name})`)];
  }
  const local = volume.spec.get("local", "path");
  return OWN.test(posix.normalize(valueOr(local.string(), "/mnt"))) ? [seen(local, `a disk of its own (PersistentVolume ${volume.name})`)] : [];
} // prettier-ignore
