/**
 * IAM's patterns as languages: `*` any text, `?` one character (IAM User Guide, "Wildcards"). Questions are asked of the languages, not of
 * the texts: whether one holds another, and whether some text lies in several and outside others.
 *
 * In ARN operators of conditions a wildcard stays within its colon-delimited part (ArnLike).
 */

/** A character code, or one of the wildcards below. */
type Element = number;
const ANY = -1;
const STAR = -2;
/** Wildcards that match no colon. */
const ANY_IN_PART = -3;
const STAR_IN_PART = -4;
/** Stands for every character that no pattern names. */
const OTHER = 0x10ffff;
const COLON = 58;

export interface Glob {
  readonly text: string;
  readonly elements: readonly Element[];
  /** No wildcard: exactly one text. */
  readonly literal: string | undefined;
  /** Matches every text. */
  readonly everything: boolean;
  /** A part of it is not known (a policy variable): it matches at most this, maybe less. */
  readonly uncertain: boolean;
  /** Capitals and small letters are one. */
  readonly fold: boolean;
}

export interface GlobOptions {
  readonly fold?: boolean;
  /** Wildcards stay within a colon-delimited part of an ARN. */
  readonly byPart?: boolean;
  /** Policy variables (`${aws:username}`) are unknown text; else they are letters like others. */
  readonly variables?: boolean;
  /** Wildcards are letters like others (StringEquals). */
  readonly plain?: boolean;
}

/** Colon-delimited parts of an ARN before its resource, which alone may hold more colons. */
const ARN_PARTS = 5;

export function glob(text: string, options: GlobOptions = {}): Glob {
  const elements: Element[] = [];
  let colons = 0;
  let uncertain = false;
  const source = options.fold === true ? text.toLowerCase() : text;
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] as string;
    if (options.variables === true && char === "$" && source[index + 1] === "{") {
      const end = source.indexOf("}", index);
      if (end > 0) {
        const variable = source.slice(index + 2, end);
        // ${*}, ${?} and ${$} are the characters themselves.
        if (variable === "*" || variable === "?" || variable === "$") elements.push(variable.charCodeAt(0));
        else {
          uncertain = true;
          if (elements.at(-1) !== STAR) elements.push(STAR);
        }
        index = end;
        continue;
      }
    }
    const inPart = options.byPart === true && colons < ARN_PARTS;
    if (char === "*" && options.plain !== true) {
      const star = inPart ? STAR_IN_PART : STAR;
      if (elements.at(-1) !== star) elements.push(star);
    } else if (char === "?" && options.plain !== true) elements.push(inPart ? ANY_IN_PART : ANY);
    else {
      if (char === ":") colons += 1;
      elements.push(char.charCodeAt(0));
    }
  }
  const literal = elements.every((element) => element >= 0) ? String.fromCharCode(...elements) : undefined;
  // `*` alone is every ARN, part by part or not.
  const everything = elements.length === 1 && (elements[0] === STAR || elements[0] === STAR_IN_PART);
  return { text, elements: everything ? [STAR] : elements, literal, everything, uncertain, fold: options.fold === true };
}

function fits(element: Element, code: number): boolean {
  if (element >= 0) return element === code;
  return element === ANY || element === STAR || code !== COLON;
}

export function matches(pattern: Glob, value: string): boolean {
  if (pattern.everything) return true;
  const text = pattern.fold ? value.toLowerCase() : value;
  if (pattern.literal !== undefined) return pattern.literal === text;
  const { elements } = pattern;
  if (elements.some((element) => element === STAR_IN_PART || element === ANY_IN_PART)) return simulate(pattern, text);
  let at = 0;
  let element = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    const here = elements[element];
    if (here === STAR) {
      [star, mark] = [element, at];
      element += 1;
    } else if (here !== undefined && fits(here, text.charCodeAt(at))) {
      element += 1;
      at += 1;
    } else if (star >= 0) {
      mark += 1;
      at = mark;
      element = star + 1;
    } else return false;
  }
  while (elements[element] === STAR) element += 1;
  return element === elements.length;
}

