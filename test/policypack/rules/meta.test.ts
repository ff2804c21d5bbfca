/** What every rule must have, so that adding one is adding a file and nothing is forgotten. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Rule } from "../../../policypack/engine/rule";
import { rules } from "../../../policypack/rules";

const ROOT = resolve(__dirname, "../../..");
const FOLDER = join(ROOT, "policypack/rules");

const files = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((file) => /^[^/]+\/[a-z]{2}-\d+.*\.ts$/.test(file));

interface Control {
  readonly id: string;
  readonly severity: string;
}
const { controls } = JSON.parse(readFileSync(join(ROOT, "scripts/data/controls.json"), "utf8")) as { controls: readonly Control[] };

const page = (rule: Rule): string => join(ROOT, "docs/rules", `${rule.id.toLowerCase()}.md`);

test("every rule file is registered, and every rule has its file", () => {
  expect(rules.map((rule) => `${rule.family}/${rule.name}.ts`).sort()).toEqual([...files].sort());
});

test("no two rules share an id or a name", () => {
  expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
});

test("every page of docs/rules belongs to a rule", () => {
  const pages = readdirSync(join(ROOT, "docs/rules")).filter((name) => name !== "README.md");
  expect(pages.sort()).toEqual(rules.map((rule) => basename(page(rule))).sort());
});

test("the package and its policy pack have the same version", () => {
  const [outer, inner] = ["package.json", "policypack/package.json"].map(
    (file) => (JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { version: string }).version,
  );
  expect(inner).toBe(outer);
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  it("is named after its id and what must hold", () => {
    expect(rule.id).toMatch(/^[A-Z]{2}-\d{2}$/);
    expect(rule.name).toMatch(new RegExp(`^${rule.id.toLowerCase()}(-[a-z0-9]+)+$`));
  });

  it("has the severity of its control", () => {
    expect(rule.severity).toBe(controls.find((control) => control.id === rule.id)?.severity);
  });

  it("says why, and what to do, in whole sentences", () => {
    for (const text of [rule.rationale, rule.remediation]) {
      expect(text).toMatch(/^[A-Z"`].{30,}[.)]$/s);
      expect(text).not.toMatch(/TODO|FIXME|\$\{/);
    }
  });

  it("cites a standard and the attack techniques that it breaks", () => {
    expect(rule.standards.length).toBeGreaterThan(0);
    // The catalogue has no technique for freshness, markings and waivers.
    if (!["TI-02", "TI-03", "GV-02"].includes(rule.id)) expect(rule.breaks.length).toBeGreaterThan(0);
    // A standard that is cited as a whole has a title in place of a clause.
    for (const { framework, ref, title = "" } of rule.standards)
      expect([framework, ref || title].every((text) => text.trim() !== "")).toBe(true);
    for (const { id, name } of rule.breaks) {
      expect(id).toMatch(/^(FGT|T|AML\.T)\d{4}(\.\d{3})?$/);
      expect(name.trim()).not.toBe("");
    }
  });

  it("has an example of every answer, each with a name of its own", () => {
    const { pass, fail, undetermined } = rule.examples();
    for (const list of [pass, fail, undetermined]) expect(list.length).toBeGreaterThan(0);
    const names = [...pass, ...fail, ...undetermined].map((example) => example.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has a page that tells its title, reason, examples, options and what it looks at", () => {
    expect(existsSync(page(rule))).toBe(true);
    const text = readFileSync(page(rule), "utf8");
    const { pass, fail, undetermined } = rule.examples();
    const told = [
      rule.title,
      rule.name,
      rule.rationale,
      rule.remediation,
      `\n\n${rule.target.description}\n\n`,
      ...[...pass, ...fail, ...undetermined].map((example) => example.name),
    ];
    expect(told.filter((part) => !text.includes(part))).toEqual([]);
    for (const [name, option] of Object.entries(rule.options ?? {})) {
      expect(text).toContain(`\`${name}\``);
      expect(text).toContain(option.description.replace(/\|/g, "\\|"));
    }
  });

  it("looks at resources by the types that Pulumi gives them", () => {
    const { types } = rule.target;
    expect(types).not.toEqual([]);
    for (const type of types ?? []) expect(type).toMatch(/^(aws:[a-z0-9]+\/[a-z]\w+:[A-Z]\w+|kubernetes:[a-z0-9.-]+(\/v\d\w*)?:[A-Z]\w+)$/);
  });

  it("says what each option means, with a default of its type", () => {
    for (const option of Object.values(rule.options ?? {})) {
      expect(option.description.length).toBeGreaterThan(10);
      const type = { boolean: "boolean", integer: "number", string: "string", strings: "object" }[option.type];
      expect(typeof option.default).toBe(type);
      if (option.type === "strings") expect(Array.isArray(option.default)).toBe(true);
    }
  });
});
