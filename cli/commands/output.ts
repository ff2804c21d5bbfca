/** Where reports go: data on standard output or into files, chatter on standard error. */

import { writeFileSync } from "node:fs";
import { suggestion } from "../../policypack/engine/nearest";
import { UsageError } from "./usage-error";

export interface Output {
  readonly format: string;
  /** `undefined`: standard output. */
  readonly file: string | undefined;
}

/** `-o json=report.json -o human`; nothing said is `human` on standard output. */
export function parseOutputs(words: readonly string[], formats: readonly string[]): Output[] {
  const outputs = (words.length === 0 ? ["human"] : words).map((word) => {
    const [format = "", ...file] = word.split("=");
    if (!formats.includes(format)) throw new UsageError(`there is no output format "${format}"${suggestion(format, formats)}`);
    return { format, file: file.length === 0 ? undefined : file.join("=") };
  });
  if (outputs.filter((output) => output.file === undefined).length > 1) {
    throw new UsageError("two formats cannot share standard output; give one of them a file: -o json=report.json");
  }
  return outputs;
}

export function write(output: Output, text: string | readonly string[]): void {
  const pieces = typeof text === "string" ? [text] : text;
  if (output.file === undefined) {
    for (const piece of pieces) process.stdout.write(piece);
    return;
  }
  try {
    writeFileSync(output.file, pieces.join(""));
  } catch (error) {
    throw new UsageError(`${output.file} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown fault"})`);
  }
}

export interface ColorOptions {
  /** True for --color, false for --no-color. */
  readonly color?: boolean;
}

/** Colour only on a terminal, unless asked for; NO_COLOR forbids it. */
export function wantsColor(output: Output, options: ColorOptions): boolean {
  if (output.file !== undefined || options.color === false) return false;
  if (process.argv.includes("--color")) return true;
  return process.env["NO_COLOR"] === undefined && process.stdout.isTTY === true;
}
