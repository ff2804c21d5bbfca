/** Label selectors, read once and answered for many endpoints. Source: Kubernetes API, LabelSelector. */

import type { Match } from "../../model/kubernetes/selectors";
import type { Labels } from "../../model/kubernetes/objects";
import type { Node } from "../../model/value";

export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
  /** Whether more values may come with the deployment. */
  readonly open: boolean;
}

export interface Selector {
  readonly requirements: readonly Requirement[];
  /** Set where some requirement cannot be read yet: a match is possible, never certain. */
  readonly open: boolean;
  /** The same for selectors that say the same. */
  readonly text: string;
}

export function selector(requirements: readonly Requirement[], open: boolean): Selector {
  const [only] = requirements;
  if (only === undefined) return open ? UNKNOWN : EVERYTHING;
  if (requirements.length === 1 && !open && only.operator === "In" && only.values.length === 1 && !only.open) return oneLabel(only);
  return written(requirements, open);
}

function written(requirements: readonly Requirement[], open: boolean): Selector {
  const parts = requirements
    .map(({ key, operator, values, open: more }) => JSON.stringify([key, operator, [...values].sort(), more]))
    .sort();
  return { requirements, open, text: `${parts.join(" ")}${open ? " ?" : ""}` };
}

/** Asks for nothing, and so selects everything. */
export const EVERYTHING: Selector = written([], false);
const UNKNOWN = written([], true);

/** Most selectors ask for one label, and many for the same: those are one. The memory is bounded, and changes no answer. */
const REMEMBERED = 5_000;
const remembered = new Map<string, Selector>();

function oneLabel(requirement: Requirement): Selector {
  const key = `${requirement.key}=${requirement.values[0] ?? ""}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const made = written([requirement], false);
  remembered.set(key, made);
  return made;
}

function requires(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: "In", values, open: false };
}

/** Spells the label keys of a dialect as the labels themselves are spelt. */
export type Spelling = (key: string) => string;

/** A LabelSelector; with nothing in it, or absent, it matches everything. */
export function readSelector(node: Node, spelled: Spelling = (key) => key): Selector {
  if (node.isUnknown) return selector([], true);
  const requirements: Requirement[] = [];
  let open = node.get("matchLabels").isUnknown || node.get("matchExpressions").isUnknown;
  for (const [key, value] of node.get("matchLabels").fields()) {
    const read = value.string();
    if (value.isAbsent) requirements.push(requires(spelled(key), ""));
    else if (read.state === "known") requirements.push(requires(spelled(key), read.value));
    else requirements.push({ key: spelled(key), operator: "In", values: [], open: true });
  }
  for (const item of node.get("matchExpressions").items()) {
    const key = item.get("key").string();
    const operator = item.get("operator").string();
    if (key.state !== "known" || operator.state !== "known" || !isOperator(operator.value)) {
      open = true;
      continue;
    }
    const values = item
      .get("values")
      .items()
      .map((value) => value.string());
    requirements.push({
      key: spelled(key.value),
      operator: operator.value,
      values: values.flatMap((value) => (value.state === "known" ? [value.value] : [])),
      open: item.get("values").isUnknown || values.some((value) => value.state === "unknown"),
    });
  }
  return selector(requirements, open);
}

function isOperator(text: string): text is Requirement["operator"] {
  return text === "In" || text === "NotIn" || text === "Exists" || text === "DoesNotExist";
}

/** The answer for one value of the label; `undefined`: the label is not there. */
export function meets(requirement: Requirement, value: string | undefined): Match {
  const { operator, values, open } = requirement;
  switch (operator) {
    case "Exists":
      return value === undefined ? "no" : "yes";
    case "DoesNotExist":
      return value === undefined ? "yes" : "no";
    case "In":
      if (value === undefined) return "no";
      return values.includes(value) ? "yes" : open ? "maybe" : "no";
    case "NotIn":
      if (value === undefined) return "yes";
      return values.includes(value) ? "no" : open ? "maybe" : "yes";
  }
}

/** The answer for labels; what is not there may still come where the labels are not complete. */
export function selects({ requirements, open }: Selector, labels: Labels): Match {
  let result: Match = open ? "maybe" : "yes";
  for (const requirement of requirements) {
    const value = labels.known.get(requirement.key);
    const answer = value === undefined && !labels.complete ? "maybe" : meets(requirement, value);
    if (answer === "no") return "no";
    if (answer === "maybe") result = "maybe";
  }
  return result;
}
