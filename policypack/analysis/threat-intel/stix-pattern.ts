/** The comparisons of a STIX pattern (OASIS STIX 2.1 §9), without how they are combined. */

export interface Comparison {
  /** Object path: `ipv4-addr:value`, `file:hashes.SHA-256`; quotes around parts are taken off. */
  readonly path: string;
  readonly operator: "=" | "!=" | "<" | "<=" | ">" | ">=" | "IN" | "LIKE" | "MATCHES" | "ISSUBSET" | "ISSUPERSET" | "EXISTS";
  readonly negated: boolean;
  readonly values: readonly string[];
}

const TOKEN =
  /\s+|(?<string>[tbh]?'(?:[^'\\]|\\.)*')|(?<path>[a-z0-9-]+:[A-Za-z0-9_-]+(?:\.(?:[A-Za-z0-9_-]+|'(?:[^'\\]|\\.)*')|\[(?:\d+|\*)\])*)|(?<operator>!=|<=|>=|=|<|>)|(?<word>[A-Za-z]+)|(?<number>-?\d+(?:\.\d+)?)|(?<mark>[[\](),])/y;

interface Token {
  readonly kind: "string" | "path" | "operator" | "word" | "number" | "mark";
  readonly text: string;
}

/** The comparisons in their order; `undefined` for a text that is no pattern. A NOT before a parenthesis negates all that is in it. */
export function comparisonsOf(pattern: string): readonly Comparison[] | undefined {
  const tokens = tokenise(pattern);
  if (tokens === undefined || !tokens.some((token) => token.text === "[")) return undefined;
  const found: Comparison[] = [];
  const negations: boolean[] = [];
  let negated = false;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    if (token.text === "(" || token.text === "[") {
      negations.push(negated);
      negated = false;
    } else if (token.text === ")" || token.text === "]") {
      if (negations.pop() === undefined) return undefined;
    } else if (token.text === "NOT") negated = true;
    else if (token.kind === "path") {
      const read = comparison(tokens, index, negated !== negations.includes(true));
      if (read === undefined) return undefined;
      found.push(read.comparison);
      index = read.last;
      negated = false;
    }
  }
  return negations.length === 0 ? found : undefined;
}

const WORDS = new Set(["IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"]);

function comparison(tokens: readonly Token[], at: number, negated: boolean): { comparison: Comparison; last: number } | undefined {
  const path = (tokens[at] as Token).text.replace(/'/g, "");
  let index = at + 1;
  let not = negated;
  if (tokens[index]?.text === "NOT") {
    not = !not;
    index += 1;
  }
  const operator = tokens[index];
  if (operator === undefined || !(operator.kind === "operator" || WORDS.has(operator.text))) return undefined;
  const values: string[] = [];
  index += 1;
  if (tokens[index]?.text === "(") {
    for (index += 1; tokens[index] !== undefined && tokens[index]?.text !== ")"; index += 1) {
      const token = tokens[index] as Token;
      if (token.text !== ",") values.push(literal(token));
    }
    if (tokens[index] === undefined) return undefined;
  } else if (tokens[index] === undefined) return undefined;
  else values.push(literal(tokens[index] as Token));
  return { comparison: { path, operator: operator.text as Comparison["operator"], negated: not, values }, last: index };
}

function literal(token: Token): string {
  if (token.kind !== "string") return token.text;
  const open = token.text.indexOf("'");
  return token.text.slice(open + 1, -1).replace(/\\(.)/g, "$1");
}

function tokenise(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < pattern.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(pattern);
    if (match === null) return undefined;
    const group = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined);
    if (group !== undefined) tokens.push({ kind: group[0] as Token["kind"], text: group[1] as string });
  }
  return tokens;
}
