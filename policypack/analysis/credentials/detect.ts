/**
 * Credentials in texts: AWS access keys, private keys, passwords under names that mean one, passwords in URIs. A path to a file, a reference
 * and a placeholder are no credential.
 */

import { keysIn } from "../key-material/keys";
import { isPublishedPassword } from "./published-passwords";

export interface Credential {
  /** For people: "an AWS access key". Never the credential. */
  readonly what: string;
  readonly isPublished: boolean;
}

/** Longest text that is looked through. */
const LONGEST = 2_000_000;

const ACCESS_KEY = /(?<![A-Za-z0-9/+])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9/+=])/g;
const URI = /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s:@/'"]*):([^\s@/'"]+)@[\w[]/gi;

/** AWS access keys, and private keys, wherever they stand. AWS's own documentation keys end in EXAMPLE. */
export function keysOf(text: string): Credential[] {
  if (text.length > LONGEST) return [];
  const access = [...text.matchAll(ACCESS_KEY)].filter(([key]) => !key.endsWith("EXAMPLE"));
  const pem = keysIn(text).filter((key) => key.form === "private-key");
  return [
    ...(access.length > 0 ? [{ what: "an AWS access key", isPublished: false }] : []),
    ...(pem.length > 0 ? [{ what: "a private key", isPublished: pem.some((key) => key.published !== undefined) }] : []),
  ];
}

/** Passwords in connection URIs. */
export function uriPasswords(text: string): Credential[] {
  if (text.length > LONGEST) return [];
  const found = [...text.matchAll(URI)].map(([, user = "", password = ""]) => ({ user, password })).filter(({ password }) => isLiteral(password));
  return found.length === 0
    ? []
    : [{ what: "a password in a connection URI", isPublished: found.some(({ password }) => isPublishedPassword(password)) }];
} // prettier-ignore

/** `KEY: value` and `key = value`, one a line. */
const ASSIGNMENT = /^[\s,{-]*["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^\s,}#;]+))/;

/** Passwords under names that mean one, in a configuration text; comments are not read. */
export function assignedPasswords(text: string): Credential[] {
  if (text.length > LONGEST || !/pass|pwd|secret|token|credential|key/i.test(text)) return [];
  const found = text.split("\n").flatMap((line) => {
    if (/^\s*(#|\/\/|;|--)/.test(line)) return [];
    const [, name = "", double, single, bare] = ASSIGNMENT.exec(line) ?? [];
    return passwordUnder(name, double ?? single ?? bare ?? "");
  });
  const seen = new Set<string>();
  return found.filter(({ what }) => !seen.has(what) && seen.add(what));
}

const PASSWORD = /(^|_)(pass|passwd|password|passphrase|pwd|psk|preshared_?key)$/;
const TOKEN = /(^|_)(secret|secret_?key|secret_?access_?key|api_?key|access_?key|auth_?token|token|credentials?|client_?secret)$/;
/** Names that are about a password, and hold none. */
const ABOUT = /allow|empty|enable|disable|file|path|policy|length|expir|reset|hash|_name$|_ref$|require|method|type|mechanism|public/;

/** What a value is, by the name that it stands under. */
export function passwordUnder(name: string, value: string): Credential[] {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[.-]/g, "_").toLowerCase(); // prettier-ignore
  if (ABOUT.test(words) || !isLiteral(value)) return [];
  const isPublished = isPublishedPassword(value);
  if (PASSWORD.test(words) && !/^\d{1,3}$/.test(value)) return [{ what: `a password under ${name}`, isPublished }];
  if (TOKEN.test(words) && (isPublished || isRandom(value))) return [{ what: `a secret under ${name}`, isPublished }];
  return [];
}

/** Whether a name means a password or a secret token. */
export function isCredentialName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[.-]/g, "_").toLowerCase(); // prettier-ignore
  return (PASSWORD.test(words) || TOKEN.test(words)) && !ABOUT.test(words);
}

/** No placeholder, reference, path, address or word of a switch. */
function isLiteral(value: string): boolean {
  const text = value.trim();
  if (text === "" || /^(true|false|yes|no|on|off|null|none|nil|~|\*+|x+|<.*|\{.*|\[.*|\|-?|>-?)$/i.test(text)) return false;
  if (/^[$%@&]|\$\{|\$\(|\{\{|%\(/.test(text)) return false;
  return !/^(\.{0,2}\/|https?:\/\/[^@]*$|arn:|vault:|ref\+|secret:\/\/|file:|env:)|\.(pem|key|crt|jks|p12|json|ya?ml|txt)$/i.test(text);
}

/** Long, of letters and digits: no name that people gave. */
function isRandom(value: string): boolean {
  return value.length >= 16 && /[A-Za-z]/.test(value) && /\d/.test(value) && !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(value) && !/[\s.]/.test(value.replace(/^eyJ.*/, ""));
} // prettier-ignore
