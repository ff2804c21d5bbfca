/** JSON as users hand it over: a fault in it is told with its line and column. */

import { InputError } from "./input-error";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text under a key, where there is one. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === "string" ? value : undefined;
}

/** The texts of a list; anything else in it is passed over. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/**
 * Parses JSON. Throws an `InputError` with line and column; `firstLine` is where the text starts in its file.
 */
export function parseJson(text: string, file: string, firstLine = 1): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(body);
  } catch {
    // V8 tells the offset in some of its messages only, so the place is looked for here.
    const offset = placeOfFault(body, file);
    const before = body.slice(0, offset).split("\n");
    const found = offset >= body.length ? "the text ends too early" : `unexpected ${JSON.stringify(body.slice(offset, offset + 1))}`;
    throw new InputError(`this is not JSON: ${found}`, {
      file,
      line: firstLine + before.length - 1,
      column: (before[before.length - 1] ?? "").length + 1,
    });
  }
}

function placeOfFault(text: string, file: string): number {
  try {
    return faultOffset(text);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError("this is nested too deeply to be read", { file });
    throw error;
  }
}

const BLANK = /[ \t\r\n]*/y;
// eslint-disable-next-line no-control-regex -- RFC 8259 forbids just these inside strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Offset of the first character at which `text` stops being JSON (RFC 8259). */
function faultOffset(text: string): number {
  let at = 0;
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return false;
    at = pattern.lastIndex;
    return true;
  };
  const sign = (wanted: string): boolean => {
    eat(BLANK);
    if (text[at] !== wanted) return false;
    at++;
    return true;
  };
  const members = (close: string, one: () => boolean): boolean => {
    if (sign(close)) return true;
    do {
      if (!one()) return false;
    } while (sign(","));
    return sign(close);
  };
  const member = (): boolean => {
    eat(BLANK);
    return eat(STRING) && sign(":") && value();
  };
  const value = (): boolean => {
    eat(BLANK);
    if (text[at] === "{") return (at++, members("}", member));
    if (text[at] === "[") return (at++, members("]", value));
    return text[at] === '"' ? eat(STRING) : eat(SCALAR);
  };
  if (value()) eat(BLANK);
  return at;
}
