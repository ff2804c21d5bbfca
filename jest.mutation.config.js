/** The tests that mutants are tried on: rules and engine, in process. @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config.js"),
  // Needs the corpus, which is beside the checkout and not beside Stryker's copy of it.
  testPathIgnorePatterns: ["/node_modules/", "sharing.test.ts"],
  testMatch: [
    "<rootDir>/test/policypack/rules/{examples,evasions,*-evasions,remedies}.test.ts",
    "<rootDir>/test/policypack/engine/**/*.test.ts",
    "<rootDir>/test/policypack/model/**/*.test.ts",
  ],
};
