/**
 * Unknown is not pass: where an example fails and a part of a Kubernetes object is not known before deployment, the answer is still a failure,
 * or says that it depends on what is not known, or the object is counted as not looked into.
 */

import { coverage } from "../../../policypack/engine/coverage";
import { evaluate } from "../../../policypack/engine/evaluate";
import type { Example, Rule } from "../../../policypack/engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import type { Value } from "../../../policypack/model/value";
import { rules } from "../../../policypack/rules";
import { unknownValue } from "../../../policypack/testing";

const IDENTITY = new Set(["apiVersion", "kind", "metadata"]);

interface Changed {
  readonly what: string;
  readonly urn: string;
  readonly example: Example;
}

/** The example with each top-level part of each Kubernetes object unknown in turn. */
function* withoutAPart(example: Example): Generator<Changed> {
  for (const resource of example.resources) {
    if (!resource.type.startsWith("kubernetes:")) continue;
    for (const part of Object.keys(resource.properties)) {
      if (IDENTITY.has(part)) continue;
      yield changed(example, resource, part, { ...resource.properties, [part]: unknownValue() });
    }
  }
}

/** The example with the images of each workload unknown, as those of a repository of the same stack are. */
function* withoutImages(example: Example): Generator<Changed> {
  for (const resource of example.resources) {
    const { spec } = resource.properties;
    const hidden = imagesHidden(spec);
    if (JSON.stringify(hidden) !== JSON.stringify(spec))
      yield changed(example, resource, "images", { ...resource.properties, spec: hidden });
  }
}

function imagesHidden(value: Value | undefined): Value {
  if (Array.isArray(value)) return value.map(imagesHidden);
  if (value === undefined || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "image" && typeof item === "string" ? unknownValue() : imagesHidden(item as Value),
    ]),
  );
}

function changed(example: Example, resource: ResourceInit, what: string, properties: ResourceInit["properties"]): Changed {
  const resources = example.resources.map((item) => (item === resource ? { ...resource, properties } : item));
  return { what: `${example.name}: ${what} of ${resource.type} ${resource.name}`, urn: resource.urn, example: { ...example, resources } };
}

function modelOf(example: Example): CoreModel {
  const resources = example.resources.map((init) => new Resource(init));
  const { namespace } = { ...DEFAULT_SETTINGS, ...example.settings };
  return new CoreModel({ resources, gaps: [] }, { view: "stack", defaultNamespace: namespace });
}

/** What these rules answer about the stack, or about one resource of it. */
function answersOf(asked: readonly Rule[], example: Example, model: CoreModel, urn?: string): ReadonlySet<string> {
  const { findings } = evaluate(model, asked, { ...DEFAULT_SETTINGS, ...example.settings }, { ...NO_KNOWLEDGE, ...example.knowledge });
  return new Set(findings.filter((finding) => urn === undefined || finding.resource.urn === urn).map((finding) => finding.verdict));
}

const all = rules.map((rule) => [rule.id, rule] as const);

const isCounted = (model: CoreModel, urn: string) => coverage([model]).gaps.some((gap) => gap.urn === urn);

it.each(all)("%s does not fall silent where an object is not known", (_id, rule) => {
  const silent = failing(rule, withoutAPart).filter(({ urn, example }) => {
    const model = modelOf(example);
    const answers = answersOf([rule], example, model);
    return !answers.has("fail") && !answers.has("undetermined") && !isCounted(model, urn);
  });
  expect(silent.map(({ what }) => what)).toEqual([]);
});

/** What it is may hang on the image: then another rule speaks of the workload, those about images at least. */
it.each(all)("a workload that %s refuses is told of where its images are not known", (_id, rule) => {
  const silent = failing(rule, withoutImages).filter(({ urn, example }) => {
    const model = modelOf(example);
    return (
      !isCounted(model, urn) && !answersOf([rule], example, model).has("fail") && !answersOf(rules, example, model, urn).has("undetermined")
    );
  });
  expect(silent.map(({ what }) => what)).toEqual([]);
});

function failing(rule: Rule, unknowns: (example: Example) => Iterable<Changed>): Changed[] {
  return rule.examples().fail.flatMap((example) => [...unknowns(example)]);
}
