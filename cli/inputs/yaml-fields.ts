/**
 * Reads the YAML of manifests field by field. A carrier's sites are the same chart many times over, in other namespaces: a field whose text
 * was read before is not read again, and all its objects share one value. What a document says is the same as read in one piece: a document
 * whose fields cannot stand alone (anchors across fields, text that goes on at the margin) is left to the parser as a whole.
 */

/** A top-level key as manifests have it: plain, at the margin. */
const FIELD = /^([A-Za-z][A-Za-z0-9_.-]*):(?=\s|$)/;

interface Field<T> {
  readonly name: string;
  readonly value: T;
  /** Values in it, aliases counted as often as they are used. */
  readonly size: number;
}

/** A field with one word that no reader takes for anything but text. */
const WORD = /^([A-Za-z][A-Za-z0-9_.-]*): ([a-z][a-z0-9/.-]*[a-z0-9])\n$/;
const NO_TEXT = new Set(["true", "false", "null", "yes", "no", "on", "off"]);

/** The one field that is different for every object, while most of what is in it is not. */
const MIXED = /^metadata:\n(?= +[A-Za-z])/;

export class YamlFields<T> {
  private readonly known = new Map<string, Field<T>>();

  /** `parse` reads one field's text as a map of that field; `measure` counts its values, or throws where they are too many or too deep. */
  constructor(
    private readonly parse: (text: string) => unknown,
    private readonly measure: (value: T) => number,
  ) {}

  /** The document as one object, or `undefined` where it has to be read in one piece. */
  document(text: string): { readonly value: { readonly [name: string]: T }; readonly size: number } | undefined {
    const value: { [name: string]: T } = {};
    let size = 0;
    for (const part of fieldTexts(text)) {
      const field = part === undefined ? undefined : this.field(part);
      if (field === undefined || Object.hasOwn(value, field.name)) return undefined;
      value[field.name] = field.value;
      size += field.size;
    }
    return { value, size };
  }

  private field(text: string): Field<T> | undefined {
    let field = this.known.get(text);
    if (field === undefined) {
      field = word(text) ?? this.mixed(text) ?? this.read(text);
      if (field !== undefined) this.known.set(text, field);
    }
    return field;
  }

  /** Metadata: its own fields stand at one margin of their own, as those of the document do at theirs. */
  private mixed(text: string): Field<T> | undefined {
    const start = MIXED.exec(text)?.[0].length;
    if (start === undefined) return undefined;
    const margin = /^ */.exec(text.slice(start))?.[0] ?? "";
    const lines = text.slice(start).split("\n");
    if (!lines.every((line) => line === "" || line.startsWith(margin))) return undefined;
    const inner = this.document(lines.map((line) => line.slice(margin.length)).join("\n"));
    return inner === undefined ? undefined : { name: "metadata", value: inner.value as T, size: inner.size + 1 };
  }

  private read(text: string): Field<T> | undefined {
    const name = FIELD.exec(text)?.[1];
    if (name === undefined) return undefined;
    let map: unknown;
    try {
      map = this.parse(text);
    } catch {
      // The whole document tells what is wrong, and where.
      return undefined;
    }
    if (map === null || typeof map !== "object" || !Object.hasOwn(map, name) || Object.keys(map).length !== 1) return undefined;
    const value = (map as { readonly [name: string]: T })[name] as T;
    return { name, value, size: this.measure(value) };
  }
}

function word<T>(text: string): Field<T> | undefined {
  const match = text.length < 200 ? WORD.exec(text) : null;
  const [, name, value] = match ?? [];
  return name === undefined || value === undefined || NO_TEXT.has(value) ? undefined : { name, value: value as T, size: 1 };
}

/** The texts of a document's fields, each from its key to the next; `undefined` for what belongs to none. */
function* fieldTexts(text: string): Iterable<string | undefined> {
  let start = -1;
  let position = 0;
  while (position < text.length) {
    const newline = text.indexOf("\n", position);
    const end = newline < 0 ? text.length : newline;
    if (isLetter(text.charCodeAt(position))) {
      if (start >= 0) yield text.slice(start, position);
      start = position;
    } else if (start < 0 ? !isLeading(text, position, end) : !continues(text.charCodeAt(position), position, end)) {
      yield undefined;
      return;
    }
    position = end + 1;
  }
  yield start < 0 ? undefined : text.slice(start);
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Before the first field: nothing but blank lines and comments. */
function isLeading(text: string, from: number, to: number): boolean {
  const line = text.slice(from, to).trim();
  return line === "" || line.startsWith("#");
}

/** What may stand at the margin within a field: indented text, a blank line, a comment, an item of its list. */
function continues(code: number, from: number, to: number): boolean {
  return from === to || code === 32 || code === 35 || code === 45 || code === 13;
}
