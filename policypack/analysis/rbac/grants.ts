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
  return grantsIn(role.resource.props.get("rules"));
}

/** The grants in a list of rules. */
export function grantsIn(rules: Node): readonly Grant[] {
  return rules.items().map((node) => {
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

const ACCOUNT = "system:serviceaccount";

/** The user and groups that a workload's token makes it (Kubernetes: service account tokens). */
function identities(workload: Workload): string[] {
  const { namespace } = workload;
  return [
    `User ${ACCOUNT}:${namespace}:${serviceAccount(workload)}`,
    `Group ${ACCOUNT}s:${namespace}`,
    `Group ${ACCOUNT}s`,
    "Group system:authenticated",
  ];
}

/** The workloads whose ServiceAccount a role is bound to. */
export function holders(model: CoreModel, role: KubernetesObject): readonly Workload[] {
  const names = new Set(
    bindingsOf(model, role).flatMap((binding) =>
      binding.resource.props
        .get("subjects")
        .items()
        .map((subject) => {
          const kind = valueOr(subject.get("kind").string(), "");
          const name = valueOr(subject.get("name").string(), "");
          if (kind !== "ServiceAccount") return `${kind} ${name}`;
          return `User ${ACCOUNT}:${valueOr(subject.get("namespace").string(), binding.namespace || model.defaultNamespace)}:${name}`;
        }),
    ),
  );
  return model.workloads.filter((workload) => identities(workload).some((identity) => names.has(identity)));
}

export function serviceAccount(workload: Workload): string {
  return valueOr(workload.podSpec.get("serviceAccountName").string(), valueOr(workload.podSpec.get("serviceAccount").string(), "default"));
}
