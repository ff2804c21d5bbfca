/**
 * Ways to more in Kubernetes than one was given, as data: the grants that each needs together, and what it gives.
 * Sources: Kubernetes, "Role Based Access Control Good Practices" (privilege escalation risks), "Using RBAC Authorization" (escalate, bind),
 * "Certificate Signing Requests" (authorization: approval and the signer's `approve`), "Secrets" (service account token Secrets), kubelet
 * authorization (nodes/proxy); EKS User Guide, "aws-auth ConfigMap". Read 2026-11-25.
 */

import type { Grant } from "./grants";

export interface Need {
  readonly group: string;
  /** Any of these. */
  readonly resources: readonly string[];
  /** Any of these. */
  readonly verbs: readonly string[];
}

/**
 * Whose place the holder takes. `everything`: administrator of the cluster, or of the namespace. `accounts`: any ServiceAccount there.
 * `pods`: runs in any pod there. `secrets`: reads them. `nodes`: the machine under a pod. `ports`: reaches any port of any pod there.
 */
export type KubernetesGain = "everything" | "accounts" | "pods" | "secrets" | "nodes" | "ports";

export interface KubernetesTechnique {
  readonly id: string;
  /** For people, after the one who does it. */
  readonly title: string;
  readonly gain: KubernetesGain;
  /** Cluster-scoped objects: a RoleBinding grants nothing on them. */
  readonly clusterWide?: true;
  /** The objects are of this namespace. */
  readonly namespace?: string;
  /** All of these, on whatever grants. */
  readonly needs: readonly Need[];
}

const RBAC = "rbac.authorization.k8s.io";
const CHANGE = ["create", "update", "patch"];
const READ = ["get", "list", "watch"];
const need = (group: string, resources: readonly string[], verbs: readonly string[]): Need => ({ group, resources, verbs });

