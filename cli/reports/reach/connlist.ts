/** Connection lists: one line an allowed connection, sorted; with several networks a section each. */

import { compareText } from "../../../policypack/engine/finding";
import { type Connection, type End, endNames } from "../../../policypack/analysis/reachability/connections";
import { type Host, type HostConnection, hostName, portsOfTraffic } from "../../../policypack/analysis/reachability/aws";
import { TCP, TrafficSet } from "../../../policypack/analysis/cidr/traffic";
import { IpSet } from "../../../policypack/analysis/cidr/ip-set";
import { describePorts } from "../../../policypack/analysis/reachability/ports";

export interface Section {
  /** Name of the network. */
  readonly network: string;
  readonly connections: readonly Connection[];
}

export function connectionList(sections: readonly Section[], hosts: readonly HostConnection[] = []): string {
  const texts: (readonly string[])[] = sections.map(({ network, connections }) => {
    const lines = connectionLines(connections);
    const body = lines.length === 0 ? ["No connections are allowed."] : lines;
    return sections.length === 1 ? body : [`Allowed connections on network ${network}:`, ...body];
  });
  if (hosts.length > 0) texts.push(["Allowed connections between instances and network interfaces of the VPC:", ...hostLines(hosts)]);
  return `${texts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Connections that security groups, network ACLs and routes let through; `*` where a network ACL holds back replies over TCP. */
function hostLines(hosts: readonly HostConnection[]): string[] {
  const ends = (end: Host | IpSet) => (end instanceof IpSet ? endNames({ kind: "addresses", addresses: end }) : [hostName(end)]);
  return hosts
    .flatMap(({ from, to, traffic, replies }) => {
      const lost = TrafficSet.of(TCP).overlaps(traffic) && !replies.contains(TrafficSet.of(TCP, 1024));
      return ends(from).flatMap((a) => ends(to).map((b) => `${a} => ${b} : ${describePorts(portsOfTraffic(traffic))}${lost ? " *" : ""}`));
    })
    .sort(compareText);
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
