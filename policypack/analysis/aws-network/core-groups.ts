/**
 * Security groups of the core: those that say which function, plane or zone they are for, those that open a port of the core, and those of
 * the nodes and control planes of EKS clusters that run network functions.
 */

import { eksClusters } from "../../model/aws/eks";
import { nodeGroupLists, nodeGroups, secondaryInterfaces } from "../../model/aws/nodes";
import { refersTo, resolve, tag } from "../../model/aws/references";
import { GROUP_TYPES, type SecurityGroup, securityGroups } from "../../model/aws/security-groups";
import { INSTANCE, LAUNCH_TEMPLATE, NETWORK_INTERFACE } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { networkFunction } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { planesTagged, zoneTagged } from "../planes";
import { type Certainty, CORE_ZONES, coreVpcs, runsNetworkFunction } from "./core-vpcs";
import { corePortsMeant } from "./core-ports";
import { declaredFunctions } from "./declared-function";
import { admissionsOf } from "./ingress";

export interface CoreGroup {
  readonly group: SecurityGroup;
  readonly networkFunctions: readonly NetworkFunctionId[];
  readonly planes: readonly string[];
  /** Trust zones of its functions, or the zone of its tag. */
  readonly zones: readonly string[];
  /** Who uses it: the functions' own interfaces, machines and interfaces that nothing names, or those of the cluster. */
  readonly of: "functions" | "machines" | "nodes" | "control-plane";
  readonly core: Exclude<Certainty, "no">;
}

export const coreGroups = (model: CoreModel): readonly CoreGroup[] => {
  const machines = model.ask(groupsOfMachines);
  return model.ask(securityGroups).flatMap((group): CoreGroup[] => {
    const planes = planesTagged(group.resource);
    const zone = zoneTagged(group.resource);
    const { networkFunctions } = declaredFunctions(group.resource);
    const facts = {
      group,
      networkFunctions,
      planes: planes.state === "known" ? planes.value : [],
      zones: zone.state === "known" ? [zone.value] : [...new Set<string>(networkFunctions.map((id) => networkFunction(id).zone))],
    };
    const machine = machines.get(group.resource);
    if (machine !== undefined) return machine.core === "no" ? [] : [{ ...facts, of: machine.of, core: machine.core }];
    const inCore = group.vpc.state === "resolved" ? (model.ask(coreVpcs).get(group.vpc.resource)?.core ?? "no") : "maybe";
    const opensPort = admissionsOf(model, group).some((rule) => corePortsMeant(rule.traffic).length > 0);
    const said = opensPort || networkFunctions.length > 0 || (zone.state === "known" && CORE_ZONES.has(zone.value));
    if (inCore === "no" && !opensPort) return [];
    // A name alone, in a network that is not in sight, may be anybody's.
    const core = opensPort || inCore === "yes" || zone.state === "known" ? "yes" : "maybe";
    if (said) return [{ ...facts, of: "functions", core }];
    return inCore !== "no" && model.ask(groupsOnInterfaces).has(group.resource) ? [{ ...facts, of: "machines", core: inCore }] : [];
  });
}; // prettier-ignore

/** Groups that an instance or network interface carries, or a secondary one of a launch template, whatever they are called. */
const groupsOnInterfaces = (model: CoreModel): ReadonlySet<Resource> => {
  const carriers = [...model.ofType(INSTANCE), ...model.ofType(NETWORK_INTERFACE)];
  const lists = [
    ...carriers.flatMap((carrier) => ["vpcSecurityGroupIds", "securityGroups"].map((key) => ({ carrier, list: carrier.props.get(key) }))),
    ...model.ofType(LAUNCH_TEMPLATE).flatMap((carrier) => secondaryInterfaces(carrier).map((item) => ({ carrier, list: item.get("securityGroups") }))),
  ];
  const references = lists.flatMap(({ carrier, list }) => list.items().map((node) => resolve(model, carrier, node, GROUP_TYPES)));
  return new Set(references.flatMap((reference) => (reference.state === "resolved" ? [reference.resource] : [])));
}; // prettier-ignore

interface Machines {
  readonly of: "nodes" | "control-plane";
  readonly core: Certainty;
}

/** Groups of EKS machines, by their attachment to a cluster or launch template, or by the tag that Kubernetes knows its groups by. */
const groupsOfMachines = (model: CoreModel): ReadonlyMap<Resource, Machines> => {
  const found = new Map<Resource, Machines>();
  const all = model.ask(securityGroups).map((group) => group.resource);
  const take = (resource: Resource, nodes: readonly Node[], machines: Machines): void => {
    for (const node of nodes) {
      const reference = resolve(model, resource, node, GROUP_TYPES);
      for (const group of all) if (refersTo(reference, group) === "yes") found.set(group, machines);
    }
  };
  const clusters = model.ask(eksClusters);
  const core = new Map(clusters.map((cluster) => [cluster.resource, inCoreVpc(model, cluster.vpcs) ?? runsNetworkFunction(model, cluster)]));
  const strongest = [...core.values()].includes("yes") ? "yes" : [...core.values()].includes("maybe") ? "maybe" : "no";
  for (const group of all) if (isTaggedForCluster(group)) found.set(group, { of: "nodes", core: strongest });
  for (const group of model.ask(nodeGroups)) {
    const template = group.launchTemplate;
    if (template?.state !== "resolved") continue;
    const cluster = group.cluster.state === "resolved" ? (core.get(group.cluster.resource) ?? "maybe") : "maybe";
    take(template.resource, nodeGroupLists(template.resource).flatMap((list) => list.items()), { of: "nodes", core: cluster });
  }
  for (const { resource, vpcConfig } of clusters)
    take(resource, vpcConfig.get("securityGroupIds").items(), { of: "control-plane", core: core.get(resource) ?? "maybe" });
  return found;
}; // prettier-ignore

function inCoreVpc(model: CoreModel, vpcs: ReadonlySet<Resource>): Certainty | undefined {
  return [...vpcs].some((vpc) => model.ask(coreVpcs).get(vpc)?.core === "yes") ? "yes" : undefined;
}

function isTaggedForCluster(group: Resource): boolean {
  return ["tags", "tagsAll"].some((key) => group.props.get(key).fields().some(([name]) => name.startsWith("kubernetes.io/cluster/")))
    || tag(group, "aws:eks:cluster-name").isKnown;
} // prettier-ignore
