/** Targets as users name them: what each is, and all of them as one stack. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { joinStacks, type Stack } from "../../policypack/model/stack";
import { InputError } from "./input-error";
import { readManifests, type SourceOf } from "./manifests";
import type { NamedStack } from "./program";

export interface ReadOptions {
  /** Where Kubernetes objects without a namespace live; a chart is rendered for it. */
  readonly namespace: string;
  /** The stack of a program to host; all that have a file otherwise. */
  readonly stack?: string | undefined;
  /** Outputs of other stacks, by `organization/project/stack`. */
  /** Told before each target is read. */
  readonly reading?: (target: string) => void;
  readonly stackReferences: { readonly [stack: string]: { readonly [output: string]: unknown } };
}

export interface Targets {
  /** The targets as one stack; several where programs have several stacks, each with all other targets. */
  readonly stacks: readonly Stack[];
  readonly warnings: readonly string[];
  /** What could not be read; the rest was. */
  readonly errors: readonly InputError[];
}

interface Part {
  readonly stack: Stack;
  /** The stacks of a program, where it has several. */
  readonly stacks?: readonly NamedStack[];
  readonly warnings?: readonly string[];
  readonly errors?: readonly InputError[];
}

/** Reads every target; a target that cannot be read is an error beside the others. */
export async function readTargets(targets: readonly string[], options: ReadOptions): Promise<Targets> {
  const parts: Part[] = [];
  for (const target of targets) {
    options.reading?.(target);
    try {
      parts.push(...(await readTarget(target, options)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      parts.push({ stack: { resources: [], gaps: [] }, errors: [error] });
    }
  }
  return {
    stacks: deployments(parts),
    warnings: parts.flatMap((part) => part.warnings ?? []),
    errors: parts.flatMap((part) => part.errors ?? []),
  };
}

/** One deployment for every stack name of the programs; a program without that name takes part with its first stack. */
function deployments(parts: readonly Part[]): Stack[] {
  const names = [...new Set(parts.flatMap((part) => (part.stacks ?? []).map(({ name }) => name)))];
  if (names.length <= 1) return [joinStacks(parts.map((part) => part.stack))];
  return names.map((name) =>
    joinStacks(parts.map(({ stack, stacks = [] }) => (stacks.find((item) => item.name === name) ?? stacks[0])?.stack ?? stack)),
  );
}

async function readTarget(target: string, options: ReadOptions): Promise<Part[]> {
  if (target === "-") return [await readText(readStandardInput(), "-")];
  if (!existsSync(target)) throw new InputError("there is no such file or folder", { file: target });
  if (!statSync(target).isDirectory()) return [await readText(readBytes(target), target)];
  if (existsSync(join(target, "Pulumi.yaml")) || existsSync(join(target, "Pulumi.yml"))) {
    const { readProgram } = await import("./program.js");
    return [await readProgram(target, { stackReferences: options.stackReferences, stack: options.stack })];
  }
  if (existsSync(join(target, "Chart.yaml"))) return [await readChart(target, options)];
  return readFolder(target, options);
}

/** Reads all of standard input. */
function readStandardInput(): Buffer {
  try {
    return readFileSync(0);
  } catch {
    throw new InputError("standard input cannot be read", { file: "-" });
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(`this file cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown fault"})`, { file });
  }
}

async function readChart(folder: string, options: ReadOptions): Promise<Part> {
  const { renderChart, templatesOf } = await import("./chart.js");
  const { text } = renderChart(folder, { namespace: options.namespace });
  return manifestPart(text, folder, templatesOf(text, folder));
}

async function readText(bytes: Buffer, file: string, whole = true): Promise<Part> {
  const text = decode(bytes);
  if (text.includes("\0")) throw new InputError("this is a binary file; YAML or JSON was expected", { file });
  if (text.trim() === "") throw new InputError("this is empty; YAML or JSON was expected", { file });
  if (/^\s*\{/.test(text)) {
    const { isState, readState } = await import("./state.js");
    if (isState(text)) return readState(text, file);
    const { isPreview, readPreview } = await import("./preview.js");
    if (isPreview(text)) return readPreview(text, file);
    const { isIam, readIam } = await import("./iam-documents.js");
    if (isIam(text)) return readIam(text, file);
  }
  const part = manifestPart(text, file);
  if (whole && part.stack.resources.length === 0 && part.errors?.length === 0 && !isCommentOnly(text)) {
    throw new InputError("no Kubernetes object, stack export or preview was found in it", { file });
  }
  return part;
}

/** UTF-8, or UTF-16 with its mark, as PowerShell's redirection writes it. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString("utf16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString("utf16le");
  return bytes.toString("utf8");
}

/** A rendering may be empty: a chart whose parts are all switched off. */
function isCommentOnly(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#.*|---.*|\.\.\.)?\s*$/.test(line));
}

function manifestPart(text: string, file: string, sourceOf?: SourceOf): Part {
  const { resources, warnings, errors } = readManifests(text, file, sourceOf);
  return { stack: { resources, gaps: [] }, warnings, errors };
}

/** Folders that hold no input. */
const LEFT_OUT = new Set(["node_modules", "vendor"]);

/** Every YAML and JSON file below a folder, by name; charts in it are rendered, programs must be named themselves. */
async function readFolder(folder: string, options: ReadOptions): Promise<Part[]> {
  const parts: Part[] = [];
  let files = 0;
  const visit = async (place: string): Promise<void> => {
    const entries = readdirSync(place, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (place !== folder && entries.some((entry) => entry.name === "Chart.yaml")) {
      files += 1;
      parts.push(await caught(() => readChart(place, options)));
      return;
    }
    if (place !== folder && entries.some((entry) => entry.name === "Pulumi.yaml")) {
      parts.push({
        stack: { resources: [], gaps: [] },
        warnings: [`${place}: a Pulumi program inside a folder is not run; name it as a target of its own`],
      });
      return;
    }
    for (const entry of entries) {
      const path = join(place, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)) {
        if (!entry.name.startsWith(".") && !LEFT_OUT.has(entry.name) && !entry.isSymbolicLink()) await visit(path);
      } else if (/\.(ya?ml|json)$/i.test(entry.name)) {
        files += 1;
        parts.push(await caught(() => readText(readBytes(path), path, false)));
      }
    }
  };
  await visit(folder);
  if (files === 0) throw new InputError("this folder holds no YAML or JSON file, no Pulumi.yaml and no Chart.yaml", { file: folder });
  return parts;
}

async function caught(read: () => Promise<Part>): Promise<Part> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { stack: { resources: [], gaps: [] }, errors: [error] };
  }
}
