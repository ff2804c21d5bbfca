/**
 * Kubernetes manifests: YAML and JSON text with one or many documents, `List`s and OpenShift `Template`s. Every object keeps
 * its file and line. What one document hides does not hide the others.
 */

import * as yaml from "js-yaml";
import { isClusterScoped, typeToken } from "../../policypack/model/kubernetes/objects";
import { KUBERNETES_YAML } from "../../policypack/model/kubernetes/yaml";
import { Resource, type Source } from "../../policypack/model/stack";
import { UnknownValue, type Value } from "../../policypack/model/value";
import { InputError } from "./input-error";
import { parseJson } from "./json-text";
import { YamlFields } from "./yaml-fields";

export interface Manifests {
  readonly resources: readonly Resource[];
  readonly warnings: readonly string[];
  readonly errors: readonly InputError[];
  /** Documents that are no Kubernetes objects. */
  readonly others: number;
}

/** Merge keys beside it. */
const MERGE = new yaml.Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" });
const SCHEMA = KUBERNETES_YAML.extend({ implicit: [MERGE] });

/** Values in one document, aliases counted as often as they are used: more is an attack, or no manifest. */
const VALUE_LIMIT = 2_000_000;

/** Nesting of values in one document; the API server's own limit is lower. */
const DEPTH_LIMIT = 200;

type Mapping = { readonly [key: string]: Value };

/** `sourceOf` says where an object comes from that stands at a line of the text: at that line of the file, unless the text was rendered. */
export function readManifests(text: string, file: string, sourceOf: SourceOf = (line) => ({ file, line })): Manifests {
  const reader = new ManifestReader(file, sourceOf);
  for (const document of documentsOf(text)) reader.document(document);
  return reader.result();
}

export type SourceOf = (line: number) => Source;

export interface YamlDocument {
  readonly text: string;
  /** Where it begins in the whole. */
  readonly start: number;
  /** Line of the first content, from 1. */
  readonly line: number;
}

const SEPARATOR = /^---(?=\s|$)|^\.\.\.(?=\s|$)/;

/** Cuts a stream at its `---` lines, which no indented text can hold. Comment-only documents are left out. */
export function* documentsOf(text: string): Iterable<YamlDocument> {
  const mark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const clean = text.slice(mark);
  let start = 0;
  let content = 0;
  let line = 0;
  let position = 0;
  while (position <= clean.length) {
    const newline = clean.indexOf("\n", position);
    const end = newline < 0 ? clean.length : newline;
    line += 1;
    const first = clean.charCodeAt(position);
    // Only "-" and "." can begin a separator: the others are not looked at twice.
    if ((first === 45 || first === 46) && SEPARATOR.test(clean.slice(position, Math.min(end, position + 4)))) {
      if (content > 0) yield { text: clean.slice(start, position), start: start + mark, line: content };
      // What follows "--- " on the same line is content.
      const rest = first === 45 ? clean.slice(position + 3, end).trim() : "";
      start = rest === "" || rest.startsWith("#") ? end + 1 : position + 3;
      content = start === end + 1 ? 0 : line;
    } else if (content === 0 && !isBlank(clean, position, end)) {
      content = line;
    }
    if (newline < 0) break;
    position = end + 1;
  }
  if (content > 0) yield { text: clean.slice(start), start: start + mark, line: content };
}

/** Nothing but blanks, a comment, or a YAML directive. */
function isBlank(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 32 || code === 9 || code === 13) continue;
    return code === 35 || (code === 37 && index === from);
  }
  return true;
}

class ManifestReader {
  private readonly resources: Resource[] = [];
  private readonly warnings: string[] = [];
  private readonly errors: InputError[] = [];
  private others = 0;
  private readonly fields = new YamlFields<Value>(
    (text) => load(text),
    (value) => sizeOf(value, 1),
  );

  constructor(
    private readonly file: string,
    private readonly sourceOf: SourceOf,
  ) {}

