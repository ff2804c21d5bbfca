// Whoever lives off the land in the cluster is seen: every call of its API goes to the security account, which raises the alarms.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { cluster } from "./cluster";
import { tags } from "./network";

const seen = tags("observability", "oam");
const key = new aws.kms.Key(
  "audit",
  { description: "Audit records of the core's cluster", enableKeyRotation: true, tags: seen },
  { protect: true },
);
const audit = new aws.cloudwatch.LogGroup(
  "audit",
  { name: pulumi.interpolate`/aws/eks/${cluster.name}/cluster`, retentionInDays: 400, kmsKeyId: key.arn, tags: seen },
  { protect: true },
);
new aws.cloudwatch.LogSubscriptionFilter("audit", {
  logGroup: audit.name,
  filterPattern: "",
  destinationArn: "arn:aws:logs:eu-central-1:210987654321:destination:core-audit",
});
