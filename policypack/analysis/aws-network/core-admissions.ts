/** Who a security group lets in to each interface of the core that it is about. */

import { networkFunction } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import type { Node } from "../../model/value";
import { IpSet } from "../cidr/ip-set";
import { CORE_PORTS, type CorePort, corePortsMeant } from "./core-ports";
import type { AdmissionRule } from "./ingress";
import { isWorld } from "./world";

export interface CoreAdmission {
  readonly port: CorePort;
  /** Open to the world, by rules that name the port or by any other. */
  readonly world: boolean;
  /** Sources of the rules that name the port. */
  readonly named: IpSet;
  readonly nodes: readonly Node[];
  /** Sources of those rules that are not known yet. */
  readonly unknown: readonly Node[];
}

/** Planes of the topology by which a function has an interface. */
const PLANES: { readonly [id: string]: readonly string[] } = { N2: ["n2", "s1"], N3: ["n3"], N4: ["n4"], S11: ["gtpc"], S6a: ["diameter"] };

/** One answer for each interface that the rules name, or that the functions have. */
export function coreAdmissions(rules: readonly AdmissionRule[], functions: readonly NetworkFunctionId[]): readonly CoreAdmission[] {
  const planes = new Set(functions.flatMap((id) => networkFunction(id).planes));
  return CORE_PORTS.flatMap((port) => {
    const certain = rules.filter((rule) => rule.certain);
    const meant = certain.filter((rule) => corePortsMeant(rule.traffic).includes(port));
    if (meant.length === 0 && !PLANES[port.interface]?.some((plane) => planes.has(plane))) return [];
    const letting = certain.filter((rule) => rule.traffic?.overlaps(port.traffic) === true);
    const world = isWorld(IpSet.EMPTY.union(...letting.map((rule) => rule.peers.addresses)));
    return [
      {
        port,
        world,
        named: IpSet.EMPTY.union(...meant.map((rule) => rule.peers.addresses)),
        nodes: (world ? letting : meant).flatMap((rule) => rule.peers.nodes),
        unknown: meant.flatMap((rule) => rule.peers.unknown),
      },
    ];
  });
}