  document({ text, line }: YamlDocument): void {
    let value: unknown;
    try {
      value = this.parse(text, line);
    } catch (error) {
      this.errors.push(parseError(error, this.file, line));
      return;
    }
    if (value === undefined || value === null) return;
    this.object(value as Value, text, line);
  }

  private parse(text: string, line: number): unknown {
    const inFields = this.fields.document(text);
    if (inFields !== undefined && inFields.size <= VALUE_LIMIT) return inFields.value;
    let value: unknown;
    try {
      value = load(text);
    } catch (error) {
      const reason = error instanceof yaml.YAMLException ? error.reason : "";
      if (reason === "duplicated mapping key") {
        this.warnings.push(`${this.file}:${line + markLine(error)}: a key occurs twice in one map; the last one counts`);
        value = load(text, true);
      } else if (text.includes("\t")) {
        // Tabs between tokens: the Go parser of kubectl takes them.
        value = load(text.replace(/\t/g, "  "), true);
      } else {
        // Of a JSON file the JSON parser tells the place.
        if (/\.json$/i.test(this.file)) parseJson(text, this.file, line);
        throw error;
      }
    }
    if (sizeOf(value) > VALUE_LIMIT) throw new InputError(UNBOUNDED, { file: this.file, line });
    return value;
  }

  private object(value: Value, text: string, line: number): void {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      if (Array.isArray(value)) (value as readonly Value[]).forEach((item) => this.object(item, "", line));
      else this.others += 1;
      return;
    }
    const body = value as Mapping;
    const kind = body["kind"];
    const apiVersion = body["apiVersion"];
    if (typeof kind !== "string" || typeof apiVersion !== "string" || kind === "" || apiVersion === "") {
      this.others += 1;
      return;
    }
    const key = kind === "Template" ? "objects" : "items";
    const items = body[key];
    if (kind === "Template" && Array.isArray(items)) this.list(template(body), text, line, key);
    else if (kind.endsWith("List") && Array.isArray(items))
      this.list(
        items.map((item) => typed(item as Value, apiVersion, kind)),
        text,
        line,
        key,
      );
    else if ((kind === "List" || apiVersion.startsWith("template.openshift.io/")) && items !== undefined && items !== null)
      this.errors.push(new InputError(`"${key}" of this ${kind} is not a list`, { file: this.file, line }));
    else this.resources.push(this.resource(apiVersion, kind, body, this.sourceOf(line)));
  }

  private list(items: readonly Value[], text: string, line: number, key: string): void {
    const lines = itemLines(text, key, line);
    items.forEach((item, index) => this.object(item, "", lines[index] ?? line));
  }

  private resource(apiVersion: string, kind: string, body: Mapping, source: Source): Resource {
    const type = typeToken(apiVersion, kind);
    const metadata = (body["metadata"] ?? {}) as Mapping;
    const text = (key: string): string =>
      typeof metadata?.[key] === "string" || typeof metadata?.[key] === "number" ? String(metadata[key]) : "";
    const base = text("name") || text("generateName") || `unnamed-${kind.toLowerCase()}`;
    const name = text("namespace") === "" || isClusterScoped(kind) ? base : `${text("namespace")}/${base}`;
    return new Resource({ urn: `urn:pulumi:manifests::manifests::${type}::${name}`, type, name, properties: body, source });
  }

  result(): Manifests {
    return { resources: this.resources, warnings: this.warnings, errors: this.errors, others: this.others };
  }
}

function load(text: string, lastWins = false): unknown {
  const trimmed = text.trimStart();
  if (trimmed.startsWith("{") || trimmed.startsWith("[")) {
    try {
      return JSON.parse(text);
    } catch {
      // Flow-style YAML, or JSON that is broken: the YAML parser says where.
    }
  }
  return yaml.load(text.replace(/^%.*$/gm, ""), { schema: SCHEMA, json: lastWins });
}

function markLine(error: unknown): number {
  return error instanceof yaml.YAMLException ? ((error.mark as { line?: number } | undefined)?.line ?? 0) : 0;
}

