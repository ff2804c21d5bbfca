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
/** Lines that write a subscription: open5gs-dbctl, and the tables of OAI. */
const SUBSCRIPTION = /dbctl(\.sh)?\s+(--\S+\s+)?(add|update)|encPermanentKey|encOpcKey|milenage|5G_AKA/i;

/** Digits in groups, as test SIMs write them: `465B5CE8 B199B49F AA5F0A2E E238A6BC`. */
const GROUPED = /(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}){1,4}(?: (?:[0-9a-fA-F]{2}){1,4}){3,31}(?![0-9a-zA-Z])/g;

function joined(groups: string): string {
  const digits = groups.replace(/ /g, "");
  return digits.length === 32 || digits.length === 64 ? digits : groups;
}

/** The longest text that is looked through: more is no configuration. */
const LONGEST = 2_000_000;

/** How far before digits the name is looked for that they stand under. */
const LONGEST_NAME = 200;

/** Names under which bare digits are a key: K, OPc, OP, home-network and signing keys. */
const KEY_NAME =
  /^(k|ki|op|opc|hn(et)?([_-]?key)?|key|(home_?network_?)?private_?key\d*|priv_?key|permanent_?key(_?value)?|enc(rypted)?_?permanent_?key|op_?c?_?value|opc?_?key|ue_?key|sim_?key|usim_?(key|opc?)|auth_?key|signing_?key|token_?key)$/i;

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) || /(^|[_.-])(k|ki|opc|op|hnet|private_?key)$/i.test(name);
}

/** Every key in a text; `name` is what the text as a whole stands under (a variable, an entry of a map). */
export function keysIn(text: string, name = ""): KeyMaterial[] {
  if (text.length > LONGEST || !/[0-9a-fA-F]{32}|-----BEGIN|LS0tLS1CRUdJTi|([0-9a-fA-F]{2,8} ){3}/.test(text)) return [];
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
  // A PEM block in base64, as in a Secret's data that was put into a ConfigMap.
  for (const [encoded] of text.matchAll(/LS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}/g)) {
    found.push(...keysIn(Buffer.from(encoded, "base64").toString("utf8"), name));
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
  const code = line.replace(/\s#\s.*$/, "").replace(GROUPED, joined);
  return [...code.matchAll(HEX)].map((match) => {
    const digits = (match[1] ?? "").toLowerCase();
    const before = /([A-Za-z_][\w.-]*)["']?\s*[:=]\s*["']?$/.exec(code.slice(Math.max(0, match.index - LONGEST_NAME), match.index))?.[1];
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
      named: isKeyName(name) || SUBSCRIPTION.test(code),
      name,
    };
  });
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
