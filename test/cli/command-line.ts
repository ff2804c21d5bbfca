/** The command line as users run it: a process of its own, from these very sources, in an empty folder. */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type { Report } from "../../cli/reports/report";

export const ROOT = resolve(__dirname, "../..");

/** Below the package, so that it finds what the package depends on. */
const scratch = mkdtempSync(join(tmpdir(), "carrierguard-cli-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let main: string | undefined;

/** The file that Node starts. */
export function compiled(): string {
  if (main !== undefined) return main;
  const sources = ["cli", "policypack"].flatMap((folder) =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).map((file) => join(folder, file)),
  );
  buildSync({
    entryPoints: sources.filter((file) => file.endsWith(".ts")).map((file) => join(ROOT, file)),
    outdir: join(scratch, "dist"),
    outbase: ROOT,
    format: "cjs",
    platform: "node",
    target: "node20",
    logLevel: "error",
  });
  for (const file of sources.filter((name) => name.endsWith(".json"))) {
    mkdirSync(join(scratch, "dist", dirname(file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(scratch, "dist", file));
  }
  copyFileSync(join(ROOT, "package.json"), join(scratch, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(scratch, "node_modules"));
  main = join(scratch, "dist/cli/main.js");
  return main;
}

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Where it runs; an empty folder unless given. */
  readonly folder?: string;
  readonly input?: string | Buffer;
  readonly environment?: NodeJS.ProcessEnv;
}

export function carrierguard(args: readonly string[], options: RunOptions = {}): Run {
  const program = compiled();
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: options.folder ?? folder(),
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, SOURCE_DATE_EPOCH: undefined, ...options.environment },
    input: options.input ?? "",
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return { status, stdout, stderr, seconds: (performance.now() - start) / 1000 };
}

/** `check … -o json`, and the report. */
export function checked(args: readonly string[], options: RunOptions = {}): Run & { readonly report: Report } {
  const run = carrierguard(["check", ...args, "-o", "json"], options);
  if (run.stdout === "") throw new Error(`no report: ${run.stderr}`);
  return { ...run, report: JSON.parse(run.stdout) as Report };
}

/** A new folder with these files in it. */
export function folder(files: { readonly [name: string]: string | Buffer } = {}): string {
  const place = mkdtempSync(join(scratch, "folder-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(place, dirname(name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  return place;
}

/** A file of that content. */
export function file(content: string | Buffer, name = "core.yaml"): string {
  return join(folder({ [name]: content }), name);
}
