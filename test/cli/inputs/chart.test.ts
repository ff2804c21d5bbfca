import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderChart, templatesOf } from "../../../cli/inputs/chart";

/** A `helm` that prints its arguments as a comment, or fails with what it is told. */
function helm(failure?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const script =
    failure === undefined ? '#!/bin/sh\necho "# $*"\n' : `#!/bin/sh\necho "WARNING: perhaps" >&2\necho "Error: ${failure}" >&2\nexit 1\n`;
  writeFileSync(join(folder, "helm"), script);
  chmodSync(join(folder, "helm"), 0o755);
  return folder;
}

let chart: string;
const path = process.env["PATH"];

beforeEach(() => {
  chart = join(mkdtempSync(join(tmpdir(), "chart-")), "open5gs-amf");
  mkdirSync(chart);
  writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: open5gs-amf\nversion: 1.0.0\n");
});

afterEach(() => {
  process.env["PATH"] = path;
  rmSync(chart, { recursive: true });
});

test("a chart is rendered under its own name, with its custom resource definitions", () => {
  process.env["PATH"] = `${helm()}:${path}`;
  expect(renderChart(chart, { namespace: "core" }).text).toBe(`# template open5gs-amf ${chart} --namespace core --include-crds\n`);
});

test("release name and values are handed on", () => {
  process.env["PATH"] = `${helm()}:${path}`;
  const values = join(chart, "values-prod.yaml");
  writeFileSync(values, "{}\n");
  expect(renderChart(chart, { releaseName: "amf", valuesFiles: [values] }).text).toBe(
    `# template amf ${chart} --values ${values} --include-crds\n`,
  );
  expect(() => renderChart(chart, { valuesFiles: ["none.yaml"] })).toThrow(
    expect.objectContaining({ file: "none.yaml", message: "there is no such values file" }),
  );
});

test("without helm the error says how to render it elsewhere", () => {
  process.env["PATH"] = join(chart, "nowhere");
  expect(() => renderChart(chart, { namespace: "core" })).toThrow(
    `\`helm template open5gs-amf ${chart} --namespace core | carrierguard check -\``,
  );
});

test("what helm refuses is told in its own words, with the cure it has", () => {
  process.env["PATH"] = `${helm("found in Chart.yaml, but missing in charts/ directory: common")}:${path}`;
  expect(() => renderChart(chart)).toThrow(
    `helm does not render this chart: found in Chart.yaml, but missing in charts/ directory: common; run \`helm dependency build ${chart}\``,
  );
});

test("places are templates of the chart, whatever a template writes", () => {
  const rendering = [
    "---",
    "# Source: amf/templates/amf.yaml",
    "kind: Pod",
    "---",
    "# Source: amf/../../etc/passwd.yaml",
    "kind: Pod",
  ].join("\n");
  const sourceOf = templatesOf(rendering, "charts/amf");
  expect([1, 3, 6].map((line) => sourceOf(line).file)).toEqual([
    "charts/amf",
    "charts/amf/templates/amf.yaml",
    "charts/amf/templates/amf.yaml",
  ]);
});
