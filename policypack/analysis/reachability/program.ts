/**
 * What the policies of a network say for each direction, compiled: classes that the same policies select share one group, and a group
 * has a row of peers for every atom of ports. Tiers decide in their order: admin rules, then the NetworkPolicies (final for the pods
 * they select), then the baseline, then everything is allowed. Each row is made twice where values are unknown: what is certainly
 * allowed (MUST) and what may be (MAY).
 */

import {
  addAll,
  addCommon,
  addRow,
  allBits,
  type Bits,
  eachInRow,
  EMPTY_ROW,
  emptyBits,
  equalRows,
  hasBit,
  inRow,
  keepOnly,
  meet,
  removeAll,
  removeRow,
  type Row,
  rowOf,
} from "./bitset";
import { type Direction, type Policy, type PortSelection, type Rule, type Section, type Tier } from "./policy";
import { ALL_PORTS, NO_PORTS, PortAtoms, portsOf, type PortSet, unionPorts } from "./ports";
import type { Selection, Universe } from "./universe";

/** MUST: allowed in every world that the unknown values leave. MAY: allowed in some. */
export type Mode = "must" | "may";

/** A rule as it bears on one group: its peers, and numbers of its port sets. */
export interface BoundRule {
  readonly action: Rule["action"];
  /** One for each peer it names. */
  readonly peers: readonly Selection[];
  readonly certainPorts: number;
  readonly possiblePorts: number;
  readonly rule: Rule;
}

/** A policy that selects a group, certainly or perhaps. */
export interface BoundPolicy {
  readonly policy: Policy;
  readonly section: Section;
  readonly certain: boolean;
  readonly rules: readonly BoundRule[];
}

interface Group {
  readonly policies: readonly BoundPolicy[];
  readonly rows: { readonly [mode in Mode]: readonly Row[] };
}

const TIERS: readonly Tier[] = ["admin", "network", "baseline"];

export class DirectionProgram {
  /** Group of every class of endpoints. */
  private readonly groupOf: Int32Array;
  private readonly bound: (readonly BoundPolicy[])[] = [];
  private groups: readonly Group[] = [];
  private readonly everyone: Bits;
  private readonly everyoneRow: Row;

  constructor(
    readonly direction: Direction,
    private readonly universe: Universe,
    policies: readonly Policy[],
    private readonly atoms: PortAtoms,
    /** Classes that policies may not bind (pods on the host's network). */
    private readonly unbound: Bits,
  ) {
    this.everyone = allBits(universe.size);
    this.everyoneRow = rowOf(this.everyone);
    this.groupOf = new Int32Array(universe.classes.length);
    this.bind(policies);
  }

  /** Finds the policies of every class; classes with the same ones, and the same answers for port names, are a group. */
  private bind(policies: readonly Policy[]): void {
    const applied: number[][] = this.universe.classes.map(() => []);
    const ordered = [...policies].sort(inOrder).filter((policy) => policy[this.direction] !== undefined);
    for (const [index, policy] of ordered.entries()) {
      const { yes, may } = this.universe.select(policy.subject);
      // Even numbers select certainly, odd ones perhaps.
      eachInRow(may, (item) => applied[item]?.push(index * 2 + (inRow(yes, item) && !hasBit(this.unbound, item) ? 0 : 1)));
    }
    const numbers = new Map<string, number>();
    const compiled = new Map<string, readonly BoundRule[]>();
    for (const [index, item] of this.universe.classes.entries()) {
      const list = applied[index] ?? [];
      const key = `${list.join()} ${this.direction === "ingress" ? item.named : ""}`;
      let group = numbers.get(key);
      if (group === undefined) {
        group = this.bound.length;
        numbers.set(key, group);
        this.bound.push(
          list.map((number) => {
            const policy = ordered[number >> 1] as Policy;
            const section = policy[this.direction] as Section;
            const place = `${number >> 1} ${this.direction === "ingress" ? item.named : ""}`;
            const rules = compiled.get(place) ?? section.rules.flatMap((rule) => this.bindRule(rule, item.named));
            compiled.set(place, rules);
            return { policy, section, certain: (number & 1) === 0, rules };
          }),
        );
      }
      this.groupOf[index] = group;
    }
  }

