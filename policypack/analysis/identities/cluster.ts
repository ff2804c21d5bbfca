/** What of a cluster chains go through: its ServiceAccounts, the pods that are worth being in, its nodes. Each has one name in all chains. */

import { nodeGroups } from "../../model/aws/nodes";
import { ROLE } from "../../model/aws/identities";
import { EKS_CLUSTER, INSTANCE } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { bindings } from "../rbac/bindings";
import { serviceAccount } from "../rbac/grants";
import { goalsOf } from "./goals";

export const NODE = "node of the cluster";

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

export const accountId = ({ namespace, name }: Account): string => `serviceaccount/${namespace}/${name}`;
export const podId = ({ kind, namespace, name }: Workload): string => `${kind.toLowerCase()}/${namespace}/${name}`;

/** Every ServiceAccount that is declared, that a pod runs as or that a binding names. */
export const accounts = (model: CoreModel): readonly Account[] => {
  const found = new Map<string, Account>();
  const add = (account: Account) => found.set(accountId(account), account);
  for (const { namespace, name } of model.objectsOf("", "ServiceAccount")) add({ namespace, name });
  for (const workload of model.workloads) add({ namespace: workload.namespace, name: serviceAccount(workload) });
  for (const { subjects } of model.ask(bindings)) {
    for (const { kind, namespace, name } of subjects) if (kind === "ServiceAccount") add({ namespace, name });
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
};

/** By namespace. */
export const accountsByNamespace = (model: CoreModel): ReadonlyMap<string, readonly Account[]> => {
  const found = new Map<string, Account[]>();
  for (const account of model.ask(accounts)) found.set(account.namespace, [...(found.get(account.namespace) ?? []), account]);
  return found;
};

/** Whether a pod holds a token for the Kubernetes API: its own setting, else its ServiceAccount's, else it does; or one that it mounts itself. */
export function holdsToken(model: CoreModel, workload: Workload): "yes" | "maybe" | "no" {
  const projected = workload.podSpec.get("volumes").items().some((volume) => volume.get("projected", "sources").items().some((source) => source.get("serviceAccountToken").isKnown && source.get("serviceAccountToken", "audience").isAbsent));
  if (projected) return "yes";
  const own = workload.podSpec.get("automountServiceAccountToken");
  const [account] = model.objectsNamed("", "ServiceAccount", workload.namespace, serviceAccount(workload));
  const setting = own.isAbsent ? account?.resource.props.get("automountServiceAccountToken") : own;
  const read = setting?.boolean() ?? { state: "absent" };
  return read.state === "unknown" ? "maybe" : read.state === "known" && !read.value ? "no" : "yes";
} // prettier-ignore

/** A role of AWS by its ARN, on the ServiceAccount: EKS then gives its pods a token for STS, whatever is mounted besides. */
const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

export function roleAnnotation(model: CoreModel, { namespace, name }: Account): Node | undefined {
  const [account] = model.objectsNamed("", "ServiceAccount", namespace, name);
  const node = account?.metadata.get("annotations", ROLE_ANNOTATION);
  return node === undefined || node.isAbsent ? undefined : node;
}

const DISKS =
  /^\/$|^\/(etc|root|var|home|proc|dev|boot)\/?$|^\/var\/(lib|run)\/?$|^\/var\/lib\/(kubelet|docker|containerd)|^\/etc\/kubernetes|\.sock$|^\/(var\/)?run(\/containerd)?\/?$/;
const MIGHTY = new Set(["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"]);

/** What lets a pod out onto its node; `undefined` for nothing. */
export function wayToNode(workload: Workload): string | undefined {
  const on = (node: Node): boolean => valueOr(node.boolean(), false);
  for (const { security, name } of workload.containers) {
    if (on(security.get("privileged"))) return `container ${name} is privileged`;
    const added = security.get("capabilities", "add").items().map((item) => valueOr(item.string(), "").toUpperCase().replace(/^CAP_/, ""));
    const mighty = added.find((capability) => MIGHTY.has(capability) || (capability === "SYS_PTRACE" && on(workload.podSpec.get("hostPID"))));
    if (mighty !== undefined) return `container ${name} has ${mighty}`;
  }
  const disk = workload.podSpec.get("volumes").items().map((volume) => valueOr(volume.get("hostPath", "path").string(), "")).find((path) => DISKS.test(path));
  return disk === undefined ? undefined : `it mounts ${disk} of the node`;
} // prettier-ignore

/** Pods that lead somewhere: to a goal, to a token, to AWS or to a node. The others are no hop of a shortest chain. */
export const worthwhilePods = (model: CoreModel): readonly Workload[] =>
  model.workloads.filter((workload) => !workload.hook && (goalsOf(model, workload).length > 0 || leadsOn(model, workload)));

function leadsOn(model: CoreModel, workload: Workload): boolean {
  if (wayToNode(workload) !== undefined || valueOr(workload.podSpec.get("hostNetwork").boolean(), false)) return true;
  const account = { namespace: workload.namespace, name: serviceAccount(workload) };
  if (model.ask(empowered).has(accountId(account)) && holdsToken(model, workload) !== "no") return true;
  return roleAnnotation(model, account) !== undefined || model.ask(associated).has(accountId(account));
}

const empowered = (model: CoreModel): ReadonlySet<string> =>
  new Set(
    model
      .ask(bindings)
      .flatMap(({ subjects }) => subjects.flatMap((subject) => (subject.kind === "ServiceAccount" ? [accountId(subject)] : []))),
  );

const associated = (model: CoreModel): ReadonlySet<string> =>
  new Set(
    model
      .ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation")
      .map(({ props }) =>
        accountId({ namespace: valueOr(props.get("namespace").string(), ""), name: valueOr(props.get("serviceAccount").string(), "") }),
      ),
  );

export interface NodeRole {
  /** The role, in sight. */
  readonly urn: string | undefined;
  /** Whether a pod that is not on the host network gets its credentials: the metadata service answers over more than one hop. */
  readonly fromPods: "yes" | "maybe" | "no";
  /** Whether a pod on the host network does. */
  readonly fromHost: "yes" | "maybe" | "no";
  /** For people: "node group core". */
  readonly name: string;
}

/** The roles that the nodes of the clusters in sight have. */
export const nodeRoles = (model: CoreModel): readonly NodeRole[] => [
  ...model.ask(nodeGroups).map(({ resource, launchTemplate, role }): NodeRole => {
    const urn = role.state === "resolved" ? role.resource.urn : undefined;
    const name = `node group ${resource.name}`;
    // Without a launch template EKS gives nodes a hop limit of 2 (EKS User Guide, "Restrict access to the instance profile").
    if (launchTemplate === undefined) return { urn, name, fromPods: "yes", fromHost: "yes" };
    if (launchTemplate.state !== "resolved") return { urn, name, fromPods: "maybe", fromHost: "maybe" };
    const machine = launchTemplate.resource;
    return { urn, name, ...metadataFrom(machine.props.get("metadataOptions"), machine.type === INSTANCE ? "no" : "maybe") };
  }),
  ...model.objectsOf("karpenter.k8s.aws", "EC2NodeClass").map(({ spec, name, version }): NodeRole => {
    const wanted = valueOr(spec.get("role").string(), "");
    const role = model.ofType(ROLE).find(({ props, name: logical }) => valueOr(props.get("name").string(), logical) === wanted);
    return { urn: role?.urn, name: `node class ${name}`, ...metadataFrom(spec.get("metadataOptions"), version === "v1" ? "no" : "yes") };
  }),
]; // prettier-ignore

/** `unsaid`: the answer where the hop limit is left out. */
function metadataFrom(options: Node, unsaid: NodeRole["fromPods"]): Pick<NodeRole, "fromPods" | "fromHost"> {
  const endpoint = options.get("httpEndpoint").string();
  if (endpoint.state === "known" && endpoint.value === "disabled") return { fromPods: "no", fromHost: "no" };
  const hops = options.get("httpPutResponseHopLimit").number();
  const far = hops.state === "known" ? (hops.value > 1 ? "yes" : "no") : hops.state === "unknown" ? "maybe" : unsaid;
  return { fromPods: endpoint.state === "unknown" && far === "yes" ? "maybe" : far, fromHost: endpoint.state === "unknown" ? "maybe" : "yes" };
} // prettier-ignore

/** Whether aws-auth still lets people in: some cluster in sight says so, or none is in sight. */
export function readsAwsAuth(model: CoreModel): "yes" | "maybe" | "no" {
  const clusters = model.ofType(EKS_CLUSTER);
  if (clusters.length === 0) return "maybe";
  const modes = clusters.map(({ props }) => {
    const config = props.get("accessConfig");
    return (config.kind() === "list" ? (config.items()[0] ?? config) : config).get("authenticationMode").string();
  });
  if (modes.some((mode) => mode.state === "absent" || (mode.state === "known" && mode.value !== "API"))) return "yes";
  return modes.some((mode) => mode.state === "unknown") ? "maybe" : "no";
}
