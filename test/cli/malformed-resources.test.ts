/**
 * No rule throws, whatever shape a resource has: the resources of every rule's examples, with nulls, secrets, unknown values and values of
 * the wrong type at random places.
 */

import fc from "fast-check";
import { evaluate } from "../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { Resource, type ResourceInit } from "../../policypack/model/stack";
import { SecretValue, UnknownValue, type Value } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";

const stacks: readonly (readonly ResourceInit[])[] = rules.flatMap((rule) => {
  const { pass, fail, undetermined } = rule.examples();
  return [...pass, ...fail, ...undetermined].map((example) => example.resources);
});

type Wreck = (value: Value) => Value;

const WRECKS: readonly Wreck[] = [
  () => null,
  () => new UnknownValue(),
  () => new UnknownValue(["urn:pulumi:dev::core::aws:ec2/vpc:Vpc::gone"]),
  (value) => new SecretValue(value),
  () => new SecretValue(new UnknownValue()),
  () => "",
  () => "x",
  () => "999.0.0.1/99",
  () => "{",
  () => '{"Statement": 7}',
  () => -1,
  () => Number.MAX_VALUE,
  () => true,
  () => [],
  () => [null],
  () => ({}),
  () => ({ __proto__: null, constructor: "x" }),
  (value) => [value],
  (value) => ({ value }),
  (value) => [value, value],
];

interface Blow {
  /** Which of the places, counted through and around. */
  readonly place: number;
  readonly wreck: number;
}

type Place = readonly (string | number)[];

function placesOf(value: Value | undefined, at: Place = []): Place[] {
  if (value instanceof SecretValue) return [at];
  if (value === null || typeof value !== "object" || value instanceof UnknownValue) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesOf(item as Value, [...at, key]))];
}

function struck(value: Value | undefined, place: Place, wreck: Wreck): Value {
  const [key, ...rest] = place;
  if (value === undefined) return wreck(null);
  if (key === undefined) return wreck(value);
  if (value === null || typeof value !== "object" || value instanceof UnknownValue || value instanceof SecretValue) return wreck(value);
  if (Array.isArray(value))
    return (value as readonly Value[]).map((item, index) => (index === Number(key) ? struck(item, rest, wreck) : item));
  const body = value as { readonly [key: string]: Value };
  return { ...body, [key]: struck(body[key], rest, wreck) };
}

function damage(resources: readonly ResourceInit[], blows: readonly Blow[]): ResourceInit[] {
  let damaged = [...resources];
  for (const { place, wreck } of blows) {
    const places = damaged.flatMap(({ properties }, index) =>
      placesOf(properties as Value)
        .slice(1)
        .map((path) => ({ index, path })),
    );
    const target = places[place % Math.max(places.length, 1)];
    if (target === undefined) break;
    damaged = damaged.map((init, index) =>
      index === target.index
        ? {
            ...init,
            properties: struck(init.properties as Value, target.path, WRECKS[wreck] ?? ((value) => value)) as ResourceInit["properties"],
          }
        : init,
    );
  }
  return damaged;
}

function faults(resources: readonly ResourceInit[]): string[] {
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  const { findings } = evaluate(model, rules, DEFAULT_SETTINGS, NO_KNOWLEDGE);
  return findings.filter((finding) => finding.verdict === "error").map((finding) => finding.message);
}

const blow = fc.record({ place: fc.nat(10_000), wreck: fc.nat(WRECKS.length - 1) });

/** The same cases in every run; another seed finds others. */
const RUNS = { numRuns: 1500, seed: Number(process.env["FUZZ_SEED"] ?? 5), endOnFailure: false };

test("every example is read without a fault by every rule", () => {
  for (const resources of stacks) expect(faults(resources)).toEqual([]);
});

test("damaged resources of the examples trouble no rule", () => {
  fc.assert(
    fc.property(fc.constantFrom(...stacks), fc.array(blow, { minLength: 1, maxLength: 6 }), (resources, blows) => {
      expect(faults(damage(resources, blows))).toEqual([]);
    }),
    RUNS,
  );
}, 60_000);

test("resources that belong to nobody's example stand beside each other without a fault", () => {
  const all = stacks.flat();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 12 }),
      fc.array(blow, { maxLength: 12 }),
      (resources, blows) => {
        expect(faults(damage(resources, blows))).toEqual([]);
      },
    ),
    { ...RUNS, numRuns: 400 },
  );
}, 60_000);

test("properties of any shape at all trouble no rule", () => {
  const types = [...new Set(stacks.flat().map(({ type }) => type))];
  const keys = fc.constantFrom("spec", "metadata", "data", "template", "containers", "rules", "ports", "ingress", "policy", "name", "x");
  const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<Value>(null, true, 0, 8805, -1, "", "x", "*", "0.0.0.0/0", "amf", new UnknownValue(), new SecretValue("s")),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(keys, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  const init = fc.record({ type: fc.constantFrom(...types), properties: fc.dictionary(keys, tree, { maxKeys: 6 }) });
  fc.assert(
    fc.property(fc.array(init, { minLength: 1, maxLength: 5 }), (list) => {
      const resources = list.map(({ type, properties }, index) => ({
        urn: `urn:pulumi:dev::core::${type}::r${index}`,
        type,
        name: `r${index}`,
        properties,
      }));
      expect(faults(resources)).toEqual([]);
    }),
    { ...RUNS, numRuns: 800 },
  );
}, 60_000);
