/** `check --fix`: what rules put right without doubt, written into plain YAML manifests. The difference is shown first. */

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Repair } from "../../policypack/engine/evaluate";
import { repaired } from "../../policypack/engine/repair";
import type { Change } from "../../policypack/engine/rule";
import { compareText } from "../../policypack/engine/finding";
import { chartOf } from "../inputs/chart";
import { InputError } from "../inputs/input-error";
import { documentsOf, readManifests, type YamlDocument } from "../inputs/manifests";
import { type Edit, editOf, NotEditable } from "./yaml-edits";

export interface Plan {
  readonly files: readonly FilePlan[];
  /** Lines for people: what is not changed, and what to do instead. */
  readonly left: readonly string[];
}

export interface FilePlan {
  readonly file: string;
  readonly text: string;
  /** The difference, without anything of the file but what changes. */
  readonly difference: string;
  readonly rules: readonly string[];
}

/** Plans every repair; nothing is written. */
export function planFixes(repairs: readonly Repair[]): Plan {
  const byFile = new Map<string, Repair[]>();
  for (const repair of repairs) {
    const file = repair.resource.source?.file ?? "";
    byFile.set(file, [...(byFile.get(file) ?? []), repair]);
  }
  const files: FilePlan[] = [];
  const left: string[] = [];
  for (const [file, list] of [...byFile].sort(([a], [b]) => compareText(a, b))) {
    const instead = insteadOf(file, list);
    if (instead === undefined) planFile(file, list, files, left);
    else left.push(`${file === "" ? "resources of a program or an export" : file}: not changed (${rulesOf(list).join(", ")}): ${instead}`);
  }
  return { files, left };
}

export function writeFixes({ files }: Plan): void {
  for (const { file, text } of files) {
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw new InputError(`this file cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown fault"})`, { file });
    }
  }
}

/** What to do where there is no manifest to write; `undefined` for a plain one. */
function insteadOf(file: string, repairs: readonly Repair[]): string | undefined {
  const names = [...new Set(repairs.map(({ finding }) => finding.ruleName))].join(", ");
  const isManifest = repairs.every(({ resource }) => resource.urn.startsWith("urn:pulumi:manifests::"));
  if (!isManifest || !existsSync(file)) return `change the program, or give ${names} the level remediate in the policy pack`;
  if (chartOf(file) !== undefined || statSync(file).isDirectory()) return "this is rendered by a chart: change its values or its templates";
  if (!/\.ya?ml$/i.test(file)) return "only YAML files are written: change what this one is made from";
  return undefined;
}

function planFile(file: string, repairs: readonly Repair[], files: FilePlan[], left: string[]): void {
  const bytes = readFileSync(file);
  const text = bytes.toString("utf8");
  if (!Buffer.from(text, "utf8").equals(bytes)) {
    left.push(`${file}: not changed (${rulesOf(repairs).join(", ")}): it is not UTF-8`);
    return;
  }
  const made: Made[] = [];
  for (const repair of repairs) {
    try {
      made.push(...editsFor(text, repair));
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      left.push(`${placeOf(repair)}: not changed (${repair.finding.ruleId}): ${error.message}; change it by hand`);
    }
  }
  const edits = distinct(made);
  if (edits.length === 0) return;
  const fixed = edits.reduceRight((before, { edit }) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
  if (!saysTheSame(text, fixed, file, edits)) {
    left.push(`${file}: not changed (${rulesOf(repairs).join(", ")}): the edited text would not say what was meant; change it by hand`);
    return;
  }
  files.push({ file, text: fixed, difference: difference(file, text, edits), rules: rulesOf(edits.map(({ repair }) => repair)) });
}

interface Made {
  readonly repair: Repair;
  readonly change: Change;
  /** Offsets count from the start of the file. */
  readonly edit: Edit;
}

function editsFor(text: string, repair: Repair): Made[] {
  const { document, prefix } = placeIn(text, repair);
  return repair.changes.map((change) => {
    const edit = editOf(document.text, { ...change, path: [...prefix, ...change.path] });
    return { repair, change, edit: { ...edit, start: edit.start + document.start, end: edit.end + document.start } };
  });
}

/** The document of a repair's resource, and the keys that lead to it there: none, or those of an item of a List. */
function placeIn(text: string, { resource }: Repair): { document: YamlDocument; prefix: Change["path"] } {
  for (const document of documentsOf(text)) {
    const { resources } = readManifests(document.text, resource.source?.file ?? "");
    const index = resources.findIndex((item) => item.urn === resource.urn && isDeepStrictEqual(item.props.plain(), resource.props.plain()));
    if (index < 0) continue;
    const kind = /^kind:[ \t]*["']?([A-Za-z]+)/m.exec(document.text)?.[1] ?? "";
    if (resources.length === 1 && kind === (resource.type.split(":").at(-1) ?? "")) return { document, prefix: [] };
    if (kind.endsWith("List")) return { document, prefix: ["items", index] };
    throw new NotEditable("it is made from a template or stands in a list");
  }
  throw new NotEditable("its document is not in the file as it was read");
}

/** Each place once, in the order of the file. */
function distinct(made: readonly Made[]): Made[] {
  const places = new Map(made.map((item) => [`${item.edit.start} ${item.edit.end} ${item.edit.text}`, item]));
  return [...places.values()].sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end);
}

/** Whether the edited text is read as every resource with exactly its changes in it. */
function saysTheSame(before: string, after: string, file: string, edits: readonly Made[]): boolean {
  const [old, now] = [before, after].map((text) => readManifests(text, file));
  if (old === undefined || now === undefined || now.errors.length > old.errors.length) return false;
  const meant = old.resources.map((resource) => {
    const own = edits.filter(
      ({ repair }) => repair.resource.urn === resource.urn && isDeepStrictEqual(repair.resource.props.plain(), resource.props.plain()),
    );
    return repaired(
      resource.props.plain(),
      own.map(({ change }) => change),
    );
  });
  return isDeepStrictEqual(
    meant,
    now.resources.map((resource) => resource.props.plain()),
  );
}

function difference(file: string, text: string, edits: readonly Made[]): string {
  const lines = edits.flatMap(({ edit, repair }) => [
    `@@ line ${text.slice(0, edit.start).split("\n").length}: ${placeOf(repair)} (${repair.finding.ruleId}) @@`,
    ...edit.removed.map((line) => `-${line}`),
    ...edit.added.map((line) => `+${line}`),
  ]);
  return [`--- ${file}`, `+++ ${file}`, ...lines].join("\n");
}

function placeOf({ finding }: Repair): string {
  const { kind, type, namespace, name } = finding.resource;
  return `${kind ?? type} ${[namespace, name].filter(Boolean).join("/")}`;
}

function rulesOf(repairs: readonly Repair[]): string[] {
  return [...new Set(repairs.map(({ finding }) => finding.ruleId))].sort(compareText);
}
