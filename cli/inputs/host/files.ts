/** Files by pattern, as `yaml.v2.ConfigGroup` names them. Node has `globSync` from version 22 only. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

export { existsSync, readFileSync } from "node:fs";

/** Files that fit a pattern with `*`, `?` and `**`, by name. */
export function globSync(pattern: string): string[] {
  const parts = pattern.split("/");
  let places: string[] = [pattern.startsWith("/") ? "/" : ""];
  for (const part of parts.filter((piece) => piece !== "")) {
    places = places.flatMap((place) =>
      part === "**" ? foldersBelow(place) : /[*?]/.test(part) ? fitting(place, part) : [join(place, part)],
    );
  }
  return [...new Set(places)].sort();
}

function fitting(folder: string, part: string): string[] {
  const shape = new RegExp(
    `^${part
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
  return entries(folder)
    .filter((entry) => shape.test(entry.name))
    .map((entry) => join(folder, entry.name));
}

function foldersBelow(folder: string): string[] {
  const inside = entries(folder).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap((entry) => foldersBelow(join(folder, entry.name)))];
}

function entries(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder === "" ? "." : folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
