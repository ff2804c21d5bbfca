/** What the ends of connections are in 3GPP's terms. */

import { namespaceLabels } from "./cluster";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import type { Party, StandardFlow } from "../../topology/matrix";
import { topology } from "../../topology/topology";
import { sbiProducers } from "../mesh/sbi";
import type { Unit } from "./cluster";
import { ALL_PORTS, NO_PORTS, portsOf, type PortSet, unionPorts } from "./ports";

/** Ranges that the settings declare for zones beside the core. */
export interface DeclaredZones {
  readonly ran?: readonly string[];
  readonly oam?: readonly string[];
  readonly interconnect?: readonly string[];
}

/** A workload that takes part in the comparison with 3GPP. */
export interface CoreUnit {
  readonly unit: Unit;
  /** Its number among all units of the networks. */
  readonly index: number;
  readonly parties: readonly Party[];
  /** For people: "AMF", "AMF+SMF", "MongoDB of the core". */
  readonly label: string;
  /** Ports on which it serves the SBI: its own where they are known, else every port that products use for it. */
  readonly sbi: PortSet;
}

/** Network functions, data stores, management and base stations of the core; hooks and tests are not. */
export function coreUnits(model: CoreModel, units: readonly Unit[]): CoreUnit[] {
  const sbi = model.ask(sbiPorts);
  return units.flatMap((unit, index) => {
    const [workload] = unit.workloads;
    if (workload === undefined || workload.hook || workload.kind === "VirtualMachine") return [];
    const parties = partiesOf(model, workload);
    if (parties.length === 0) return [];
    return [{ unit, index, parties, label: parties.map(({ id }) => id).join("+"), sbi: sbi.get(workload) ?? ANY_SBI }];
  });
}

function partiesOf(model: CoreModel, workload: Workload): Party[] {
  const { role, networkFunctions, coreStore } = model.classification(workload);
  if (role === "nf") return networkFunctions.map((id) => ({ kind: "function", id }));
  if (coreStore) return [{ kind: "function", id: "SUBSCRIBER-DB" }];
  if (role === "management" && model.coreNamespaces.has(workload.namespace)) return [{ kind: "function", id: "OAM" }];
  if (role === "ran") return [{ kind: "function", id: "GNB" }];
  return platformService(model, workload);
}

function platformService(model: CoreModel, workload: Workload): Party[] {
  const labels = workload.labels.known;
  if (labels.get("k8s-app") === "kube-dns") return [{ kind: "service", id: "kube-dns" }];
  if (labels.get("app") === "istiod") return [{ kind: "service", id: "istiod" }];
  const zone = namespaceLabels(model, workload.namespace, "bare").known.get("carrierguard.dev/zone") ?? labels.get("carrierguard.dev/zone");
  return zone === "observability" || zone === "oam" ? [{ kind: "zone", id: zone }] : [];
}

/** Ports that products serve the SBI on. */
export const ANY_SBI: PortSet = unionPorts(
  ...(topology.interfaces.find(({ id }) => id === "SBI")?.ports ?? []).map((port) => portsOf("TCP", port, port)),
);

/** The SBI ports of every producer whose configuration or container ports say them. */
const sbiPorts = (model: CoreModel): ReadonlyMap<Workload, PortSet> => {
  const ports = new Map<Workload, PortSet>();
  for (const { workload, configurations } of model.ask(sbiProducers)) {
    const configured = configurations.flatMap(({ servers }) =>
      servers.flatMap((server) => (server.interface === "SBI" && server.port !== undefined ? [server.port] : [])),
    );
    const own = configured.length > 0 ? configured : declaredTcp(workload);
    if (own.length > 0) ports.set(workload, unionPorts(...own.map((port) => portsOf("TCP", port, port))));
  }
  return ports;
};

/** Ports that serve people or scrapers, not the SBI. */
const NO_SBI = /metric|prom|ssh|probe|health|admin|pfcp|gtp|ngap/i;

function declaredTcp(workload: Workload): number[] {
  return workload.containers.flatMap(({ node }) =>
    node
      .get("ports")
      .items()
      .flatMap((port) => {
        const number = valueOr(port.get("containerPort").number(), undefined);
        const named = NO_SBI.test(valueOr(port.get("name").string(), ""));
        return number === undefined || named || valueOr(port.get("protocol").string(), "TCP") !== "TCP" ? [] : [number];
      }),
  );
}

/** The ports of a flow at the workload that receives it. */
export function portsOfFlow(flow: StandardFlow, receiver: PortSet): PortSet {
  if (flow.ports.length === 0)
    return flow.protocols.length === 3 ? ALL_PORTS : unionPorts(...flow.protocols.map((protocol) => portsOf(protocol)));
  return unionPorts(
    ...flow.ports.map((port) =>
      port === "sbi" ? receiver : unionPorts(...flow.protocols.map((protocol) => portsOf(protocol, port, port))),
    ),
    NO_PORTS,
  );
}
