/** Everything that is written below a value, for questions about words in documents whose shape nobody fixes. */

import { type Node, valueOr } from "./value";

/** Keys and scalars below a value, one a line; what is not known yet is left out. */
export function textBelow(node: Node): string {
  return lines(node).join("\n");
}

function lines(node: Node): string[] {
  switch (node.kind()) {
    case "object":
      return node.fields().flatMap(([key, child]) => [key, ...lines(child)]);
    case "list":
      return node.items().flatMap(lines);
    case "absent":
    case "unknown":
      return [];
    default:
      return [valueOr(node.string(), "")];
  }
}
