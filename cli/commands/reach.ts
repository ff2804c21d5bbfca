/** `carrierguard reach`: who can talk to whom. */

import { connections } from "../../policypack/analysis/reachability/connections";
import { reachability } from "../../policypack/analysis/reachability";
import { REFERENCE } from "../../policypack/analysis/reachability/profile";
import { CoreModel } from "../../policypack/model/core";
import { rules } from "../../policypack/rules";
import { loadSettings } from "../config/settings-file";
import { EXIT } from "../exit-status";
import { readTargets } from "../inputs/targets";
import { connectionList, type Section } from "../reports/reach/connlist";
import { type EvaluationOptions, given } from "./check";
import { parseOutputs, write } from "./output";
import { UsageError } from "./usage-error";

const FORMATS = ["human", "connlist"];

export async function reach(targets: readonly string[], options: EvaluationOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const loaded = await loadSettings(options.config, targets, rules);
  const settings = { ...loaded.settings, ...given(options) };
  const read = await readTargets(targets, { namespace: settings.namespace, stack: options.stack, stackReferences: loaded.stackReferences });
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);
  const [stack, ...others] = read.stacks;
  if (others.length > 0) throw new UsageError("the program has several stacks, which are not one deployment: name one with --stack");
  const model = new CoreModel(stack ?? { resources: [], gaps: [] }, { defaultNamespace: settings.namespace });
  for (const output of outputs) write(output, connectionList(reachSections(model)));
  process.exitCode = read.errors.length > 0 ? EXIT.wrong : model.resources.length === 0 ? EXIT.nothingEvaluated : EXIT.ok;
}

/** What is certainly allowed under the reference profile, network by network. */
export function reachSections(model: CoreModel): Section[] {
  const { units, primary, secondary } = reachability(model, REFERENCE);
  return [
    ...primary.map((network) => ({ network: network.name, connections: connections(network, units, "must") })),
    ...secondary.map((network) => ({
      network: network.name,
      connections: connections(network, units, "must").filter(({ from, to }) => from.kind === "workload" && to.kind === "workload"),
    })),
  ];
}
