/**
 * What an edge before the cluster asks of its callers: a client certificate, or nothing; or it hands the connection on as it is, so that
 * whoever is behind it must ask. `internal` edges are reached from the operator's own networks only.
 * Sources: AWS Load Balancer Controller, Ingress annotations; ingress-nginx, TLS annotations; Istio reference, ServerTLSSettings; Gateway API,
 * GatewayTLSConfig and frontend validation; Envoy Gateway, ClientTrafficPolicy; OpenShift, Route; Contour, HTTPProxy; Traefik, TLSOption.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";
import { isInternal } from "./internal";
import { gatewaysOf } from "./routes";

export type Clients = "verified" | "unasked" | "passed on" | "unknown";

export interface Edge {
  readonly clients: Clients;
  /** What decides it. */
  readonly node: Node;
  /** What should stand there. */
  readonly expected: string;
  readonly internal: boolean;
  /** Whether a web application firewall can be, and is, before it. */
  readonly firewall: "yes" | "no" | "cannot be";
}

/** The edges that a route from outside passes; none where they are out of sight. */
export function edgesOf(model: CoreModel, route: KubernetesObject): readonly Edge[] {
  switch (route.kind) {
    case "Ingress":
      return [ingress(route)];
    case "VirtualService":
      return gatewaysOf(route).flatMap((name) => istioGateway(model, route, name));
    case "HTTPRoute":
    case "GRPCRoute":
    case "TLSRoute":
    case "TCPRoute":
      return route.spec
        .get("parentRefs")
        .items()
        .flatMap((parent) => gateway(model, route, parent));
    case "Route":
      return [openShift(route)];
    case "HTTPProxy":
      return [contour(route)];
    case "IngressRoute":
    case "IngressRouteTCP":
      return [traefik(model, route)];
    default:
      return [];
  }
}

const says = (node: Node): string => valueOr(node.string(), "");

const CERTIFICATE = "a client certificate demanded of every caller";

/** nginx, HAProxy: the CA that client certificates must come from; `optional` demands none. */
const CLIENT_CA = ["nginx.ingress.kubernetes.io/auth-tls-secret", "haproxy-ingress.github.io/auth-tls-secret", "ingress.kubernetes.io/auth-tls-secret", "haproxy.org/client-ca"]; // prettier-ignore
const PASSES_ON = [
  "nginx.ingress.kubernetes.io/ssl-passthrough",
  "haproxy-ingress.github.io/ssl-passthrough",
  "haproxy.org/ssl-passthrough",
];
/** Policies that are kept elsewhere. */
const ELSEWHERE = ["nginx.org/policies", "traefik.ingress.kubernetes.io/router.tls.options"];

function ingress(route: KubernetesObject): Edge {
  const annotations = route.metadata.get("annotations");
  const at = (key: string) => annotations.get(key);
  const isAlb = says(route.spec.get("ingressClassName")) === "alb" || says(at("kubernetes.io/ingress.class")) === "alb" || annotations.fields().some(([key]) => key.startsWith("alb.ingress.kubernetes.io/"));
  const edge = (clients: Clients, node: Node): Edge => ({ clients, node, expected: CERTIFICATE, internal: isInternal(annotations), firewall: "cannot be" });
  if (annotations.isUnknown) return edge("unknown", annotations);
  if (isAlb) {
    const mutual = at("alb.ingress.kubernetes.io/mutual-authentication");
    const modes = [...says(mutual).matchAll(/"mode"\s*:\s*"(\w+)"/g)].map(([, mode]) => mode);
    const clients = mutual.isUnknown ? "unknown" : modes.length > 0 && modes.every((mode) => mode === "verify") ? "verified" : modes.length > 0 && modes.every((mode) => mode !== "off") ? "unknown" : "unasked";
    const scheme = at("alb.ingress.kubernetes.io/scheme");
    const guarded = ["wafv2-acl-arn", "wafv2-acl-name", "waf-acl-id", "web-acl-id"].some((key) => !at(`alb.ingress.kubernetes.io/${key}`).isAbsent);
    // The controller's load balancers are internal unless told otherwise.
    return { ...edge(clients, mutual), internal: scheme.isAbsent || says(scheme) === "internal", firewall: guarded ? "yes" : "no" };
  }
  const through = PASSES_ON.map(at).find((node) => says(node) === "true");
  if (through !== undefined) return edge("passed on", through);
  const authority = CLIENT_CA.map(at).find((node) => !node.isAbsent);
  const demand = ["nginx.ingress.kubernetes.io/auth-tls-verify-client", "haproxy-ingress.github.io/auth-tls-verify-client", "ingress.kubernetes.io/auth-tls-verify-client"].map(at).find((node) => !node.isAbsent);
  if (authority !== undefined) return edge(["", "on"].includes(demand === undefined ? "" : says(demand)) ? "verified" : "unasked", demand ?? authority);
  const elsewhere = ELSEWHERE.map(at).find((node) => !node.isAbsent);
  return elsewhere === undefined ? edge("unasked", annotations) : edge("unknown", elsewhere);
} // prettier-ignore

