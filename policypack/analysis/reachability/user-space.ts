/** Interfaces that a function drives past the kernel (DPDK, VPP): no MultiNetworkPolicy of the node sees their packets. */

import { pluginOf } from "../../model/kubernetes/networks";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";

const RESOURCE = "k8s.v1.cni.cncf.io/resourceName";

/** By the device pool or plugin of the network; an SR-IOV device of a pod with huge pages is DPDK's as well. */
export function isUserSpace(definition: KubernetesObject, workload: Workload): boolean {
  const resource = valueOr(definition.metadata.get("annotations", RESOURCE).string(), "");
  const plugin = pluginOf(definition) ?? "";
  if (/dpdk|vfio|userspace/i.test(resource) || /userspace|vfio|vhost/i.test(plugin)) return true;
  return /sriov|host-device/i.test(plugin) && workload.containers.some(({ node }) => hasHugePages(node));
}

function hasHugePages(container: Workload["containers"][number]["node"]): boolean {
  return ["limits", "requests"].some((key) =>
    container
      .get("resources", key)
      .fields()
      .some(([name]) => name.startsWith("hugepages-")),
  );
}
