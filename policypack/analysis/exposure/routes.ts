/**
 * Ways by which requests from outside the cluster are routed to a Service: Ingress, Gateway API, Istio, OpenShift, Contour, Traefik, and target
 * groups of AWS load balancers. A VirtualService of the mesh alone, and a route whose parent is a Service, let nobody in.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";

export interface OutsideRoute {
  readonly object: KubernetesObject;
  /** Where the Service is named. */
  readonly backend: Node;
}

export function routesTo(model: CoreModel, service: KubernetesObject): readonly OutsideRoute[] {
  return model.ask(routes).get(`${service.namespace}/${service.name}`) ?? [];
}

/** A Service that a route leads to. */
export interface RouteBackend {
  readonly node: Node;
  readonly name: string;
  readonly namespace: string;
  /** Which of its ports, by number or name; `undefined`: all that it has. */
  readonly port: Node | undefined;
}

export interface Route {
  readonly object: KubernetesObject;
  readonly backends: readonly RouteBackend[];
}

type Reader = (object: KubernetesObject) => readonly RouteBackend[];

/** Every route from outside, with all that it leads to. */
export const outsideRoutes = (model: CoreModel): readonly Route[] =>
  READERS.flatMap(([group, kind, read]) => model.objectsOf(group, kind).map((object) => ({ object, backends: read(object) })));

const routes = (model: CoreModel): ReadonlyMap<string, readonly OutsideRoute[]> => {
  const found = new Map<string, OutsideRoute[]>();
  for (const { object, backends: named } of model.ask(outsideRoutes)) {
    for (const { node, name, namespace } of named) {
      const key = `${namespace}/${name}`;
      found.set(key, [...(found.get(key) ?? []), { object, backend: node }]);
    }
  }
  return found;
};

function backends(object: KubernetesObject, nodes: readonly Node[]): RouteBackend[] {
  return nodes
    .map((node) => ({ node, name: valueOr(node.string(), ""), namespace: object.namespace, port: undefined }))
    .filter(({ name }) => name !== "");
}

/** The form of today, and that of extensions/v1beta1. */
const ingress: Reader = (object) =>
  [
    object.spec.get("defaultBackend"),
    object.spec.get("backend"),
    ...each(object.spec, "rules").flatMap((rule) => each(rule.get("http"), "paths").map((path) => path.get("backend"))),
  ].flatMap((backend) => {
    const old = backend.get("serviceName");
    const port = backend.get("service", "port");
    const [node, at] = old.isAbsent
      ? [backend.get("service", "name"), port.get("number").isAbsent ? port.get("name") : port.get("number")]
      : [old, backend.get("servicePort")];
    return backends(object, [node]).map((item) => ({ ...item, port: at }));
  });

const gatewayRoute: Reader = (object) => {
  const parents = each(object.spec, "parentRefs");
  if (parents.length > 0 && parents.every((parent) => valueOr(parent.get("kind").string(), "Gateway") === "Service")) return [];
  return each(object.spec, "rules")
    .flatMap((rule) => each(rule, "backendRefs"))
    .filter((reference) => valueOr(reference.get("kind").string(), "Service") === "Service")
    .map((reference) => ({
      node: reference.get("name"),
      name: valueOr(reference.get("name").string(), ""),
      namespace: valueOr(reference.get("namespace").string(), object.namespace),
      port: reference.get("port"),
    }));
};

/** `amf`, `amf.core`, `amf.core.svc.cluster.local`. */
const virtualService: Reader = (object) => {
  if (gatewaysOf(object).length === 0) return [];
  return ["http", "tls", "tcp"]
    .flatMap((protocol) => each(object.spec, protocol))
    .flatMap((rule) => each(rule, "route"))
    .map((destination) => {
      const node = destination.get("destination", "host");
      const [name = "", namespace = object.namespace] = valueOr(node.string(), "").split(".");
      return { node, name, namespace, port: destination.get("destination", "port", "number") };
    });
};

/** Names of the gateways that a VirtualService is bound to, the mesh itself left out. */
export function gatewaysOf(virtualService_: KubernetesObject): readonly string[] {
  return each(virtualService_.spec, "gateways")
    .map((node) => valueOr(node.string(), ""))
    .filter((name) => name !== "mesh" && name !== "");
}

const openShiftRoute: Reader = ({ spec, ...object }) =>
  backends({ spec, ...object }, [spec.get("to", "name"), ...each(spec, "alternateBackends").map((to) => to.get("name"))]);

const servicesOfRoutes: Reader = (object) =>
  each(object.spec, "routes")
    .flatMap((route) => each(route, "services"))
    .map((service) => ({
      node: service.get("name"),
      name: valueOr(service.get("name").string(), ""),
      namespace: valueOr(service.get("namespace").string(), object.namespace),
      port: service.get("port"),
    }));

const targetGroup: Reader = (object) =>
  backends(object, [object.spec.get("serviceRef", "name")]).map((item) => ({ ...item, port: object.spec.get("serviceRef", "port") }));

function each(node: Node, key: string): readonly Node[] {
  return node.get(key).items();
}

const READERS: readonly (readonly [group: string, kind: string, read: Reader])[] = [
  ["networking.k8s.io", "Ingress", ingress],
  ["extensions", "Ingress", ingress],
  ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"].map(
    (kind) => ["gateway.networking.k8s.io", kind, gatewayRoute] as const,
  ),
  ["networking.istio.io", "VirtualService", virtualService],
  ["route.openshift.io", "Route", openShiftRoute],
  ["projectcontour.io", "HTTPProxy", servicesOfRoutes],
  ...["traefik.io", "traefik.containo.us"].flatMap((group) =>
    ["IngressRoute", "IngressRouteTCP"].map((kind) => [group, kind, servicesOfRoutes] as const),
  ),
  ["elbv2.k8s.aws", "TargetGroupBinding", targetGroup],
];
