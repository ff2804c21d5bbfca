/**
 * Outside the operator's domain only the edge functions are seen: SEPP, NEF and AF, N3IWF, DEA, eDNS, security gateways. What opens workloads
 * is followed to the pods behind it (Services, Ingresses, Gateway API, VirtualServices, AWS load balancers and their target groups, endpoint
 * services), and what policies let through from there counts. Where the pods are out of sight, names tell, and nothing is certain. Node ports
 * are SG-30's, security groups SG-05's and SG-17's, the Kubernetes API SG-08's.
 */

import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { isWorld } from "../../analysis/aws-network/world";
import { type Exposed, exposedBy, isEdge } from "../../analysis/exposure/backends";
import { type Opening, openings } from "../../analysis/exposure/openings";
import { workloadsBehind } from "../../analysis/exposure/services";
import { intersectPorts } from "../../analysis/reachability/ports";
import { openToAddresses } from "../../analysis/reachability/outside";
import { behind } from "../../analysis/reachability/ways-in";
import { declaredRange } from "../../analysis/cidr/zones";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { type LoadBalancer, loadBalancers, targetGroupsBehind } from "../../model/aws/load-balancers";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const LOAD_BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const ENDPOINT_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService";

export default defineRule({
  id: "SG-21",
  name: "sg-21-only-edge-functions-reachable-from-outside",
  title: "Only SEPP, NEF/AF gateway, N3IWF, DEA, eDNS and UPF N6 may be reachable from outside the operator domain",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<KubernetesObject, Resource>(
    objects(
      ["v1", "Service"],
      ["networking.k8s.io/v1", "Ingress"],
      ["extensions/v1beta1", "Ingress"],
      ["gateway.networking.k8s.io/v1", "HTTPRoute"],
      ["gateway.networking.k8s.io/v1", "GRPCRoute"],
      ["gateway.networking.k8s.io/v1", "TLSRoute"],
      ["gateway.networking.k8s.io/v1", "TCPRoute"],
      ["gateway.networking.k8s.io/v1", "UDPRoute"],
      ["networking.istio.io/v1", "VirtualService"],
      ["elbv2.k8s.aws/v1beta1", "TargetGroupBinding"],
      ["route.openshift.io/v1", "Route"],
      ["projectcontour.io/v1", "HTTPProxy"],
      ["traefik.io/v1alpha1", "IngressRoute"],
      ["traefik.io/v1alpha1", "IngressRouteTCP"],
    ),
    resources(...LOAD_BALANCERS, ENDPOINT_SERVICE),
  ),
  rationale:
    "The standard gives the outside world a few doors with a guard each; an AMF, a UDM or a database on the internet or with a partner has none, and whoever finds it starts inside the core.",
  remediation:
    "Take the opening away or make it internal (scheme internal, internal: true, a gateway of the inside), and lead outsiders through the SEPP (roaming), the NEF's gateway (applications) or the N3IWF (untrusted access) only.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.3.2" },
    { framework: "3GPP TS 33.501", ref: "5.9.2.1" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "DEF-EDGE", title: "Defenders: know forward-facing assets; look for open ports, GRE or IPsec tunnels" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(3)", title: "Boundary Protection | Access Points" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-040", title: "Network product restricts the reachability of services so that they can only be reached on interfaces where their usage is required. On interfaces where service" },
  ],
  breaks: [
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
    { id: "FGT5029", name: "Exploit Semi-public Facing Application" },
    { id: "T1190", name: "Exploit Public-Facing Application" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) yield* opened(subject, context);
    else if (subject.type === ENDPOINT_SERVICE) yield* endpointService(subject, context);
    else yield* loadBalancer(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a ClusterIP Service", resources: [...CORE, service("amf")] },
      { name: "an internal load balancer", resources: [...CORE, service("amf", INTERNAL)] },
      { name: "a SEPP for its partners", resources: [...CORE, networkFunction("sepp"), service("sepp", { spec: { type: "LoadBalancer" } })] },
      { name: "an ALB of the controller, which is internal unless told otherwise", resources: [...CORE, service("amf"), ingress("amf", "alb")] },
      { name: "an Ingress of an internal class", resources: [...CORE, service("nrf"), ingress("nrf", "nginx-internal")] },
      { name: "a route of the mesh", resources: [...CORE, service("udm"), route("udm", { kind: "Service", group: "", name: "udm" })] },
      { name: "a VirtualService without a gateway", resources: [...CORE, service("udm"), virtualService("udm", [])] },
      { name: "a load balancer that policies let nobody through", resources: [...CORE, service("amf", PUBLIC), object("networking.k8s.io/v1", "NetworkPolicy", "amf", { spec: { podSelector: { matchLabels: { app: "amf" } }, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: {} }] }] } })] },
      { name: "a NEF behind a public load balancer", resources: [balancer(false, "nef")] },
      { name: "a web shop on the internet", resources: [networkFunction("shop"), service("shop", PUBLIC)] },
      { name: "an endpoint service for nobody yet", resources: [balancer(true, "udm"), listener, targets("udm"), endpoint({})] },
    ],
    fail: [
      { name: "an AMF on a public load balancer", resources: [...CORE, service("amf", PUBLIC)] },
      { name: "an internet-facing ALB before the AMF", resources: [...CORE, service("amf"), ingress("amf", "alb", { "alb.ingress.kubernetes.io/scheme": "internet-facing" })] },
      { name: "a database on external addresses", resources: [...CORE, networkFunction("mongodb"), service("mongodb", { spec: { externalIPs: ["203.0.113.7"] } })] },
      { name: "a Service with an innocent name", resources: [...CORE, object("v1", "Service", "frontend", { ...PUBLIC, spec: { type: "LoadBalancer", selector: { app: "nrf" }, ports: [{ port: 443, targetPort: 8000 }] } })] },
      { name: "a Gateway that says it is public", resources: [...CORE, service("udm"), gateway(true), route("udm", { name: "edge" })] },
      { name: "a VirtualService behind a public gateway", resources: [...CORE, service("udm"), ...istioGateway, virtualService("udm", ["edge"])] },
      { name: "a target group for the UDM behind a load balancer that says nothing", resources: [balancer(undefined, "front"), listener, targets("udm")] },
      { name: "an endpoint service that anybody may connect to", resources: [balancer(true, "front"), listener, targets("udm"), endpoint({ allowedPrincipals: ["*"] })] },
      { name: "partners' addresses let in to an HSS", resources: [...CORE, networkFunction("hss"), service("hss", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] } })], settings: { zones: { interconnect: ["198.51.100.0/24"] } } },
    ],
    undetermined: [
      { name: "an Ingress whose controller is out of sight", resources: [...CORE, service("nrf"), ingress("nrf", "nginx")] },
      { name: "a Service out of sight with the name of a function", resources: [ingress("amf", "alb", { "alb.ingress.kubernetes.io/scheme": "internet-facing" })] },
      { name: "a type that the configuration brings", resources: [...CORE, service("amf", { spec: { type: unknownValue() } })] },
      { name: "an endpoint service for a named account", resources: [balancer(true, "front"), listener, targets("udm"), endpoint({ allowedPrincipals: ["arn:aws:iam::111122223333:root"] })] },
    ],
  }),
}); // prettier-ignore

