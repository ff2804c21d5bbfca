/** Hop by hop: what can be reached from where. */

import { allBits, type Bits, eachBit, emptyBits } from "./bitset";

/** Everything that can be reached from some classes hop by hop, with the hop before on a shortest way. */
export function spread(edges: readonly Bits[], from: readonly number[]): Int32Array {
  const before = new Int32Array(edges.length).fill(-1);
  const unvisited = allBits(edges.length);
  let front = from;
  for (const start of from) {
    before[start] = start;
    unvisited[start >>> 5] = (unvisited[start >>> 5] ?? 0) & ~(1 << (start & 31));
  }
  while (front.length > 0) {
    const next: number[] = [];
    for (const item of front) {
      const fresh = emptyBits(edges.length);
      const row = edges[item] as Bits;
      for (let word = 0; word < fresh.length; word += 1) {
        fresh[word] = (row[word] as number) & (unvisited[word] as number);
        unvisited[word] = (unvisited[word] as number) & ~(row[word] as number);
      }
      eachBit(fresh, (to) => {
        before[to] = item;
        next.push(to);
      });
    }
    front = next;
  }
  return before;
}
