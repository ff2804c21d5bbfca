/**
 * Property values as the engine sends them to a policy pack, read into the model's values.
 *
 * The policy SDK hands secrets to policies as plain text and throws at a read of an unknown; the messages themselves still
 * carry both marks (sdk/go/common/resource/properties.go, sdk/nodejs/runtime/rpc.ts), so properties are read from there.
 */

import { SecretValue, UnknownValue, type Value } from "../model/value";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What stands for a value that is not known yet, by its type. */
const UNKNOWNS: ReadonlySet<string> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

type Raw = { readonly [key: string]: unknown };

/** Where a value stands: which resources its unknowns come from, and whether it is part of a secret. */
interface Place {
  readonly from: readonly string[];
  readonly secret: boolean;
}

export class PropertyReader {
  /** `heedSecret` is told every secret text, so that no message repeats one. */
  constructor(private readonly heedSecret: (text: string) => void) {}

  /**
   * The properties of a resource. `dependencies` names, for a property, the resources that it was made from. Keys that
   * providers keep for themselves (`__defaults`, `__meta`) are dropped.
   */
  read(raw: Raw, dependencies: { readonly [property: string]: readonly string[] } = {}): { [key: string]: Value } {
    const properties: { [key: string]: Value } = {};
    for (const key of Object.keys(raw)) {
      if (raw[key] !== undefined && !key.startsWith("__"))
        properties[key] = this.value(raw[key], { from: dependencies[key] ?? [], secret: false });
    }
    return properties;
  }

  private value(raw: unknown, place: Place): Value {
    if (typeof raw === "string") return this.text(raw, place);
    if (typeof raw === "number" || typeof raw === "boolean") return raw;
    if (Array.isArray(raw)) return raw.map((item: unknown) => this.value(item, place));
    if (raw === null || typeof raw !== "object") return null;
    const signature = (raw as Raw)[SIGNATURE];
    return typeof signature === "string" ? this.signed(signature, raw as Raw, place) : this.entries(raw as Raw, place);
  }

  private text(text: string, place: Place): Value {
    if (UNKNOWNS.has(text)) return new UnknownValue(place.from);
    if (place.secret) this.heedSecret(text);
    return text;
  }

  private entries(raw: Raw, place: Place): Value {
    const entries: { [key: string]: Value } = {};
    for (const key of Object.keys(raw)) {
      if (raw[key] !== undefined && key !== "__defaults" && key !== SIGNATURE) entries[key] = this.value(raw[key], place);
    }
    return entries;
  }

  private signed(signature: string, raw: Raw, place: Place): Value {
    switch (signature) {
      case SECRET:
        return new SecretValue(this.value(raw["value"], { ...place, secret: true }));
      case OUTPUT: {
        const secret = raw["secret"] === true;
        const value =
          raw["value"] === undefined
            ? new UnknownValue(place.from)
            : this.value(raw["value"], { ...place, secret: place.secret || secret });
        return secret ? new SecretValue(value) : value;
      }
      case RESOURCE: {
        const id = raw["id"];
        const urn = typeof raw["urn"] === "string" ? raw["urn"] : "";
        if (typeof id !== "string") return urn;
        return id === "" || UNKNOWNS.has(id) ? new UnknownValue([urn]) : id;
      }
      case ASSET:
      case ARCHIVE:
        return this.entries(raw, place);
      default:
        return new UnknownValue(place.from);
    }
  }
}

/** Whether a whole property is not known yet. */
export function isUnknown(raw: unknown): boolean {
  return typeof raw === "string" && UNKNOWNS.has(raw);
}
