/** `carrierguard path`, `config` and `preview`: the policy pack for the Pulumi CLI. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Settings } from "../../policypack/engine/settings";
import { rules } from "../../policypack/rules";
import { loadSettings, withPaths } from "../config/settings-file";
import { timeOf } from "../config/knowledge";
import { EXIT } from "../exit-status";
import { packageRoot } from "../version";
import { check } from "./check";
import { UsageError } from "./usage-error";

export interface PackOptions {
  readonly config?: string;
  readonly profile?: Settings["profile"];
  readonly at?: string;
  /** Reports of `preview`. */
  readonly output: readonly string[];
}

const FOLDER = join(packageRoot, "policypack");

export function printPath(options: { readonly executable?: boolean }): void {
  console.log(options.executable === true ? join(FOLDER, "carrierguard-pack.js") : FOLDER);
}

export async function printConfig(options: Omit<PackOptions, "output">): Promise<void> {
  console.log(JSON.stringify(await packConfig(options), undefined, 2));
}

/**
 * `pulumi preview` with the pack, its configuration and whatever else the user passes, then the reports of `check` on the same
 * program. Ends with Pulumi's own status where that is not 0.
 */
export async function preview(args: readonly string[], options: PackOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "carrierguard-"));
  try {
    const file = join(folder, "policy-config.json");
    writeFileSync(file, JSON.stringify(await packConfig(options)));
    const result = spawnSync("pulumi", ["preview", "--policy-pack", FOLDER, "--policy-pack-config", file, ...args], { stdio: "inherit" });
    if (result.error !== undefined) {
      throw new UsageError("there is no `pulumi` on the PATH; `carrierguard check <program>` needs none");
    }
    await check([folderOf(args)], { ...NO_SELECTION, ...options, stack: stackOf(args), output: options.output });
    if (result.status !== 0) process.exitCode = result.status ?? EXIT.fault;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NO_SELECTION = { rule: [], excludeRule: [], family: [], framework: [] };

/** What Pulumi was told by `--cwd`, or `-C`. */
function folderOf(args: readonly string[]): string {
  return valueOf(args, "--cwd", "-C") ?? ".";
}

function stackOf(args: readonly string[]): string | undefined {
  return valueOf(args, "--stack", "-s");
}

function valueOf(args: readonly string[], long: string, short: string): string | undefined {
  const joined = args.find((arg) => arg.startsWith(`${long}=`));
  if (joined !== undefined) return joined.slice(long.length + 1);
  const place = args.findIndex((arg) => arg === long || arg === short);
  return place < 0 ? undefined : args[place + 1];
}

/**
 * The policy configuration as Pulumi takes it: the first policy carries the settings, with absolute paths since the pack
 * runs in its own folder.
 */
async function packConfig(options: Omit<PackOptions, "output">): Promise<{ readonly [policy: string]: unknown }> {
  const { settings, threatIntel, vendors, waivers } = await loadSettings(options.config, [], rules);
  const { profile, undetermined, namespace, zones, registries, platformNamespaces } = settings;
  return {
    carrierguard: {
      profile: options.profile ?? profile,
      undetermined,
      namespace,
      zones,
      registries,
      platformNamespaces,
      // As users write them: options beside the level.
      rules: Object.fromEntries(
        Object.entries(settings.rules).map(([id, { level, options }]) => [id, { ...(level && { level }), ...options }]),
      ),
      waivers: waivers.map((file) => resolve(file)),
      threatIntel: threatIntel.map((source) => withPaths(source, (path) => resolve(path))),
      ...(vendors === undefined ? {} : { vendors: resolve(vendors) }),
      ...(options.at === undefined ? {} : { at: new Date(timeOf(options.at)).toISOString() }),
    },
  };
}
