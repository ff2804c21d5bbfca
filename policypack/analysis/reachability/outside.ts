/** What addresses outside the cluster may open, by the policies that bind the pods. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import type { IpSet } from "../cidr/ip-set";
import type { Network } from "./network";
import { NO_PORTS, type PortSet, unionPorts } from "./ports";
import { groupPortsFromAddresses } from "./pod-groups";
import type { Mode } from "./program";
import type { CoreUnit } from "./parties";
import { coreReach } from "./standard";

/** Ports of a unit on a network that some of these addresses (of all, where none are given) may open. */
export function portsFromOutside(network: Network, addresses: IpSet | undefined, unit: number, mode: Mode): PortSet {
  const { universe } = network;
  const targets = network.classesOf(unit);
  const sets: PortSet[] = [];
  for (const [index, atom] of universe.outside.entries()) {
    if (addresses !== undefined && !addresses.overlaps(atom)) continue;
    for (const target of targets) sets.push(network.ports(universe.classes.length + index, target, mode));
  }
  return unionPorts(...sets, NO_PORTS);
}

/** Units of the core by their workloads. */
const unitsByWorkload = (model: CoreModel): ReadonlyMap<Workload, CoreUnit> =>
  new Map(model.ask(coreReach).units.flatMap((core) => core.unit.workloads.map((workload) => [workload, core] as const)));

/** Ports of a workload on the pod network that some of these addresses may open in some world; `undefined` for one that is not compared. */
export function openToAddresses(model: CoreModel, workload: Workload, addresses: IpSet | undefined): PortSet | undefined {
  const { reach } = model.ask(coreReach);
  const core = model.ask(unitsByWorkload).get(workload);
  if (core === undefined) return undefined;
  const ports = unionPorts(...reach.primary.map((network) => portsFromOutside(network, addresses, core.index, "may")), NO_PORTS);
  return addresses === undefined ? ports : groupPortsFromAddresses(model, core.unit, addresses, ports, "may");
}
