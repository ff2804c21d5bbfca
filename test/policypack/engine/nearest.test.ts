import { nearest, suggestion } from "../../../policypack/engine/nearest";

test.each([
  ["regestries", "registries"],
  ["REGISTRIES", "registries"],
  ["zone", "zones"],
  ["wh1", "WH-01"],
  ["registrations", "registries"],
  ["abcdefghij", undefined],
  ["xyz", undefined],
])("%s is meant for %s", (word, answer) => {
  expect(nearest(word, ["registries", "zones", "WH-01"])).toBe(answer);
});

test("of two that are as near the first is meant", () => {
  expect(nearest("bat", ["cat", "rat"])).toBe("cat");
});

test("there is none among none", () => {
  expect(nearest("x", [])).toBeUndefined();
});

test("where none is near the few possible ones are told, and many are not", () => {
  const many = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(12));
  expect(suggestion("profil", ["profile"])).toBe('; did you mean "profile"?');
  expect(suggestion("elsewhere", ["lab", "strict"])).toBe('; possible are "lab", "strict"');
  expect(suggestion("elsewhere", many.slice(1))).toContain("; possible are");
  expect(suggestion("elsewhere", many)).toBe("");
});
