/** What belongs to lawful interception: workloads by their function or zone, their namespaces, and AWS resources by their tag. */

import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { zoneTagged } from "../planes";

const ZONE = "carrierguard.dev/zone";

function isInterception(model: CoreModel, workload: Workload): boolean {
  const { role, zone } = model.classification(workload);
  const labelled = valueOr(workload.podMetadata.get("labels", ZONE).string(), "") === "li";
  return labelled || (role === "nf" && zone === "li");
}

/** Workloads of interception; points of interception inside network functions are not told from these. */
export const interceptionWorkloads = (model: CoreModel): ReadonlySet<Workload> =>
  new Set(
    model.workloads.filter((workload) => {
      if (isInterception(model, workload)) return true;
      const [namespace] = model.objectsNamed("", "Namespace", "", workload.namespace);
      const zoned = valueOr(namespace?.metadata.get("labels", ZONE).string() ?? { state: "absent" }, "") === "li";
      // A function of another zone does not become interception by its place.
      return zoned && model.classification(workload).role !== "nf";
    }),
  );

export const interceptionNamespaces = (model: CoreModel): ReadonlySet<string> =>
  new Set([...model.ask(interceptionWorkloads)].map(({ namespace }) => namespace));

export function isInterceptionResource(resource: Resource): boolean {
  return valueOr(zoneTagged(resource), "") === "li";
}
