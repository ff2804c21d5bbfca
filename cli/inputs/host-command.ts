/** How the process that hosts a program is started, from the compiled package or from its sources. */

import { existsSync } from "node:fs";
import { join } from "node:path";

/** Arguments of `node` that run the host. */
export function hostArguments(memoryMegabytes: number): string[] {
  const memory = `--max-old-space-size=${memoryMegabytes}`;
  // Beside this module, or where this module is a part of the command line's one file.
  const compiled = [join(__dirname, "host", "main.js"), join(__dirname, "inputs", "host", "main.js")].find((file) => existsSync(file));
  if (compiled !== undefined) return [memory, compiled];
  return [memory, "-e", fromSources(join(__dirname, "host", "main.ts"))];
}

/** Only this package's own sources are loaded so; the host installs its own loader for the program's. */
function fromSources(main: string): string {
  return [
    `const { transformSync } = require(${JSON.stringify(require.resolve("esbuild"))});`,
    `const { readFileSync } = require("node:fs");`,
    `require.extensions[".ts"] = (module, file) => module._compile(`,
    `  transformSync(readFileSync(file, "utf8"), { loader: "ts", format: "cjs", target: "node20" }).code, file);`,
    `require(${JSON.stringify(main)});`,
  ].join("\n");
}
