/** Who takes the audit records of each cluster: subscriptions of its control plane's log group, and metric filters with an alarm that acts. */

import { eksClusters } from "../../model/aws/eks";
import { originsOf } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";

export interface AuditConsumer {
  readonly resource: Resource;
  readonly pattern: Node;
  /** Whether it is certainly this cluster's group. */
  readonly certain: boolean;
}

const SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";
const METRIC = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
const GROUP = "aws:cloudwatch/logGroup:LogGroup";

export const auditConsumers = (model: CoreModel): ReadonlyMap<Resource, readonly AuditConsumer[]> => {
  const clusters = model.ask(eksClusters).map(({ resource }) => resource);
  const subscriptions = model
    .ofType(SUBSCRIPTION)
    .map((item) => [item, item.props.get("logGroup"), item.props.get("filterPattern")] as const);
  const metrics = model
    .ofType(METRIC)
    .filter((item) => isAlarmed(model, item))
    .map((item) => [item, item.props.get("logGroupName"), item.props.get("pattern")] as const);
  return new Map(
    clusters.map((cluster) => {
      const found = [...subscriptions, ...metrics].flatMap(([resource, group, pattern]): AuditConsumer[] => {
        const answer = isGroupOf(model, cluster, clusters.length, resource, group);
        return answer === "no" ? [] : [{ resource, pattern, certain: answer === "yes" }];
      });
      return [cluster, found];
    }),
  );
};

/** EKS names the group `/aws/eks/<cluster>/cluster`, whether or not the stack declares it. */
function isGroupOf(model: CoreModel, cluster: Resource, clusters: number, holder: Resource, group: Node): "yes" | "maybe" | "no" {
  const name = group.string();
  if (name.state === "absent") return "no";
  if (name.state === "known") {
    const [, of] = /^\/aws\/eks\/([^/]+)\/cluster$/.exec(name.value) ?? [];
    if (of !== undefined) return isNamed(cluster, of, clusters) ? "yes" : "no";
    const [only, ...more] = model.ofType(GROUP).filter((item) => item.name === name.value || item.id === name.value);
    return only !== undefined && more.length === 0 ? isGroupResource(model, cluster, clusters, only) : "no";
  }
  // Not known yet: made from the group, or from the cluster's own name.
  const origins = originsOf(holder, group);
  if (origins.includes(cluster.urn)) return "yes";
  const answers = origins.flatMap((urn) => {
    const origin = model.resource(urn);
    return origin?.type === GROUP ? [isGroupResource(model, cluster, clusters, origin)] : [];
  });
  return answers.find((answer) => answer === "yes") ?? answers[0] ?? "maybe";
}

function isGroupResource(model: CoreModel, cluster: Resource, clusters: number, group: Resource): "yes" | "maybe" | "no" {
  return isGroupOf(model, cluster, clusters, group, group.props.get("name"));
}

function isNamed(cluster: Resource, name: string, clusters: number): boolean {
  const own = cluster.props.get("name").string();
  return own.state === "known" ? own.value === name : name === cluster.name || clusters === 1;
}

function isAlarmed(model: CoreModel, filter: Resource): boolean {
  const metric = valueOr(filter.props.get("metricTransformation", "name").string(), "");
  return (
    metric !== "" &&
    model.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").some(({ props }) => {
      const actions = props.get("alarmActions");
      const acts = valueOr(props.get("actionsEnabled").boolean(), true) && (actions.isUnknown || actions.items().length > 0);
      return acts && textBelow(props).split("\n").includes(metric);
    })
  );
}
