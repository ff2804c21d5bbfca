/**
 * Lateral movement: from where an attacker may begin, over hops that policies let through, to what a core must not lose. Hops that 3GPP
 * itself needs are told from those that go beyond it: only the latter can be cut.
 */

import type { CoreModel } from "../../model/core";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import type { CoreUnit, DeclaredZones } from "./parties";
import { intersectPorts, NO_PORTS, portsOf, type PortSet, unionPorts } from "./ports";
import { portsFromOutside } from "./outside";
import { groupPortsFromAddresses } from "./pod-groups";
import { type Comparison, effective, isStandard, planeOf, signatures } from "./standard";
import { waysIn } from "./ways-in";

export interface Step {
  readonly to: CoreUnit;
  readonly network: string;
  readonly ports: PortSet;
  /** Whether 3GPP has the two talk, on some of these ports. */
  readonly standard: boolean;
  /** For the first step: what lets it in. */
  readonly through: string | undefined;
}

export interface Entry {
  /** "a gNB", "the internet", "a compromised UPF". */
  readonly name: string;
  readonly first: readonly Step[];
}

export interface Way {
  readonly jewel: CoreUnit;
  readonly hops: readonly Step[];
  /** Functions on the way that every way to the jewel goes through. */
  readonly chokePoints: readonly CoreUnit[];
}

export interface Movement {
  readonly entry: Entry;
  /** All that can be reached in any number of hops. */
  readonly reached: readonly CoreUnit[];
  /** The shortest way to each crown jewel that can be reached. */
  readonly ways: readonly Way[];
  readonly metadata: boolean;
}

/** Functions whose loss is the core's: subscriber data, authentication, registration, interception, management. */
const JEWELS = new Set(["SUBSCRIBER-DB", "UDM", "UDR", "AUSF", "NRF", "LI-ADMF", "LI-MDF", "OAM"]);

export function isJewel(unit: CoreUnit): boolean {
  return unit.parties.some(({ id }) => JEWELS.has(id));
}

const isFunction = (unit: CoreUnit, id: string): boolean => unit.parties.some((party) => party.kind === "function" && party.id === id);

export class Lateral {
  private readonly next = new Map<CoreUnit, readonly Step[]>();
  /** Between workloads that nothing tells apart, asked once. */
  private readonly hops = new Map<string, Map<string, Step | undefined>>();

  constructor(
    private readonly model: CoreModel,
    private readonly comparison: Comparison,
    private readonly zones: DeclaredZones,
  ) {}

  /** What a workload can open connections to, on every network. */
  steps(from: CoreUnit): readonly Step[] {
    const known = this.next.get(from);
    if (known !== undefined) return known;
    const alike = this.model.ask(signatures);
    const source = alike.get(from) ?? "";
    const byTarget = this.hops.get(source) ?? new Map<string, Step | undefined>();
    this.hops.set(source, byTarget);
    const steps = this.comparison.units.flatMap((to): Step[] => {
      if (to === from) return [];
      const target = alike.get(to) ?? "";
      if (!byTarget.has(target)) byTarget.set(target, this.hop(from, to));
      const hop = byTarget.get(target);
      return hop === undefined ? [] : [{ ...hop, to }];
    });
    this.next.set(from, steps);
    return steps;
  }

  private hop(from: CoreUnit, to: CoreUnit): Step | undefined {
    const { reach } = this.comparison;
    for (const network of [...reach.primary, ...reach.secondary]) {
      const ports = effective(this.model, reach, network, from, to, "must");
      if (ports.length > 0) return { to, network: network.name, ports, standard: isStandard(from, to, ports), through: undefined };
    }
    return undefined;
  }

  /** Where attackers begin: outside, on the radio side, behind a subscription, and in any function that falls. */
  entries(): Entry[] {
    const { units } = this.comparison;
    const compromised = [
      ...new Map(
        units.filter(({ parties }) => parties.every(({ kind }) => kind === "function")).map((unit) => [unit.label, unit]),
      ).values(),
    ];
    return [
      { name: "the internet", first: this.fromOutside(undefined) },
      { name: "a gNB", first: this.fromRan() },
      { name: "a UE (through N6)", first: units.filter((unit) => isFunction(unit, "UPF")).flatMap((upf) => this.behindUserPlane(upf)) },
      ...(this.zones.interconnect === undefined
        ? []
        : [{ name: "a roaming partner", first: this.fromOutside(IpSet.of(this.zones.interconnect)) }]),
      ...compromised.map((unit) => ({ name: `a compromised ${unit.label}`, first: this.steps(unit).filter(({ to }) => to !== unit) })),
    ];
  }

  movement(entry: Entry): Movement {
    const steps = (unit: CoreUnit) => this.steps(unit);
    const { before, reached } = walk(entry, steps);
    const ways = reached.filter(isJewel).map((jewel) => {
      const hops: Step[] = [];
      for (let unit: CoreUnit | undefined = jewel; unit !== undefined;) {
        const step: { step: Step; from: CoreUnit | undefined } | undefined = before.get(unit);
        if (step === undefined) break;
        hops.unshift(step.step);
        unit = step.from;
      }
      const between = hops.slice(0, -1).map(({ to }) => to);
      return { jewel, hops, chokePoints: between.filter((unit) => !walk(entry, steps, unit).reached.includes(jewel)) };
    });
    return {
      entry,
      reached,
      ways,
      metadata: entry.first.some(({ to }) => this.reachesMetadata(to)) || reached.some((unit) => this.reachesMetadata(unit)),
    };
  }

