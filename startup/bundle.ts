/**
 * Loads one of the build's bundles, with what V8 made of it when it was built: the rules need not be compiled at every start. Another version of
 * Node than the one that built refuses the cache, and compiles as ever.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";

type Loaded = (exports: unknown, require: NodeJS.Require, module: NodeJS.Module, filename: string, dirname: string) => void;

export function loadBundle(file: string, module: NodeJS.Module): void {
  optimiseLater();
  const requireBeside = createRequire(file);
  const load = fromCache(file, file.replace(/\.js$/, ".cache"));
  if (load === undefined) requireBeside(file);
  else load(module.exports, requireBeside, module, file, dirname(file));
}

/**
 * V8 11 (Node 20) optimises what it takes for hot: for a run of a second that is a third of all work, seldom paid back. Later versions count
 * otherwise, and refuse the flag. A code cache counts only under the flags that it was made with: whoever makes one calls this first.
 */
export function optimiseLater(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=300000");
}

function fromCache(file: string, cache: string): Loaded | undefined {
  if (!existsSync(cache)) return undefined;
  const script = new Script(Module.wrap(readFileSync(file, "latin1")), {
    filename: file,
    cachedData: readFileSync(cache),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.cachedDataRejected === true ? undefined : (script.runInThisContext() as Loaded);
}
