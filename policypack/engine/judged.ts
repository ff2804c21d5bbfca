/**
 * Which workloads a control is about (`data/controls.json`, appliesTo): controls about network functions judge those;
 * pod hardening, images, keys, exposure and isolation judge every workload of a namespace that holds a network function
 * or a data store of the core, and every workload at all under `strict`.
 */

import type { Workload } from "../model/kubernetes/workloads";
import type { RuleContext } from "./rule";

/** `later`: only the whole stack can tell, and this is not it. `suspect`: judged, but nothing about it is certain. */
export type Judged = "yes" | "suspect" | "later" | "no";

/** For controls about network functions. */
export function judgedAsNetworkFunction(workload: Workload, context: RuleContext): Judged {
  if (workload.hook) return "no";
  const classification = context.model.classification(workload);
  if (!classification.certain && context.view === "resource") return "later";
  if (classification.suspect) return "suspect";
  return classification.role === "nf" ? "yes" : "no";
}

/** For controls about everything that lives beside network functions. */
export function judgedInCore(workload: Workload, context: RuleContext): Judged {
  if (context.settings.profile === "strict") return "yes";
  if (workload.hook) return "no";
  const classification = context.model.classification(workload);
  if (context.view === "resource") return classification.certain && classification.role === "nf" ? "yes" : "later";
  const core = context.model.coreNamespaces;
  // What a cluster-wide policy brings into pods may come into the core's.
  const everywhere = workload.namespace === "" && core.size > 0;
  return core.has(workload.namespace) ? "yes" : classification.suspect || everywhere ? "suspect" : "no";
}

/** Namespaces of CNI, storage, mesh and sensors: their agents may do what a network function may not. */
export function isPlatform(namespace: string, context: RuleContext): boolean {
  return context.settings.platformNamespaces.includes(namespace);
}

/** For controls on pods of the core: the agents of CNI, storage, mesh and sensors on the nodes are none. */
export function judgedBesidePlatform(workload: Workload, context: RuleContext): Judged {
  return workload.kind === "DaemonSet" && isPlatform(workload.namespace, context) ? "no" : judgedInCore(workload, context);
}
