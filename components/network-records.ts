/** What a core's network leaves on record: every flow, and every name that was asked for; known bad names are refused. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { dnsFirewall } from "./dns-firewall";
import { encryptionKey } from "./encryption-key";
import { type Belonging, tagsOf } from "./tags";

/** Days that records are kept: more than the 365 that LG-07 asks for. */
const RETENTION_DAYS = 400;

/** Fields of a flow record, with the addresses behind translation, TCP flags, direction and path (LG-03). */
const FORMAT = [
  "version", "vpc-id", "subnet-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "pkt-srcaddr", "pkt-dstaddr",
  "tcp-flags", "flow-direction", "traffic-path", "packets", "bytes", "start", "end", "action", "log-status",
].map((field) => `\${${field}}`).join(" "); // prettier-ignore

export interface NetworkRecords {
  readonly vpc: aws.ec2.Vpc;
  readonly belonging: Belonging;
  readonly boundary: pulumi.Input<string>;
  readonly threats: readonly string[];
}

export function networkRecords(name: string, { vpc, belonging, boundary, threats }: NetworkRecords, parent: pulumi.Resource): void {
  const tags = tagsOf(belonging, "observability", "oam");
  const options = { parent };
  const kept = { parent, protect: true };
  const key = encryptionKey(`${name}-records`, "Records of the core's network", "logs.amazonaws.com", tags, parent);
  const group = (kind: string) =>
    new aws.cloudwatch.LogGroup(`${name}-${kind}`, { retentionInDays: RETENTION_DAYS, kmsKeyId: key.arn, skipDestroy: true, tags }, kept);
  const flows = group("flows");
  const role = new aws.iam.Role(
    `${name}-flows`,
    {
      assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "vpc-flow-logs.amazonaws.com" }),
      permissionsBoundary: boundary,
      tags,
    },
    options,
  );
  new aws.iam.RolePolicy(
    `${name}-flows`,
    {
      role: role.id,
      policy: flows.arn.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], Resource: `${arn}:*` },
          ],
        }),
      ),
    },
    options,
  );
  new aws.ec2.FlowLog(
    name,
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      maxAggregationInterval: 60,
      logDestination: flows.arn,
      iamRoleArn: role.arn,
      logFormat: FORMAT,
      tags,
    },
    kept,
  );

  const queries = new aws.route53.ResolverQueryLogConfig(name, { destinationArn: group("queries").arn, tags }, options);
  new aws.route53.ResolverQueryLogConfigAssociation(name, { resolverQueryLogConfigId: queries.id, resourceId: vpc.id }, options);
  dnsFirewall(name, { vpcId: vpc.id, domains: threats, priority: 101, tags }, parent);
}
