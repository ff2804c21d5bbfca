/** Tests on the real Pulumi engine: slow, and the first run builds the engine. */
const base = require("./jest.config");

/** @type {import("jest").Config} */
module.exports = {
  ...base,
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: ["<rootDir>/test/engine/**/*.test.ts"],
  testTimeout: 600_000,
  maxWorkers: 1,
};
