/**
 * Property values as Pulumi writes them (states, previews, registrations), read into the model's values.
 * Signatures: sdk/go/common/resource/properties.go and sdk/nodejs/runtime/rpc.ts.
 */

import { SecretValue, UnknownValue, type Value } from "../../policypack/model/value";
import { isObject, textAt, textsOf, type JsonObject } from "./json-text";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Values that are not known yet stand as this text (and as its typed variants in previews of older engines). */
const UNKNOWN_TEXTS = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export interface WireForm {
  /** Whether the text "[secret]" stands for a secret that was left out, as in previews and event streams. */
  readonly hiddenSecrets?: boolean;
  /** Texts that stand for something not known, wherever they hold this. */
  readonly unknownText?: (text: string) => boolean;
  /** Whether a list that holds this text is wholly unknown. */
  readonly unknownList?: (text: string) => boolean;
  /** An object that holds this key is wholly unknown. */
  readonly unknownKey?: string;
  /** How URNs are shown that values come from. */
  readonly urn?: (urn: string) => string;
}

/** One value. */
export function decode(value: unknown, form: WireForm = {}): Value {
  if (typeof value === "string") return decodeText(value, form);
  if (typeof value === "number") return Number.isNaN(value) ? new UnknownValue() : value;
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) {
    if (value.some((item) => isItemOfUnknown(item, form))) return new UnknownValue();
    return value.map((item) => decode(item, form));
  }
  if (!isObject(value)) return null;
  if (form.unknownKey !== undefined && form.unknownKey in value) return new UnknownValue();
  const signature = value[SIGNATURE];
  return typeof signature === "string" ? decodeSigned(signature, value, form) : decodeEntries(value, form);
}

/** The properties of a resource. Keys that providers keep for themselves (`__defaults`, `__meta`) are dropped. */
export function decodeProperties(value: unknown, form: WireForm = {}): { [key: string]: Value } {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !key.startsWith("__") && item !== undefined)
      .map(([key, item]) => [key, decode(item, form)]),
  );
}

/**
 * Inputs overlaid by what the provider answered. An answer that is not known yet does not hide the input, and what was
 * handed in as a secret stays one.
 */
export function overlay(inputs: { readonly [key: string]: Value }, outputs: { readonly [key: string]: Value }): { [key: string]: Value } {
  const merged: { [key: string]: Value } = { ...inputs };
  for (const [key, output] of Object.entries(outputs)) {
    const input = inputs[key];
    if (input !== undefined && bare(output) instanceof UnknownValue) continue;
    merged[key] = input !== undefined && holdsSecret(input) && !holdsSecret(output) ? new SecretValue(output) : output;
  }
  return merged;
}

function bare(value: Value): Value {
  return value instanceof SecretValue ? bare(value.value) : value;
}

function holdsSecret(value: Value): boolean {
  if (value instanceof SecretValue) return true;
  if (value === null || typeof value !== "object" || value instanceof UnknownValue) return false;
  return Object.values(value as { readonly [key: string]: Value }).some(holdsSecret);
}

function isItemOfUnknown(item: unknown, form: WireForm): boolean {
  const text = isObject(item) && form.unknownKey !== undefined ? item[form.unknownKey] : item;
  return typeof text === "string" && form.unknownList?.(text) === true;
}

function decodeText(text: string, form: WireForm): Value {
  if (UNKNOWN_TEXTS.has(text)) return new UnknownValue();
  if (form.hiddenSecrets === true && text === "[secret]") return new SecretValue(new UnknownValue());
  return form.unknownText?.(text) === true ? new UnknownValue() : text;
}

function decodeEntries(value: JsonObject, form: WireForm): Value {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // `__defaults` is the providers' note of which inputs they filled in, on nested objects too.
  return Object.fromEntries(entries.filter(([key]) => key !== "__defaults").map(([key, item]) => [key, decode(item, form)]));
}

function decodeSigned(signature: string, value: JsonObject, form: WireForm): Value {
  switch (signature) {
    case SECRET:
      return new SecretValue(decodeSecret(value, form));
    case OUTPUT: {
      const known: Value =
        value["value"] === undefined ? new UnknownValue(origins(value["dependencies"], form)) : decode(value["value"], form);
      return value["secret"] === true ? new SecretValue(known) : known;
    }
    case RESOURCE: {
      const urn = textAt(value, "urn") ?? "";
      if (!("id" in value)) return urn;
      const id = textAt(value, "id") ?? "";
      return id === "" || UNKNOWN_TEXTS.has(id) ? new UnknownValue(origins([urn], form)) : id;
    }
    case ASSET:
    case ARCHIVE: {
      // The SDK's own marks (`__pulumiAsset`) go along with the signature.
      return decodeEntries(Object.fromEntries(Object.entries(value).filter(([key]) => key !== SIGNATURE && !key.startsWith("__"))), form);
    }
    default:
      return new UnknownValue();
  }
}

function origins(urns: unknown, form: WireForm): string[] {
  const listed = textsOf(urns).sort();
  return form.urn === undefined ? listed : listed.map(form.urn);
}

/** States keep a secret encrypted, or with `--show-secrets` as JSON text; registrations carry its value. */
function decodeSecret(value: JsonObject, form: WireForm): Value {
  if ("value" in value) return decode(value["value"], form);
  const plaintext = textAt(value, "plaintext");
  if (plaintext === undefined) return new UnknownValue();
  try {
    return decode(JSON.parse(plaintext), form);
  } catch {
    return new UnknownValue();
  }
}
