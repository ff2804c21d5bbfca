/** Addresses, domains, URLs and digests in any text of a resource. Every expression is bounded, so that a long text costs its length. */

import { type Block, parseBlock } from "../cidr/address";

export type Observable =
  | { readonly kind: "ip"; readonly text: string; readonly block: Block }
  | { readonly kind: "domain" | "url" | "digest"; readonly text: string };

const URL = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>\\)\]}|,;]{1,2000}/gi;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\w/]|\.\d)/g;
const IPV6 = /(?<![0-9a-z:])[0-9a-f]{0,4}:[0-9a-f:]{1,40}(?:\.\d{1,3}){0,3}(?:\/\d{1,3})?(?![0-9a-z])/gi;
const DOMAIN =
  /(?<![a-z0-9_.-])(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){1,20}(?:xn--[a-z0-9-]{1,59}|[a-z]{2,63})(?![a-z0-9_-])/gi;
const DIGEST = /(?<![0-9a-f])(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])/gi;

export function* observablesIn(text: string): Generator<Observable> {
  if (text.includes("://")) for (const [url] of text.matchAll(URL)) yield { kind: "url", text: url.toLowerCase() };
  if (text.includes(".")) {
    for (const [address] of text.matchAll(IPV4)) yield* ip(address);
    for (const [domain] of text.matchAll(DOMAIN)) yield { kind: "domain", text: domain.toLowerCase() };
  }
  if (text.includes(":")) for (const [address] of text.matchAll(IPV6)) yield* ip(address);
  if (text.length >= 32) for (const [digest] of text.matchAll(DIGEST)) yield { kind: "digest", text: digest.toLowerCase() };
}

function* ip(text: string): Generator<Observable> {
  const block = parseBlock(text);
  if (block !== undefined) yield { kind: "ip", text, block };
}
