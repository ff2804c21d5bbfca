/** The exit status, and wrong usage. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exitStatus, refuses, type Results } from "../../cli/exit-status";
import type { Finding } from "../../policypack/engine/finding";
import { carrierguard, checked, compiled, folder, ROOT } from "./command-line";

const SMALL_CORE = join(ROOT, "test/fixtures/small-core");
const CORE = join(SMALL_CORE, "manifests.yaml");
const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
const PRIVILEGED =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: amf}\nspec: {containers: [{name: amf, image: free5gc/amf:v3, securityContext: {privileged: true}}]}\n";

describe("status", () => {
  it.each([
    [0, "nothing is found", ["-"], NAMESPACE],
    [1, "a mandatory rule fails", [CORE], ""],
    [0, "what fails is not to count", [CORE, "--fail-on", "never"], ""],
    [0, "only medium findings are there, and high ones count", [CORE, "--rule", "ID-02", "--fail-on", "high"], ""],
    [1, "medium findings are there, and they count", [CORE, "--rule", "ID-02", "--fail-on", "medium"], ""],
    [0, "a rule is only advisory in the profile", [CORE, "--rule", "SC-02", "--profile", "lab"], ""],
    [1, "the same rule is mandatory in the profile", [CORE, "--rule", "SC-02", "--profile", "strict"], ""],
    [0, "something is undetermined", [join(SMALL_CORE, "export.json"), "--rule", "LG-09"], ""],
    [
      1,
      "something is undetermined, and that is denied",
      [join(SMALL_CORE, "export.json"), "--rule", "LG-09", "--profile", "strict", "--undetermined", "deny"],
      "",
    ],
    [2, "a target is not there", ["nosuch.yaml"], ""],
    [2, "a target is unreadable", ["-"], "a: ["],
    [2, "standard input is empty", ["-"], ""],
    [2, "one of two targets is not there", [CORE, "nosuch.yaml"], ""],
    [3, "the input holds only comments", ["-"], "# nothing\n---\n"],
    [3, "every rule is excluded", [CORE, "--rule", "WH-01", "--exclude-rule", "WH-01"], ""],
  ])("%i where %s", (status, _when, args, input) => {
    expect(carrierguard(["check", ...args], { input }).status).toBe(status);
  });

  it("says on standard error that nothing was evaluated", () => {
    expect(carrierguard(["check", "-"], { input: "# nothing\n" }).stderr).toContain("nothing was evaluated");
  });
});

describe("a standard output that takes no more", () => {
  const pods = Array.from({ length: 400 }, (_, i) => PRIVILEGED.replaceAll("amf", `amf${i}`)).join("---\n");
  const into = (rest: string) =>
    spawnSync("sh", ["-c", `("${process.execPath}" "${compiled()}" check - -o json; echo "status $?" >&2) ${rest}`], {
      input: pods,
      encoding: "utf8",
      cwd: folder(),
      maxBuffer: 1 << 28,
    });

  it("changes nothing about the answer where its reader has seen enough", () => {
    const { stdout, stderr } = into("| head -n 1");
    expect(stdout).toBe("{\n");
    expect(stderr).toBe("status 1\n");
  });

  it("loses nothing where its reader is slow", () => {
    const { stdout } = into("| (sleep 1; cat)");
    expect((JSON.parse(stdout) as { findings: unknown[] }).findings.length).toBeGreaterThan(400);
  });

  (existsSync("/dev/full") ? it : it.skip)("is told where it is full", () => {
    expect(into("> /dev/full").stderr).toMatch(/^carrierguard: standard output: ENOSPC.*\nstatus 2\n$/);
  });
});

describe("from the results alone", () => {
  const finding = (verdict: Finding["verdict"], more: Partial<Finding> = {}): Finding =>
    ({ verdict, severity: "high", enforcement: "mandatory", waiver: null, baselined: false, ...more }) as Finding;
  const results = (findings: Finding[], more: Partial<Results> = {}): Results => ({
    findings,
    resources: 1,
    ran: 1,
    unread: 0,
    coveragePercent: 100,
    ...more,
  });
  const advise = { undetermined: "advise" } as const;

  it("is 4 where a rule had a fault, however little counts", () => {
    expect(exitStatus(results([finding("error")]), { ...advise, failOn: "never" })).toBe(4);
  });

  it("is 2 before anything else where an input was not read", () => {
    expect(exitStatus(results([finding("error"), finding("fail")], { unread: 1 }), advise)).toBe(2);
  });

  it("is 1 where less was looked into than asked for", () => {
    expect(exitStatus(results([], { coveragePercent: 79 }), { ...advise, failCoverageBelow: 80 })).toBe(1);
    expect(exitStatus(results([], { coveragePercent: 80 }), { ...advise, failCoverageBelow: 80 })).toBe(0);
  });

  it("is not touched by what is waived or in the baseline", () => {
    expect(refuses(finding("fail", { waiver: "W-1" }), advise)).toBe(false);
    expect(refuses(finding("fail", { baselined: true }), advise)).toBe(false);
    expect(refuses(finding("fail"), advise)).toBe(true);
  });
});

describe("wrong usage is status 2, with the nearest word", () => {
  it.each([
    [["check", CORE, "--rule", "sg-5"], 'there is no rule "sg-5"; did you mean "SG-05"?'],
    [["check", CORE, "--exclude-rule", "WH-001"], 'there is no rule "WH-001"; did you mean "WH-01"?'],
    [["check", CORE, "--family", "identiti"], 'there is no family "identiti"; did you mean "identity"?'],
    [["check", CORE, "-o", "jsn"], 'there is no output format "jsn"; did you mean "json"?'],
    [["check", CORE, "-o", "nosuch"], 'there is no output format "nosuch"'],
    [["check", CORE, "-o", "json", "-o", "sarif"], "two formats cannot share standard output"],
    [["check", CORE, "-o", "json=no/such/folder/a.json"], "no/such/folder/a.json cannot be written (ENOENT)"],
    [["check", CORE, "--profile", "strickt"], "strickt"],
    [["check", CORE, "--fail-on", "severe"], "severe"],
    [["check", CORE, "--fail-coverage-below", "150"], "percentage"],
    [["check", CORE, "--at", "yesterday"], "yesterday"],
    [["check", CORE, "--exclude-rules", "WH-01"], "Did you mean --exclude-rule?"],
    [["check"], "target"],
    [["chek", CORE], "Did you mean check?"],
    [["explain", "WH-1"], 'there is no rule "WH-1"; did you mean "WH-01"?'],
  ])("%j", (args, message) => {
    const { status, stdout, stderr } = carrierguard(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at \S+ \(/);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("takes a rule by its id in any case, and by its name", () => {
    for (const word of ["wh-01", "WH-01", "wh-01-no-privileged-containers"]) {
      const { findings } = checked([CORE, "--rule", word]).report;
      expect([...new Set(findings.map((finding) => finding.ruleId))]).toEqual(["WH-01"]);
    }
  });
});

describe("targets", () => {
  it("are read from standard input", () => {
    const piped = checked(["-"], { input: readFileSync(CORE) }).report;
    expect(piped.findings.map((finding) => finding.fingerprint)).toEqual(
      checked([CORE]).report.findings.map((finding) => finding.fingerprint),
    );
    expect(piped.findings.find((finding) => finding.ruleId === "WH-01")?.resource.source?.file).toBe("-");
  });

  it("are read from standard input in every form", () => {
    for (const form of ["export.json", "preview.json", "events.jsonl"]) {
      const direct = checked([join(SMALL_CORE, form)]).report.findings.map((finding) => finding.fingerprint);
      expect(checked(["-"], { input: readFileSync(join(SMALL_CORE, form)) }).report.findings.map((finding) => finding.fingerprint)).toEqual(
        direct,
      );
    }
  });

  it("without a namespace live where --namespace says", () => {
    const namespaceOf = (...options: string[]) =>
      checked(["-", "--rule", "WH-01", ...options], { input: PRIVILEGED }).report.findings[0]?.resource.namespace;
    expect(namespaceOf("--namespace", "core")).toBe("core");
    expect(namespaceOf()).toBe("default");
  });

  it("are one stack: what one declares is seen from the other", () => {
    const documents = readFileSync(CORE, "utf8").split("---\n");
    const [configuration, rest] = [
      documents.filter((text) => /kind: ConfigMap/.test(text)),
      documents.filter((text) => !/kind: ConfigMap/.test(text)),
    ];
    const place = folder({ "a.yaml": configuration.join("---\n"), "b.yaml": rest.join("---\n") });
    const together = checked(["a.yaml", "b.yaml"], { folder: place }).report;
    expect(together.findings.map((finding) => finding.fingerprint)).toEqual(
      checked([CORE]).report.findings.map((finding) => finding.fingerprint),
    );
    expect(together.targets).toEqual(["a.yaml", "b.yaml"]);
  });

  it("may be folders", () => {
    const place = folder({ "deploy/core.yaml": readFileSync(CORE), "deploy/notes.txt": "a: [" });
    expect(checked(["deploy"], { folder: place }).report.findings.map((finding) => finding.fingerprint)).toEqual(
      checked([CORE]).report.findings.map((finding) => finding.fingerprint),
    );
  });
});
