/**
 * Everybody who acts in a stack, of AWS and of Kubernetes alike: identities of IAM, ServiceAccounts, users and groups, and the pods that an
 * intruder may be in; with the steps from each to whom it becomes.
 */

import { ROLE, USER } from "../../model/aws/identities";
import { resolve } from "../../model/aws/references";
import { EKS_ACCESS_ENTRY, EKS_ACCESS_POLICY } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { Node, type Value, valueOr } from "../../model/value";
import { isAdministrator, type Step } from "../iam/graph";
import { ACCOUNT_ADMINISTRATOR } from "../iam/graph";
import type { Guards, Identity } from "../iam/identities";
import { type Actor, awsActors, awsIdentities } from "../iam/report";
import { awsAuthEntries } from "../rbac/aws-auth";
import { type Binding, bindings, builtInRole } from "../rbac/bindings";
import { grantsIn, serviceAccount } from "../rbac/grants";
import type { Holding } from "../rbac/techniques";
import { reachesMetadata } from "../reachability/metadata";
import { roleId, rolesOfAccount } from "./account-roles";
import {
  type Account,
  accountId,
  accounts,
  holdsToken,
  NODE,
  nodeRoles,
  podId,
  roleAnnotation,
  wayToNode,
  worthwhilePods,
} from "./cluster";
import { CLUSTER_ADMINISTRATOR, goalsOf, KEYS } from "./goals";
import { type Powers, powersOf } from "./kubernetes-steps";

export function stackActors(model: CoreModel, guards: Guards): readonly Actor[] {
  const identities = awsIdentities(model, guards);
  const aws = awsActors(identities);
  if (!hasCluster(model)) return aws;
  const entries = clusterEntries(model);
  const known = new Set(aws.map(({ id }) => id));
  const beyond = [...entries.keys()].filter((id) => !known.has(id)).sort();
  return [
    ...aws.map((actor, index) => extended(actor, identities[index], entries.get(actor.id) ?? [], model)),
    ...beyond.map((id) => plain(id, "principal", () => entries.get(id) ?? [])),
    ...model.ask(accounts).map((account) => accountActor(model, account)),
    ...subjectsOf(model).map(([id, names]) => subjectActor(model, id, names)),
    ...pods(model).map((workload) => plain(podId(workload), "pod", () => fromPod(model, workload))),
    plain(NODE, "goal", () => fromNode(model)),
    plain(ACCOUNT_ADMINISTRATOR, "goal", () => [toCluster("makes itself an access entry"), to(KEYS, "may read every secret and use every key", "administrator", ["*"])]),
    plain(CLUSTER_ADMINISTRATOR, "goal", () => fromCluster(model)),
  ];
} // prettier-ignore

function hasCluster(model: CoreModel): boolean {
  return model.objects.length > 0 || model.ofType("aws:eks/cluster:Cluster").length > 0;
}

function plain(id: string, kind: string, steps: () => readonly Step[], powers?: Powers, notKnown: readonly string[] = []): Actor {
  let read: readonly Step[] | undefined;
  return { id, kind, escalations: powers?.escalations ?? [], access: [], notKnown, lateral: new Set(), steps: () => (read ??= steps()) };
}

function to(id: string, how: string, technique: string, permissions: readonly string[] = [], verdict: Step["verdict"] = "fail"): Step {
  return { to: id, how, technique, permissions, verdict };
}

const toCluster = (how: string): Step => to(CLUSTER_ADMINISTRATOR, how, "eks-001", ["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"]);

/** Pods of a core, and all others that lead somewhere. */
function pods(model: CoreModel): readonly Workload[] {
  const core = model.workloads.filter((workload) => !workload.hook && model.coreNamespaces.has(workload.namespace));
  return [...new Set([...core, ...model.ask(worthwhilePods)])];
}

function fromPod(model: CoreModel, workload: Workload): readonly Step[] {
  const account = { namespace: workload.namespace, name: serviceAccount(workload) };
  const steps: Step[] = goalsOf(model, workload).map((goal) => to(goal, "is in its pods", "pod"));
  const token = holdsToken(model, workload);
  if (token !== "no") steps.push(to(accountId(account), "reads the token in the pod", "k8s-mounted-token", [], token === "yes" ? "fail" : "undetermined"));
  const annotated = roleAnnotation(model, account) !== undefined || projectsForSts(workload);
  for (const { id, by, answer } of rolesOfAccount(model, account)) {
    if (by === "IRSA" && !annotated) continue;
    steps.push(to(id, `takes the pod's role (${by})`, by === "IRSA" ? "eks-irsa" : "eks-pod-identity", [], answer === "yes" ? "fail" : "undetermined"));
  }
  const out = wayToNode(workload);
  if (out !== undefined) steps.push(to(NODE, `leaves the pod: ${out}`, "pod-to-node"));
  return [...steps, ...fromMetadata(model, workload)];
} // prettier-ignore

