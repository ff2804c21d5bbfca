/** Connection lists as sets: ranges of addresses cut to common atoms, ports to intervals, so that order and grouping do not matter. */

import { parseBlock } from "../../policypack/analysis/cidr/address";

interface Row {
  readonly network: string;
  readonly from: string | readonly [number, number];
  readonly to: string | readonly [number, number];
  readonly ports: string;
}

const LINE = /^\s*(\S.*?) => (\S.*?) : (.*\S)\s*$/;

/** Differences between two lists; empty for equal ones. Lines of ingress controllers and of IPv6 ranges are left out. */
export function differences(expected: string, got: string): string[] {
  const a = rows(expected);
  const b = rows(got);
  const cuts = [...new Set([0, 2 ** 32, ...[...a, ...b].flatMap(({ from, to }) => [...bounds(from), ...bounds(to)])])].sort(
    (x, y) => x - y,
  );
  const left = atoms(a, cuts);
  const right = atoms(b, cuts);
  return [
    ...[...left].filter(([key, ports]) => right.get(key) !== ports).map(([key, ports]) => `missing ${key} : ${ports}`),
    ...[...right].filter(([key, ports]) => left.get(key) !== ports).map(([key, ports]) => `too much ${key} : ${ports}`),
  ];
}

function bounds(end: Row["from"]): number[] {
  return typeof end === "string" ? [] : [end[0], end[1] + 1];
}

function atoms(list: readonly Row[], cuts: readonly number[]): Map<string, string> {
  const found = new Map<string, string>();
  const cut = (end: Row["from"]): string[] =>
    typeof end === "string"
      ? [end]
      : cuts.filter((start, index) => start >= end[0] && (cuts[index + 1] ?? Infinity) - 1 <= end[1]).map((start) => `#${start}`);
  for (const { network, from, to, ports } of list)
    for (const a of cut(from)) for (const b of cut(to)) found.set(`${network}: ${a} => ${b}`, ports);
  return found;
}

function rows(text: string): Row[] {
  const list: Row[] = [];
  let network = "pod-network";
  for (const line of text.split("\n")) {
    if (/^\s*workload-to-networks? mapping/i.test(line)) break;
    const match = LINE.exec(line);
    if (match === null) {
      if (line.trim() !== "" && !/^(all connections are not|all input workloads|no connections)/i.test(line)) network = networkOf(line);
      continue;
    }
    const [from, to] = [end(match[1] ?? ""), end(match[2] ?? "")];
    if (from !== undefined && to !== undefined && String(from) !== String(to))
      list.push({ network, from, to, ports: canonical(match[3] ?? "") });
  }
  return list;
}

function networkOf(header: string): string {
  const name = header.trim().replace(/:$/, "").split(" ").at(-1) ?? "";
  return /pod[ -]network/i.test(header) ? "pod-network" : name.replace(/\[.*\]/, "");
}

function end(text: string): Row["from"] | undefined {
  const name = text.replace(/\[(external|c?udn)\]/i, "").trim();
  if (name.startsWith("{") || /^[0-9a-f]*:[0-9a-f:.]*(-|\/|$)/i.test(name)) return undefined;
  const range = /^([\d.]+)-([\d.]+)$/.exec(name);
  if (range === null) return name;
  const number = (address: string | undefined) => Number(parseBlock(address ?? "")?.first);
  return [number(range[1]), number(range[2])];
}

function canonical(ports: string): string {
  if (/^all connections$/i.test(ports)) return "SCTP 1-65535,TCP 1-65535,UDP 1-65535";
  const byProtocol = new Map<string, string[]>();
  let protocol = "";
  for (const token of ports.split(",")) {
    const [, name, range] = /^\s*(TCP|UDP|SCTP)?\s*(.*)$/.exec(token) ?? [];
    protocol = name ?? protocol;
    byProtocol.set(protocol, [...(byProtocol.get(protocol) ?? []), range ?? ""]);
  }
  return [...byProtocol]
    .map(([name, ranges]) => `${name} ${ranges.join(",")}`)
    .sort()
    .join(",");
}
