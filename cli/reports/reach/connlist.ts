/** Connection lists: one line an allowed connection, sorted; with several networks a section each. */

import { compareText } from "../../../policypack/engine/finding";
import type { Connection, End } from "../../../policypack/analysis/reachability/connections";
import { endNames } from "../../../policypack/analysis/reachability/connections";
import { IpSet } from "../../../policypack/analysis/cidr/ip-set";
import { describePorts } from "../../../policypack/analysis/reachability/ports";

export interface Section {
  /** Name of the network. */
  readonly network: string;
  readonly connections: readonly Connection[];
}

export function connectionList(sections: readonly Section[]): string {
  const texts = sections.map(({ network, connections }) => {
    const lines = connectionLines(connections);
    const body = lines.length === 0 ? ["No connections are allowed."] : lines;
    return sections.length === 1 ? body : [`Allowed connections on network ${network}:`, ...body];
  });
  return `${texts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function connectionLines(connections: readonly Connection[]): string[] {
  return merged(connections)
    .flatMap(({ from, to, ports }) => endNames(from).flatMap((a) => endNames(to).map((b) => `${a} => ${b} : ${ports}`)))
    .sort(compareText);
}

interface Line {
  readonly from: End;
  readonly to: End;
  readonly ports: string;
}

/** Ranges of addresses that a workload talks with alike, as one. */
function merged(connections: readonly Connection[]): Line[] {
  const lines: Line[] = [];
  const ranges = new Map<string, { line: Line; outgoing: boolean; sets: IpSet[] }>();
  for (const { from, to, ports: set } of connections) {
    const ports = describePorts(set);
    const outside = from.kind === "addresses" ? from : to.kind === "addresses" ? to : undefined;
    if (outside === undefined) {
      lines.push({ from, to, ports });
      continue;
    }
    const outgoing = outside === to;
    const workload = outgoing ? from : to;
    const key = `${endNames(workload).join()} ${outgoing} ${ports}`;
    const range = ranges.get(key);
    if (range === undefined) ranges.set(key, { line: { from, to, ports }, outgoing, sets: [outside.addresses] });
    else range.sets.push(outside.addresses);
  }
  for (const { line, outgoing, sets } of ranges.values()) {
    const end: End = { kind: "addresses", addresses: IpSet.EMPTY.union(...sets) };
    lines.push(outgoing ? { ...line, to: end } : { ...line, from: end });
  }
  return lines;
}
