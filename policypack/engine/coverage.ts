/** What could not be looked into, and how much that is: an answer without it would be a silent pass. */

import type { CoreModel } from "../model/core";
import { UNRESOLVED } from "../model/kubernetes/objects";
import type { Gap, Resource } from "../model/stack";
import type { Node } from "../model/value";
import { compareText } from "./finding";

export interface Coverage {
  /** Share of the resources that every applicable rule could look into, in percent, cut to one decimal. */
  readonly percent: number;
  readonly gaps: readonly Gap[];
}

/** Deployment units whose objects only the provider sees. */
const OPAQUE_TYPES: ReadonlyMap<string, string> = new Map([
  ["kubernetes:helm.sh/v3:Release", "a Helm Release renders inside the provider: its objects are in no preview and no state"],
  ["kubernetes:kustomize/v2:Directory", "a Kustomize directory that was not rendered"],
]);

/** A patch holds a part of an object that lives elsewhere. */
const PATCH = /^kubernetes:.*Patch$/;

export function coverage(models: readonly CoreModel[]): Coverage {
  const gaps = new Map<string, Gap>();
  const resources = new Set<string>();
  for (const model of models) {
    for (const gap of model.gaps) gaps.set(`${gap.urn} ${gap.reason}`, gap);
    for (const resource of model.resources) {
      resources.add(resource.urn);
      const reason = opaque(resource, model);
      if (reason !== undefined) gaps.set(`${resource.urn} ${reason}`, { urn: resource.urn, reason, rules: [] });
    }
  }
  const list = [...gaps.values()].sort((a, b) => compareText(a.urn, b.urn) || compareText(a.reason, b.reason));
  const blind = new Set(list.map((gap) => gap.urn));
  const all = new Set([...resources, ...blind]).size;
  const percent = all === 0 ? 0 : Math.floor((1000 * (all - blind.size)) / all) / 10;
  return { percent, gaps: list };
}

function opaque(resource: Resource, model: CoreModel): string | undefined {
  const fixed = OPAQUE_TYPES.get(resource.type);
  if (fixed !== undefined) return fixed;
  if (PATCH.test(resource.type)) return "a patch shows only a part of the object that it changes";
  if (model.workloadsOf(resource).some((workload) => workload.opaque))
    return "its pod template, or a part of it, is not known before deployment";
  const object = model.object(resource);
  if (object === undefined) return undefined;
  if (object.namespace.startsWith(UNRESOLVED)) return "its namespace is not known before deployment";
  const unknown = resource.props.fields().flatMap(([name, node]) => (isUnknownPart(name, node) ? [name] : []));
  return unknown.length === 0 ? undefined : `its ${unknown.join(" and its ")}, or a part, is not known before deployment`;
}

/** Of what a Kubernetes object is asked to be (`spec`, `data`, `rules`, `subjects` …), all or an item: no rule sees what is in it. */
function isUnknownPart(name: string, node: Node): boolean {
  if (name === "status" || name === "id") return false;
  return node.isUnknown || node.items().some((item) => item.isUnknown);
}