/** Pods on Fargate have no instance under them. */
function fromMetadata(model: CoreModel, workload: Workload): Step[] {
  const onHost = valueOr(workload.podSpec.get("hostNetwork").boolean(), false);
  return model.ask(nodeRoles).flatMap(({ urn, name, fromPods, fromHost }) => {
    const role = urn === undefined ? undefined : model.resource(urn);
    const answers = [onHost ? fromHost : fromPods];
    if (role === undefined || answers[0] === "no") return [];
    if (!onHost) answers.push(reachesMetadata(model, workload));
    if (answers.includes("no")) return [];
    return [to(roleId(role), `asks the metadata service for the credentials of its node (${name})`, "ec2-metadata", [], answers.includes("maybe") ? "undetermined" : "fail")];
  });
} // prettier-ignore

function projectsForSts(workload: Workload): boolean {
  return workload.podSpec.get("volumes").items().some((volume) => volume.get("projected", "sources").items().some((source) => valueOr(source.get("serviceAccountToken", "audience").string(), "") === "sts.amazonaws.com"));
} // prettier-ignore

/** Whoever is on a node has its role, and what runs beside him: which pods those are, the scheduler decides. */
function fromNode(model: CoreModel): readonly Step[] {
  const roles = model.ask(nodeRoles).flatMap(({ urn, name, fromHost }) => {
    const role = urn === undefined ? undefined : model.resource(urn);
    return role === undefined || fromHost === "no" ? [] : [to(roleId(role), `has the credentials of the node (${name})`, "ec2-metadata", [], fromHost === "yes" ? "fail" : "undetermined")];
  });
  return [...roles, ...model.ask(worthwhilePods).map((workload) => to(podId(workload), "is in every pod of the node", "node-to-pod", [], "undetermined"))];
} // prettier-ignore

function fromCluster(model: CoreModel): readonly Step[] {
  return [
    ...model.ask(worthwhilePods).map((workload) => to(podId(workload), "runs commands in any pod", "k8s-exec", ["create pods/exec"])),
    ...model.ask(accounts).flatMap((account) =>
      rolesOfAccount(model, account).map(({ id, answer }) => to(id, `starts a pod as ${account.namespace}/${account.name}`, "k8s-pods", ["create pods"], answer === "yes" ? "fail" : "undetermined")),
    ),
    to(NODE, "starts a privileged pod", "k8s-pods", ["create pods"]),
  ];
} // prettier-ignore

/** What binds each subject: `serviceaccount/…`, `kubernetes-user/…`, `kubernetes-group/…`. */
const boundTo = (model: CoreModel): ReadonlyMap<string, readonly Binding[]> => {
  const found = new Map<string, Binding[]>();
  for (const binding of model.ask(bindings)) {
    for (const subject of binding.subjects) {
      const id = subject.kind === "ServiceAccount" ? accountId(subject) : `kubernetes-${subject.kind.toLowerCase()}/${subject.name}`;
      found.set(id, [...(found.get(id) ?? []), binding]);
    }
  }
  return found;
};

const everyAccount = (model: CoreModel) =>
  ["system:serviceaccounts", "system:authenticated"].flatMap((group) => model.ask(boundTo).get(`kubernetes-group/${group}`) ?? []);

function accountActor(model: CoreModel, account: Account): Actor {
  const id = accountId(account);
  const bound = [...(model.ask(boundTo).get(id) ?? []), ...(model.ask(boundTo).get(`kubernetes-group/system:serviceaccounts:${account.namespace}`) ?? []), ...model.ask(everyAccount)];
  return boundActor(model, id, "serviceaccount", bound);
} // prettier-ignore

function boundActor(model: CoreModel, id: string, kind: string, bound: readonly Binding[]): Actor {
  const powers = powersOf(model, bound);
  const unknown = bound.filter((binding) => binding.unknown).map(({ roleName, object }) => `${roleName === "" ? "a role" : roleName} (${object.kind} ${object.name})`);
  return plain(id, kind, () => powers.steps, powers, [...new Set(unknown)]);
} // prettier-ignore

/** Users and groups that bindings, access entries or the aws-auth ConfigMap name; ServiceAccounts have theirs. */
function subjectsOf(model: CoreModel): readonly (readonly [id: string, bound: readonly Binding[]])[] {
  const named = new Map(model.ask(boundTo));
  for (const id of ["kubernetes-group/system:masters"]) if (!named.has(id)) named.set(id, []);
  return [...named].filter(([id]) => !id.startsWith("serviceaccount/") && !id.startsWith("kubernetes-group/system:serviceaccounts")).sort(([a], [b]) => (a < b ? -1 : 1));
} // prettier-ignore

function subjectActor(model: CoreModel, id: string, bound: readonly Binding[]): Actor {
  if (id !== "kubernetes-group/system:masters") return boundActor(model, id, id.slice(0, id.indexOf("/")), bound);
  return plain(id, "goal", () => [to(CLUSTER_ADMINISTRATOR, "is past all RBAC", "k8s-masters")]);
}