  /** Traffic of subscribers leaves the user plane's pod: what that may send to, they may. */
  private behindUserPlane(upf: CoreUnit): Step[] {
    return this.steps(upf).map((step) => ({ ...step, through: `the N6 side of ${upf.unit.name}` }));
  }

  /** What base stations are connected to: the networks of N2 and N3, and what lets their addresses in on the pod network. */
  private fromRan(): Step[] {
    const { reach, units } = this.comparison;
    const onNetworks = reach.secondary
      .filter(({ name }) => ["n2", "n3"].includes(planeOf(name) ?? ""))
      .flatMap((network) =>
        units.flatMap((to): Step[] => {
          const ports = portsFromOutside(network, this.zones.ran === undefined ? undefined : IpSet.of(this.zones.ran), to.index, "must");
          return ports.length === 0 || isFunction(to, "GNB")
            ? []
            : [{ to, network: network.name, ports, standard: true, through: `the network ${network.name}` }];
        }),
      );
    const ran = this.zones.ran === undefined ? undefined : IpSet.of(this.zones.ran);
    const pods = reach.primary.flatMap((network) =>
      units.flatMap((to): Step[] => {
        const interfaces = RADIO.flatMap(([id, ports]) => (isFunction(to, id) ? [ports] : []));
        const open = intersectPorts(portsFromOutside(network, ran, to.index, "must"), unionPorts(...interfaces, NO_PORTS));
        const ports = ran === undefined ? open : groupPortsFromAddresses(this.model, to.unit, ran, open, "must");
        return ports.length === 0 ? [] : [{ to, network: network.name, ports, standard: true, through: undefined }];
      }),
    );
    return distinct([...onNetworks, ...pods, ...this.fromOutside(ran)]);
  }

  /** Where a way in is declared and policies let some of these addresses (or of all) through. */
  private fromOutside(addresses: IpSet | undefined): Step[] {
    const { reach, units } = this.comparison;
    return distinct(
      this.model.ask(waysIn).flatMap(({ workload, ports, through, audience, sources }) => {
        // Who is not on the internet may be where internal load balancers are.
        if (addresses === undefined && audience === "inside") return [];
        const from = sources === undefined ? addresses : (addresses?.intersection(sources) ?? sources);
        if (from?.isEmpty === true) return [];
        const to = units.find(({ unit }) => unit.workloads.includes(workload));
        if (to === undefined) return [];
        return reach.primary.flatMap((network): Step[] => {
          const open = intersectPorts(portsFromOutside(network, from, to.index, "must"), ports);
          return open.length === 0 ? [] : [{ to, network: network.name, ports: open, standard: false, through }];
        });
      }),
    );
  }

  /** Whether a workload may ask the instance metadata service. */
  reachesMetadata(unit: CoreUnit): boolean {
    const { reach } = this.comparison;
    return reach.primary.some((network) => {
      const { classes, outside } = network.universe;
      const index = classes.length + outside.findIndex((atom) => atom.contains(METADATA));
      return network.classesOf(unit.index).some((item) => intersectPorts(network.ports(item, index, "must"), HTTP).length > 0);
    });
  }
}

const METADATA = IpSet.fromBlocks([parseBlock("169.254.169.254")].flatMap((block) => block ?? []));
const HTTP = portsOf("TCP", 80, 80);

/** Ports of the radio side, by the function that has them. */
const RADIO: readonly (readonly [string, PortSet])[] = [
  ["AMF", portsOf("SCTP", 38412, 38412)],
  ["UPF", portsOf("UDP", 2152, 2152)],
  ["MME", portsOf("SCTP", 36412, 36412)],
  ["SGW-U", portsOf("UDP", 2152, 2152)],
];

function distinct(steps: readonly Step[]): Step[] {
  const byUnit = new Map<CoreUnit, Step>();
  for (const step of steps) {
    const known = byUnit.get(step.to);
    byUnit.set(step.to, known === undefined ? step : { ...known, ports: unionPorts(known.ports, step.ports) });
  }
  return [...byUnit.values()];
}

/** Breadth first, so that every way is a shortest one; `without` is taken out. */
function walk(entry: Entry, steps: (unit: CoreUnit) => readonly Step[], without?: CoreUnit) {
  const before = new Map<CoreUnit, { step: Step; from: CoreUnit | undefined }>();
  const queue: CoreUnit[] = [];
  const visit = (step: Step, from: CoreUnit | undefined) => {
    if (step.to === without || before.has(step.to)) return;
    before.set(step.to, { step, from });
    queue.push(step.to);
  };
  for (const step of entry.first) visit(step, undefined);
  for (let index = 0; index < queue.length; index += 1) {
    const unit = queue[index] as CoreUnit;
    for (const step of steps(unit)) visit(step, unit);
  }
  return { before, reached: queue };
}
