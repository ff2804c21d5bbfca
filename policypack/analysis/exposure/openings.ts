/**
 * What opens workloads to callers outside the cluster, and to whom: Services with a load balancer or external addresses, Ingresses, routes of
 * the Gateway API, VirtualServices behind an Istio gateway, and the TargetGroupBindings of the AWS controller.
 * Source: AWS Load Balancer Controller, annotations (scheme is internal unless said otherwise); Gateway API, parentRefs; Istio, VirtualService.
 */

import { loadBalancers, targetGroupsBehind } from "../../model/aws/load-balancers";
import type { CoreModel } from "../../model/core";
import { type KubernetesObject, labelsOf } from "../../model/kubernetes/objects";
import { matchesMap } from "../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet, PRIVATE } from "../cidr/ip-set";
import { isInternal } from "./internal";
import { gatewaysOf, outsideRoutes, type RouteBackend } from "./routes";

/** `nodes`: whoever reaches a node. `unknown`: values that are not known yet, or a controller out of sight, decide. */
export type Audience = "internet" | "nodes" | "inside" | "unknown";

export interface Backend {
  readonly name: string;
  readonly namespace: string;
  /** The Service, where it is in sight. */
  readonly service: KubernetesObject | undefined;
  /** Which of its ports; `undefined`: all. */
  readonly port: Node | undefined;
}

export interface Opening {
  readonly object: KubernetesObject;
  /** "LoadBalancer amf-n2", "Ingress webui". */
  readonly through: string;
  readonly audience: Audience;
  /** Who is let in by the opening itself; `undefined`: everybody. */
  readonly sources: IpSet | undefined;
  /** What says so. */
  readonly node: Node;
  readonly backends: readonly Backend[];
}

export const openings = (model: CoreModel): readonly Opening[] => [
  ...model.objectsOf("", "Service").flatMap(ofService),
  ...model.ask(outsideRoutes).flatMap(({ object, backends }) => {
    const audience = audienceOfRoute(model, object);
    if (audience === undefined) return [];
    const through = `${object.kind} ${object.name}`;
    return [{ object, through, ...audience, backends: backends.map((backend) => inSight(model, backend)) }];
  }),
];

function inSight(model: CoreModel, { name, namespace, port }: RouteBackend): Backend {
  return { name, namespace, port, service: model.objectsNamed("", "Service", namespace, name)[0] };
}

type RouteAudience = Pick<Opening, "audience" | "sources" | "node">;

/** `undefined` for what opens nothing: a route of the mesh. */
function audienceOfRoute(model: CoreModel, route: KubernetesObject): RouteAudience | undefined {
  switch (route.kind) {
    case "Ingress":
      return ofIngress(model, route);
    case "VirtualService":
      return ofVirtualService(model, route);
    case "TargetGroupBinding":
      return ofBinding(model, route);
    case "HTTPRoute":
    case "GRPCRoute":
    case "TLSRoute":
    case "TCPRoute":
    case "UDPRoute":
      return ofGatewayRoute(model, route);
    default:
      // OpenShift's router, Contour and Traefik: their own Services decide.
      return { audience: controllerAudience(model, /ingress|router|traefik|contour|envoy/), sources: undefined, node: route.spec };
  }
}

/** Annotations by which load balancers are put on the internet. */
const PUBLIC = ["service.beta.kubernetes.io/aws-load-balancer-scheme", "alb.ingress.kubernetes.io/scheme"];

function isPublic(annotations: Node): boolean {
  return PUBLIC.some((key) => valueOr(annotations.get(key).string(), "") === "internet-facing");
}

function ofService(service: KubernetesObject): Opening[] {
  const backends = [{ name: service.name, namespace: service.namespace, service, port: undefined }];
  const opening = (through: string, audience: Audience, node: Node, sources?: IpSet): Opening => ({ object: service, through: `${through} ${service.name}`, audience, node, sources, backends });
  const type = service.spec.get("type");
  const external = service.spec.get("externalIPs");
  const byAddress = external.items().length === 0 ? [] : [opening("externalIPs", addressAudience(blocksOf(external.items())), external)];
  if (type.isUnknown) return [...byAddress, opening("Service", isInternal(service.metadata.get("annotations")) ? "inside" : "unknown", type)];
  if (valueOr(type.string(), "") === "NodePort") return [...byAddress, opening("NodePort", "nodes", type)];
  if (valueOr(type.string(), "") !== "LoadBalancer") return byAddress;
  const sources = sourcesOf(service);
  return [opening("LoadBalancer", audienceOf(service, sources), type, sources), ...byAddress];
} // prettier-ignore

