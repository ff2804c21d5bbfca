import fc from "fast-check";
import * as yaml from "js-yaml";
import { YamlFields } from "../../cli/inputs/yaml-fields";

/** What the parser makes of the whole document; `undefined` where it refuses it. */
function whole(text: string): unknown {
  try {
    return yaml.load(text, { schema: yaml.CORE_SCHEMA });
  } catch {
    return undefined;
  }
}

const fields = () =>
  new YamlFields<unknown>(
    (text) => yaml.load(text, { schema: yaml.CORE_SCHEMA }),
    () => 1,
  );

const DOCUMENTS: readonly (readonly [string, string, boolean])[] = [
  ["plain fields", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\ndata:\n  x: 1\n", true],
  ["comments and blank lines between", "# head\n\nkind: A\n# between\n\nspec:\n  # inside\n  a: 1\n", true],
  ["a list at the margin", "kind: List\nitems:\n- a: 1\n- a: 2\n", true],
  ["block texts and their line ends", "a: |\n  one\n  two\n\nb: |+\n  three\n\nc: >-\n  four\n  five\n", true],
  ["words that are no text", "a: true\nb: null\nc: 1e3\nd: ~\ne: no\nf: false\n", true],
  [
    "metadata with texts that go on",
    'metadata:\n  name: x\n  annotations:\n    a: "one\n      two"\n    b: |\n      # no comment\n      k: v\n',
    true,
  ],
  ["anchors within a field", "spec:\n  a: &x {b: 1}\n  c: *x\n", true],
  ["anchors across fields", "a: &x {b: 1}\nc: *x\n", false],
  ["a quoted text that goes on at the margin", 'a: "one\nb: two"\n', false],
  ["a flow map that goes on at the margin", "a: {x: 1,\nb: 2}\nc: 3\n", false],
  ["a key twice", "a: 1\nb: 2\na: 3\n", false],
  ["a key twice within a field", "spec:\n  a: 1\n  a: 2\n", false],
  ["merge keys at the top", "a: &x\n  b: 1\n<<: *x\n", false],
  ["text at the margin", "a: one\ntwo\n", false],
  ["a tab", "a:\n\tb: 1\n", false],
  ["metadata that is no map", "metadata: [a, b]\nkind: x\n", true],
  ["metadata with lines at two margins", "metadata:\n    a: 1\n  b: 2\n", false],
  ["metadata twice the same key", "metadata:\n  name: aa\n  name: bb\n", false],
  ["no final line end", "kind: ab", true],
  ["carriage returns", "kind: ab\r\nmetadata:\r\n  name: cd\r\n", true],
];

test.each(DOCUMENTS)("%s: the same as read in one piece", (_name, text, alone) => {
  const read = fields().document(text);
  expect(read !== undefined).toBe(alone);
  if (read !== undefined) expect(read.value).toEqual(whole(text));
});

test("any text is read as the parser reads it in one piece, or left to it", () => {
  const piece = fc.constantFrom(
    "a:", "b:", "metadata:", "name:", "kind:", " ", "  ", "    ", "\n", "\n", "\n", "x", "true", "12", "- ", "'", '"', "|", ">-", "|+", "#", ": ", "{", "}", "[", "]", ",", "&k ", "*k", "!!str ",
    "---", "?", "\t", "<<", "é", "%",
  ); // prettier-ignore
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const read = fields().document(text);
      if (read !== undefined) expect(read.value).toEqual(whole(text));
    }),
    { numRuns: 5000 },
  );
});

test("fields that were read before are shared, not read again", () => {
  let reads = 0;
  const reader = new YamlFields<unknown>(
    (text) => ((reads += 1), yaml.load(text)),
    () => 1,
  );
  const site = (namespace: string) =>
    `kind: Pod\nmetadata:\n  name: amf\n  namespace: ${namespace}\n  labels:\n    a: b c\nspec:\n  containers: []\n`;
  const one = reader.document(site("one"));
  const before = reads;
  const two = reader.document(site("two"));
  expect(reads).toBe(before);
  expect(two?.value["spec"]).toBe(one?.value["spec"]);
  expect(two?.value["metadata"]).toEqual({ name: "amf", namespace: "two", labels: { a: "b c" } });
});
