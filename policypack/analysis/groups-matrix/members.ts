/**
 * Which functions stand behind the security groups of a core, and which of their interfaces a group is about: what its tags and name say,
 * else the interfaces that its rules name. Groups of which neither says anything are not measured.
 */

import { perPart } from "../../model/answers";
import type { CoreModel } from "../../model/core";
import type { SecurityGroup } from "../../model/aws/security-groups";
import { valueOr } from "../../model/value";
import { type Party, standardFlows, type StandardFlow } from "../../topology/matrix";
import { topology } from "../../topology/topology";
import type { NetworkFunctionId, ZoneId } from "../../topology/types";
import { type CoreGroup, coreGroups } from "../aws-network/core-groups";
import { corePortsMeant } from "../aws-network/core-ports";
import { admissionsOf } from "../aws-network/ingress";
import { portsOfTraffic } from "../reachability/aws";
import { ANY_SBI, portsOfFlow } from "../reachability/parties";
import { containsPorts, intersectPorts, NO_PORTS, portsOf, type PortSet, unionPorts } from "../reachability/ports";
import { coreReach } from "../reachability/standard";

export interface MeasuredGroup {
  readonly group: SecurityGroup;
  readonly functions: readonly NetworkFunctionId[];
  /** Whether the functions are said, by tag or name, and not only concluded from ports. */
  readonly said: boolean;
  /** Whether they are said one by one, and not only as a zone's or a plane's. */
  readonly named: boolean;
  readonly of: CoreGroup["of"];
  /** Ports that its rules name, where nothing else says what it is for. */
  readonly limit: PortSet | undefined;
  readonly planes: readonly string[];
  /** Whether a flow of the standard is one of the group's interfaces. */
  readonly carries: (flow: StandardFlow) => boolean;
}

export const measuredGroups = (model: CoreModel): readonly MeasuredGroup[] => {
  const seen = functionsInSight(model);
  return model.ask(coreGroups).flatMap((group) => measured(model, group, seen));
};

/** Groups of the core's machines and of functions that nothing names. */
export const unmeasuredGroups = (model: CoreModel): readonly CoreGroup[] => {
  const known = new Set(model.ask(measuredGroups).map(({ group }) => group));
  return model.ask(coreGroups).filter(({ group }) => !known.has(group));
};

function measured(model: CoreModel, { group, networkFunctions, planes, zones, of }: CoreGroup, seen: ReadonlySet<string>): MeasuredGroup[] {
  const facts = { group, planes, of, named: networkFunctions.length > 0, limit: undefined };
  const points = planes.filter((plane) => plane !== "sbi" && plane !== "oam");
  if (planes.length > 0) {
    const carries = (flow: StandardFlow) => planes.includes(planeOfFlow(flow));
    // Whoever joins a plane of its own is on one end of the plane's interfaces, whatever zone the group is filed under.
    const functions = networkFunctions.length > 0 ? networkFunctions : points.length > 0 ? endsOf(carries) : inZones(zones, seen);
    return [{ ...facts, functions, said: true, carries }];
  }
  const functions = networkFunctions.length > 0 ? networkFunctions : inZones(zones, seen);
  if (functions.length > 0 && of === "functions") return [{ ...facts, functions, said: true, carries: () => true }];
  const limit = portsNamed(model, group);
  if (limit.length === 0) return [];
  const carries = (flow: StandardFlow) => flow.ports.length > 0 && intersectPorts(portsOfFlow(flow, NO_PORTS), limit).length > 0;
  return [{ ...facts, functions: endsOf(carries), said: false, limit, carries }];
}

const ANY_SCTP = portsOf("SCTP");
/** NGAP and S1AP: what a rule for SCTP without ports is about. */
const RADIO_SCTP = unionPorts(portsOf("SCTP", 38412, 38412), portsOf("SCTP", 36412, 36412));

/** Core ports that the rules of a group name on purpose. SCTP's ports count for nothing in a group, but they say what is meant. */
function portsNamed(model: CoreModel, group: SecurityGroup): PortSet {
  const sets = admissionsOf(model, group).flatMap(({ rule, traffic }) => {
    const meant = corePortsMeant(traffic).map((port) => portsOfTraffic(port.traffic));
    const from = valueOr(rule.fromPort.number(), 0);
    const to = valueOr(rule.toPort.number(), from);
    const sctp = from > 0 && to >= from && to - from < 1024 ? portsOf("SCTP", from, to) : RADIO_SCTP;
    return meant.map((ports) => (containsPorts(ports, ANY_SCTP) ? sctp : ports));
  });
  return unionPorts(...sets, NO_PORTS);
}

