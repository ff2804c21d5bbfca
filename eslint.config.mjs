import js from "@eslint/js";
import tseslint from "typescript-eslint";
import arrows from "./scripts/eslint-arrows.mjs";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "test/fixtures/", "examples/", "bench/out/", ".out/", ".stryker-tmp/", "reports/"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    plugins: { carrierguard: { rules: { arrows } } },
    rules: {
      "carrierguard/arrows": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/unified-signatures": "off",
      eqeqeq: "error",
    },
  },
  {
    // Pure layers: no clock, no process, and properties only through tri-state reads.
    files: ["policypack/{topology,model,analysis,engine,rules,testing}/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", "process", "fetch", "setTimeout", "setInterval"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "the time is an argument: knowledge.at",
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "the time is an argument: knowledge.at" },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "the same input gives the same output",
        },
      ],
    },
  },
  {
    files: ["policypack/{analysis,rules}/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='plain']",
          message: "read properties through Node's tri-state reads; plain() forgets what is unknown",
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "the time is an argument: knowledge.at",
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "the same input gives the same output",
        },
      ],
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        module: "writable",
        require: "readonly",
        __dirname: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        URL: "readonly",
        performance: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/no-require-imports": "off" } },
);
