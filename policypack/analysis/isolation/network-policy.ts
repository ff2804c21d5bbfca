/**
 * Kubernetes NetworkPolicy v1: a pod selected for a direction is isolated there, but for what the rules of all its policies
 * name together. A rule for any peer and any port undoes the isolation. Source: Kubernetes API, NetworkPolicySpec.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject, Labels } from "../../model/kubernetes/objects";
import { matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { IpSet } from "../cidr/ip-set";
import { parseBlock } from "../cidr/address";
import { type Direction, type Effect, isEmpty, WORDS } from "./answer";

/** `toWorld`: the workload is a user plane, which sends subscribers' traffic anywhere on N6. */
export function networkPolicyEffects(model: CoreModel, workload: Workload, direction: Direction, toWorld: boolean): Effect[] {
  const worldIsFine = toWorld && direction === "egress";
  return (
    model
      .ask(policiesByNamespace)
      .get(workload.namespace)
      ?.map((policy) => effect(policy, workload, direction, worldIsFine)) ?? []
  );
}

const policiesByNamespace = (model: CoreModel): ReadonlyMap<string, readonly KubernetesObject[]> => {
  const found = new Map<string, KubernetesObject[]>();
  for (const policy of model.objectsOf("networking.k8s.io", "NetworkPolicy"))
    found.set(policy.namespace, [...(found.get(policy.namespace) ?? []), policy]);
  return found;
};

function effect(policy: KubernetesObject, workload: Workload, direction: Direction, worldIsFine: boolean): Effect {
  const selected = matchesSelector(policy.spec.get("podSelector"), workload.labels);
  const typed = appliesTo(policy, direction);
  if (selected === "no" || typed === "no") return { effect: "nothing", policy, node: policy.spec };
  const rules = policy.spec.get(direction);
  const opening = rules.items().find((rule) => letsEverythingThrough(rule, direction, worldIsFine));
  if (opening !== undefined && selected === "yes" && typed === "yes") return { effect: "opens", policy, node: opening };
  if (selected === "maybe" || typed === "maybe" || opening !== undefined || rules.isUnknown)
    return { effect: "unknown", policy, node: rules };
  return { effect: "isolates", policy, node: rules };
}

/** Without `policyTypes`: ingress always, egress only where there are egress rules. */
function appliesTo(policy: KubernetesObject, direction: Direction): "yes" | "no" | "maybe" {
  const types = policy.spec.get("policyTypes");
  if (types.isUnknown) return "maybe";
  if (isEmpty(types)) {
    if (direction === "ingress") return "yes";
    const egress = policy.spec.get("egress");
    return egress.isUnknown ? "maybe" : egress.items().length > 0 ? "yes" : "no";
  }
  const words = types.items().map((item) => valueOr(item.string(), "?"));
  return words.includes(WORDS[direction].type) ? "yes" : words.includes("?") ? "maybe" : "no";
}

/** Any port and any peer: no peers at all, every pod of every namespace, or blocks that together are the whole world. */
function letsEverythingThrough(rule: Node, direction: Direction, worldIsFine: boolean): boolean {
  const ports = rule.get("ports");
  if (ports.isUnknown || (!isEmpty(ports) && !ports.items().some(isEveryPort))) return false;
  const peers = rule.get(WORDS[direction].peers);
  if (isEmpty(peers)) return rule.kind() === "object";
  if (peers.items().some(isEveryPod)) return true;
  const world = worldIsFine ? undefined : blocks(peers);
  return world !== undefined && (world.coversMoreThan(4, 1) || world.coversMoreThan(6, 1));
}

/** All of TCP, which is all of the SBI and of every management port. */
function isEveryPort(item: Node): boolean {
  if (valueOr(item.get("protocol").string(), item.get("protocol").isAbsent ? "TCP" : "?") !== "TCP") return false;
  const port = item.get("port");
  if (port.isAbsent) return true;
  return valueOr(port.number(), 2) <= 1 && valueOr(item.get("endPort").number(), 0) >= 65535;
}

/** A namespace and a pod that nobody thought of: who lets these in lets the cluster in, whatever it takes out by name. */
const UNTHOUGHT_NAMESPACE: Labels = { known: new Map([["kubernetes.io/metadata.name", "q7x-unthought-of"]]), complete: true };
const UNTHOUGHT_POD: Labels = { known: new Map(), complete: true };

/** Every pod of every namespace, written as {}, as `Exists` of the label that all have, or as `NotIn` of some that need not even exist. */
function isEveryPod(peer: Node): boolean {
  const namespaces = peer.get("namespaceSelector");
  if (!peer.get("ipBlock").isAbsent || namespaces.kind() !== "object") return false;
  return matchesSelector(namespaces, UNTHOUGHT_NAMESPACE) === "yes" && matchesSelector(peer.get("podSelector"), UNTHOUGHT_POD) === "yes";
}

function blocks(peers: Node): IpSet {
  const parse = (node: Node) => {
    const block = parseBlock(valueOr(node.string(), ""));
    return block === undefined ? [] : [block];
  };
  return IpSet.EMPTY.union(
    ...peers
      .items()
      .map((peer) =>
        IpSet.fromBlocks(parse(peer.get("ipBlock", "cidr"))).minus(IpSet.fromBlocks(peer.get("ipBlock", "except").items().flatMap(parse))),
      ),
  );
}
