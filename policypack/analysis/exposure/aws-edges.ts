/**
 * What AWS's load balancers and API gateways before a function ask of their callers. Which function it is, their names and tags say.
 * Sources: Elastic Load Balancing User Guides, "Mutual authentication with TLS" (Application), "TLS listeners" (Network: no client
 * certificates); API Gateway Developer Guide, "Mutual TLS authentication" (and the default endpoint, which has none).
 */

import { type LoadBalancer, loadBalancers } from "../../model/aws/load-balancers";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import type { NetworkFunctionId } from "../../topology/types";
import { declaredFunctions } from "../aws-network/declared-function";
import type { Edge } from "./edge";

const LISTENERS: readonly string[] = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const DOMAINS: readonly string[] = ["aws:apigatewayv2/domainName:DomainName", "aws:apigateway/domainName:DomainName"];
const APIS: readonly string[] = ["aws:apigatewayv2/api:Api", "aws:apigateway/restApi:RestApi"];
const TARGET_GROUPS: readonly string[] = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];
const FIREWALL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation";

export const AWS_EDGE_TYPES: readonly string[] = [...LISTENERS, ...DOMAINS, ...APIS];

export interface AwsEdge {
  readonly resource: Resource;
  readonly networkFunctions: readonly NetworkFunctionId[];
  /** For people: "listener nef on load balancer northbound". */
  readonly name: string;
  readonly edge: Edge;
  /** Whether it certainly faces other networks. */
  readonly certain: boolean;
}

export const awsEdges = (model: CoreModel): readonly AwsEdge[] => [
  ...model.ask(loadBalancers).flatMap((balancer) => balancer.listeners.flatMap((listener) => listenerEdge(model, balancer, listener.resource))),
  ...DOMAINS.flatMap((type) => model.ofType(type)).map((resource) => domainEdge(resource)),
  ...APIS.flatMap((type) => model.ofType(type)).flatMap((resource) => defaultEndpoint(resource)),
]; // prettier-ignore

function listenerEdge(model: CoreModel, balancer: LoadBalancer, listener: Resource): AwsEdge[] {
  const { props } = listener;
  const actions = props.get("defaultActions").items();
  // A listener that only sends callers to the encrypted one lets nobody in.
  if (actions.length > 0 && actions.every((action) => ["redirect", "fixed-response"].includes(valueOr(action.get("type").string(), "")))) return [];
  const targets = actions.flatMap((action) => resolvedTarget(model, listener, action.get("targetGroupArn")));
  const named = [listener, ...targets, balancer.resource].map((resource) => declaredFunctions(resource)).find(({ networkFunctions }) => networkFunctions.length > 0);
  if (named === undefined) return [];
  const internal = balancer.internal.boolean();
  const application = valueOr(balancer.resource.props.get("loadBalancerType").string(), "application") === "application";
  const mutual = props.get("mutualAuthentication");
  const mode = mutual.get("mode");
  const protocol = props.get("protocol");
  const said = valueOr(protocol.string(), "");
  const base = { internal: internal.state === "known" && internal.value, firewall: application ? firewallBefore(model, balancer.resource) : "cannot be" } as const;
  let edge: Edge;
  if (!application) edge = { ...base, clients: said === "TLS" ? "unasked" : protocol.isUnknown ? "unknown" : "passed on", node: protocol, expected: "TCP, to a server that demands client certificates" };
  else if (said === "HTTP") edge = { ...base, clients: "unasked", node: protocol, expected: "HTTPS with mutualAuthentication.mode verify" };
  else edge = { ...base, clients: mutual.isUnknown || mode.isUnknown ? "unknown" : valueOr(mode.string(), "off") === "verify" ? "verified" : valueOr(mode.string(), "off") === "off" ? "unasked" : "passed on", node: mode, expected: "verify" };
  return [{ resource: listener, networkFunctions: named.networkFunctions, name: `listener ${listener.name} on load balancer ${balancer.resource.name}`, edge, certain: internal.state !== "unknown" && named.certain }];
} // prettier-ignore

function resolvedTarget(model: CoreModel, listener: Resource, node: Parameters<typeof resolve>[2]): Resource[] {
  const reference = resolve(model, listener, node, TARGET_GROUPS);
  return reference.state === "resolved" ? [reference.resource] : [];
}

function firewallBefore(model: CoreModel, balancer: Resource): "yes" | "no" {
  const associations = model.ofType(FIREWALL_ASSOCIATION);
  return associations.some((item) => refersTo(resolve(model, item, item.props.get("resourceArn"), [balancer.type]), balancer) !== "no") ? "yes" : "no";
} // prettier-ignore

function domainEdge(resource: Resource): AwsEdge {
  const { networkFunctions, certain } = declaredFunctions(resource);
  const mutual = resource.props.get("mutualTlsAuthentication");
  const clients = mutual.isUnknown ? "unknown" : mutual.get("truststoreUri").isAbsent ? "unasked" : "verified";
  const edge: Edge = { clients, node: mutual, expected: "truststoreUri", internal: false, firewall: "cannot be" };
  return { resource, networkFunctions, name: `domain name ${resource.name} of the API gateway`, edge, certain };
}

/** The endpoint that every API has besides its domain name, and that asks for no client certificate. */
function defaultEndpoint(resource: Resource): AwsEdge[] {
  const { networkFunctions, certain } = declaredFunctions(resource);
  const types = resource.props.get("endpointConfiguration", "types");
  if (valueOr(types.string(), "") === "PRIVATE" || types.items().some((item) => valueOr(item.string(), "") === "PRIVATE")) return [];
  const disabled = resource.props.get("disableExecuteApiEndpoint");
  const read = disabled.boolean();
  const clients = read.state === "unknown" ? "unknown" : read.state === "known" && read.value ? "verified" : "unasked";
  const edge: Edge = { clients, node: disabled, expected: "true", internal: false, firewall: "cannot be" };
  return [{ resource, networkFunctions, name: `default endpoint of API ${resource.name}`, edge, certain }];
}
