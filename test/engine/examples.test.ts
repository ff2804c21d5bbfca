/** The examples on the real engine: what they show must be so. */

import { existsSync } from "node:fs";
import path from "node:path";
import { PulumiProject, ROOT, violationsIn } from "./pulumi-cli";

describe.each([
  { example: "examples/insecure-core", refused: true },
  { example: "examples/zero-trust-core", refused: false },
])("$example", ({ example, refused }) => {
  const there = existsSync(path.join(ROOT, example, "Pulumi.yaml"));
  let project: PulumiProject;

  beforeAll(() => {
    if (there) project = PulumiProject.open(example);
  });
  afterAll(() => project?.close());

  (there ? it : it.skip)(`is ${refused ? "refused" : "clean under the strictest profile"}, each violation said once`, () => {
    const { status, output } = project.run("preview", ...project.pack(refused ? undefined : { carrierguard: { profile: "strict" } }));
    const violations = violationsIn(output).map(({ policy, resource }) => `${policy} ${resource}`);
    expect(violations).toEqual([...new Set(violations)]);
    expect(violations.length > 0).toBe(refused);
    expect(status === 0).toBe(!refused);
  });

  (there ? it : it.skip)("gives the same answer on the deployed stack", () => {
    // What the engine refuses to deploy is deployed without the pack here, and its export judged.
    const up = project.run("up", "--yes", "--skip-preview", ...(refused ? [] : project.pack({ carrierguard: { profile: "strict" } })));
    expect(up.status).toBe(0);
    const { file } = project.exported();
    const analysis = project.run("policy", "analyze", "--file", file, ...project.pack());
    expect(analysis.status === 0).toBe(!refused);
  });
});