const KUBERNETES_TECHNIQUES: readonly KubernetesTechnique[] = [
  { id: "k8s-everything", title: "may do anything", gain: "everything", needs: [need("q7x.example", ["q7xcanaries"], ["q7xcanary"])] },
  { id: "k8s-escalate", title: "writes more into a role that it holds", gain: "everything", clusterWide: true, needs: [need(RBAC, ["clusterroles"], ["escalate"]), need(RBAC, ["clusterroles"], CHANGE)] },
  { id: "k8s-escalate-role", title: "writes more into a role of the namespace that it holds", gain: "everything", needs: [need(RBAC, ["roles"], ["escalate"]), need(RBAC, ["roles"], CHANGE)] },
  { id: "k8s-bind", title: "binds cluster-admin to itself", gain: "everything", clusterWide: true, needs: [need(RBAC, ["clusterroles"], ["bind"]), need(RBAC, ["clusterrolebindings"], CHANGE)] },
  { id: "k8s-bind-role", title: "binds cluster-admin to itself in the namespace", gain: "everything", needs: [need(RBAC, ["clusterroles"], ["bind"]), need(RBAC, ["rolebindings"], CHANGE)] },
  { id: "k8s-impersonate", title: "acts as a user or group of Kubernetes itself", gain: "everything", clusterWide: true, needs: [need("", ["users", "groups"], ["impersonate"])] },
  { id: "k8s-impersonate-account", title: "acts as another ServiceAccount", gain: "accounts", needs: [need("", ["serviceaccounts"], ["impersonate"])] },
  { id: "k8s-webhooks", title: "changes every object through a webhook of its own", gain: "everything", clusterWide: true, needs: [need("admissionregistration.k8s.io", ["mutatingwebhookconfigurations", "mutatingadmissionpolicies"], CHANGE)] },
  { id: "k8s-api-services", title: "answers for a part of the API itself", gain: "everything", clusterWide: true, needs: [need("apiregistration.k8s.io", ["apiservices"], CHANGE)] },
  { id: "k8s-certificates", title: "approves a certificate of another user", gain: "everything", clusterWide: true, needs: [need("certificates.k8s.io", ["certificatesigningrequests/approval"], ["update", "patch"]), need("certificates.k8s.io", ["signers"], ["approve"])] },
  { id: "k8s-aws-auth", title: "writes itself into the aws-auth ConfigMap", gain: "everything", namespace: "kube-system", needs: [need("", ["configmaps"], CHANGE)] },
  { id: "k8s-token", title: "makes a token of another ServiceAccount", gain: "accounts", needs: [need("", ["serviceaccounts/token"], ["create"])] },
  { id: "k8s-token-secret", title: "has a token of another ServiceAccount written into a Secret", gain: "accounts", needs: [need("", ["secrets"], ["create"]), need("", ["secrets"], READ)] },
  { id: "k8s-pods", title: "starts a pod as another ServiceAccount", gain: "accounts", needs: [need("", ["pods", "replicationcontrollers"], ["create"])] },
  { id: "k8s-workloads", title: "makes a workload run its own code as another ServiceAccount", gain: "accounts", needs: [need("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], CHANGE)] },
  { id: "k8s-jobs", title: "runs a job as another ServiceAccount", gain: "accounts", needs: [need("batch", ["jobs", "cronjobs"], CHANGE)] },
  { id: "k8s-exec", title: "runs commands in a pod", gain: "pods", needs: [need("", ["pods/exec"], ["create", "get"])] },
  { id: "k8s-attach", title: "attaches to a pod", gain: "pods", needs: [need("", ["pods/attach"], ["create", "get"])] },
  { id: "k8s-ephemeral", title: "puts a container of its own into a running pod", gain: "pods", needs: [need("", ["pods/ephemeralcontainers"], ["update", "patch"])] },
  { id: "k8s-nodes-proxy", title: "runs commands in any pod past the audit log", gain: "pods", clusterWide: true, needs: [need("", ["nodes/proxy"], ["get", "create"])] },
  { id: "k8s-portforward", title: "opens a port of a pod past every network policy", gain: "ports", needs: [need("", ["pods/portforward"], ["create", "get"])] },
  { id: "k8s-secrets", title: "reads Secrets", gain: "secrets", needs: [need("", ["secrets"], READ)] },
  { id: "k8s-volumes", title: "mounts a node's disk", gain: "nodes", clusterWide: true, needs: [need("", ["persistentvolumes"], ["create"]), need("", ["pods"], ["create"])] },
]; // prettier-ignore

/** Somewhere that grants are held: by a binding, or by an EKS access policy. */
export interface Holding {
  readonly grants: readonly Grant[];
  /** "" for everywhere. */
  readonly namespace: string;
}

export interface HeldTechnique {
  readonly technique: KubernetesTechnique;
  /** "" for everywhere. */
  readonly namespace: string;
  /** The objects that it is held on; empty: all. */
  readonly names: readonly string[];
  /** As people and `kubectl auth can-i` say it: `create pods/exec`. */
  readonly permissions: readonly string[];
}

/** The techniques that someone has the grants for: everywhere, or else in single namespaces. */
export function heldTechniques(holdings: readonly Holding[]): readonly HeldTechnique[] {
  const everywhere = holdings.filter(({ namespace }) => namespace === "").flatMap(({ grants }) => grants);
  const namespaces = [...new Set(holdings.map(({ namespace }) => namespace))].filter((namespace) => namespace !== "").sort();
  return KUBERNETES_TECHNIQUES.flatMap((technique) => {
    const inNamespaces = technique.clusterWide !== true;
    const whole = held(technique, everywhere, technique.namespace ?? "");
    if (whole !== undefined && whole.names.length === 0) return [whole];
    const parts = inNamespaces ? namespaces.filter((namespace) => technique.namespace === undefined || technique.namespace === namespace) : [];
    const narrow = parts.flatMap((namespace) => held(technique, [...everywhere, ...holdings.filter((item) => item.namespace === namespace).flatMap(({ grants }) => grants)], namespace) ?? []);
    return whole === undefined ? narrow : [whole, ...narrow];
  });
} // prettier-ignore

function held(technique: KubernetesTechnique, grants: readonly Grant[], namespace: string): HeldTechnique | undefined {
  const names: string[] = [];
  const permissions: string[] = [];
  for (const wanted of technique.needs) {
    const options = grants.flatMap((grant) => {
      const resource = wanted.resources.find((item) => grant.covers(wanted.group, item));
      const verb = wanted.verbs.find((item) => grant.allows(item) && (grant.names.length === 0 || !needsNoName(item, resource ?? "")));
      return resource === undefined || verb === undefined ? [] : [{ grant, permission: `${verb} ${resource}` }];
    });
    const best = options.find(({ grant }) => grant.names.length === 0) ?? options[0];
    if (best === undefined) return undefined;
    const limits = options.some(({ grant }) => grant.names.length === 0) ? [] : options.flatMap(({ grant }) => grant.names);
    names.push(...limits);
    permissions.push(best.permission);
  }
  const text = technique.id === "k8s-everything" ? ["* *"] : permissions;
  return { technique, namespace, names: [...new Set(names)], permissions: text };
}

/** `resourceNames` cannot match what has no name yet (Kubernetes, "Referring to resources": create and deletecollection; list by field only). */
function needsNoName(verb: string, resource: string): boolean {
  return verb === "create" && !resource.includes("/");
}
