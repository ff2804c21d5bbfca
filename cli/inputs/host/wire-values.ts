/** Values in the engine's wire form, as registrations carry them: outputs with their secrecy and origin. */

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Stands on the wire for a value that is not known yet. */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Fields = { readonly [key: string]: unknown };

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The value as the engine would answer it: outputs become their values, secrets or unknowns. */
export function asAnswer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asAnswer);
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  // The SDK does not read an asset of empty text back.
  if (fields[SIGNATURE] === ASSET && fields["text"] === "") return UNKNOWN_VALUE;
  if (fields[SIGNATURE] !== OUTPUT) return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, asAnswer(item)]));
  if (fields["value"] === undefined) return UNKNOWN_VALUE;
  const known = asAnswer(fields["value"]);
  return fields["secret"] === true ? { [SIGNATURE]: SECRET, value: known } : known;
}

/** The value without any marks; `standIn` takes the place of what is not known and of what is secret. */
export function asPlain(value: unknown, standIn: string): unknown {
  if (value === UNKNOWN_VALUE) return standIn;
  if (Array.isArray(value)) return value.map((item) => asPlain(item, standIn));
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  const signature = fields[SIGNATURE];
  if (signature === SECRET) return standIn;
  if (signature === OUTPUT) return fields["value"] === undefined || fields["secret"] === true ? standIn : asPlain(fields["value"], standIn);
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, asPlain(item, standIn)]));
}
