/** What rules know besides the stack: the time, threat-intelligence bundles, vendor lists. */

import { readFileSync } from "node:fs";
import type { SettingsFile } from "../../policypack/engine/settings-file";
import type { Indicator, Knowledge } from "../../policypack/engine/settings";
import { InputError } from "../inputs/input-error";
import { UsageError } from "../commands/usage-error";

/** `at` is what the user said; without it SOURCE_DATE_EPOCH counts, then the clock. */
export function timeOf(at: string | undefined): number {
  if (at !== undefined) {
    const time = Date.parse(at);
    if (Number.isNaN(time)) throw new UsageError(`--at ${at} is no time; write it like 2026-11-23 or 2026-11-23T12:00:00Z`);
    return time;
  }
  const epoch = process.env["SOURCE_DATE_EPOCH"];
  return epoch !== undefined && /^\d+$/.test(epoch) ? Number(epoch) * 1000 : Date.now();
}

export function loadKnowledge(settings: Pick<SettingsFile, "threatIntel" | "vendors">, at: string | undefined): Knowledge {
  const indicators: Indicator[] = settings.threatIntel.flatMap(readBundle);
  return { at: timeOf(at), indicators };
}

function readBundle(file: string): Indicator[] {
  try {
    JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`this threat-intelligence bundle cannot be read (${error instanceof Error ? error.message : "unknown fault"})`, {
      file,
    });
  }
  return [];
}
