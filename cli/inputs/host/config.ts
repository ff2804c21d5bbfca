/** Configuration that no stack file sets, or that is encrypted: the program goes on with a value that is not known. */

import type { Report } from "./protocol";
import type { Sdk } from "./sdk";
import { isUnknownText, UNKNOWN_TEXT, unknownObject } from "./unknown-text";

type Kind = "" | "Boolean" | "Number" | "Object";

interface Config {
  readonly name: string;
}

type Getter = (this: Config, key: string, ...rest: unknown[]) => unknown;

/**
 * Lets `require…` answer an unknown for a key that is not set, with a gap, and every getter for a value that is not known.
 * Number, boolean and object getters would refuse the stand-in as malformed otherwise.
 */
export function tolerateMissingConfig(sdk: Sdk, report: Report): void {
  const prototype = sdk.pulumi.Config.prototype;
  const told = new Set<string>();
  const missing = (key: string): void => {
    if (told.has(key)) return;
    told.add(key);
    report({ kind: "gap", reason: `the configuration key ${key} is required but no stack file sets it; values made from it are unknown` });
  };
  for (const verb of ["get", "require"] as const) {
    for (const kind of ["", "Boolean", "Number", "Object"] as const) {
      for (const secret of [false, true]) {
        const method = `${verb}${secret ? "Secret" : ""}${kind}`;
        const original = prototype[method] as Getter | undefined;
        if (original === undefined) continue;
        const getter: Getter = function (key, ...rest) {
          const full = `${this.name}:${key}`;
          const value = sdk.pulumi.runtime.getConfig(full);
          if (value === undefined && verb === "require") missing(full);
          else if (value === undefined || !isUnknown(value, kind)) return original.call(this, key, ...rest);
          return secret ? unknownSecret(sdk) : standIn(kind);
        };
        prototype[method] = getter;
      }
    }
  }
  rememberInJson();
}

/** An object may be known but for some of its fields. */
function isUnknown(value: string, kind: Kind): boolean {
  return kind === "Object" ? value === UNKNOWN_TEXT : isUnknownText(value);
}

/** What a program gets for a plain value. NaN runs through arithmetic as an unknown does. */
function standIn(kind: Kind): unknown {
  if (kind === "Number") return NaN;
  return kind === "Object" ? unknownObject() : UNKNOWN_TEXT;
}

/** An output that is secret and not known: what is made from it by `apply` is both, without `apply` being run. */
function unknownSecret(sdk: Sdk): unknown {
  return new sdk.pulumi.Output([], Promise.resolve(undefined), Promise.resolve(false), Promise.resolve(true), Promise.resolve([]));
}

/** `JSON.parse` of a text that is not known is an object that is not known. */
function rememberInJson(): void {
  const parse = JSON.parse.bind(JSON);
  JSON.parse = (text: string, reviver?: (this: unknown, key: string, value: unknown) => unknown): unknown => {
    try {
      return parse(text, reviver);
    } catch (error) {
      if (typeof text === "string" && isUnknownText(text)) return unknownObject();
      throw error;
    }
  };
}
