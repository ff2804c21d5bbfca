/** Kubernetes objects of a stack: what each resource is as `kubectl` would name it. */

import { perText } from "../answers";
import type { Resource } from "../stack";
import { type Node, type Read, known, valueOr } from "../value";

/** Group, version and kind; the core group is "". */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface KubernetesObject extends GroupVersionKind {
  readonly resource: Resource;
  /** `metadata.name`; where the provider will choose it (autonaming), the logical name. */
  readonly name: string;
  /**
   * The namespace's name, or for a name that is not known before deployment a key that is the same for all objects of that
   * namespace. "" for cluster-scoped kinds.
   */
  readonly namespace: string;
  readonly metadata: Node;
  /** One node for all objects whose `spec` is the same value. */
  readonly spec: Node;
}

const TOKEN = /^kubernetes:([^:]+):([^:]+)$/;

/** Kinds of the built-in groups that live outside namespaces. Custom resources say it themselves: these name a namespace or not. */
const CLUSTER_SCOPED = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "StorageClass",
  "CSIDriver",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "PriorityClass",
  "RuntimeClass",
  "APIService",
  "IngressClass",
  "CertificateSigningRequest",
  "ClusterIssuer",
  "AdminNetworkPolicy",
  "BaselineAdminNetworkPolicy",
  "ClusterNetworkPolicy",
  "CiliumClusterwideNetworkPolicy",
  "ClusterPolicy",
  "ClusterImagePolicy",
  "SecurityContextConstraints",
  "EC2NodeClass",
  "NodePool",
]);

/** Group, version and kind of a Pulumi type token; `undefined` for what is no Kubernetes object (a chart, a provider, AWS). */
export const groupVersionKind = perText((type): GroupVersionKind | undefined => {
  const match = TOKEN.exec(type);
  const [, apiVersion, kind] = match ?? [];
  if (apiVersion === undefined || kind === undefined || !/^[A-Z]/.test(kind)) return undefined;
  const slash = apiVersion.indexOf("/");
  // Components and releases of the Kubernetes provider (helm.sh/v3:Chart, yaml:ConfigFile, kustomize:Directory) are no objects.
  if (slash < 0 || /^(helm\.sh|yaml|kustomize)\//.test(apiVersion)) return undefined;
  const group = apiVersion.slice(0, slash);
  return { group: group === "core" ? "" : group, version: apiVersion.slice(slash + 1), kind };
});

/** The Pulumi type token of an object as manifests write it. */
export function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}

/** The object's name: autonamed objects go by their logical name, so that previews and exports name the same thing. */
function objectName(resource: Resource, metadata: Node): string {
  const autonamed = valueOr(metadata.get("annotations", "pulumi.com/autonamed").string(), "") === "true";
  const name = metadata.get("name").string();
  if (name.state === "known" && !autonamed) return name.value;
  // Objects from YAML carry their namespace in the logical name.
  return resource.name.slice(resource.name.lastIndexOf("/") + 1);
}

/** What a key looks like that stands for a namespace whose name is not known before deployment. */
export const UNRESOLVED = "?";

/**
 * Builds the objects of a stack. `defaultNamespace` is where objects without a namespace live; a provider's own
 * `namespace` comes before it.
 */
export function kubernetesObjects(resources: readonly Resource[], defaultNamespace: string): KubernetesObject[] {
  let urns: ReadonlyMap<string, Resource> | undefined;
  const byUrn = () => (urns ??= new Map(resources.map((resource) => [resource.urn, resource])));
  const homes = defaultNamespace === "default" ? workloadHomes(resources) : new Map<string, string>();
  const objects: KubernetesObject[] = [];
  for (const resource of resources) {
    const gvk = groupVersionKind(resource.type);
    if (gvk === undefined) continue;
    const metadata = resource.props.get("metadata");
    // Field by field: an object made by spreading is slower to read, and these are read more than anything.
    objects.push({
      group: gvk.group,
      version: gvk.version,
      kind: gvk.kind,
      resource,
      name: objectName(resource, metadata),
      namespace: isClusterScoped(gvk.kind)
        ? ""
        : namespaceOf(resource, metadata.get("namespace"), byUrn, homeOf(resource, gvk.kind, homes) ?? defaultNamespace),
      metadata,
      spec: resource.props.get("spec"),
    });
  }
  return objects;
}

