/** Charts and programs with charts, rendered by the real helm: hooks, subcharts, definitions, values and refusals as it has them. */

import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readProgram } from "../../cli/inputs/program";
import type { Finding } from "../../policypack/engine/finding";
import { valueOr } from "../../policypack/model/value";
import { carrierguard, checked, folder, ROOT } from "../cli/command-line";

const HELM = join(ROOT, "test/helm");
const CHART = join(HELM, "charts/small-core");

/** A copy of the chart in a folder of its own. */
function copy(): string {
  const place = folder();
  cpSync(join(HELM, "charts"), place, { recursive: true });
  return place;
}

const told = (findings: readonly Finding[]) => findings.map(({ fingerprint, message, verdict }) => `${fingerprint} ${verdict} ${message}`);
const about = (findings: readonly Finding[], rule: string) =>
  findings.filter(({ ruleId }) => ruleId === rule).map(({ resource: { kind, name } }) => `${kind} ${name}`);

describe("a chart folder", () => {
  test("is judged as its rendering is", () => {
    const rendering = spawnSync("helm", ["template", "small-core", CHART, "--namespace", "core", "--include-crds"], { encoding: "utf8" });
    expect(rendering.stderr).toBe("");
    const chart = checked([CHART, "--namespace", "core"]);
    expect(chart.stderr).toBe("");
    expect(chart.report.coverage.percent).toBe(100);
    expect(told(chart.report.findings)).toEqual(told(checked(["-", "--namespace", "core"], { input: rendering.stdout }).report.findings));
  });

  test("has its findings at the templates, those of subcharts too", () => {
    const { report } = checked(["small-core", "--namespace", "core"], { folder: copy() });
    const places = new Map(report.findings.map(({ resource }) => [resource.name, resource.source]));
    expect(Object.fromEntries(["small-core-upf", "small-core-amf", "small-core-mongodb"].map((name) => [name, places.get(name)]))).toEqual({
      "small-core-upf": { file: "small-core/templates/functions.yaml", line: null },
      "small-core-amf": { file: "small-core/templates/functions.yaml", line: null },
      "small-core-mongodb": { file: "small-core/charts/mongodb/templates/mongodb.yaml", line: null },
    });
  });

  test("is judged with its own values: a privileged user plane and a database of its own, but not what helm runs once", () => {
    const { findings } = checked([CHART, "--namespace", "core"]).report;
    expect(about(findings, "WH-01")).toEqual(["Deployment small-core-upf"]);
    expect(about(findings, "DP-03")).toEqual(["StatefulSet small-core-mongodb"]);
    expect(about(findings, "ID-08")).toEqual(["ConfigMap small-core-amf"]);
  });

  test("that lacks a subchart is refused with the cure", () => {
    const place = copy();
    rmSync(join(place, "small-core/charts"), { recursive: true });
    const { status, stderr } = carrierguard(["check", "small-core"], { folder: place });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/mongodb.*run `helm dependency build small-core`/)]);
  });

  test("that fails is refused in helm's words, without a path of this machine", () => {
    const place = folder({
      "amf/Chart.yaml": "apiVersion: v2\nname: amf\nversion: 1.0.0\n",
      "amf/templates/amf.yaml": '{{ required "plmn.mcc is wanted" .Values.plmn }}\n',
    });
    const { status, stderr } = carrierguard(["check", "amf"], { folder: place });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^carrierguard: amf: helm does not render this chart: .*plmn\.mcc is wanted/),
    ]);
    expect(stderr).not.toContain(place);
  });

  test("is not written by --fix", () => {
    const place = copy();
    const { stderr, stdout } = carrierguard(["check", "small-core", "--fix-dry-run"], { folder: place });
    expect(`${stdout}${stderr}`).toContain(
      "small-core/templates/functions.yaml: not changed (WH-03): this is rendered by a chart: change its values or its templates",
    );
  });

  test("inside a folder of manifests is rendered, and the rest is read beside it", () => {
    const place = copy();
    cpSync(join(ROOT, "test/fixtures/small-core/manifests.yaml"), join(place, "manifests.yaml"));
    const files = new Set(checked(["."], { folder: place }).report.findings.map(({ resource }) => resource.source?.file));
    expect([...files].sort()).toEqual(
      expect.arrayContaining(["manifests.yaml", "small-core/charts/mongodb/templates/mongodb.yaml", "small-core/templates/functions.yaml"]),
    );
  });
});

describe("the charts of a program", () => {
  test("are rendered with the program's values; what a value makes unknown is unknown", async () => {
    const { stack } = await readProgram(join(HELM, "program"), { print: () => undefined });
    const image = (namespace: string) =>
      stack.resources
        .filter(
          ({ type, props }) =>
            type === "kubernetes:apps/v1:Deployment" && valueOr(props.get("metadata", "namespace").string(), "") === namespace,
        )
        .map(({ props }) => props.get("spec", "template", "spec", "containers").get(0, "image").string());
    expect(image("third")).toEqual([
      { state: "known", value: "docker.io/free5gc/amf:v3.4.4" },
      { state: "known", value: "docker.io/free5gc/upf:v3.4.4" },
    ]);
    expect(image("fourth").map((item) => item?.state)).toEqual(["unknown", "unknown"]);
    expect(stack.gaps).toEqual([]);
  });
});
