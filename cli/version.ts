/** Version of this package, from its package.json, which lies above the compiled files. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the package, from a checkout's sources as from its compiled files. */
export const packageRoot = findRoot(__dirname);

export const version = (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }).version;

function findRoot(folder: string): string {
  // The policy pack has a package.json of its own; the command line does not.
  return existsSync(join(folder, "package.json")) ? folder : findRoot(dirname(folder));
}
