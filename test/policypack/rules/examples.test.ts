/** Each rule answers its examples as it says, in the words of its page, and no otherwise while a resource is all it sees. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Example, Rule } from "../../../policypack/engine/rule";
import { rules } from "../../../policypack/rules";
import { runAlone, runExample, told } from "../../../policypack/testing";

const PAGES = resolve(__dirname, "../../../docs/rules");

/** A page that is not fresh is `npm run docs` away. */
function pageOf(rule: Rule): string {
  return readFileSync(join(PAGES, `${rule.id.toLowerCase()}.md`), "utf8");
}

/** What the page of a rule says of an example. */
function onPage(rule: Rule, example: Example): readonly string[] {
  const [, after = ""] = pageOf(rule).split(`\n- ${example.name}\n\n  \`\`\`text\n`);
  const [block = ""] = after.split("\n  ```");
  return block.split("\n").map((line) => line.slice(2));
}

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const examples = rule.examples();

  it.each(examples.pass.map((example) => [example.name, example] as const))("passes: %s", (_name, example) => {
    const answer = runExample(rule, example);
    expect(answer.findings.map((finding) => finding.message)).toEqual([]);
    expect(answer.applicable).toBe(true);
    expect(runAlone(rule, example).map(({ message }) => message)).toEqual([]);
  });

  it.each(examples.fail.map((example) => [example.name, example] as const))("fails: %s", (_name, example) => {
    const lines = told(rule, example);
    expect(lines[0]).toMatch(/^fail\b/);
    expect(lines).toEqual(onPage(rule, example));
  });

  it.each(examples.undetermined.map((example) => [example.name, example] as const))("cannot tell: %s", (_name, example) => {
    const lines = told(rule, example);
    expect(lines[0]).toMatch(/^undetermined\b/);
    expect(lines).toEqual(onPage(rule, example));
    expect(runAlone(rule, example).filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });

  it("has the fingerprints that waivers and baselines of the last release know", () => {
    const [, known = ""] = /<!-- Fingerprints: (.*) -->/.exec(pageOf(rule)) ?? [];
    const fingerprints = [...examples.fail, ...examples.undetermined].flatMap((example) => runExample(rule, example).findings);
    expect([...new Set(fingerprints.map(({ fingerprint }) => fingerprint))]).toEqual(known.split(" "));
  });

  it("has an example of every answer", () => {
    expect(examples.pass.length).toBeGreaterThan(0);
    expect(examples.fail.length).toBeGreaterThan(0);
    expect(examples.undetermined.length).toBeGreaterThan(0);
  });
});
