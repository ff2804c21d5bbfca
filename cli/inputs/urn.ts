/** Pulumi's resource names: `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`. */

const ROOT = "pulumi:pulumi:Stack";

/** The logical name: all after the type (names may hold "::" themselves). */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** URN of a resource, as the engine makes it; the types of its parents lead, that of the root stack does not. */
export function makeUrn(stack: string, project: string, parent: string, type: string, name: string): string {
  const parentType = parent.split("::")[2] ?? "";
  const qualified = parentType === "" || parentType === ROOT ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The provider's URN from a reference to it, which is the URN followed by "::" and the provider's id. */
export function providerUrn(reference: string | undefined): string | undefined {
  if (reference === undefined || reference === "") return undefined;
  const parts = reference.split("::");
  return parts.length > 4 ? parts.slice(0, -1).join("::") : reference;
}

/** Order of resources that does not depend on when a program registered them. */
export function byUrn(a: { readonly urn: string }, b: { readonly urn: string }): number {
  return a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0;
}
