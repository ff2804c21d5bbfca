/**
 * The last net before a finding is told: a text that the stack marks secret is in none, whichever rule wrote it and wherever it took it from
 * (the name of an object, a label, a registry). `Node.describe` keeps values out of evidence before; messages are made of many parts.
 */

import type { CoreModel } from "../model/core";
import type { Finding } from "./finding";

/** Shorter texts ("true", "admin") occur in any sentence: to hide them there would tell more than it hides. */
const LEAST_SECRET = 8;

const HIDDEN = "(secret)";

/** Finds secrets in what is told: those of the whole stack, and what a resource's own secret documents are made of. */
export interface Secrets {
  readonly everywhere: RegExp | undefined;
  readonly in: ReadonlyMap<string, RegExp>;
}

/** `undefined` for a stack that marks nothing secret. */
export const secretsOf = (model: CoreModel): Secrets | undefined => {
  const found = new Set<string>();
  const documents = new Map<string, RegExp>();
  for (const resource of model.resources) {
    const own = resource.props.secretTexts();
    const pattern = patternOf([...own].filter(isDocument).flatMap(valuesOf));
    if (pattern !== undefined) documents.set(resource.urn, pattern);
    for (const text of own) found.add(text);
  }
  if (found.size === 0) return undefined;
  return { everywhere: patternOf([...found].flatMap((text) => [text, ...partsOf(text)])), in: documents };
};

function isDocument(text: string): boolean {
  return /[\n{]/.test(text);
}

/** What rules take out of a text in one line: names of a list, a host of a URL, a word of a command. */
function partsOf(text: string): readonly string[] {
  return isDocument(text) ? [] : text.split(/[\s,;=@/:"'[\]]+|^-+/);
}

/** Names and values of a document, not its plain words, which a sentence has too. */
function valuesOf(text: string): readonly string[] {
  return text.split(/[\s,;="'{}[\]()]+/).flatMap((word) => [word, ...word.split(/[:/@?*]+/)].filter((part) => /[-\d_.:/@]/.test(part)));
}

/** A pattern of these texts, those that are parts of longer ones last. */
function patternOf(texts: readonly string[]): RegExp | undefined {
  const long = [...new Set(texts)].filter((text) => text.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
  if (long.length === 0) return undefined;
  return new RegExp(long.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
}

export function redacted(finding: Finding, secrets: Secrets): Finding {
  const patterns = [secrets.everywhere, secrets.in.get(finding.resource.urn)];
  const hide = (text: string): string =>
    patterns.reduce<string>((rest, pattern) => (pattern === undefined ? rest : rest.replace(pattern, HIDDEN)), text);
  const { resource, evidence } = finding;
  return {
    ...finding,
    message: hide(finding.message),
    remediation: hide(finding.remediation),
    container: finding.container === null ? null : hide(finding.container),
    resource: { ...resource, name: hide(resource.name), namespace: resource.namespace === null ? null : hide(resource.namespace) },
    evidence: evidence.map(({ path, actual, expected }) => ({
      path: hide(path),
      actual: within(actual, hide),
      expected: within(expected, hide),
    })),
  };
}

function within(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((item: unknown) => within(item, hide));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [hide(key), within(item, hide)]));
}
