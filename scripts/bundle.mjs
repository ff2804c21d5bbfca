// Makes one file each of the command line and the policy pack, over what tsc made of their entries: some three hundred modules cost more
// to find and load than one core costs to check. The modules stay for the subpath exports. The small packages that every run needs are drawn in,
// with their licences beside them; into the executable pack, which no program and no plugin shares a process with, Pulumi's SDK as well.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
/** Large ones, and those with state that programs and plugins share. */
const OUTSIDE = ["@pulumi/*", "esbuild", "yaml"];
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
  "dist/policypack/executable.js": [],
};
const cacheOf = (bundle) => join(ROOT, bundle.replace(/\.js$/, ".cache"));

// V8 knows a cache by the length of its source alone: it must not outlive the file that it was made from.
for (const bundle of Object.keys(BUNDLES)) rmSync(cacheOf(bundle), { force: true });
const OPTIONS = {
  absWorkingDir: ROOT,
  outdir: "dist",
  bundle: true,
  metafile: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
};
const modules = await build({
  ...OPTIONS,
  entryPoints: {
    "cli/carrierguard": "cli/main.ts",
    "cli/main": "cli/launcher.ts",
    "policypack/carrierguard": "policypack/index.ts",
    "policypack/index": "policypack/launcher.ts",
  },
  external: OUTSIDE,
});
chmodSync(join(ROOT, "dist/cli/main.js"), 0o755);

/** What a server of policies never does: serialize functions and drive Pulumi. These load the TypeScript compiler and npm's installer. */
const UNUSED = /@pulumi[/\\]pulumi[/\\](automation[/\\]index|runtime[/\\]closure[/\\](serializeClosure|codePaths))\.js$/;
const executable = await build({
  ...OPTIONS,
  entryPoints: { "policypack/executable": "policypack/executable.ts" },
  plugins: [{ name: "unused", setup: ({ onLoad }) => onLoad({ filter: UNUSED }, () => ({ contents: "" })) }],
});

const inputs = [modules, executable].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const drawnIn = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
const notices = [...drawnIn].sort().map((name) => {
  const folder = join(ROOT, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (text === undefined) throw new Error(`${name} ships no licence to hand on: leave it outside`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, text), "utf8").trim()}\n`;
});
writeFileSync(join(ROOT, "dist/THIRD-PARTY-NOTICES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));

for (const [bundle, argv] of Object.entries(BUNDLES)) {
  const made = spawnSync(process.execPath, [join(ROOT, "scripts/code-cache.cjs"), join(ROOT, bundle), cacheOf(bundle), ...argv], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  // Without it everything works, and starts slower.
  if (made.status !== 0) console.error(`scripts/bundle.mjs: no code cache was made for ${bundle}`);
}
