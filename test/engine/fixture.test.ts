/** What the pack does on the real engine, on a small program whose mistakes are known. */

import { PulumiProject, violationsIn } from "./pulumi-cli";

const WH01 = "wh-01-no-privileged-containers";
const SG05 = "sg-05-no-world-open-ingress";
const UPF = "kubernetes:apps/v1:Deployment: upf";
const N2 = "aws:ec2:SecurityGroup: n2";
const ONLY = { all: "disabled", carrierguard: { enforcementLevel: "mandatory" }, [WH01]: "mandatory", [SG05]: "mandatory" };

let project: PulumiProject;

beforeAll(() => {
  project = PulumiProject.open("test/fixtures/engine");
});

afterAll(() => project.close());

describe("pulumi preview", () => {
  it.each(["policypack", "policypack/carrierguard-pack.js"])("refuses, and says each violation once (%s)", (pack) => {
    const { status, output } = project.run("preview", ...project.pack(ONLY, pack));
    expect(violationsIn(output)).toMatchObject([
      { level: "mandatory", policy: SG05, resource: N2 },
      { level: "mandatory", policy: WH01, resource: UPF },
    ]);
    expect(status).not.toBe(0);
  });

  it("lets a level that the user gives to a rule win over the profile", () => {
    const config = {
      ...ONLY,
      carrierguard: { enforcementLevel: "mandatory", profile: "strict" },
      [WH01]: "advisory",
      [SG05]: { enforcementLevel: "advisory" },
    };
    const { status, output } = project.run("preview", ...project.pack(config));
    expect(violationsIn(output).map(({ level }) => level)).toEqual(["advisory", "advisory"]);
    expect(status).toBe(0);
  });

  it("refuses a configuration with an unknown key, and names the nearest", () => {
    const { status, output } = project.run("preview", ...project.pack({ carrierguard: { profil: "strict" } }));
    expect(status).not.toBe(0);
    expect(output).toContain('carrierguard: unknown key "profil"; did you mean "profile"?');
  });

  it("refuses a configuration for a rule that does not exist", () => {
    const { status, output } = project.run("preview", ...project.pack({ "wh-01-no-privileged-container": "disabled" }));
    expect(status).not.toBe(0);
    expect(output).toContain(`there is no policy "wh-01-no-privileged-container"; did you mean "${WH01}"?`);
  });

  it("never prints a secret", () => {
    expect(project.run("preview", ...project.pack()).output).not.toContain("correct-horse-battery");
  });
});

describe("pulumi up", () => {
  const advisory = { ...ONLY, [WH01]: "advisory", [SG05]: "advisory" };

  it("makes what a remedy was asked to put right as it should be, and keeps its secrets", () => {
    const remedied = { ...ONLY, [WH01]: "disabled", [SG05]: "disabled", "dp-08-kms-keys-rotated-and-scoped": "remediate" };
    const up = project.run("up", "--yes", "--skip-preview", ...project.pack(remedied));
    expect(violationsIn(up.output).filter(({ level }) => level === "mandatory")).toEqual([]);
    expect(up.status).toBe(0);
    const { text } = project.exported();
    const key = (JSON.parse(text) as { deployment: { resources: { type: string; inputs?: object }[] } }).deployment.resources.find(
      ({ type }) => type === "aws:kms/key:Key",
    );
    expect(key?.inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect(text).not.toContain("a description of its own");
  });

  it("deploys what only advice speaks against, and analyses the deployed stack to the same end", () => {
    const up = project.run("up", "--yes", "--skip-preview", ...project.pack(advisory));
    expect(violationsIn(up.output).map(({ policy }) => policy)).toEqual([SG05, WH01]);
    expect(up.status).toBe(0);

    const { file, text } = project.exported();
    expect(text).toContain("aws:ec2/securityGroup:SecurityGroup");
    const analysis = project.run("policy", "analyze", "--file", file, ...project.pack(ONLY));
    expect(analysis.output).toContain(WH01);
    expect(analysis.status).not.toBe(0);
    expect(project.run("policy", "analyze", "--file", file, ...project.pack(advisory)).status).toBe(0);
  });
});
