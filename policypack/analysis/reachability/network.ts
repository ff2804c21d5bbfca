/** Connectivity on one network: who may send what to whom, by the policies of that network. */

import { allBits, type Bits, emptyBits, hasBit, transpose32 } from "./bitset";
import type { Endpoint } from "./cluster";
import type { Policy } from "./policy";
import { PortAtoms, type PortSet, unionPorts } from "./ports";
import type { NetworkProfile } from "./profile";
import { DirectionProgram, type Mode } from "./program";
import type { Labels } from "../../model/kubernetes/objects";
import { Universe } from "./universe";

/** Sources whose rows are made at a time: keeps the memory small however large the cluster. */
const CHUNK = 2048;

export class Network {
  readonly universe: Universe;
  readonly ingress: DirectionProgram;
  readonly egress: DirectionProgram;
  readonly atoms: readonly PortSet[];

  constructor(
    /** "pod-network", or the name of a secondary network. */
    readonly name: string,
    endpoints: readonly Endpoint[],
    policies: readonly Policy[],
    labelsOfNamespace: (namespace: string) => Labels,
    profile: NetworkProfile,
  ) {
    this.universe = new Universe(endpoints, policies, labelsOfNamespace, profile);
    const numbering = new PortAtoms();
    const unbound = profile.hostNetworkBound ? emptyBits(this.universe.size) : this.universe.onHost();
    this.ingress = new DirectionProgram("ingress", this.universe, policies, numbering, unbound);
    this.egress = new DirectionProgram("egress", this.universe, policies, numbering, unbound);
    this.atoms = numbering.atoms;
    this.ingress.compile();
    this.egress.compile();
  }

  /** Whether unknown values leave no edge open. */
  get certain(): boolean {
    return this.ingress.certain && this.egress.certain;
  }

  /** Ports on which a class may talk to another, on this network. Addresses outside talk to each other without us. */
  ports(from: number, to: number, mode: Mode): PortSet {
    return this.portsOf(this.atomsBetween(from, to, mode));
  }

  /** Ports on which some pod of a unit may talk to some pod of another; none where one of them is not on this network. */
  between(from: number, to: number, mode: Mode): PortSet {
    const sets = this.classesOf(from).flatMap((a) => this.classesOf(to).map((b) => this.ports(a, b, mode)));
    return sets.length === 1 ? (sets[0] ?? []) : unionPorts(...sets);
  }

  /** Classes that hold endpoints of a unit. */
  classesOf(unit: number): readonly number[] {
    if (this.places === undefined) {
      this.places = new Map<number, number[]>();
      for (const [index, { endpoints }] of this.universe.classes.entries()) {
        for (const number of new Set(endpoints.map((endpoint) => endpoint.unit))) {
          const known = this.places.get(number);
          if (known === undefined) this.places.set(number, [index]);
          else known.push(index);
        }
      }
    }
    return this.places.get(unit) ?? [];
  }

  private places: Map<number, number[]> | undefined;

  atomsBetween(from: number, to: number, mode: Mode): number[] {
    const pods = this.universe.classes.length;
    const list: number[] = [];
    if (from >= pods && to >= pods) return list;
    for (let atom = 0; atom < this.atoms.length; atom += 1) {
      if (from < pods && !hasBit(this.egress.rowOf(from, atom, mode), to)) continue;
      if (to < pods && !hasBit(this.ingress.rowOf(to, atom, mode), from)) continue;
      list.push(atom);
    }
    return list;
  }

  portsOf(atoms: readonly number[]): PortSet {
    return unionPorts(...atoms.map((atom) => this.atoms[atom] ?? []));
  }

  /**
   * All pairs: calls `visit` with the row of destinations of every source for every atom. The row is reused between calls.
   */
  eachRow(mode: Mode, visit: (from: number, atom: number, destinations: Bits) => void): void {
    const { size } = this.universe;
    const pods = this.universe.classes.length;
    const row = emptyBits(size);
    const admitted = new Uint32Array(Math.min(CHUNK, Math.ceil(size / 32) * 32) * row.length);
    for (let start = 0; start < size; start += CHUNK) {
      const end = Math.min(size, start + CHUNK);
      for (let atom = 0; atom < this.atoms.length; atom += 1) {
        this.admit(atom, mode, start, end, admitted);
        for (let from = start; from < end; from += 1) {
          const incoming = admitted.subarray((from - start) * row.length, (from - start + 1) * row.length);
          if (from < pods) {
            const outgoing = this.egress.rowOf(from, atom, mode);
            for (let word = 0; word < row.length; word += 1) row[word] = (outgoing[word] as number) & (incoming[word] as number);
          } else row.set(incoming);
          if (from >= pods) this.clearOutside(row, pods);
          visit(from, atom, row);
        }
      }
    }
  }

  private clearOutside(row: Bits, pods: number): void {
    const first = pods >>> 5;
    if ((pods & 31) !== 0) row[first] = (row[first] ?? 0) & ((1 << (pods & 31)) - 1);
    row.fill(0, (pods & 31) === 0 ? first : first + 1);
  }

  /**
   * For sources from `start` to `end` the destinations that let them in: the ingress rows, which go by destination, transposed in
   * blocks of 32. Addresses outside let everybody in.
   */
  private admit(atom: number, mode: Mode, start: number, end: number, result: Uint32Array): void {
    const { size } = this.universe;
    const pods = this.universe.classes.length;
    const words = (size + 31) >>> 5;
    const block = new Uint32Array(32);
    const all = allBits(size);
    for (let column = 0; column < words; column += 1) {
      const rows: Bits[] = [];
      for (let bit = 0; bit < 32; bit += 1) {
        const to = column * 32 + bit;
        rows.push(to < pods ? this.ingress.rowOf(to, atom, mode) : to < size ? all : NO_BITS);
      }
      for (let source = start >>> 5; source * 32 < end; source += 1) {
        for (let bit = 0; bit < 32; bit += 1) block[bit] = (rows[bit] as Bits)[source] ?? 0;
        transpose32(block);
        for (let bit = 0; bit < 32; bit += 1) {
          const from = source * 32 + bit - start;
          result[from * words + column] = block[bit] as number;
        }
      }
    }
  }

  /** All pairs that can exchange anything at all, source by source. */
  reachAny(mode: Mode): Bits[] {
    const rows = Array.from({ length: this.universe.size }, () => emptyBits(this.universe.size));
    this.eachRow(mode, (from, _atom, destinations) => {
      const row = rows[from] as Bits;
      for (let word = 0; word < row.length; word += 1) row[word] = (row[word] as number) | (destinations[word] as number);
    });
    return rows;
  }
}

const NO_BITS = new Uint32Array(0);
