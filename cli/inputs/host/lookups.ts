/** Look-ups (Pulumi's invokes) of a hosted program, in the form in which the program asked: a promise or an output. */

import { isUnknownItem, isUnknownText, UNKNOWN_KEY, unknownObject } from "./unknown-text";
import type { Sdk } from "./sdk";

/** Marks an answer of which more fields exist than are told. */
export const OPEN = UNKNOWN_KEY;

/**
 * Makes unknown fields of answers what each form needs: the plain form gets stand-ins that can be read as text or object, the
 * output form gets unknowns, for which the SDK skips `apply`.
 */
export function shapeAnswers(sdk: Sdk): void {
  const { runtime } = sdk.pulumi;
  const { invoke, invokeOutput, invokeSingle, invokeSingleOutput } = runtime;
  runtime.invoke = async (...args) => plainForm(await invoke(...args));
  if (invokeSingle !== undefined) runtime.invokeSingle = async (...args) => plainForm(await invokeSingle(...args));
  const outputForm = (value: unknown): unknown => withUnknowns(value, sdk.unknown);
  if (invokeOutput !== undefined) runtime.invokeOutput = (...args) => invokeOutput(...args).apply(outputForm, true);
  if (invokeSingleOutput !== undefined) runtime.invokeSingleOutput = (...args) => invokeSingleOutput(...args).apply(outputForm, true);
}

/** The SDK answers `{}` where an argument was not known. */
function plainForm(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const fields = answer as { [key: string]: unknown };
  if (Object.keys(fields).length === 0) return unknownObject();
  const { [OPEN]: open, ...known } = fields;
  return open === undefined ? answer : unknownObject(known);
}

function withUnknowns(value: unknown, unknown: unknown): unknown {
  if (typeof value === "string") return isUnknownText(value) ? unknown : value;
  if (Array.isArray(value)) {
    if (value.some((item) => typeof item === "string" && isUnknownItem(item))) return unknown;
    return value.map((item) => withUnknowns(item, unknown));
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = value as { [key: string]: unknown };
  const shaped: { [key: string]: unknown } = Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [key, withUnknowns(item, unknown)]),
  );
  if (!(OPEN in shaped)) return shaped;
  return new Proxy(shaped, {
    get: (target, key) => {
      if (typeof key === "symbol" || key === "then" || key.startsWith("__") || key in target) return Reflect.get(target, key);
      return unknown;
    },
  });
}
