/**
 * Who holds what: each binding with the rules of its role, aggregated ones included, and the roles that every cluster has.
 * Source: Kubernetes, "Using RBAC Authorization" (aggregated ClusterRoles; default roles; what binding a ClusterRole in a namespace means).
 */

import type { CoreModel } from "../../model/core";
import { type KubernetesObject, labelsOf } from "../../model/kubernetes/objects";
import { matchesSelector } from "../../model/kubernetes/selectors";
import { Node, type Value, valueOr } from "../../model/value";
import { type Grant, grants, grantsIn } from "./grants";

const GROUP = "rbac.authorization.k8s.io";

export interface Subject {
  readonly kind: "ServiceAccount" | "User" | "Group";
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace: string;
}

export interface Binding {
  readonly object: KubernetesObject;
  readonly subjects: readonly Subject[];
  /** In sight; else one that every cluster has, or one that is not known. */
  readonly role: KubernetesObject | undefined;
  readonly roleName: string;
  /** "" for everywhere. */
  readonly namespace: string;
  readonly grants: readonly Grant[];
  /** Not everything about it is known: the role is elsewhere, or its rules or the subjects come with the deployment. */
  readonly unknown: boolean;
}

export const bindings = (model: CoreModel): readonly Binding[] =>
  [...model.objectsOf(GROUP, "ClusterRoleBinding"), ...model.objectsOf(GROUP, "RoleBinding")].map((object) => {
    const { props } = object.resource;
    const kind = valueOr(props.get("roleRef", "kind").string(), "");
    const roleName = valueOr(props.get("roleRef", "name").string(), "");
    const namespace = object.kind === "ClusterRoleBinding" ? "" : object.namespace;
    const role = model.objectsNamed(GROUP, kind, kind === "Role" ? namespace : "", roleName)[0];
    const builtIn = kind === "ClusterRole" ? builtInRole(roleName) : undefined;
    const rules = role === undefined ? undefined : rulesOf(model, role);
    return {
      object,
      subjects: subjectsOf(object, model),
      role,
      roleName,
      namespace,
      grants: rules?.grants ?? builtIn ?? [],
      unknown: props.get("subjects").holdsUnknown() || (rules === undefined ? builtIn === undefined : rules.unknown),
    };
  });

function subjectsOf(object: KubernetesObject, model: CoreModel): Subject[] {
  return object.resource.props
    .get("subjects")
    .items()
    .flatMap((node): Subject[] => {
      const kind = valueOr(node.get("kind").string(), "");
      const name = valueOr(node.get("name").string(), "");
      const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(kind === "User" ? name : "");
      if (account?.[1] !== undefined && account[2] !== undefined) return [{ kind: "ServiceAccount", name: account[2], namespace: account[1] }];
      if (kind === "User" || kind === "Group") return [{ kind, name, namespace: "" }];
      if (kind !== "ServiceAccount" || name === "") return [];
      return [{ kind, name, namespace: valueOr(node.get("namespace").string(), object.namespace || model.defaultNamespace) }];
    });
} // prettier-ignore

/** The rules of a role and, where it aggregates, of every ClusterRole in sight that its selectors match. */
function rulesOf(model: CoreModel, role: KubernetesObject): { readonly grants: readonly Grant[]; readonly unknown: boolean } {
  const found = new Set<KubernetesObject>();
  const collect = (one: KubernetesObject): void => {
    if (found.has(one)) return;
    found.add(one);
    for (const selector of one.resource.props.get("aggregationRule", "clusterRoleSelectors").items()) {
      for (const other of model.objectsOf(GROUP, "ClusterRole")) {
        if (matchesSelector(selector, labelsOf(other.metadata.get("labels"))) === "yes") collect(other);
      }
    }
  };
  collect(role);
  // The controller overwrites the own rules of a role that aggregates; what else it matches in the cluster is not in sight.
  return {
    grants: [...found].flatMap((one) => grants(one)),
    unknown: [...found].some((one) => one.resource.props.get("rules").holdsUnknown()),
  };
}

const rules = (...list: readonly { readonly [key: string]: readonly string[] }[]): readonly Grant[] => grantsIn(Node.root(list as Value));
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];

/** The grants of a role that every cluster has; `undefined` for any other. */
export function builtInRole(name: string): readonly Grant[] | undefined {
  return Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
}

/** Default roles that users are bound to, as far as they hand out power (Kubernetes, "User-facing roles"). */
const BUILT_IN: { readonly [name: string]: readonly Grant[] } = {
  "cluster-admin": rules({ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }),
  admin: rules(
    { apiGroups: [""], resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"], verbs: ["get", "list", "watch", ...WRITE] },
    { apiGroups: [""], resources: ["pods", "configmaps", "services", "serviceaccounts"], verbs: ["get", "list", "watch", ...WRITE] },
    { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] },
    { apiGroups: ["apps", "batch"], resources: ["deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs"], verbs: WRITE },
    { apiGroups: [GROUP], resources: ["roles", "rolebindings"], verbs: ["get", "list", "watch", ...WRITE] },
  ),
  edit: rules(
    { apiGroups: [""], resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"], verbs: ["get", "list", "watch", ...WRITE] },
    { apiGroups: [""], resources: ["pods", "configmaps", "services", "serviceaccounts"], verbs: ["get", "list", "watch", ...WRITE] },
    { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] },
    { apiGroups: ["apps", "batch"], resources: ["deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs"], verbs: WRITE },
  ),
  view: rules({ apiGroups: [""], resources: ["pods", "pods/log", "configmaps", "services", "events"], verbs: ["get", "list", "watch"] }),
  "system:public-info-viewer": [],
  "system:discovery": [],
  "system:basic-user": [],
  "system:service-account-issuer-discovery": [],
}; // prettier-ignore
