/** Properties read from the wire are what google-protobuf's own classes make of them. */

import fc from "fast-check";
import { keepFromSdk, plain, readAtOnce, type Struct, type StructClass } from "../../../policypack/pulumi/structs";

interface StructMessages extends StructClass {
  fromJavaScript(value: object): Struct & { serializeBinary(): Uint8Array };
  deserializeBinary(bytes: Uint8Array): Struct;
}

const load = () => jest.requireActual<{ Struct: StructMessages }>("google-protobuf/google/protobuf/struct_pb").Struct;

/** The classes as published, and a copy of them that reads at once. */
let published: StructMessages;
let atOnce: StructMessages;

beforeAll(() => {
  published = load();
  jest.isolateModules(() => (atOnce = load()));
  readAtOnce(atOnce);
});

/** Without "__proto__", which the published classes lose. */
const text = fc
  .oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom("constructor", ""))
  .filter((word) => word !== "__proto__");
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ maxDepth: 5 }, fc.constant(null), fc.boolean(), fc.double({ noNaN: true }), text, fc.array(tie("json")), tie("object")),
  object: fc.dictionary(text, tie("json")),
}));

it("gives the values, in the order, of the published classes", () => {
  fc.assert(
    fc.property(fc.dictionary(text, json), (value) => {
      const bytes = published.fromJavaScript(value).serializeBinary();
      const struct = atOnce.deserializeBinary(bytes);
      expect(JSON.stringify(plain(struct))).toBe(JSON.stringify(published.deserializeBinary(bytes).toJavaScript()));
      expect(plain(struct)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

/** A field of the wire format: its number, and bytes with their length before them. */
const field = (number: number, bytes: readonly number[]) => [(number << 3) | 2, bytes.length, ...bytes];
const letters = (word: string) => [...Buffer.from(word)];
const entry = (key: string, value: readonly number[]) => field(1, [...field(1, letters(key)), ...field(2, value)]);
const read = (...fields: readonly (readonly number[])[]) => plain(atOnce.deserializeBinary(Uint8Array.from(fields.flat())));

it.each([
  ["no entry", [], {}],
  ["entries in any order", [entry("b", field(3, letters("B"))), entry("a", field(3, letters("A")))], { a: "A", b: "B" }],
  ["a value that says nothing", [entry("a", [])], { a: null }],
  ["an entry without a value", [field(1, field(1, letters("a")))], { a: null }],
  ["an entry without a key", [field(1, field(2, field(3, letters("A"))))], { "": "A" }],
  ["a key that is sent twice", [entry("a", field(3, letters("1"))), entry("a", field(3, letters("2")))], { a: "2" }],
  ["a value of two kinds", [entry("a", [...field(3, letters("1")), 4 << 3, 1])], { a: true }],
  ["null", [entry("a", [1 << 3, 0])], { a: null }],
  ["a list", [entry("a", field(6, [...field(1, field(3, letters("1"))), ...field(1, [])]))], { a: ["1", null] }],
  ["a key that is special to JavaScript", [entry("__proto__", field(3, letters("A")))], JSON.parse('{"__proto__":"A"}')],
  ["fields of a later version", [field(9, letters("later")), entry("a", field(3, letters("A")))], { a: "A" }],
])("reads %s", (_what, fields, expected) => {
  const object = read(...fields);
  expect(object).toEqual(expected);
  expect(Object.keys(object)).toEqual(Object.keys(expected));
});

it("keeps the properties for the pack when the SDK is shown none", () => {
  const struct = atOnce.deserializeBinary(Uint8Array.from(entry("a", field(3, letters("A")))));
  expect(struct.toJavaScript()).toEqual({ a: "A" });
  keepFromSdk(struct);
  expect(struct.toJavaScript()).toEqual({});
  expect(plain(struct)).toEqual({ a: "A" });
});

it("takes properties that it did not read for no answer, and none for none", () => {
  expect(() => plain(published.fromJavaScript({ a: "A" }))).toThrow("in a way that carrierguard does not know");
  expect(plain(undefined)).toEqual({});
});
