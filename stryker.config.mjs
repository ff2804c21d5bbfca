// `npm run mutation`: do the tests notice when a rule decides otherwise? `npm run mutation -- -m "policypack/rules/logging/*.ts"` for some.
import { readdirSync } from "node:fs";

/** The tests of a folder but one: what asks every rule for every secret is too slow, and the corpus is not beside Stryker's copy. */
function testsIn(folder, but) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts") && name !== but)
    .map((name) => `${folder}/${name}`);
}

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions & { mutationTests: string[] }} */
export default {
  mutate: ["policypack/rules/*/*.ts", "policypack/engine/*.ts"],
  testRunner: "carrierguard",
  mutationTests: [
    ...testsIn("test/policypack/rules", "secrets.test.ts"),
    ...testsIn("test/policypack/engine", "sharing.test.ts"),
    "test/policypack/model",
  ],
  coverageAnalysis: "perTest",
  plugins: ["./scripts/mutation-runner.mjs", "./scripts/mutation-facts.mjs", "./scripts/mutation-types.mjs"],
  ignorers: ["facts"],
  checkers: ["types"],
  ignorePatterns: ["dist", "bench", "examples", "components", "test/engine", "test/fixtures/programs", "reports"],
  incremental: true,
  incrementalFile: "reports/mutation/incremental.json",
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  clearTextReporter: { allowColor: false, reportTests: false },
  tempDirName: ".stryker-tmp",
  concurrency: 2,
  timeoutMS: 30_000,
  thresholds: { high: 85, low: 70, break: null },
};
