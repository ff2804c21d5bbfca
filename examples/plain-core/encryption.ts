// What is written to disk is encrypted, and subscribers' data with a key that opens nothing else.
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { tags } from "./network";

const key = new aws.kms.Key(
  "subscribers",
  { description: "Subscriber data of the core", enableKeyRotation: true, tags: tags("data", "sbi") },
  { protect: true },
);

new aws.ebs.EncryptionByDefault("core", { enabled: true });

export const subscriberDisks = new k8s.storage.v1.StorageClass(
  "subscribers",
  {
    metadata: { name: "subscribers" },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true", kmsKeyId: key.arn },
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
  },
  { provider },
).metadata.name;
