/**
 * Values that nobody can know offline but that a program reads as plain text, number or object: a required configuration
 * key that no stack file sets, the account that a look-up would have told. A stand-in goes through the program in their
 * place; wherever it ends up inside a property, that property is unknown. It is chosen so that it survives what programs do
 * with text: changes of case, cutting off, putting together, stripping of unusual characters.
 */

const SIGN = "\uE0C6";
const LIST_SIGN = "\uE0C7";
const WORD = "cgx7q2unknown";

/** Stands for a text that is not known. */
export const UNKNOWN_TEXT = `${SIGN}${WORD}${SIGN}`;

/** Stands, as its only item, for a list that is not known. */
export const UNKNOWN_ITEM = `${LIST_SIGN}${WORD}${LIST_SIGN}`;

/** Key of an object that is not known: whatever else it seems to hold is not told. */
export const UNKNOWN_KEY = "__cgx7q2unknown";

const ANY = new RegExp(`[${SIGN}${LIST_SIGN}]|${WORD}`, "i");
const STAND_INS = new RegExp(`[${SIGN}${LIST_SIGN}]*${WORD}[${SIGN}${LIST_SIGN}]*|[${SIGN}${LIST_SIGN}]+`, "gi");

/** Whether a text was made from something not known, be it through base64 as in Kubernetes Secrets. */
export function isUnknownText(text: string): boolean {
  if (ANY.test(text)) return true;
  return text.length >= 16 && /^[A-Za-z0-9+/_-]+=*$/.test(text) && ANY.test(Buffer.from(text, "base64").toString("utf8"));
}

export function isUnknownItem(text: string): boolean {
  return text.includes(LIST_SIGN);
}

/** A name or message for people, without stand-ins. */
export function readable(text: string): string {
  return text.replace(STAND_INS, "[unknown]");
}

/**
 * An object of unknown content: each of its fields is again unknown, and it can be used as a text or as a list of one unknown
 * item, whichever the program takes it for. `known` are the fields that are known after all.
 */
export function unknownObject(known: { readonly [key: string]: unknown } = {}): object {
  return new Proxy({ ...known, [UNKNOWN_KEY]: UNKNOWN_TEXT }, { get: fieldOfUnknown });
}

/** The items of a list that is not known: one, so that what a program does with each item is seen. */
function unknownItems(): object[] {
  return [new Proxy({ [UNKNOWN_KEY]: UNKNOWN_ITEM }, { get: fieldOfUnknown })];
}

function fieldOfUnknown(target: object, key: string | symbol): unknown {
  if (Object.prototype.hasOwnProperty.call(target, key)) return Reflect.get(target, key);
  const text = (target as { readonly [UNKNOWN_KEY]: string })[UNKNOWN_KEY];
  if (key === Symbol.iterator) return () => unknownItems()[Symbol.iterator]();
  if (key === Symbol.toPrimitive || key === "toString" || key === "valueOf") return () => text;
  // Not a promise, not one of Pulumi's own objects, and nothing that JSON treats apart.
  if (typeof key === "symbol" || key === "then" || key === "toJSON" || key.startsWith("__")) return undefined;
  if (key === "length") return 1;
  if (key in Object.prototype) return Reflect.get(target, key);
  if (key in Array.prototype) return bound(Array.prototype, key, unknownItems());
  if (key in String.prototype) return bound(String.prototype, key, text);
  return text === UNKNOWN_ITEM ? unknownItems()[0] : unknownObject();
}

function bound(prototype: object, key: string, owner: unknown): unknown {
  const method: unknown = Reflect.get(prototype, key);
  return typeof method === "function" ? method.bind(owner) : method;
}
