/** What RBAC roles grant, and to whom. Source: Kubernetes API, PolicyRule, RoleRef, Subject. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";

const GROUP = "rbac.authorization.k8s.io";

export interface Grant {
  readonly node: Node;
  /** The rule in short, for people. */
  readonly text: string;
  /** resourceNames; empty: every object. */
  readonly names: readonly string[];
  covers(group: string, resource: string): boolean;
  allows(verb: string): boolean;
}

/** The rules of a role that are about resources. */
export function grants(role: KubernetesObject): readonly Grant[] {
  return role.resource.props
    .get("rules")
    .items()
    .map((node) => {
      const words = (key: string): string[] =>
        node
          .get(key)
          .items()
          .map((item) => valueOr(item.string(), ""));
      const groups = words("apiGroups");
      const resources = words("resources");
      const verbs = words("verbs").map((verb) => verb.toLowerCase());
      return {
        node,
        text: `${verbs.join(",")} on ${resources.join(",")}`,
        names: words("resourceNames"),
        covers: (group, resource) => (groups.includes("*") || groups.includes(group)) && resources.some((item) => matches(item, resource)),
        allows: (verb) => verbs.includes("*") || verbs.includes(verb),
      };
    });
}

/** `*`, `pods/*`, and `*` with a subresource. */
function matches(pattern: string, resource: string): boolean {
  if (pattern === "*" || pattern === resource) return true;
  const [kind = "", sub] = resource.split("/");
  if (sub === undefined) return false;
  return pattern === `${kind}/*` || pattern === `*/${sub}` || pattern === "*/*";
}

export function bindingsOf(model: CoreModel, role: KubernetesObject): readonly KubernetesObject[] {
  const all = [...model.objectsOf(GROUP, "RoleBinding"), ...model.objectsOf(GROUP, "ClusterRoleBinding")];
  return all.filter((binding) => {
    const ref = binding.resource.props.get("roleRef");
    const same = valueOr(ref.get("kind").string(), "") === role.kind && valueOr(ref.get("name").string(), "") === role.name;
    return same && (role.kind === "ClusterRole" || binding.namespace === role.namespace);
  });
}

/** The workloads whose ServiceAccount a role is bound to. */
export function holders(model: CoreModel, role: KubernetesObject): readonly Workload[] {
  const accounts = bindingsOf(model, role).flatMap((binding) =>
    binding.resource.props
      .get("subjects")
      .items()
      .flatMap((subject) => {
        if (valueOr(subject.get("kind").string(), "") !== "ServiceAccount") return [];
        const namespace = valueOr(subject.get("namespace").string(), binding.namespace || model.defaultNamespace);
        return [`${namespace}/${valueOr(subject.get("name").string(), "")}`];
      }),
  );
  return model.workloads.filter((workload) => accounts.includes(`${workload.namespace}/${serviceAccount(workload)}`));
}

export function serviceAccount(workload: Workload): string {
  return valueOr(workload.podSpec.get("serviceAccountName").string(), valueOr(workload.podSpec.get("serviceAccount").string(), "default"));
}
