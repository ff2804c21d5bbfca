/** What of a program's tsconfig.json matters when its sources are transformed and its imports looked for. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Tsconfig {
  /** Options that change what code does. */
  readonly emit: { readonly experimentalDecorators?: boolean; readonly useDefineForClassFields?: boolean };
  /** Paths that an import may stand for by `paths` and `baseUrl`. */
  candidates(request: string): string[];
}

interface Options {
  readonly experimentalDecorators?: boolean;
  readonly useDefineForClassFields?: boolean;
  readonly baseUrl?: string;
  readonly paths?: { readonly [pattern: string]: readonly string[] };
}

/** Reads `folder`/tsconfig.json and what it extends by a relative path; without one, or with one that cannot be read, nothing is set. */
export function readTsconfig(folder: string): Tsconfig {
  const options = optionsOf(join(folder, "tsconfig.json"), 0);
  const { experimentalDecorators, useDefineForClassFields, baseUrl, paths = {} } = options;
  const base = baseUrl ?? folder;
  return {
    emit: { experimentalDecorators, useDefineForClassFields },
    candidates(request) {
      const found: string[] = [];
      for (const [pattern, targets] of Object.entries(paths)) {
        const [before = "", after] = pattern.split("*");
        const fits = after === undefined ? request === pattern : request.startsWith(before) && request.endsWith(after);
        if (!fits) continue;
        const star = after === undefined ? "" : request.slice(before.length, request.length - after.length);
        found.push(
          ...targets.map((target) =>
            resolve(
              base,
              target.replace("*", () => star),
            ),
          ),
        );
      }
      if (baseUrl !== undefined) found.push(resolve(baseUrl, request));
      return found;
    },
  };
}

function optionsOf(file: string, depth: number): Options {
  if (depth > 8 || !existsSync(file)) return {};
  try {
    const { extends: above, compilerOptions = {} } = JSON.parse(withoutComments(readFileSync(file, "utf8"))) as {
      extends?: string;
      compilerOptions?: Options;
    };
    const inherited =
      typeof above === "string" && above.startsWith(".")
        ? optionsOf(resolve(dirname(file), above.endsWith(".json") ? above : `${above}.json`), depth + 1)
        : {};
    const baseUrl = compilerOptions.baseUrl === undefined ? inherited.baseUrl : resolve(dirname(file), compilerOptions.baseUrl);
    return { ...inherited, ...compilerOptions, ...(baseUrl === undefined ? {} : { baseUrl }) };
  } catch {
    return {};
  }
}

/** JSON from the JSON-with-comments that TypeScript accepts. */
function withoutComments(text: string): string {
  const bare = text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_all, string: string | undefined) => string ?? "");
  return bare.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_all, string: string | undefined) => string ?? "");
}
