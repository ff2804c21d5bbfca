/** `carrierguard inventory`: what the model understood. */

import { createColors } from "picocolors";
import { coverage } from "../../policypack/engine/coverage";
import { compareText } from "../../policypack/engine/finding";
import { CoreModel } from "../../policypack/model/core";
import { networkAttachments, pluginOf } from "../../policypack/model/kubernetes/networks";
import { UNRESOLVED } from "../../policypack/model/kubernetes/objects";
import { valueOr } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";
import { networkFunction } from "../../policypack/topology/topology";
import { loadSettings } from "../config/settings-file";
import { EXIT } from "../exit-status";
import { readTargets } from "../inputs/targets";
import { type EvaluationOptions, given } from "./check";
import { parseOutputs, wantsColor, write } from "./output";

const FORMATS = ["human", "json"];

export async function inventory(targets: readonly string[], options: EvaluationOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const loaded = await loadSettings(options.config, targets, rules);
  const settings = { ...loaded.settings, ...given(options) };
  const read = await readTargets(targets, { namespace: settings.namespace, stack: options.stack, stackReferences: loaded.stackReferences });
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);
  const models = read.stacks.map((stack) => new CoreModel(stack, { defaultNamespace: settings.namespace }));
  const rows = [...new Map(models.flatMap(workloadRows).map((row) => [JSON.stringify(row), row])).values()];
  const seen = coverage(models);
  for (const output of outputs) {
    const color = wantsColor(output, options);
    const text =
      output.format === "json"
        ? `${JSON.stringify({ workloads: rows, coverage: seen }, undefined, 2)}\n`
        : table(rows, seen.percent, color);
    write(output, text);
  }
  process.exitCode =
    read.errors.length > 0 ? EXIT.wrong : models.every((model) => model.resources.length === 0) ? EXIT.nothingEvaluated : EXIT.ok;
}

function workloadRows(model: CoreModel) {
  return model.workloads
    .map((workload) => {
      const { role, networkFunctions, plane, zone, suspect, evidence } = model.classification(workload);
      const namespace = workload.namespace.startsWith(UNRESOLVED) ? null : workload.namespace;
      const planes = [...new Set(networkFunctions.flatMap((id) => networkFunction(id).planes))];
      const networks = valueOr(networkAttachments(model, workload), []).map((network) => ({
        name: network.name,
        interface: network.interface ?? null,
        plugin: network.definition === undefined ? null : (pluginOf(network.definition) ?? null),
      }));
      return {
        kind: workload.kind,
        namespace,
        name: workload.name,
        role,
        networkFunctions,
        plane,
        zone,
        planes,
        networks,
        suspect,
        evidence,
      };
    })
    .sort((a, b) => compareText(a.namespace ?? "", b.namespace ?? "") || compareText(a.name, b.name) || compareText(a.kind, b.kind));
}

type Row = ReturnType<typeof workloadRows>[number];

function table(rows: readonly Row[], percent: number, color: boolean): string {
  const colors = createColors(color);
  const cells = rows.map((row) => [
    row.networkFunctions.join("+") || (row.suspect ? "suspect" : row.role),
    `${row.namespace ?? "?"}/${row.name}`,
    row.kind,
    row.zone,
    [...row.planes, ...row.networks.map((network) => `+${network.interface ?? network.name}`)].join(" "),
    row.evidence
      .map(({ signal, value }) => `${signal} ${value}`)
      .slice(0, 2)
      .join("; "),
  ]);
  const header = ["FUNCTION", "WORKLOAD", "KIND", "ZONE", "PLANES", "BECAUSE OF"];
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  const functions = rows.filter((row) => row.role === "nf").length;
  const suspects = rows.filter((row) => row.suspect).length;
  const summary = `${rows.length} workloads: ${functions} network functions, ${suspects} suspects; coverage ${percent} %`;
  return `${[colors.bold(line(header)), ...cells.map(line), "", summary].join("\n")}\n`;
}
