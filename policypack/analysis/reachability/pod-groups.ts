/**
 * Security groups as a layer of pods on EKS. A pod that a SecurityGroupPolicy selects has an interface of its own with those groups, in
 * place of its node's, where the CNI gives it one; every other pod shares the groups of its node (launch template, else the cluster's group, which lets in whatever
 * holds it), and traffic that stays on a node meets none. Where neither is in sight the layer says nothing.
 *
 * Source: EKS user guide, "Assign security groups to individual Pods", "Customize managed nodes with launch templates", "View Amazon EKS
 * security group requirements for clusters".
 */

import { clusterOf } from "../../model/aws/eks";
import { type NodeGroup, nodeGroupLists, nodeGroups } from "../../model/aws/nodes";
import { refersTo, resolve } from "../../model/aws/references";
import { GROUP_TYPES, type SecurityGroup, securityGroup, type SecurityGroupRule } from "../../model/aws/security-groups";
import { EKS_NODE_GROUP } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import { type KubernetesObject, labelsOf } from "../../model/kubernetes/objects";
import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { admission } from "../aws-network/ingress";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { TrafficSet } from "../cidr/traffic";
import { mayLandOn, placementOf } from "../placement";
import { portsOfTraffic } from "./aws";
import type { Unit } from "./cluster";
import { ownInterface } from "./pod-interfaces";
import { intersectPorts, type PortSet, unionPorts } from "./ports";
import type { Mode } from "./program";

/** The groups of a workload's pods; one alternative for every node group that they may run on. */
export interface PodGroups {
  /** `undefined`: the cluster's own group alone, which no stack writes. */
  readonly groups: readonly SecurityGroup[] | undefined;
  /** The node group whose groups they are; `undefined` for groups of the pods' own. */
  readonly nodes: Resource | undefined;
  readonly addresses: IpSet;
  /** For people: "SecurityGroupPolicy core/udr". */
  readonly because: string;
}

const ANYWHERE = IpSet.of(["0.0.0.0/0"]);

/** What a pod has in place of a SecurityGroupPolicy's groups where nothing gives it an interface for them. */
const WITHOUT_INTERFACE: PodGroups = {
  groups: undefined,
  nodes: undefined,
  addresses: ANYWHERE,
  because: "its node's security groups, unless the VPC CNI has ENABLE_POD_ENI",
};

export const podGroups = (model: CoreModel): ReadonlyMap<Workload, readonly PodGroups[]> => {
  const policies = model.objectsOf("vpcresources.k8s.aws", "SecurityGroupPolicy");
  const pools = model.ask(nodeGroups);
  const found = new Map<Workload, readonly PodGroups[]>();
  if (policies.length + pools.length === 0) return found;
  const ofNodes = new Map(pools.map((pool) => [pool, nodesOf(model, pool)]));
  for (const workload of model.workloads) {
    const own = ownGroups(model, workload, policies);
    if (own === "unknown") continue;
    const given = own === "none" ? "no" : ownInterface(model, workload);
    if (own !== "none" && given !== "no") {
      found.set(workload, given === "yes" ? [own] : [own, WITHOUT_INTERFACE]);
      continue;
    }
    const cluster = clusterOf(model, workload.object.resource);
    const placement = placementOf(workload);
    const places = pools.filter(
      (pool) => refersTo(pool.cluster, cluster ?? pool.resource) !== "no" && mayLandOn(model, placement, pool.resource),
    );
    const alternatives = places.map((pool) => ofNodes.get(pool));
    // A group that is not known says nothing.
    const known = alternatives.flatMap((item) => item ?? []);
    if (known.length > 0 && known.length === alternatives.length) found.set(workload, known);
  }
  return found;
};

/** What SecurityGroupPolicies give a workload's pods, all that select them together. Pods on the host's network have the node's. */
function ownGroups(model: CoreModel, workload: Workload, policies: readonly KubernetesObject[]): PodGroups | "none" | "unknown" {
  if (valueOr(workload.podSpec.get("hostNetwork").boolean(), false)) return "none";
  const selecting = policies
    .filter(({ namespace }) => namespace === workload.namespace)
    .map((policy) => ({ policy, match: selects(model, policy, workload) }))
    .filter(({ match }) => match !== "no");
  if (selecting.length === 0) return "none";
  const groups: SecurityGroup[] = [];
  for (const { policy, match } of selecting) {
    const list = policy.spec.get("securityGroups", "groupIds");
    const read = groupsNamed(model, policy.resource, list.items());
    if (match !== "yes" || list.isUnknown || read === undefined) return "unknown";
    groups.push(...read);
  }
  const names = selecting.map(({ policy }) => `${policy.namespace}/${policy.name}`);
  return { groups, nodes: undefined, addresses: ANYWHERE, because: `SecurityGroupPolicy ${names.join(", ")}` };
}

