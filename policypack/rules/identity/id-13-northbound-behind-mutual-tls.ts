/**
 * The APIs that the core offers to application functions (NEF, GMLC, AF) ask every caller from outside for a client certificate and a token:
 * at the edge, or behind an edge that hands the connection on as it is (TS 33.501 12.2, 12.4).
 */

import { AWS_EDGE_TYPES, type AwsEdge, awsEdges } from "../../analysis/exposure/aws-edges";
import { doorsOf } from "../../analysis/exposure/core-services";
import { type Edge, edgesOf } from "../../analysis/exposure/edge";
import { isInternal } from "../../analysis/exposure/internal";
import { routesTo } from "../../analysis/exposure/routes";
import { workloadsBehind } from "../../analysis/exposure/services";
import { inboundMtls, policiesFor } from "../../analysis/mesh/istio";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { nfConfigurations } from "../../analysis/nf-config";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import type { NetworkFunctionId } from "../../topology/types";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

type Entrance =
  | { readonly kind: "service"; readonly service: KubernetesObject; readonly workloads: readonly Workload[] }
  | { readonly kind: "aws"; readonly found: AwsEdge };

const NORTHBOUND: readonly NetworkFunctionId[] = ["NEF", "GMLC", "AF"];

const entrances: Target<Entrance> = {
  description: "Services of NEF, GMLC and AF with the routes to them; AWS listeners and APIs that are named after one",
  types: ["kubernetes:core/v1:Service", ...AWS_EDGE_TYPES],
  // What stands behind a Service, and what a listener belongs to, is for the whole stack to say.
  subjects: (model) => (model.view === "resource" ? [] : entrancesOf(model)),
  resource: (subject) => (subject.kind === "aws" ? subject.found.resource : subject.service.resource),
};

