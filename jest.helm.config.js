/** Tests with the real helm: the first run builds it. */
const base = require("./jest.config");

/** @type {import("jest").Config} */
module.exports = {
  ...base,
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: ["<rootDir>/test/helm/**/*.test.ts"],
  maxWorkers: 1,
};
