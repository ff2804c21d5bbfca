/** Where a stack carries keys: entries of ConfigMaps and Secrets, variables and arguments of containers. */

import type { CoreModel } from "../../model/core";
import { perPart } from "../../model/answers";
import type { Pod, Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import type { Resource } from "../../model/stack";
import { configTexts, type Entry, readersOf } from "../nf-config";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type KeyMaterial, keysIn } from "./keys";

export type { KeyMaterial } from "./keys";

export type KeyPlace = "ConfigMap" | "Secret" | "environment" | "arguments" | "annotations";

export interface KeyFound {
  readonly resource: Resource;
  readonly place: KeyPlace;
  /** The property that holds the text. */
  readonly node: Node;
  /** Name of the entry or variable. */
  readonly entry: string;
  readonly key: KeyMaterial;
  /** Who reads it, as far as the stack shows. */
  readonly readers: readonly Workload[];
  /** Set for keys in a workload's own definition. */
  readonly container: string | undefined;
  /** The program marked it as a secret. */
  readonly markedSecret: boolean;
  /** Settings of a UE, which carries K and OPc by nature. */
  readonly ofSubscriber: boolean;
}

/** A UE simulator's own settings, as UERANSIM, PacketRusher and the OAI UE have them. */
const SUBSCRIBER = /(^|\n)[ \t]*(supi\s*:|uicc\d*\s*=|hplmn\s*:)/;

export function keyMaterial(model: CoreModel): readonly KeyFound[] {
  const holders = [...model.objectsOf("", "ConfigMap"), ...model.objectsOf("", "Secret")];
  return [
    ...inConfiguration(model),
    ...model.workloads.flatMap(inWorkload),
    ...holders.flatMap((object) => inAnnotations(object, [object.metadata], readersOf({ object }, model))),
    ...model.workloads.flatMap((workload) => inAnnotations(workload.object, annotated(workload), [workload])),
  ];
}

function inConfiguration(model: CoreModel): KeyFound[] {
  return model.ask(configTexts).flatMap(({ object, entry, key: name, node, text, markedSecret }) => {
    if (text === undefined) return [];
    const keys = keysOfEntry(entry);
    if (keys.length === 0) return [];
    const place = object.kind === "Secret" ? ("Secret" as const) : ("ConfigMap" as const);
    const readers = readersOf({ object } satisfies { object: KubernetesObject }, model);
    const ofSubscriber = SUBSCRIBER.test(text);
    return keys.map((key): KeyFound => ({
      resource: object.resource,
      place,
      node,
      entry: name,
      key,
      readers,
      container: undefined,
      markedSecret,
      ofSubscriber,
    }));
  });
}

/** Where a workload has annotations: its own metadata and its pods', which are one for a Pod. */
function annotated({ object, podMetadata }: Workload): readonly Node[] {
  return podMetadata.path === object.metadata.path ? [podMetadata] : [object.metadata, podMetadata];
}

/** The whole object once more, as `kubectl apply` keeps it: what is in there stands in its own place too. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Keys in annotations; those of a Secret are read by whoever reads the Secret. */
function inAnnotations({ resource, kind }: KubernetesObject, metadata: readonly Node[], readers: readonly Workload[]): KeyFound[] {
  return metadata.flatMap((holder) =>
    keysOfAnnotations(holder.get("annotations")).map((found): KeyFound => ({
      ...found,
      resource,
      place: kind === "Secret" ? "Secret" : "annotations",
      readers,
      container: undefined,
      ofSubscriber: false,
    })),
  );
}

const keysOfAnnotations = perPart((annotations: Node): readonly Pick<KeyFound, "node" | "entry" | "key" | "markedSecret">[] =>
  annotations
    .fields()
    .filter(([entry]) => entry !== LAST_APPLIED)
    .flatMap(([entry, node]) => keysIn(valueOr(node.string(), ""), entry).map((key) => ({ node, entry, key, markedSecret: node.secret }))),
);

const keysOfEntry = perPart(({ text = "", key }: Entry) => keysIn(text, key));

function inWorkload(workload: Workload): KeyFound[] {
  return inPod(workload.pod).map((found) => ({ ...found, resource: workload.object.resource, readers: [workload] }));
}

const inPod = perPart((pod: Pod): readonly Omit<KeyFound, "resource" | "readers">[] => {
  const found: Omit<KeyFound, "resource" | "readers">[] = [];
  const add = (text: string, node: Node, place: KeyPlace, entry: string, container: string, name = entry): void => {
    for (const key of keysIn(text, name)) {
      found.push({ place, node, entry, key, container, markedSecret: node.secret, ofSubscriber: false });
    }
  };
  for (const container of pod.containers) {
    for (const variable of container.node.get("env").items()) {
      const value = variable.get("value");
      add(valueOr(value.string(), ""), value, "environment", valueOr(variable.get("name").string(), ""), container.name);
    }
    for (const list of ["command", "args"]) {
      let before = "";
      for (const item of container.node.get(list).items()) {
        const text = valueOr(item.string(), "");
        // `--opc <key>`: the flag before is its name.
        add(text, item, "arguments", list, container.name, before.startsWith("-") ? before.replace(/^-+/, "") : list);
        before = text;
      }
    }
  }
  return found;
});
