/** carrierguard.yaml: found, read, and every complaint with its file and line. */

import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Rule } from "../../policypack/engine/rule";
import { readYamlFile, type YamlFile } from "../../policypack/knowledge/yaml-file";
import { readSettings, type SettingsFile, type ThreatIntelSource } from "../../policypack/engine/settings-file";
import { InputError } from "../inputs/input-error";

const SETTINGS_FILE = "carrierguard.yaml";

export interface LoadedSettings extends SettingsFile {
  /** As users see it; `undefined` where there is none. */
  readonly file: string | undefined;
}

/**
 * The settings of `file`, else of carrierguard.yaml in the working folder, else beside the first target that has one: a file, a folder, or
 * the program that the folder's Pulumi.yaml names as its `main`.
 * Complaints are thrown together, one line each.
 */
export async function loadSettings(file: string | undefined, targets: readonly string[], rules: readonly Rule[]): Promise<LoadedSettings> {
  const found = file ?? findSettings(targets);
  if (found === undefined) return { ...readSettings({}, rules), file: undefined };
  if (!existsSync(found)) throw new InputError("there is no such settings file", { file: found });
  const { value, lineOf } = readFile(found);
  const settings = readSettings(value ?? {}, rules);
  const complaints = settings.problems.map(({ path, message }) => new InputError(message, { file: found, line: lineOf(path) }));
  if (complaints.length > 0) throw new SettingsError(complaints);
  const place = dirname(found);
  const beside = (path: string): string => relative(".", resolve(place, path));
  return {
    ...settings,
    waivers: settings.waivers.map(beside),
    threatIntel: settings.threatIntel.map((source) => withPaths(source, beside)),
    serviceControlPolicies: settings.serviceControlPolicies.map(beside),
    vendors: settings.vendors === undefined ? undefined : beside(settings.vendors),
    file: found,
  };
}

function readFile(file: string): YamlFile {
  try {
    return readYamlFile(file);
  } catch (error) {
    const [, line, message] = /^.*?:(\d+): (.*)$/s.exec(error instanceof Error ? error.message : "") ?? [];
    throw new InputError(message ?? String(error), { file, line: line === undefined ? undefined : Number(line) });
  }
}

/** A bundle with the files that prove it, each path rewritten. */
export function withPaths(source: ThreatIntelSource, path: (written: string) => string): ThreatIntelSource {
  const { file, signature, publicKey } = source;
  return {
    ...source,
    file: path(file),
    ...(signature === undefined ? {} : { signature: path(signature) }),
    ...(publicKey === undefined ? {} : { publicKey: path(publicKey) }),
  };
}

/** All that is wrong with a settings file. */
class SettingsError extends Error {
  constructor(readonly complaints: readonly InputError[]) {
    super(complaints.map((complaint) => `${complaint.place}: ${complaint.message}`).join("\n"));
    this.name = "SettingsError";
  }
}

function findSettings(targets: readonly string[]): string | undefined {
  if (existsSync(SETTINGS_FILE)) return SETTINGS_FILE;
  for (const target of targets) {
    if (target === "-" || !existsSync(target)) continue;
    const folder = statSync(target).isDirectory() ? target : dirname(target);
    const file = [folder, ...mainFolder(folder)].map((place) => join(place, SETTINGS_FILE)).find(existsSync);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Where a Pulumi project keeps its program, if it says so; what else is wrong with its file is told by who reads the program. */
function mainFolder(folder: string): string[] {
  const project = join(folder, "Pulumi.yaml");
  if (!existsSync(project)) return [];
  let value: unknown;
  try {
    ({ value } = readYamlFile(project));
  } catch {
    return [];
  }
  const main = typeof value === "object" && value !== null && "main" in value ? value.main : undefined;
  if (typeof main !== "string") return [];
  const program = join(folder, main);
  return [existsSync(program) && statSync(program).isDirectory() ? program : dirname(program)];
}
