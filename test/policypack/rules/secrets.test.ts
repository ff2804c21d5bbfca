/** No finding says what is marked secret, wherever in a resource it stands. */

import { evaluate } from "../../../policypack/engine/evaluate";
import type { Example, Rule } from "../../../policypack/engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import { SecretValue, UnknownValue, type Value } from "../../../policypack/model/value";
import { rules } from "../../../policypack/rules";

const CANARY = "zq7canary";

/** What a secret may look like: nothing that is known, and what is known with something of its own. */
const SHAPES: readonly ((text: string) => string)[] = [() => CANARY, (text) => `${text}${CANARY}`, (text) => `${CANARY}${text}`];

/** One of the shapes for a text; for a document, the canary in place of each of its first values. */
function hidden(text: string, index: number): readonly string[] {
  const shape = SHAPES[index % SHAPES.length];
  if (!/[\n{]/.test(text)) return shape === undefined ? [] : [shape(text)];
  const values = new Set([...text.matchAll(/[:=] *"?([\w./:-]{3,})/g)].map((match) => match[1] ?? ""));
  return [...values].slice(0, VALUES).map((value) => text.replaceAll(value, CANARY));
}

/** Values of a document that are tried. */
const VALUES = 6;

function strings(value: Value, found: Set<string> = new Set()): Set<string> {
  if (typeof value === "string") found.add(value);
  else if (Array.isArray(value)) (value as readonly Value[]).forEach((item) => strings(item, found));
  else if (value instanceof SecretValue) strings(value.value, found);
  else if (value !== null && typeof value === "object" && !(value instanceof UnknownValue))
    Object.values(value).forEach((item) => strings(item as Value, found));
  return found;
}

/** The value with a text marked secret, and made the canary, wherever it stands: what refers to each other still does. */
function hiding(value: Value, text: string, canary: string): Value {
  if (value === text) return new SecretValue(canary);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => hiding(item, text, canary));
  if (value instanceof SecretValue) return new SecretValue(hiding(value.value, text, canary));
  if (value === null || typeof value !== "object" || value instanceof UnknownValue) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hiding(item as Value, text, canary)]));
}

function told(rule: Rule, example: Example, resources: readonly ResourceInit[]): string {
  const settings = { ...DEFAULT_SETTINGS, ...example.settings };
  const model = new CoreModel(
    { resources: resources.map((init) => new Resource(init)), gaps: [] },
    { defaultNamespace: settings.namespace },
  );
  const { findings, repairs } = evaluate(model, [rule], settings, { ...NO_KNOWLEDGE, ...example.knowledge });
  const said = findings.map(({ message, remediation, evidence, container }) => ({ message, remediation, evidence, container }));
  return JSON.stringify([said, repairs.map(({ changes }) => changes)]);
}

it.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const { pass, fail, undetermined } = rule.examples();
  const leaks = new Set<string>();
  for (const example of [...fail, ...undetermined, ...pass]) {
    const texts = new Set(example.resources.flatMap(({ properties }) => [...strings(properties)]));
    for (const [index, text] of [...texts].entries()) {
      for (const canary of hidden(text, index)) {
        const resources = example.resources.map((init) => ({
          ...init,
          properties: hiding(init.properties, text, canary) as ResourceInit["properties"],
        }));
        const answer = told(rule, example, resources);
        const at = answer.indexOf(CANARY);
        if (at >= 0) leaks.add(`${example.name}: ${text}: …${answer.slice(Math.max(0, at - 90), at + 30)}`);
      }
    }
  }
  expect([...leaks].slice(0, 8)).toEqual([]);
});
