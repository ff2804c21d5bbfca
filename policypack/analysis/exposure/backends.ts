/** What stands behind an opening, as far as the standard cares who may call it from outside the operator's domain. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import { networkFunction } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import type { Backend } from "./openings";
import { workloadsBehind } from "./services";

export interface Exposed {
  /** "the AMF", "the subscriber database", "the console webui". */
  readonly text: string;
  readonly networkFunctions: readonly NetworkFunctionId[];
  readonly workload: Workload | undefined;
  /** Whether outsiders may never call it. */
  readonly inner: boolean;
  readonly certain: boolean;
}

export function exposedBy(model: CoreModel, backend: Backend): Exposed[] {
  if (backend.service === undefined) return named(backend.name);
  const selected = workloadsBehind(model, backend.service);
  // A Service whose pods are out of sight is told by its name.
  if (selected.length === 0) return named(backend.name);
  return selected.flatMap(({ workload, match }) => exposed(model, workload, match === "yes"));
}

export function isEdge(functions: readonly NetworkFunctionId[]): boolean {
  return functions.length > 0 && functions.every((id) => networkFunction(id).mayBeInternetFacing);
}

function named(name: string): Exposed[] {
  const functions = functionsNamed(name);
  if (functions.length === 0) return [];
  return [
    { text: `the ${functions.join("+")}`, networkFunctions: functions, workload: undefined, inner: !isEdge(functions), certain: false },
  ];
}

function exposed(model: CoreModel, workload: Workload, selected: boolean): Exposed[] {
  const { role, suspect, networkFunctions, coreStore } = model.classification(workload);
  const core = model.coreNamespaces.has(workload.namespace);
  const certain = selected && !suspect;
  if (role === "nf")
    return [{ text: `the ${networkFunctions.join("+")}`, networkFunctions, workload, inner: !isEdge(networkFunctions), certain }];
  if (coreStore) return [{ text: `the core's database ${workload.name}`, networkFunctions: [], workload, inner: true, certain }];
  if (role === "management" && core) return [{ text: `the console ${workload.name}`, networkFunctions: [], workload, inner: true, certain }];
  return suspect ? [{ text: `${workload.name}, which looks like a network function`, networkFunctions: [], workload, inner: true, certain: false }] : [];
} // prettier-ignore
