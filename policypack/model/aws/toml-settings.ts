/** Settings of Bottlerocket: of TOML (1.0) what settings are made of, tables with dotted keys, texts, other scalars and lists of them. */

/** Path of each setting, `settings.kubernetes.cluster-name`, with its value or values as text. */
export type Settings = ReadonlyMap<string, readonly string[]>;

const KEY = String.raw`(?:"[^"]*"|'[^']*'|[\w-]+)`;
const KEYS = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const TABLE = new RegExp(String.raw`^\s*\[\s*(${KEYS})\s*\]`);
const PAIR = new RegExp(String.raw`^\s*(${KEYS})\s*=\s*(.*)$`, "s");
const SCALAR = /#[^\n]*|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,[\]"'#]+)/g;

export function tomlSettings(text: string): Settings {
  const found = new Map<string, readonly string[]>();
  let table = "";
  for (const line of statements(text)) {
    const named = TABLE.exec(line)?.[1];
    if (named !== undefined) {
      table = pathOf(named);
      continue;
    }
    const [, key, value] = PAIR.exec(line) ?? [];
    if (key !== undefined && value !== undefined) add(found, table === "" ? pathOf(key) : `${table}.${pathOf(key)}`, value.trim());
  }
  return found;
}

/** An inline table is a table. */
function add(found: Map<string, readonly string[]>, path: string, value: string): void {
  if (value.startsWith("{")) {
    for (const [, key = "", inner = ""] of value.matchAll(new RegExp(String.raw`(${KEYS})\s*=\s*("[^"]*"|'[^']*'|\[[^\]]*\]|[^,}]+)`, "g")))
      add(found, `${path}.${pathOf(key)}`, inner.trim());
    return;
  }
  const block = /^("""|''')([^]*?)\1/.exec(value);
  found.set(path, block === null ? [...value.matchAll(SCALAR)].flatMap(([, a, b, c]) => a ?? b ?? c ?? []) : [block[2] ?? ""]);
}

/** Lines, with lists and texts of several lines in one piece. */
function statements(text: string): string[] {
  const found: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    const statement = open === "" ? line.replace(/^\s*#.*/, "") : `${open}\n${line}`;
    open = isOpen(statement) ? statement : "";
    if (open === "") found.push(statement);
  }
  return open === "" ? found : [...found, open];
}

function isOpen(statement: string): boolean {
  if (((statement.match(/"""|'''/g) ?? []).length & 1) === 1) return true;
  const bare = statement.replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g, "").replace(/#.*/g, "");
  return PAIR.test(statement) && (bare.match(/\[/g) ?? []).length > (bare.match(/\]/g) ?? []).length;
}

function pathOf(keys: string): string {
  return [...keys.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "").join(".");
}
