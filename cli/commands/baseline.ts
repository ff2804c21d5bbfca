/** `carrierguard baseline create | update`. */

import { baselineOf, shrunk } from "../../policypack/engine/baseline";
import { readBaseline, writeBaseline } from "../config/baseline-file";
import type { EvaluationOptions } from "./check";
import { evaluated } from "./evaluated";

interface BaselineOptions extends EvaluationOptions {
  readonly file: string;
  readonly at?: string;
}

export async function create(targets: readonly string[], options: BaselineOptions): Promise<void> {
  const { evaluations } = await evaluated(targets, options);
  const entries = baselineOf(evaluations.flatMap(({ findings }) => findings));
  writeBaseline(options.file, entries);
  console.error(
    `carrierguard: ${entries.length} findings accepted in ${options.file}; \`carrierguard check --baseline ${options.file}\` reports them and refuses for none`,
  );
}

/** Whatever is new stays new. */
export async function update(targets: readonly string[], options: BaselineOptions): Promise<void> {
  const before = readBaseline(options.file);
  const { evaluations } = await evaluated(targets, options);
  const after = shrunk(
    before,
    evaluations.flatMap(({ findings }) => findings),
  );
  writeBaseline(options.file, after);
  console.error(`carrierguard: ${before.length - after.length} of ${before.length} findings are fixed and out of ${options.file}`);
}
