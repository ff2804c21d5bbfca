// Makes one file each of the command line and the policy pack, over what tsc made of their entries: some three hundred modules cost more
// to find and load than one core costs to check. The modules stay for the subpath exports. Packages are not drawn in.
import { chmodSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
/** What each cache holds is what these have compiled: one check, and the start of the pack. */
const BUNDLES = {
  "dist/cli/carrierguard.js": [
    "check",
    "test/fixtures/small-core/manifests.yaml",
    "examples/brownfield-core/vendor/core.yaml",
    "-o",
    "json",
  ],
  "dist/policypack/carrierguard.js": [],
};
const cacheOf = (bundle) => join(ROOT, bundle.replace(/\.js$/, ".cache"));

// V8 knows a cache by the length of its source alone: it must not outlive the file that it was made from.
for (const bundle of Object.keys(BUNDLES)) rmSync(cacheOf(bundle), { force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: {
    "cli/carrierguard": "cli/main.ts",
    "cli/main": "cli/launcher.ts",
    "policypack/carrierguard": "policypack/index.ts",
    "policypack/index": "policypack/launcher.ts",
  },
  outdir: "dist",
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});
chmodSync(join(ROOT, "dist/cli/main.js"), 0o755);

for (const [bundle, argv] of Object.entries(BUNDLES)) {
  const made = spawnSync(process.execPath, [join(ROOT, "scripts/code-cache.cjs"), join(ROOT, bundle), cacheOf(bundle), ...argv], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  // Without it everything works, and starts slower.
  if (made.status !== 0) console.error(`scripts/bundle.mjs: no code cache was made for ${bundle}`);
}
