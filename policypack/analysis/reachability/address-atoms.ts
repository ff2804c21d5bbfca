/** Every address, cut where a block of any rule begins or ends; addresses that lie in the same blocks are one atom. */

import { IpSet } from "../cidr/ip-set";
import { BITS, type Family } from "../cidr/address";

export interface AddressAtoms {
  /** Disjoint, together every address. */
  readonly atoms: readonly IpSet[];
  /** The atoms that a block is made of. */
  of(block: IpSet): readonly number[];
}

const FAMILIES: readonly Family[] = [4, 6];

export function addressAtoms(blocks: readonly IpSet[]): AddressAtoms {
  const distinct = new Map<string, IpSet>();
  for (const block of blocks) distinct.set(block.text, block);
  const numbered = [...distinct.values()];
  const ranges = new Map<string, { sets: IpSet[]; blocks: readonly number[] }>();
  for (const family of FAMILIES) {
    for (const { set, members } of sweep(family, numbered)) {
      const key = members.join();
      const atom = ranges.get(key) ?? { sets: [], blocks: members };
      atom.sets.push(set);
      ranges.set(key, atom);
    }
  }
  const parts = numbered.map((): number[] => []);
  const atoms = [...ranges.values()].map(({ sets, blocks: members }, index) => {
    for (const member of members) parts[member]?.push(index);
    return IpSet.EMPTY.union(...sets);
  });
  const place = new Map([...distinct.keys()].map((text, index) => [text, index]));
  return { atoms, of: (block) => parts[place.get(block.text) ?? -1] ?? [] };
}

/** The stretches between two boundaries, each with the blocks that cover it. */
function* sweep(family: Family, blocks: readonly IpSet[]): Generator<{ set: IpSet; members: readonly number[] }> {
  const end = 1n << BigInt(BITS[family]);
  const events = blocks.flatMap((block, member) =>
    block.intervals(family).flatMap(({ first, last }) => [
      { at: first, member, opens: true },
      { at: last + 1n, member, opens: false },
    ]),
  );
  events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const active = new Set<number>();
  let from = 0n;
  for (let index = 0; from < end;) {
    for (let event = events[index]; event !== undefined && event.at === from; index += 1, event = events[index]) {
      if (event.opens) active.add(event.member);
      else active.delete(event.member);
    }
    const to = events[index]?.at ?? end;
    yield { set: IpSet.ofInterval(family, from, to - 1n), members: [...active].sort((a, b) => a - b) };
    from = to;
  }
}
