#!/usr/bin/env node
/**
 * Starts the command line from its one file, with what V8 made of that file when it was built: a core is then checked before another
 * start would have compiled the rules. Another version of Node than the one that built refuses the cache, and compiles as ever.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { join } from "node:path";
import { constants, Script } from "node:vm";

const file = join(__dirname, "carrierguard.js");
const cache = join(__dirname, "carrierguard.cache");

type Loaded = (exports: unknown, require: NodeJS.Require, module: NodeJS.Module, filename: string, dirname: string) => void;

function fromCache(): Loaded | undefined {
  if (!existsSync(cache)) return undefined;
  const script = new Script(Module.wrap(readFileSync(file, "latin1")), {
    filename: file,
    cachedData: readFileSync(cache),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.cachedDataRejected === true ? undefined : (script.runInThisContext() as Loaded);
}

const load = fromCache();
const requireHere = createRequire(file);
if (load === undefined) requireHere(file);
else load(exports, requireHere, module, file, __dirname);
