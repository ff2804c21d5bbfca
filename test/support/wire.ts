/** The model's values as the engine writes them in its messages. */

import type { ResourceInit } from "../../policypack/model/stack";
import { SecretValue, UnknownValue, type Value } from "../../policypack/model/value";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a text that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function encode(value: Value): unknown {
  if (value instanceof UnknownValue) return UNKNOWN;
  if (value instanceof SecretValue) return { [SIGNATURE]: SECRET, value: encode(value.value) };
  if (Array.isArray(value)) return (value as readonly Value[]).map(encode);
  if (value !== null && typeof value === "object") return encodeProperties(value as { readonly [key: string]: Value });
  return value;
}

export function encodeProperties(properties: { readonly [key: string]: Value }): { [key: string]: unknown } {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, encode(value)]));
}

/** By top-level property, the resources its value was made from: the engine's word for where an unknown comes from. */
export function originsOf(resource: ResourceInit): { [property: string]: readonly string[] } {
  const origins: { [property: string]: readonly string[] } = { ...resource.propertyDependencies };
  for (const [property, value] of Object.entries(resource.properties)) {
    const from = [...new Set([...(origins[property] ?? []), ...unknownsIn(value)])];
    if (from.length > 0) origins[property] = from;
  }
  return origins;
}

function unknownsIn(value: Value): readonly string[] {
  if (value === null || typeof value !== "object") return [];
  if (value instanceof UnknownValue) return value.from;
  if (value instanceof SecretValue) return unknownsIn(value.value);
  return Object.values(value as { readonly [key: string]: Value }).flatMap(unknownsIn);
}
