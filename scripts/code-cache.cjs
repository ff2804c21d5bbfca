// code-cache.cjs <bundle> <cache> [arguments…]: runs the bundle with these arguments (without any: only loads it) and keeps what V8 has
// compiled for it.
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire, Module } = require("node:module");
const { dirname } = require("node:path");
const { constants, Script } = require("node:vm");
const { optimiseLater } = require("../dist/startup/bundle.js");

const [file, cache, ...argv] = process.argv.slice(2);
optimiseLater();
const script = new Script(Module.wrap(readFileSync(file, "latin1")), {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const module_ = new Module(file);
module_.filename = file;
module_.paths = Module._nodeModulePaths(dirname(file));
process.argv = [process.argv[0], file, ...argv];
process.on("exit", () => {
  writeFileSync(cache, script.createCachedData());
  process.exitCode = 0;
});
script.runInThisContext()(module_.exports, createRequire(file), module_, file, dirname(file));
if (argv.length === 0) process.exit(0);
