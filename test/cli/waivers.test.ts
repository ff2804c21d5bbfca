/** Waivers and baselines: what is accepted refuses nothing, stays in every report, and dies when it runs out or when its evidence grows. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { carrierguard, checked, folder } from "./command-line";

const pod = (spec: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: upf, namespace: core}
spec:
  selector: {matchLabels: {app: upf}}
  template:
    metadata: {labels: {app: upf}}
    spec:
      hostPID: true
${spec}      containers: [{name: upf, image: "registry.example/free5gc-upf:v3"}]
`;
const ONLY = ["--rule", "WH-03"];
const ADD = ["waivers", "add", "core.yaml", "--rule", "WH-03", "--owner", "core", "--approver", "ciso", "--reason", "the vendor's profiler", "--control", "a node of its own", "--ticket", "SEC-1"]; // prettier-ignore
const APRIL = ["--at", "2026-04-01"];

function waived(...more: string[]): string {
  const place = folder({ "core.yaml": pod("") });
  const { status, stderr } = carrierguard([...ADD, "--resource", "Deployment/core/upf", "--expires", "2026-06-01", ...APRIL, ...more], {
    folder: place,
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining("1 finding waived in waivers.yaml until 2026-06-01")]);
  return place;
}

const check = (place: string, ...more: string[]) =>
  checked(["core.yaml", ...ONLY, "--waivers", "waivers.yaml", ...more], { folder: place });

describe("a waiver", () => {
  it("takes a finding out of the verdict, and stays in every report with its reason", () => {
    const place = waived();
    const { status, report } = check(place, ...APRIL);
    expect(status).toBe(0);
    expect(report.findings.map(({ waiver }) => waiver)).toEqual(["SEC-1, until 2026-06-01, approved by ciso: the vendor's profiler"]);
    expect(report.summary.waived).toBe(1);
    const said = (format: string) =>
      carrierguard(["check", "core.yaml", ...ONLY, "--waivers", "waivers.yaml", ...APRIL, "-o", format], { folder: place }).stdout;
    expect(said("human")).toContain("(waived: SEC-1");
    expect(said("junit")).toContain('<skipped message="waived (SEC-1');
    const sarif = JSON.parse(said("sarif")) as { runs: [{ results: [{ suppressions: unknown }] }] };
    expect(sarif.runs[0].results[0].suppressions).toEqual([
      { kind: "external", status: "accepted", justification: expect.stringContaining("the vendor's profiler") as string },
    ]);
  });

  it("dies on the day after its last, and GV-02 tells", () => {
    const place = waived();
    expect(check(place, "--at", "2026-06-01T23:00:00Z").status).toBe(0);
    const after = checked(["core.yaml", ...ONLY, "--rule", "GV-02", "--waivers", "waivers.yaml", "--at", "2026-06-02"], { folder: place });
    expect(after.status).toBe(1);
    expect(after.report.findings.map(({ ruleId, waiver }) => `${ruleId} ${waiver}`).sort()).toEqual(["GV-02 null", "WH-03 null"]);
  });

  it("dies when the evidence widens, and says so", () => {
    const place = waived();
    writeFileSync(join(place, "core.yaml"), pod("      hostIPC: true\n"));
    const { status, stderr } = check(place, ...APRIL);
    expect(status).toBe(1);
    expect(stderr).toContain("waivers.yaml:2: waiver SEC-1 no longer covers WH-03 on upf");
    expect(carrierguard(["waivers", "audit", "core.yaml", "--waivers", "waivers.yaml", ...APRIL], { folder: place })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("outgrown") as string,
    });
  });

  it("hides nothing that its finding stood for", () => {
    const privileged = pod("").replace("hostPID: true", "").replace('v3"', 'v3", securityContext: {privileged: true}');
    const place = folder({ "core.yaml": privileged });
    const before = checked(["core.yaml", "--family", "workload"], { folder: place }).report.findings;
    const under = before.filter(({ subsumedBy }) => subsumedBy !== null).map(({ ruleId }) => ruleId);
    expect(under.length).toBeGreaterThan(0);
    carrierguard([...ADD.map((word) => (word === "WH-03" ? "WH-01" : word)), "--resource", "Deployment/core/upf", "--expires", "2026-06-01", ...APRIL], { folder: place }); // prettier-ignore
    const after = checked(["core.yaml", "--family", "workload", "--waivers", "waivers.yaml", ...APRIL], { folder: place }).report.findings;
    expect(after.filter(({ ruleId, subsumedBy }) => under.includes(ruleId) && subsumedBy === null).length).toBeGreaterThan(0);
  });

  it.each([
    ["too long", ["--resource", "Deployment/core/upf", "--expires", "2027-06-01"], "lasts 426 days"],
    ["too broad", ["--resource", "*", "--expires", "2026-05-01"], "names no resource"],
    ["of nothing", ["--resource", "Deployment/core/upg", "--expires", "2026-05-01"], 'it does on "Deployment/core/upf"'],
  ])("that is %s is not written", (_name, more, message) => {
    const run = carrierguard([...ADD, ...more, ...APRIL], { folder: folder({ "core.yaml": pod("") }) });
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    ["an unknown key", "approver: ciso", "aprover: ciso", 'waivers.yaml:5: unknown key "aprover"; did you mean "approver"?'],
    ["an unknown rule", 'rule: "WH-03"', 'rule: "WH-3"', 'waivers.yaml:2: there is no rule "WH-3"; did you mean "WH-03"?'],
    ["no day", 'expires: "2026-06-01"', "expires: soon", "expires must be a day like 2026-11-30"],
    ["no evidence", /evidence: .*/, "evidence: []", "evidence must be the digests"],
  ])("with %s is refused with its line", (_name, from, to, message) => {
    const place = waived();
    const text = readFileSync(join(place, "waivers.yaml"), "utf8").replace('approver: "ciso"', "approver: ciso");
    writeFileSync(join(place, "waivers.yaml"), text.replace(from, to));
    const run = carrierguard(["check", "core.yaml", "--waivers", "waivers.yaml", ...APRIL], { folder: place });
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("goes with the settings, and to the pack by its absolute path", () => {
    const place = waived();
    writeFileSync(join(place, "carrierguard.yaml"), "waivers: [waivers.yaml]\n");
    expect(checked(["core.yaml", ...ONLY, ...APRIL], { folder: place }).status).toBe(0);
    const config = JSON.parse(carrierguard(["config"], { folder: place }).stdout) as { carrierguard: { waivers: string[] } };
    expect(config.carrierguard.waivers.map((file) => file.startsWith("/") && file.endsWith("/waivers.yaml"))).toEqual([true]);
  });
});

