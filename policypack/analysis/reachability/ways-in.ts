/** How traffic from outside gets to pods at all: Services with a door, Ingresses, Gateway API routes, node ports and the host's network. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { perPart } from "../../model/answers";
import type { Pod, Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import type { IpSet } from "../cidr/ip-set";
import { type Audience, openings } from "../exposure/openings";
import { namedPorts, type SelectedWorkload, workloadsBehind } from "../exposure/services";
import { ALL_PORTS, isProtocol, NO_PORTS, portsOf, type PortSet, unionPorts } from "./ports";

export interface WayIn {
  readonly workload: Workload;
  /** Pod ports that it leads to. */
  readonly ports: PortSet;
  /** "LoadBalancer amf-n2", "Ingress webui". */
  readonly through: string;
  readonly audience: Audience;
  /** Who is let in by the way itself; `undefined`: everybody. */
  readonly sources: IpSet | undefined;
}

/** Every way in that the stack declares. */
export const waysIn = (model: CoreModel): readonly WayIn[] => [
  ...model
    .ask(openings)
    .flatMap(({ through, audience, sources, backends }) =>
      backends.flatMap(({ service, port }) =>
        service === undefined
          ? []
          : behind(service, port, workloadsBehind(model, service)).map((way) => ({ ...way, through, audience, sources })),
      ),
    ),
  ...model.workloads.flatMap((workload): WayIn[] =>
    valueOr(workload.podSpec.get("hostNetwork").boolean(), false)
      ? [{ workload, ports: ALL_PORTS, through: "the host's network", audience: "nodes", sources: undefined }]
      : [],
  ),
  ...model.workloads.flatMap((workload): WayIn[] => {
    const ports = hostPorts(workload.pod);
    return ports.length === 0 ? [] : [{ workload, ports, through: "host ports", audience: "nodes", sources: undefined }];
  }),
];

/** The pod ports behind a Service, or behind one of its ports. */
export function behind(
  service: KubernetesObject,
  only: Node | undefined,
  selected: readonly SelectedWorkload[],
): { readonly workload: Workload; readonly ports: PortSet; readonly certain: boolean }[] {
  return selected.map(({ workload, match }) => {
    const ports = service.spec
      .get("ports")
      .items()
      .filter(
        (item) =>
          only === undefined || only.isAbsent || [item.get("port").describe(), item.get("name").describe()].includes(only.describe()),
      )
      .map((item) => podPorts(item, workload));
    return { workload, ports: unionPorts(...ports, NO_PORTS), certain: match === "yes" };
  });
}

function podPorts(item: Node, workload: Workload): PortSet {
  const protocol = valueOr(item.get("protocol").string(), "TCP").toUpperCase();
  if (!isProtocol(protocol)) return NO_PORTS;
  const target = item.get("targetPort").isAbsent ? item.get("port") : item.get("targetPort");
  const number = target.number();
  const numbers = number.state === "known" ? [number.value] : namedPorts(workload, valueOr(target.string(), ""));
  return unionPorts(...numbers.map((port) => portsOf(protocol, port, port)), NO_PORTS);
}

const hostPorts = perPart((pod: Pod): PortSet => {
  const sets = pod.containers.flatMap(({ node }) =>
    node
      .get("ports")
      .items()
      .flatMap((port) => {
        const protocol = valueOr(port.get("protocol").string(), "TCP").toUpperCase();
        const number = port.get("containerPort").number();
        if (port.get("hostPort").isAbsent || !isProtocol(protocol) || number.state !== "known") return [];
        return [portsOf(protocol, number.value, number.value)];
      }),
  );
  return unionPorts(...sets, NO_PORTS);
});
