/**
 * Whether anything enforces NetworkPolicies on the EKS clusters of a stack: the VPC CNI does only when it is told to, other CNIs
 * do by themselves. Source: Amazon EKS user guide, "Limit Pod traffic with Kubernetes network policies".
 */

import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { addOns, eksClusters } from "../../model/aws/eks";
import { type Node, valueOr } from "../../model/value";

export interface Enforcement {
  readonly cluster: Resource;
  readonly enforced: "yes" | "no" | "unknown";
  /** What decides it, or would. */
  readonly resource: Resource;
  readonly node: Node;
}

const OTHER_CNI = /(^|[^a-z])(cilium|calico|antrea|kube-router|weave)([^a-z]|$)/;

export function enforcement(model: CoreModel): readonly Enforcement[] {
  if (model.ask(eksClusters).length === 0) return [];
  const otherCni =
    model.workloads.some((workload) => OTHER_CNI.test(workload.name)) ||
    model.resources.some(
      (resource) =>
        /^kubernetes:helm\.sh\//.test(resource.type) &&
        OTHER_CNI.test(`${resource.name} ${valueOr(resource.props.get("chart").string(), "")}`),
    );
  return model.ask(eksClusters).map(({ resource: cluster }) => {
    const vpcCni = addOns(model, cluster).find((addOn) => valueOr(addOn.props.get("addonName").string(), "") === "vpc-cni");
    const autoMode = valueOr(cluster.props.get("computeConfig", "enabled").boolean(), false);
    if (otherCni || autoMode) return { cluster, enforced: "yes", resource: cluster, node: cluster.props };
    if (vpcCni === undefined) return { cluster, enforced: "unknown", resource: cluster, node: cluster.props.get("name") };
    const values = vpcCni.props.get("configurationValues");
    const read = values.string();
    if (read.state === "unknown") return { cluster, enforced: "unknown", resource: vpcCni, node: values };
    const on = /["']?enableNetworkPolicy["']?\s*[:=]\s*["']?true/.test(valueOr(read, ""));
    return { cluster, enforced: on ? "yes" : "no", resource: vpcCni, node: values };
  });
}
