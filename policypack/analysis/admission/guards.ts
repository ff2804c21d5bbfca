/**
 * What refuses pods when they are created: ValidatingAdmissionPolicies with their bindings, Kyverno policies, Gatekeeper constraints. For each:
 * whether it refuses or only tells, what it re-imposes of the pod hardening, and which namespaces it covers.
 * Sources: admissionregistration.k8s.io/v1 (failurePolicy Fail where left out), kyverno.io/v1 (failureAction Audit where left out),
 * Gatekeeper (enforcementAction deny where left out).
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { labelsOf, type Labels } from "../../model/kubernetes/objects";
import type { Match } from "../../model/kubernetes/selectors";
import type { Node } from "../../model/value";
import { gatekeeperGuards } from "./gatekeeper";
import { kyvernoGuards } from "./kyverno";
import type { Topic } from "./topics";
import { validatingAdmissionPolicies } from "./validating-admission-policy";

/** A namespace as selectors see it. */
export interface NamespaceLabels {
  readonly name: string;
  readonly labels: Labels;
}

export interface Guard {
  readonly object: KubernetesObject;
  /** Whether it refuses: certainly, depending on values that are not known yet, or only tells. */
  readonly enforces: Match;
  /** What keeps it from refusing. */
  readonly because: Node | undefined;
  /** `Ignore`: whoever silences the engine gets past it. */
  readonly failurePolicy: Node;
  /** Parts of the pod hardening that it re-imposes on pods. */
  readonly topics: ReadonlySet<Topic>;
  covers(namespace: NamespaceLabels): Match;
}

export const guards = (model: CoreModel): readonly Guard[] => [
  ...validatingAdmissionPolicies(model),
  ...kyvernoGuards(model),
  ...gatekeeperGuards(model),
];

/** What selectors see of a namespace: its labels, and the one that the API server adds. */
export function namespaceLabels(model: CoreModel, name: string): NamespaceLabels {
  const [object] = model.objectsNamed("", "Namespace", "", name);
  const declared = object === undefined ? undefined : labelsOf(object.metadata.get("labels"));
  return {
    name,
    labels: {
      known: new Map([...(declared?.known ?? []), ["kubernetes.io/metadata.name", name]]),
      complete: declared?.complete ?? false,
    },
  };
}

export interface Imposed {
  /** Re-imposed by what certainly refuses there, and by what may. */
  readonly certain: ReadonlySet<Topic>;
  readonly possible: ReadonlySet<Topic>;
  /** What certainly refuses there, whatever it is about. */
  readonly guards: readonly Guard[];
}

/** What admission re-imposes in a namespace. */
export function imposedIn(model: CoreModel, name: string): Imposed {
  const namespace = namespaceLabels(model, name);
  const certain = new Set<Topic>();
  const possible = new Set<Topic>();
  const sure: Guard[] = [];
  for (const guard of model.ask(guards)) {
    const covers = guard.covers(namespace);
    if (guard.enforces === "no" || covers === "no") continue;
    const both = guard.enforces === "yes" && covers === "yes";
    if (both) sure.push(guard);
    for (const topic of guard.topics) {
      possible.add(topic);
      if (both) certain.add(topic);
    }
  }
  return { certain, possible, guards: sure };
}
