/**
 * Rules that reduce the security groups of a core to its 3GPP matrix. A rule that lets more through than the standard has goes; what it let
 * through of the standard stays, by the name of the peer's group or the zone's declared addresses. What the core needs and no rule lets
 * through is opened. Rules written inside a group are replaced as a whole: the provider takes no inline rules beside rules of their own.
 */

import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import type { StandardFlow } from "../../topology/matrix";
import type { AdmissionRule } from "../aws-network/ingress";
import { isWorld } from "../aws-network/world";
import { IpSet } from "../cidr/ip-set";
import { TrafficSet } from "../cidr/traffic";
import { portsOfTraffic } from "../reachability/aws";
import { type DeclaredZones, portsOfFlow } from "../reachability/parties";
import {
  containsPorts,
  describePorts,
  intersectPorts,
  NO_PORTS,
  portsIn,
  portsOf,
  type PortSet,
  subtractPorts,
  unionPorts,
} from "../reachability/ports";
import { type JudgedRule, judged, letThrough, passing, PLATFORM, rulesOf, type Side, sidesOf, ZONES } from "./judgement";
import { flowsBetween, flowsFromZone, flowsToZone, type MeasuredGroup, measuredGroups, sbiPortsOf, unmeasuredGroups } from "./members";
import { asRules, type GroupRule, merged, rulesFor } from "./rules";

export interface GroupSuggestion {
  readonly add: readonly GroupRule[];
  /** Rules that go: resources of their own, or items of a group's own lists. */
  readonly remove: readonly { readonly resource: Resource; readonly path: string }[];
  /** Groups all of whose inline rules go, each for a rule of its own or for none. */
  readonly empty: readonly Resource[];
  /** What goes and why, for people. */
  readonly takeAway: readonly string[];
  readonly beyond: readonly string[];
}

export function suggestGroups(model: CoreModel, zones: DeclaredZones): GroupSuggestion {
  const groups = model.ask(measuredGroups);
  const parts = [...groups.map((group) => reduced(model, group, groups, zones)), ...unmeasured(model)];
  return {
    add: merged(parts.flatMap(({ add }) => add)),
    remove: parts.flatMap(({ remove }) => remove),
    empty: parts.flatMap(({ empty }) => empty),
    takeAway: parts.flatMap(({ takeAway }) => takeAway),
    beyond: [...new Set(parts.flatMap(({ beyond }) => beyond))],
  };
}

function reduced(model: CoreModel, self: MeasuredGroup, groups: readonly MeasuredGroup[], zones: DeclaredZones): GroupSuggestion {
  const { resource, inline } = self.group;
  const rules = judged(model, self, zones);
  const going = rules.filter(({ excess }) => excess.length > 0);
  const staying = rules.filter(({ excess }) => excess.length === 0);
  const opened = sidesOf(self).flatMap((side) => {
    const before = going.flatMap((rule) => (rule.side === side ? [rule.admission] : []));
    const after = staying.flatMap((rule) => (rule.side === side ? [rule.admission] : []));
    return [...openedToPeers(model, self, groups, side, before, after), ...openedToZones(model, self, zones, side, before, after)];
  });
  const rewritten = inline.length > 0 && going.length + opened.length > 0;
  return {
    add: rewritten ? [...opened, ...moved(model, self, staying)] : opened,
    remove: going.map(({ admission }) => placeOf(admission)),
    empty: rewritten ? [resource] : [],
    takeAway: [
      ...going.map((rule) => line(rule)),
      ...(rewritten
        ? [`SecurityGroup ${resource.name}: the rest of its inline rules, which cannot stand beside those below that take their place`]
        : []),
    ],
    beyond: [...beyondOf(self, rules, opened), ...undeclared(self, going, zones)],
  };
}

/** The rules inside a group that stay, as rules of their own. */
function moved(model: CoreModel, self: MeasuredGroup, staying: readonly JudgedRule[]): GroupRule[] {
  const judgedSides = sidesOf(self);
  const others = (["ingress", "egress"] as const)
    .filter((side) => !judgedSides.includes(side))
    .flatMap((side) => rulesOf(model, self.group, side).map((admission) => ({ side, admission })));
  return [...staying, ...others]
    .filter(({ admission }) => admission.rule.resource === self.group.resource)
    .flatMap(({ side, admission }) => asRules(model, self, side, admission));
}

