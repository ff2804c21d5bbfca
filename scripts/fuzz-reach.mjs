// `npm run fuzz:reach -- --runs 100000 --from 1`: the reachability engine against the naive evaluator on random clusters.
import { mkdtempSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "carrierguard-fuzz-"));
const outfile = join(folder, "fuzz.js");
await build({
  absWorkingDir: ROOT,
  entryPoints: ["test/policypack/analysis/reachability/fuzz.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" });
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