/** By labels of the pod, of its ServiceAccount, or both; a policy with neither selects nobody. */
function selects(model: CoreModel, { spec, namespace }: KubernetesObject, workload: Workload): Match {
  const pods = spec.get("podSelector");
  const accounts = spec.get("serviceAccountSelector");
  if (pods.isAbsent && accounts.isAbsent) return "no";
  const answers: Match[] = [];
  if (!pods.isAbsent) answers.push(matchesSelector(pods, workload.labels));
  if (!accounts.isAbsent) {
    const name = valueOr(workload.podSpec.get("serviceAccountName").string(), "default");
    const [account] = model.objectsNamed("", "ServiceAccount", namespace, name);
    answers.push(account === undefined ? "maybe" : matchesSelector(accounts, labelsOf(account.metadata.get("labels"))));
  }
  return and(answers);
}

/** The groups of a node group's machines; `undefined` where they are not in sight. */
function nodesOf(model: CoreModel, { resource, subnets, launchTemplate }: NodeGroup): PodGroups | undefined {
  const blocks = subnets.flatMap((subnet) => parseBlock(valueOr(subnet.props.get("cidrBlock").string(), "")) ?? []);
  const addresses = blocks.length === subnets.length && blocks.length > 0 ? IpSet.fromBlocks(blocks) : ANYWHERE;
  const name = valueOr(resource.props.get("nodeGroupName").string(), resource.name);
  const ofCluster = { groups: undefined, nodes: resource, addresses, because: `the cluster's security group, on nodes of ${name}` };
  if (launchTemplate === undefined) return ofCluster;
  if (launchTemplate.state !== "resolved") return undefined;
  const lists = nodeGroupLists(launchTemplate.resource);
  const named = lists.flatMap((list) => list.items());
  // EKS gives its own group to managed nodes alone; others that name none have their VPC's default group, or an interface's.
  if (named.length === 0) return lists.some((list) => list.isUnknown) || resource.type !== EKS_NODE_GROUP ? undefined : ofCluster;
  const groups = groupsNamed(model, launchTemplate.resource, named);
  return groups === undefined
    ? undefined
    : {
        groups,
        nodes: resource,
        addresses,
        because: `the ${launchTemplate.resource === resource ? "instance" : "launch template of node group"} ${name}`,
      };
}

function groupsNamed(model: CoreModel, resource: Resource, nodes: readonly Node[]): readonly SecurityGroup[] | undefined {
  const groups = nodes.map((node) => {
    const reference = resolve(model, resource, node, GROUP_TYPES);
    return reference.state === "resolved" ? securityGroup(model, reference.resource) : undefined;
  });
  const known = groups.flatMap((group) => group ?? []);
  return known.length === groups.length && known.length > 0 ? known : undefined;
}

/** The part of `ports` that the security groups of both ends let through. */
export function groupPorts(model: CoreModel, from: Unit, to: Unit, ports: PortSet, mode: Mode): PortSet {
  const known = model.ask(podGroups);
  if (known.size === 0) return ports;
  const [sources, targets] = [from, to].map(({ workloads: [workload] }) => (workload === undefined ? undefined : known.get(workload)));
  if (sources === undefined && targets === undefined) return ports;
  const answers = (sources ?? [undefined]).flatMap((a) => (targets ?? [undefined]).map((b) => part(ports, between(model, a, b, mode))));
  return mode === "may" ? unionPorts(...answers) : answers.reduce(intersectPorts);
}

function part(ports: PortSet, traffic: TrafficSet): PortSet {
  return traffic.contains(TrafficSet.ALL) ? ports : intersectPorts(ports, portsOfTraffic(traffic));
}

function between(model: CoreModel, from: PodGroups | undefined, to: PodGroups | undefined, mode: Mode): TrafficSet {
  // On one node nothing is asked; whether two pods share one is the scheduler's choice.
  if (mode === "may" && from?.nodes !== undefined && from.nodes === to?.nodes) return TrafficSet.ALL;
  const sent = from === undefined ? TrafficSet.ALL : through(model, from, to, "egress", mode);
  const taken = to === undefined ? TrafficSet.ALL : through(model, to, from, "ingress", mode);
  if (sent === TrafficSet.ALL) return taken;
  return taken === TrafficSet.ALL ? sent : sent.intersection(taken);
}

