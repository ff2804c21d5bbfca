/** `check --fix`: plain YAML manifests put right where it is safe, nothing else of them touched, nothing of theirs printed. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../policypack/engine/finding";
import { carrierguard, folder, ROOT, type Run } from "./command-line";

const CHARTS = join(ROOT, "../shared/corpus/core-charts");
const CANARY = "hunter2-canary";

const upf = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: upf   # the user plane
  namespace: core
spec:
  template:
    metadata: {labels: {app: upf}}
    spec:
${spec}
`;

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: db, namespace: core}
stringData: {password: ${CANARY}}
`;

const CORE = [
  "# Ours: keep the comments.\n",
  SECRET,
  upf(`      hostPID: true        # for debugging
      shareProcessNamespace: "true"
      containers:
        - {name: upf, image: "5gc/upf:1", tty: true, env: [{name: PASSWORD, value: ${CANARY}}], stdin: yes}
        - name: agent
          image: agent
          stdin:   true`),
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: core}
spec:
  podSelector: {matchLabels: {app: upf}}
  policyTypes: [Egress]
  egress:
    - to:
        - ipBlock:
            cidr: 0.0.0.0/0   # everywhere
        - ipBlock: {cidr: 0.0.0.0/0}
        - ipBlock:
            cidr: "128.0.0.0/1"
            except:
              - 192.168.0.0/16   # ours
              - 172.16.0.0/12
        - ipBlock: {cidr: "::/0", except: ["fd00::/16"]}
        - ipBlock: {cidr: "::/0"}
`,
].join("---\n");

const RULES = ["WH-03", "WH-09", "SG-13"].flatMap((rule) => ["--rule", rule]);

function fixed(
  text: string,
  name = "core.yaml",
  options: readonly string[] = ["--fix"],
): { readonly run: Run; readonly text: string; readonly place: string } {
  const place = folder();
  writeFileSync(join(place, name), text);
  const run = carrierguard(["check", name, "-o", "json", ...options, ...RULES], { folder: place });
  return { run, text: readFileSync(join(place, name), "utf8"), place };
}

const found = (run: Run): readonly Finding[] => (JSON.parse(run.stdout) as { findings: Finding[] }).findings;

test("sets what is safe, and leaves every other byte", () => {
  const { text } = fixed(CORE);
  const expected = CORE.replace("hostPID: true ", "hostPID: false ")
    .replace('shareProcessNamespace: "true"', "shareProcessNamespace: false")
    .replace("tty: true", "tty: false")
    .replace("stdin: yes", "stdin: false")
    .replace("stdin:   true", "stdin:   false")
    .replace(
      "cidr: 0.0.0.0/0   # everywhere\n",
      "cidr: 0.0.0.0/0   # everywhere\n            except:\n              - 169.254.169.254/32\n",
    )
    .replace("{cidr: 0.0.0.0/0}", "{cidr: 0.0.0.0/0, except: [169.254.169.254/32]}")
    .replace("- 172.16.0.0/12\n", "- 172.16.0.0/12\n              - 169.254.169.254/32\n")
    .replace('{cidr: "::/0"}', '{cidr: "::/0", except: ["fd00:ec2::254/128"]}');
  expect(text).toBe(expected);
});

test("reports what is there afterwards, and changes nothing the second time", () => {
  const { run, text, place } = fixed(CORE);
  expect(found(run).filter(({ verdict, message }) => verdict === "fail" && !message.includes("DNS"))).toEqual([]);
  const again = carrierguard(["check", "core.yaml", "-o", "json", "--fix", ...RULES], { folder: place });
  expect(again.stderr).toContain("there is nothing to put right");
  expect(readFileSync(join(place, "core.yaml"), "utf8")).toBe(text);
});

test("shows the difference first, and nothing of the file but what changes", () => {
  const { run } = fixed(CORE);
  expect(run.stderr).toContain("--- core.yaml\n+++ core.yaml\n");
  expect(run.stderr).toContain("Deployment core/upf (WH-03) @@\n-      hostPID: true\n+      hostPID: false\n");
  expect(run.stderr).toContain("carrierguard: core.yaml: written (SG-13, WH-03, WH-09)");
  expect(run.stdout + run.stderr).not.toContain(CANARY);
});

test("only shows it when told so", () => {
  const { run, text } = fixed(CORE, "core.yaml", ["--fix-dry-run"]);
  expect(text).toBe(CORE);
  expect(run.stderr).toContain("+      hostPID: false");
  expect(found(run).map(({ ruleId }) => ruleId)).toContain("WH-03");
});

test("keeps carriage returns and a byte order mark", () => {
  const windows = `\ufeff${CORE.replaceAll("\n", "\r\n")}`;
  const { text } = fixed(windows);
  expect(text).not.toMatch(/[^\r]\n/);
  expect(text.replaceAll("\r\n", "\n")).toBe(`\ufeff${fixed(CORE).text}`);
});

test("puts the items of a List right", () => {
  const item = upf("      hostIPC: true\n      containers: [{name: upf, image: 5gc/upf}]").trimEnd().replaceAll("\n", "\n  ");
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${item}\n`;
  expect(fixed(list).text).toBe(list.replace("hostIPC: true", "hostIPC: false"));
});

test.each([
  ["an alias", upf("      hostPID: &on true\n      hostIPC: *on\n      containers: [{name: upf, image: 5gc/upf}]")],
  [
    "a template",
    `apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- ${upf("      hostPID: true\n      containers: [{name: upf, image: 5gc/upf}]").trimEnd().replaceAll("\n", "\n  ")}\n`,
  ],
])("leaves %s alone, and says so", (_what, text) => {
  const { run, text: after } = fixed(text);
  expect(after).toBe(text);
  expect(run.stderr).toMatch(/not changed \(WH-03\): .*by hand/);
});

test("leaves JSON alone, and says what to do", () => {
  const pod = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "upf", namespace: "core", labels: { app: "upf" } },
    spec: { hostPID: true, containers: [{ name: "upf", image: "upf" }] },
  });
  const { run, text } = fixed(pod, "pod.json");
  expect(text).toBe(pod);
  expect(run.stderr).toContain("pod.json: not changed (WH-03): only YAML files are written");
});

test("leaves a program alone, and names the level of the policy pack", () => {
  const { stderr } = carrierguard([
    "check",
    join(ROOT, "examples/insecure-core"),
    "--fix",
    "--rule",
    "DP-08",
    "--rule",
    "LG-01",
    "--rule",
    "WH-03",
  ]);
  expect(stderr).toContain("the level remediate in the policy pack");
});

test("does not take standard input", () => {
  const run = carrierguard(["check", "-", "--fix"], { input: CORE });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain("name the file");
});

test("does not touch what somebody has accepted", () => {
  const place = folder();
  writeFileSync(join(place, "core.yaml"), CORE);
  carrierguard(["baseline", "create", "core.yaml"], { folder: place });
  carrierguard(["check", "core.yaml", "--fix", "--baseline", "carrierguard-baseline.json"], { folder: place });
  expect(readFileSync(join(place, "core.yaml"), "utf8")).toBe(CORE);
});

if (!existsSync(CHARTS)) {
  console.warn(`skipped: ${CHARTS} is not there`);
  it.skip("public charts", () => undefined);
} else {
  test("of rendered charts: every other line keeps its bytes, and the second run writes nothing", () => {
    const place = folder();
    mkdirSync(join(place, "charts"));
    const names = readdirSync(CHARTS).filter((name) => name.endsWith(".yaml"));
    for (const name of names) cpSync(join(CHARTS, name), join(place, "charts", name));
    const first = carrierguard(["check", "charts", "--fix"], { folder: place });
    expect(first.stderr).toContain("sdcore-bess-upf.yaml: written (WH-03, WH-09)");
    const after = new Map(names.map((name) => [name, readFileSync(join(place, "charts", name), "utf8")]));
    for (const [name, text] of after) {
      const before = readFileSync(join(CHARTS, name), "utf8").split("\n");
      const changed = text.split("\n").filter((line, index) => line !== before[index]);
      expect(changed.filter((line) => !/^ *(hostPID|hostIPC|shareProcessNamespace|stdin|tty): false$/.test(line))).toEqual([]);
    }
    carrierguard(["check", "charts", "--fix"], { folder: place });
    for (const [name, text] of after) expect(readFileSync(join(place, "charts", name), "utf8")).toBe(text);
  });
}