/** Wildcards that stop at a colon need every place that a match may stand at. */
function simulate(pattern: Glob, text: string): boolean {
  let places = closure(pattern, [0]);
  for (let at = 0; at < text.length && places.length > 0; at += 1) places = step(pattern, places, text.charCodeAt(at));
  return places.at(-1) === pattern.elements.length;
}

/** States that a search may visit; beyond, the answer is not known. */
const SEARCH_LIMIT = 20_000;

export type Search = { readonly found: "yes"; readonly example: string } | { readonly found: "no" } | { readonly found: "unknown" };

const NONE: Search = { found: "no" };

/** Whether a text lies in all of `inside` and in none of `outside`; an example of it. */
export function search(inside: readonly Glob[], outside: readonly Glob[] = []): Search {
  if (outside.some((pattern) => pattern.everything)) return NONE;
  const narrow = inside.filter((pattern) => !pattern.everything);
  for (const { literal, fold } of narrow) {
    if (literal === undefined || fold) continue;
    const good = narrow.every((pattern) => matches(pattern, literal)) && !outside.some((pattern) => matches(pattern, literal));
    return good ? { found: "yes", example: literal } : NONE;
  }
  const [only] = narrow;
  if (outside.length === 0 && narrow.length <= 1) return { found: "yes", example: only === undefined ? "*" : spelled(only, "") };
  if (narrow.some((pattern, index) => narrow.some((other, place) => place > index && !overlap(pattern, other)))) return NONE;
  const exceptions = outside.filter((pattern) => narrow.every((other) => overlap(pattern, other)));
  return guess(narrow, exceptions) ?? remembered(narrow, exceptions);
}

/** The same few patterns are asked about again and again. */
const answers = new Map<string, Search>();
const REMEMBERED = 20_000;

function remembered(narrow: readonly Glob[], outside: readonly Glob[]): Search {
  const key = [...narrow.map(identify), "", ...outside.map(identify)].join("\n");
  const known = answers.get(key);
  if (known !== undefined) return known;
  const found = breadthFirst(narrow, outside);
  if (answers.size >= REMEMBERED) answers.clear();
  answers.set(key, found);
  return found;
}

/** What a pattern matches, as a key. */
function identify({ elements, fold }: Glob): string {
  return `${fold ? "f" : ""}${elements.join(",")}`;
}

/** Most questions are about a few exceptions from a wide language: a guess answers them. */
function guess(narrow: readonly Glob[], outside: readonly Glob[]): Search | undefined {
  for (const pattern of narrow.length === 0 ? [glob("*")] : narrow) {
    for (const filling of ["", "x", "xq7"]) {
      const example = spelled(pattern, filling);
      if (narrow.every((other) => matches(other, example)) && !outside.some((other) => matches(other, example)))
        return { found: "yes", example };
    }
  }
  return undefined;
}

/** Whether two patterns have a text in common, place against place: the two together need no alphabet. */
function overlap(a: Glob, b: Glob): boolean {
  // Folded letters would need both cases at once.
  if (a.fold !== b.fold) return true;
  const [n, m] = [a.elements.length, b.elements.length];
  if (!mayBegin(a, b)) return false;
  // open[j]: the first i elements of one and the first j of the other have a text in common.
  let open = new Uint8Array(m + 1);
  open[0] = 1;
  for (let j = 1; j <= m && isStar(b.elements[j - 1] as Element); j += 1) open[j] = 1;
  for (let i = 1; i <= n; i += 1) {
    const mine = a.elements[i - 1] as Element;
    const next = new Uint8Array(m + 1);
    next[0] = isStar(mine) && open[0] === 1 ? 1 : 0;
    for (let j = 1; j <= m; j += 1) {
      const theirs = b.elements[j - 1] as Element;
      const alike = meets(mine, theirs);
      const found =
        (isStar(mine) && (open[j] === 1 || (alike && next[j - 1] === 1))) ||
        (isStar(theirs) && (next[j - 1] === 1 || (alike && open[j] === 1))) ||
        (!isStar(mine) && !isStar(theirs) && alike && open[j - 1] === 1);
      next[j] = found ? 1 : 0;
    }
    open = next;
  }
  return open[m] === 1;
}

