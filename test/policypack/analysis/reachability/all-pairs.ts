/** All pairs row by row, against each pair asked for itself. */

import { type Bits, emptyBits, hasBit } from "../../../../policypack/analysis/reachability/bitset";
import type { Network } from "../../../../policypack/analysis/reachability/network";

/** The pairs of which the rows of `eachRow` say something else than the question about the pair does. */
export function pairsToldApart(network: Network): string[] {
  const rows = new Map<string, Bits>();
  const none = emptyBits(network.universe.size);
  network.eachRow("must", (from, atom, row) => rows.set(`${from} ${atom}`, row.slice()));
  const apart: string[] = [];
  for (let from = 0; from < network.universe.size; from += 1) {
    for (let to = 0; to < network.universe.size; to += 1) {
      const atoms = network.atoms.flatMap((_, atom) => (hasBit(rows.get(`${from} ${atom}`) ?? none, to) ? [atom] : []));
      const asked = network.atomsBetween(from, to, "must");
      if (atoms.join() !== asked.join()) apart.push(`${from} => ${to}: ${atoms.join()}, asked: ${asked.join()}`);
    }
  }
  return apart;
}
