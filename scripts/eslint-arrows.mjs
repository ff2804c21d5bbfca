// ESLint rule: imports follow the arrows of the architecture, and the pure layers import nothing that touches the world.
import { dirname, relative, resolve, sep } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** Layer → layers it may import. The first folder that matches names a file's layer. */
const LAYERS = {
  "policypack/topology": [],
  "policypack/model": ["policypack/topology"],
  "policypack/analysis": ["policypack/model", "policypack/topology"],
  "policypack/engine": ["policypack/analysis", "policypack/model", "policypack/topology"],
  "policypack/testing": ["policypack/engine", "policypack/model", "policypack/topology"],
  "policypack/rules": ["policypack/engine", "policypack/analysis", "policypack/model", "policypack/topology", "policypack/testing"],
  "policypack/knowledge": ["policypack/engine", "policypack/analysis", "policypack/model"],
  "policypack/pulumi": [
    "policypack/knowledge",
    "policypack/rules",
    "policypack/engine",
    "policypack/analysis",
    "policypack/model",
    "policypack/topology",
  ],
  policypack: [
    "startup",
    "policypack/pulumi",
    "policypack/rules",
    "policypack/engine",
    "policypack/analysis",
    "policypack/model",
    "policypack/topology",
  ],
  components: ["policypack/topology", "policypack/model", "policypack/analysis"],
  startup: [],
  cli: [
    "startup",
    "policypack/knowledge",
    "policypack/rules",
    "policypack/engine",
    "policypack/analysis",
    "policypack/model",
    "policypack/topology",
  ],
};

/** What pure layers may take from outside: functions of their arguments alone. */
const PURE = [
  "policypack/topology",
  "policypack/model",
  "policypack/analysis",
  "policypack/engine",
  "policypack/rules",
  "policypack/testing",
];
const PURE_PACKAGES = new Set(["node:crypto", "node:path", "node:net", "js-yaml", "fastest-levenshtein"]);

const layerOf = (file) => Object.keys(LAYERS).find((layer) => file === layer || file.startsWith(`${layer}/`));

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { arrow: "{{from}} must not import {{to}}: arrows point one way", pure: "{{from}} is pure: it must not import {{to}}" },
  },
  create(context) {
    const from = layerOf(relative(ROOT, context.filename).split(sep).join("/"));
    if (from === undefined) return {};
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== "string") return;
      if (!source.startsWith(".")) {
        if (PURE.includes(from) && !PURE_PACKAGES.has(source)) context.report({ node, messageId: "pure", data: { from, to: source } });
        return;
      }
      const to = layerOf(
        relative(ROOT, resolve(dirname(context.filename), source))
          .split(sep)
          .join("/"),
      );
      if (to !== undefined && to !== from && !LAYERS[from].includes(to)) context.report({ node, messageId: "arrow", data: { from, to } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
