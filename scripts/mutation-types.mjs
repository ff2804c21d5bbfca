/**
 * Leaves to the compiler what is the compiler's: a mutant that does not compile can never be shipped, so no test need notice it. One that asks
 * for a property before it is sure that there is one, puts text where no text goes, or returns nothing where something is due is such a mutant.
 *
 * All mutants of a file are compiled at once, each as a copy of the file beside it: what they import is read and checked once for all of them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckStatus } from "@stryker-mutator/api/check";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "..");

/** As the project is compiled, but for what is only untidy in a mutant: a name that it no longer uses. */
function settings() {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}

class Compiler {
  #options = settings();
  #host = ts.createCompilerHost(this.#options);
  /** What is mutated, as it was when the run began: whoever waits for its end goes on editing. */
  #texts = new Map();
  /** What that imports, read once. */
  #files = new Map();

  async init() {}

  async group(mutants) {
    const files = new Set(mutants.map(({ fileName }) => fileName));
    for (const file of files) this.#text(file);
    return [...files].map((file) => mutants.filter(({ fileName }) => fileName === file).map(({ id }) => id));
  }

  async check(mutants) {
    const copies = new Map(mutants.map((mutant) => [copyOf(mutant), mutated(mutant, this.#text(mutant.fileName))]));
    const host = { ...this.#host, getSourceFile: (name, language) => this.#parsed(name, language, copies.get(name)) };
    const program = ts.createProgram([...copies.keys()], this.#options, host);
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, resultOf(program, program.getSourceFile(copyOf(mutant)))]));
  }

  #text(file) {
    if (!this.#texts.has(file)) this.#texts.set(file, readFileSync(file, "utf8"));
    return this.#texts.get(file);
  }

  #parsed(name, language, text) {
    if (text !== undefined) return ts.createSourceFile(name, text, language);
    if (!this.#files.has(name)) this.#files.set(name, this.#host.getSourceFile(name, language));
    return this.#files.get(name);
  }
}

function copyOf({ fileName, id }) {
  return fileName.replace(/\.ts$/, `.${id}.ts`);
}

function mutated({ fileName, location: { start, end }, replacement }, text) {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022);
  const [from, to] = [start, end].map(({ line, column }) => ts.getPositionOfLineAndCharacter(file, line, column));
  return text.slice(0, from) + replacement + text.slice(to);
}

function resultOf(program, file) {
  const [error] = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  if (error === undefined) return { status: CheckStatus.Passed };
  return { status: CheckStatus.CompileError, reason: ts.flattenDiagnosticMessageText(error.messageText, "\n") };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, "types", Compiler)];
