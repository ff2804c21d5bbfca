/** Where in the program's sources something happened: positions in transformed code, mapped back, relative to the program. */

import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "./protocol";
import type { ReadRequest, RegisterRequest } from "./sdk";

const texts = new Map<string, string>();
const maps = new Map<string, SourceMap | undefined>();

/** Keeps the map that belongs to the transformed code of `file`. */
export function rememberMap(file: string, map: string): void {
  texts.set(file, map);
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, loadMap(file));
  return maps.get(file);
}

/** The map that was remembered, else the one that a compiler left beside the file. */
function loadMap(file: string): SourceMap | undefined {
  try {
    const text = texts.get(file) ?? readFileSync(`${file}.map`, "utf8");
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return undefined;
  }
}

export class Places {
  constructor(private readonly folder: string) {}

  /** Where a resource was constructed: the innermost call in the program's own sources. */
  ofRequest(request: Pick<RegisterRequest | ReadRequest, "getStacktrace" | "getSourceposition">): Place | undefined {
    const frames =
      request
        .getStacktrace?.()
        ?.getFramesList()
        .map((frame) => frame.getPc()) ?? [];
    for (const position of [...frames, request.getSourceposition?.()]) {
      if (position === undefined || !position.getUri().startsWith("file:")) continue;
      const place = this.of(fileURLToPath(position.getUri()), position.getLine(), position.getColumn());
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** Where an error was thrown, or the place that a syntax error names. */
  ofError(error: unknown): Place | undefined {
    const [fault] = (error as { errors?: readonly { location?: { file: string; line: number } }[] } | undefined)?.errors ?? [];
    if (fault?.location !== undefined)
      return { file: this.relative(fault.location.file.replace(/\.mts$/, ".ts")), line: fault.location.line };
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    for (const [, file, line, column] of stack.matchAll(/\(?((?:file:\/\/)?\/[^():\n]+):(\d+):(\d+)\)?/g)) {
      if (file === undefined) continue;
      const place = this.of(file.startsWith("file:") ? fileURLToPath(file) : file, Number(line), Number(column));
      if (place !== undefined) return place;
    }
    return undefined;
  }

  private of(file: string, line: number, column: number): Place | undefined {
    if (!file.startsWith(this.folder + sep) || file.includes(`${sep}node_modules${sep}`)) return undefined;
    const origin = mapOf(file)?.findEntry(line - 1, Math.max(0, column - 1));
    const mapped = origin !== undefined && "originalLine" in origin ? origin.originalLine + 1 : line;
    return { file: this.relative(file), line: mapped };
  }

  private relative(file: string): string {
    return (file.startsWith(sep) ? relative(this.folder, file) : file).split(sep).join("/");
  }
}
