/**
 * Grants by which somebody gets more than was granted, as data. Source: Kubernetes, "Role Based Access Control Good Practices" (privilege
 * escalation risks), "Using RBAC Authorization" (privilege escalation prevention); kubelet authorization (nodes/proxy).
 */

import type { Grant } from "./grants";

export interface Power {
  readonly id: string;
  /** For people, after "may". */
  readonly title: string;
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects of the whole cluster: a RoleBinding grants nothing on them. */
  readonly clusterWide: boolean;
  /** Whose permissions it gives. */
  readonly gain: "everything" | "serviceAccounts" | "nodes" | "secrets";
}

const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const CHANGE = ["create", "update", "patch"];

/** What no ServiceAccount of a core and no person needs (ID-03). */
export const ESCALATIONS: readonly Power[] = [
  { id: "k8s-escalate", title: "write roles beyond its own (escalate)", group: RBAC, resources: ["roles", "clusterroles"], verbs: ["escalate"], clusterWide: false, gain: "everything" },
  { id: "k8s-bind", title: "bind any role (bind)", group: RBAC, resources: ["roles", "clusterroles"], verbs: ["bind"], clusterWide: false, gain: "everything" },
  { id: "k8s-impersonate", title: "act as others (impersonate)", group: "", resources: ["users", "groups", "serviceaccounts", "uids"], verbs: ["impersonate"], clusterWide: false, gain: "everything" },
  { id: "k8s-bindings", title: "hand its role on, or widen it, by changing bindings", group: RBAC, resources: ["rolebindings", "clusterrolebindings"], verbs: CHANGE, clusterWide: false, gain: "serviceAccounts" },
  { id: "k8s-nodes-proxy", title: "run commands in every pod past the audit log (nodes/proxy)", group: "", resources: ["nodes/proxy"], verbs: ["get", "create"], clusterWide: true, gain: "nodes" },
  { id: "k8s-token", title: "make tokens of other ServiceAccounts (serviceaccounts/token)", group: "", resources: ["serviceaccounts/token"], verbs: ["create"], clusterWide: false, gain: "serviceAccounts" },
  { id: "k8s-webhooks", title: "see and change every object through a webhook of its own", group: ADMISSION, resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], verbs: CHANGE, clusterWide: true, gain: "everything" },
  { id: "k8s-volumes", title: "mount the nodes' disks (persistentvolumes create)", group: "", resources: ["persistentvolumes"], verbs: ["create"], clusterWide: true, gain: "nodes" },
  { id: "k8s-certificates", title: "approve certificates of any user (certificatesigningrequests/approval)", group: "certificates.k8s.io", resources: ["certificatesigningrequests/approval"], verbs: ["update", "patch"], clusterWide: true, gain: "everything" },
]; // prettier-ignore

/** Groups that are in every cluster: a wildcard there is about what the core lives on. */
const BUILT_IN_GROUPS = ["", "apps", "batch", RBAC, "networking.k8s.io", ADMISSION, "policy", "extensions"];
const ANY_RESOURCE = "q7xcanaries";
const ANY_VERB = "q7xcanary";

/** `*` among the resources or verbs of groups that every cluster has. */
export function isWildcard(grant: Grant): boolean {
  if (grant.names.length > 0) return false;
  const resources = ["", "apps", RBAC].some((group) => grant.covers(group, ANY_RESOURCE));
  return (
    resources || (grant.allows(ANY_VERB) && BUILT_IN_GROUPS.some((group) => WATCHED.some((resource) => grant.covers(group, resource))))
  );
}

/** Resources whose every verb nobody needs: `*` on them holds verbs that are not meant. */
const WATCHED = ["pods", "secrets", "configmaps", "services", "serviceaccounts", "nodes", "deployments", "statefulsets", "daemonsets", "jobs", "roles", "clusterroles", "rolebindings", "networkpolicies", "ingresses"]; // prettier-ignore

/** Whether a grant, held by a binding in a namespace or everywhere, gives a power. */
export function gives(grant: Grant, power: Power, everywhere: boolean): boolean {
  if (power.clusterWide && !everywhere) return false;
  return power.resources.some((resource) => grant.covers(power.group, resource)) && power.verbs.some((verb) => grant.allows(verb));
}
