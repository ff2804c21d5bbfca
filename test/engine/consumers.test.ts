/** The component library as programs of other languages see it: its schema on the real engine, a YAML program, and the names a Python one uses. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PulumiProject, ROOT, violationsIn } from "./pulumi-cli";

const PYTHON = path.join(ROOT, "examples/consumers/python/__main__.py");

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
  expect(violationsIn(output).filter(({ message }) => !/depends? on values that are not known yet/.test(message))).toEqual([]);
});

/** Names of the calls of `carrierguard.X(...)`, each with its keywords, as Python's own parser reads them. */
const CALLS = `
import ast, json, sys
calls = [node for node in ast.walk(ast.parse(open(sys.argv[1]).read())) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("carrierguard.")]
print(json.dumps([[call.func.attr, [keyword.arg for keyword in call.keywords]] for call in calls]))
`;

test("a Python program gives every argument that the schema requires, and none that it does not have", () => {
  const calls = JSON.parse(execFileSync("python3", ["-c", CALLS, PYTHON], { encoding: "utf8" })) as [string, string[]][];
  expect(calls.map(([name]) => name).sort()).toEqual(["FiveGCore", "FunctionArgsArgs", "ProductArgsArgs"]);
  for (const [name, keywords] of calls) {
    // Python's generator calls the input form of a type by its name and Args, and writes names in snake case.
    const resource = schema.resources[`carrierguard:index:${name}`];
    const type = schema.types[`carrierguard:index:${name.replace(/Args$/, "")}`];
    const known = Object.keys(resource?.inputProperties ?? type?.properties ?? {}).map(snakeCase);
    const required = (resource?.requiredInputs ?? type?.required ?? []).map(snakeCase);
    expect(keywords.filter((keyword) => !known.includes(keyword))).toEqual([]);
    expect(required.filter((keyword) => !keywords.includes(keyword))).toEqual([]);
  }
});

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
