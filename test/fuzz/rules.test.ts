/**
 * No rule throws, whatever stands where: generated resources of its target types, with the properties that its own examples have, and in
 * their places unknowns, secrets, nothing, and values of every other kind. `FUZZ_RUNS=100000 npx jest test/fuzz` runs more of them.
 */

import fc from "fast-check";
import { evaluate } from "../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE, type Profile } from "../../policypack/engine/settings";
import { CoreModel, type View } from "../../policypack/model/core";
import { Resource, type ResourceInit } from "../../policypack/model/stack";
import { SecretValue, UnknownValue, type Value } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";

/** Resources in all. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 4000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20261125);

const WORDS = ["", "*", "0.0.0.0/0", "::/0", "10.0.0.0/8", "true", "false", "null", "-1", "99999999999", "tcp", "{", "[", "{}", "mongodb://", "https://x", "arn:aws:iam::1:role/x", "alias/aws/x", "nrf:\n  sbi: {", "\u0000", "a".repeat(300), "$(X)", "${x}", "[OUTPUT]\n Name", "%(%"]; // prettier-ignore

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(...WORDS),
  fc.constantFrom<Value>(null, true, false, 0, -1, 1e9, 0.5),
  fc.constant(new UnknownValue()),
  fc.constant(new SecretValue("s3cret")),
);
const anything: fc.Arbitrary<Value> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom("image", "spec", "x", "rules", "__proto__", "constructor"), scalar, { maxKeys: 3 }),
  },
);

/** What programs keep secret. Names and references are how findings say what they are about. */
const CONTENT = /^(data|stringData|binaryData|value|args|command|password|authToken|userData|values|.*\.(ya?ml|conf|key|pem|json))$/;

function holdsSecret(value: Value): boolean {
  return value instanceof SecretValue || (value !== null && typeof value === "object" && Object.values(value).some(holdsSecret));
}

/** The resource with some of its values put in another's place; where, and what, the bits decide. */
function mutated(init: ResourceInit, bits: readonly number[], values: readonly Value[]): ResourceInit {
  let turn = 0;
  const visit = (value: Value, key: string): Value => {
    const bit = bits[turn % bits.length] ?? 0;
    turn += 1;
    if (bit < 12) {
      const other = values[turn % values.length] ?? null;
      return CONTENT.test(key) || !holdsSecret(other) ? other : "word";
    }
    if (bit < 15 && value !== null && typeof value === "object" && !Array.isArray(value)) return [value];
    if (value instanceof UnknownValue || value instanceof SecretValue || value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return (value as readonly Value[]).map((item) => visit(item, key));
    return Object.fromEntries(Object.entries(value as { readonly [key: string]: Value }).map(([key, item]) => [key, visit(item, key)]));
  };
  return { ...init, properties: Object.fromEntries(Object.entries(init.properties).map(([key, item]) => [key, visit(item, key)])) };
}

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  it("throws at nothing", () => {
    const { pass, fail, undetermined } = rule.examples();
    const examples = [...pass, ...fail, ...undetermined].filter(({ resources }) => resources.length > 0);
    const average = examples.reduce((sum, { resources }) => sum + resources.length, 0) / examples.length;
    const property = fc.property(
      fc.constantFrom(...examples),
      fc.array(fc.nat(99), { minLength: 1, maxLength: 40 }),
      fc.array(anything, { minLength: 1, maxLength: 8 }),
      fc.constantFrom<View>("stack", "resource"),
      fc.constantFrom<Profile>("baseline", "strict"),
      (example, bits, values, view, profile) => {
        const resources = example.resources.map((init) => new Resource(mutated(init, bits, values)));
        const model = new CoreModel({ resources, gaps: [] }, { view });
        const settings = { ...DEFAULT_SETTINGS, ...example.settings, profile };
        const { findings } = evaluate(model, [rule], settings, { ...NO_KNOWLEDGE, ...example.knowledge });
        const faults = findings.filter(({ verdict }) => verdict === "error").map(({ message }) => message);
        expect(faults).toEqual([]);
        expect(JSON.stringify(findings)).not.toContain("s3cret");
      },
    );
    fc.assert(property, { numRuns: Math.max(10, Math.ceil(RUNS / rules.length / average)), seed: SEED });
  }, 120_000);
});
