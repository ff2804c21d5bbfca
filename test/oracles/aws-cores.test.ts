/**
 * Two public AWS 5G stacks: what the rules must say of them (`anchors.json`, by people who read the stacks). The folder is no part of this
 * repository; without it the test says so and is skipped.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { evaluate } from "../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { Resource } from "../../policypack/model/stack";
import type { Value } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";

const FOLDER = join(__dirname, "../../../shared/corpus/aws-cores");
const RULES = ["SG-05", "SG-08", "SG-17", "ID-06", "LG-01", "LG-03"];

interface Anchor {
  readonly set: string;
  readonly rule: string;
  readonly urnContains: string;
  readonly expect: "fail" | "undetermined" | "silent";
  readonly why: string;
  readonly soft?: boolean;
  readonly accept?: readonly string[];
}

interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: { readonly [key: string]: Value };
  readonly outputs?: { readonly [key: string]: Value };
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: { readonly [key: string]: readonly string[] };
  readonly provider?: string;
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as T;
}

function modelOf(set: string): CoreModel {
  const files = read<{ [set: string]: string[] }>("sets.json")[set] ?? [];
  const resources = files
    .flatMap((file) => read<{ deployment: { resources: Exported[] } }>(file).deployment.resources)
    .map(
      ({ inputs, outputs, urn, ...rest }) =>
        new Resource({ ...rest, urn, name: urn.split("::").at(-1) ?? "", properties: { ...inputs, ...outputs } }),
    );
  return new CoreModel({ resources, gaps: [] });
}

if (!existsSync(join(FOLDER, "anchors.json"))) {
  console.warn(`skipped: ${FOLDER} is not there`);
  it.skip("two public AWS cores", () => undefined);
} else {
  const anchors = read<Anchor[]>("anchors.json").filter((anchor) => RULES.includes(anchor.rule));
  const chosen = rules.filter((rule) => RULES.includes(rule.id));
  const findings = new Map(
    [...new Set(anchors.map((anchor) => anchor.set))].map((set) => [
      set,
      evaluate(modelOf(set), chosen, DEFAULT_SETTINGS, NO_KNOWLEDGE).findings,
    ]),
  );

  it.each(anchors.map((anchor) => [anchor.set, anchor.rule, anchor.urnContains, anchor.why, anchor] as const))(
    "%s: %s of %s (%s)",
    (set, rule, urn, _why, anchor) => {
      const found = (findings.get(set) ?? []).filter((finding) => finding.ruleId === rule && finding.resource.urn.endsWith(urn));
      const verdict = found.some((finding) => finding.verdict === "fail") ? "fail" : (found[0]?.verdict ?? "silent");
      expect(anchor.accept ?? [anchor.expect]).toContain(verdict);
    },
  );
}
