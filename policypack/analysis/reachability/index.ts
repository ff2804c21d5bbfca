/** Who can really talk to whom: every network of a model with the policies that bind it. */

import type { CoreModel } from "../../model/core";
import { endpointsOf, namespaceLabels, type Unit, unitsOf } from "./cluster";
import { virtualMachines } from "./machines";
import { Network } from "./network";
import { POD_NETWORK, primaryNetworks, secondaryNetworks } from "./networks";
import { adminPolicy, tierOf } from "./policies/admin-policy";
import { ciliumPolicies } from "./policies/cilium";
import { networkPolicy } from "./policies/network-policy";
import type { Policy } from "./policy";
import { ANY_PLUGIN, type NetworkProfile } from "./profile";

export interface Reachability {
  readonly units: readonly Unit[];
  /** The pod network, and the user-defined networks that are some namespaces' own. */
  readonly primary: readonly Network[];
  /** By name, in order. */
  readonly secondary: readonly Network[];
  readonly profile: NetworkProfile;
}

export function reachability(model: CoreModel, profile: NetworkProfile): Reachability {
  const units = unitsOf([...model.workloads, ...model.ask(virtualMachines)]);
  const labels = (namespace: string) => namespaceLabels(model, namespace, profile.namespacesElsewhere);
  const policies = podPolicies(model);
  const ownNetworks = model.ask(primaryNetworks);
  const endpoints = endpointsOf(units, profile, () => undefined);
  const names = [POD_NETWORK, ...[...new Set(ownNetworks.values())].sort()];
  const primary = names.map((name) => {
    const members = endpoints.filter(({ namespace }) => (ownNetworks.get(namespace) ?? POD_NETWORK) === name);
    return new Network(name, members, policies, labels, profile);
  });
  const secondary = model.ask(secondaryNetworks).map(({ name, members, policies: own }) => {
    const joined = endpointsOf(units, profile, (workload) => members.get(workload)).filter(({ workload }) => members.has(workload));
    return new Network(name, joined, own, labels, profile);
  });
  return { units, primary, secondary, profile };
}

/** The networks where nothing is known of the plugin, as rules ask for them. */
export const anyPluginReach = (model: CoreModel): Reachability => reachability(model, ANY_PLUGIN);

/** Policies of the pod network, of every kind. */
function podPolicies(model: CoreModel): Policy[] {
  const of = (group: string, kind: string) => model.objectsOf(group, kind);
  return [
    ...of("networking.k8s.io", "NetworkPolicy").map(networkPolicy),
    ...of("networking.k8s.aws", "ApplicationNetworkPolicy").map(networkPolicy),
    ...of("policy.networking.k8s.io", "AdminNetworkPolicy").map((object) => adminPolicy(object, "admin")),
    ...of("policy.networking.k8s.io", "BaselineAdminNetworkPolicy").map((object) => adminPolicy(object, "baseline")),
    ...["policy.networking.k8s.io", "networking.k8s.aws"].flatMap((group) =>
      of(group, "ClusterNetworkPolicy").map((object) => adminPolicy(object, tierOf(object))),
    ),
    ...["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) => of("cilium.io", kind).flatMap(ciliumPolicies)),
  ];
}
