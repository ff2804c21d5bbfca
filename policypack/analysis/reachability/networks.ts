/**
 * The networks of a cluster and who is on them: the pod network, user-defined primary networks that take its place for some namespaces
 * (OVN-Kubernetes), and the secondary networks of Multus.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { networkAttachments } from "../../model/kubernetes/networks";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { namespaceLabels } from "./cluster";
import { machineNetworks, virtualMachines } from "./machines";
import { multiNetworkPolicy } from "./policies/network-policy";
import type { Policy } from "./policy";
import { readSelector, selects } from "./selector";

export const POD_NETWORK = "pod-network";

const PRIMARY_LABEL = "k8s.ovn.org/primary-user-defined-network";

/** The primary network of every namespace that does not use the pod network. */
export const primaryNetworks = (model: CoreModel): ReadonlyMap<string, string> => {
  const networks = new Map<string, string>();
  const namespaces = model.objectsOf("", "Namespace").filter(({ metadata }) => !metadata.get("labels", PRIMARY_LABEL).isAbsent);
  const ofKind = (kind: string) => model.objects.filter((object) => object.kind === kind);
  const own = ofKind("UserDefinedNetwork").filter(({ spec }) => isPrimary(spec));
  const wide = ofKind("ClusterUserDefinedNetwork").filter(({ spec }) => isPrimary(spec.get("network")));
  for (const { name } of namespaces) {
    const labels = namespaceLabels(model, name, "bare");
    if (own.some((network) => network.namespace === name)) networks.set(name, name);
    else {
      const network = wide.find(({ spec }) => selects(readSelector(spec.get("namespaceSelector")), labels) === "yes");
      if (network !== undefined) networks.set(name, network.name);
    }
  }
  return networks;
};

function isPrimary(network: Node): boolean {
  return ["layer2", "layer3"].some((layer) => valueOr(network.get(layer, "role").string(), "") === "Primary");
}

export interface SecondaryNetwork {
  readonly name: string;
  /** Who is on it, with the fixed addresses that are known. */
  readonly members: ReadonlyMap<Workload, IpSet | undefined>;
  readonly policies: readonly Policy[];
}

/** Secondary networks by the name of their definitions: the same name in two namespaces is the same network. */
export const secondaryNetworks = (model: CoreModel): readonly SecondaryNetwork[] => {
  const members = new Map<string, Map<Workload, IpSet | undefined>>();
  const join = (network: string, workload: Workload, addresses: IpSet | undefined) => {
    const joined = members.get(network) ?? new Map<Workload, IpSet | undefined>();
    joined.set(workload, addresses);
    members.set(network, joined);
  };
  for (const workload of model.workloads) {
    for (const { name, addresses } of valueOr(networkAttachments(model, workload), [])) join(name, workload, addressesOf(addresses));
  }
  for (const machine of model.ask(virtualMachines)) for (const name of machineNetworks(machine)) join(name, machine, undefined);
  const policies = model.objectsOf("k8s.cni.cncf.io", "MultiNetworkPolicy");
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, joined]) => ({
      name,
      members: joined,
      policies: policies.filter((policy) => networksOf(model, policy).includes(name)).map(multiNetworkPolicy),
    }));
};

function addressesOf(texts: readonly string[]): IpSet | undefined {
  const hosts = texts.flatMap((text) => {
    const block = parseBlock(text.split("/")[0] ?? "");
    return block === undefined ? [] : [block];
  });
  return hosts.length === 0 ? undefined : IpSet.fromBlocks(hosts);
}

const POLICY_FOR = "k8s.v1.cni.cncf.io/policy-for";

/** The networks that a MultiNetworkPolicy is for: `namespace/name` or a name in its own namespace, where such a definition exists. */
function networksOf(model: CoreModel, policy: KubernetesObject): string[] {
  const text = valueOr(policy.metadata.get("annotations", POLICY_FOR).string(), "");
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [name = "", namespace = policy.namespace] = part.split("/").reverse();
      return definitionExists(model, namespace, name) ? [name] : [];
    });
}

function definitionExists(model: CoreModel, namespace: string, name: string): boolean {
  const kind = "NetworkAttachmentDefinition";
  // Where the stack brings no definition at all, they are another stack's.
  return model.objectsOf("k8s.cni.cncf.io", kind).length === 0 || model.objectsNamed("k8s.cni.cncf.io", kind, namespace, name).length > 0;
}
