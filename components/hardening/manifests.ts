/** Manifests as a chart renders them, and as the model reads them. */

import * as yaml from "js-yaml";
import { CoreModel } from "../../policypack/model/core";
import { typeToken } from "../../policypack/model/kubernetes/objects";
import { KUBERNETES_YAML } from "../../policypack/model/kubernetes/yaml";
import { Resource } from "../../policypack/model/stack";
import type { Value } from "../../policypack/model/value";

/** A Kubernetes object; the hardening writes into copies of its own. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Mapping; annotations?: Mapping; [key: string]: unknown };
  spec?: Json;
  [key: string]: unknown;
}

export type Json = { [key: string]: unknown };
type Mapping = { [key: string]: string };

/** The objects of a rendered chart; `List`s are taken apart. Throws where the text is no YAML. */
export function parseManifests(text: string): Manifest[] {
  const documents = yaml.loadAll(text, undefined, { schema: KUBERNETES_YAML }) as unknown[];
  return documents.flatMap(objectsOf);
}

function objectsOf(document: unknown): Manifest[] {
  if (!isObject(document)) return [];
  if (document["kind"] === "List" && Array.isArray(document["items"])) return (document["items"] as unknown[]).flatMap(objectsOf);
  const metadata = document["metadata"];
  const named = isObject(metadata) && typeof metadata["name"] === "string";
  return named && typeof document["kind"] === "string" && typeof document["apiVersion"] === "string" ? [document as Manifest] : [];
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whose name is this: `Deployment amf`. */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

/** The model of some manifests, and the manifest that each resource of it came from. */
export function modelOf(manifests: readonly Manifest[], namespace: string): { model: CoreModel; of: ReadonlyMap<Resource, Manifest> } {
  const of = new Map<Resource, Manifest>();
  for (const [index, manifest] of manifests.entries()) {
    const type = typeToken(manifest.apiVersion, manifest.kind);
    const name = `${manifest.metadata.namespace ?? namespace}/${manifest.metadata.name}`;
    const urn = `urn:pulumi:chart::chart::${type}::${name}#${index}`;
    of.set(new Resource({ urn, type, name, properties: manifest as { [key: string]: Value } }), manifest);
  }
  return { model: new CoreModel({ resources: [...of.keys()], gaps: [] }, { defaultNamespace: namespace }), of };
}