const byObject = (model: CoreModel): ReadonlyMap<KubernetesObject, readonly Opening[]> => {
  const found = new Map<KubernetesObject, Opening[]>();
  for (const opening of model.ask(openings)) {
    const list = found.get(opening.object);
    if (list === undefined) found.set(opening.object, [opening]);
    else list.push(opening);
  }
  return found;
};

function* opened(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  for (const opening of context.model.ask(byObject).get(subject) ?? []) {
    const audience = audienceFor(opening, context);
    if (audience === "nobody") continue;
    const inner = opening.backends.flatMap((backend) => exposedBy(context.model, backend).filter((item) => item.inner && letIn(opening, backend, item, context)));
    if (inner.length === 0) continue;
    const certain = audience !== "perhaps the internet" && inner.some((item) => item.certain);
    yield (certain ? fail : undetermined)({
      message: `${opening.through} ${certain ? "opens" : "may open"} ${list(inner)} to ${audience === "perhaps the internet" ? "the internet" : audience}: outsiders reach only the edge (SEPP, NEF, N3IWF, DEA, eDNS), everything behind has no guard of its own (Exploit Public-Facing Application).`,
      evidence: [seen(opening.node, "internal, or an edge function behind it")],
      networkFunctions: [...new Set(inner.flatMap((item) => item.networkFunctions))],
      cause: "outside",
    });
    return;
  }
} // prettier-ignore

