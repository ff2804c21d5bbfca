// What Stryker leaves alone: facts of the catalogue and words for people, which no decision hangs on, and the examples, which are tests.
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

const FACTS = new Set([
  "examples",
  "standards",
  "breaks",
  "rationale",
  "remediation",
  "title",
  "name",
  "family",
  "since",
  "message",
  "description",
  "expected",
  "sets",
]);

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "facts", {
    shouldIgnore(path) {
      const property = path.isObjectProperty() || path.isObjectMethod();
      const key = property && path.node.key.type === "Identifier" ? path.node.key.name : undefined;
      return key !== undefined && FACTS.has(key) ? `${key} is told, not decided` : undefined;
    },
  }),
];
