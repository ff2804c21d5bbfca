/** How traffic from outside gets to pods at all: Services with a door, Ingresses, Gateway API routes, node ports and the host's network. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { doorsOf } from "../exposure/core-services";
import { namedPorts, workloadsBehind } from "../exposure/services";
import { ALL_PORTS, isProtocol, NO_PORTS, portsOf, type PortSet, unionPorts } from "./ports";

export interface WayIn {
  readonly workload: Workload;
  /** Pod ports that it leads to. */
  readonly ports: PortSet;
  /** "LoadBalancer amf-n2", "Ingress webui". */
  readonly through: string;
}

/** Every way in that the stack declares. */
export const waysIn = (model: CoreModel): readonly WayIn[] => [
  ...model.objectsOf("", "Service").flatMap((service) => {
    const { doors } = doorsOf(service);
    return doors.length === 0 ? [] : behind(model, service, undefined, `${doors.join(" and ")} ${service.name}`);
  }),
  ...[...model.objectsOf("networking.k8s.io", "Ingress"), ...model.objectsOf("extensions", "Ingress")].flatMap((ingress) =>
    routes(model, ingress, backendsOfIngress(ingress)),
  ),
  ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"].flatMap((kind) =>
    model.objectsOf("gateway.networking.k8s.io", kind).flatMap((route) => routes(model, route, backendsOfRoute(route))),
  ),
  ...model.workloads.flatMap((workload) =>
    valueOr(workload.podSpec.get("hostNetwork").boolean(), false) ? [{ workload, ports: ALL_PORTS, through: "the host's network" }] : [],
  ),
  ...model.workloads.flatMap((workload) => {
    const ports = hostPorts(workload);
    return ports.length === 0 ? [] : [{ workload, ports, through: "host ports" }];
  }),
];

interface Backend {
  readonly service: string;
  readonly port: Node;
}

function backendsOfIngress(ingress: KubernetesObject): Backend[] {
  const of = (backend: Node): Backend[] => {
    const modern = backend.get("service", "name").string();
    if (modern.state === "known") {
      const port = backend.get("service", "port");
      return [{ service: modern.value, port: port.get("number").isAbsent ? port.get("name") : port.get("number") }];
    }
    const old = backend.get("serviceName").string();
    return old.state === "known" ? [{ service: old.value, port: backend.get("servicePort") }] : [];
  };
  const { spec } = ingress;
  const paths = spec
    .get("rules")
    .items()
    .flatMap((rule) => rule.get("http", "paths").items());
  return [...of(spec.get("defaultBackend")), ...of(spec.get("backend")), ...paths.flatMap((path) => of(path.get("backend")))];
}

function backendsOfRoute(route: KubernetesObject): Backend[] {
  return route.spec
    .get("rules")
    .items()
    .flatMap((rule) => rule.get("backendRefs").items())
    .flatMap((backend) => {
      const name = backend.get("name").string();
      return name.state === "known" ? [{ service: name.value, port: backend.get("port") }] : [];
    });
}

function routes(model: CoreModel, from: KubernetesObject, backends: readonly Backend[]): WayIn[] {
  return backends.flatMap(({ service, port }) =>
    model
      .objectsNamed("", "Service", from.namespace, service)
      .flatMap((object) => behind(model, object, port, `${from.kind} ${from.name}`)),
  );
}

/** The pod ports behind a Service, or behind one of its ports. */
function behind(model: CoreModel, service: KubernetesObject, only: Node | undefined, through: string): WayIn[] {
  return workloadsBehind(model, service).map(({ workload }) => {
    const ports = service.spec
      .get("ports")
      .items()
      .filter(
        (item) =>
          only === undefined || only.isAbsent || [item.get("port").describe(), item.get("name").describe()].includes(only.describe()),
      )
      .map((item) => podPorts(item, workload));
    return { workload, ports: unionPorts(...ports, NO_PORTS), through };
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

function hostPorts(workload: Workload): PortSet {
  const sets = workload.containers.flatMap(({ node }) =>
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
}