/** What the groups of one end let through with the other; the cluster's own group is out of sight, and says nothing. */
function through(model: CoreModel, self: PodGroups, peer: PodGroups | undefined, direction: "ingress" | "egress", mode: Mode): TrafficSet {
  if (self.groups === undefined) return TrafficSet.ALL;
  if (mode === "may" && self.groups.some(({ unknownLists }) => unknownLists.some((list) => list.direction === direction)))
    return TrafficSet.ALL;
  return TrafficSet.union(
    rulesOf(self.groups, direction, mode).flatMap(({ rule, group }) => {
      const { traffic, peers } = admission(model, rule);
      const addresses = peer?.addresses ?? ANYWHERE;
      const named = names(model, rule, group, peer);
      const match = peers.addresses.contains(addresses) ? "yes" : named;
      const maybe = match === "maybe" || peers.addresses.overlaps(addresses) || peers.unknown.length > 0;
      if (match !== "yes" && !(mode === "may" && maybe)) return [];
      return [traffic ?? (mode === "may" ? TrafficSet.ALL : TrafficSet.EMPTY)];
    }),
  );
}

function rulesOf(groups: readonly SecurityGroup[], direction: "ingress" | "egress", mode: Mode) {
  return groups.flatMap((group) =>
    [...group.inline, ...group.standalone]
      .filter((rule) => rule.direction === direction || (mode === "may" && rule.direction === "unknown"))
      .map((rule) => ({ rule, group })),
  );
}

/** Whether a rule names a group that the peer has. The cluster's own group, or one of another stack, may be meant by what is not resolved. */
function names(model: CoreModel, rule: SecurityGroupRule, group: SecurityGroup, peer: PodGroups | undefined): Match {
  const held = peer?.groups?.map(({ resource }) => resource) ?? [];
  if (valueOr(rule.self.boolean(), false) && held.includes(group.resource)) return "yes";
  const references = rule.groups
    .flatMap((node) => (node.kind() === "list" ? node.items() : [node]))
    .map((node) => resolve(model, rule.resource, node, GROUP_TYPES))
    .filter(({ state }) => state !== "absent");
  if (references.some((reference) => held.some((resource) => refersTo(reference, resource) === "yes"))) return "yes";
  const open = peer?.groups === undefined && references.some(({ state }) => state !== "resolved");
  return open || references.some((reference) => held.some((resource) => refersTo(reference, resource) === "maybe")) ? "maybe" : "no";
}

/** The part of `ports` that a workload's groups let some of these addresses open. */
export function groupPortsFromAddresses(model: CoreModel, to: Unit, addresses: IpSet, ports: PortSet, mode: Mode): PortSet {
  const [workload] = to.workloads;
  const alternatives = workload === undefined ? undefined : model.ask(podGroups).get(workload);
  if (alternatives === undefined) return ports;
  const answers = alternatives.map(({ groups }) => {
    if (groups === undefined) return ports;
    const sets = rulesOf(groups, "ingress", mode).flatMap(({ rule }) => {
      const { traffic, peers } = admission(model, rule);
      if (!peers.addresses.overlaps(addresses) && !(mode === "may" && peers.unknown.length > 0)) return [];
      return [traffic ?? (mode === "may" ? TrafficSet.ALL : TrafficSet.EMPTY)];
    });
    return part(ports, TrafficSet.union(sets));
  });
  return mode === "may" ? unionPorts(...answers) : answers.reduce(intersectPorts);
}

/** What the groups of each end say of a connection, for people. */
export interface GroupsSaying {
  readonly direction: "ingress" | "egress";
  /** "SecurityGroupPolicy core/udr (sg-udr)". */
  readonly groups: string;
  readonly certain: PortSet;
  readonly possible: PortSet;
  /** Where the traffic may stay on a node, and meets none of them. */
  readonly sharedNode: boolean;
}

export function groupSayings(model: CoreModel, from: Unit | undefined, to: Unit | undefined, ports: PortSet): GroupsSaying[] {
  const of = (unit: Unit | undefined) => {
    const [workload] = unit?.workloads ?? [];
    return workload === undefined ? [] : (model.ask(podGroups).get(workload) ?? []);
  };
  const [sources, targets] = [of(from), of(to)];
  const say = (direction: "ingress" | "egress", self: PodGroups, others: readonly PodGroups[]): GroupsSaying => {
    const answer = (mode: Mode) =>
      unionPorts(...(others.length === 0 ? [undefined] : others).map((other) => part(ports, through(model, self, other, direction, mode))));
    return {
      direction,
      groups: `${self.because}${self.groups === undefined ? "" : ` (${self.groups.map(({ resource }) => resource.name).join(", ")})`}`,
      certain: answer("must"),
      possible: answer("may"),
      sharedNode: self.nodes !== undefined && others.some(({ nodes }) => nodes === self.nodes),
    };
  };
  return [...sources.map((self) => say("egress", self, targets)), ...targets.map((self) => say("ingress", self, sources))];
}