/** Kinds that workloads refer to by name: where these are missing, the workload does not start. */
const COMPANIONS = new Set(["ConfigMap", "Secret", "Service", "ServiceAccount", "PersistentVolumeClaim", "Ingress"]);
const isWorkloadType = perText((type) => /^kubernetes:(apps|batch)\/|^kubernetes:core\/v1:(Pod|ReplicationController)$/.test(type));

/**
 * Charts write the namespace into some objects only and leave the rest to `helm install -n`. Where all workloads of a file
 * name one namespace, what they refer to can only be there. Policies are left where they stand: they work, or do not,
 * wherever they are.
 */
function workloadHomes(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const resource of resources) {
    if (resource.source === undefined || !isWorkloadType(resource.type)) continue;
    const namespace = valueOr(resource.props.get("metadata", "namespace").string(), "");
    const { file } = resource.source;
    homes.set(file, homes.has(file) && homes.get(file) !== namespace ? "" : namespace);
  }
  return homes;
}

function homeOf(resource: Resource, kind: string, homes: ReadonlyMap<string, string>): string | undefined {
  const home = resource.source === undefined || !COMPANIONS.has(kind) ? undefined : homes.get(resource.source.file);
  return home === "" ? undefined : home;
}

/** Few objects have to ask another resource for their namespace. */
type ByUrn = () => ReadonlyMap<string, Resource>;

function namespaceOf(resource: Resource, namespace: Node, byUrn: ByUrn, fallback: string): string {
  const read = namespace.string();
  if (read.state === "known") return read.value === "" ? fallback : read.value;
  if (read.state === "absent") return providerNamespace(resource, byUrn) ?? fallback;
  return namespaceByReference(resource, namespace, byUrn) ?? `${UNRESOLVED}${resource.urn}`;
}

function providerNamespace(resource: Resource, byUrn: ByUrn): string | undefined {
  if (resource.provider === undefined) return undefined;
  // A provider reference is its URN, in states followed by "::" and its id.
  const provider = byUrn().get(resource.provider) ?? byUrn().get(resource.provider.replace(/::[^:]*$/, ""));
  const read = provider?.props.get("namespace").string();
  return read?.state === "known" && read.value !== "" ? read.value : undefined;
}

/** The Namespace that an unknown `metadata.namespace` comes from, by the value's own origin or the property's dependencies. */
function namespaceByReference(resource: Resource, namespace: Node, byUrn: ByUrn): string | undefined {
  const origins = namespace.comesFrom.length > 0 ? namespace.comesFrom : (resource.propertyDependencies["metadata"] ?? []);
  const namespaces = origins.map((urn) => byUrn().get(urn)).filter((origin) => origin?.type === "kubernetes:core/v1:Namespace");
  const [only] = namespaces;
  return namespaces.length === 1 && only !== undefined ? objectName(only, only.props.get("metadata")) : undefined;
}

/** Labels that are known; `complete` says whether others may appear with the deployment. */
export interface Labels {
  readonly known: ReadonlyMap<string, string>;
  readonly complete: boolean;
}

export function labelsOf(node: Node): Labels {
  const labels = new Map<string, string>();
  let complete = !node.isUnknown;
  for (const [key, value] of node.fields()) {
    const read: Read<string> = value.isAbsent ? known("") : value.string();
    if (read.state === "known") labels.set(key, read.value);
    else complete = false;
  }
  return { known: labels, complete };
}
