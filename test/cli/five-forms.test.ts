/**
 * One small core in every form in which it can be handed over (test/fixtures/small-core; the engine's own forms are written by the real
 * engine). The same facts give the same findings; where a form does not carry a fact, the difference is listed here with its reason.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../policypack/engine/finding";
import { carrierguard, checked, ROOT } from "./command-line";

const CORE = join(ROOT, "test/fixtures/small-core");

/** Values that no report may hold, and how they look in a Secret's data. */
const CANARIES = ["canary-mongodb-password-7c1f", "0badc0de5eedfacecafe0badc0de5eedfacecafe0badc0de5eedfacecafe0bad"].flatMap((value) => [
  value,
  Buffer.from(value).toString("base64").replace(/=+$/, "").slice(0, 24),
]);

interface Difference {
  readonly because: string;
  /** Findings of the program that this form does not give, as `rule name verdict`. */
  readonly without: readonly string[];
  /** The form carries no resource of the cloud, and so no finding about one, or about the stack as a whole but where pods decide. */
  readonly ofCloud?: true;
  /** Findings that only this form gives. */
  readonly instead: readonly string[];
}

const HIDDEN_SECRET: Difference = {
  because: "the UDM's configuration is made with a secret, and this form hides secrets: what is in it cannot be told",
  without: ["DP-05 udm-config fail", "ID-08 udm-config fail"],
  instead: ["DP-05", "DP-06", "DP-07", "ID-08", "LG-09"].map((rule) => `${rule} udm-config undetermined`),
};

const NO_DEPENDENCIES: Difference = {
  because:
    "the event stream does not tell which resource an id that is not known yet comes from: a rule is no part of its security group, and a group lies in no VPC",
  without: [
    "GV-03 stack fail",
    "LG-02 stack fail",
    "LG-03 core fail",
    "LG-04 core fail",
    "LG-05 stack fail",
    "LG-11 stack fail",
    "SG-04 core fail",
  ],
  instead: ["SG-17 n4 fail"],
};

const DEPLOYED: Difference = {
  because: "the policy names a bucket by its ARN, which is known once it is deployed",
  without: ["ID-17 charging undetermined"],
  instead: [],
};

const NO_CLOUD: Difference = {
  because: "manifests carry no AWS resources: nothing is said of them, and what a cluster or its admission would settle stays open",
  ofCloud: true,
  without: ["WH-07 core fail"],
  instead: ["WH-07 core undetermined"],
};

const FORMS: readonly { readonly form: string; readonly what: string; readonly differences: readonly Difference[] }[] = [
  { form: "export-show-secrets.json", what: "pulumi stack export --show-secrets", differences: [DEPLOYED] },
  { form: "export.json", what: "pulumi stack export", differences: [HIDDEN_SECRET, DEPLOYED] },
  { form: "preview.json", what: "pulumi preview --json", differences: [HIDDEN_SECRET] },
  { form: "events.jsonl", what: "the engine's event stream", differences: [HIDDEN_SECRET, NO_DEPENDENCIES] },
  { form: "manifests.yaml", what: "Kubernetes manifests", differences: [NO_CLOUD] },
];

const short = ({ ruleId, resource, verdict }: Finding): string => `${ruleId} ${resource.name} ${verdict}`;

/** All that makes a finding the same one in another form. */
const identity = (finding: Finding): string =>
  [finding.ruleId, finding.resource.type, finding.resource.namespace, finding.resource.name, finding.verdict, finding.fingerprint].join(
    " ",
  );

const findingsOf = (form: string): readonly Finding[] => checked([join(CORE, form)]).report.findings;

const program = findingsOf("program");

test("the program has findings of the cloud, of Kubernetes, and of configurations", () => {
  const said = new Set(program.map(short));
  for (const finding of [
    "SG-05 n4 fail",
    "LG-01 core fail",
    "WH-01 upf fail",
    "SG-30 upf-n4 fail",
    "DP-07 amf-config fail",
    "DP-05 udm-config fail",
  ])
    expect(said).toContain(finding);
});

describe.each(FORMS)("$what", ({ form, differences }) => {
  const findings = findingsOf(form);
  const cloud = differences.some((difference) => difference.ofCloud)
    ? program.filter(({ resource, ruleId }) => !resource.type.startsWith("kubernetes:") && ruleId !== "SG-29").map(short)
    : [];
  const without = [...new Set([...cloud, ...differences.flatMap((difference) => difference.without)])];
  const instead = differences.flatMap((difference) => difference.instead);

  it("gives the findings of the program that it carries the facts for, with the same fingerprints", () => {
    const expected = program.filter((finding) => !without.includes(short(finding))).map(identity);
    const common = findings.filter((finding) => !instead.includes(short(finding))).map(identity);
    expect(common.sort()).toEqual(expected.sort());
  });

  it(`differs in nothing else${differences.map((difference) => `: ${difference.because}`).join("; ")}`, () => {
    const ofProgram = new Set(program.map(short));
    const ofForm = new Set(findings.map(short));
    expect([...ofProgram].filter((finding) => !ofForm.has(finding)).sort()).toEqual([...without].sort());
    expect([...ofForm].filter((finding) => !ofProgram.has(finding)).sort()).toEqual([...instead].sort());
  });
});

describe.each(["program", ...FORMS.map(({ form }) => form)])("no secret of %s is printed", (form) => {
  it("comes from a form that knows a secret, or from one that hides it", () => {
    const known = form === "program" ? "program/Pulumi.dev.yaml" : form;
    const text = readFileSync(join(CORE, known), "utf8");
    expect(CANARIES.some((canary) => text.includes(canary)) || /ciphertext|\[secret\]/.test(text)).toBe(true);
  });

  it.each([["human"], ["json"], ["sarif"], ["junit"]])("in the %s report", (format) => {
    const { stdout, stderr } = carrierguard(["check", join(CORE, form), "-o", format]);
    expect(stdout.length).toBeGreaterThan(100);
    expect(CANARIES.filter((canary) => `${stdout}${stderr}`.includes(canary))).toEqual([]);
  });

  it("in the inventory", () => {
    const { stdout, stderr } = carrierguard(["inventory", join(CORE, form), "-o", "json"]);
    expect(CANARIES.filter((canary) => `${stdout}${stderr}`.includes(canary))).toEqual([]);
  });
});
