/**
 * Indicators from a STIX 2.1 bundle (OASIS STIX 2.1 §4.7, §9 patterning). The observables that a deployment can name are taken: addresses,
 * domains, URLs, file hashes, autonomous systems. A combination counts as its parts, since a resource that names one of them names the threat;
 * what is negated, or matched by LIKE or a regular expression, is no list of values and is told as a problem.
 */

import type { Indicator } from "../../model/indicator";
import { parseBlock } from "../cidr/address";
import { comparisonsOf, type Comparison } from "./stix-pattern";

/** An object of the bundle that gave no indicator, or not all that it says. */
export interface StixProblem {
  /** Id of the object; "bundle" where it has none. */
  readonly id: string;
  readonly reason: string;
}

export interface StixIndicators {
  readonly indicators: readonly Indicator[];
  readonly problems: readonly StixProblem[];
  /** When the newest object was changed, in milliseconds since the epoch. */
  readonly newest: number | undefined;
}

type Tlp = NonNullable<Indicator["tlp"]>;
type Json = { readonly [key: string]: unknown };

/** Statement ids of the Traffic Light Protocol: TLP 1 by STIX 2.1 §7.2.1.4, TLP 2 by the OASIS common object repository. */
const TLP_IDS: { readonly [id: string]: Tlp } = {
  "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
  "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
  "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
  "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
  "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
  "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
  "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
  "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
  "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
};

/** From free to say to not to be said. */
const TLP_ORDER: readonly Tlp[] = ["clear", "green", "amber", "amber+strict", "red"];

/**
 * The indicators of a bundle, as parsed JSON. Revoked ones are left out silently; whatever cannot be read is a problem, never an exception.
 * An indicator whose marking cannot be resolved is treated as TLP:RED.
 */
export function readStixBundle(bundle: unknown): StixIndicators {
  const objects = isObject(bundle) && Array.isArray(bundle["objects"]) ? (bundle["objects"] as unknown[]) : undefined;
  if (objects === undefined)
    return { indicators: [], problems: [{ id: "bundle", reason: 'is no STIX bundle: it has no list "objects"' }], newest: undefined };
  const markings = markingsOf(objects);
  const indicators: Indicator[] = [];
  const problems: StixProblem[] = [];
  for (const object of objects) {
    if (!isObject(object) || object["type"] !== "indicator" || object["revoked"] === true) continue;
    const id = text(object["id"]) ?? "indicator without an id";
    const problem = (reason: string) => problems.push({ id, reason });
    const from = time(object["valid_from"]);
    const until = object["valid_until"] === undefined ? undefined : time(object["valid_until"]);
    if (from === undefined) problem("valid_from is missing or no timestamp");
    else if (object["valid_until"] !== undefined && until === undefined) problem("valid_until is no timestamp");
    else {
      const tlp = tlpOf(object, markings);
      const shared = {
        id,
        name: text(object["name"]) ?? id,
        validFrom: from,
        validUntil: until,
        confidence: confidenceOf(object["confidence"]),
        tlp,
      };
      for (const observable of observablesOf(object, problem)) indicators.push({ ...shared, ...observable });
    }
  }
  return { indicators, problems, newest: newestOf(objects) };
}

function newestOf(objects: readonly unknown[]): number | undefined {
  let newest: number | undefined;
  for (const object of objects) {
    if (!isObject(object) || object["type"] === "marking-definition") continue;
    const changed = time(object["modified"]) ?? time(object["created"]);
    if (changed !== undefined && (newest === undefined || changed > newest)) newest = changed;
  }
  return newest;
}

