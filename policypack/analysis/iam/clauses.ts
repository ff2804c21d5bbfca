/**
 * Conditions of a statement, one clause an operator and key. Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and
 * "Conditions with multiple context keys or values".
 */

import { type Node, valueOr } from "../../model/value";

export type Kind = "string" | "arn" | "numeric" | "date" | "bool" | "binary" | "ip" | "null" | "unknown";

export interface Clause {
  readonly operator: string;
  readonly kind: Kind;
  /** Wildcards count: StringLike, ArnEquals, ArnLike. */
  readonly like: boolean;
  readonly fold: boolean;
  /** NotEquals, NotLike, NotIpAddress: true where no value matches, and where the key is absent. */
  readonly negated: boolean;
  /** `<`, `<=`, `>`, `>=` of numbers and dates. */
  readonly comparison: "equals" | "less" | "lessOrEqual" | "greater" | "greaterOrEqual";
  readonly ifExists: boolean;
  /** ForAllValues, ForAnyValue. */
  readonly set: "all" | "any" | undefined;
  /** In small letters: keys know no case. */
  readonly key: string;
  readonly values: readonly string[];
  /** A value is not known before deployment, or holds a policy variable: the clause may be true or not. */
  readonly unknown: boolean;
  readonly node: Node;
}

export function clausesOf(condition: Node, variables: boolean): readonly Clause[] {
  if (condition.isAbsent) return [];
  if (condition.kind() === "list") {
    // getPolicyDocument: a list of {test, variable, values}.
    return condition.items().flatMap((item) => {
      const test = item.get("test").string();
      const variable = item.get("variable").string();
      return clause(valueOr(test, ""), valueOr(variable, ""), item.get("values"), item, variables);
    });
  }
  if (condition.kind() !== "object") return [unknownClause(condition)];
  return condition.fields().flatMap(([operator, keys]) => {
    if (keys.kind() !== "object") return keys.isAbsent ? [] : [unknownClause(keys)];
    return keys.fields().map(([key, values]) => clause(operator, key, values, values, variables));
  });
}

function unknownClause(node: Node): Clause {
  return { ...clause("", "", node, node, false), unknown: true };
}

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/i;

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^string(not)?(equals(ignorecase)?|like)$/, "string"],
  [/^arn(not)?(equals|like)$/, "arn"],
  [/^numeric(not)?(equals|lessthan(equals)?|greaterthan(equals)?)$/, "numeric"],
  [/^date(not)?(equals|lessthan(equals)?|greaterthan(equals)?)$/, "date"],
  [/^bool$/, "bool"],
  [/^binaryequals$/, "binary"],
  [/^(not)?ipaddress$/, "ip"],
  [/^null$/, "null"],
];

function clause(operator: string, key: string, values: Node, node: Node, variables: boolean): Clause {
  const [, set, base = "", ifExists] = OPERATOR.exec(operator) ?? [];
  const name = base.toLowerCase();
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown";
  const items = (values.kind() === "list" ? values.items() : values.isAbsent ? [] : [values]).map((item) => item.string());
  const texts = items.flatMap((item) => (item.state === "known" ? [item.value] : []));
  return {
    operator,
    kind,
    like: name.endsWith("like") || kind === "arn",
    fold: name.includes("ignorecase"),
    negated: name.includes("not"),
    comparison: comparisonOf(name),
    ifExists: ifExists !== undefined,
    set: set === undefined ? undefined : set.toLowerCase() === "forallvalues" ? "all" : "any",
    key: key.toLowerCase(),
    values: texts,
    unknown: kind === "unknown" || texts.length < items.length || values.isUnknown || (variables && texts.some((text) => /\$\{[^*?$]/.test(text))),
    node,
  }; // prettier-ignore
}

function comparisonOf(name: string): Clause["comparison"] {
  if (name.endsWith("lessthanequals")) return "lessOrEqual";
  if (name.endsWith("lessthan")) return "less";
  if (name.endsWith("greaterthanequals")) return "greaterOrEqual";
  return name.endsWith("greaterthan") ? "greater" : "equals";
}
