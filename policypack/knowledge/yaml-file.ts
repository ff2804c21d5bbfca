/** A YAML or JSON file with the line of everything in it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

type Path = readonly (string | number)[];

export interface YamlFile {
  readonly value: unknown;
  /** The line of the key at a path, or of the nearest thing above it that has one. */
  lineOf(path: Path): number;
}

/** Throws an Error whose message begins with `file:line: `. */
export function readYamlFile(file: string): YamlFile {
  // Loaded when there is a file to read: it costs a tenth of the start.
  const { LineCounter, parseDocument } = createRequire(__filename)("yaml") as typeof import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    throw new Error(`${file}:${lines.linePos(syntax.pos[0]).line}: this is not YAML: ${syntax.message.split("\n")[0] ?? ""}`);
  return {
    value: document.toJS() as unknown,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const parent = document.getIn(path.slice(0, length - 1), true) as
          { items?: { key?: { value?: unknown; range?: number[] }; range?: number[] }[] } | undefined;
        const last = path[length - 1];
        const item = typeof last === "number" ? parent?.items?.[last] : parent?.items?.find((pair) => pair.key?.value === last)?.key;
        const offset = (item as { range?: number[] } | undefined)?.range?.[0];
        if (offset !== undefined) return lines.linePos(offset).line;
      }
      return 1;
    },
  };
}