function* observablesOf(object: Json, problem: (reason: string) => void): Generator<Pick<Indicator, "kind" | "value">> {
  const type = text(object["pattern_type"]) ?? "stix";
  const pattern = text(object["pattern"]);
  if (type !== "stix") return problem(`its pattern is written in ${type}, not in STIX patterning`);
  if (pattern === undefined) return problem("it has no pattern");
  const comparisons = comparisonsOf(pattern);
  if (comparisons === undefined) return problem("its pattern cannot be read");
  let usable = 0;
  for (const comparison of comparisons) {
    const kind = kindOf(comparison.path);
    if (kind === undefined) continue;
    if (comparison.negated || !EQUALITY.has(comparison.operator)) {
      problem(`the comparison ${comparison.path} ${comparison.negated ? "NOT " : ""}${comparison.operator} names no values`);
      continue;
    }
    for (const raw of comparison.values) {
      const value = normalised(kind, raw);
      if (value === undefined) problem(`a value of ${comparison.path} is none of its kind`);
      else {
        usable += 1;
        yield { kind, value };
      }
    }
  }
  if (usable === 0 && !comparisons.some((comparison) => kindOf(comparison.path) !== undefined)) {
    problem("its pattern speaks of nothing that a deployment names");
  }
}

const EQUALITY = new Set<Comparison["operator"]>(["=", "IN", "ISSUBSET", "ISSUPERSET"]);

function kindOf(path: string): Indicator["kind"] | undefined {
  if (/^ipv[46]-addr:value$/.test(path) || /^network-traffic:(src|dst)_ref\.value$/.test(path)) return "ip";
  if (path === "domain-name:value") return "domain";
  if (path === "url:value") return "url";
  if (/^(file|artifact):hashes\./.test(path)) return "digest";
  return path === "autonomous-system:number" ? "asn" : undefined;
}

function normalised(kind: Indicator["kind"], raw: string): string | undefined {
  const value = raw.trim().toLowerCase();
  switch (kind) {
    case "ip":
      return parseBlock(value) === undefined ? undefined : value;
    case "asn":
      return /^\d+$/.test(value) ? value : undefined;
    case "digest":
      return /^[0-9a-f]{32,128}$/.test(value) ? value : undefined;
    case "domain":
      return value.replace(/\.$/, "") || undefined;
    default:
      return value || undefined;
  }
}

/** TLP of the marking definitions that the bundle itself carries; `undefined` for markings of another kind. */
function markingsOf(objects: readonly unknown[]): ReadonlyMap<string, Tlp | undefined> {
  const markings = new Map<string, Tlp | undefined>(Object.entries(TLP_IDS));
  for (const object of objects) {
    if (!isObject(object) || object["type"] !== "marking-definition") continue;
    const id = text(object["id"]);
    if (id === undefined || markings.has(id)) continue;
    const definition = isObject(object["definition"]) ? text(object["definition"]["tlp"]) : undefined;
    const extensions = isObject(object["extensions"]) ? Object.values(object["extensions"]) : [];
    const extension = extensions.flatMap((item) => (isObject(item) ? (text(item["tlp_2_0"]) ?? []) : []))[0];
    markings.set(id, tlpNamed(definition ?? extension ?? text(object["name"]) ?? ""));
  }
  return markings;
}

function tlpNamed(name: string): Tlp | undefined {
  const word = name.toLowerCase().replace(/^tlp[:\s]*/, "");
  return word === "white" ? "clear" : TLP_ORDER.find((tlp) => tlp === word);
}

/** The strictest marking of the object or of a part of it. */
function tlpOf(object: Json, markings: ReadonlyMap<string, Tlp | undefined>): Tlp | undefined {
  const granular = Array.isArray(object["granular_markings"]) ? (object["granular_markings"] as unknown[]) : [];
  const own = Array.isArray(object["object_marking_refs"]) ? (object["object_marking_refs"] as unknown[]) : [];
  const refs = [...own, ...granular.flatMap((item) => (isObject(item) ? [item["marking_ref"]] : []))].flatMap((ref) => text(ref) ?? []);
  const levels = refs.flatMap((ref) => (markings.has(ref) ? (markings.get(ref) ?? []) : "red"));
  return TLP_ORDER.filter((tlp) => levels.includes(tlp)).at(-1);
}

function confidenceOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= 100 ? value : undefined;
}

function time(value: unknown): number | undefined {
  const parsed = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
