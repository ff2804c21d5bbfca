/** How the engines name namespaces and resources. */

import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import type { Node } from "../../model/value";
import { valueOr } from "../../model/value";
import type { NamespaceLabels } from "./guards";

/** Names with `*` and `?`, as Kyverno and Gatekeeper write them. */
export function matchesName(patterns: Node, name: string): Match {
  if (patterns.isUnknown) return "maybe";
  let result: Match = "no";
  for (const item of patterns.items()) {
    const read = item.string();
    if (read.state !== "known") result = "maybe";
    else if (new RegExp(`^${read.value.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`).test(name)) return "yes";
  }
  return result;
} // prettier-ignore

export function not(match: Match): Match {
  return match === "maybe" ? "maybe" : match === "yes" ? "no" : "yes";
}

/** Whether the resource rules of an admission registration are about pods that are created. */
export function aboutPods(rules: Node): Match {
  if (rules.isUnknown) return "maybe";
  return rules.items().some((rule) => {
    const list = (key: string): string[] => rule.get(key).items().map((item) => valueOr(item.string(), ""));
    const resources = list("resources");
    const operations = list("operations");
    const groups = list("apiGroups");
    return (
      resources.some((item) => item === "pods" || item === "*" || item === "*/*" || item === "pods/*") &&
      operations.some((item) => item === "CREATE" || item === "*") &&
      groups.some((item) => item === "" || item === "*")
    );
  })
    ? "yes"
    : "no";
} // prettier-ignore

/**
 * matchResources / matchConstraints of admission policies: the namespaces that they select. Where the labels of the object decide too,
 * whoever makes the pod decides.
 */
export function selectsNamespace(resources: Node, namespace: NamespaceLabels): Match {
  if (resources.isAbsent) return "yes";
  const labels = resources.get("objectSelector");
  const byLabel = labels.isUnknown || labels.fields().some(([, list]) => list.items().length > 0 || list.fields().length > 0);
  return and([matchesSelector(resources.get("namespaceSelector"), namespace.labels), byLabel ? "maybe" : "yes"]);
}
