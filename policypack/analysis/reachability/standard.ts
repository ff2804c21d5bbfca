/**
 * The connectivity of a core against 3GPP: for every pair of functions what is allowed and not in the standard (excess), and what the
 * core needs and is blocked (missing). Networks are kept apart: a network of one plane carries that plane's interfaces only.
 */

import type { CoreModel } from "../../model/core";
import { neverReason, standardFlows, type StandardFlow } from "../../topology/matrix";
import { anyPluginReach, type Reachability } from "./index";
import { meshPorts, meshSignature } from "./mesh";
import type { Network } from "./network";
import { groupPorts, podGroups } from "./pod-groups";
import { type CoreUnit, coreUnits, portsOfFlow } from "./parties";
import { containsPorts, intersectPorts, NO_PORTS, type PortSet, subtractPorts, unionPorts } from "./ports";
import type { Mode } from "./program";

export interface Excess {
  readonly network: string;
  readonly from: CoreUnit;
  readonly to: CoreUnit;
  readonly ports: PortSet;
  /** Certain, or only where unknown values turn out so. */
  readonly mode: Mode;
  /** Why 3GPP, or the security practice built on it, forbids any traffic between the two. */
  readonly never: string | undefined;
}

export interface Missing {
  readonly from: CoreUnit;
  readonly to: CoreUnit;
  readonly flow: StandardFlow;
  readonly ports: PortSet;
}

export interface Comparison {
  readonly reach: Reachability;
  readonly units: readonly CoreUnit[];
  readonly excess: readonly Excess[];
  readonly missing: readonly Missing[];
}

/** The networks under any plugin, and the workloads of the core on them; asked through the model, so that every rule shares them. */
export const coreReach = (model: CoreModel): Pick<Comparison, "reach" | "units"> => {
  const reach = model.ask(anyPluginReach);
  return { reach, units: coreUnits(model, reach.units) };
};

/**
 * Every pair of workloads of the core against the standard, for reports. Workloads that nothing tells apart are compared once, so that
 * the time goes with the kinds of workloads; what is found is told for every pair.
 */
export const comparison = (model: CoreModel): Comparison => {
  const { reach, units } = model.ask(coreReach);
  const alike = [...model.ask(kinds).values()];
  const excess: Excess[] = [];
  const missing: Missing[] = [];
  for (const sources of alike) {
    for (const targets of alike) {
      const [from] = sources;
      const to = sources === targets ? targets[1] : targets[0];
      // Base stations of a test bed are no part of the core.
      if (from === undefined || to === undefined || (isRadio(from) && isRadio(to))) continue;
      const flows = flowsBetween(from, to);
      const tooMuch = [...reach.primary, ...reach.secondary].flatMap((network) => excessOn(model, reach, network, from, to, flows));
      const tooLittle = missingOf(model, reach, from, to, flows);
      if (tooMuch.length === 0 && tooLittle.length === 0) continue;
      for (const a of sources) {
        for (const b of targets) {
          if (a === b) continue;
          for (const item of tooMuch) excess.push({ ...item, from: a, to: b });
          for (const item of tooLittle) missing.push({ ...item, from: a, to: b });
        }
      }
    }
  }
  return { reach, units, excess: excess.sort(byEnds), missing: missing.sort(byEnds) };
};

interface Ends {
  readonly from: CoreUnit;
  readonly to: CoreUnit;
}

function byEnds(a: Ends, b: Ends): number {
  return a.from.index - b.from.index || a.to.index - b.to.index;
}

/** Workloads of the core that policies, mesh and standard treat alike. */
const kinds = (model: CoreModel): ReadonlyMap<string, readonly CoreUnit[]> => {
  const { units } = model.ask(coreReach);
  const found = new Map<string, CoreUnit[]>();
  for (const unit of units) {
    const key = model.ask(signatures).get(unit) ?? "";
    const known = found.get(key);
    if (known === undefined) found.set(key, [unit]);
    else known.push(unit);
  }
  return found;
};

/** What tells a workload of the core from others: its parties and ports, its classes on every network, and what mesh and security groups make of it. */
export const signatures = (model: CoreModel): ReadonlyMap<CoreUnit, string> => {
  const { reach, units } = model.ask(coreReach);
  const networks = [...reach.primary, ...reach.secondary];
  return new Map(
    units.map((unit) => {
      const [workload] = unit.unit.workloads;
      const places = networks.map((network) => network.classesOf(unit.index));
      const mesh = workload === undefined ? "" : meshSignature(model, workload);
      const groups = workload === undefined ? [] : (model.ask(podGroups).get(workload) ?? []);
      const own = groups.map(({ because }) => because);
      return [unit, JSON.stringify([unit.parties, unit.sbi, places, mesh, own])] as const;
    }),
  );
};

