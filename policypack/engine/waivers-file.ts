/** Reads waivers as users write them; every key is checked, and what is not known is answered with the nearest known word. Pure. */

import { nearest, suggestion } from "./nearest";
import type { Rule } from "./rule";
import type { SettingsProblem } from "./settings-file";
import type { Waiver } from "./waivers";

type Path = readonly (string | number)[];

export interface WaiversFile {
  readonly waivers: readonly Waiver[];
  readonly problems: readonly SettingsProblem[];
}

const TEXTS = ["rule", "resource", "owner", "approver", "reason", "compensatingControl", "ticket"] as const;
const DAYS = ["created", "expires"] as const;
const KEYS: readonly string[] = [...TEXTS, ...DAYS, "evidence", "container"];

/** `placeOf` says where an entry stands, for messages about it. */
export function readWaivers(raw: unknown, rules: readonly Rule[], placeOf: (path: Path) => string): WaiversFile {
  const problems: SettingsProblem[] = [];
  const problem = (path: Path, message: string) => void problems.push({ path, message });
  const list = isMap(raw) ? raw["waivers"] : undefined;
  if (isMap(raw))
    for (const key of Object.keys(raw)) if (key !== "waivers") problem([key], `unknown key "${key}"${suggestion(key, ["waivers"])}`);
  if (!Array.isArray(list)) {
    problem([], "a file of waivers is a map with the list `waivers`");
    return { waivers: [], problems };
  }
  const waivers = list.flatMap((entry: unknown, index) => {
    const before = problems.length;
    const waiver = readWaiver(entry, ["waivers", index], rules, problem, placeOf(["waivers", index]));
    return problems.length > before || waiver === undefined ? [] : [waiver];
  });
  return { waivers, problems };
}

function readWaiver(
  entry: unknown,
  path: Path,
  rules: readonly Rule[],
  problem: (path: Path, message: string) => void,
  place: string,
): Waiver | undefined {
  if (!isMap(entry)) return void problem(path, "a waiver is a map of keys");
  for (const key of Object.keys(entry)) if (!KEYS.includes(key)) problem([...path, key], `unknown key "${key}"${suggestion(key, KEYS)}`);
  const text = (key: string): string => {
    const value = entry[key];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    problem(value === undefined ? path : [...path, key], value === undefined ? `a waiver needs ${key}` : `${key} must be a text`);
    return "";
  };
  const day = (key: string): number => {
    const value = entry[key];
    const time =
      value instanceof Date ? value.getTime() : typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : NaN;
    if (Number.isNaN(time))
      problem(
        value === undefined ? path : [...path, key],
        value === undefined ? `a waiver needs ${key}` : `${key} must be a day like 2026-11-30`,
      );
    return time;
  };
  const texts = Object.fromEntries(TEXTS.map((key) => [key, text(key)])) as { readonly [key in (typeof TEXTS)[number]]: string };
  const rule = rules.find(({ id, name }) => id === texts.rule || name === texts.rule);
  if (rule === undefined && texts.rule !== "") {
    const near = nearest(
      texts.rule,
      rules.flatMap(({ id, name }) => [id, name]),
    );
    problem(
      [...path, "rule"],
      `there is no rule "${texts.rule}"${near === undefined ? "; `carrierguard rules` lists them" : `; did you mean "${near}"?`}`,
    );
  }
  const [created, expires] = [day("created"), day("expires")];
  if (expires < created) problem([...path, "expires"], "it expires before it was created");
  const evidence = entry["evidence"];
  const digests = Array.isArray(evidence)
    ? evidence.filter((item): item is string => typeof item === "string" && /^[0-9a-f]{12}$/.test(item))
    : [];
  if (!Array.isArray(evidence) || digests.length === 0 || digests.length < evidence.length) {
    problem(evidence === undefined ? path : [...path, "evidence"], "evidence must be the digests that `carrierguard waivers add` writes");
  }
  const container = entry["container"];
  if (container !== undefined && typeof container !== "string") problem([...path, "container"], "container must be a text");
  if (rule === undefined) return undefined;
  return {
    ...texts,
    place,
    rule: rule.id,
    severity: rule.severity,
    waivable: rule.waivable !== false,
    container: typeof container === "string" ? container : undefined,
    created,
    expires,
    evidence: digests,
  };
}

function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
