/**
 * Cluster-wide tiers: AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) and their successor
 * ClusterNetworkPolicy (v1alpha2). Only what ends in a default deny matters here: a Deny for everybody.
 * Source: network-policy-api, AdminNetworkPolicySpec, ClusterNetworkPolicySpec.
 */

import type { CoreModel } from "../../model/core";
import { type KubernetesObject, type Labels, labelsOf } from "../../model/kubernetes/objects";
import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { type Direction, type Effect, isEmpty, WORDS } from "./answer";

const GROUP = "policy.networking.k8s.io";

/** Policies of both tiers that apply to a workload: a Deny for everybody isolates, an allow for everybody in the admin tier opens. */
export function adminPolicyEffects(model: CoreModel, workload: Workload, direction: Direction): Effect[] {
  return model.ask(clusterPolicies).map((policy) => effect(model, policy, workload, direction));
}

/** In the order in which they count. */
const clusterPolicies = (model: CoreModel): readonly KubernetesObject[] => {
  const admin = [
    ...model.objectsOf(GROUP, "AdminNetworkPolicy"),
    ...model.objectsOf(GROUP, "ClusterNetworkPolicy").filter((policy) => tier(policy) === "Admin"),
  ];
  const baseline = [
    ...model.objectsOf(GROUP, "BaselineAdminNetworkPolicy"),
    ...model.objectsOf(GROUP, "ClusterNetworkPolicy").filter((policy) => tier(policy) === "Baseline"),
  ];
  return [...byPriority(admin), ...baseline];
};

function tier(policy: KubernetesObject): string {
  return valueOr(policy.spec.get("tier").string(), "Admin");
}

function byPriority(policies: readonly KubernetesObject[]): KubernetesObject[] {
  const priority = (policy: KubernetesObject): number => valueOr(policy.spec.get("priority").number(), 1000);
  return [...policies].sort((a, b) => priority(a) - priority(b));
}

function effect(model: CoreModel, policy: KubernetesObject, workload: Workload, direction: Direction): Effect {
  const subject = matchesSubject(model, policy.spec.get("subject"), workload);
  const rules = policy.spec.get(direction);
  if (subject === "no") return { effect: "nothing", policy, node: rules };
  // Rules count in their order: the first that is about everybody and every port decides.
  const decisive = rules.items().find((rule) => isAboutEverybody(rule, direction));
  if (decisive === undefined) return { effect: rules.isUnknown ? "unknown" : "nothing", policy, node: rules };
  const action = decisive.get("action").string();
  if (subject === "maybe" || action.state !== "known") return { effect: "unknown", policy, node: decisive };
  if (action.value === "Deny") return { effect: "isolates", policy, node: decisive };
  return { effect: action.value === "Pass" ? "nothing" : "opens", policy, node: decisive };
}

function matchesSubject(model: CoreModel, subject: Node, workload: Workload): Match {
  const pods = subject.get("pods");
  const labels = namespaceLabels(model, workload.namespace);
  if (pods.isAbsent) return matchesSelector(subject.get("namespaces"), labels);
  return and([matchesSelector(pods.get("namespaceSelector"), labels), matchesSelector(pods.get("podSelector"), workload.labels)]);
}

/** The labels of a namespace; every one has its name as `kubernetes.io/metadata.name`. */
export function namespaceLabels(model: CoreModel, namespace: string): Labels {
  const object = model.objectsNamed("", "Namespace", "", namespace)[0];
  const labels = object === undefined ? { known: new Map<string, string>(), complete: false } : labelsOf(object.metadata.get("labels"));
  return { known: new Map([...labels.known, ["kubernetes.io/metadata.name", namespace]]), complete: labels.complete };
}

function isAboutEverybody(rule: Node, direction: Direction): boolean {
  const ports = rule.get("ports");
  const protocols = rule.get("protocols");
  if (!isEmpty(ports) || !isEmpty(protocols)) return false;
  const isAll = (selector: Node): boolean =>
    selector.kind() === "object" && selector.get("matchLabels").fields().length === 0 && isEmpty(selector.get("matchExpressions"));
  return rule
    .get(WORDS[direction].peers)
    .items()
    .some(
      (peer) =>
        isAll(peer.get("namespaces")) ||
        peer
          .get("networks")
          .items()
          .some((cidr) => valueOr(cidr.string(), "") === "0.0.0.0/0"),
    );
}