function istioGateway(model: CoreModel, route: KubernetesObject, name: string): Edge[] {
  const [namespace = "", own = ""] = name.includes("/") ? name.split("/") : [route.namespace, name];
  const [found] = model.objectsNamed("networking.istio.io", "Gateway", namespace, own);
  if (found === undefined) return [];
  const hosts = texts(route.spec.get("hosts"));
  return found.spec.get("servers").items().flatMap((server): Edge[] => {
    if (!texts(server.get("hosts")).some((pattern) => hosts.length === 0 || hosts.some((host) => overlap(pattern.replace(/^.*\//, ""), host)))) return [];
    const tls = server.get("tls");
    if (valueOr(tls.get("httpsRedirect").boolean(), false)) return [];
    const mode = tls.get("mode");
    const clients: { readonly [mode: string]: Clients } = { MUTUAL: "verified", ISTIO_MUTUAL: "verified", PASSTHROUGH: "passed on", AUTO_PASSTHROUGH: "passed on" };
    const answer = mode.isUnknown || tls.isUnknown ? "unknown" : (clients[says(mode)] ?? "unasked");
    return [{ clients: answer, node: mode, expected: "MUTUAL", internal: isBehindInternalService(model, found), firewall: "cannot be" }];
  });
} // prettier-ignore

/** Every Service before the gateway's pods that opens a door is internal. */
function isBehindInternalService(model: CoreModel, { spec }: KubernetesObject): boolean {
  const wanted = spec.get("selector").fields();
  const services = model.objectsOf("", "Service").filter((service) => wanted.length > 0 && wanted.every(([key, value]) => says(service.spec.get("selector", key)) === says(value)));
  return services.length > 0 && services.every((service) => !["LoadBalancer", "NodePort"].includes(says(service.spec.get("type"))) || isInternal(service.metadata.get("annotations")));
} // prettier-ignore

function gateway(model: CoreModel, route: KubernetesObject, parent: Node): Edge[] {
  const [found] = model.objectsNamed("gateway.networking.k8s.io", "Gateway", valueOr(parent.get("namespace").string(), route.namespace), says(parent.get("name")));
  if (found === undefined) return [];
  const section = parent.get("sectionName");
  const internal = isInternal(found.spec.get("infrastructure", "annotations")) || isInternal(found.metadata.get("annotations")) || says(found.metadata.get("annotations", "networking.istio.io/service-type")) === "ClusterIP";
  const validation = [found.spec.get("tls", "frontend", "default", "validation"), ...found.spec.get("tls", "frontend", "perPort").items().map((port) => port.get("tls", "validation"))].find((node) => !node.isAbsent);
  const traffic = model.objectsIn("gateway.envoyproxy.io", "ClientTrafficPolicy", found.namespace).filter(({ spec }) => [...spec.get("targetRefs").items(), spec.get("targetRef")].some((target) => says(target.get("name")) === found.name));
  return found.spec.get("listeners").items().filter((listener) => section.isAbsent || says(section) === says(listener.get("name"))).map((listener): Edge => {
    const tls = listener.get("tls");
    const edge = (clients: Clients, node: Node): Edge => ({ clients, node, expected: CERTIFICATE, internal, firewall: "cannot be" });
    if (tls.isUnknown) return edge("unknown", tls);
    if (says(tls.get("mode")) === "Passthrough") return edge("passed on", tls.get("mode"));
    const mutual = tls.get("options", "gateway.istio.io/tls-terminate-mode");
    if (says(mutual) === "MUTUAL") return edge("verified", mutual);
    const own = [tls.get("frontendValidation"), validation].find((node) => node !== undefined && !node.isAbsent);
    if (own !== undefined && !tls.isAbsent) return edge(own.isUnknown ? "unknown" : says(own.get("mode")) === "AllowInsecureFallback" ? "unasked" : "verified", own);
    const client = traffic.map(({ spec }) => spec.get("tls", "clientValidation")).find((node) => !node.isAbsent);
    if (client !== undefined && !tls.isAbsent) return edge(valueOr(client.get("optional").boolean(), false) ? "unasked" : "verified", client);
    return edge("unasked", tls);
  });
} // prettier-ignore

function openShift({ spec }: KubernetesObject): Edge {
  const termination = spec.get("tls", "termination");
  const clients = termination.isUnknown ? "unknown" : says(termination) === "passthrough" ? "passed on" : "unasked";
  return {
    clients,
    node: termination,
    expected: "passthrough to a server that demands client certificates",
    internal: false,
    firewall: "cannot be",
  };
}

function contour({ spec }: KubernetesObject): Edge {
  const tls = spec.get("virtualhost", "tls");
  const validation = tls.get("clientValidation");
  const demands = validation.get("caSecret").isKnown && !valueOr(validation.get("optionalClientCertificate").boolean(), false) && !valueOr(validation.get("skipClientCertValidation").boolean(), false);
  const clients = tls.isUnknown ? "unknown" : valueOr(tls.get("passthrough").boolean(), false) ? "passed on" : demands ? "verified" : "unasked";
  return { clients, node: validation, expected: CERTIFICATE, internal: false, firewall: "cannot be" };
} // prettier-ignore

function traefik(model: CoreModel, route: KubernetesObject): Edge {
  const tls = route.spec.get("tls");
  const edge = (clients: Clients, node: Node): Edge => ({ clients, node, expected: "RequireAndVerifyClientCert", internal: false, firewall: "cannot be" });
  if (valueOr(tls.get("passthrough").boolean(), false)) return edge("passed on", tls.get("passthrough"));
  const name = tls.get("options", "name");
  if (name.isAbsent) return edge("unasked", tls);
  const [found] = model.objectsNamed(route.group, "TLSOption", valueOr(tls.get("options", "namespace").string(), route.namespace), says(name));
  if (found === undefined) return edge("unknown", name);
  const type = found.spec.get("clientAuth", "clientAuthType");
  return edge(says(type) === "RequireAndVerifyClientCert" ? "verified" : type.isUnknown ? "unknown" : "unasked", type);
} // prettier-ignore

function texts(list: Node): string[] {
  return list.items().map(says);
}

function overlap(pattern: string, host: string): boolean {
  if (pattern === "*" || host === "*" || pattern === host) return true;
  const suffix = (text: string): string | undefined => (text.startsWith("*.") ? text.slice(1) : undefined);
  const [a, b] = [suffix(pattern), suffix(host)];
  return (a !== undefined && host.endsWith(a)) || (b !== undefined && pattern.endsWith(b));
}
