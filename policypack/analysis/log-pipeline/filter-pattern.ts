/**
 * CloudWatch Logs filter patterns, asked whether they match a record. Source: CloudWatch Logs User Guide, "Filter pattern syntax": the empty
 * pattern matches all; terms must all be there, those with `?` one of them, those with `-` none; `{ … }` compares fields of JSON.
 */

export type JsonRecord = { readonly [key: string]: unknown };

/** Whether a pattern matches a JSON record; `undefined` for a pattern that cannot be read. */
export function matchesPattern(pattern: string, record: JsonRecord): boolean | undefined {
  const text = pattern.trim();
  if (text === "") return true;
  if (text.startsWith("{")) return text.endsWith("}") ? new JsonPattern(text.slice(1, -1)).matches(record) : undefined;
  // Patterns in brackets are for records with columns: JSON has one.
  if (text.startsWith("[")) return undefined;
  return matchesTerms(text, JSON.stringify(record));
}

function matchesTerms(text: string, line: string): boolean {
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, mark = "", quoted, plain]) => ({
    mark,
    word: quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "",
  }));
  const optional = terms.filter(({ mark }) => mark === "?");
  return (
    terms.every(({ mark, word }) => mark === "?" || line.includes(word) === (mark !== "-")) &&
    (optional.length === 0 || optional.some(({ word }) => line.includes(word)))
  );
}

const TOKEN = /\s*(\(|\)|&&|\|\||!=|>=|<=|=|>|<|%[^%]*%|"(?:[^"\\]|\\.)*"|[^\s()&|=<>!]+)/y;

/** Recursive descent: `||` binds weaker than `&&`. */
class JsonPattern {
  private readonly tokens: string[] = [];
  private place = 0;
  private readonly readable: boolean;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      this.tokens.push(match[1] ?? "");
      end = TOKEN.lastIndex;
    }
    this.readable = text.slice(end).trim() === "";
  }

  matches(record: JsonRecord): boolean | undefined {
    if (!this.readable || this.tokens.length === 0) return undefined;
    try {
      const answer = this.either(record);
      return this.place === this.tokens.length ? answer : undefined;
    } catch {
      return undefined;
    }
  }

  private either(record: JsonRecord): boolean {
    let answer = this.both(record);
    while (this.accept("||")) answer = this.both(record) || answer;
    return answer;
  }

  private both(record: JsonRecord): boolean {
    let answer = this.single(record);
    while (this.accept("&&")) answer = this.single(record) && answer;
    return answer;
  }

  private single(record: JsonRecord): boolean {
    if (this.accept("(")) {
      const answer = this.either(record);
      if (!this.accept(")")) throw new Error("a parenthesis is open");
      return answer;
    }
    const value = valueAt(record, this.next());
    const operator = this.next().toUpperCase();
    if (operator === "IS") return this.isWord(value, this.next().toUpperCase());
    if (operator === "NOT" && this.next().toUpperCase() === "EXISTS") return value === undefined;
    return compare(operator, value, this.next());
  }

  private isWord(value: unknown, word: string): boolean {
    if (word === "NULL") return value === null;
    if (word === "TRUE") return value === true;
    if (word === "FALSE") return value === false;
    throw new Error("no such word");
  }

  private accept(token: string): boolean {
    if (this.tokens[this.place] !== token) return false;
    this.place += 1;
    return true;
  }

  private next(): string {
    const token = this.tokens[this.place];
    if (token === undefined) throw new Error("the pattern ends early");
    this.place += 1;
    return token;
  }
}

/** `$.a.b[0]`, and `$.a["b"]`; `[*]` takes any item. */
function valueAt(record: JsonRecord, selector: string): unknown {
  if (!selector.startsWith("$")) throw new Error("a selector begins with $");
  const keys = [...selector.slice(1).matchAll(/\.([^.[\]]+)|\[\s*(?:"([^"]*)"|'([^']*)'|(\d+|\*))\s*\]/g)];
  return keys.reduce<unknown>((value, [, name, double, single, index]) => {
    if (value === null || typeof value !== "object") return undefined;
    if (index === "*") return Array.isArray(value) ? value[0] : undefined;
    return (value as JsonRecord)[name ?? double ?? single ?? index ?? ""];
  }, record);
}

function compare(operator: string, value: unknown, wanted: string): boolean {
  if (operator === "=" || operator === "!=") return equals(value, wanted) === (operator === "=");
  const [a, b] = [Number(value), Number(wanted)];
  if (typeof value !== "number" || Number.isNaN(b)) return false;
  if (operator === ">") return a > b;
  if (operator === "<") return a < b;
  if (operator === ">=") return a >= b;
  if (operator === "<=") return a <= b;
  throw new Error("no such operator");
}

function equals(value: unknown, wanted: string): boolean {
  if (value === undefined || value === null) return false;
  const text = String(value as string | number | boolean);
  if (/^%.*%$/s.test(wanted)) return new RegExp(wanted.slice(1, -1)).test(text);
  const pattern = wanted.startsWith('"') ? wanted.slice(1, -1).replace(/\\(.)/g, "$1") : wanted;
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`, "s").test(text);
}
