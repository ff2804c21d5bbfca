/**
 * Changes as edits of YAML text: only the value that changes, or the line that is added, is touched, so that comments, quotes and order
 * stay as they were. What cannot be done that way is not done, with the reason.
 */

import { isAlias, isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Change } from "../../policypack/engine/rule";

/** Bytes to put in place of others, and the same for people: keys and the values that a rule sets, nothing else of the file. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Why a change is not made. */
export class NotEditable extends Error {
  override readonly name = "NotEditable";
}

/** The edit that sets the value at a path of one document; throws NotEditable. */
export function editOf(text: string, { path, value }: Change): Edit {
  const document = [text, withoutLongTexts(text)].map(parsed).find(({ errors }) => errors.length === 0);
  if (document === undefined) throw new NotEditable("the document is YAML that only Kubernetes' own parser takes");
  let node: unknown = document.contents;
  for (const key of path.slice(0, -1)) node = childOf(node, key);
  const last = path.at(-1);
  if (isMap(node) && typeof last === "string") return inMap(text, node, last, value);
  throw new NotEditable("the document is not built as it was understood");
}

function parsed(text: string) {
  return parseDocument(text, { uniqueKeys: false, strict: false, logLevel: "silent" });
}

const LONG_TEXT = /(?<=:[ \t]+)(?:'(?:[^']|'')*\n(?:[^']|'')*'|"(?:[^"\\]|\\[^])*\n(?:[^"\\]|\\[^])*")(?=[ \t]*(?:#.*)?\r?$)/gm;

/**
 * The text with quoted values of several lines made one line of the same length: Kubernetes' parser takes them though they are not indented
 * (network attachments of Multus are written so), and this one does not. No change is inside one.
 */
function withoutLongTexts(text: string): string {
  return text.replace(LONG_TEXT, (quoted) => `${quoted.charAt(0)}${"x".repeat(quoted.length - 2)}${quoted.charAt(0)}`);
}

function childOf(node: unknown, key: string | number): unknown {
  const child = typeof key === "number" ? (isSeq(node) ? node.items[key] : undefined) : isMap(node) ? pairOf(node, key)?.value : undefined;
  if (isAlias(child)) throw new NotEditable(`"${key}" is an alias, and what it stands for is used elsewhere too`);
  if (!isMap(child) && !isSeq(child)) throw new NotEditable("the document is not built as it was understood");
  if (child.anchor !== undefined) throw new NotEditable(`"${key}" is an anchor that is used elsewhere too`);
  return child;
}

/** The last one counts, as everywhere. */
function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return [...map.items].reverse().find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

function inMap(text: string, map: YAMLMap, key: string, value: Change["value"]): Edit {
  const pair = pairOf(map, key);
  if (pair === undefined) return map.flow === true ? afterFlowPair(map, key, value) : afterBlockPair(text, map, key, value);
  if (isScalar(pair.value) && pair.value.value !== null && !Array.isArray(value)) return scalar(text, key, pair.value, value as Scalarish);
  if (isSeq(pair.value) && Array.isArray(value)) return longer(text, key, pair.value, value as readonly string[]);
  throw new NotEditable(`"${key}" has a form that is not edited`);
}

type Scalarish = boolean | number | string;

function scalar(text: string, key: string, node: Scalar, value: Scalarish): Edit {
  if (node.anchor !== undefined || node.tag !== undefined) throw new NotEditable(`"${key}" has an anchor or a tag`);
  const [start, end] = rangeOf(node);
  const indent = indentOf(text, start);
  const before = text.slice(start, end);
  return { start, end, text: written(value), removed: [`${indent}${key}: ${before}`], added: [`${indent}${key}: ${written(value)}`] };
}

/** A list that keeps what it has. */
function longer(text: string, key: string, list: YAMLSeq, wanted: readonly string[]): Edit {
  const had = list.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
  if (list.anchor !== undefined || had.some((item, index) => item !== wanted[index]))
    throw new NotEditable(`"${key}" has a form that is not edited`);
  const more = wanted.slice(had.length).map(written);
  const [start, end] = rangeOf(list);
  const last = list.items.at(-1);
  if (list.flow === true) {
    const indent = indentOf(text, start);
    const added = [`${indent}${key}: [… ${more.join(", ")}]`];
    if (last === undefined) return { start, end, text: `[${more.join(", ")}]`, removed: [], added };
    const place = rangeOf(last as Scalar)[1];
    return { start: place, end: place, text: `, ${more.join(", ")}`, removed: [], added };
  }
  const dash = /^([ \t]*)- /.exec(lineOf(text, rangeOf(last as Scalar)[0]))?.[1];
  if (dash === undefined) throw new NotEditable(`"${key}" has a form that is not edited`);
  const lines = more.map((item) => `${dash}- ${item}`);
  return insertedAfter(text, rangeOf(last as Scalar)[1], lines, [`${dash.slice(2)}${key}:`, ...lines]);
}

function afterFlowPair(map: YAMLMap, key: string, value: Change["value"]): Edit {
  const place = endOf(map.items.at(-1));
  return { start: place, end: place, text: `, ${key}: ${written(value)}`, removed: [], added: [`${key}: ${written(value)}`] };
}

function afterBlockPair(text: string, map: YAMLMap, key: string, value: Change["value"]): Edit {
  const [first] = map.items;
  if (first === undefined || !isScalar(first.key)) throw new NotEditable("the document is not built as it was understood");
  const [start] = rangeOf(first.key);
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  const indent = " ".repeat(column);
  const lines = Array.isArray(value)
    ? [`${indent}${key}:`, ...value.map((item: string) => `${indent}  - ${written(item)}`)]
    : [`${indent}${key}: ${written(value)}`];
  return insertedAfter(text, endOf(map.items.at(-1)), lines, lines);
}

/** Lines after the one on which something ends, a comment behind it included. */
function insertedAfter(text: string, end: number, lines: readonly string[], added: readonly string[]): Edit {
  const content = text.slice(0, end).trimEnd().length;
  const newline = text.indexOf("\n", content);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const place = newline < 0 ? text.length : newline > 0 && text[newline - 1] === "\r" ? newline - 1 : newline;
  return { start: place, end: place, text: lines.map((line) => `${eol}${line}`).join(""), removed: [], added };
}

function endOf(pair: Pair | undefined): number {
  const node = (pair?.value ?? pair?.key) as Scalar | undefined;
  if (node?.range === undefined || node.range === null) throw new NotEditable("the document is not built as it was understood");
  return node.range[1];
}

function rangeOf(node: Scalar | YAMLSeq): readonly [number, number] {
  if (node.range === undefined || node.range === null) throw new NotEditable("the document is not built as it was understood");
  return [node.range[0], node.range[1]];
}

function lineOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end < 0 ? text.length : end);
}

function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(lineOf(text, offset))?.[0] ?? "";
}

/** Constants of rules: words, addresses and numbers that YAML takes as they are; an address with colons is quoted. */
function written(value: Change["value"]): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  return typeof value === "string" && !/^[A-Za-z0-9][\w./-]*$/.test(value) ? JSON.stringify(value) : String(value as Scalarish);
}
