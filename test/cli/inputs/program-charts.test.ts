/** Manifests and charts that a hosted program declares. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { host } from "./hosted";

jest.setTimeout(60_000);

describe("manifests and charts of a program", () => {
  test("of ConfigFile and of the remote yaml.v2 are read, with transforms applied to the former", async () => {
    const { named } = await host("rendered");
    expect(named("Service::core/smf").props.get("metadata", "labels", "team").string()).toEqual({ state: "known", value: "core" });
    expect(named("Service::second:core/smf").parent).toBe(named("yaml/v2:ConfigGroup::second").urn);
    expect(named("Namespace::second:core").props.get("kind").string()).toEqual({ state: "known", value: "Namespace" });
    expect(named("ConfigMap::second:smf").props.get("data", "plmn").string()).toEqual({ state: "known", value: "00101" });
  });

  test("that are not on this disk are gaps that name them", async () => {
    const { stack, named } = await host("rendered");
    const reasons = new Map(stack.gaps.map((gap) => [gap.urn, gap.reason]));
    expect(reasons.get(named("v3:Chart::open5gs").urn)).toContain("the Helm chart open5gs is not on this disk");
    expect(reasons.get(named("v4:Chart::free5gc").urn)).toContain("oci://registry.example.org/free5gc");
    expect(stack.gaps).toHaveLength(2);
  });
});

describe("charts on this disk", () => {
  /** A `helm` that renders one Deployment, with the values that it was given as an annotation. */
  const helm = `#!/bin/sh
read values
cat <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: { name: amf, annotations: { values: '$values' } }
spec: {}
---
apiVersion: v1
kind: Namespace
metadata: { name: core }
YAML
`;
  const path = process.env["PATH"];
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "helm-"));
    writeFileSync(join(folder, "helm"), helm, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterAll(() => {
    process.env["PATH"] = path;
  });

  test("are rendered into the namespace of their release", async () => {
    const { named } = await host("charts");
    for (const name of ["v3:Chart$kubernetes:apps/v1:Deployment::core/amf", "Deployment::fourth:core/amf"]) {
      expect(named(name).props.get("metadata", "namespace").string()).toEqual({ state: "known", value: "core" });
    }
    expect(named("Namespace::fourth:core").props.get("metadata", "namespace").isAbsent).toBe(true);
  });

  test("are unknown where a value is that they are rendered with", async () => {
    const { named } = await host("charts");
    const annotation = (name: string) => named(name).props.get("metadata", "annotations", "values");
    expect(annotation("Deployment::core/amf").string()).toEqual({ state: "known", value: '{"replicas":2}' });
    expect(annotation("Deployment::fourth:core/amf").isUnknown).toBe(true);
  });

  test("of which the values are not known at all are gaps, like components that a plugin makes", async () => {
    const { stack, named } = await host("charts");
    const reasons = new Map(stack.gaps.map((gap) => [gap.urn, gap.reason]));
    expect(reasons.get(named("Chart::later").urn)).toContain("not known before deployment");
    expect(reasons.get(named("awsx:ec2:Vpc::network").urn)).toContain("made by a plugin of their provider");
    expect(stack.gaps).toHaveLength(2);
  });
});