function addressAudience(addresses: IpSet): Audience {
  return PRIVATE.contains(addresses) && !addresses.isEmpty ? "inside" : "internet";
}

const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

function sourcesOf(service: KubernetesObject): IpSet | undefined {
  const listed = service.spec.get("loadBalancerSourceRanges").items();
  const annotated = valueOr(service.metadata.get("annotations", SOURCE_RANGES).string(), "").split(",").flatMap((text) => parseBlock(text.trim()) ?? []);
  const all = blocksOf(listed).union(IpSet.fromBlocks(annotated));
  return all.isEmpty ? undefined : all;
} // prettier-ignore

function audienceOf(service: KubernetesObject, sources: IpSet | undefined): Audience {
  const annotations = service.metadata.get("annotations");
  if (isInternal(annotations) || (sources !== undefined && PRIVATE.contains(sources))) return "inside";
  if (annotations.isUnknown || service.spec.get("loadBalancerSourceRanges").holdsUnknown()) return "unknown";
  if (isPublic(annotations)) return "internet";
  const kind = valueOr(annotations.get("service.beta.kubernetes.io/aws-load-balancer-type").string(), "");
  const controller = /^(external|nlb-ip)$/.test(kind) || /^service\.k8s\.aws\/nlb$|^eks\.amazonaws\.com\/nlb$/.test(valueOr(service.spec.get("loadBalancerClass").string(), "")); // prettier-ignore
  return controller ? "inside" : "internet";
}

function blocksOf(nodes: readonly Node[]): IpSet {
  return IpSet.fromBlocks(nodes.flatMap((node) => parseBlock(valueOr(node.string(), "")) ?? []));
}

function ofIngress(model: CoreModel, ingress: KubernetesObject): RouteAudience {
  const annotations = ingress.metadata.get("annotations");
  const words = [ingress.spec.get("ingressClassName"), annotations.get("kubernetes.io/ingress.class"), annotations.get("alb.ingress.kubernetes.io/scheme")].map((node) => valueOr(node.string(), ""));
  const alb = words.some((word) => /^(alb|eks\.amazonaws\.com\/alb)$/.test(word)) || annotations.fields().some(([key]) => key.startsWith("alb.ingress.kubernetes.io/"));
  return {
    audience: ingressAudience(model, ingress, words, alb),
    sources: listIn(annotations, "alb.ingress.kubernetes.io/inbound-cidrs", "nginx.ingress.kubernetes.io/whitelist-source-range", "nginx.ingress.kubernetes.io/allowlist-source-range"),
    node: alb ? annotations.get("alb.ingress.kubernetes.io/scheme") : ingress.spec.get("ingressClassName"),
  };
} // prettier-ignore

function listIn(annotations: Node, ...keys: readonly string[]): IpSet | undefined {
  const blocks = keys.flatMap((key) => valueOr(annotations.get(key).string(), "").split(",").flatMap((text) => parseBlock(text.trim()) ?? []));
  return blocks.length === 0 ? undefined : IpSet.fromBlocks(blocks);
} // prettier-ignore

function ingressAudience(model: CoreModel, ingress: KubernetesObject, words: readonly string[], alb: boolean): Audience {
  const annotations = ingress.metadata.get("annotations");
  if (isInternal(annotations) || words.some((word) => /(^|[-_.])(internal|private|intranet)([-_.]|$)/i.test(word))) return "inside";
  if (isPublic(annotations) || words.some((word) => /(^|[-_.])(public|external|internet|internet-facing)([-_.]|$)/i.test(word)))
    return "internet";
  if (annotations.isUnknown || annotations.get("alb.ingress.kubernetes.io/scheme").isUnknown) return "unknown";
  if (alb) return "inside";
  return controllerAudience(model, /ingress|nginx|traefik|haproxy|kong|contour/);
}

const loadBalancerServices = (model: CoreModel): readonly KubernetesObject[] =>
  model.objectsOf("", "Service").filter(({ spec }) => valueOr(spec.get("type").string(), "") === "LoadBalancer");

/** Whom the Services of controllers in sight let in: all of them the same, or it cannot be told. */
function controllerAudience(model: CoreModel, name: RegExp): Audience {
  const controllers = model.ask(loadBalancerServices).filter((service) => {
    const words = [service.name, ...labelsOf(service.metadata.get("labels")).known.values()];
    return words.some((word) => name.test(word));
  });
  const answers = new Set(controllers.map((service) => audienceOf(service, sourcesOf(service))));
  const [only] = answers;
  return answers.size === 1 && only !== undefined ? only : "unknown";
}

