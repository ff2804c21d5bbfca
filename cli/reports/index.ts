/** Formats by name; a writer is loaded when it is asked for. */

import type { ReportWriter } from "./report";

const WRITERS: { readonly [format: string]: () => Promise<ReportWriter> } = {
  human: async () => (await import("./human.js")).human,
  sarif: async () => (await import("./sarif.js")).sarif,
  junit: async () => (await import("./junit.js")).junit,
  json: async () => (await import("./json.js")).json,
};

export const FORMATS: readonly string[] = Object.keys(WRITERS);

/** The writer of a format; `undefined` for a format that there is not. */
export async function writerOf(format: string): Promise<ReportWriter | undefined> {
  return WRITERS[format]?.();
}
