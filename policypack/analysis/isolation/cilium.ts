/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy: an endpoint that a policy selects with rules for a direction is
 * default-deny there, unless `enableDefaultDeny` says otherwise. Source: Cilium, Layer 3 policy; Policy enforcement modes.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject, Labels } from "../../model/kubernetes/objects";
import { type Match, matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { namespaceLabels } from "./admin-policy";
import { type Direction, type Effect, isEmpty } from "./answer";

const GROUP = "cilium.io";

/** `toWorld`: the workload is a user plane, which sends subscribers' traffic anywhere on N6. */
export function ciliumEffects(model: CoreModel, workload: Workload, direction: Direction, toWorld: boolean): Effect[] {
  const worldIsFine = toWorld && direction === "egress";
  const own = model.objectsOf(GROUP, "CiliumNetworkPolicy").filter((policy) => policy.namespace === workload.namespace);
  const all = [...own, ...model.objectsOf(GROUP, "CiliumClusterwideNetworkPolicy")];
  return all.flatMap((policy) => specs(policy).map((spec) => effect(model, policy, spec, workload, direction, worldIsFine)));
}

/** A policy has one `spec`, or several in `specs`. */
function specs(policy: KubernetesObject): Node[] {
  const several = policy.resource.props.get("specs").items();
  return policy.spec.isAbsent ? [...several] : [policy.spec, ...several];
}

function effect(
  model: CoreModel,
  policy: KubernetesObject,
  spec: Node,
  workload: Workload,
  direction: Direction,
  worldIsFine: boolean,
): Effect {
  const rules = spec.get(direction);
  const denies = spec.get(`${direction}Deny`);
  const off = spec.get("enableDefaultDeny", direction).boolean();
  if ((rules.isAbsent && denies.isAbsent) || (off.state === "known" && !off.value)) return { effect: "nothing", policy, node: spec };
  const selected = matchesEndpoint(spec.get("endpointSelector"), workload.labels, namespaceLabels(model, workload.namespace));
  if (selected === "no") return { effect: "nothing", policy, node: spec };
  const opening = rules.items().find((rule) => letsEverythingThrough(rule, direction, policy.kind, worldIsFine));
  if (selected === "maybe" || off.state === "unknown" || rules.isUnknown) return { effect: "unknown", policy, node: rules };
  return opening === undefined ? { effect: "isolates", policy, node: rules } : { effect: "opens", policy, node: opening };
}

/** Label keys may carry their source: `k8s:app`, `any:app`; the namespace is a label too. */
function matchesEndpoint(selector: Node, labels: Labels, namespace: Labels): Match {
  const known = new Map(labels.known);
  for (const [key, value] of namespace.known) {
    if (key === "kubernetes.io/metadata.name") known.set("io.kubernetes.pod.namespace", value);
    known.set(`io.cilium.k8s.namespace.labels.${key}`, value);
  }
  return matchesSelector(selector, { known, complete: labels.complete }, withoutSource);
}

function withoutSource(key: string): string {
  return key.replace(/^(k8s|any|reserved)[:.]/, "");
}

/** Every pod of the cluster, or the whole world, on any port; an empty rule lets nobody through. */
function letsEverythingThrough(rule: Node, direction: Direction, kind: string, worldIsFine: boolean): boolean {
  const ports = rule.get("toPorts");
  if (!isEmpty(ports) && !ports.items().some(isEveryPort)) return false;
  const side = direction === "ingress" ? "from" : "to";
  const entities = rule
    .get(`${side}Entities`)
    .items()
    .map((item) => valueOr(item.string(), ""));
  if (entities.includes("all") || entities.includes("cluster")) return true;
  if (
    rule
      .get(`${side}Endpoints`)
      .items()
      .some((selector) => isEveryPod(selector, kind))
  )
    return true;
  return !worldIsFine && (entities.includes("world") || isWorld(rule, side));
}

/** Port 0 means any; a rule for layer 7 narrows it all the same. */
function isEveryPort(item: Node): boolean {
  return (
    item.get("rules").isAbsent &&
    item
      .get("ports")
      .items()
      .some(
        (port) => valueOr(port.get("port").string(), "") === "0" && ["ANY", "TCP"].includes(valueOr(port.get("protocol").string(), "ANY")),
      )
  );
}

/** An empty selector is every pod of the policy's namespace, or of the cluster in a cluster-wide policy. */
function isEveryPod(selector: Node, kind: string): boolean {
  if (selector.kind() !== "object" || selector.get("matchLabels").fields().length > 0) return false;
  const expressions = selector.get("matchExpressions");
  if (isEmpty(expressions)) return kind === "CiliumClusterwideNetworkPolicy";
  return expressions
    .items()
    .every(
      (item) =>
        withoutSource(valueOr(item.get("key").string(), "")) === "io.kubernetes.pod.namespace" &&
        valueOr(item.get("operator").string(), "") === "Exists",
    );
}

function isWorld(rule: Node, side: string): boolean {
  const parse = (node: Node) => {
    const block = parseBlock(valueOr(node.string(), ""));
    return block === undefined ? [] : [block];
  };
  const plain = rule
    .get(`${side}CIDR`)
    .items()
    .map((item) => IpSet.fromBlocks(parse(item)));
  const sets = rule.get(`${side}CIDRSet`).items();
  const cut = sets.map((item) =>
    IpSet.fromBlocks(parse(item.get("cidr"))).minus(IpSet.fromBlocks(item.get("except").items().flatMap(parse))),
  );
  const all = IpSet.EMPTY.union(...plain, ...cut);
  return all.coversMoreThan(4, 1) || all.coversMoreThan(6, 1);
}
