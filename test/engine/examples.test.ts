/** The examples on the real engine: what they show must be so, and the command line must say the same without an engine. */

import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { type PrintedViolation, PulumiProject, ROOT, violationsIn } from "./pulumi-cli";

const MAIN = path.join(ROOT, "dist/cli/main.js");

/** The stack itself, as the engine prints it. */
const STACK = /^pulumi:pulumi:Stack: .*$/;

interface Finding {
  readonly ruleName: string;
  readonly verdict: string;
  readonly subsumedBy: string | null;
  readonly resource: { readonly urn: string };
}

/** Rule and logical name of every failure that people see, as `check` tells them of a target. */
function checked(target: string, example: string): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    [MAIN, "check", target, "--stack", "dev", "-o", "json", "--config", path.join(ROOT, example, "carrierguard.yaml")],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const failures = findings.filter((finding) => finding.verdict === "fail" && finding.subsumedBy === null);
  return [...new Set(failures.map((finding) => `${finding.ruleName} ${finding.resource.urn.split("::").slice(3).join("::")}`))].sort();
}

describe.each([
  { example: "examples/insecure-core", refused: true },
  { example: "examples/plain-core", refused: false },
  { example: "examples/brownfield-core", refused: true },
])("$example", ({ example, refused }) => {
  let project: PulumiProject;

  beforeAll(() => {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT });
    project = PulumiProject.open(example);
  });
  afterAll(() => project.close());

  it(`is ${refused ? "refused" : "accepted"} in preview, each violation said once and the same as check says`, () => {
    const { status, output } = project.run("preview", ...project.pack(project.settings()));
    const violations = violationsIn(output).filter(({ level }) => level === "mandatory" || level === "advisory");
    const said = violations.map(({ level, policy, resource, message }) => `${level} ${policy} ${resource} ${message}`);
    expect(status === 0).toBe(!refused);
    expect(violations.some(({ level }) => level === "mandatory")).toBe(refused);
    expect(said).toEqual([...new Set(said)]);
    // Both name a resource by its logical name; what is said of the stack as a whole goes by its name, which is another here.
    const line = ({ policy, resource }: PrintedViolation): string => `${policy} ${resource.replace(STACK, "").split(": ").at(-1)}`;
    const told = violations.map(line);
    const without = checked(example, example);
    // Both ways: what one of the two does not know, the other must not refuse for.
    const mandatory = violations.filter(({ level }) => level === "mandatory").map(line);
    expect(mandatory.filter((item) => !without.includes(item))).toEqual([]);
    // What is undetermined is told too, in lines of its own.
    expect([...new Set(told)].filter((item) => without.includes(item)).sort()).toEqual(without);
  });

  it("gives the same answer on the deployed stack", () => {
    // What the engine refuses to deploy is deployed without the pack here, and its export judged.
    const up = project.run("up", "--yes", "--skip-preview", ...(refused ? [] : project.pack(project.settings())));
    expect(up.status).toBe(0);
    const { file } = project.exported();
    const analysis = project.run("policy", "analyze", "--file", file, ...project.pack(project.settings()));
    expect(analysis.status === 0).toBe(!refused);
    expect(checked(file, example)).toEqual(checked(example, example));
  });
});

test("the project at the root previews the zero-trust core, and nothing refuses it", () => {
  const project = PulumiProject.open(".");
  try {
    const { status, output } = project.run("preview", ...project.pack(project.settings("examples/zero-trust-core/carrierguard.yaml")));
    expect(status).toBe(0);
    expect(Number(/\+ (\d+) to create/.exec(output)?.[1])).toBeGreaterThan(300);
  } finally {
    project.close();
  }
});
