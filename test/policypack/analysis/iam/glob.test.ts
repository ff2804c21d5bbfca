import fc from "fast-check";
import { glob, includes, matches, search } from "../../../../policypack/analysis/iam/glob";

const text = (pattern: string): RegExp =>
  new RegExp(
    `^${[...pattern].map((char) => (char === "*" ? "[^]*" : char === "?" ? "[^]" : char.replace(/[^a-z0-9]/i, "\\$&"))).join("")}$`,
  );
const patterns = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?"), maxLength: 7 });
const words = fc.string({ unit: fc.constantFrom("a", "b", ":", "c"), maxLength: 6 });

test("a pattern matches what its regular expression matches", () => {
  fc.assert(fc.property(patterns, words, (pattern, word) => matches(glob(pattern), word) === text(pattern).test(word)));
});

test("an example that a search finds lies in every pattern inside and in none outside", () => {
  fc.assert(
    fc.property(fc.array(patterns, { minLength: 1, maxLength: 3 }), fc.array(patterns, { maxLength: 2 }), (inside, outside) => {
      const found = search(inside.map((item) => glob(item)), outside.map((item) => glob(item))); // prettier-ignore
      if (found.found !== "yes") return found.found === "no";
      return inside.every((item) => text(item).test(found.example)) && !outside.some((item) => text(item).test(found.example));
    }),
  );
});

test("no text is in a language that a search calls empty", () => {
  fc.assert(
    fc.property(patterns, patterns, patterns, words, (a, b, c, word) => {
      const { found } = search([glob(a), glob(b)], [glob(c)]);
      return found !== "no" || !(text(a).test(word) && text(b).test(word) && !text(c).test(word));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["arn:aws:iam::*:role/*", "arn:aws:iam::1:role/amf", "yes"],
  ["iam:*Role", "iam:Pass?ole", "no"],
  ["*", "anything:*", "yes"],
  ["a*b*c", "a?b?c", "yes"],
  ["a?c", "a*c", "no"],
])("whether %s holds all of %s: %s", (outer, inner, answer) => {
  expect(includes(glob(outer), glob(inner))).toBe(answer);
});

test("wildcards of ARN operators stay within their part", () => {
  const pattern = glob("arn:aws:iam::*:role/upf", { byPart: true });
  expect(matches(pattern, "arn:aws:iam::123456789012:role/upf")).toBe(true);
  expect(matches(pattern, "arn:aws:iam::1:user/x:role/upf")).toBe(false);
  expect(matches(glob("arn:aws:s3:::logs/*", { byPart: true }), "arn:aws:s3:::logs/a:b")).toBe(true);
});

test("capitals count nothing where they are folded", () => {
  expect(matches(glob("IAM:passROLE", { fold: true }), "iam:PassRole")).toBe(true);
  expect(includes(glob("iam:pass*", { fold: true }), glob("IAM:PASSROLE", { fold: true }))).toBe("yes");
});
