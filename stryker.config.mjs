// `npm run mutation`: do the tests notice when a rule decides otherwise? `npm run mutation -- -m "policypack/rules/logging/*.ts"` for some.
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions & { mutationTests: string[] }} */
export default {
  mutate: ["policypack/rules/*/*.ts", "policypack/engine/*.ts"],
  testRunner: "carrierguard",
  mutationTests: [
    "test/policypack/rules/examples.test.ts",
    "test/policypack/rules/meta.test.ts",
    "test/policypack/rules/evasions.test.ts",
    "test/policypack/rules/identity-evasions.test.ts",
    "test/policypack/rules/logging-evasions.test.ts",
    "test/policypack/rules/network-evasions.test.ts",
    "test/policypack/rules/policy-evasions.test.ts",
    "test/policypack/rules/workload-evasions.test.ts",
    "test/policypack/rules/remedies.test.ts",
    ...["baseline", "coverage", "evaluate", "nearest", "settings-file", "subsume", "waivers", "waivers-file"].map(
      (name) => `test/policypack/engine/${name}.test.ts`,
    ),
    "test/policypack/model",
  ],
  coverageAnalysis: "perTest",
  plugins: ["./scripts/mutation-runner.mjs", "./scripts/mutation-facts.mjs", "./scripts/mutation-types.mjs"],
  ignorers: ["facts", "types"],
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
