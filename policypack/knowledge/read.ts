/** What the rules know besides the stack, read from the files that the settings name. */

import { createPublicKey, hash, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { readStixBundle } from "../analysis/threat-intel/stix";
import type { Rule } from "../engine/rule";
import type { Feed, Indicator, Knowledge, Vendor } from "../engine/settings";
import type { SettingsFile, ThreatIntelSource } from "../engine/settings-file";
import type { Waiver } from "../engine/waivers";
import { readWaivers } from "../engine/waivers-file";
import { readYamlFile } from "./yaml-file";

/** Reports what cannot be read to `problem`. `at` is the time that validity is judged by, else SOURCE_DATE_EPOCH, else now. */
export function readKnowledge(
  settings: Pick<SettingsFile, "threatIntel" | "vendors" | "waivers">,
  at: unknown,
  rules: readonly Rule[],
  problem: (text: string) => void,
): Knowledge {
  const read = settings.threatIntel.map((source) => readFeed(source, problem));
  const indicators: Indicator[] = read.flatMap((feed) => feed?.indicators ?? []);
  const feeds: Feed[] = read.flatMap((item) => item?.feed ?? []);
  const time = timeOf(at, problem);
  const waivers = settings.waivers.flatMap((file) => readWaiversFile(file, rules, problem));
  if (settings.vendors === undefined) return { at: time, indicators, feeds, waivers };
  return { at: time, indicators, feeds, waivers, vendors: readVendors(settings.vendors, problem) };
}

/** One wrong waiver refuses the whole file: nobody knows what it was meant to accept. */
function readWaiversFile(file: string, rules: readonly Rule[], problem: (text: string) => void): readonly Waiver[] {
  try {
    const { value, lineOf } = readYamlFile(file);
    const { waivers, problems } = readWaivers(value, rules, (path) => `${file}:${lineOf(path)}`);
    for (const { path, message } of problems) problem(`${file}:${lineOf(path)}: ${message}`);
    return waivers;
  } catch (error) {
    const what = error instanceof Error ? error.message : "unknown fault";
    problem(what.startsWith(`${file}:`) ? what : `${file} cannot be read (${what})`);
    return [];
  }
}

interface ReadFeed {
  readonly feed: Feed;
  readonly indicators: readonly Indicator[];
}

/** A bundle that cannot be read refuses; feeds carry single indicators in other languages (YARA, Snort), which do not. */
function readFeed(source: ThreatIntelSource, problem: (text: string) => void): ReadFeed | undefined {
  const bytes = readBytes(source.file, problem);
  if (bytes === undefined) return undefined;
  let bundle: unknown;
  try {
    bundle = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    problem(`${source.file} cannot be read (${error instanceof Error ? error.message : "unknown fault"})`);
    return undefined;
  }
  const { indicators, problems, newest } = readStixBundle(bundle);
  for (const { id, reason } of problems) if (id === "bundle") problem(`${source.file} ${reason}`);
  const { sha256 } = source;
  const digest = sha256 === undefined ? "not pinned" : hash("sha256", bytes) === sha256.toLowerCase() ? "matches" : "differs";
  return { indicators, feed: { file: source.file, newest, digest, signature: signatureOf(source, bytes, problem) } };
}

/** By the named key alone; a key or signature that is none does not verify. */
function signatureOf({ signature, publicKey }: ThreatIntelSource, bytes: Buffer, problem: (text: string) => void): Feed["signature"] {
  if (signature === undefined || publicKey === undefined) return "not checked";
  const [signed, pem] = [readBytes(signature, problem), readBytes(publicKey, problem)];
  if (signed === undefined || pem === undefined) return "invalid";
  const text = signed.toString("latin1").trim();
  const raw = /^[A-Za-z0-9+/\s]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : signed;
  try {
    const key = createPublicKey(pem);
    const algorithm = key.asymmetricKeyType === "ed25519" || key.asymmetricKeyType === "ed448" ? null : "sha256";
    return verify(algorithm, bytes, key, raw) ? "valid" : "invalid";
  } catch {
    return "invalid";
  }
}

function readBytes(file: string, problem: (text: string) => void): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    problem(`${file} cannot be read (${error instanceof Error ? error.message : "unknown fault"})`);
    return undefined;
  }
}

export function timeOf(at: unknown, problem: (text: string) => void): number {
  if (at !== undefined) {
    const time = typeof at === "string" ? Date.parse(at) : NaN;
    if (Number.isNaN(time)) problem(`at is ${JSON.stringify(at)}, which is no time; write it like 2026-11-23 or 2026-11-23T12:00:00Z`);
    return time;
  }
  const epoch = process.env["SOURCE_DATE_EPOCH"];
  return epoch !== undefined && /^\d+$/.test(epoch) ? Number(epoch) * 1000 : Date.now();
}

function readJson(file: string, problem: (text: string) => void): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    problem(`${file} cannot be read (${error instanceof Error ? error.message : "unknown fault"})`);
    return undefined;
  }
}

/** A list of vendors, or an object that holds one, as the built-in data does. A file without one refuses: an empty list would pass everything. */
function readVendors(file: string, problem: (text: string) => void): readonly Vendor[] {
  const data = readJson(file, problem);
  if (data === undefined) return [];
  const list = Array.isArray(data) ? data : (data as { entities?: unknown } | null)?.entities;
  if (Array.isArray(list)) return list as Vendor[];
  problem(`${file} holds no list of vendors ("entities")`);
  return [];
}
