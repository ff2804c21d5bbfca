/** What `reach` tells people, on one screen: what is allowed beyond 3GPP, what the core needs and lacks, and what an attacker reaches. */

import { type Lateral, type Movement, isJewel } from "../../../policypack/analysis/reachability/lateral";
import type { CoreUnit } from "../../../policypack/analysis/reachability/parties";
import { describePorts, portsIn, type PortSet, PROTOCOLS } from "../../../policypack/analysis/reachability/ports";
import type { Comparison, Excess } from "../../../policypack/analysis/reachability/standard";

/** Longest list that a line spells out, and most lines of a section. */
const NAMES = 8;
const LINES = 10;

export function humanReach(comparison: Comparison, lateral: Lateral): string {
  const { units, reach } = comparison;
  if (units.length === 0) return "No network function is in sight: connections are listed with -o connlist.\n";
  const networks = [...reach.primary, ...reach.secondary].map(({ name }) => name).join(", ");
  const bound = units.filter(({ parties }) => parties.every(({ kind }) => kind === "function"));
  return [
    `${bound.length} workloads of a core on ${networks}`,
    "",
    ...excessLines(comparison),
    ...missingLines(comparison),
    "",
    ...movementLines(lateral, bound.length),
    "",
  ].join("\n");
}

function excessLines({ excess, units }: Comparison): string[] {
  const certain = excess.filter(({ mode }) => mode === "must");
  const open = new Set(excess.filter(({ mode }) => mode === "may").map(pair)).size;
  const also = open === 0 ? "" : `; ${open} more may be, as values that are not known yet decide`;
  if (certain.length === 0) return [`Allowed beyond 3GPP: nothing for certain${also}.`];
  const pairs = new Set(certain.map(pair)).size;
  const lines = [`Allowed beyond 3GPP: ${pairs} of ${units.length * (units.length - 1)} pairs${also}.`];
  for (const [why, list] of group(
    certain.filter(({ never }) => never !== undefined),
    ({ never }) => never ?? "",
  )) {
    lines.push(`  never: ${sources(list)} (${why})`);
  }
  const others = certain.filter(({ never }) => never === undefined);
  for (const [text, list] of group(others, ({ network, ports }) => `${network}\t${shortPorts(ports)}`)) {
    const [network = "", ports = ""] = text.split("\t");
    lines.push(`  on ${network}, ${ports}: ${sources(list)}`);
  }
  return cut(lines);
}

const pair = ({ from, to }: Excess): string => `${from.unit.namespace}/${from.unit.name} ${to.unit.namespace}/${to.unit.name}`;

/** "UPF → UDM, UDR; AMF → UDR", sources with the same targets together. */
function sources(list: readonly Excess[]): string {
  const targets = new Map<CoreUnit, Set<string>>();
  for (const { from, to } of list) targets.set(from, (targets.get(from) ?? new Set()).add(to.label));
  const alike = group([...targets], ([, to]) => names([...to].sort()));
  const parts = alike.map(([to, from]) => `${names([...new Set(from.map(([unit]) => unit.label))].sort())} → ${to}`);
  return parts.length > 4
    ? `${names([...new Set([...targets.keys()].map(({ label }) => label))].sort())} → each other and ${names([...new Set(list.map(({ to }) => to.label))].sort())}`
    : parts.join("; ");
}

/** Ports in a few words: "any port" where nearly all are open. */
export function shortPorts(ports: PortSet): string {
  const open = PROTOCOLS.reduce(
    (sum, protocol) => sum + portsIn(ports, protocol).reduce((count, { first, last }) => count + last - first + 1, 0),
    0,
  );
  return open > 150_000 ? "any port" : describePorts(ports);
}

function missingLines({ missing }: Comparison): string[] {
  if (missing.length === 0) return ["Needed by the core and blocked: nothing."];
  return cut([
    "Needed by the core and blocked:",
    ...missing.map(
      ({ from, to, flow, ports }) =>
        `  the ${from.label} (${from.unit.name}) cannot reach the ${to.label} (${to.unit.name}) on ${flow.interface}, ${shortPorts(ports)}`,
    ),
  ]);
}

/** Entries that every reader wants to know of; --paths tells all. */
const SCREEN = /internet|gNB|UE|roaming|UPF/;

function movementLines(lateral: Lateral, total: number): string[] {
  const lines = ["What an attacker reaches:"];
  for (const entry of lateral.entries().filter(({ name }) => SCREEN.test(name))) {
    const { reached, ways, metadata } = lateral.movement(entry);
    if (entry.first.length === 0) {
      lines.push(`  from ${entry.name}: nothing`);
      continue;
    }
    const first = names([...new Set(entry.first.map(({ to, ports }) => `${to.label} (${shortPorts(ports)})`))]);
    lines.push(`  from ${entry.name}: ${entry.first.length} of ${total} at once: ${first}`);
    const jewels = [...new Set(reached.filter(isJewel).map(({ label }) => label))].sort();
    const over = ways.map((way) => way.hops.length).sort((a, b) => a - b);
    const ownHops = ways.every(({ hops }) => hops.every(({ standard }) => standard));
    if (jewels.length > 0)
      lines.push(
        `    hop by hop ${reached.length}, among them ${names(jewels)} (${hopCount(over)}${ownHops ? ", each of them one that 3GPP needs" : ""})`,
      );
    if (metadata) lines.push("    and from there the instance metadata service with the node's credentials");
  }
  return lines;
}

function hopCount(sorted: readonly number[]): string {
  const [least = 0] = sorted;
  const most = sorted.at(-1) ?? least;
  return `in ${least === most ? "" : `${least} to `}${most} ${most === 1 ? "hop" : "hops"}`;
}

/** `--paths`: every entry with its shortest way to each crown jewel. */
export function humanPaths(lateral: Lateral): string {
  const lines: string[] = [];
  for (const entry of lateral.entries()) {
    const movement = lateral.movement(entry);
    lines.push(`From ${entry.name}: ${entry.first.length} at once, ${movement.reached.length} hop by hop`, ...wayLines(movement), "");
  }
  return lines.length === 0 ? "No network function is in sight.\n" : lines.join("\n");
}

function wayLines({ ways, metadata, entry }: Movement): string[] {
  if (ways.length === 0) return ["  no crown jewel is reached"];
  const lines = ways.map(({ jewel, hops, chokePoints }) => {
    const steps = hops.map(({ to, ports, standard, network, through }) => {
      const how = through === undefined ? network : through;
      return `→ ${to.label} (${shortPorts(ports)} by ${how}${standard ? "" : ", beyond 3GPP"})`;
    });
    const only = chokePoints.length === 0 ? "" : `; all ways lead through ${names(chokePoints.map(({ label }) => label))}`;
    return `  ${jewel.label}: ${entry.name} ${steps.join(" ")}${only}`;
  });
  return metadata ? [...lines, "  instance metadata: reached, with the node's credentials"] : lines;
}

function names(list: readonly string[]): string {
  return list.length <= NAMES ? list.join(", ") : `${list.slice(0, NAMES - 1).join(", ")} and ${list.length - NAMES + 1} more`;
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= LINES ? [...lines] : [...lines.slice(0, LINES - 1), `  … and ${lines.length - LINES + 1} lines more (-o json)`];
}

function group<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}
