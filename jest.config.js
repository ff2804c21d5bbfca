/** @type {import("jest").Config} */
module.exports = {
  // Two cores, of which others may use one: no test is slow, some machines are.
  testTimeout: 60_000,
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/(engine|helm|kubernetes)/"],
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } }] },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  // The component package has the name of this one, as other languages know it; fixtures have each other's.
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/components/package\\.json$", "<rootDir>/test/fixtures/.*/package\\.json$"],
};
