/**
 * Label selectors (Kubernetes API: LabelSelector, and the plain maps of Services). Answers are tri-state: labels or
 * selectors that are not known yet make a match possible, not certain.
 */

import { type Node, valueOr } from "../value";
import type { Labels } from "./objects";

export type Match = "yes" | "no" | "maybe";

export function and(matches: Iterable<Match>): Match {
  let result: Match = "yes";
  for (const match of matches) {
    if (match === "no") return "no";
    if (match === "maybe") result = "maybe";
  }
  return result;
}

/** How a selector's dialect spells a label key (Cilium: with its source in front). */
export type Spelling = (key: string) => string;

const asWritten: Spelling = (key) => key;

/** A map of labels that must all be there (a Service's selector). */
export function matchesMap(selector: Node, labels: Labels, spelled: Spelling = asWritten): Match {
  if (selector.isUnknown) return "maybe";
  let result: Match = "yes";
  for (const [key, value] of selector.fields()) {
    const match = matchesLabel(spelled(key), value, labels);
    if (match === "no") return "no";
    if (match === "maybe") result = "maybe";
  }
  return result;
}

function matchesLabel(key: string, wanted: Node, labels: Labels): Match {
  const value = labels.known.get(key);
  if (value === undefined) return labels.complete ? "no" : "maybe";
  const read = wanted.isAbsent ? "" : valueOr(wanted.string(), undefined);
  if (read === undefined) return "maybe";
  return read === value ? "yes" : "no";
}

/** A LabelSelector; one with neither part, or none at all, matches everything. */
export function matchesSelector(selector: Node, labels: Labels, spelled: Spelling = asWritten): Match {
  if (selector.isUnknown) return "maybe";
  const expressions = selector.get("matchExpressions");
  if (expressions.isUnknown) return "maybe";
  return and([
    matchesMap(selector.get("matchLabels"), labels, spelled),
    ...expressions.items().map((item) => matchesExpression(item, labels, spelled)),
  ]);
}

function matchesExpression(expression: Node, labels: Labels, spelled: Spelling): Match {
  const key = expression.get("key").string();
  const operator = expression.get("operator").string();
  if (key.state !== "known" || operator.state !== "known") return "maybe";
  const value = labels.known.get(spelled(key.value));
  if (value === undefined && !labels.complete) return "maybe";
  const values = expression.get("values");
  const among = (): Match => {
    if (value === undefined) return "no";
    let result: Match = values.isUnknown ? "maybe" : "no";
    for (const item of values.items()) {
      const read = item.string();
      if (read.state !== "known") result = "maybe";
      else if (read.value === value) return "yes";
    }
    return result;
  };
  switch (operator.value) {
    case "In":
      return among();
    case "NotIn":
      return negate(among());
    case "Exists":
      return value === undefined ? "no" : "yes";
    case "DoesNotExist":
      return value === undefined ? "yes" : "no";
    default:
      return "maybe";
  }
}

function negate(match: Match): Match {
  return match === "maybe" ? "maybe" : match === "yes" ? "no" : "yes";
}