/** Routes of a mesh have a Service for their parent and open nothing. */
function ofGatewayRoute(model: CoreModel, route: KubernetesObject): RouteAudience | undefined {
  const parents = route.spec.get("parentRefs").items().filter((parent) => valueOr(parent.get("kind").string(), "Gateway") === "Gateway");
  if (parents.length === 0 && !route.spec.get("parentRefs").isUnknown) return undefined;
  const audiences = parents.map((parent) => {
    const [gateway] = model.objectsNamed("gateway.networking.k8s.io", "Gateway", valueOr(parent.get("namespace").string(), route.namespace), valueOr(parent.get("name").string(), ""));
    return gateway === undefined ? "unknown" : gatewayAudience(gateway);
  });
  return { audience: widest(audiences), sources: undefined, node: route.spec.get("parentRefs") };
} // prettier-ignore

function gatewayAudience(gateway: KubernetesObject): Audience {
  const places = [gateway.metadata.get("annotations"), gateway.spec.get("infrastructure", "annotations")];
  const clusterIp = places.some((node) => valueOr(node.get("networking.istio.io/service-type").string(), "") === "ClusterIP");
  const addresses = blocksOf(gateway.spec.get("addresses").items().map((item) => item.get("value")));
  const named = [gateway.name, valueOr(gateway.spec.get("gatewayClassName").string(), "")];
  const inside = named.some((word) => /(^|[-_.])(internal|private|waypoint|rilb)([-_.]|$)/i.test(word));
  if (clusterIp || inside || places.some(isInternal) || (!addresses.isEmpty && PRIVATE.contains(addresses))) return "inside";
  return places.some(isPublic) || (!addresses.isEmpty && !PRIVATE.overlaps(addresses)) ? "internet" : "unknown";
} // prettier-ignore

function widest(audiences: readonly Audience[]): Audience {
  if (audiences.includes("internet")) return "internet";
  return audiences.length === 0 || audiences.includes("unknown") ? "unknown" : "inside";
}

/** Without a gateway, or with that of the mesh, a VirtualService routes what is inside already. */
function ofVirtualService(model: CoreModel, route: KubernetesObject): RouteAudience | undefined {
  const node = route.spec.get("gateways");
  const gateways = gatewaysOf(route);
  if (gateways.length === 0 && !node.isUnknown) return undefined;
  const audiences = gateways.map((text): Audience => {
    const [name = "", namespace = route.namespace] = text.split("/").reverse();
    const [gateway] = model.objectsNamed("networking.istio.io", "Gateway", namespace, name);
    return gateway === undefined ? "unknown" : proxyAudience(model, gateway);
  });
  return { audience: widest(audiences), sources: undefined, node };
}

/** Whom the Services before an Istio gateway's proxies let in. */
function proxyAudience(model: CoreModel, gateway: KubernetesObject): Audience {
  const selector = labelsOf(gateway.spec.get("selector"));
  const services = model.objectsOf("", "Service").filter((service) => {
    const selected = service.spec.get("selector");
    return selected.fields().length > 0 && [...selector.known].some(([key, value]) => valueOr(selected.get(key).string(), "") === value) && matchesMap(gateway.spec.get("selector"), labelsOf(selected)) !== "no";
  });
  const answers = services.map((service) => (valueOr(service.spec.get("type").string(), "ClusterIP") === "LoadBalancer" ? audienceOf(service, sourcesOf(service)) : "inside"));
  return widest(answers);
} // prettier-ignore

function ofBinding(model: CoreModel, binding: KubernetesObject): RouteAudience {
  const arn = binding.spec.get("targetGroupARN");
  const before = model.ask(loadBalancers).filter((balancer) => targetGroupsBehind(model, balancer).some((group) => holds(group.props.get("arn"), arn) || arn.comesFrom.includes(group.urn)));
  const audiences = before.map(({ internal }): Audience => (internal.isUnknown ? "unknown" : valueOr(internal.boolean(), false) ? "inside" : "internet"));
  return { audience: widest(audiences), sources: undefined, node: arn };
} // prettier-ignore

function holds(own: Node, wanted: Node): boolean {
  const [a, b] = [own.string(), wanted.string()];
  return a.state === "known" && b.state === "known" && a.value === b.value;
}
