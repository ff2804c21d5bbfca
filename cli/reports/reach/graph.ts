/** The core as a picture: functions by zone, what 3GPP has them say in grey, what goes beyond it in red. */

import type { CoreUnit } from "../../../policypack/analysis/reachability/parties";
import type { Comparison } from "../../../policypack/analysis/reachability/standard";
import type { Lateral } from "../../../policypack/analysis/reachability/lateral";
import { networkFunction } from "../../../policypack/topology/topology";
import { shortPorts } from "./human";

interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly beyond: boolean;
}

function arrows({ units, excess }: Comparison, lateral: Lateral): Arrow[] {
  const beyond = new Set(excess.filter(({ mode }) => mode === "must").map(({ from, to }) => `${units.indexOf(from)} ${units.indexOf(to)}`));
  return units.flatMap((unit, from) =>
    lateral.steps(unit).map(({ to: target, ports }) => {
      const to = units.indexOf(target);
      return { from, to, text: shortPorts(ports), beyond: beyond.has(`${from} ${to}`) };
    }),
  );
}

function zoneOf({ parties }: CoreUnit): string {
  const [party] = parties;
  if (party?.kind === "function") return networkFunction(party.id).zone;
  return party?.kind === "zone" ? party.id : "platform";
}

export function dot(comparison: Comparison, lateral: Lateral): string {
  const quote = (text: string) => JSON.stringify(text);
  const zones = [...new Set(comparison.units.map(zoneOf))].sort();
  const clusters = zones.flatMap((zone) => [
    `  subgraph ${quote(`cluster_${zone}`)} {`,
    `    label=${quote(zone)};`,
    ...comparison.units.flatMap((unit, index) =>
      zoneOf(unit) === zone ? [`    n${index} [label=${quote(`${unit.label}\n${unit.unit.namespace}/${unit.unit.name}`)}];`] : [],
    ),
    "  }",
  ]);
  const edges = arrows(comparison, lateral).map(
    ({ from, to, text, beyond }) => `  n${from} -> n${to} [label=${quote(text)}, color=${beyond ? "red" : "gray50"}];`,
  );
  return ["digraph reach {", "  rankdir=LR;", "  node [shape=box];", ...clusters, ...edges, "}", ""].join("\n");
}

const WIDTH = 150;
const HEIGHT = 44;

/** Zones are columns, in the order of the topology's trust; functions stand below one another. */
export function svg(comparison: Comparison, lateral: Lateral): string {
  const zones = [...new Set(comparison.units.map(zoneOf))].sort();
  const places = comparison.units.map((unit) => {
    const column = zones.indexOf(zoneOf(unit));
    const row = comparison.units.filter((other) => zoneOf(other) === zoneOf(unit)).indexOf(unit);
    return { x: 20 + column * (WIDTH + 90), y: 50 + row * (HEIGHT + 36) };
  });
  const width = 20 + zones.length * (WIDTH + 90);
  const height = Math.max(0, ...places.map(({ y }) => y)) + HEIGHT + 30;
  const lines = arrows(comparison, lateral).map(({ from, to, text, beyond }) => {
    const [a, b] = [places[from] ?? { x: 0, y: 0 }, places[to] ?? { x: 0, y: 0 }];
    const bend = a.x === b.x ? WIDTH : 0;
    const path = `M${a.x + WIDTH / 2} ${a.y + HEIGHT / 2} Q${(a.x + b.x + WIDTH) / 2 + bend} ${(a.y + b.y + HEIGHT) / 2 - 14} ${b.x + WIDTH / 2} ${b.y + HEIGHT / 2}`;
    const title = `${comparison.units[from]?.label ?? ""} → ${comparison.units[to]?.label ?? ""}: ${text}`;
    return `<path d="${path}" fill="none" stroke="${beyond ? "#c00" : "#999"}" stroke-width="1" marker-end="url(#${beyond ? "red" : "grey"})"><title>${escape(title)}</title></path>`;
  });
  const boxes = comparison.units.map((unit, index) => {
    const { x, y } = places[index] ?? { x: 0, y: 0 };
    return `<g><rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="4" fill="#fff" stroke="#333"/><text x="${x + 8}" y="${y + 18}" font-weight="bold">${escape(unit.label)}</text><text x="${x + 8}" y="${y + 35}" font-size="10">${escape(unit.unit.name)}</text></g>`;
  });
  const titles = zones.map((zone, column) => `<text x="${20 + column * (WIDTH + 90)}" y="30" fill="#555">${escape(zone)}</text>`);
  const marker = (id: string, color: string) =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13" role="img" aria-label="Connections between the functions of the core">`,
    `<defs>${marker("red", "#c00")}${marker("grey", "#999")}</defs>`,
    ...titles,
    ...lines,
    ...boxes,
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