function list(inner: readonly Exposed[]): string {
  return listed([...new Set(inner.map(({ text }) => text))]);
}

/** Who may call: the internet, partners by their declared ranges, or nobody from outside the domain. */
function audienceFor({ audience, sources }: Opening, context: RuleContext): "the internet" | "roaming partners" | "perhaps the internet" | "nobody" {
  const partners = declaredRange(context.settings.zones.interconnect);
  if (sources?.overlaps(partners) === true && !isWorld(sources)) return "roaming partners";
  if (audience === "inside" || audience === "nodes") return "nobody";
  // Ranges that somebody wrote down are peers, whom SG-17 knows; only a list as wide as the world is none.
  if (sources !== undefined && !isWorld(sources)) return "nobody";
  return audience === "internet" ? "the internet" : "perhaps the internet";
} // prettier-ignore

/** Whether policies let any address outside through to the ports that the opening leads to. */
function letIn(opening: Opening, backend: Opening["backends"][number], { workload }: Exposed, context: RuleContext): boolean {
  if (workload === undefined || backend.service === undefined) return true;
  const ports = behind(backend.service, backend.port, workloadsBehind(context.model, backend.service)).find((item) => item.workload === workload)?.ports;
  const open = openToAddresses(context.model, workload, opening.sources);
  if (open === undefined || ports === undefined || ports.length === 0) return open === undefined || open.length > 0;
  return intersectPorts(open, ports).length > 0;
} // prettier-ignore

function innerBehind(model: CoreModel, balancer: LoadBalancer): Exposed[] {
  const groups = targetGroupsBehind(model, balancer);
  return [balancer.resource, ...groups].flatMap((item): Exposed[] => {
    const { networkFunctions, certain } = declaredFunctions(item);
    if (networkFunctions.length === 0 || isEdge(networkFunctions)) return [];
    return [{ text: `the ${networkFunctions.join("+")}`, networkFunctions, workload: undefined, inner: true, certain }];
  });
}

function* loadBalancer(subject: Resource, context: RuleContext): Generator<Verdict> {
  const balancer = context.model.ask(loadBalancers).find((item) => item.resource === subject);
  if (balancer === undefined || valueOr(balancer.internal.boolean(), false)) return;
  const inner = innerBehind(context.model, balancer);
  if (inner.length === 0) return;
  const certain = !balancer.internal.isUnknown && inner.some((item) => item.certain);
  yield (certain ? fail : undetermined)({
    message: `Load balancer ${subject.name} ${certain ? "opens" : "may open"} ${list(inner)} to the internet: outsiders reach only the edge (SEPP, NEF, N3IWF, DEA, eDNS), everything behind has no guard of its own (Exploit Public-Facing Application).`,
    evidence: [seen(balancer.internal, true)],
    networkFunctions: [...new Set(inner.flatMap((item) => item.networkFunctions))],
    cause: "outside",
  });
} // prettier-ignore

