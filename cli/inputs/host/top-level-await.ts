/**
 * Top-level `await`, which CommonJS does not have: the module becomes one async function. That serves the program's entry,
 * whose exports are the stack's outputs and nobody's imports.
 */

/** The property of `module.exports` that holds the promise of such a module. */
export const COMPLETION = "__carrierguardCompletion";

const INTEROP =
  'const __import = (m) => (m && m.__esModule ? m : Object.assign(Object.create(null), typeof m === "object" || typeof m === "function" ? m : {}, { default: m }));';

/** Turns an ES module, as esbuild prints it (each statement on lines of its own), into such a function. The line count stays. */
export function asyncModule(code: string, prelude: string): string {
  const body = code
    .replace(/^import "([^"]+)";$/gm, (_all, from: string) => `require(${JSON.stringify(from)});`)
    .replace(/^import (?:([\w$]+)(?:, )?)?(?:\* as ([\w$]+)|\{([^}]*)\})? from "([^"]+)";$/gm, importAsRequire)
    .replace(/^export default (?=(async )?function |class )/gm, "")
    .replace(/^export default /gm, "const __default = ")
    .replace(/^export (?=const |let |var |function |async function |class )/gm, "")
    .replace(/^export \{[^}]*\}( from "[^"]+")?;$/gm, (all) => all.replace(/[^\n]+/g, ""))
    .replace(/^export \* (as [\w$]+ )?from "[^"]+";$/gm, "");
  return `${prelude} ${INTEROP} exports.${COMPLETION} = (async function program() { ${body}\n})();`;
}

function importAsRequire(
  _all: string,
  byDefault: string | undefined,
  whole: string | undefined,
  named: string | undefined,
  from: string,
): string {
  const load = `__import(require(${JSON.stringify(from)}))`;
  const parts: string[] = [];
  if (whole !== undefined) parts.push(`const ${whole} = ${load};`);
  if (byDefault !== undefined)
    parts.push(`const ${byDefault} = require(${JSON.stringify(from)}).default ?? require(${JSON.stringify(from)});`);
  if (named !== undefined) parts.push(`const {${named.replace(/\n/g, " ").replace(/ as /g, ": ")}} = ${load};`);
  return parts.join(" ") + "\n".repeat((named ?? "").split("\n").length - 1);
}
