/**
 * The engine and the naive evaluator agree on random clusters of every policy kind. `REACH_SEED` repeats a run; many more clusters:
 * `npm run fuzz:reach`.
 */

import fc from "fast-check";
import { disagreements, everything, outOfBounds, veiled } from "./agreement";
import { clusters, POLICIES } from "./clusters";
import { Naive } from "./naive";

const RUNS = 300;
const SEED = Number(process.env["REACH_SEED"] ?? 20261125);

jest.setTimeout(10 * 60 * 1000);

const parameters = { numRuns: RUNS, seed: SEED };

test(`${RUNS} random clusters, seed ${SEED}: the engine and the naive evaluator agree on every pair and port`, () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      expect(disagreements(cluster)).toEqual([]);
    }),
    parameters,
  );
});

test("the random clusters hold every policy kind, allowed and refused traffic", () => {
  const sample = fc.sample(clusters, { numRuns: 200, seed: SEED });
  const kinds = new Set(sample.flatMap(({ policies }) => policies.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)));
  expect(kinds.size).toBe(Object.keys(POLICIES).length);
  const answers = new Set(
    sample.flatMap((cluster) => [...everything(cluster)].slice(0, 50).map((traffic) => new Naive(cluster).allowed(traffic))),
  );
  expect([...answers].sort()).toEqual([false, true]);
});

test(`unknown values: what is certainly allowed is, and what is allowed may be, whatever the value turns out to be (${RUNS} clusters, seed ${SEED})`, () => {
  fc.assert(
    fc.property(veiled, (pair) => {
      expect(outOfBounds(pair)).toEqual([]);
    }),
    parameters,
  );
});
