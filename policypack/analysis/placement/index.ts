/**
 * On which nodes the pods of a workload may run, as far as selectors, required affinity and tolerations decide: the scheduler takes any node
 * that they do not rule out. Source: Kubernetes, "Assigning Pods to Nodes"; "Taints and Tolerations".
 */

import type { CoreModel } from "../../model/core";
import { matchesSelector } from "../../model/kubernetes/selectors";
import { perPart } from "../../model/answers";
import type { Pod, Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { type NodePool, nodePools, type Taint } from "./node-pools";

export type Answer = "yes" | "maybe" | "no";

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

interface PodPlacement {
  /** All have to hold. */
  readonly required: readonly Requirement[];
  readonly tolerations: readonly { readonly key: string; readonly value: string | undefined }[];
  readonly unknown: boolean;
  /** The same for pods that may run on the same nodes. */
  readonly text: string;
  /** Required anti-affinity on the node. */
  readonly apart: readonly Node[];
}

export interface Placement extends PodPlacement {
  readonly workload: Workload;
}

export function placementOf(workload: Workload): Placement {
  return { ...placementOfPod(workload.pod), workload };
}

const placementOfPod = perPart(({ podSpec }: Pod): PodPlacement => {
  const selector = podSpec.get("nodeSelector");
  const affinity = podSpec.get("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  const terms = affinity.get("nodeSelectorTerms").items();
  const tolerations = podSpec.get("tolerations");
  const pinned = [
    ...selector.fields().map(([key, value]) => ({ key, operator: "In", values: [valueOr(value.string(), "")] })),
    ...nameOf(podSpec.get("nodeName")),
  ];
  const tolerated = tolerations.items().flatMap((item) => {
    const key = valueOr(item.get("key").string(), "");
    const effect = valueOr(item.get("effect").string(), "");
    if (effect === "PreferNoSchedule") return [];
    const equal = valueOr(item.get("operator").string(), "Equal") === "Equal";
    return [{ key, value: equal && key !== "" ? valueOr(item.get("value").string(), "") : undefined }];
  });
  const required = [...pinned, ...requirementsOf(terms)];
  return {
    required,
    tolerations: tolerated,
    unknown: selector.holdsUnknown() || affinity.holdsUnknown() || tolerations.holdsUnknown(),
    text: JSON.stringify([required, tolerated]),
    apart: podSpec
      .get("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
      .items()
      .filter((term) => valueOr(term.get("topologyKey").string(), "") === "kubernetes.io/hostname"),
  };
});

/**
 * Placements of workloads, one for all that the scheduler treats alike beside a pod without anti-affinity; what asks for anti-affinity itself
 * is one each, as that is about every pod by its own labels.
 */
function alike(workloads: readonly Workload[]): Placement[] {
  const found = new Map<string, Placement>();
  for (const workload of workloads) {
    const placement = placementOf(workload);
    const key = placement.apart.length === 0 ? placement.text : `${placement.text} ${workload.object.resource.urn}`;
    if (!found.has(key)) found.set(key, placement);
  }
  return [...found.values()];
}

function nameOf(node: Node): Requirement[] {
  const name = node.string();
  return name.state === "known" ? [{ key: "kubernetes.io/hostname", operator: "In", values: [name.value] }] : [];
}

/** Terms are alternatives: what one key may be in all of them together. */
function requirementsOf(terms: readonly Node[]): Requirement[] {
  const [first, ...others] = terms.map((term) =>
    term
      .get("matchExpressions")
      .items()
      .map((item) => ({
        key: valueOr(item.get("key").string(), ""),
        operator: valueOr(item.get("operator").string(), ""),
        values: item
          .get("values")
          .items()
          .map((value) => valueOr(value.string(), "")),
      })),
  );
  return (first ?? []).flatMap((requirement) => {
    const same = others.map((term) => term.find(({ key, operator }) => key === requirement.key && operator === requirement.operator));
    if (same.some((item) => item === undefined)) return [];
    return [{ ...requirement, values: [...requirement.values, ...same.flatMap((item) => item?.values ?? [])] }];
  });
}

/** Whether pods may run on a node of a pool. Labels that nodes get by themselves (zone, instance type) are never ruled out. */
function mayLand({ required, tolerations, unknown }: Placement, pool: NodePool): Answer {
  const selected = required.every(({ key, operator, values }) => {
    const own = pool.labels.get(key);
    if (own === undefined) return operator === "NotIn" || operator === "DoesNotExist" || isGiven(key);
    if (operator === "In") return own.some((value) => values.includes(value));
    if (operator === "NotIn") return own.some((value) => !values.includes(value));
    return operator !== "DoesNotExist";
  });
  const admitted = pool.taints.every((taint) => tolerates(tolerations, taint));
  if (unknown || pool.unknown) return "maybe";
  return selected && admitted ? "yes" : "no";
}

function isGiven(key: string): boolean {
  return /(^|\.)(kubernetes\.io|k8s\.io|k8s\.aws)\/|^eks\.amazonaws\.com\//.test(key);
}

function tolerates(tolerations: Placement["tolerations"], taint: Taint): boolean {
  return tolerations.some(({ key, value }) => (key === "" || key === taint.key) && (value === undefined || value === taint.value));
}

type Workloads = (model: CoreModel) => readonly Workload[];

const placementsAlike = perPart((others: Workloads) => (model: CoreModel) => alike(model.ask(others)));
const placements = perPart((others: Workloads) => (model: CoreModel) => model.ask(others).map(placementOf));

/** Whether pods of a workload may meet pods of the others on one node. */
export function mayMeetAny(model: CoreModel, workload: Workload, others: Workloads): Answer {
  const own = placementOf(workload);
  const answers = model.ask((own.apart.length > 0 ? placements : placementsAlike)(others)).map((other) => mayMeet(model, own, other));
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Whether pods may run on the nodes of a group in sight. */
export function mayLandOn(model: CoreModel, placement: Placement, nodes: Resource): boolean {
  return model.ask(nodePools).some((pool) => pool.resource === nodes && mayLand(placement, pool) !== "no");
}

/** Whether pods of the two may meet on one node. */
export function mayMeet(model: CoreModel, a: Placement, b: Placement): Answer {
  if (keepsApart(a, b) || keepsApart(b, a)) return "no";
  const pools = model.ask(nodePools);
  const places = pools.map((pool) => [mayLand(a, pool), mayLand(b, pool)] as const);
  const inSight = (index: 0 | 1) => places.some((answers) => answers[index] !== "no");
  if (inSight(0) && inSight(1)) {
    if (places.some(([first, second]) => first === "yes" && second === "yes")) return "yes";
    return places.some(([first, second]) => first !== "no" && second !== "no") ? "maybe" : "no";
  }
  return withoutPools(a, b);
}

/** Nodes are out of sight: pods that ask for different values of a label never meet, pods that ask for nothing may run anywhere. */
function withoutPools(a: Placement, b: Placement): Answer {
  if (excludes(a, b)) return "no";
  if (a.unknown || b.unknown) return "maybe";
  const [free, pinned] = a.required.length <= b.required.length ? [a, b] : [b, a];
  // Nodes that only some pods tolerate may well be tainted, which keeps the others away.
  const guarded = pinned.tolerations.some(({ key }) => key !== "" && !free.tolerations.some((item) => item.key === "" || item.key === key));
  return guarded && pinned.required.length > 0 ? "maybe" : "yes";
}

function excludes(a: Placement, b: Placement): boolean {
  return a.required.some((one) =>
    b.required.some((other) => {
      if (one.key !== other.key) return false;
      if (one.operator === "In" && other.operator === "In") return !one.values.some((value) => other.values.includes(value));
      const [within, without] = one.operator === "In" ? [one, other] : [other, one];
      return within.operator === "In" && without.operator === "NotIn" && within.values.every((value) => without.values.includes(value));
    }),
  );
}

/** Required anti-affinity on the node: the scheduler applies it to both, whoever of them asks. */
function keepsApart(a: Placement, b: Placement): boolean {
  return a.apart.some((term) => {
    const named = term
      .get("namespaces")
      .items()
      .map((item) => valueOr(item.string(), ""));
    const everywhere = term.get("namespaceSelector").kind() === "object" && term.get("namespaceSelector").fields().length === 0;
    const near = named.length === 0 ? a.workload.namespace === b.workload.namespace : named.includes(b.workload.namespace);
    const selector = term.get("labelSelector");
    return selector.isKnown && (everywhere || near) && matchesSelector(selector, b.workload.labels) === "yes";
  });
}
