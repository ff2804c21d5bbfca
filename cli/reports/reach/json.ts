/** Connections as JSON: what is certain and what may be, each with the policies that let it through. */

import { connections, endNames } from "../../../policypack/analysis/reachability/connections";
import { because } from "../../../policypack/analysis/reachability/explain";
import type { Reachability } from "../../../policypack/analysis/reachability";
import { describePorts, subtractPorts } from "../../../policypack/analysis/reachability/ports";
import { compareText } from "../../../policypack/engine/finding";

interface Row {
  readonly network: string;
  readonly from: string;
  readonly to: string;
  readonly connections: string;
  readonly verdict: "must" | "may";
  readonly because: readonly string[];
}

export function connectionRows({ units, primary, secondary }: Reachability, wanted: (from: string, to: string) => boolean): Row[] {
  const rows: Row[] = [];
  for (const network of [...primary, ...secondary]) {
    const certain = connections(network, units, "must");
    const known = new Map(certain.map((item) => [`${endNames(item.from).join()} ${endNames(item.to).join()}`, item.ports]));
    const open = network.certain
      ? []
      : connections(network, units, "may").flatMap((item) => {
          const ports = subtractPorts(item.ports, known.get(`${endNames(item.from).join()} ${endNames(item.to).join()}`) ?? []);
          return ports.length === 0 ? [] : [{ ...item, ports }];
        });
    for (const [verdict, list] of [
      ["must", certain],
      ["may", open],
    ] as const) {
      for (const { from, to, ports, classes: pair } of list) {
        if (secondary.includes(network) && (from.kind === "addresses" || to.kind === "addresses")) continue;
        const reasons = because(network, pair[0], pair[1], ports);
        for (const a of endNames(from)) {
          for (const b of endNames(to)) {
            if (wanted(a, b))
              rows.push({ network: network.name, from: a, to: b, connections: describePorts(ports), verdict, because: reasons });
          }
        }
      }
    }
  }
  return rows.sort((a, b) => compareText(`${a.network} ${a.from} ${a.to} ${a.verdict}`, `${b.network} ${b.from} ${b.to} ${b.verdict}`));
}
