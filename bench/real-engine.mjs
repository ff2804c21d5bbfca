// Programs on the real Pulumi engine, offline, as test/engine has it.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");

/** A folder below the project, so that what lies in it finds the project's packages; gone when the process ends. */
export function scratchFolder() {
  const cache = path.join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, "carrierguard-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The engine with a state of its own; `run(folder, ...words)` is `pulumi` there, and answers what it printed. */
export class RealEngine {
  #home = mkdtempSync(path.join(tmpdir(), "carrierguard-bench-"));
  #environment;

  constructor(variables = {}) {
    const bin = execFileSync(path.join(ROOT, "test/engine/build-engine.sh"), { encoding: "utf8" }).trim();
    this.#environment = {
      ...process.env,
      PATH: [bin, path.join(ROOT, "test/engine/stand-in"), process.env.PATH].join(path.delimiter),
      ENGINE_NODE_MODULES: ROOT,
      PULUMI_HOME: path.join(this.#home, "home"),
      PULUMI_BACKEND_URL: `file://${this.#home}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...variables,
    };
  }

  run(folder, ...words) {
    const options = { cwd: folder, env: this.#environment, encoding: "utf8", maxBuffer: 1 << 28 };
    const { status, stderr, stdout } = spawnSync("pulumi", [...words, "--non-interactive"], options);
    if (status !== 0) throw new Error(`pulumi ${words.join(" ")}: ${(stdout + stderr).slice(-3000)}`);
    return stdout;
  }

  close() {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
