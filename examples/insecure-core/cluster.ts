import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { coreGroup, subnets } from "./network";

const assume = (service: string) => aws.iam.assumeRolePolicyForPrincipal({ Service: service });

const clusterRole = new aws.iam.Role("cluster", { assumeRolePolicy: assume("eks.amazonaws.com") });
const nodeRole = new aws.iam.Role("nodes", { assumeRolePolicy: assume("ec2.amazonaws.com") });

export const cluster = new aws.eks.Cluster("core", {
  roleArn: clusterRole.arn,
  vpcConfig: { subnetIds: subnets.map((subnet) => subnet.id), securityGroupIds: [coreGroup.id] },
});

const template = new aws.ec2.LaunchTemplate("nodes", { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 } });

new aws.eks.NodeGroup("nodes", {
  clusterName: cluster.name,
  nodeRoleArn: nodeRole.arn,
  subnetIds: subnets.map((subnet) => subnet.id),
  scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 4 },
  launchTemplate: { id: template.id, version: "$Latest" },
});

export const provider = new k8s.Provider("eks", {
  kubeconfig: cluster.endpoint.apply((endpoint) => JSON.stringify({ clusters: [{ name: "core", cluster: { server: endpoint } }] })),
});

// On-call engineers debug in the pods.
new k8s.rbac.v1.ClusterRole(
  "on-call",
  {
    metadata: { name: "on-call" },
    rules: [
      { apiGroups: [""], resources: ["pods", "pods/exec", "pods/portforward"], verbs: ["get", "list", "create"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] },
    ],
  },
  { provider },
);
