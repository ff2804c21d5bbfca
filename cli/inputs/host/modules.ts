/**
 * Loads a program's TypeScript and ES modules as Node loads CommonJS: sources are transformed one by one when they are
 * required (no type check), and imports are found where TypeScript would find them.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import Module from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { type Loader, type TransformOptions, transformSync } from "esbuild";
import { asyncModule } from "./top-level-await";
import { readTsconfig, type Tsconfig } from "./tsconfig";
import { rememberMap } from "./places";

interface LoadedModule {
  exports: unknown;
  _compile(code: string, file: string): void;
}
type Extension = (module: LoadedModule, file: string) => void;

/** Node's own loader, as far as it is open to be extended. */
const loader = Module as unknown as {
  _extensions: { [extension: string]: Extension };
  _resolveFilename(request: string, parent: { filename?: string } | null, ...rest: unknown[]): string;
};

const LOADERS: { readonly [extension: string]: Loader } = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
  ".js": "js",
  ".mjs": "js",
};

/** What TypeScript writes in an import, and the sources it may stand for. */
const SOURCES: { readonly [extension: string]: readonly string[] } = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
  ".jsx": [".tsx"],
};

/** Must come before anything of the program is loaded. `folder` is where its tsconfig.json stands. */
export function installModuleLoader(folder: string): void {
  const tsconfig = readTsconfig(folder);
  const compile = (extension: string): Extension => {
    const original = loader._extensions[extension];
    return (module, file) => {
      const plain = extension === ".js" && !isEsModule(file);
      if (plain && original !== undefined) return original(module, file);
      module._compile(transform(file, extension, tsconfig), file);
    };
  };
  for (const extension of Object.keys(LOADERS)) loader._extensions[extension] = compile(extension);
  const resolveFilename = loader._resolveFilename;
  loader._resolveFilename = function (request, parent, ...rest): string {
    try {
      return resolveFilename.call(this, request, parent, ...rest);
    } catch (error) {
      const found = elsewhere(request, parent?.filename, tsconfig, (other) => resolveFilename.call(this, other, parent, ...rest));
      if (found === undefined) throw error;
      return found;
    }
  };
}

const IMPORT_META = 'const __importMetaUrl = require("node:url").pathToFileURL(__filename).href;';

function transform(file: string, extension: string, tsconfig: Tsconfig): string {
  const esModule = extension === ".mts" || extension === ".mjs" || isEsModule(file);
  const options: TransformOptions = {
    loader: LOADERS[extension],
    format: "cjs",
    target: "node20",
    sourcemap: "external",
    // An ES module's default import of CommonJS is `module.exports`; esbuild tells ES modules by this extension.
    sourcefile: esModule ? file.replace(/\.\w+$/, ".mts") : file,
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "__importMetaUrl", "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    banner: IMPORT_META,
    logLevel: "silent",
    tsconfigRaw: extension.includes("ts") ? { compilerOptions: tsconfig.emit } : undefined,
  };
  const source = readFileSync(file, "utf8");
  try {
    const { code, map } = transformSync(source, options);
    rememberMap(file, map);
    return code;
  } catch (error) {
    if (!/Top-level await/.test(error instanceof Error ? error.message : "")) throw error;
    const { code, map } = transformSync(source, { ...options, format: "esm", banner: "" });
    rememberMap(file, map);
    return asyncModule(code, IMPORT_META);
  }
}

const esModules = new Map<string, boolean>();

/** Whether the nearest package.json makes `.js` and `.ts` ES modules. */
function isEsModule(file: string): boolean {
  if (/\.c[jt]s$/.test(file)) return false;
  const folder = dirname(file);
  const known = esModules.get(folder);
  if (known !== undefined) return known;
  const manifest = join(folder, "package.json");
  const above = dirname(folder);
  const answer = existsSync(manifest)
    ? /"type"\s*:\s*"module"/.test(readFileSync(manifest, "utf8"))
    : above !== folder && isEsModule(folder);
  esModules.set(folder, answer);
  return answer;
}

function elsewhere(request: string, from: string | undefined, tsconfig: Tsconfig, again: (request: string) => string): string | undefined {
  if (from === undefined) return undefined;
  if (/^\.{1,2}(\/|$)|^\//.test(request)) return sourceOf(resolve(dirname(from), request));
  if (!from.includes(`${sep}node_modules${sep}`)) {
    for (const candidate of tsconfig.candidates(request)) {
      const found = sourceOf(candidate) ?? attempt(() => again(candidate));
      if (found !== undefined) return found;
    }
  }
  return esModuleOnly(request, from);
}

/** `./x.js` may be `./x.ts`, and `./x` the folder's `index.ts`. */
function sourceOf(path: string): string | undefined {
  const extension = /\.[mc]?jsx?$/.exec(path)?.[0] ?? "";
  const stem = extension === "" ? path : path.slice(0, -extension.length);
  const candidates = [
    ...(SOURCES[extension] ?? []).map((other) => stem + other),
    ...[".mts", ".cts", "/index.mts", "/index.mjs"].map((end) => path + end),
  ];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}

/** The entry of a package that offers itself to `import` only. */
function esModuleOnly(request: string, from: string): string | undefined {
  const [, name, rest] = /^(@[^/]+\/[^/]+|[^./][^/]*)(?:\/(.+))?$/.exec(request) ?? [];
  if (name === undefined) return undefined;
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const root = join(folder, "node_modules", name);
    const manifest = join(root, "package.json");
    if (existsSync(manifest)) {
      const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { exports?: unknown };
      const target = importTarget(rest === undefined ? (entry(exports, ".") ?? exports) : entry(exports, `./${rest}`));
      return target === undefined ? undefined : join(root, target);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function entry(object: unknown, key: string): unknown {
  return typeof object === "object" && object !== null ? (object as { [key: string]: unknown })[key] : undefined;
}

function importTarget(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  for (const condition of ["node", "import", "module-sync", "default"]) {
    const found = importTarget(entry(target, condition));
    if (found !== undefined) return found;
  }
  return undefined;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