function placeOf({ rule }: AdmissionRule) {
  return { resource: rule.resource, path: rule.node.path };
}

function nameOf({ rule }: AdmissionRule): string {
  const kind = rule.resource.type.split(":").at(-1) ?? "";
  return `${kind} ${rule.resource.name}${rule.node.path === "" ? "" : ` ${rule.node.path}`}`;
}

function line({ side, admission, excess, whom }: JudgedRule): string {
  const traffic = admission.traffic?.describe() ?? "";
  const all = containsPorts(excess, admission.traffic === undefined ? NO_PORTS : portsOfTraffic(admission.traffic));
  const over = all ? "3GPP has none of it" : `of which 3GPP has no ${describePorts(excess)}`;
  return `${nameOf(admission)}: ${side} of ${traffic} ${side === "ingress" ? "from" : "to"} ${whom}; ${over}`;
}

/** What the rules that go let through of the standard, and what the core needs. */
function openedToPeers(
  model: CoreModel,
  self: MeasuredGroup,
  groups: readonly MeasuredGroup[],
  side: Side,
  going: readonly AdmissionRule[],
  staying: readonly AdmissionRule[],
): GroupRule[] {
  return groups.flatMap((other) => {
    const flows = side === "ingress" ? flowsBetween(other, self) : flowsBetween(self, other);
    if (flows.length === 0) return [];
    const had = letThrough(model, self, going, other).some;
    const has = letThrough(model, self, staying, other).all;
    const receiver = side === "ingress" ? self : other;
    const limits = [self.limit, other.limit].flatMap((limit) => (limit === undefined ? [] : [limit]));
    return flows.flatMap((flow) => {
      // Instances of one function need not speak to each other.
      const needed = flow.needed && self.named && other.named && self !== other;
      const ports = opening(model, flow, receiver, { had, has, needed });
      const own = limits.reduce(intersectPorts, ports);
      return rulesFor(self, side, { kind: "group", group: other.group.resource }, own, flow.interface);
    });
  });
}

function openedToZones(
  model: CoreModel,
  self: MeasuredGroup,
  zones: DeclaredZones,
  side: Side,
  going: readonly AdmissionRule[],
  staying: readonly AdmissionRule[],
): GroupRule[] {
  return ZONES.flatMap((zone) =>
    (zones[zone] ?? []).flatMap((cidr) => {
      const flows = side === "ingress" ? flowsFromZone(zone, self) : flowsToZone(self, zone);
      const addresses = IpSet.of([cidr]);
      const had = passing(going, addresses, () => false).some;
      const has = passing(staying, addresses, () => false).all;
      return flows.flatMap((flow) => {
        const open = opening(model, flow, self, { had, has, needed: false });
        const own = self.limit === undefined ? open : intersectPorts(open, self.limit);
        return rulesFor(self, side, { kind: "addresses", cidr }, own, flow.interface);
      });
    }),
  );
}

interface Standing {
  readonly had: PortSet;
  readonly has: PortSet;
  readonly needed: boolean;
}

/** Ports of a flow to open: none where the rules that stay let it through, or where none that goes did and the core can do without. */
function opening(model: CoreModel, flow: StandardFlow, receiver: MeasuredGroup, { had, has, needed }: Standing): PortSet {
  const sbi = sbiPortsOf(model, receiver);
  const standard = portsOfFlow(flow, sbi.ports);
  const open = intersectPorts(standard, has);
  const lost = subtractPorts(intersectPorts(standard, had), open);
  if (lost.length === 0 && (open.length > 0 || !needed)) return NO_PORTS;
  // Of several ports that products use one is enough.
  if (open.length > 0 && flow.ports.length > 1) return NO_PORTS;
  // TLS's where nothing says the port (TS 33.501 13.1).
  if (flow.ports.includes("sbi") && !sbi.said) return portsOf("TCP", 443, 443);
  const [first] = flow.ports;
  return flow.interface === "DB" && typeof first === "number" ? portsOf("TCP", first, first) : standard;
}

