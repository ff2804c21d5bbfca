/** carrierguard.yaml: found, read, and every complaint with its file and line. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Rule } from "../../policypack/engine/rule";
import { readSettings, type SettingsFile } from "../../policypack/engine/settings-file";
import { InputError } from "../inputs/input-error";

const SETTINGS_FILE = "carrierguard.yaml";

export interface LoadedSettings extends SettingsFile {
  /** As users see it; `undefined` where there is none. */
  readonly file: string | undefined;
}

/**
 * The settings of `file`, else of carrierguard.yaml in the working folder, else beside the first target that has one.
 * Complaints are thrown together, one line each.
 */
export async function loadSettings(file: string | undefined, targets: readonly string[], rules: readonly Rule[]): Promise<LoadedSettings> {
  const found = file ?? findSettings(targets);
  if (found === undefined) return { ...readSettings({}, rules), file: undefined };
  if (!existsSync(found)) throw new InputError("there is no such settings file", { file: found });
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(found, "utf8"), { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    throw new InputError(`this is not YAML: ${syntax.message.split("\n")[0]}`, { file: found, line: lines.linePos(syntax.pos[0]).line });
  const settings = readSettings(document.toJS() ?? {}, rules);
  const complaints = settings.problems.map(({ path, message }) => new InputError(message, { file: found, line: lineOf(path) }));
  if (complaints.length > 0) throw new SettingsError(complaints);
  const place = dirname(found);
  const beside = (path: string): string => relative(".", resolve(place, path));
  return {
    ...settings,
    threatIntel: settings.threatIntel.map(beside),
    serviceControlPolicies: settings.serviceControlPolicies.map(beside),
    vendors: settings.vendors === undefined ? undefined : beside(settings.vendors),
    file: found,
  };

  /** The line of the key at a path, or of the nearest thing above it that has one. */
  function lineOf(path: readonly (string | number)[]): number | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const parent = document.getIn(path.slice(0, length - 1), true) as
        { items?: { key?: { value?: unknown; range?: number[] }; range?: number[] }[] } | undefined;
      const last = path[length - 1];
      const item = typeof last === "number" ? parent?.items?.[last] : parent?.items?.find((pair) => pair.key?.value === last)?.key;
      const offset = (item as { range?: number[] } | undefined)?.range?.[0];
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return 1;
  }
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
    const file = join(statSync(target).isDirectory() ? target : dirname(target), SETTINGS_FILE);
    if (existsSync(file)) return file;
  }
  return undefined;
}