function isStar(element: Element): boolean {
  return element === STAR || element === STAR_IN_PART;
}

function meets(a: Element, b: Element): boolean {
  if (a >= 0) return b >= 0 ? a === b : fits(b, a);
  return b >= 0 ? fits(a, b) : true;
}

/** The letters before the first wildcard already tell most patterns apart. */
function mayBegin(a: Glob, b: Glob): boolean {
  for (let at = 0; at < a.elements.length && at < b.elements.length; at += 1) {
    const [mine, theirs] = [a.elements[at] as Element, b.elements[at] as Element];
    if (mine < 0 || theirs < 0) return true;
    if (mine !== theirs) return false;
  }
  return true;
}

/** A text of a pattern, with something in the place of each wildcard. */
function spelled(pattern: Glob, filling: string): string {
  return pattern.elements
    .map((element) => (element >= 0 ? String.fromCharCode(element) : element === ANY || element === ANY_IN_PART ? "x" : filling))
    .join("");
}

/** Whether every text of `inner` is one of `outer`. `unknown` where the search would take too long. */
export function includes(outer: Glob, inner: Glob): "yes" | "no" | "unknown" {
  if (outer.everything || (outer.text === inner.text && outer.fold === inner.fold && !outer.uncertain)) return "yes";
  const { found } = search([inner], [outer]);
  return found === "unknown" ? "unknown" : found === "yes" ? "no" : "yes";
}

interface State {
  /** Places in each pattern at which a match may stand, the patterns of `inside` first. */
  readonly places: readonly (readonly number[])[];
  readonly code: number;
  readonly before: State | undefined;
}

function breadthFirst(inside: readonly Glob[], outside: readonly Glob[]): Search {
  const patterns = [...inside, ...outside];
  const letters = alphabet(patterns);
  const first: State = { places: patterns.map((pattern) => closure(pattern, [0])), code: -1, before: undefined };
  const accepted = ({ places }: State): boolean =>
    patterns.every((pattern, index) => (places[index]?.at(-1) === pattern.elements.length) === index < inside.length);
  const seen = new Set([first.places.join("|")]);
  const queue = [first];
  for (let index = 0; index < queue.length; index += 1) {
    const state = queue[index] as State;
    if (accepted(state)) return { found: "yes", example: spell(state) };
    if (queue.length > SEARCH_LIMIT) return { found: "unknown" };
    for (const code of letters) {
      const places = patterns.map((pattern, place) => step(pattern, state.places[place] ?? [], code));
      if (inside.some((_, place) => places[place]?.length === 0)) continue;
      const key = places.join("|");
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ places, code, before: state });
    }
  }
  return NONE;
}

function alphabet(patterns: readonly Glob[]): readonly number[] {
  const letters = new Set<number>([COLON]);
  for (const { elements, fold } of patterns) {
    for (const element of elements) {
      if (element < 0) continue;
      letters.add(element);
      if (fold) letters.add(String.fromCharCode(element).toUpperCase().charCodeAt(0));
    }
  }
  return [...letters, OTHER].sort((a, b) => b - a);
}

/** Places after one more character. */
function step(pattern: Glob, places: readonly number[], code: number): readonly number[] {
  const folded = pattern.fold && code !== OTHER ? String.fromCharCode(code).toLowerCase().charCodeAt(0) : code;
  const next: number[] = [];
  for (const place of places) {
    const element = pattern.elements[place];
    if (element === undefined || !fits(element, folded)) continue;
    next.push(element === STAR || element === STAR_IN_PART ? place : place + 1);
  }
  return closure(pattern, next);
}

/** A star may also match nothing. */
function closure(pattern: Glob, places: readonly number[]): readonly number[] {
  const all = new Set(places);
  for (const place of all) {
    const element = pattern.elements[place];
    if (element === STAR || element === STAR_IN_PART) all.add(place + 1);
  }
  return [...all].sort((a, b) => a - b);
}

function spell(state: State): string {
  const codes: number[] = [];
  for (let at: State | undefined = state; at?.before !== undefined; at = at.before) codes.push(at.code === OTHER ? 120 : at.code);
  return String.fromCharCode(...codes.reverse());
}
