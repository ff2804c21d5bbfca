// `npm run mutation`: do the tests notice when a rule decides otherwise? Minutes for a few files, hours for all: not for CI.
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["policypack/rules/*/*.ts", "policypack/engine/*.ts"],
  testRunner: "jest",
  jest: { projectType: "custom", configFile: "jest.mutation.config.js", enableFindRelatedTests: false },
  coverageAnalysis: "perTest",
  plugins: ["@stryker-mutator/jest-runner", "./scripts/mutation-facts.mjs"],
  ignorers: ["facts"],
  // What is evaluated once, when a file is loaded, is in every test: it would cost a run of all for each.
  ignoreStatic: true,
  ignorePatterns: ["dist", "docs", "bench", "examples", "components", "test/engine", "test/fixtures/programs", "reports"],
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