function isRadio({ parties }: CoreUnit): boolean {
  return parties.every(({ id }) => id === "GNB");
}

function flowsBetween(from: CoreUnit, to: CoreUnit): StandardFlow[] {
  return from.parties.flatMap((a) => to.parties.flatMap((b) => standardFlows(a, b)));
}

function excessOn(
  model: CoreModel,
  reach: Reachability,
  network: Network,
  from: CoreUnit,
  to: CoreUnit,
  flows: readonly StandardFlow[],
): Excess[] {
  const plane = planeOf(network.name);
  const allowed = flows.filter((flow) => plane === undefined || planeOfInterface(flow.interface) === plane);
  const standard = unionPorts(...allowed.map((flow) => portsOfFlow(flow, to.sbi)), NO_PORTS);
  const result: Excess[] = [];
  const must = subtractPorts(effective(model, reach, network, from, to, "must"), standard);
  const may = subtractPorts(subtractPorts(effective(model, reach, network, from, to, "may"), standard), must);
  const never = from.parties.flatMap((a) => to.parties.map((b) => neverReason(a, b))).find((why) => why !== undefined);
  for (const [mode, ports] of [
    ["must", must],
    ["may", may],
  ] as const) {
    if (ports.length > 0) result.push({ network: network.name, from, to, ports, mode, never });
  }
  return result;
}

function missingOf(model: CoreModel, reach: Reachability, from: CoreUnit, to: CoreUnit, flows: readonly StandardFlow[]): Missing[] {
  const found = new Map<string, Missing>();
  for (const flow of flows) {
    if (!flow.needed || found.has(flow.interface)) continue;
    // Charts give one network a definition at each end (n4network-smf, n4network-upf): whether they are one is not to be seen.
    const plane = planeOfInterface(flow.interface);
    if (onPlane(reach, from, plane) && onPlane(reach, to, plane)) continue;
    const ports = portsOfFlow(flow, to.sbi);
    const possible = unionPorts(
      ...[...reach.primary, ...reach.secondary].map((network) => effective(model, reach, network, from, to, "may")),
      NO_PORTS,
    );
    // Of several ports that products use one is enough.
    if (intersectPorts(possible, ports).length === 0) found.set(flow.interface, { from, to, flow, ports });
  }
  return [...found.values()];
}

function onPlane(reach: Reachability, { index }: CoreUnit, plane: string): boolean {
  return reach.secondary.some((network) => planeOf(network.name) === plane && network.classesOf(index).length > 0);
}

/** What really passes from one workload to another on a network: the policies' answer, the mesh's, and the security groups'. */
export function effective(model: CoreModel, reach: Reachability, network: Network, from: CoreUnit, to: CoreUnit, mode: Mode): PortSet {
  const ports = network.between(from.index, to.index, mode);
  if (ports.length === 0 || !reach.primary.includes(network)) return ports;
  return groupPorts(model, from.unit, to.unit, meshPorts(model, from.unit, to.unit, ports, mode), mode);
}

const PLANES = ["n2", "n3", "n4", "n6", "n9"];

/** The plane that a secondary network carries by its name: `n3network-upf`, `upf-n6`, `core-n4`; `access` is SD-Core's N3. */
export function planeOf(network: string): string | undefined {
  const words = network.toLowerCase().split(/[^a-z0-9]+/);
  if (words[0] === "access") return "n3";
  return PLANES.find((plane) => words.some((word) => word === plane || word === `${plane}network` || word === `${plane}net`));
}

export function planeOfInterface(id: string): string {
  return (/^n\d+/.exec(id.toLowerCase())?.[0] ?? id).toLowerCase();
}

/** Whether a pair of parties has any flow by the standard. */
export function isStandard(from: CoreUnit, to: CoreUnit, ports: PortSet): boolean {
  return flowsBetween(from, to).some(
    (flow) => containsPorts(portsOfFlow(flow, to.sbi), ports) || intersectPorts(portsOfFlow(flow, to.sbi), ports).length > 0,
  );
}
