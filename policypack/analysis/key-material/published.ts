/** Fingerprints of key material that everybody can download. Source: `data/default_keys.json`; no key is stored. */

import { createHash } from "node:crypto";
import data from "../../topology/data/default_keys.json";

export interface PublishedKey {
  readonly product: string;
  /** Where it is published. */
  readonly path: string;
  readonly kind: string;
}

interface Entry extends PublishedKey {
  readonly sha256_raw?: string;
  readonly sha256_whitespace_stripped?: string;
  readonly sha256_lowercase_hex_text?: string;
}

const byFingerprint = new Map<string, PublishedKey>();
for (const entry of data.keys as readonly Entry[]) {
  for (const print of [entry.sha256_raw, entry.sha256_whitespace_stripped, entry.sha256_lowercase_hex_text]) {
    if (print !== undefined && !byFingerprint.has(print)) byFingerprint.set(print, entry);
  }
}

/** The published key that one of these forms of a text is. */
export function publishedKey(forms: readonly string[]): PublishedKey | undefined {
  for (const form of forms) {
    const found = byFingerprint.get(createHash("sha256").update(form).digest("hex"));
    if (found !== undefined) return found;
  }
  return undefined;
}
