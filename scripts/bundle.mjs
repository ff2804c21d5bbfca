// Makes one file each of the command line and the policy pack, over what tsc made of their entries: some three hundred modules cost more
// to find and load than one core costs to check. The modules stay for the subpath exports. Packages are not drawn in.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

await build({
  absWorkingDir: ROOT,
  entryPoints: { "cli/main": "cli/main.ts", "policypack/index": "policypack/index.ts" },
  outdir: "dist",
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});
chmodSync(join(ROOT, "dist/cli/main.js"), 0o755);
