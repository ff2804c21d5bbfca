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
      const key = keyOf(path);
      if (key !== undefined && FACTS.has(key)) return `${key} is told, not decided`;
      if (isExpectation(path)) return "what is expected is told, not decided";
      if (isSeparator(path)) return "it parts the items of a list that is told";
      if (isSentinel(path)) return "a text that is not there: whatever is no word of those that are compared does";
      return path.parentPath?.isProgram() && declared(path).length > 0 && declared(path).every((name) => isForExamples(name, path.scope))
        ? "it builds examples, which are tests"
        : undefined;
    },
  }),
];

/** What evidence says should stand there: the second argument of `seen`. */
function isExpectation({ parent, listKey, key }) {
  return parent?.type === "CallExpression" && parent.callee.name === "seen" && listKey === "arguments" && key === 1;
}

/** The comma in `names.join(", ")`: keys and documents are joined otherwise. */
function isSeparator(path) {
  const { parent } = path;
  const joins = parent?.type === "CallExpression" && parent.callee.property?.name === "join";
  return joins && (path.isStringLiteral({ value: ", " }) || path.isStringLiteral({ value: " and " }));
}

/** The empty text in `valueOr(node.string(), "")` and in `names[0] ?? ""`. */
function isSentinel(path) {
  if (!path.isStringLiteral({ value: "" })) return false;
  const { parent, key } = path;
  if (parent.type === "LogicalExpression") return parent.operator === "??" && key === "right";
  return parent.type === "CallExpression" && parent.callee.name === "valueOr" && key === 1;
}

function keyOf(path) {
  const property = path.isObjectProperty() || path.isObjectMethod();
  return property && path.node.key.type === "Identifier" ? path.node.key.name : undefined;
}

/** Names that a statement of the file itself declares. */
function declared(path) {
  if (path.isFunctionDeclaration()) return [path.node.id.name];
  return path.isVariableDeclaration() ? Object.keys(path.getBindingIdentifiers()) : [];
}

/** Whether a name of the file is used by its examples only, straight or through others of that kind. */
function isForExamples(name, scope, asked = new Set()) {
  if (asked.has(name)) return true;
  asked.add(name);
  const { referencePaths = [] } = scope.getBinding(name) ?? {};
  return (
    referencePaths.length > 0 &&
    referencePaths.every((use) => {
      if (use.findParent((parent) => keyOf(parent) === "examples") !== null) return true;
      const user = declared(use.find((parent) => parent.parentPath?.isProgram()));
      return user.length > 0 && user.every((other) => isForExamples(other, scope, asked));
    })
  );
}
