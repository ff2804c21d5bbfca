/**
 * Property values and the tri-state cursor over them.
 *
 * A property is *known*, *unknown* (it will be known after the deployment, or its text cannot be read as what it should be)
 * or *absent* (nobody set it). `Node` is the only way to a property: rules and analyses never touch raw values, so an
 * unknown can neither throw nor be mistaken for "not set". Secrets keep their mark through every read.
 */

/** A value that is not known yet; `from` names the resources it will come from, where that is known. */
export class UnknownValue {
  constructor(readonly from: readonly string[] = []) {}
}

/** A value that must never be printed. */
export class SecretValue {
  constructor(readonly value: Value) {}
}

export type Value = null | boolean | number | string | UnknownValue | SecretValue | readonly Value[] | { readonly [key: string]: Value };

export type Read<T> =
  { readonly state: "known"; readonly value: T } | { readonly state: "unknown"; readonly reason: string } | { readonly state: "absent" };

const ABSENT: Read<never> = { state: "absent" };
const NOT_YET: Read<never> = { state: "unknown", reason: "not known before deployment" };

export function known<T>(value: T): Read<T> {
  return { state: "known", value };
}

function unknown(reason: string): Read<never> {
  return { state: "unknown", reason };
}

/** The value where it is known, else `otherwise`. */
export function valueOr<T, U>(read: Read<T>, otherwise: U): T | U {
  return read.state === "known" ? read.value : otherwise;
}

export type Key = string | number;

const IDENTIFIER = /^[A-Za-z_$][\w$-]*$/;

