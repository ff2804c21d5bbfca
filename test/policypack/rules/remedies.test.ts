/** What the catalogue calls safe to put right is put right: the rule says so itself when it is asked again. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { evaluate, type Repair } from "../../../policypack/engine/evaluate";
import { repaired } from "../../../policypack/engine/repair";
import type { Example, Rule } from "../../../policypack/engine/rule";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import { rules } from "../../../policypack/rules";

const ROOT = resolve(__dirname, "../../..");

interface Control {
  readonly id: string;
  readonly remediation: { readonly safe: string; readonly mechanism: string };
}
const { controls } = JSON.parse(readFileSync(join(ROOT, "scripts/data/controls.json"), "utf8")) as { controls: readonly Control[] };

function ask(rule: Rule, example: Example, resources: readonly ResourceInit[]) {
  const settings = { ...DEFAULT_SETTINGS, ...example.settings };
  const model = new CoreModel(
    { resources: resources.map((init) => new Resource(init)), gaps: [] },
    { defaultNamespace: settings.namespace },
  );
  return evaluate(model, [rule], settings, { ...NO_KNOWLEDGE, ...example.knowledge });
}

/** The resources with what the repairs set, and with what is set on a resource alone. */
function mended(rule: Rule, resources: readonly ResourceInit[], repairs: readonly Repair[]): ResourceInit[] {
  return resources.map((init) => {
    const changes = [
      ...repairs.filter(({ resource }) => resource.urn === init.urn).flatMap((repair) => repair.changes),
      ...(rule.remedy?.alone?.(new Resource(init)) ?? []),
    ];
    return { ...init, properties: repaired(init.properties, changes) as ResourceInit["properties"] };
  });
}

/** Paths that hold a value, whatever it is. */
function paths(value: unknown, at = ""): string[] {
  if (value === null || typeof value !== "object") return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => paths(item, `${at}/${key}`))];
}

const withRemedy = rules.filter((rule) => rule.remedy !== undefined);

test("every remediation that the catalogue calls safe for the policies is there, and no other", () => {
  const safe = controls.filter(({ remediation }) => remediation.safe === "yes" && remediation.mechanism === "policy");
  expect(withRemedy.map(({ id }) => id).sort()).toEqual(safe.map(({ id }) => id).sort());
});

describe.each(withRemedy.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const { pass, fail, undetermined } = rule.examples();

  it("puts at least one of its own failures right for good", () => {
    const right = fail.filter((example) => {
      const { repairs } = ask(rule, example, example.resources);
      const after = mended(rule, example.resources, repairs);
      return !ask(rule, example, after).findings.some(({ verdict }) => verdict === "fail");
    });
    expect(right.map(({ name }) => name)).not.toEqual([]);
  });

  it.each(fail.map((example) => [example.name, example] as const))(
    "%s: nothing is left to change after the first time",
    (_name, example) => {
      const first = mended(rule, example.resources, ask(rule, example, example.resources).repairs);
      const again = ask(rule, example, first).repairs;
      expect(again).toEqual([]);
      expect(mended(rule, first, again)).toEqual(first);
    },
  );

  it.each(fail.map((example) => [example.name, example] as const))("%s: takes nothing away and makes nothing worse", (_name, example) => {
    const before = ask(rule, example, example.resources);
    const after = mended(rule, example.resources, before.repairs);
    const kept = new Set(paths(after.map(({ properties }) => properties)));
    expect(paths(example.resources.map(({ properties }) => properties)).filter((place) => !kept.has(place))).toEqual([]);
    expect(ask(rule, example, after).findings.length).toBeLessThanOrEqual(before.findings.length);
  });

  it("changes nothing that passes, and nothing that is not known yet", () => {
    for (const example of [...pass, ...undetermined]) expect(ask(rule, example, example.resources).repairs).toEqual([]);
  });
});