/** PrivateLink: other accounts connect to a load balancer as far as principals are allowed. */
function* endpointService(subject: Resource, context: RuleContext): Generator<Verdict> {
  const principals = subject.props.get("allowedPrincipals");
  const named = principals.items().map((node) => valueOr(node.string(), ""));
  if (named.length === 0 && !principals.isUnknown) return;
  const references = subject.props.get("networkLoadBalancerArns").items().map((node) => resolve(context.model, subject, node, LOAD_BALANCERS));
  const before = context.model.ask(loadBalancers).filter(({ resource: own }) => references.some((reference) => refersTo(reference, own) === "yes"));
  const declared = declaredFunctions(subject);
  const own: Exposed[] = declared.networkFunctions.length === 0 || isEdge(declared.networkFunctions) ? [] : [{ text: `the ${declared.networkFunctions.join("+")}`, networkFunctions: declared.networkFunctions, workload: undefined, inner: true, certain: declared.certain }];
  const inner = [...own, ...before.flatMap((balancer) => innerBehind(context.model, balancer))];
  if (inner.length === 0) return;
  const anybody = named.includes("*");
  yield (anybody ? fail : undetermined)({
    message: `Endpoint service ${subject.name} ${anybody ? "opens" : "may open"} ${list(inner)} to ${anybody ? "every AWS account" : "other accounts, which may be partners'"}: outsiders reach only the edge (SEPP, NEF, N3IWF, DEA, eDNS).`,
    evidence: [seen(principals, "none, or accounts of the operator")],
    networkFunctions: [...new Set(inner.flatMap((item) => item.networkFunctions))],
    cause: "outside",
  });
} // prettier-ignore

const CORE = ["amf", "smf", "udm", "nrf"].map((name) => networkFunction(name));
const PUBLIC: Properties = { spec: { type: "LoadBalancer" } };
const INTERNAL: Properties = {
  metadata: { annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" } },
  spec: { type: "LoadBalancer" },
};

function service(name: string, body: Properties = {}) {
  const spec = { selector: { app: name }, ports: [{ port: 8000 }], ...(body["spec"] as Properties | undefined) };
  return object("v1", "Service", name, { ...body, spec });
}

function ingress(name: string, ingressClassName: string, annotations: Properties = {}) {
  const paths = [{ path: "/", backend: { service: { name, port: { number: 8000 } } } }];
  return object("networking.k8s.io/v1", "Ingress", name, {
    metadata: { annotations },
    spec: { ingressClassName, rules: [{ http: { paths } }] },
  });
}

function route(name: string, parent: Properties) {
  return object("gateway.networking.k8s.io/v1", "HTTPRoute", name, {
    spec: { parentRefs: [parent], rules: [{ backendRefs: [{ name, port: 8000 }] }] },
  });
}

function gateway(isPublic: boolean) {
  const annotations = { "service.beta.kubernetes.io/aws-load-balancer-scheme": isPublic ? "internet-facing" : "internal" };
  return object("gateway.networking.k8s.io/v1", "Gateway", "edge", {
    spec: { gatewayClassName: "istio", infrastructure: { annotations } },
  });
}

function virtualService(name: string, gateways: readonly string[]) {
  return object("networking.istio.io/v1", "VirtualService", name, {
    spec: { gateways, hosts: ["api.example"], http: [{ route: [{ destination: { host: `${name}.core.svc.cluster.local` } }] }] },
  });
}

const istioGateway = [
  object("networking.istio.io/v1", "Gateway", "edge", { spec: { selector: { istio: "ingressgateway" }, servers: [] } }),
  object(
    "v1",
    "Service",
    "istio-ingressgateway",
    { spec: { type: "LoadBalancer", selector: { istio: "ingressgateway" } } },
    "istio-system",
  ),
];

function balancer(internal: boolean | undefined, name: string) {
  return resource("aws:lb/loadBalancer:LoadBalancer", name, { arn: "arn:lb", ...(internal === undefined ? {} : { internal }) });
}
const listener = resource("aws:lb/listener:Listener", "front", {
  loadBalancerArn: "arn:lb",
  port: 443,
  defaultActions: [{ type: "forward", targetGroupArn: "arn:tg" }],
});
const targets = (name: string) => resource("aws:lb/targetGroup:TargetGroup", name, { arn: "arn:tg", port: 8000 });
const endpoint = (properties: Properties) => resource(ENDPOINT_SERVICE, "core", { networkLoadBalancerArns: ["arn:lb"], ...properties });
