/** Load balancers (Application, Network, Gateway) with their listeners. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { refersTo, resolve } from "./references";

export const LOAD_BALANCER_TYPES: readonly string[] = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
export const LISTENER_TYPES: readonly string[] = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];

export interface Listener {
  readonly resource: Resource;
  readonly port: Node;
  /** HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE. */
  readonly protocol: Node;
  /** `mode`: off, passthrough, verify. */
  readonly mutualAuthentication: Node;
}

export interface LoadBalancer {
  readonly resource: Resource;
  readonly internal: Node;
  readonly securityGroups: Node;
  readonly listeners: readonly Listener[];
}

export const loadBalancers = (model: CoreModel): readonly LoadBalancer[] =>
  LOAD_BALANCER_TYPES.flatMap((type) => model.ofType(type)).map((resource) => ({
    resource,
    internal: resource.props.get("internal"),
    securityGroups: resource.props.get("securityGroups"),
    listeners: LISTENER_TYPES.flatMap((type) => model.ofType(type))
      .filter(
        (listener) => refersTo(resolve(model, listener, listener.props.get("loadBalancerArn"), LOAD_BALANCER_TYPES), resource) === "yes",
      )
      .map((listener) => ({
        resource: listener,
        port: listener.props.get("port"),
        protocol: listener.props.get("protocol"),
        mutualAuthentication: listener.props.get("mutualAuthentication"),
      })),
  }));

/** Load balancers that hold a security group. */
export function loadBalancersWith(model: CoreModel, group: Resource): readonly LoadBalancer[] {
  return model
    .ask(loadBalancers)
    .filter((balancer) =>
      balancer.securityGroups.items().some((id) => refersTo(resolve(model, balancer.resource, id, [group.type]), group) === "yes"),
    );
}

const TARGET_GROUPS: readonly string[] = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];
const LISTENER_RULES: readonly string[] = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];

/** What a listener does with requests, by its default actions and by its rules. */
export function actionsOf(model: CoreModel, listener: Resource): readonly Node[] {
  const own = listener.props.get("defaultActions");
  const rules = LISTENER_RULES.flatMap((type) => model.ofType(type)).filter(
    (rule) => refersTo(resolve(model, rule, rule.props.get("listenerArn"), LISTENER_TYPES), listener) === "yes",
  );
  return [...(own.isKnown ? own.items() : [own]), ...rules.flatMap((rule) => rule.props.get("actions").items())];
}

/** The target groups that the listeners of a load balancer forward to, by their default actions and by rules. */
export function targetGroupsBehind(model: CoreModel, { listeners }: LoadBalancer): readonly Resource[] {
  const own = listeners.map(({ resource }) => resource);
  const rules = LISTENER_RULES.flatMap((type) => model.ofType(type)).filter((rule) =>
    own.some((listener) => refersTo(resolve(model, rule, rule.props.get("listenerArn"), LISTENER_TYPES), listener) === "yes"),
  );
  const actions = [
    ...own.flatMap((resource) => resource.props.get("defaultActions").items().map((action) => ({ resource, action }))),
    ...rules.flatMap((resource) => resource.props.get("actions").items().map((action) => ({ resource, action }))),
  ];
  const found = actions.flatMap(({ resource, action }) =>
    [action.get("targetGroupArn"), ...action.get("forward", "targetGroups").items().map((item) => item.get("arn"))].flatMap((node) => {
      const reference = resolve(model, resource, node, TARGET_GROUPS);
      return reference.state === "resolved" ? [reference.resource] : [];
    }),
  );
  return [...new Set(found)];
} // prettier-ignore
