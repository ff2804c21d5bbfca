/**
 * Where nodes come from: EKS node groups, managed or not, and the NodePools of Karpenter and EKS Auto Mode, each with the labels and taints of its nodes.
 * Source: EKS user guide, "Node taints on managed node groups"; Karpenter, NodePools.
 */

import { nodeGroups } from "../../model/aws/nodes";
import { EKS_NODE_GROUP } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import { labelsOf } from "../../model/kubernetes/objects";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";

export interface Taint {
  readonly key: string;
  readonly value: string;
}

export interface NodePool {
  readonly name: string;
  readonly resource: Resource;
  /** Values that a node's label may have. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Taints that keep pods away; those that only prefer it do not. */
  readonly taints: readonly Taint[];
  /** Where labels or taints come with the deployment. */
  readonly unknown: boolean;
}

export const nodePools = (model: CoreModel): readonly NodePool[] => [...eksNodeGroups(model), ...karpenterPools(model)];

function eksNodeGroups(model: CoreModel): NodePool[] {
  return model.ask(nodeGroups).map(({ resource, labels: given, taints }) => {
    const labels = labelsOf(given);
    const name = valueOr(resource.props.get("nodeGroupName").string(), resource.name);
    const known = [...labels.known, ...(resource.type === EKS_NODE_GROUP ? [["eks.amazonaws.com/nodegroup", name] as const] : [])];
    return {
      name,
      resource,
      labels: new Map(known.map(([key, value]) => [key, [value]])),
      taints: taintsOf(taints),
      unknown: !labels.complete || taints.holdsUnknown(),
    };
  });
}

function karpenterPools(model: CoreModel): NodePool[] {
  return model.objectsOf("karpenter.sh", "NodePool").map((object) => {
    const template = object.spec.get("template");
    const labels = labelsOf(template.get("metadata", "labels"));
    const required = template
      .get("spec", "requirements")
      .items()
      .flatMap((item): (readonly [string, readonly string[]])[] => {
        const key = valueOr(item.get("key").string(), "");
        const values = item
          .get("values")
          .items()
          .map((value) => valueOr(value.string(), ""));
        return valueOr(item.get("operator").string(), "") === "In" ? [[key, values]] : [];
      });
    return {
      name: object.name,
      resource: object.resource,
      labels: new Map([
        ...required,
        ...[...labels.known, ["karpenter.sh/nodepool", object.name] as const].map(([key, value]) => [key, [value]] as const),
      ]),
      taints: taintsOf(template.get("spec", "taints")),
      unknown: !labels.complete || template.get("spec").holdsUnknown(),
    };
  });
}

function taintsOf(list: Node): Taint[] {
  return list.items().flatMap((item) => {
    // Kubernetes says NoSchedule, the EKS API NO_SCHEDULE.
    const effect = valueOr(item.get("effect").string(), "")
      .replace(/[^a-z]/gi, "")
      .toLowerCase();
    if (effect === "prefernoschedule") return [];
    return [{ key: valueOr(item.get("key").string(), ""), value: valueOr(item.get("value").string(), "") }];
  });
}
