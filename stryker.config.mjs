// `npm run mutation`: do the tests notice when a rule decides otherwise? `npm run mutation -- -m "policypack/rules/logging/*.ts"` for some.
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions & { mutationTests: string[] }} */
export default {
  mutate: ["policypack/rules/*/*.ts", "policypack/engine/*.ts"],
  testRunner: "carrierguard",
  // All but what needs the corpus, which is beside the checkout and not beside Stryker's copy of it, and what asks every rule for every secret.
  mutationTests: [
    ...["examples", "meta", "remedies"].map((name) => `test/policypack/rules/${name}.test.ts`),
    ...["", "governance-", "identity-", "logging-", "network-", "policy-", "supply-chain-", "threat-intel-", "workload-"].map(
      (family) => `test/policypack/rules/${family}evasions.test.ts`,
    ),
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
