/**
 * Which resource a property refers to. A known id, ARN or name is looked up among the resources in sight; an unknown value goes by
 * where it comes from. What cannot be told is said to be unknown, with the resources it may be; nothing is guessed.
 */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";

export type Reference =
  | { readonly state: "absent" }
  | { readonly state: "resolved"; readonly resource: Resource }
  /** A known text that no resource in sight answers to. */
  | { readonly state: "elsewhere"; readonly value: string }
  | { readonly state: "unknown"; readonly candidates: readonly Resource[] };

/** Outputs by which resources are referred to. */
const IDENTIFIERS = ["id", "arn", "name", "clusterName", "nodeGroupName", "bucket", "keyId", "groupId"];

const byIdentifier = (model: CoreModel): ReadonlyMap<string, readonly Resource[]> => {
  const index = new Map<string, Resource[]>();
  const add = (text: string, resource: Resource) => {
    const list = index.get(text);
    if (list === undefined) index.set(text, [resource]);
    else if (!list.includes(resource)) list.push(resource);
  };
  for (const resource of model.resources) {
    if (!isAws(resource.type)) continue;
    if (resource.id !== undefined && resource.id !== "") add(resource.id, resource);
    for (const key of IDENTIFIERS) {
      const read = resource.props.get(key).string();
      if (read.state === "known" && read.value !== "") add(read.value, resource);
    }
  }
  return index;
};

function isAws(type: string): boolean {
  return type.startsWith("aws:") || type.startsWith("aws-native:");
}

/** Type token of the resource with this URN, which need not be in sight: `aws:ec2/vpc:Vpc`. "" for no URN. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** URNs of the resources that an unknown value of `resource` is made from: its own origin, else that of its whole property. */
export function originsOf(resource: Resource, node: Node): readonly string[] {
  if (node.comesFrom.length > 0) return node.comesFrom;
  return resource.propertyDependencies[topLevel(node.path)] ?? [];
}

function topLevel(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? "";
}

/** The resource of one of `types` that `node`, a property of `resource`, names by id, ARN or name. */
export function resolve(model: CoreModel, resource: Resource, node: Node, types: readonly string[]): Reference {
  const read = node.string();
  if (read.state === "absent") return { state: "absent" };
  if (read.state === "known") {
    if (read.value === "") return { state: "absent" };
    const found = (model.ask(byIdentifier).get(read.value) ?? []).filter((item) => types.includes(item.type));
    const [first] = found;
    if (first !== undefined && found.length === 1) return { state: "resolved", resource: first };
    if (found.length > 1) return { state: "unknown", candidates: found };
    return madeFrom(model, resource, node, types) ?? { state: "elsewhere", value: read.value };
  }
  const origins = originsOf(resource, node);
  const candidates = origins.flatMap((urn) => {
    const origin = model.resource(urn);
    return origin !== undefined && types.includes(origin.type) ? [origin] : [];
  });
  const [only] = candidates;
  // Where something that can hold any value (another stack's outputs, a component) is among the origins, it may be that.
  const certain = candidates.length === 1 && origins.every((urn) => isAws(typeOfUrn(urn)));
  return certain && only !== undefined ? { state: "resolved", resource: only } : { state: "unknown", candidates };
}

/** The resource that a known value was made from, where that resource's own id is not told (a policy pack sees no ids). */
function madeFrom(model: CoreModel, resource: Resource, node: Node, types: readonly string[]): Reference | undefined {
  const origins = resource.propertyDependencies[topLevel(node.path)] ?? [];
  const candidates = origins.flatMap((urn) => {
    const origin = model.resource(urn);
    return origin !== undefined && types.includes(origin.type) && origin.id === undefined && !origin.props.get("id").isKnown
      ? [origin]
      : [];
  });
  const [only] = candidates;
  return candidates.length === 1 && only !== undefined ? { state: "resolved", resource: only } : undefined;
}

/** Whether a reference is to this resource: certainly, possibly or not. */
export function refersTo(reference: Reference, resource: Resource): "yes" | "maybe" | "no" {
  if (reference.state === "resolved") return reference.resource === resource ? "yes" : "no";
  if (reference.state !== "unknown") return "no";
  return reference.candidates.length === 0 || reference.candidates.includes(resource) ? "maybe" : "no";
}

/** Tags of a resource, the AWS provider's map and Cloud Control's list of pairs alike, with what `tagsAll` adds from default tags. */
export function tag(resource: Resource, key: string): Node {
  for (const property of ["tags", "tagsAll"]) {
    const tags = resource.props.get(property);
    if (tags.kind() === "list") {
      const pair = tags.items().find((item) => item.get("key").string().state === "known" && item.get("key").describe() === key);
      if (pair !== undefined) return pair.get("value");
    } else if (tags.isUnknown || tags.get(key).kind() !== "absent") return tags.get(key);
  }
  return resource.props.get("tags").isUnknown ? resource.props.get("tags") : resource.props.get("tags", key);
}
