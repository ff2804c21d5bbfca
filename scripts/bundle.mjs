// Makes one file each of the command line and the policy pack, over what tsc made of their entries: some three hundred modules cost more
// to find and load than one core costs to check. The modules stay for the subpath exports. Packages are not drawn in.
import { chmodSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const COMMAND_LINE = join(ROOT, "dist/cli/carrierguard.js");
const CACHE = join(ROOT, "dist/cli/carrierguard.cache");

// V8 knows a cache by the length of its source alone: it must not outlive the file that it was made from.
rmSync(CACHE, { force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: { "cli/carrierguard": "cli/main.ts", "cli/main": "cli/launcher.ts", "policypack/index": "policypack/index.ts" },
  outdir: "dist",
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});
chmodSync(join(ROOT, "dist/cli/main.js"), 0o755);

// The cache holds what one check has compiled; without it everything works, and starts slower.
const made = spawnSync(
  process.execPath,
  [join(ROOT, "scripts/code-cache.cjs"), COMMAND_LINE, CACHE, "check", join(ROOT, "test/fixtures/small-core/manifests.yaml")],
  {
    stdio: ["ignore", "ignore", "inherit"],
  },
);
if (made.status !== 0) console.error("scripts/bundle.mjs: no code cache was made");