const TRUE = /^(true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/;
const FALSE = /^(false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/;

/** Longest text of a value that a finding quotes; the rest is cut with an ellipsis. */
const QUOTE_LIMIT = 160;

const NO_ITEMS: readonly Node[] = [];
const NO_FIELDS: readonly (readonly [string, Node])[] = [];

/** What a node that is asked again and again has answered: a root, and what several resources share. */
interface Kept {
  /** What stands right below may stand below other resources, too: at a root, and in its metadata. */
  readonly sharesChildren: boolean;
  readonly children: Map<Key, Node>;
  items?: readonly Node[];
  fields?: readonly (readonly [string, Node])[];
}

export class Node {
  private constructor(
    private readonly raw: Value | undefined,
    private readonly parent: Node | undefined,
    private readonly key: Key | undefined,
    /** Whether this value, or one that holds it, is marked secret. */
    readonly secret: boolean,
    /** Where a root stands: "" for a resource's own properties. */
    private readonly base = "",
  ) {}

  private kept: Kept | undefined = undefined;

  /** The root of a resource's properties. Properties of several resources that are the very same value, under the same key, are one node. */
  static root(value: Value | undefined): Node {
    const root = Node.make(value, undefined, undefined, false);
    root.kept = { sharesChildren: true, children: new Map() };
    return root;
  }

  /** The root of what was read out of a text property (a configuration file in a ConfigMap), which stands below that property. */
  static parsed(value: Value | undefined, text: Node): Node {
    return new Node(value, undefined, undefined, text.secret, text.path);
  }

  private static make(value: Value | undefined, parent: Node | undefined, key: Key | undefined, secret: boolean): Node {
    let raw = value;
    let hidden = secret;
    while (raw instanceof SecretValue) {
      raw = raw.value;
      hidden = true;
    }
    return new Node(raw, parent, key, hidden);
  }

  /** The same value, marked secret: what it is made of will never be printed. */
  hidden(): Node {
    return new Node(this.raw, this.parent, this.key, true, this.base);
  }

  /** Where this value stands, as users write it: `spec.template.spec.containers[0].image`. */
  get path(): string {
    this.place ??= this.placed();
    return this.place;
  }

  private place: string | undefined;

  private placed(): string {
    if (this.parent === undefined || this.key === undefined) return this.base;
    const before = this.parent.path;
    if (typeof this.key === "number") return `${before}[${this.key}]`;
    if (!IDENTIFIER.test(this.key)) return `${before}[${JSON.stringify(this.key)}]`;
    return before === "" ? this.key : `${before}.${this.key}`;
  }

  /** The keys that lead here from the resource's properties; `undefined` in what was read out of a text. */
  get keys(): readonly Key[] | undefined {
    if (this.parent === undefined || this.key === undefined) return this.base === "" ? [] : undefined;
    const before = this.parent.keys;
    return before === undefined ? undefined : [...before, this.key];
  }

  /** The key under which this value stands; "" for an item of a list, or a root. */
  get name(): string {
    return typeof this.key === "string" ? this.key : "";
  }

  get isAbsent(): boolean {
    return this.raw === undefined || this.raw === null;
  }

  get isUnknown(): boolean {
    return this.raw instanceof UnknownValue;
  }

  /** Known: neither absent nor unknown. */
  get isKnown(): boolean {
    return !this.isAbsent && !this.isUnknown;
  }

  /** URNs of the resources that an unknown value comes from; empty where that is not told. */
  get comesFrom(): readonly string[] {
    return this.raw instanceof UnknownValue ? this.raw.from : [];
  }

  /**
   * The value under up to six keys, one after the other. Below an unknown everything is unknown, below nothing everything is
   * absent. (Fixed parameters: this is the busiest function of all, and a list made for every call costs.)
   */
  get(a: Key, b?: Key, c?: Key, d?: Key, e?: Key, f?: Key): Node {
    let node = this.child(a);
    if (b !== undefined) node = node.child(b);
    if (c !== undefined) node = node.child(c);
    if (d !== undefined) node = node.child(d);
    if (e !== undefined) node = node.child(e);
    if (f !== undefined) node = node.child(f);
    return node;
  }

  /** The value at the end of a path of keys. */
  walk(keys: readonly Key[]): Node {
    let node: Node = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the walk starts here
    for (const key of keys) node = node.child(key);
    return node;
  }

  private child(key: Key): Node {
    const kept = this.kept;
    if (kept === undefined) return this.made(key);
    let child = kept.children.get(key);
    if (child === undefined) {
      child = this.made(key);
      if (kept.sharesChildren) {
        child = child.first();
        // A text is made anew faster than it is kept for every resource, most of which are asked for it once.
        if (typeof child.raw !== "object" || child.raw === null) return child;
      } else child.keep();
      kept.children.set(key, child);
    }
    return child;
  }

  /** The first node that held this very value, which from now on keeps what is found below it: it will be asked for again. */
  private first(): Node {
    const raw = this.raw;
    if (raw === null || typeof raw !== "object" || raw instanceof UnknownValue) return this;
    if (this.key === "metadata") {
      // It differs in the name at least; its labels and annotations are shared.
      this.kept = { sharesChildren: true, children: new Map() };
      return this;
    }
    const first = FIRST.get(raw);
    if (first === undefined) {
      FIRST.set(raw, this);
      return this;
    }
    if (first.key !== this.key || first.parent?.key !== this.parent?.key || first.secret !== this.secret) return this;
    first.keep();
    return first;
  }

  private keep(): void {
    if (typeof this.raw === "object" && this.raw !== null) this.kept ??= { sharesChildren: false, children: new Map() };
  }

  private made(key: Key): Node {
    const raw = this.raw;
    if (raw instanceof UnknownValue) return Node.make(raw, this, key, this.secret);
    if (raw === null || typeof raw !== "object") {
      // A scalar where an object belongs: nothing can be said of what should have been in it.
      return Node.make(raw === null || raw === undefined ? undefined : new UnknownValue(), this, key, this.secret);
    }
    if (Array.isArray(raw)) {
      return Node.make(typeof key === "number" ? (raw as readonly Value[])[key] : new UnknownValue(), this, key, this.secret);
    }
    const own = Object.prototype.hasOwnProperty.call(raw, key);
    return Node.make(own ? (raw as { readonly [key: string]: Value })[key] : undefined, this, key, this.secret);
  }

  string(): Read<string> {
    const raw = this.raw;
    if (typeof raw === "string") return known(raw);
    if (typeof raw === "number" || typeof raw === "boolean") return known(String(raw));
    return this.unreadable("a text");
  }

  /** A number; numeric text counts, as it does for Pulumi's bridged providers. */
  number(): Read<number> {
    const raw = this.raw;
    if (typeof raw === "number") return known(raw);
    if (typeof raw === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(raw)) return known(Number(raw));
    return this.unreadable("a number");
  }

  /**
   * A boolean. The texts count that Pulumi's bridged providers ("true", "false") and the YAML 1.1 parser of the Kubernetes
   * tools (yes, on, y, no, off, n) take for one.
   */
  boolean(): Read<boolean> {
    const raw = this.raw;
    if (typeof raw === "boolean") return known(raw);
    if (typeof raw === "string" && TRUE.test(raw)) return known(true);
    if (typeof raw === "string" && FALSE.test(raw)) return known(false);
    return this.unreadable("true or false");
  }

  /** The items of a list, each with its place. */
  list(): Read<readonly Node[]> {
    return Array.isArray(this.raw) ? known(this.items()) : this.unreadable("a list");
  }

  /** The entries of an object in their order. */
  entries(): Read<readonly (readonly [string, Node])[]> {
    return this.isObject() ? known(this.fields()) : this.unreadable("an object");
  }

  /** The items that are known to be there: none for an absent or unknown list. Ask `isUnknown` where that matters. */
  items(): readonly Node[] {
    const raw = this.raw;
    if (!Array.isArray(raw)) return NO_ITEMS;
    const kept = this.kept;
    if (kept === undefined) return (raw as readonly Value[]).map((item, index) => Node.make(item, this, index, this.secret));
    return (kept.items ??= raw.map((_, index) => this.child(index)));
  }

  /** The fields that are known to be there: none for an absent or unknown object. */
  fields(): readonly (readonly [string, Node])[] {
    if (!this.isObject()) return NO_FIELDS;
    const object = this.raw as { readonly [key: string]: Value };
    const kept = this.kept;
    if (kept === undefined) return Object.keys(object).map((key) => [key, Node.make(object[key], this, key, this.secret)] as const);
    return (kept.fields ??= Object.keys(object).map((key) => [key, this.child(key)] as const));
  }

  private isObject(): boolean {
    const raw = this.raw;
    return raw !== null && typeof raw === "object" && !Array.isArray(raw) && !(raw instanceof UnknownValue);
  }

  /** What kind of value stands here, for code that accepts several forms (a JSON text or an object, one item or a list). */
  kind(): "absent" | "unknown" | "string" | "number" | "boolean" | "list" | "object" {
    const raw = this.raw;
    if (raw === undefined || raw === null) return "absent";
    if (raw instanceof UnknownValue) return "unknown";
    if (Array.isArray(raw)) return "list";
    const type = typeof raw;
    return type === "string" || type === "number" || type === "boolean" ? type : "object";
  }

  /** Whether an unknown stands here or anywhere below. */
  holdsUnknown(): boolean {
    return holdsUnknown(this.raw);
  }

  /**
   * The plain JSON below, for parsers that need the whole of it: unknowns become `undefined` in objects and `null` in lists.
   * Only for what has been asked with `holdsUnknown` before.
   */
  plain(): unknown {
    return plain(this.raw);
  }

  /** The texts here and below that are marked secret. */
  secretTexts(): ReadonlySet<string> {
    const texts = new Set<string>();
    if (this.secret || !this.isObject()) collectSecrets(this.raw, this.secret, texts);
    else for (const value of Object.values(this.raw as object) as Value[]) for (const text of secretsIn(value)) texts.add(text);
    return texts;
  }

  /** The value as a finding may quote it: shortened, and never a secret. */
  describe(): unknown {
    const raw = this.raw;
    if (raw === undefined || raw === null) return null;
    if (raw instanceof UnknownValue) return "(not known before deployment)";
    if (this.secret || holdsSecret(raw)) return "(secret)";
    if (typeof raw === "string") return shorten(raw);
    if (typeof raw === "object") {
      const text = JSON.stringify(plain(raw));
      return text.length <= QUOTE_LIMIT ? plain(raw) : shorten(text);
    }
    return raw;
  }

  private unreadable(wanted: string): Read<never> {
    if (this.isAbsent) return ABSENT;
    if (this.isUnknown) return NOT_YET;
    return unknown(`${this.path || "the value"} is not ${wanted}`);
  }
}

/** The first node of each value below a root. */
const FIRST = new WeakMap<object, Node>();

function shorten(text: string): string {
  return text.length <= QUOTE_LIMIT ? text : `${text.slice(0, QUOTE_LIMIT - 3)}...`;
}

function children(value: Value): readonly Value[] {
  if (value === null || typeof value !== "object" || value instanceof UnknownValue) return [];
  if (value instanceof SecretValue) return [value.value];
  return Array.isArray(value) ? (value as readonly Value[]) : Object.values(value as { readonly [key: string]: Value });
}

function holdsUnknown(value: Value | undefined): boolean {
  if (value === undefined) return false;
  return value instanceof UnknownValue || children(value).some(holdsUnknown);
}

function holdsSecret(value: Value): boolean {
  return value instanceof SecretValue || children(value).some(holdsSecret);
}

/** Values without a secret text; what resources share is looked through once. */
const WITHOUT_SECRETS = new WeakSet<object>();

function secretsIn(value: Value): ReadonlySet<string> {
  const texts = new Set<string>();
  if (typeof value !== "object" || value === null || WITHOUT_SECRETS.has(value)) return texts;
  collectSecrets(value, false, texts);
  if (texts.size === 0) WITHOUT_SECRETS.add(value);
  return texts;
}

function collectSecrets(value: Value | undefined, secret: boolean, texts: Set<string>): void {
  if (typeof value === "string") {
    if (secret) texts.add(value);
  } else if (typeof value === "object" && value !== null && !(value instanceof UnknownValue)) {
    if (value instanceof SecretValue) collectSecrets(value.value, true, texts);
    else for (const item of Object.values(value)) collectSecrets(item as Value, secret, texts);
  }
}

function plain(value: Value | undefined): unknown {
  if (value === undefined || value instanceof UnknownValue) return undefined;
  if (value instanceof SecretValue) return plain(value.value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value as { readonly [key: string]: Value }).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}