/** What cannot be said, or cannot be told, of a group. */
function beyondOf(self: MeasuredGroup, rules: readonly JudgedRule[], opened: readonly GroupRule[]): string[] {
  const { name } = self.group.resource;
  const sctp =
    opened.some(({ protocol }) => protocol === "132") || rules.some(({ admission, excess }) => excess.length === 0 && isSctp(admission));
  const strangers = [...new Set(rules.flatMap((rule) => rule.strangers.map((group) => group.name)))];
  return [
    ...(sctp
      ? [
          `SecurityGroup ${name} knows no SCTP ports: it limits SCTP by its source alone; the port is the NetworkPolicy's of the function behind it (SG-07, SG-17).`,
        ]
      : []),
    ...strangers.map(
      (other) =>
        `Nothing says what is behind SecurityGroup ${other}, which ${name} names: tag it carrierguard.dev/nf or carrierguard.dev/zone.`,
    ),
    ...(self.of === "functions"
      ? []
      : [
          `SecurityGroup ${name} is that of ${self.of === "nodes" ? "nodes" : "a control plane"} too, so its egress is left as it is: give the functions groups of their own by a SecurityGroupPolicy (SG-06).`,
        ]),
    ...(self.group.unknownLists.length > 0 || rules.some(({ admission }) => isOpen(admission))
      ? [`SecurityGroup ${name} has rules that are known only after the deployment: ask again on the stack's export.`]
      : []),
  ];
}

/** Zones whose addresses would have to be known to leave open what goes. */
function undeclared(self: MeasuredGroup, going: readonly JudgedRule[], zones: DeclaredZones): string[] {
  return ZONES.flatMap((zone) => {
    const ports = unionPorts(...flowsFromZone(zone, self).map((flow) => portsOfFlow(flow, NO_PORTS)), NO_PORTS);
    const lost = going.some(({ side, excess }) => side === "ingress" && intersectPorts(excess, ports).length > 0);
    if (zones[zone] !== undefined || !lost || zone === "oam") return [];
    const who = zone === "ran" ? "base stations" : "roaming partners";
    return [
      `The ${who}' addresses are not declared: set zones.${zone}, so that SecurityGroup ${self.group.resource.name} can let them in and nobody else.`,
    ];
  });
}

/** Whether values that come later may make a rule more than the standard; what the platform needs may go to any prefix list. */
function isOpen({ traffic, peers }: AdmissionRule): boolean {
  return traffic === undefined || (peers.unknown.length > 0 && !containsPorts(PLATFORM, portsOfTraffic(traffic)));
}

function isSctp({ traffic }: AdmissionRule): boolean {
  return traffic !== undefined && !traffic.contains(TrafficSet.ALL) && portsIn(portsOfTraffic(traffic), "SCTP").length > 0;
}

/** Groups of nodes, of a control plane, and of what nothing names: what their pods share cannot be a function's, so only the world goes. */
function unmeasured(model: CoreModel): GroupSuggestion[] {
  return model.ask(unmeasuredGroups).map(({ group, of }) => {
    const open = rulesOf(model, group, "ingress").filter(({ peers }) => isWorld(peers.addresses));
    const { name } = group.resource;
    return {
      add: [],
      remove: open.map(placeOf),
      empty: [],
      takeAway: open.map((rule) => `${nameOf(rule)}: ingress of ${rule.traffic?.describe() ?? "traffic not known yet"} from anywhere`),
      beyond: [
        of === "machines" || of === "functions"
          ? `Nothing says what is behind SecurityGroup ${name}: tag it carrierguard.dev/nf, carrierguard.dev/plane or carrierguard.dev/zone, and its rules are compared too.`
          : `SecurityGroup ${name} is every pod's of its nodes: what tells functions apart there is their NetworkPolicy, or a SecurityGroupPolicy with groups of their own (SG-06).`,
      ],
    };
  });
}
