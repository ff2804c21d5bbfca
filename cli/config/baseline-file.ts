/** The file of a baseline: JSON, one finding a line, so that a review sees what was accepted. */

import { readFileSync, writeFileSync } from "node:fs";
import type { BaselineEntry } from "../../policypack/engine/baseline";
import { InputError } from "../inputs/input-error";

const VERSION = "1";

export function readBaseline(file: string): readonly BaselineEntry[] {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`the baseline cannot be read (${error instanceof Error ? error.message : "unknown fault"})`, { file });
  }
  const { schemaVersion, findings } = (data ?? {}) as { schemaVersion?: unknown; findings?: unknown };
  if (schemaVersion !== VERSION || !Array.isArray(findings) || !findings.every(isEntry)) {
    throw new InputError("this is no baseline as `carrierguard baseline create` writes it", { file });
  }
  return findings;
}

function isEntry(value: unknown): value is BaselineEntry {
  const { fingerprint, rule, resource, evidence } = (value ?? {}) as { readonly [key: string]: unknown };
  return (
    [fingerprint, rule, resource].every((text) => typeof text === "string") &&
    Array.isArray(evidence) &&
    evidence.every((item) => typeof item === "string")
  );
}

export function writeBaseline(file: string, findings: readonly BaselineEntry[]): void {
  const lines = findings.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  writeFileSync(file, `{\n  "schemaVersion": "${VERSION}",\n  "findings": [${lines === "" ? "" : `\n${lines}\n  `}]\n}\n`);
}
