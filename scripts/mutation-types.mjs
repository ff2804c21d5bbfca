// What Stryker leaves to the compiler: a text in whose place the types allow but a few others. Another one there does not compile.
import { join } from "node:path";
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "..");

/** The files that mutants are made in, read by the compiler once. */
let read;

function compiled() {
  if (read !== undefined) return read;
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const mutated = fileNames.filter((name) => /\/policypack\/(rules|engine)\//.test(name));
  const program = ts.createProgram(mutated, { ...options, noEmit: true });
  return (read = { program, checker: program.getTypeChecker() });
}

const files = new WeakMap();

/** The file of the compiler that Babel's tree was read from: Babel does not say its name, so the one whose statements stand where its do. */
function sourceOf(tree) {
  if (!files.has(tree)) {
    const starts = tree.body.map((statement) => statement.start).join();
    const found = compiled()
      .program.getSourceFiles()
      .filter((file) => file.end === tree.end && file.statements.map((statement) => statement.getStart(file)).join() === starts);
    files.set(tree, found.length === 1 ? found[0] : undefined);
  }
  return files.get(tree);
}

/** The literal of the compiler's file that stands where Babel's does. */
function literalAt(file, start) {
  let node = file;
  while (node !== undefined && !ts.isStringLiteral(node))
    node = ts.forEachChild(node, (child) => (child.pos <= start && start < child.end ? child : undefined));
  return node?.getStart() === start ? node : undefined;
}

/** The type of what a literal is compared with, or of what it is put into. */
function expectedOf(literal) {
  const { checker } = compiled();
  const { parent } = literal;
  const compared = ts.isBinaryExpression(parent) && /^[!=]==$/.test(parent.operatorToken.getText());
  return compared ? checker.getTypeAtLocation(parent.left === literal ? parent.right : parent.left) : checker.getContextualType(literal);
}

/** Whether a type is made of certain texts, or of nothing that a text could be. */
function isClosed(type) {
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => part.isStringLiteral() || (part.flags & (ts.TypeFlags.String | ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Object | ts.TypeFlags.NonPrimitive)) === 0);
} // prettier-ignore

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "types", {
    shouldIgnore(path) {
      if (!path.isStringLiteral()) return undefined;
      const literal = literalAt(sourceOf(path.scope.getProgramParent().path.node), path.node.start);
      const expected = literal === undefined ? undefined : expectedOf(literal);
      return expected !== undefined && isClosed(expected) ? "another text does not compile here" : undefined;
    },
  }),
];
