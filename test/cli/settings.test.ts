/** carrierguard.yaml: what is wrong in it is told with its line and the nearest right word; what is right in it counts. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { carrierguard, checked, folder, ROOT, type Run } from "./command-line";

const MANIFESTS = readFileSync(join(ROOT, "test/fixtures/small-core/manifests.yaml"));

/** `check` on the small core with these settings beside it. */
const withSettings = (settings: string, ...options: string[]): Run =>
  carrierguard(["check", "core.yaml", "-o", "json", ...options], {
    folder: folder({ "core.yaml": MANIFESTS, "carrierguard.yaml": settings }),
  });

const reportOf = (settings: string, ...options: string[]) =>
  checked(["core.yaml", ...options], { folder: folder({ "core.yaml": MANIFESTS, "carrierguard.yaml": settings }) }).report;

describe("is refused with status 2, line and nearest word", () => {
  it.each([
    ["an unknown key", "profile: lab\nregistry: [a]\n", 'carrierguard.yaml:2: unknown key "registry"; did you mean "registries"?'],
    ["a profile that there is not", "profile: strikt\n", 'carrierguard.yaml:1: profile is "strikt"; did you mean "strict"?'],
    [
      "an unknown rule",
      "rules:\n  WH-01: advisory\n  WH-1: advisory\n",
      'carrierguard.yaml:3: there is no rule "WH-1"; did you mean "WH-01"?',
    ],
    ["a level that there is not", "rules:\n  WH-01: advisry\n", 'carrierguard.yaml:2: rules.WH-01 is "advisry"; did you mean "advisory"?'],
    [
      "an option that a rule has not",
      "rules:\n  SC-07:\n    level: advisory\n    renderd: [upf]\n",
      'carrierguard.yaml:4: unknown key "renderd"; did you mean "rendered"?',
    ],
    [
      "an option of another type",
      "rules:\n  SC-07: {rendered: upf}\n",
      "carrierguard.yaml:2: rules.SC-07.rendered must be a list of texts",
    ],
    ["a zone that there is not", "zones:\n  rann: [10.0.0.0/8]\n", 'carrierguard.yaml:2: unknown key "rann"; did you mean "ran"?'],
    [
      "an address range that is none",
      "zones:\n  ran:\n    - 10.0.0.0/8\n    - the-ran\n",
      'carrierguard.yaml:4: "the-ran" is no address range',
    ],
    ["a list where a map belongs", "rules: [WH-01]\n", "carrierguard.yaml:1: rules must be a map of keys, not a list"],
    ["a text where a map belongs", "just words\n", "carrierguard.yaml:1: the file must be a map of keys"],
    ["broken YAML", "profile: lab\nrules: {\n", "carrierguard.yaml:"],
  ])("%s", (_what, settings, message) => {
    const { status, stdout, stderr } = withSettings(settings);
    expect(stderr).toContain(`carrierguard: ${message}`);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("everything at once, one line each", () => {
    const { stderr } = withSettings("profil: lab\nnamespaces: core\nrules: {XX-99: advisory}\n");
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => /carrierguard\.yaml:(\d)/.exec(line)?.[1]),
    ).toEqual(["1", "2", "3"]);
  });

  it("a settings file that is not there", () => {
    const { status, stderr } = withSettings("", "--config", "nosuch.yaml");
    expect(stderr).toContain("nosuch.yaml: there is no such settings file");
    expect(status).toBe(2);
  });

  it("an indicator file that is not there", () => {
    const { status, stderr } = withSettings("threatIntel: [nosuch.json]\n");
    expect(stderr).toContain("nosuch.json");
    expect(status).toBe(2);
  });
});

describe("counts", () => {
  it("from the working folder, and for an empty file with its defaults", () => {
    expect(reportOf("profile: lab\n").profile).toBe("lab");
    expect(reportOf("").profile).toBe("baseline");
    expect(reportOf("# nothing yet\n").profile).toBe("baseline");
  });

  it("from beside the program that the folder's Pulumi.yaml names", () => {
    const place = folder({
      "project/Pulumi.yaml": "name: core\nruntime: nodejs\nmain: programs/core/index.js\n",
      "project/programs/core/index.js": "",
      "project/programs/core/carrierguard.yaml": "profile: strikt\n",
    });
    const { status, stderr } = carrierguard(["check", "project"], { folder: place });
    expect(status).toBe(2);
    expect(stderr).toContain('project/programs/core/carrierguard.yaml:1: profile is "strikt"; did you mean "strict"?');
  });

  it("from beside the target", () => {
    const place = folder({ "deploy/core.yaml": MANIFESTS, "deploy/carrierguard.yaml": "profile: strict\n" });
    expect(checked(["deploy/core.yaml"], { folder: place }).report.profile).toBe("strict");
  });

  it("less than the command line", () => {
    expect(reportOf("profile: lab\n", "--profile", "strict").profile).toBe("strict");
  });

  it("for the level of a rule, by id or by name", () => {
    const levels = (settings: string) =>
      new Set(
        reportOf(settings)
          .findings.filter((finding) => finding.ruleId === "WH-01")
          .map((finding) => finding.enforcement),
      );
    expect(levels("{}\n")).toEqual(new Set(["mandatory"]));
    expect(levels("rules: {WH-01: advisory}\n")).toEqual(new Set(["advisory"]));
    expect(levels("rules: {wh-01-no-privileged-containers: advisory}\n")).toEqual(new Set(["advisory"]));
    expect(levels("rules: {WH-01: disabled}\n")).toEqual(new Set());
  });

  it("for registries that are approved", () => {
    const failing = (settings: string) =>
      reportOf(settings).findings.filter((finding) => finding.ruleId === "SC-01" && finding.verdict === "fail");
    expect(failing("{}\n").length).toBeGreaterThan(0);
    expect(failing("registries: [docker.io/free5gc]\n")).toEqual([]);
  });
});