/** What EKS's access policies grant, in RBAC's words (EKS User Guide, "Review access policy permissions"; read 2026-11-25). */
const ACCESS_POLICIES: { readonly [name: string]: readonly ReturnType<typeof grantsIn>[number][] } = {
  AmazonEKSClusterAdminPolicy: builtInRole("cluster-admin") ?? [],
  AmazonEKSAdminPolicy: builtInRole("admin") ?? [],
  AmazonEKSEditPolicy: builtInRole("edit") ?? [],
  AmazonEKSAdminViewPolicy: read("secrets"),
  AmazonEKSSecretReaderPolicy: read("secrets"),
};

function read(resource: string) {
  return grantsIn(Node.root([{ apiGroups: [""], resources: [resource], verbs: ["get", "list", "watch"] }] as Value));
}

/** Who in AWS enters the cluster, and as whom: access entries with their policies and groups, the aws-auth ConfigMap. */
function clusterEntries(model: CoreModel): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>();
  const add = (id: string | undefined, steps: readonly Step[]) => {
    if (id !== undefined && steps.length > 0) found.set(id, [...(found.get(id) ?? []), ...steps]);
  };
  for (const entry of model.ofType(EKS_ACCESS_ENTRY)) {
    const groups = entry.props.get("kubernetesGroups").items().flatMap((item) => valueOr(item.string(), undefined) ?? []);
    add(principal(model, entry), groups.map((group) => to(`kubernetes-group/${group}`, "its access entry puts it into the group", "eks-access-entry")));
  }
  for (const association of model.ofType(EKS_ACCESS_POLICY)) {
    const name = valueOr(association.props.get("policyArn").string(), "").split("/").at(-1) ?? "";
    const given = association.props.get("accessScope");
    const scope = given.kind() === "list" ? (given.items()[0] ?? given) : given;
    const namespaces = valueOr(scope.get("type").string(), "") === "namespace" ? scope.get("namespaces").items().map((item) => valueOr(item.string(), "?")) : [""];
    const grants = Object.hasOwn(ACCESS_POLICIES, name) ? (ACCESS_POLICIES[name] ?? []) : [];
    const holdings = namespaces.map((namespace): Holding => ({ grants, namespace }));
    add(principal(model, association), powersOf(model, holdings).steps.map((step) => ({ ...step, how: `${step.how}, by ${name}`, permissions: [name] })));
  }
  const auth = model.objectsNamed("", "ConfigMap", "kube-system", "aws-auth").flatMap((map) => awsAuthEntries(map));
  for (const { principal: arn, groups } of auth) {
    const role = model.ofType(ROLE).find(({ props }) => valueOr(props.get("arn").string(), "") === arn);
    add(role === undefined ? arn : roleId(role), groups.filter((group) => !NODE_GROUPS.has(group)).map((group) => to(`kubernetes-group/${group}`, "the aws-auth ConfigMap puts it into the group", "aws-auth")));
  }
  return found;
} // prettier-ignore

const NODE_GROUPS = new Set(["system:bootstrappers", "system:nodes", "system:node-proxier"]);

function principal(model: CoreModel, resource: Resource): string | undefined {
  const reference = resolve(model, resource, resource.props.get("principalArn"), [ROLE, USER]);
  if (reference.state === "elsewhere") return reference.value;
  if (reference.state !== "resolved") return undefined;
  return reference.resource.type === ROLE ? roleId(reference.resource) : `user/${valueOr(reference.resource.props.get("name").string(), reference.resource.name)}`;
} // prettier-ignore

/** Techniques that put an identity onto an instance. */
const ONTO_INSTANCES = /^(ssm-|ec2instanceconnect-|ec2-002|ec2-004)/;

/** An identity of AWS with its ways into the cluster. */
function extended(actor: Actor, identity: Identity | undefined, entry: readonly Step[], model: CoreModel): Actor {
  const nodes = model.ask(nodeRoles).length > 0;
  let steps: readonly Step[] | undefined;
  return {
    ...actor,
    steps: () => {
      if (steps !== undefined) return steps;
      const inside = actor.escalations.flatMap(({ technique, title, permissions, verdict }): Step[] => {
        if (technique.startsWith("eks-") && CLUSTER_TECHNIQUES.has(technique)) return [to(CLUSTER_ADMINISTRATOR, title, technique, permissions, verdict)];
        return nodes && ONTO_INSTANCES.test(technique) ? [to(NODE, title, technique, permissions, "undetermined")] : [];
      });
      const keys = actor.access.flatMap(({ to: jewel, title, actions, verdict }) => (["secrets", "keys"].includes(jewel) && verdict === "fail" ? [to(KEYS, `may ${title}`, jewel, actions)] : []));
      const isNode = identity?.resource !== undefined && model.ask(nodeRoles).some(({ urn }) => urn === identity.resource?.urn);
      const asNode = isNode ? [to(NODE, "enters the cluster as the node, with what its pods hold", "eks-node")] : [];
      const all = identity !== undefined && isAdministrator(identity) === "yes";
      steps = [...actor.steps(), ...(all ? [] : [...inside, ...entry, ...asNode, ...keys])];
      return steps;
    },
  };
} // prettier-ignore

const CLUSTER_TECHNIQUES = new Set(["eks-001", "eks-002", "eks-003", "eks-004", "eks-010"]);
