/** The real Pulumi CLI and engine on a program, offline: a file backend, stand-in providers, nothing to log in to. */

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const ROOT = path.resolve(__dirname, "../..");

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly stdout: string;
}

/** A violation as the CLI prints it. */
export interface PrintedViolation {
  readonly level: string;
  readonly policy: string;
  readonly resource: string;
  /** The first line of it. */
  readonly message: string;
}

export class PulumiProject {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "carrierguard-engine-"));
  private readonly stack = `enginetest${process.pid}`;
  private readonly environment: NodeJS.ProcessEnv;

  private constructor(
    private readonly program: string,
    tools: readonly string[],
  ) {
    const [home, state] = [path.join(this.folder, "home"), path.join(this.folder, "state")];
    mkdirSync(home);
    mkdirSync(state);
    this.environment = {
      ...process.env,
      // The engine takes the stand-ins for the providers of the same name.
      PATH: [...tools, path.join(__dirname, "stand-in"), process.env["PATH"]].join(path.delimiter),
      ENGINE_NODE_MODULES: ROOT,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
    };
  }

  /** A new stack of the program in `folder`, below the project's root; what is in `before` is found first. */
  static open(folder: string, before: readonly string[] = []): PulumiProject {
    const bin = execFileSync(path.join(__dirname, "build-engine.sh"), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
    const project = new PulumiProject(path.join(ROOT, folder), [...before, bin]);
    // The configuration of the program's own stack.
    const dev = path.join(project.program, "Pulumi.dev.yaml");
    if (existsSync(dev)) copyFileSync(dev, path.join(project.program, `Pulumi.${project.stack}.yaml`));
    const { status, output } = project.run("stack", "init", project.stack);
    if (status !== 0) throw new Error(`no stack: ${output}`);
    return project;
  }

  run(...args: readonly string[]): Outcome {
    const options = { cwd: this.program, env: this.environment, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 } as const;
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], options);
    return { status, output: stdout + stderr, stdout };
  }

  /** The pack's configuration as `carrierguard config` makes it from the program's carrierguard.yaml, or another. */
  settings(file?: string): object {
    const settings = file === undefined ? path.join(this.program, "carrierguard.yaml") : path.join(ROOT, file);
    const main = path.join(ROOT, "dist/cli/main.js");
    return JSON.parse(execFileSync(process.execPath, [main, "config", "--config", settings], { encoding: "utf8" })) as object;
  }

  /** `--policy-pack` of this checkout, with a configuration. */
  pack(config?: object, pack = "policypack"): string[] {
    return [
      "--policy-pack",
      path.join(ROOT, pack),
      ...(config === undefined ? [] : ["--policy-pack-config", this.write("config.json", config)]),
    ];
  }

  write(name: string, content: object): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  exported(): { readonly file: string; readonly text: string } {
    const file = path.join(this.folder, "export.json");
    const { status, output } = this.run("stack", "export", "--file", file);
    if (status !== 0) throw new Error(output);
    return { file, text: readFileSync(file, "utf8") };
  }

  close(): void {
    rmSync(path.join(this.program, `Pulumi.${this.stack}.yaml`), { force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `- [mandatory] [severity: critical]  wh-01-…  (kubernetes:apps/v1:Deployment: upf)`, and the message below it. */
const PRINTED = /^\s+- \[(mandatory|advisory|remediate|disabled)\](?: \[severity: \w+\])?\s+(\S+)\s+\((.*)\)[ \t]*(?:\n\s+(.*))?$/gm;

export function violationsIn(output: string): PrintedViolation[] {
  return [...output.matchAll(PRINTED)].map(([, level = "", policy = "", resource = "", message = ""]) => ({
    level,
    policy,
    resource,
    message,
  }));
}