function parseError(error: unknown, file: string, line: number): InputError {
  if (error instanceof InputError) return error;
  if (error instanceof RangeError || (error instanceof yaml.YAMLException && error.reason.startsWith("nesting exceeded")))
    return new InputError("this document is nested too deeply to be read", { file, line: line + markLine(error) });
  if (error instanceof yaml.YAMLException)
    return new InputError(`this is not YAML: ${error.reason}`, { file, line: line + markLine(error) });
  return new InputError(`this document cannot be read (${error instanceof Error ? error.message : "unknown fault"})`, { file, line });
}

const UNBOUNDED = "this document is nested too deeply, or its aliases unfold into more than can be read";

/** How many values a value holds, aliases counted as often as they are used; more than the limit where it is nested beyond reason, or into itself. */
function sizeOf(value: unknown, depth = 0): number {
  let size = 0;
  const visit = (item: unknown, level: number): void => {
    size += 1;
    if (level > DEPTH_LIMIT) size = Infinity;
    if (size > VALUE_LIMIT || item === null || typeof item !== "object") return;
    for (const child of Object.values(item)) visit(child, level + 1);
  };
  visit(value, depth);
  return size;
}

/** Items of a typed list (PodList) need not say what they are: the API server leaves it out. */
function typed(item: Value, apiVersion: string, list: string): Value {
  if (list === "List" || item === null || typeof item !== "object" || Array.isArray(item) || "kind" in item) return item;
  return { apiVersion, kind: list.slice(0, -"List".length), ...(item as Mapping) };
}

/** The line of each item of a top-level list, by the indentation of its first dash. */
function itemLines(text: string, key: string, firstLine: number): number[] {
  const all = text.split("\n");
  const offset = all.findIndex((line) => !isBlank(line, 0, line.length));
  const start = all.findIndex((line) => line.startsWith(`${key}:`));
  if (start < 0) return [];
  const indent = /^( *)- /.exec(all.slice(start + 1).find((line) => /^ *- /.test(line)) ?? "")?.[1];
  if (indent === undefined) return [];
  const lines: number[] = [];
  for (let index = start + 1; index < all.length; index += 1) {
    const line = all[index] ?? "";
    if (line.startsWith(`${indent}- `)) lines.push(firstLine + index - Math.max(offset, 0));
    else if (/^\S/.test(line) && !line.startsWith("#")) break;
  }
  return lines;
}

/** The objects of an OpenShift Template with its parameters filled in; one without a value stays unknown. */
function template(body: Mapping): Value[] {
  const parameters = new Map<string, string | undefined>();
  for (const item of Array.isArray(body["parameters"]) ? (body["parameters"] as readonly Mapping[]) : []) {
    const name = item?.["name"];
    const value = item?.["value"];
    if (typeof name === "string") parameters.set(name, value === undefined || value === null ? undefined : String(value as string));
  }
  return (body["objects"] as readonly Value[]).map((item) => fillIn(item, parameters));
}

const PARAMETER = /\$\{\{([A-Za-z0-9_]+)\}\}|\$\{([A-Za-z0-9_]+)\}/g;

function fillIn(value: Value, parameters: ReadonlyMap<string, string | undefined>): Value {
  if (typeof value === "string") return fillInText(value, parameters);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => fillIn(item, parameters));
  if (value !== null && typeof value === "object" && !(value instanceof UnknownValue)) {
    return Object.fromEntries(Object.entries(value as Mapping).map(([key, item]) => [key, fillIn(item, parameters)]));
  }
  return value;
}

function fillInText(text: string, parameters: ReadonlyMap<string, string | undefined>): Value {
  let open = false;
  const filled = text.replace(PARAMETER, (whole, raw: string | undefined, plain: string | undefined) => {
    const name = raw ?? plain ?? "";
    if (!parameters.has(name)) return whole;
    const value = parameters.get(name);
    open ||= value === undefined;
    return value ?? "";
  });
  if (open) return new UnknownValue();
  // `${{NAME}}` alone keeps the type of its value.
  return /^\$\{\{[A-Za-z0-9_]+\}\}$/.test(text) ? ((load(filled) ?? "") as Value) : filled;
}