export default defineRule({
  id: "ID-13",
  name: "id-13-northbound-behind-mutual-tls",
  title: "Northbound exposure (NEF, GMLC, AF APIs) behind mutual TLS plus OAuth/CAPIF",
  family: "identity",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: entrances,
  rationale:
    "The exposure function answers where a subscriber is, watches him and changes how his traffic is treated. Behind a listener that asks callers for no certificate, a stolen token or a forged one is enough, from anywhere.",
  remediation:
    "Demand client certificates where the connection ends: mutualAuthentication.mode verify with a trust store on the ALB listener, tls.mode MUTUAL on the Istio Gateway, or TCP passthrough to a NEF that verifies clients; check OAuth2 tokens (CAPIF) behind it; attach a web ACL to an ALB that faces the internet.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.2.3" },
    { framework: "3GPP TS 33.501", ref: "12" },
    { framework: "3GPP TS 33.519 (SCAS)", ref: "4.2.2.1", title: "Security functional requirements on the NEF deriving from 3GPP specifications --" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-074", title: "Mutual authentication between the NEFs and application functions is based on certificates or pre-shared keys. When an application function resides outside the 3" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-084", title: "Internal 5G core information such as SUPI, DNN, S-NSSAI is not disclosed by NEF to application functions residing outside the MNO domain" },
    { framework: "NIST SP 800-53r5", ref: "IA-3(1)", title: "Device Identification and Authentication | Cryptographic Bidirectional Authentication" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(3)", title: "Boundary Protection | Access Points" },
  ],
  breaks: [
    { id: "FGT5011", name: "Unauthorized Access To Network Exposure Function (NEF) Via Token Fraud" },
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
    { id: "T1190", name: "Exploit Public-Facing Application" },
  ],
  *check(subject, context) {
    if (subject.kind === "aws") yield* ofAws(subject.found, context.model);
    else yield* ofService(subject, context);
  },
  examples: () => {
    const nef = networkFunction("nef");
    const meshed = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
    const service = (spec: Properties = {}, annotations: Properties = {}) =>
      object("v1", "Service", "nef", { metadata: { annotations }, spec: { selector: { app: "nef" }, ports: [{ port: 443 }], ...spec } });
    const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
    const ingress = (annotations: Properties) =>
      object("networking.k8s.io/v1", "Ingress", "nef", {
        metadata: { annotations },
        spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "nef", port: { number: 443 } } } }] } }] },
      });
    const gateway = (mode: unknown) => [
      object("networking.istio.io/v1", "Gateway", "northbound", {
        spec: {
          selector: { istio: "ingressgateway" },
          servers: [{ hosts: ["nef.example.com"], port: { number: 443, protocol: "HTTPS", name: "https" }, tls: { mode } as never }],
        },
      }),
      object("networking.istio.io/v1", "VirtualService", "nef", {
        spec: {
          hosts: ["nef.example.com"],
          gateways: ["northbound"],
          http: [{ route: [{ destination: { host: "nef.core.svc.cluster.local" } }] }],
        },
      }),
    ];
    const tokens = object("security.istio.io/v1", "RequestAuthentication", "nef", {
      spec: { selector: { matchLabels: { app: "nef" } }, jwtRules: [{ issuer: "nrf", jwksUri: "https://nrf.core/jwks" }] },
    });
    const balancer = (properties: Properties = {}) =>
      resource("aws:lb/loadBalancer:LoadBalancer", "northbound", { arn: "arn:aws:elb:nb", ...properties });
    const listener = (properties: Properties) =>
      resource("aws:lb/listener:Listener", "nef", { loadBalancerArn: "arn:aws:elb:nb", port: 443, protocol: "HTTPS", ...properties });
    const acl = resource("aws:wafv2/webAclAssociation:WebAclAssociation", "nef", {
      resourceArn: "arn:aws:elb:nb",
      webAclArn: "arn:aws:wafv2:acl",
    });
    const verify = { mutualAuthentication: { mode: "verify", trustStoreArn: "arn:aws:elb:ts" } };
    return {
      pass: [
        { name: "a NEF that only the mesh reaches", resources: [nef, service()] },
        { name: "an ALB that verifies client certificates, with a web ACL", resources: [balancer(), listener(verify), acl] },
        { name: "an internal load balancer", resources: [balancer({ internal: true }), listener({})] },
        { name: "a listener that only redirects", resources: [balancer(), acl, listener(verify), resource("aws:lb/listener:Listener", "nef-80", { loadBalancerArn: "arn:aws:elb:nb", protocol: "HTTP", defaultActions: [{ type: "redirect" }] })] },
        { name: "a Gateway with mode MUTUAL, and tokens", resources: [meshed, nef, service(), tokens, ...gateway("MUTUAL")] },
        { name: "passthrough to a NEF whose own proxy verifies clients", resources: [meshed, strict, nef, tokens, service({ type: "LoadBalancer" })] },
        { name: "an Ingress whose controller demands certificates", resources: [meshed, nef, tokens, service(), ingress({ "nginx.ingress.kubernetes.io/auth-tls-secret": "core/af-ca" })] },
        { name: "an AF of the operator over a private link", resources: [networkFunction("nef"), service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" })] },
        { name: "a shop's listener beside it", resources: [balancer(), acl, listener(verify), resource("aws:lb/listener:Listener", "shop", { loadBalancerArn: "arn:aws:elb:nb", protocol: "HTTPS" })] },
        { name: "an API gateway with mutual TLS alone", resources: [resource("aws:apigatewayv2/api:Api", "nef", { protocolType: "HTTP", disableExecuteApiEndpoint: true }), resource("aws:apigatewayv2/domainName:DomainName", "nef", { mutualTlsAuthentication: { truststoreUri: "s3://trust/af.pem" } })] },
      ],
      fail: [
        { name: "an ALB listener that asks nobody", resources: [balancer(), listener({}), acl] },
        { name: "mutual authentication switched off", resources: [balancer(), listener({ mutualAuthentication: { mode: "off" } }), acl] },
        { name: "plain HTTP", resources: [balancer(), listener({ protocol: "HTTP", port: 80 }), acl] },
        { name: "client certificates, but no web ACL", resources: [balancer(), listener(verify)] },
        { name: "a network load balancer that ends TLS itself", resources: [balancer({ loadBalancerType: "network" }), listener({ protocol: "TLS" })] },
        { name: "a second listener beside the good one", resources: [balancer(), acl, listener(verify), resource("aws:lb/listener:Listener", "nef-8443", { loadBalancerArn: "arn:aws:elb:nb", port: 8443, protocol: "HTTPS" })] },
        { name: "an Ingress without client certificates", resources: [nef, service(), ingress({ "alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/wafv2-acl-arn": "arn:aws:wafv2:acl" })] },
        { name: "client certificates that are optional", resources: [nef, service(), ingress({ "nginx.ingress.kubernetes.io/auth-tls-secret": "core/ca", "nginx.ingress.kubernetes.io/auth-tls-verify-client": "optional" })] },
        { name: "a Gateway with one-sided TLS", resources: [meshed, nef, service(), tokens, ...gateway("SIMPLE")] },
        { name: "a Gateway with optional client certificates", resources: [meshed, nef, service(), tokens, ...gateway("OPTIONAL_MUTUAL")] },
        { name: "a load balancer before a NEF that verifies nobody", resources: [object("v1", "Namespace", "core"), nef, service({ type: "LoadBalancer" })] },
        { name: "TLS that ends at the load balancer", resources: [nef, service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:c" })] },
        { name: "the default endpoint of an API beside its domain name", resources: [resource("aws:apigatewayv2/api:Api", "nef", { protocolType: "HTTP" }), resource("aws:apigatewayv2/domainName:DomainName", "nef", { mutualTlsAuthentication: { truststoreUri: "s3://trust/af.pem" } })] },
      ],
      undetermined: [
        { name: "a mode that comes with the deployment", resources: [balancer(), listener({ mutualAuthentication: { mode: unknownValue() } }), acl] },
        { name: "a network load balancer that hands connections on", resources: [balancer({ loadBalancerType: "network" }), listener({ protocol: "TCP" })] },
        { name: "client certificates, but whether tokens are asked for is not in the stack", resources: [meshed, nef, service(), ...gateway("MUTUAL")] },
      ],
    };
  },
}); // prettier-ignore

function entrancesOf(model: CoreModel): Entrance[] {
  const services = model.objectsOf("", "Service").flatMap((service): Entrance[] => {
    const workloads = workloadsBehind(model, service).flatMap(({ workload, match }) => (match === "yes" && isNorthbound(model, workload) ? [workload] : []));
    return workloads.length === 0 ? [] : [{ kind: "service", service, workloads }];
  });
  const aws = model.ask(awsEdges).filter(({ networkFunctions }) => networkFunctions.some((id) => NORTHBOUND.includes(id)));
  return [...services, ...aws.map((found): Entrance => ({ kind: "aws", found }))];
} // prettier-ignore

function isNorthbound(model: CoreModel, workload: Workload): boolean {
  const { role, suspect, networkFunctions } = model.classification(workload);
  return role === "nf" && !suspect && networkFunctions.some((id) => NORTHBOUND.includes(id));
}

const DANGER = "strangers ask the core where subscribers are and change their service";

function* ofAws({ edge, networkFunctions, name, resource: at, certain }: AwsEdge, model: CoreModel): Iterable<Verdict> {
  if (edge.internal) return;
  const functions = networkFunctions.filter((id) => NORTHBOUND.includes(id));
  const common = { networkFunctions: functions, resource: at };
  if (edge.clients === "unasked") {
    yield (certain ? fail : undetermined)({ message: `The ${name} lets callers into ${functions.join(", ")} without a client certificate: ${DANGER}.`, evidence: [seen(edge.node, edge.expected)], cause: "clients", ...common });
  } else if (edge.clients !== "verified" && !verifiedBehind(model, edge)) {
    yield undetermined({ message: `Whether callers of ${functions.join(", ")} show a client certificate behind the ${name} cannot be seen.`, evidence: [seen(edge.node, edge.expected)], cause: "clients", ...common });
  }
  if (edge.firewall === "no") yield (certain ? fail : undetermined)({ message: `The ${name} faces the internet without a web application firewall before ${functions.join(", ")}.`, evidence: [{ path: "aws:wafv2/webAclAssociation.resourceArn", actual: null, expected: "the load balancer" }], cause: "firewall", ...common });
} // prettier-ignore

/** What a network load balancer hands on ends, in the same stack, where client certificates are demanded. */
function verifiedBehind(model: CoreModel, edge: Edge): boolean {
  if (edge.clients !== "passed on") return false;
  const inside = entrancesOf(model).flatMap((entrance) => (entrance.kind === "service" ? [entrance] : []));
  return inside.length > 0 && inside.every(({ service, workloads }) => {
    const edges = routesTo(model, service).flatMap(({ object: route }) => edgesOf(model, route));
    return edges.length > 0 ? edges.every((item) => item.clients === "verified") : workloads.every((workload) => ownClients(model, workload) === "verified");
  });
} // prettier-ignore

function* ofService({ service, workloads }: Extract<Entrance, { kind: "service" }>, { model }: RuleContext): Iterable<Verdict> {
  const functions = [...new Set(workloads.flatMap((workload) => model.classification(workload).networkFunctions))].filter((id) => NORTHBOUND.includes(id));
  const judge = function* (edge: Edge, name: string, at: KubernetesObject): Iterable<Verdict> {
    if (edge.internal) return;
    const own = workloads.map((workload) => ownClients(model, workload));
    const behind = own.includes("unasked") ? "unasked" : own.includes("unknown") ? "unknown" : "verified";
    const clients = edge.clients === "passed on" ? behind : edge.clients;
    const common = { networkFunctions: functions, resource: at.resource };
    const evidence: Evidence[] = [seen(edge.node, edge.expected)];
    if (clients === "unasked") yield fail({ message: `${name} lets callers from outside into ${functions.join(", ")} without a client certificate: ${DANGER}.`, evidence, cause: `clients ${at.name}`, ...common });
    else if (clients !== "verified") yield undetermined({ message: `Whether ${name} asks callers of ${functions.join(", ")} for a client certificate cannot be seen.`, evidence, cause: `clients ${at.name}`, ...common });
    else if (!workloads.every((workload) => asksTokens(model, workload))) yield undetermined({ message: `${name} verifies client certificates; whether ${functions.join(", ")} check${functions.length === 1 ? "s" : ""} access tokens besides cannot be seen.`, evidence: [{ path: "RequestAuthentication", actual: null, expected: "tokens of the NRF or the CAPIF core function, or the NRF's own OAuth2 switched on" }], cause: `tokens ${at.name}`, ...common });
    if (edge.firewall === "no") yield fail({ message: `${name} faces the internet without a web application firewall before ${functions.join(", ")}.`, evidence: [{ path: 'metadata.annotations["alb.ingress.kubernetes.io/wafv2-acl-arn"]', actual: null, expected: "a web ACL" }], cause: `firewall ${at.name}`, ...common });
  };
  const { doors } = doorsOf(service);
  if (doors.length > 0) {
    const annotations = service.metadata.get("annotations");
    const certificate = annotations.get("service.beta.kubernetes.io/aws-load-balancer-ssl-cert");
    const type = service.spec.get("type");
    const edge: Edge = { clients: certificate.isAbsent ? "passed on" : "unasked", node: certificate.isAbsent ? type : certificate, expected: "TCP passthrough to a server that demands client certificates", internal: doors.every((door) => door === "LoadBalancer") && isInternal(annotations), firewall: "cannot be" };
    yield* judge(edge, `Service ${service.name} (${doors.join(", ")})`, service);
  }
  for (const route of new Set(routesTo(model, service).map((item) => item.object))) for (const edge of edgesOf(model, route)) yield* judge(edge, `${route.kind} ${route.name}`, route);
} // prettier-ignore

/** What the function itself, or the mesh before it, demands of callers. */
function ownClients(model: CoreModel, workload: Workload): "verified" | "unasked" | "unknown" {
  const producer: SbiProducer | undefined = model.ask(sbiProducers).find((item) => item.workload === workload);
  const mesh = producer?.mesh ?? inboundMtls(model, workload, undefined);
  if (producer?.native === "mutual" || mesh.answer === "strict") return "verified";
  return mesh.answer === "unknown" ? "unknown" : "unasked";
}

/** Tokens are checked by the mesh, by an external authoriser, or by the product where its NRF says so. */
function asksTokens(model: CoreModel, workload: Workload): boolean {
  if (policiesFor(model, "RequestAuthentication", workload).length > 0) return true;
  if (policiesFor(model, "AuthorizationPolicy", workload).some(({ policy }) => policy.spec.get("action").describe() === "CUSTOM"))
    return true;
  return model.ask(nfConfigurations).some((item) => item.oauth?.on === "yes");
}
