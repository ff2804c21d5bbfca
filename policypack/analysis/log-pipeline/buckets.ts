/** What load balancers and S3 itself write to: those buckets take SSE-S3 alone (ELB User Guide, S3 User Guide, access logs). */

import { buckets } from "../../model/aws/records";
import { refersTo, resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";

const WRITERS: readonly (readonly [type: string, path: readonly string[]])[] = [
  ["aws:lb/loadBalancer:LoadBalancer", ["accessLogs", "bucket"]],
  ["aws:alb/loadBalancer:LoadBalancer", ["accessLogs", "bucket"]],
  ["aws:lb/loadBalancer:LoadBalancer", ["connectionLogs", "bucket"]],
  ["aws:elb/loadBalancer:LoadBalancer", ["accessLogs", "bucket"]],
  ["aws:s3/bucketLogging:BucketLogging", ["targetBucket"]],
  ["aws:s3/bucketLoggingV2:BucketLoggingV2", ["targetBucket"]],
];

export const accessLogBuckets = (model: CoreModel): ReadonlySet<Resource> => {
  const all = model.ask(buckets).map(({ resource }) => resource);
  const types = [...new Set(all.map(({ type }) => type))];
  const inline = all.flatMap((from) => from.props.get("loggings").items().map((item) => [from, item.get("targetBucket")] as const));
  const beside = WRITERS.flatMap(([type, path]) => model.ofType(type).map((from) => [from, from.props.walk(path)] as const));
  const written = [...inline, ...beside].filter(([, node]) => !node.isAbsent).map(([from, node]) => resolve(model, from, node, types));
  return new Set(all.filter((bucket) => written.some((reference) => refersTo(reference, bucket) !== "no")));
}; // prettier-ignore
