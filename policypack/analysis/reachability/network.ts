/** Connectivity on one network: who may send what to whom, by the policies of that network. */

import { addAll, allBits, type Bits, emptyBits, EMPTY_ROW, inRow, type Row, rowOf, transpose32 } from "./bitset";
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
      if (from < pods && !inRow(this.egress.rowOf(from, atom, mode), to)) continue;
      if (to < pods && !inRow(this.ingress.rowOf(to, atom, mode), from)) continue;
      list.push(atom);
    }
    return list;
  }

  portsOf(atoms: readonly number[]): PortSet {
    return unionPorts(...atoms.map((atom) => this.atoms[atom] ?? []));
  }

  /**
   * All pairs: calls `visit` with the destinations of every source that has some, for every atom. The bits are reused between calls.
   */
  eachRow(mode: Mode, visit: (from: number, atom: number, destinations: Bits) => void): void {
    const { size } = this.universe;
    const pods = this.universe.classes.length;
    const destinations = emptyBits(size);
    const width = destinations.length;
    const admitted = new Uint32Array(Math.min(CHUNK, width * 32) * width);
    for (let start = 0; start < size; start += CHUNK) {
      const end = Math.min(size, start + CHUNK);
      for (let atom = 0; atom < this.atoms.length; atom += 1) {
        this.admit(atom, mode, start, end, admitted);
        for (let from = start; from < end; from += 1) {
          // Addresses outside talk to pods only.
          const outgoing = from < pods ? this.egress.rowOf(from, atom, mode) : this.universe.pods;
          if (outgoing.words.length === 0) continue;
          destinations.fill(0);
          if (meetAt(outgoing, admitted, (from - start) * width, destinations)) visit(from, atom, destinations);
        }
      }
    }
  }

  /**
   * For sources from `start` to `end` the destinations that let them in: the ingress rows, which go by destination, transposed in
   * blocks of 32. Addresses outside let everybody in.
   */
  private admit(atom: number, mode: Mode, start: number, end: number, result: Uint32Array): void {
    const { size } = this.universe;
    const pods = this.universe.classes.length;
    const width = (size + 31) >>> 5;
    const block = new Uint32Array(32);
    const all = rowOf(allBits(size));
    // Of 32 destinations, those that let anybody in, and their bits.
    const rows: Row[] = [];
    const bits: number[] = [];
    result.fill(0);
    for (let column = 0; column < width; column += 1) {
      let first = width;
      let last = -1;
      rows.length = bits.length = 0;
      for (let bit = 0; bit < 32; bit += 1) {
        const to = column * 32 + bit;
        const row = to < pods ? this.ingress.rowOf(to, atom, mode) : to < size ? all : EMPTY_ROW;
        if (row.words.length === 0) continue;
        rows.push(row);
        bits.push(bit);
        first = Math.min(first, row.from);
        last = Math.max(last, row.from + row.words.length - 1);
      }
      for (let source = Math.max(start >>> 5, first); source <= last && source * 32 < end; source += 1) {
        const members = fill(block, rows, bits, source);
        if (members === 0) continue;
        const place = (source * 32 - start) * width + column;
        if (members < FEW) scatter(block, bits, result, place, width);
        else {
          transpose32(block);
          for (let bit = 0; bit < 32; bit += 1) result[place + bit * width] = block[bit] as number;
        }
      }
    }
  }

  /** All pairs that can exchange anything at all, source by source. */
  reachAny(mode: Mode): Bits[] {
    const rows = Array.from({ length: this.universe.size }, () => emptyBits(this.universe.size));
    this.eachRow(mode, (from, _atom, destinations) => {
      addAll(rows[from] as Bits, destinations);
    });
    return rows;
  }
}

/** Members of a block up to which setting them one by one is faster than turning the block. */
const FEW = 48;

/** One word of up to 32 rows, each at its bit; answers how many members they have there, or many. */
function fill(block: Uint32Array, rows: readonly Row[], bits: readonly number[], place: number): number {
  if (rows.length < 32) block.fill(0);
  let members = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const { from, words } = rows[index] as Row;
    let rest = place >= from && place - from < words.length ? (words[place - from] as number) : 0;
    block[bits[index] as number] = rest;
    for (; rest !== 0 && members < FEW; rest &= rest - 1) members += 1;
  }
  return members;
}

/** Turns a block of few members: bit j of word i is set as bit i of row j. */
function scatter(block: Uint32Array, bits: readonly number[], result: Uint32Array, place: number, width: number): void {
  for (const bit of bits) {
    for (let rest = block[bit] as number; rest !== 0; rest &= rest - 1) {
      const row = place + (31 - Math.clz32(rest & -rest)) * width;
      result[row] = (result[row] as number) | (1 << bit);
    }
  }
}

/** Writes the members of a row that are also set in a table from a place on; answers whether there are some. */
function meetAt({ from, words }: Row, table: Uint32Array, place: number, result: Bits): boolean {
  let any = 0;
  for (let word = 0; word < words.length; word += 1) {
    const common = (words[word] as number) & (table[place + from + word] as number);
    result[from + word] = common;
    any |= common;
  }
  return any !== 0;
}
