/**
 * Whether pods that a SecurityGroupPolicy selects get an interface of their own, without which the policy does nothing: the VPC CNI makes one
 * only when it is told to (ENABLE_POD_ENI), Fargate always does.
 * Source: EKS user guide, "Assign security groups to individual Pods", "Configure the Amazon VPC CNI plugin for security groups for Pods".
 */

import { addOns, clusterOf, eksClusters } from "../../model/aws/eks";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { Node, valueOr } from "../../model/value";
import { parseTree } from "../nf-config/parse";

export type Given = "yes" | "no" | "unknown";

export function ownInterface(model: CoreModel, workload: Workload): Given {
  if (model.ask(fargateNamespaces).has(workload.namespace)) return "yes";
  const agent = model.ask(agentSetting);
  if (agent !== undefined) return agent;
  const cluster = clusterOf(model, workload.object.resource);
  const clusters = cluster === undefined ? model.ask(eksClusters).map(({ resource }) => resource) : [cluster];
  const answers = new Set(clusters.map((resource) => settingOf(addOns(model, resource))));
  const [only] = answers;
  return only !== undefined && answers.size === 1 ? only : "unknown";
}

const fargateNamespaces = (model: CoreModel): ReadonlySet<string> =>
  new Set(
    model
      .ofType("aws:eks/fargateProfile:FargateProfile")
      .flatMap((profile) => profile.props.get("selectors").items())
      // Labels narrow a selector: whether they match is not asked.
      .filter((selector) => selector.get("labels").isAbsent)
      .map((selector) => valueOr(selector.get("namespace").string(), "")),
  );

/** What the CNI's own DaemonSet says, where it is in sight. */
const agentSetting = (model: CoreModel): Given | undefined => {
  const agent = model.workloads.find(({ kind, name }) => kind === "DaemonSet" && name === "aws-node");
  const variable = agent?.containers
    .flatMap(({ node }) => node.get("env").items())
    .find((item) => valueOr(item.get("name").string(), "") === "ENABLE_POD_ENI");
  return agent === undefined ? undefined : givenBy(variable?.get("value"));
};

function settingOf(installed: ReturnType<typeof addOns>): Given {
  const cni = installed.find((addOn) => valueOr(addOn.props.get("addonName").string(), "") === "vpc-cni");
  if (cni === undefined) return "unknown";
  const values = cni.props.get("configurationValues");
  const text = values.string();
  if (text.state !== "known") return text.state === "unknown" ? "unknown" : "no";
  const tree = parseTree(text.value);
  return tree === undefined ? "unknown" : givenBy(Node.parsed(tree, values).get("env", "ENABLE_POD_ENI"));
}

function givenBy(node: Node | undefined): Given {
  const on = node?.boolean();
  if (on === undefined || on.state === "absent") return "no";
  return on.state === "known" ? (on.value ? "yes" : "no") : "unknown";
}
