/** Fields that a provider fills in below properties that the program sets: they must be unknown, not missing. */

import { UNKNOWN_VALUE } from "./wire-values";

type Fields = { readonly [key: string]: unknown };

/** Resource type → paths of such fields, where the object above them is set. */
const FILLED: { readonly [type: string]: readonly string[] } = {
  "aws:eks/cluster:Cluster": [
    "vpcConfig.clusterSecurityGroupId",
    "vpcConfig.vpcId",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
    "kubernetesNetworkConfig.serviceIpv6Cidr",
  ],
  "aws:rds/cluster:Cluster": ["serverlessv2ScalingConfiguration.secondsUntilAutoPause"],
  "aws:ec2/instance:Instance": ["rootBlockDevice.volumeId", "rootBlockDevice.deviceName", "rootBlockDevice.kmsKeyId"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["metadataOptions.httpTokens", "metadataOptions.httpPutResponseHopLimit"],
  "kubernetes:core/v1:Service": ["spec.clusterIP", "spec.clusterIPs"],
};

/** What the provider would answer to the inputs of a resource in a preview. */
export function withProviderFields(type: string, answer: Fields): Fields {
  let filled = answer;
  for (const path of FILLED[type] ?? []) filled = fill(filled, path.split("."));
  // Kubernetes objects without a name get one of the provider's making.
  return /^kubernetes:[^:]+\/[^:]+:[A-Z]/.test(type) && !/^kubernetes:(helm\.sh|yaml|kustomize)\//.test(type) ? nameObject(filled) : filled;
}

function nameObject(answer: Fields): Fields {
  const metadata = answer["metadata"];
  if (metadata === undefined || metadata === null) return { ...answer, metadata: { name: UNKNOWN_VALUE } };
  return fill(answer, ["metadata", "name"]);
}

function fill(object: Fields, path: readonly string[]): Fields {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  const value = object[key];
  if (rest.length === 0) return value === undefined || value === null ? { ...object, [key]: UNKNOWN_VALUE } : object;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return object;
  return { ...object, [key]: fill(value as Fields, rest) };
}
