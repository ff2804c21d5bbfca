/** What people read: no cause twice, and a wrong value of a chart in one line. JSON keeps every finding, marked. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../policypack/engine/finding";
import { carrierguard, checked, ROOT } from "./command-line";

const CHARTS = join(ROOT, "../shared/corpus/core-charts");
const CORES = ["cnti-open5gs", "gradiant-free5gc", "gradiant-open5gs", "sdcore-bess-upf", "towards5gs-free5gc"];

/** Places of a resource's own properties: something that is missing altogether is at no place. */
const places = (finding: Finding): string[] =>
  [...new Set(finding.evidence.map(({ path }) => path))].filter((path) => /^[a-z]/.test(path)).sort();

/** Pairs of rules that tell people the same places of the same resource. */
function toldTwice(findings: readonly Finding[]): string[] {
  const told = findings.filter((finding) => finding.subsumedBy === null && finding.verdict === "fail" && places(finding).length > 0);
  const by = new Map<string, string[]>();
  for (const finding of told) {
    const key = [finding.resource.urn, ...places(finding)].join(" ");
    by.set(key, [...(by.get(key) ?? []), finding.ruleId]);
  }
  return [...by].filter(([, ids]) => ids.length > 1).map(([key, ids]) => `${ids.join(", ")}: ${key}`);
}

const INSECURE = join(ROOT, "examples/insecure-core");

test("no cause is told twice in the insecure core", () => {
  expect(toldTwice(checked([INSECURE]).report.findings)).toEqual([]);
});

test("what goes under a line is in the JSON, marked with the finding that people see, on the same resource", () => {
  const { findings } = checked([INSECURE]).report;
  const seen = new Map(findings.filter(({ subsumedBy }) => subsumedBy === null).map((item) => [item.fingerprint, item.resource.urn]));
  const under = findings.filter(({ subsumedBy }) => subsumedBy !== null);
  expect(under.length).toBeGreaterThan(0);
  expect(under.filter(({ subsumedBy, resource }) => seen.get(subsumedBy ?? "") !== resource.urn)).toEqual([]);
});

const PRIVILEGED = `apiVersion: apps/v1
kind: Deployment
metadata: {name: upf, namespace: core}
spec:
  template:
    metadata: {labels: {app: upf}}
    spec:
      containers:
        - name: upf
          image: registry.carrier.example/5gc/upf@sha256:${"0".repeat(64)}
          securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
`;
const WORKLOAD_RULES = ["WH-01", "WH-02", "WH-05"].flatMap((id) => ["--rule", id]);

test("a privileged UPF is one line in every report for people, and three findings in JSON", () => {
  const input = { input: PRIVILEGED };
  const run = (format: string) => carrierguard(["check", "-", "-o", format, ...WORKLOAD_RULES], input).stdout;
  expect(run("human").match(/[✖▲] /g)).toHaveLength(1);
  expect(run("human")).toContain("WH-01 WH-02 WH-05");
  expect((JSON.parse(run("sarif")) as { runs: { results: unknown[] }[] }).runs[0]?.results).toHaveLength(1);
  expect(run("junit").match(/<failure /g)).toHaveLength(1);
  expect(checked(["-", ...WORKLOAD_RULES], input).report.findings.map(({ ruleId }) => ruleId)).toEqual(["WH-01", "WH-02", "WH-05"]);
});

test("one line refuses when anything that goes under it does", () => {
  const excepted = ["--fail-on", "critical"];
  expect(carrierguard(["check", "-", ...WORKLOAD_RULES, ...excepted], { input: PRIVILEGED }).status).toBe(1);
  const without = carrierguard(["check", "-", "--rule", "WH-02", "--rule", "WH-05", ...excepted], { input: PRIVILEGED });
  expect(without.status).toBe(0);
});

if (!existsSync(CHARTS)) {
  console.warn(`skipped: ${CHARTS} is not there`);
  it.skip("public charts", () => undefined);
} else {
  const charts = readdirSync(CHARTS).filter((name) => name.endsWith(".yaml"));

  it.each(charts)("no cause is told twice in %s", (chart) => {
    expect(toldTwice(checked([join(CHARTS, chart)]).report.findings)).toEqual([]);
  });

  it.each(CORES)("the operator of %s reads fewer than six lines a workload", (chart) => {
    const target = join(CHARTS, `${chart}.yaml`);
    const { workloads } = JSON.parse(carrierguard(["inventory", target, "-o", "json"]).stdout) as { workloads: unknown[] };
    const lines = carrierguard(["check", target]).stdout.match(/^ {2}[✖▲] /gm) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length / workloads.length).toBeLessThan(6);
  });
}

test("security groups that open the same are one line, those that open something else have their own", () => {
  const group = (name: string, port: number) => ({
    urn: `urn:pulumi:dev::t::aws:ec2/securityGroup:SecurityGroup::${name}`,
    custom: true,
    id: `sg-${name}`,
    type: "aws:ec2/securityGroup:SecurityGroup",
    inputs: { ingress: [{ protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: ["0.0.0.0/0"] }] },
    outputs: {},
  });
  const resources = [group("jump", 22), group("jump-old", 22), group("portal", 443), group("metrics", 9090)];
  const text = JSON.stringify({ version: 3, deployment: { manifest: { time: "", magic: "", version: "" }, resources } });
  const lines = carrierguard(["check", "-"], { input: text }).stdout.split("\n");
  const told = lines.filter((line) => line.includes("SG-05"));
  expect(told.map((line) => /tcp \d+/.exec(line)?.[0])).toEqual(["tcp 22", "tcp 9090", "tcp 443"]);
  expect(lines.filter((line) => line.includes("and in 1 more")).join()).toContain("jump-old");
});