  /** Port names are the destination's: of the group itself for ingress, of each peer for egress. */
  private bindRule(rule: Rule, named: string): BoundRule[] {
    const peers = rule.peers.map((peer) => this.universe.peer(peer));
    if (rule.ports.named.length === 0 || this.direction === "ingress") return [this.withPorts(rule, peers, named)];
    const within = (members: Row) => peers.map(({ yes, may }) => ({ yes: meet(yes, members), may: meet(may, members) }));
    const outside = this.withPorts(rule, within(this.universe.external), "{}");
    return [outside, ...[...this.universe.byNamed].map(([answers, members]) => this.withPorts(rule, within(members), answers))];
  }

  private withPorts(rule: Rule, peers: readonly Selection[], named: string): BoundRule {
    const { certain, possible } = this.portsOf(rule.ports, named);
    const certainPorts = this.atoms.number(certain);
    const possiblePorts = possible === certain ? certainPorts : this.atoms.number(possible);
    return { action: rule.action, peers, certainPorts, possiblePorts, rule };
  }

  private portsOf(ports: PortSelection, named: string): { certain: PortSet; possible: PortSet } {
    if (ports.named.length === 0 && !ports.open) return { certain: ports.ports, possible: ports.ports };
    const sets: PortSet[] = [ports.ports];
    const open: PortSet[] = ports.open ? [ALL_PORTS] : [];
    for (const { name, protocol } of ports.named) {
      const answer = this.universe.resolve(named, name);
      if (answer === undefined || (protocol !== undefined && protocol !== answer.protocol)) continue;
      if (answer.port === undefined) open.push(portsOf(answer.protocol));
      else sets.push(portsOf(answer.protocol, answer.port, answer.port));
    }
    const certain = unionPorts(...sets);
    return { certain, possible: open.length === 0 ? certain : unionPorts(certain, ...open) };
  }

  /** Makes the rows; after both directions have named their port sets. */
  compile(): void {
    this.groups = this.bound.map((policies) => {
      const must = this.rows(policies, "must");
      return { policies, rows: { must, may: policies.every(isCertain) ? must : this.rows(policies, "may") } };
    });
  }

  private rows(policies: readonly BoundPolicy[], mode: Mode): Row[] {
    if (policies.length === 0) return this.atoms.atoms.map(() => this.everyoneRow);
    const tiers = TIERS.map((tier) => policies.filter(({ policy }) => policy.tier === tier));
    const rows: Row[] = [];
    const shared: Row[] = [];
    for (const [atom, alike] of this.alike(policies).entries()) {
      const row = (shared[alike] ??= this.row(tiers, atom, mode));
      rows.push(row);
    }
    return rows;
  }

  /** For every atom a number: the same for atoms that the same rules count for, whose rows are therefore the same. */
  private alike(policies: readonly BoundPolicy[]): readonly number[] {
    const ports = new Set<number>();
    for (const { rules } of policies) for (const rule of rules) ports.add(rule.certainPorts).add(rule.possiblePorts);
    const numbers: number[] = this.atoms.atoms.map(() => 0);
    let count = 1;
    for (const number of ports) {
      // Those of one number that lie in the set of ports part from those that do not.
      const parted: number[] = [];
      const members = this.atoms.members(number);
      for (let atom = 0; atom < numbers.length; atom += 1) {
        if (members[atom] === 1) numbers[atom] = parted[numbers[atom] as number] ??= count++;
      }
    }
    return numbers;
  }

  /** Peers that are allowed on an atom of ports. */
  private row([admin = [], network = [], baseline = []]: readonly (readonly BoundPolicy[])[], atom: number, mode: Mode): Row {
    const below = this.ordered(baseline, atom, mode, this.everyone);
    const row = rowOf(this.ordered(admin, atom, mode, this.together(network, atom, mode, below)));
    return equalRows(row, this.everyoneRow) ? this.everyoneRow : row;
  }

