/** `npm run fuzz:reach`: the comparison of `agreement.test.ts` on as many clusters as one asks for, seed by seed. */

import { parseArgs } from "node:util";
import fc from "fast-check";
import { anyDifference, veiled } from "./agreement";

/** Clusters of one seed: what is repeated where something is found, and where an interrupted run goes on. */
const BATCH = 500;

const { values } = parseArgs({
  options: { runs: { type: "string", default: "10000" }, from: { type: "string", default: "1" } },
});
const batches = Math.ceil(Number(values.runs) / BATCH);
const first = Number(values.from);
if (!(batches > 0) || !Number.isInteger(first)) throw new Error("--runs and --from are whole numbers");

const started = Date.now();
for (let seed = first; seed < first + batches; seed += 1) {
  const result = fc.check(
    fc.property(veiled, (pair) => anyDifference(pair).length === 0),
    { numRuns: BATCH, seed },
  );
  if (result.failed) {
    console.error(`seed ${seed}: they disagree on\n${JSON.stringify(result.counterexample, undefined, 2)}`);
    process.exit(1);
  }
  const done = (seed - first + 1) * BATCH;
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(
    `seed ${seed}: ${done} of ${batches * BATCH} clusters agree, and as many with an unknown value (${seconds} s; --from ${seed + 1} goes on)`,
  );
}
