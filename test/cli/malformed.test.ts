/** Whatever is handed over, the answer is a finding or a clear complaint: never a fault of carrierguard's own, never a wait. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../cli/inputs/input-error";
import { readTargets, type Targets } from "../../cli/inputs/targets";
import { evaluate } from "../../policypack/engine/evaluate";
import type { Finding } from "../../policypack/engine/finding";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import type { Resource } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";
import { carrierguard, checked, file, folder, ROOT } from "./command-line";
import { ACCEPTED, REFUSED } from "./malformed-files";

/** Seconds that any file may take. */
const PATIENCE = 10;

const read = (...targets: string[]): Promise<Targets> => readTargets(targets, { namespace: "default", stackReferences: {} });

const resourcesOf = ({ stacks }: Targets): readonly Resource[] => stacks.flatMap((stack) => stack.resources);

const judge = ({ stacks }: Targets): readonly Finding[] =>
  stacks.flatMap((stack) => evaluate(new CoreModel(stack), rules, DEFAULT_SETTINGS, NO_KNOWLEDGE).findings);

describe.each(REFUSED)("$what", ({ name, content, place, says }) => {
  it(
    "is refused with its place",
    async () => {
      const path = file(content, name);
      const input = await read(path);
      const { errors } = input;
      expect(errors.map((error) => error.place)).toEqual([`${path}${place}`]);
      expect(errors[0]?.message).toMatch(says);
      expect(errors[0]?.message).not.toContain("\n");
      expect(resourcesOf(input)).toEqual([]);
    },
    PATIENCE * 1000,
  );
});

describe.each(ACCEPTED)("$what", ({ content, privileged }) => {
  it(
    privileged ? "hides nothing" : "troubles no rule",
    async () => {
      const input = await read(file(content));
      const findings = judge(input);
      expect(input.errors).toEqual([]);
      expect(findings.filter((finding) => finding.verdict === "error")).toEqual([]);
      if (privileged) expect(findings.map((finding) => `${finding.ruleId} ${finding.resource.name}`)).toContain("WH-01 amf");
    },
    PATIENCE * 1000,
  );
});

test("a file of comments holds nothing, and is no error", async () => {
  const input = await read(file("# one\n---\n# two\n"));
  expect([resourcesOf(input), input.errors]).toEqual([[], []]);
});

test("what is good beside an unreadable file is read all the same", async () => {
  const good = readFileSync(join(ROOT, "test/fixtures/small-core/manifests.yaml"));
  const input = await read(folder({ "a.yaml": "a: [", "b/good.yaml": good, "c.json": "{", "d.txt": "[", "e.yaml": "" }));
  expect(resourcesOf(input)).toHaveLength(11);
  expect(input.errors.map((error) => error.place.replace(/.*\//, "")).sort()).toEqual(["a.yaml:2", "c.json:1:2", "e.yaml"]);
  expect(input.errors.every((error) => error instanceof InputError)).toBe(true);
});

test("what is good beside an unreadable document of the same file is read all the same", async () => {
  const input = await read(
    file("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\na: [\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"),
  );
  expect(resourcesOf(input).map((resource) => resource.name)).toEqual(["a", "b"]);
  expect(input.errors).toHaveLength(1);
});

describe("the command line", () => {
  const STACK_TRACE = /\n\s+at \S+.*[:(]\d+/;

  it.each(REFUSED.filter(({ what }) => /cut off|bomb|without an end|binary|another version/.test(what)))(
    "refuses $what with status 2 and one line",
    ({ name, content, place }) => {
      const path = file(content, name);
      const { status, stdout, stderr, seconds } = carrierguard(["check", path]);
      expect(status).toBe(2);
      expect(stdout).toBe("");
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(`carrierguard: ${path}${place}: `);
      expect(stderr).not.toMatch(STACK_TRACE);
      expect(seconds).toBeLessThan(PATIENCE);
    },
  );

  it("reports on the readable files of a folder, with status 2", () => {
    const good = readFileSync(join(ROOT, "test/fixtures/small-core/manifests.yaml"));
    const place = folder({ "bad.yaml": "a: [", "good.yaml": good });
    const { status, stderr, report } = checked(["."], { folder: place });
    expect(status).toBe(2);
    expect(stderr).toContain("carrierguard: bad.yaml:2: this is not YAML");
    expect(report.summary.resources).toBe(11);
    expect(report.findings.length).toBeGreaterThan(0);
  });

  it("says of a key that occurs twice which line it is on", () => {
    const { status, stderr } = carrierguard(["check", "-"], {
      input: "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  name: b\n",
    });
    expect(stderr).toContain("-:5: a key occurs twice");
    expect(status).toBe(0);
  });
});
