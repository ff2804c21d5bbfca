/** The aws-auth ConfigMap, by which EKS mapped IAM to Kubernetes groups before access entries (EKS User Guide, "aws-auth ConfigMap"). */

import * as yaml from "js-yaml";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Node, type Value, valueOr } from "../../model/value";

export interface AwsAuthEntry {
  readonly principal: string;
  readonly isUser: boolean;
  readonly groups: readonly string[];
  readonly node: Node;
}

export function awsAuthEntries(map: KubernetesObject): readonly AwsAuthEntry[] {
  const data = map.resource.props.get("data");
  return (["mapRoles", "mapUsers"] as const).flatMap((key) => {
    const node = data.get(key);
    const tree = parsed(valueOr(node.string(), ""));
    return Node.parsed(tree, node)
      .items()
      .map((item) => ({
        principal: valueOr(item.get(key === "mapRoles" ? "rolearn" : "userarn").string(), "(not known)"),
        isUser: key === "mapUsers",
        groups: item
          .get("groups")
          .items()
          .map((group) => valueOr(group.string(), "")),
        node,
      }));
  });
}

/** The list that a text holds; what cannot be parsed, EKS ignores. */
function parsed(text: string): Value | undefined {
  try {
    return yaml.load(text, { schema: yaml.CORE_SCHEMA, json: true }) as Value | undefined;
  } catch {
    return undefined;
  }
}