describe("a baseline", () => {
  const made = () => {
    const place = folder({ "core.yaml": pod("") });
    expect(carrierguard(["baseline", "create", "core.yaml"], { folder: place }).status).toBe(0);
    return place;
  };
  const against = (place: string) => checked(["core.yaml", "--baseline", "carrierguard-baseline.json", "--fail-on-new"], { folder: place });

  it("accepts the findings of today", () => {
    const { status, report } = against(made());
    expect(status).toBe(0);
    expect(report.findings.filter(({ verdict }) => verdict === "fail").every(({ baselined }) => baselined)).toBe(true);
  });

  it("does not accept one that has grown", () => {
    const place = made();
    writeFileSync(join(place, "core.yaml"), pod("      hostIPC: true\n"));
    const { status, report } = against(place);
    expect(status).toBe(1);
    expect(report.findings.filter(({ verdict, baselined }) => verdict === "fail" && !baselined).map(({ ruleId }) => ruleId)).toContain(
      "WH-03",
    );
  });

  it("only ever shrinks", () => {
    const place = made();
    const rulesIn = () => (JSON.parse(readFileSync(join(place, "carrierguard-baseline.json"), "utf8")) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule); // prettier-ignore
    const before = rulesIn();
    writeFileSync(join(place, "core.yaml"), pod("      hostNetwork: true\n").replace("hostPID: true", ""));
    expect(carrierguard(["baseline", "update", "core.yaml"], { folder: place }).status).toBe(0);
    const after = rulesIn();
    expect(before).toContain("WH-03");
    expect(after).not.toContain("WH-03");
    expect(after.filter((rule) => !before.includes(rule))).toEqual([]);
  });

  it("that is none is refused", () => {
    const run = carrierguard(["check", "core.yaml", "--baseline", "b.json"], { folder: folder({ "core.yaml": pod(""), "b.json": "{}" }) });
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining("b.json: this is no baseline")]);
  });
});
