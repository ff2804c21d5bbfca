/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy: an endpoint that a policy selects with rules for a direction is
 * default-deny there, unless `enableDefaultDeny` says otherwise. Source: Cilium, Layer 3 policy; Policy enforcement modes.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject, Labels } from "../../model/kubernetes/objects";
import { type Match, matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { namespaceLabels } from "./admin-policy";
import { type Direction, type Effect, isEmpty } from "./answer";

const GROUP = "cilium.io";

export function ciliumEffects(model: CoreModel, workload: Workload, direction: Direction): Effect[] {
  const own = model.objectsOf(GROUP, "CiliumNetworkPolicy").filter((policy) => policy.namespace === workload.namespace);
  const all = [...own, ...model.objectsOf(GROUP, "CiliumClusterwideNetworkPolicy")];
  return all.flatMap((policy) => specs(policy).map((spec) => effect(model, policy, spec, workload, direction)));
}

/** A policy has one `spec`, or several in `specs`. */
function specs(policy: KubernetesObject): Node[] {
  const several = policy.resource.props.get("specs").items();
  return policy.spec.isAbsent ? [...several] : [policy.spec, ...several];
}

function effect(model: CoreModel, policy: KubernetesObject, spec: Node, workload: Workload, direction: Direction): Effect {
  const rules = spec.get(direction);
  const denies = spec.get(`${direction}Deny`);
  const off = spec.get("enableDefaultDeny", direction).boolean();
  if ((rules.isAbsent && denies.isAbsent) || (off.state === "known" && !off.value)) return { effect: "nothing", policy, node: spec };
  const selected = matchesEndpoint(spec.get("endpointSelector"), workload.labels, namespaceLabels(model, workload.namespace));
  if (selected === "no") return { effect: "nothing", policy, node: spec };
  const opening = rules.items().find((rule) => letsEverythingThrough(rule, direction));
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

/** Everything is the entity `all`, or world and cluster together; an empty rule lets nobody through. */
function letsEverythingThrough(rule: Node, direction: Direction): boolean {
  if (!isEmpty(rule.get("toPorts"))) return false;
  const side = direction === "ingress" ? "from" : "to";
  const entities = rule
    .get(`${side}Entities`)
    .items()
    .map((item) => valueOr(item.string(), ""));
  return entities.includes("all") || (entities.includes("world") && entities.includes("cluster"));
}
