/** The texts that a stack hands to its functions: entries of ConfigMaps and Secrets. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Node } from "../../model/value";
import { perPart } from "../../model/answers";

/** An entry; one for all objects that hold the same. */
export interface Entry {
  /** Key of the entry: a file name, for most. */
  readonly key: string;
  /** The entry as it stands in the object. */
  readonly node: Node;
  /** Decoded text; `undefined` where it is not known before deployment. */
  readonly text: string | undefined;
  /** The program marked it as a secret. */
  readonly markedSecret: boolean;
}

export interface ConfigText extends Entry {
  readonly object: KubernetesObject;
  readonly entry: Entry;
}

/** Entries of every ConfigMap and Secret; the base64 of `data` in Secrets and of `binaryData` is undone. */
export function configTexts(model: CoreModel): readonly ConfigText[] {
  const texts: ConfigText[] = [];
  for (const object of model.objectsOf("", "ConfigMap")) {
    texts.push(...entries(object, "data", false), ...entries(object, "binaryData", true));
  }
  for (const object of model.objectsOf("", "Secret")) {
    texts.push(...entries(object, "data", true), ...entries(object, "stringData", false));
  }
  return texts;
}

function entries(object: KubernetesObject, property: string, encoded: boolean): ConfigText[] {
  const holder = object.resource.props.get(property);
  const read = object.kind === "Secret" ? (encoded ? encodedSecrets : secrets) : encoded ? encodedTexts : plainTexts;
  return read(holder).map((entry) => ({ ...entry, entry, object }));
}

const plainTexts = perPart((holder: Node) => readEntries(holder, false, false));
const encodedTexts = perPart((holder: Node) => readEntries(holder, true, false));
const secrets = perPart((holder: Node) => readEntries(holder, false, true));
const encodedSecrets = perPart((holder: Node) => readEntries(holder, true, true));

function readEntries(holder: Node, encoded: boolean, secret: boolean): readonly Entry[] {
  return holder.fields().map(([key, found]) => {
    // What a Secret holds is secret, whether or not the program marked it.
    const node = secret ? found.hidden() : found;
    const read = found.string();
    const text = read.state !== "known" ? undefined : encoded ? Buffer.from(read.value, "base64").toString("utf8") : read.value;
    return { key, node, text, markedSecret: found.secret };
  });
}