  /** Rules that count in their order; what none of them decides, or a pass hands on, goes to the next tier. */
  private ordered(policies: readonly BoundPolicy[], atom: number, mode: Mode, next: Bits): Bits {
    if (policies.length === 0) return next;
    const undecided = this.everyone.slice();
    const allowed = emptyBits(this.universe.size);
    const handedOn = emptyBits(this.universe.size);
    const refused = emptyBits(this.universe.size);
    for (const { certain, rules } of policies) {
      for (const rule of rules) {
        const decides = certain && this.counts(rule.certainPorts, atom);
        if (!this.counts(rule.possiblePorts, atom)) continue;
        for (const { yes, may } of rule.peers) {
          if (rule.action === "pass") addCommon(handedOn, undecided, may);
          else if (rule.action === "deny") {
            if (mode === "must") addCommon(refused, undecided, may);
          } else if (mode === "may") addCommon(allowed, undecided, may);
          else if (decides) addCommon(allowed, undecided, yes);
          if (decides) removeRow(undecided, yes);
        }
      }
    }
    addAll(handedOn, undecided);
    const result = handedOn.slice();
    keepOnly(result, next);
    // MUST: where a pass perhaps comes first, the next tier has to agree.
    if (mode === "must") removeAll(allowed, handedOn);
    addAll(result, allowed);
    if (mode === "must") removeAll(result, refused);
    return result;
  }

  /** NetworkPolicies: a pod that one of them selects is isolated but for what they allow together; a deny (Cilium) beats all allows. */
  private together(policies: readonly BoundPolicy[], atom: number, mode: Mode, next: Bits): Bits {
    if (policies.length === 0) return next;
    const isolated = policies.some(({ certain, section }) => certain && section.isolates === "yes");
    const open = policies.some(({ section }) => section.isolates !== "no");
    const allowed = emptyBits(this.universe.size);
    for (const { certain, rules, section } of policies) {
      for (const rule of rules) {
        if (rule.action !== "allow") continue;
        if (mode === "may") {
          if (this.counts(rule.possiblePorts, atom)) for (const { may } of rule.peers) addRow(allowed, may);
        } else if (certain && section.isolates !== "maybe" && this.counts(rule.certainPorts, atom))
          for (const { yes } of rule.peers) addRow(allowed, yes);
      }
    }
    // Without isolation what they allow is decided, and the rest is the next tier's. Isolated in some worlds: MUST holds in both kinds.
    const result = allowed;
    if (!isolated && (mode === "may" || !open)) addAll(result, next);
    for (const { certain, rules } of policies) {
      for (const rule of rules) {
        if (rule.action !== "deny") continue;
        if (mode === "must" && this.counts(rule.possiblePorts, atom)) for (const { may } of rule.peers) removeRow(result, may);
        if (mode === "may" && certain && this.counts(rule.certainPorts, atom)) for (const { yes } of rule.peers) removeRow(result, yes);
      }
    }
    return result;
  }

  private counts(ports: number, atom: number): boolean {
    return this.atoms.members(ports)[atom] === 1;
  }

  /** Peers that a class of endpoints may talk with on an atom. */
  rowOf(item: number, atom: number, mode: Mode): Row {
    return this.groups[this.groupOf[item] ?? 0]?.rows[mode][atom] ?? EMPTY_ROW;
  }

  policiesOf(item: number): readonly BoundPolicy[] {
    return this.groups[this.groupOf[item] ?? 0]?.policies ?? [];
  }

  /** Whether MUST and MAY are the same for everybody. */
  get certain(): boolean {
    return this.groups.every((group) => group.rows.must === group.rows.may);
  }

  /** Ports that a bound rule is about, certainly or in some world. */
  portsOfRule(rule: BoundRule, mode: Mode): PortSet {
    const number = mode === "must" ? rule.certainPorts : rule.possiblePorts;
    return unionPorts(...this.atoms.atoms.filter((_, atom) => this.counts(number, atom)), NO_PORTS);
  }

  /** Whether a rule of a bound policy is about a peer on an atom, in some world. */
  concerns(rule: BoundRule, peer: number, atom: number): boolean {
    return this.counts(rule.possiblePorts, atom) && rule.peers.some(({ may }) => inRow(may, peer));
  }
}

function isCertain({ certain, section, rules }: BoundPolicy): boolean {
  return (
    certain &&
    section.isolates !== "maybe" &&
    rules.every((rule) => rule.certainPorts === rule.possiblePorts && rule.peers.every(({ yes, may }) => equalRows(yes, may)))
  );
}

/** Admin rules by priority; equal ones by name, which the standard leaves open. */
function inOrder(a: Policy, b: Policy): number {
  return a.priority - b.priority || compare(a.object.name, b.object.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
