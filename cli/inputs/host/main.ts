/**
 * The process that hosts one stack of one program. It takes its job over the channel of its parent, and hands over every
 * resource as it is declared: what was declared before a fault is not lost.
 */

import { existsSync, statSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { tolerateMissingConfig } from "./config";
import { shapeAnswers } from "./lookups";
import { installModuleLoader } from "./modules";
import { Monitor } from "./monitor";
import { Places } from "./places";
import type { Job, Message } from "./protocol";
import { loadSdk } from "./sdk";
import { COMPLETION } from "./top-level-await";
import { readable } from "./unknown-text";

let finished = false;

/** Promises that the SDK still waits for. */
let leaks = (): number => 0;

function report(message: Message): void {
  if (!finished) process.send?.(message);
}

/** Ends the process once everything that was reported has left it. */
function finish(): void {
  if (finished) return;
  // With this status the SDK does not write about unfinished promises; the parent knows by the message that all is well.
  process.send?.({ kind: "done" } satisfies Message, () => process.exit(1));
  finished = true;
}

process.once("message", (job: Job) => {
  // The channel alone must not keep the process alive when the program has ended.
  process.channel?.unref();
  host(job);
});

function host(job: Job): void {
  const places = new Places(job.folder);
  // Before the SDK is loaded: it has handlers of its own, which end the process.
  const fault = faultReporter(job, places);
  process.on("uncaughtException", fault);
  process.on("unhandledRejection", fault);
  process.on("beforeExit", () => {
    if (leaks() > 0)
      report({
        kind: "gap",
        reason: `${leaks()} of the program's promises never completed, so resources may be missing; a cyclic dependency does that`,
      });
    finish();
  });
  setTimeout(() => {
    report({
      kind: "gap",
      reason: `the program was still running after ${Math.round(job.patience / 1000)} s; what it would have declared later is missing`,
    });
    finish();
  }, job.patience).unref();
  closeNetwork();
  run(job, places).catch(fault);
}

async function run(job: Job, places: Places): Promise<void> {
  const { folder, entry } = entryOf(job);
  process.chdir(folder);
  installModuleLoader(existsSync(join(folder, "tsconfig.json")) ? folder : job.folder);
  const sdk = loadSdk(folder);
  await new Monitor(sdk, job, places, report).install();
  leaks = () => (sdk.store?.["leakCandidates"] instanceof Set ? sdk.store["leakCandidates"].size : 0);
  sdk.pulumi.runtime.setAllConfig(job.config, job.secretKeys);
  // Source text of functions (lambda callbacks) is nothing that a policy looks at, and making it fails without TypeScript.
  sdk.pulumi.runtime.serializeFunction = async () => ({ text: "// not looked at", exportName: "handler", containsSecrets: false });
  sdk.pulumi.runtime.computeCodePaths = async () => new Map();
  sdk.closures.serializeFunction = sdk.pulumi.runtime.serializeFunction;
  tolerateMissingConfig(sdk, report);
  shapeAnswers(sdk);
  const load = createRequire(join(folder, "index.js"));
  await sdk.pulumi.runtime.runInPulumiStack(async () => outputsOf(load(entry)));
}

/** The stack's outputs: what the entry exports, or what a function that it exports returns. */
async function outputsOf(loaded: unknown): Promise<unknown> {
  let exported = loaded as { [name: string]: unknown } | (() => unknown);
  if (typeof exported === "object" && COMPLETION in exported) {
    await exported[COMPLETION];
    return {};
  }
  // An ES module may have a default export instead of named ones.
  if (typeof exported === "object" && exported["__esModule"] === true && Object.keys(exported).join() === "default") {
    exported = exported["default"] as typeof exported;
  }
  return typeof exported === "function" ? exported() : exported;
}

/** Where the program runs and what it starts with: `main` of Pulumi.yaml, then package.json, then index. */
function entryOf(job: Job): { folder: string; entry: string } {
  const main = resolve(job.folder, job.main ?? ".");
  if (existsSync(main) && !statSync(main).isDirectory()) return { folder: dirname(main), entry: main };
  if (job.main !== undefined && !existsSync(main)) throw new Error(`\`main\` of Pulumi.yaml is ${job.main}, which does not exist`);
  return { folder: main, entry: packageMain(main) ?? firstIndex(main) ?? join(main, "index") };
}

function packageMain(folder: string): string | undefined {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { main, exports } = JSON.parse(readFileSync(manifest, "utf8")) as { main?: unknown; exports?: unknown };
  for (const named of [exports, main]) {
    // Compiled entries that were not built are passed over for the sources.
    if (typeof named === "string" && existsSync(join(folder, named))) return join(folder, named);
  }
  return undefined;
}

function firstIndex(folder: string): string | undefined {
  return ["js", "ts", "mjs", "mts", "cjs", "cts", "tsx"]
    .map((extension) => join(folder, `index.${extension}`))
    .find((file) => existsSync(file));
}

/** Reports each fault once: a rejected promise often comes back through others. */
function faultReporter(job: Job, places: Places): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const text = error instanceof Error ? error.message : String(error);
    const syntax = (error as { errors?: readonly { text?: string }[] } | undefined)?.errors?.[0]?.text;
    const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(text)?.[1];
    const isPackage = missing !== undefined && !/^[./]/.test(missing);
    const first =
      syntax ??
      text
        .split("\n")
        .map((line) => line.trim())
        .find((line) => line !== "") ??
      "an error without a message";
    const message = isPackage ? `the package ${missing} is not installed` : readable(first.split(`${job.folder}/`).join(""));
    if (told.has(message)) return;
    told.add(message);
    report({ kind: "fault", message, place: places.ofError(error), ...(isPackage ? { hint: "install" } : {}) });
  };
}

/** Hosting reaches nothing: what a program would fetch, it must not find by chance. */
function closeNetwork(): void {
  Socket.prototype.connect = function (this: Socket) {
    process.nextTick(() => this.destroy(new Error("the program asked for a network connection, and it is run without a network")));
    return this;
  };
}
