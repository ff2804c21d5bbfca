/** Configuration files of network functions as trees. Comments in them hold complete TLS examples: only the parsed file counts. */

import * as yaml from "js-yaml";
import type { Value } from "../../model/value";

/** A file without one of these words at the beginning of a line is no configuration that is understood here. */
const FAMILIAR =
  /(^|\n)[ "'{\t]*(amf|smf|upf|nrf|scp|sepp|ausf|udm|udr|pcf|bsf|nssf|nef|chf|hss|pcrf|mme|sgwc|sgwu|n3iwf|tngf|configuration|nfs|sbi|pfcp|gtpu|logger|log_level|database|db_uri|udsf|nwdaf|smsf|spgwc?u?|nssaaf|SuciProfile)["']?\s*:/;

/** Merge keys and the core types, as the functions' own parsers have them. */
const SCHEMA = yaml.CORE_SCHEMA.extend({
  implicit: [new yaml.Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" })],
});

const LONGEST = 1_000_000;

/** The tree of a YAML or JSON configuration; `undefined` for everything else. */
export function parseConfiguration(text: string): { readonly [key: string]: Value } | undefined {
  return isFamiliar(text) ? parseTree(text) : undefined;
}

/** The tree of any YAML or JSON text, within measure; `undefined` for what is none. */
export function parseTree(text: string): { readonly [key: string]: Value } | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const plain = withoutPlaceholders(text);
    const documents: unknown[] = /^---/m.test(plain)
      ? yaml.loadAll(plain, undefined, { schema: SCHEMA, json: true })
      : [yaml.load(plain, { schema: SCHEMA, json: true })];
    // The functions' own parsers read one document; a file of several is judged by the first that says something familiar.
    const trees = documents.filter(isTree).filter((tree) => isBounded(tree));
    return trees.find((tree) => Object.keys(tree).some((key) => FAMILIAR.test(`${key}:`))) ?? trees[0];
  } catch {
    return undefined;
  }
}

/** Whether a text looks like the configuration of a network function. */
export function isFamiliar(text: string): boolean {
  return FAMILIAR.test(text);
}

function isTree(value: unknown): value is { readonly [key: string]: Value } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Whether a tree stays within measure with every alias in it unfolded: else it is an attack, and no configuration. */
function isBounded(value: unknown, budget = { left: LONGEST }): boolean {
  budget.left -= 1;
  if (value === null || typeof value !== "object") return budget.left >= 0;
  return budget.left >= 0 && Object.values(value).every((item) => isBounded(item, budget));
}

/** `@POD_IP@` and the like, which an entrypoint fills in, are no YAML where a value begins. */
function withoutPlaceholders(text: string): string {
  return text.replace(/: @([A-Za-z0-9_./-]+)@?/g, ': "@$1@"').replace(/\t/g, "  ");
}