/** Functions of the zones; of those that the stack runs, where it runs any. */
function inZones(zones: readonly string[], seen: ReadonlySet<string>): NetworkFunctionId[] {
  const all = topology.nfs.filter(({ zone }) => zones.includes(zone)).map(({ id }) => id);
  const running = all.filter((id) => seen.has(id));
  return running.length > 0 ? running : all;
}

function functionsInSight(model: CoreModel): ReadonlySet<string> {
  return new Set(model.ask(coreReach).units.flatMap(({ parties }) => parties.map(({ id }) => id)));
}

/** Functions that are an end of some row of the standard's table; base stations carry no group of the core. */
function endsOf(carries: (flow: StandardFlow) => boolean): NetworkFunctionId[] {
  const found = new Set<NetworkFunctionId>();
  for (const { from, to } of topology.flows) {
    const [a, b] = [partyNamed(from), partyNamed(to)];
    if (a === undefined || b === undefined || !standardFlows(a, b).some(carries)) continue;
    for (const end of [a, b]) if (end.kind === "function" && end.id !== "GNB") found.add(end.id);
  }
  return [...found].sort();
}

function partyNamed(token: string): Party | undefined {
  const zone = topology.zones.find(({ id }) => token === `zone:${id}`);
  if (zone !== undefined) return { kind: "zone", id: zone.id as ZoneId };
  const nf = topology.nfs.find(({ id }) => id === token);
  return nf === undefined ? undefined : party(nf.id);
}

function party(id: NetworkFunctionId): Party {
  return { kind: "function", id };
}

const LEGACY: { readonly [word: string]: string } = { "s1-mme": "s1", "s1-u": "n3", "s5-u": "n9", sxa: "n4", "ike/esp": "ike" };

/** The plane that a flow is on, by the words of the tag carrierguard.dev/plane. */
function planeOfFlow({ interface: id }: StandardFlow): string {
  const word = id.toLowerCase();
  const legacy = LEGACY[word];
  if (legacy !== undefined) return legacy;
  const point = /^n(\d+)/.exec(word);
  // N26 is GTP-C as S11 is; N33 is the NEF's side of the SBI.
  if (point !== null) return point[1] === "26" ? "gtpc" : point[1] === "33" ? "sbi" : point[0];
  if (/^s(5-c|8-c|10|11)/.test(word)) return "gtpc";
  if (/^(s6a|gx|rx|cx)/.test(word)) return "diameter";
  if (word.startsWith("li_")) return "li";
  return word === "oam" ? "oam" : "sbi";
}

/** What the standard has flow from one group's functions to another's, on interfaces that are both groups'. */
export function flowsBetween(from: MeasuredGroup, to: MeasuredGroup): readonly StandardFlow[] {
  return flowsFrom(from)(to);
}

const flowsFrom = perPart((from: MeasuredGroup) =>
  perPart((to: MeasuredGroup): readonly StandardFlow[] => {
    const flows = from.functions.flatMap((a) => to.functions.flatMap((b) => standardFlows(party(a), party(b))));
    return distinct(flows, [from, to]);
  }),
);

export function flowsFromZone(zone: ZoneId, to: MeasuredGroup): StandardFlow[] {
  return distinct(
    to.functions.flatMap((id) => standardFlows({ kind: "zone", id: zone }, party(id))),
    [to],
  );
}

export function flowsToZone(from: MeasuredGroup, zone: ZoneId): StandardFlow[] {
  return distinct(
    from.functions.flatMap((id) => standardFlows(party(id), { kind: "zone", id: zone })),
    [from],
  );
}

function distinct(flows: readonly StandardFlow[], groups: readonly MeasuredGroup[]): StandardFlow[] {
  const found = new Map<string, StandardFlow>();
  for (const flow of flows) {
    const key = `${flow.interface} ${flow.protocols.join()} ${flow.ports.join()} ${flow.needed}`;
    if (!flow.waiver && !found.has(key) && groups.every(({ carries }) => carries(flow))) found.set(key, flow);
  }
  return [...found.values()];
}

/** Ports on which the functions behind a group serve the SBI; where no workload says, those that products use. */
export function sbiPortsOf(model: CoreModel, { functions }: MeasuredGroup): { readonly ports: PortSet; readonly said: boolean } {
  const own = model.ask(coreReach).units.filter(({ parties }) => parties.some(({ id }) => (functions as readonly string[]).includes(id)));
  return own.length === 0 ? { ports: ANY_SBI, said: false } : { ports: unionPorts(...own.map(({ sbi }) => sbi)), said: true };
}
