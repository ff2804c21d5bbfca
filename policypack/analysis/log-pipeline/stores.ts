/**
 * Where records end: the log groups and buckets that flow logs, trails, clusters, firewalls, resolvers, load balancers and delivery streams
 * write to, followed from the source.
 */

import { eksClusters } from "../../model/aws/eks";
import { buckets, logGroups } from "../../model/aws/records";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";

export interface LogStore {
  readonly resource: Resource;
  readonly kind: "bucket" | "group";
  /** What writes to it, for people. */
  readonly sources: readonly string[];
}

type Place = readonly [type: string, what: string, path: readonly string[]];

const PLACES: readonly Place[] = [
  ["aws:ec2/flowLog:FlowLog", "flow logs", ["logDestination"]],
  ["aws:ec2/flowLog:FlowLog", "flow logs", ["logGroupName"]],
  ["aws:cloudtrail/trail:Trail", "a trail", ["s3BucketName"]],
  ["aws:cloudtrail/trail:Trail", "a trail", ["cloudWatchLogsGroupArn"]],
  ["aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig", "DNS queries", ["destinationArn"]],
  ["aws:cfg/deliveryChannel:DeliveryChannel", "AWS Config", ["s3BucketName"]],
  ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "a delivery stream", ["extendedS3Configuration", "bucketArn"]],
  ["aws:lb/loadBalancer:LoadBalancer", "access logs", ["accessLogs", "bucket"]],
  ["aws:alb/loadBalancer:LoadBalancer", "access logs", ["accessLogs", "bucket"]],
  ["aws:s3/bucketLogging:BucketLogging", "access logs", ["targetBucket"]],
  ["aws:s3/bucketLoggingV2:BucketLoggingV2", "access logs", ["targetBucket"]],
];
const FIREWALL_LOGGING = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration";

export const logStores = (model: CoreModel): readonly LogStore[] => {
  const stores = [
    ...model.ask(logGroups).map(({ resource }) => ({ resource, kind: "group" as const })),
    ...model.ask(buckets).map(({ resource }) => ({ resource, kind: "bucket" as const })),
  ];
  const types = [...new Set(stores.map(({ resource }) => resource.type))];
  const deliveries = deliveriesOf(model);
  return stores.flatMap((store) => {
    const sources = deliveries.filter(({ from, node }) => refersTo(resolveStore(model, from, node, types), store.resource) === "yes").map(({ what }) => what);
    if (store.kind === "group" && clusterOfGroup(model, store.resource) !== undefined) sources.push("the Kubernetes control plane");
    return sources.length > 0 ? [{ ...store, sources: [...new Set(sources)] }] : [];
  });
}; // prettier-ignore

interface Delivery {
  readonly from: Resource;
  readonly node: Node;
  readonly what: string;
}

function deliveriesOf(model: CoreModel): readonly Delivery[] {
  const plain = PLACES.flatMap(([type, what, path]) => model.ofType(type).map((from) => ({ from, what, node: from.props.walk(path) })));
  const firewalls = model.ofType(FIREWALL_LOGGING).flatMap((from) =>
    from.props.get("loggingConfiguration", "logDestinationConfigs").items().flatMap((config) =>
      ["logGroup", "bucketName"].map((key) => ({ from, what: "firewall logs", node: config.get("logDestination", key) })),
    ),
  );
  return [...plain, ...firewalls].filter(({ node }) => !node.isAbsent);
} // prettier-ignore

/** A log destination is an ARN, which for groups may end in `:*`, and for buckets in a prefix. */
function resolveStore(model: CoreModel, from: Resource, node: Node, types: readonly string[]) {
  const direct = resolve(model, from, node, types);
  if (direct.state !== "elsewhere") return direct;
  const name = /^arn:[^:]*:s3:::([^/]+)/.exec(direct.value)?.[1] ?? /:log-group:([^:]+)/.exec(direct.value)?.[1];
  const found = types.flatMap((type) => model.ofType(type)).filter((item) => name !== undefined && [item.props.get("name"), item.props.get("bucket")].some((key) => valueOr(key.string(), "") === name));
  const [only] = found;
  return found.length === 1 && only !== undefined ? ({ state: "resolved", resource: only } as const) : direct;
} // prettier-ignore

/** The EKS cluster whose control plane writes to a log group, by the name EKS gives it: /aws/eks/<cluster>/cluster. */
function clusterOfGroup(model: CoreModel, group: Resource): Resource | undefined {
  const name = valueOr(group.props.get("name").string(), "");
  const cluster = /^\/aws\/eks\/([^/]+)\/cluster$/.exec(name)?.[1];
  if (cluster === undefined) return undefined;
  const clusters = model.ask(eksClusters).map((item) => item.resource);
  return clusters.find((item) => valueOr(item.props.get("name").string(), item.name) === cluster) ?? (clusters.length === 1 ? clusters[0] : undefined);
} // prettier-ignore

/** Subscription filters that take records out of a log group. */
export function subscriptionsOf(model: CoreModel, group: Resource): readonly Resource[] {
  return model.ofType("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter").filter((filter) => {
    const node = filter.props.get("logGroup");
    const name = node.string();
    if (name.state === "known" && name.value === valueOr(group.props.get("name").string(), group.name)) return true;
    return refersTo(resolve(model, filter, node, [group.type]), group) === "yes";
  });
}
