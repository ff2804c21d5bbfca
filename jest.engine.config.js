/** Tests on the real Pulumi engine: slow, and the first run builds the engine. */
const { testPathIgnorePatterns: _ignored, ...base } = require("./jest.config");

/** @type {import("jest").Config} */
module.exports = { ...base, testMatch: ["<rootDir>/test/engine/**/*.test.ts"], testTimeout: 600_000, maxWorkers: 1 };
