/** Tests on a real kube-apiserver: slow, and the first run builds it. */
const base = require("./jest.config");

/** @type {import("jest").Config} */
module.exports = {
  ...base,
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: ["<rootDir>/test/kubernetes/**/*.test.ts"],
  testTimeout: 600_000,
  maxWorkers: 1,
};
