/** `--explain`: for each network and each end what binds it, and what it says of the connection. */

import { type SideExplanation, explain } from "../../../policypack/analysis/reachability/explain";
import type { Network } from "../../../policypack/analysis/reachability/network";
import { describePorts, intersectPorts, type PortSet } from "../../../policypack/analysis/reachability/ports";

export function explanation(networks: readonly Network[], from: Place, to: Place, ports: PortSet): string {
  const lines: string[] = [`${from.name} => ${to.name}, ${describePorts(ports)}`];
  for (const network of networks) {
    for (const a of from.on(network)) {
      for (const b of to.on(network)) {
        const must = intersectPorts(network.ports(a, b, "must"), ports);
        const may = intersectPorts(network.ports(a, b, "may"), ports);
        lines.push(
          `  on ${network.name}: ${must.length > 0 ? `allowed, ${describePorts(must)}` : may.length > 0 ? "may be allowed, as unknown values decide" : "not allowed"}`,
        );
        for (const side of explain(network, a, b, ports)) lines.push(...sideLines(side));
      }
    }
  }
  if (lines.length === 1) lines.push("  no network has both of them");
  return `${lines.join("\n")}\n`;
}

/** One end of the question, wherever it is. */
export interface Place {
  readonly name: string;
  /** Its classes on a network. */
  on(network: Network): readonly number[];
}

function sideLines({ direction, sayings }: SideExplanation): string[] {
  if (sayings.length === 0) return [`    ${direction}: no policy binds it, so everything passes`];
  return sayings.map(
    ({ policy, effect, rules, certain }) =>
      `    ${direction}: ${policy} ${effect}${rules.length === 0 ? "" : ` (${rules.join(", ")})`}${certain ? "" : ", if it applies"}`,
  );
}
