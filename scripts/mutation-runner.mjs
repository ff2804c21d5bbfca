/**
 * Runs the tests for Stryker inside its own worker process, on files that are compiled once: a mutant costs milliseconds, not a run of Jest.
 *
 * - Test files are Jest's own. This offers what they use of Jest: describe, it and test, each with `.each`, and Jest's own `expect`.
 * - For each mutant the mutated file and whatever imports it are evaluated anew, tests included, with the mutant on. So what a file works
 *   out when it is loaded (a table, a pattern, a rule's target) is tried too, and nothing remembered under one mutant reaches the next.
 * - A mutant of what is worked out at loading is tried on the tests that reach anything else in its file, and on those about its rule.
 * - An endless loop throws where it passes its mutant too often (Stryker's hit limit); else Stryker ends the process and starts another.
 */

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { Script } from "node:vm";
import { INSTRUMENTER_CONSTANTS as STRYKER } from "@stryker-mutator/api/core";
import { commonTokens, declareClassPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import { determineHitLimitReached, DryRunStatus, MutantRunStatus, TestStatus, toMutantRunResult } from "@stryker-mutator/api/test-runner";
import { transformSync } from "esbuild";
import { expect } from "expect";
import { bind } from "jest-each";

/** Where instrumented code reads which mutant is on, and writes what each test reaches. */
const stryker = (globalThis[STRYKER.NAMESPACE] ??= {});

/** TypeScript as CommonJS: compiled once, evaluated as often as wanted. */
class Sources {
  #compiled = new Map();
  /** Files that import a file, as far as they were loaded. */
  #importers = new Map();
  #require = createRequire(join(process.cwd(), "package.json"));

  constructor() {
    Module._extensions[".ts"] = (module, file) => this.#evaluate(module, file);
  }

  load(file) {
    return this.#require(file);
  }

  /** What depends on these files is evaluated anew when it is loaded next. */
  forget(files) {
    const gone = new Set(files);
    for (const file of gone) {
      Reflect.deleteProperty(this.#require.cache, file);
      for (const importer of this.#importers.get(file) ?? []) gone.add(importer);
    }
  }

  /** Mutants by the file that has them, of what was loaded. */
  mutants() {
    return [...this.#compiled].map(([file, { mutants }]) => [file, mutants]);
  }

  #evaluate(module, file) {
    const require = (id) => {
      const imported = Module._resolveFilename(id, module);
      if (imported.endsWith(".ts")) this.#importers.set(imported, (this.#importers.get(imported) ?? new Set()).add(file));
      return module.require(id);
    };
    const { script } = this.#compile(file);
    script.runInThisContext()(module.exports, require, module, file, dirname(file));
  }

  #compile(file) {
    if (!this.#compiled.has(file)) {
      const source = readFileSync(file, "utf8");
      const { code } = transformSync(source, { loader: "ts", format: "cjs", target: "node20", sourcefile: file });
      const script = new Script(`(function (exports, require, module, __filename, __dirname) {${code}\n})`, { filename: file });
      this.#compiled.set(file, { script, mutants: new Set([...source.matchAll(/stryMutAct_\w+\("(\d+)"\)/g)].map(([, id]) => id)) });
    }
    return this.#compiled.get(file);
  }
}

/** The tests of a file, without running them: only groups that have wanted tests are opened. */
function collect(sources, file, wanted) {
  const tests = [];
  const place = relative(process.cwd(), file);
  const names = new Map();
  let path = [place];
  const group = (title, body) => {
    const outer = path;
    path = [...outer, title];
    const prefix = `${path.join(" > ")} > `;
    if (wanted === undefined || wanted.some((id) => id.startsWith(prefix))) body();
    path = outer;
  };
  const test = (title, run) => {
    const name = [...path, title].join(" > ");
    const times = (names.get(name) ?? 0) + 1;
    names.set(name, times);
    const id = times === 1 ? name : `${name} (${times})`;
    if (wanted === undefined || wanted.includes(id)) tests.push({ id, run, file: subject(path) ?? file });
  };
  group.each = bind(group, false);
  test.each = bind(test, false);
  Object.assign(globalThis, { describe: group, it: test, test, expect });
  sources.load(file);
  return tests;
}

/** What a test says of a rule in general depends on the rule's file: Stryker must know, to see in an incremental run that it is another now. */
function subject([file, id]) {
  if (!/\/(examples|remedies|meta)\.test\.ts$/.test(file) || !/^[A-Z]{2}-\d\d$/.test(id ?? "")) return undefined;
  return filesBelow("policypack/rules").find((name) => name.includes(`/${id.toLowerCase()}-`));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => join(process.cwd(), folder, name));
}

class InProcessTestRunner {
  static inject = tokens(commonTokens.options);
  #sources = new Sources();
  #files;
  #mutated;
  #reached;

  constructor({ mutationTests }) {
    this.#files = mutationTests.flatMap((place) => (statSync(place).isDirectory() ? filesBelow(place) : [join(process.cwd(), place)]));
    this.#files = this.#files.filter((file) => file.endsWith(".test.ts"));
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    const tests = await this.#run(undefined, false);
    const failed = tests.filter(({ status }) => status === TestStatus.Failed);
    if (failed.length === 0) this.#keepReached(tests);
    return { status: DryRunStatus.Complete, tests, mutantCoverage: stryker[STRYKER.MUTATION_COVERAGE_OBJECT] };
  }

  async mutantRun({ activeMutant, testFilter, sandboxFileName, hitLimit, disableBail }) {
    const wanted = testFilter ?? this.#testsReaching(sandboxFileName);
    this.#sources.forget([this.#mutated ?? sandboxFileName, sandboxFileName]);
    this.#mutated = sandboxFileName;
    stryker[STRYKER.HIT_LIMIT] = hitLimit;
    stryker[STRYKER.HIT_COUNT] = hitLimit === undefined ? undefined : 0;
    stryker[STRYKER.ACTIVE_MUTANT] = activeMutant.id;
    try {
      const tests = await this.#run(wanted, !disableBail);
      const endless = determineHitLimitReached(stryker[STRYKER.HIT_COUNT], stryker[STRYKER.HIT_LIMIT]);
      return toMutantRunResult(endless ?? { status: DryRunStatus.Complete, tests }, disableBail);
    } catch (error) {
      // A file that cannot even be loaded with this mutant.
      return { status: MutantRunStatus.Killed, killedBy: wanted.slice(0, 1), failureMessage: String(error), nrOfTests: 0 };
    } finally {
      stryker[STRYKER.ACTIVE_MUTANT] = undefined;
    }
  }

  async #run(wanted, bail) {
    const results = [];
    for (const file of this.#files) {
      const place = `${relative(process.cwd(), file)} > `;
      const here = wanted?.filter((id) => id.startsWith(place));
      if (here?.length === 0) continue;
      for (const test of collect(this.#sources, file, here)) {
        const result = await resultOf(test);
        results.push(result);
        if (bail && result.status === TestStatus.Failed) return results;
      }
    }
    return results;
  }

  /** Which tests reach a file at all. Workers are many and the dry run is one: it is told in the sandbox. */
  #keepReached(tests) {
    const { perTest } = stryker[STRYKER.MUTATION_COVERAGE_OBJECT] ?? { perTest: {} };
    const reached = this.#sources.mutants().map(([file, mutants]) => {
      const reaching = tests.filter(
        ({ id, fileName }) => fileName === file || Object.keys(perTest[id] ?? {}).some((hit) => mutants.has(hit)),
      );
      return [file, reaching.map(({ id }) => id)];
    });
    writeFileSync(REACHED, JSON.stringify(Object.fromEntries(reached)));
  }

  #testsReaching(file) {
    this.#reached ??= JSON.parse(readFileSync(REACHED, "utf8"));
    return this.#reached[file] ?? [];
  }
}

const REACHED = ".tests-by-file.json";

async function resultOf({ id, run, file }) {
  const about = { id, name: id, fileName: file };
  const start = performance.now();
  stryker[STRYKER.CURRENT_TEST_ID] = id;
  try {
    await run();
    return { ...about, timeSpentMs: Math.ceil(performance.now() - start), status: TestStatus.Success };
  } catch (error) {
    const failureMessage = error instanceof Error ? error.message : String(error);
    return { ...about, timeSpentMs: Math.ceil(performance.now() - start), status: TestStatus.Failed, failureMessage };
  } finally {
    stryker[STRYKER.CURRENT_TEST_ID] = undefined;
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "carrierguard", InProcessTestRunner)];

export const strykerValidationSchema = {
  properties: {
    mutationTests: { description: "Test files, and folders of them, that mutants are tried on.", type: "array", items: { type: "string" } },
  },
};
