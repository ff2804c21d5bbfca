/** The 3GPP topology: network functions, zones, interfaces and who may talk to whom. Source: `data/topology.json`. */

import data from "./data/topology.json";
import type { NetworkFunction, NetworkFunctionId, Topology } from "./types";

export const topology = data as unknown as Topology;

const byId = new Map(topology.nfs.map((nf) => [nf.id, nf]));

export function networkFunction(id: NetworkFunctionId): NetworkFunction {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`the topology has no network function ${id}`);
  return found;
}

/** The network function of that name as users write it (`upf`, `SGW-U`, `sgwu`); `undefined` for anything else. */
export function networkFunctionNamed(name: string): NetworkFunction | undefined {
  const wanted = canonical(name);
  return topology.nfs.find((nf) => canonical(nf.id) === wanted);
}

function canonical(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

/** Whether all of these may have NET_ADMIN, for TUN devices and routes of subscribers' traffic; no function at all may not. */
export function areUserPlane(ids: readonly NetworkFunctionId[]): boolean {
  return ids.length > 0 && ids.every((id) => networkFunction(id).allowedExtraCapabilities.includes("NET_ADMIN"));
}

/** Whether a network function produces or consumes SBI services. */
export function speaksSbi(id: NetworkFunctionId): boolean {
  return networkFunction(id).planes.includes("sbi");
}
