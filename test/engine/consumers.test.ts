/** The component library as programs of other languages see it: its schema on the real engine, a program in YAML and one in Python. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { PulumiProject, ROOT, violationsIn } from "./pulumi-cli";

interface Described {
  readonly inputProperties?: Properties;
  readonly properties?: Properties;
  readonly requiredInputs?: readonly string[];
  readonly required?: readonly string[];
}

type Properties = { readonly [name: string]: { readonly description?: string } };

interface Schema {
  readonly resources: { readonly [token: string]: Described };
  readonly types: { readonly [token: string]: Described };
}

let project: PulumiProject;
let schema: Schema;

beforeAll(() => {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT });
  project = PulumiProject.open("examples/consumers/yaml");
  schema = JSON.parse(project.run("package", "get-schema", path.join(ROOT, "components")).stdout) as Schema;
});
afterAll(() => project.close());

test("the engine reads every component that the library exports, each input and output documented", () => {
  const exported = [
    ...readFileSync(path.join(ROOT, "components/index.ts"), "utf8").matchAll(/\b(\w+), type \1Args\b|type \w+Args, (\w+),/g),
  ];
  const components = exported.map(([, before, after]) => `carrierguard:index:${before ?? after ?? ""}`);
  expect(Object.keys(schema.resources).sort()).toEqual(components.sort());
  expect(components).toHaveLength(12);
  const undocumented = Object.entries({ ...schema.resources, ...schema.types }).flatMap(([token, { inputProperties, properties }]) =>
    Object.entries({ ...inputProperties, ...properties }).flatMap(([name, { description = "" }]) =>
      description === "" ? [`${token} ${name}`] : [],
    ),
  );
  expect(undocumented).toEqual([]);
  for (const { inputProperties, properties } of Object.values(schema.resources)) {
    expect(Object.keys(inputProperties ?? {}).length).toBeGreaterThan(0);
    expect(Object.keys(properties ?? {}).length).toBeGreaterThan(0);
  }
});

test("a YAML program previews a core, in which the strict profile finds nothing", () => {
  const { status, output } = project.run("preview", ...project.pack(project.settings()));
  expect(status).toBe(0);
  expect(Number(/\+ (\d+) to create/.exec(output)?.[1])).toBeGreaterThan(250);
  expect(output).toContain('AMF: "core-control"');
  expect(failures(output)).toEqual([]);
});

/** Python with Pulumi's SDK of the engine's release. */
function python(): string {
  const version = /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(path.join(__dirname, "go.mod"), "utf8"))?.[1] ?? "";
  const folder = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "carrierguard", `python-${version}`);
  const pip = path.join(folder, "bin/pip");
  if (!existsSync(pip)) execFileSync("python3", ["-m", "venv", folder]);
  execFileSync(pip, ["install", "--quiet", "--disable-pip-version-check", `pulumi==${version}`]);
  return path.join(folder, "bin");
}

test("a Python program previews a core with the package that Pulumi generates, and the strict profile finds nothing in it", () => {
  const bin = python();
  const consumer = PulumiProject.open("examples/consumers/python", [bin]);
  const sdk = mkdtempSync(path.join(tmpdir(), "carrierguard-sdk-"));
  try {
    const generated = consumer.run("package", "gen-sdk", path.join(ROOT, "components"), "--language", "python", "--out", sdk);
    expect(generated.output).toContain("SDK has been written");
    execFileSync(path.join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", path.join(sdk, "python")]);
    const { status, output } = consumer.run("preview", ...consumer.pack(consumer.settings()));
    expect(status).toBe(0);
    expect(Number(/\+ (\d+) to create/.exec(output)?.[1])).toBeGreaterThan(250);
    expect(output).toContain('AMF: "core-control"');
    expect(failures(output)).toEqual([]);
  } finally {
    consumer.close();
    rmSync(sdk, { recursive: true, force: true });
  }
});

function failures(output: string): unknown[] {
  return violationsIn(output).filter(({ message }) => !/depends? on values that are not known yet/.test(message));
}
