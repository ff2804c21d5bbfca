/** The traffic that 3GPP and the platform give a network function, as security groups can express it. Source: topology, flows. */

import type { CoreModel } from "../../model/core";
import { topology } from "../../topology/topology";
import type { Flow, NetworkFunctionId } from "../../topology/types";
import { ESP, SCTP, TCP, TrafficSet, UDP } from "../cidr/traffic";
import { portsOf } from "../exposure/services";

const PROTOCOLS: { readonly [name: string]: number } = { tcp: TCP, udp: UDP, sctp: SCTP, "ip-50": ESP };

/** Numbers of the SBI that products use, and those of the cluster's own probes and mesh. */
const SBI_PORTS = [
  ...(topology.interfaces.find((item) => item.id === "SBI")?.ports ?? []),
  // HTTPS of a process that may not bind 443, as none should that is not root.
  8443,
];
const MESH = [15008, 15012, 15020, 15021, 15090];

/**
 * What may come to (or go out of) these functions by any flow of the topology; of every function where none is named. An
 * interface without ports of its own (N6, X2) is any traffic, and only for the functions that have it.
 */
export function flowTraffic(direction: "ingress" | "egress", functions: readonly NetworkFunctionId[]): TrafficSet {
  const concerned = (flow: Flow): boolean => {
    const end = direction === "ingress" ? flow.to : flow.from;
    if (functions.length === 0) return flow.ports.length > 0 || flow.protocol === "ip-50";
    return end === "NF" || functions.some((id) => id === end);
  };
  return TrafficSet.union([...topology.flows.filter(concerned).flatMap(trafficOf), ...MESH.map((port) => TrafficSet.of(TCP, port, port))]);
}

/** What flows from one party of the topology to another, as its rows name them. */
export function flowTrafficBetween(from: string, to: string): TrafficSet {
  return TrafficSet.union(topology.flows.filter((flow) => flow.from === from && flow.to === to).flatMap(trafficOf));
}

function trafficOf(flow: Flow): TrafficSet[] {
  if (flow.protocol === "any") return [TrafficSet.ALL];
  return flow.protocol.split("/").flatMap((name) => {
    const protocol = PROTOCOLS[name];
    if (protocol === undefined) return [];
    const ports = flow.ports.flatMap((port) => (port === "sbi" ? SBI_PORTS : typeof port === "number" ? [port] : []));
    // SCTP and ESP know no ports in a security group.
    return ports.length === 0 || protocol === SCTP || protocol === ESP ? [TrafficSet.of(protocol)] : ports.map((port) => TrafficSet.of(protocol, port, port));
  });
} // prettier-ignore

/** Ports that the functions of the stack serve on: what their containers and Services declare. */
export const ownPorts = (model: CoreModel): TrafficSet => {
  const numbers = new Map<string, Set<number>>();
  const add = (protocol: string, port: number): void => void (numbers.get(protocol) ?? numbers.set(protocol, new Set()).get(protocol))?.add(port);
  for (const workload of model.workloads) {
    if (model.classification(workload).role !== "nf") continue;
    for (const { node } of workload.containers) {
      for (const port of node.get("ports").items()) {
        const number = port.get("containerPort").number();
        const protocol = port.get("protocol").string();
        if (number.state === "known") add(protocol.state === "known" ? protocol.value.toLowerCase() : "tcp", number.value);
      }
    }
  }
  for (const service of model.objectsOf("", "Service")) {
    if (!model.coreNamespaces.has(service.namespace)) continue;
    for (const port of portsOf(service, [])) for (const number of port.numbers) add(port.protocol.toLowerCase(), number);
  }
  return TrafficSet.union(
    [...numbers].flatMap(([name, ports]) => {
      const protocol = PROTOCOLS[name];
      return protocol === undefined ? [] : [...ports].map((port) => TrafficSet.of(protocol, port, port));
    }),
  );
}; // prettier-ignore
