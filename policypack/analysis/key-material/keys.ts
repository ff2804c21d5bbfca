/**
 * Key material in texts: PEM blocks, and hexadecimal keys under names that mean a key. A path to a key file is no key, a
 * digest is none, and comments are not read.
 */

import { createHash } from "node:crypto";
import { type PublishedKey, publishedKey } from "./published";

export interface KeyMaterial {
  readonly form: "private-key" | "certificate" | "hex";
  /** What it seems to be, for people: "PEM private key", "64 hexadecimal digits under PrivateKey". Never the key. */
  readonly description: string;
  /** Short digest by which two findings can be told apart without showing the key. */
  readonly digest: string;
  readonly published: PublishedKey | undefined;
  /** Hexadecimal digits stand under a name that means a key, not only somewhere in the text. */
  readonly named: boolean;
  /** The name they stand under. */
  readonly name: string;
}

const PEM = /-----BEGIN ([A-Z0-9 ]{3,40})-----([\s\S]{20,20000}?)-----END \1-----/g;
const HEX = /(?<![0-9a-zA-Z/+_-])(?:0x)?([0-9a-fA-F]{64}|[0-9a-fA-F]{32})(?![0-9a-zA-Z/+_-])/g;
/** The longest text that is looked through: more is no configuration. */
const LONGEST = 2_000_000;

/** Names under which bare digits are a key: K, OPc, OP, home-network and signing keys. */
const KEY_NAME =
  /^(k|ki|op|opc|hnet|key|hn_?key|(home_?network_?)?private_?key\d*|priv_?key|permanent_?key(_?value)?|enc(rypted)?_?permanent_?key|op_?c?_?value|opc?_?key|ue_?key|sim_?key|usim_?(key|opc?)|auth_?key|signing_?key|token_?key)$/i;

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) || /(^|[_.-])(k|ki|opc|op|hnet|private_?key)$/i.test(name);
}

/** Every key in a text; `name` is what the text as a whole stands under (a variable, an entry of a map). */
export function keysIn(text: string, name = ""): KeyMaterial[] {
  if (text.length > LONGEST || !/[0-9a-fA-F]{32}|-----BEGIN/.test(text)) return [];
  const found: KeyMaterial[] = [];
  let rest = text;
  if (text.includes("-----BEGIN")) {
    const plain = text.replace(/\\n/g, "\n");
    rest = plain.replace(PEM, (block: string, label: string) => {
      const key = pem(block, label, plain);
      if (key !== undefined) found.push(key);
      return "";
    });
  }
  for (const line of rest.split("\n")) found.push(...hexKeys(line, name));
  const seen = new Set<string>();
  return found.filter((key) => !seen.has(key.digest + key.form) && seen.add(key.digest + key.form));
}

function pem(block: string, label: string, whole: string): KeyMaterial | undefined {
  const isPrivate = label.endsWith("PRIVATE KEY");
  if (!isPrivate && label !== "CERTIFICATE") return undefined;
  const lines = block
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
  const stripped = block.replace(/\s+/g, "");
  const published = publishedKey([`${lines}\n`, lines, stripped, whole, whole.replace(/\s+/g, "")]);
  return {
    form: isPrivate ? "private-key" : "certificate",
    description: isPrivate ? "a PEM private key" : "a PEM certificate",
    digest: digestOf(stripped),
    published,
    named: true,
    name: label,
  };
}

function hexKeys(line: string, holder: string): KeyMaterial[] {
  if (/^\s*(#|\/\/)/.test(line)) return [];
  const code = line.replace(/\s#\s.*$/, "");
  return [...code.matchAll(HEX)].map((match) => {
    const digits = (match[1] ?? "").toLowerCase();
    const before = /([A-Za-z_][\w.-]*)["']?\s*[:=]\s*["']?$/.exec(code.slice(0, match.index))?.[1];
    const alone =
      code
        .trim()
        .replace(/^["']|["']$/g, "")
        .replace(/^0x/, "") === match[1];
    const name = before ?? (alone ? holder : "");
    return {
      form: "hex" as const,
      description: `${digits.length} hexadecimal digits${name === "" ? "" : ` under ${name}`}`,
      digest: digestOf(digits),
      published: publishedKey([digits]),
      named: isKeyName(name),
      name,
    };
  });
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
