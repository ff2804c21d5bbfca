/** Key material as subjects of rules: all keys of one resource together, since they are put right together. */

import { type KeyFound, keyMaterial } from "../analysis/key-material";
import type { CoreModel } from "../model/core";
import type { Resource } from "../model/stack";
import type { NetworkFunctionId } from "../topology/types";
import { configurations, isUnread, type UnreadConfiguration } from "./configuration-targets";
import type { Target } from "./rule";

export interface KeysOfResource {
  readonly resource: Resource;
  /** For people: `ConfigMap udm`. */
  readonly title: string;
  readonly keys: readonly KeyFound[];
  /** Functions that read them, as far as the stack shows. */
  readonly networkFunctions: readonly NetworkFunctionId[];
}

/** Resources that carry texts (with their keys, maybe none), and configuration files that are not known yet. */
export const keysOfResources: Target<KeysOfResource | UnreadConfiguration> = {
  description: "ConfigMaps, Secrets, and the variables and arguments of workloads",
  types: undefined,
  subjects: (model) => [...model.ask(keysByResource), ...[...configurations.subjects(model)].filter(isUnread)],
  resource: (subject) => ("unread" in subject ? subject.unread.object.resource : subject.resource),
};

function keysByResource(model: CoreModel): readonly KeysOfResource[] {
  const found = new Map<Resource, KeyFound[]>();
  const holders = [
    ...model.objectsOf("", "ConfigMap"),
    ...model.objectsOf("", "Secret"),
    ...model.workloads.map((workload) => workload.object),
  ];
  for (const holder of holders) found.set(holder.resource, []);
  for (const key of model.ask(keyMaterial)) if (!isSimCard(key, model)) found.get(key.resource)?.push(key);
  return [...found].map(([resource, keys]) => {
    const object = model.object(resource);
    const functions = keys.flatMap((key) => key.readers.flatMap((workload) => model.classification(workload).networkFunctions));
    return {
      resource,
      title: `${object?.kind ?? resource.type} ${object?.name ?? resource.name}`,
      keys,
      networkFunctions: [...new Set(functions)],
    };
  });
}

/** A simulated UE carries K and OPc as a phone carries its SIM card: no key of the core lies open there. */
function isSimCard({ readers, ofSubscriber }: KeyFound, model: CoreModel): boolean {
  if (readers.length > 0) return readers.every((workload) => model.classification(workload).role === "ran");
  return ofSubscriber;
}
