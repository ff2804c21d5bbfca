/** Repairs written into properties: what is on the way is made, nothing is taken away. */

import type { Change } from "./rule";

/** The value with every change in it; the given one stays as it is. */
export function repaired(value: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((before, change) => withValue(before, change.path, change.value), value);
}

function withValue(value: unknown, path: Change["path"], wanted: Change["value"]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return wanted;
  if (typeof key === "number") {
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    return list.map((item, index) => (index === key ? withValue(item, rest, wanted) : item));
  }
  const object = value !== null && typeof value === "object" ? (value as { readonly [key: string]: unknown }) : {};
  return { ...object, [key]: withValue(object[key], rest, wanted) };
}
