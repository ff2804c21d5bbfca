/** `--explain`: for each network and each layer what binds the ends, and what it says of the connection. */

import { type SideExplanation, explain } from "../../../policypack/analysis/reachability/explain";
import type { Reachability } from "../../../policypack/analysis/reachability";
import { type Unit, unitName } from "../../../policypack/analysis/reachability/cluster";
import { meshPolicies, meshPorts } from "../../../policypack/analysis/reachability/mesh";
import type { Network } from "../../../policypack/analysis/reachability/network";
import { groupPorts, groupSayings } from "../../../policypack/analysis/reachability/pod-groups";
import { describePorts, intersectPorts, type PortSet } from "../../../policypack/analysis/reachability/ports";
import type { CoreModel } from "../../../policypack/model/core";

/** One end of the question, wherever it is. */
export interface Place {
  readonly name: string;
  /** The workloads that it is; none for an address. */
  readonly units: readonly Unit[];
  /** Its classes on a network. */
  on(network: Network): readonly number[];
}

export function explanation(
  model: CoreModel,
  { primary, secondary }: Pick<Reachability, "primary" | "secondary">,
  from: Place,
  to: Place,
  ports: PortSet,
): string {
  const lines: string[] = [`${from.name} => ${to.name}, ${describePorts(ports)}`];
  for (const network of [...primary, ...secondary]) {
    let passing: PortSet | undefined;
    for (const a of from.on(network)) {
      for (const b of to.on(network)) {
        const must = intersectPorts(network.ports(a, b, "must"), ports);
        const may = intersectPorts(network.ports(a, b, "may"), ports);
        passing ??= may;
        lines.push(`  on ${network.name}: ${verdict(must, may)}`);
        for (const side of explain(network, a, b, ports)) lines.push(...sideLines(side));
      }
    }
    if (passing !== undefined && primary.includes(network)) lines.push(...layersAbove(model, from.units, to.units, ports));
  }
  if (lines.length === 1) lines.push("  no network has both of them");
  return `${lines.join("\n")}\n`;
}

function verdict(must: PortSet, may: PortSet): string {
  if (must.length > 0) return `allowed, ${describePorts(must)}`;
  return may.length > 0 ? "may be allowed, as unknown values decide" : "not allowed";
}

function sideLines({ direction, sayings }: SideExplanation): string[] {
  if (sayings.length === 0) return [`    ${direction}: no policy binds it, so everything passes`];
  return sayings.map(
    ({ policy, effect, rules, certain }) =>
      `    ${direction}: ${policy} ${effect}${rules.length === 0 ? "" : ` (${rules.join(", ")})`}${certain ? "" : ", if it applies"}`,
  );
}

/** Mesh and security groups, where the stack shows them, on what they are asked by themselves. */
function layersAbove(model: CoreModel, from: readonly Unit[], to: readonly Unit[], ports: PortSet): string[] {
  const lines: string[] = [];
  for (const target of to) {
    for (const source of from) {
      const policies = meshPolicies(model, target);
      if (policies.length > 0) {
        const [must, may] = (["must", "may"] as const).map((mode) => meshPorts(model, source, target, ports, mode)) as [PortSet, PortSet];
        lines.push(`  the service mesh before ${unitName(target)}: ${verdict(must, may)}`, `    by ${policies.join(", ")}`);
      }
    }
  }
  const ends = (units: readonly Unit[]) => (units.length === 0 ? [undefined] : units);
  for (const source of ends(from)) {
    for (const target of ends(to)) {
      const sayings = groupSayings(model, source, target, ports);
      if (sayings.length === 0) continue;
      if (source !== undefined && target !== undefined) {
        const [must, may] = (["must", "may"] as const).map((mode) => groupPorts(model, source, target, ports, mode)) as [PortSet, PortSet];
        lines.push(`  the security groups: ${verdict(must, may)}`);
      }
      for (const { direction, groups, certain, possible, sharedNode } of sayings) {
        const node = sharedNode ? "; between pods of one node they are not asked" : "";
        lines.push(`    ${direction}: ${groups}: ${verdict(certain, possible)}${node}`);
      }
    }
  }
  return lines;
}
