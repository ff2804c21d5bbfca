import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { boundary } from "./identity";
import { nodes, subnets, tags } from "./network";

const assume = (service: string) => aws.iam.assumeRolePolicyForPrincipal({ Service: service });
const place = subnets["sbi"]?.map((subnet) => subnet.id) ?? [];

const key = new aws.kms.Key(
  "cluster",
  {
    description: "Secrets of the core's cluster",
    enableKeyRotation: true,
    tags: tags("control", "oam"),
  },
  { protect: true },
);
const clusterRole = new aws.iam.Role("cluster", { assumeRolePolicy: assume("eks.amazonaws.com"), permissionsBoundary: boundary.arn });
const nodeRole = new aws.iam.Role("nodes", { assumeRolePolicy: assume("ec2.amazonaws.com"), permissionsBoundary: boundary.arn });

export const cluster = new aws.eks.Cluster(
  "core",
  {
    roleArn: clusterRole.arn,
    vpcConfig: { subnetIds: place, securityGroupIds: [nodes.id], endpointPrivateAccess: true, endpointPublicAccess: false },
    enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    tags: tags("control", "oam"),
  },
  { protect: true },
);

const template = new aws.ec2.LaunchTemplate("nodes", {
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
  vpcSecurityGroupIds: [nodes.id],
  tags: tags("control", "sbi"),
});

/** The label and taint of a zone's nodes: functions of different trust share no kernel. */
export const zoneKey = "carrierguard.dev/zone";

for (const zone of ["control", "auth", "user-plane"]) {
  new aws.eks.NodeGroup(zone, {
    clusterName: cluster.name,
    nodeRoleArn: nodeRole.arn,
    subnetIds: place,
    scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 4 },
    launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    labels: { [zoneKey]: zone },
    taints: [{ key: zoneKey, value: zone, effect: "NO_SCHEDULE" }],
    tags: tags(zone, "sbi"),
  });
}

// The CNI that enforces the policies.
new aws.eks.Addon("vpc-cni", {
  clusterName: cluster.name,
  addonName: "vpc-cni",
  addonVersion: "v1.20.4-eksbuild.2",
  configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }),
});

export const provider = new k8s.Provider("eks", {
  kubeconfig: cluster.endpoint.apply((endpoint) => JSON.stringify({ clusters: [{ name: "core", cluster: { server: endpoint } }] })),
});

// On-call engineers look; they enter pods with a break-glass role that their group holds for a limited time.
new k8s.rbac.v1.ClusterRole(
  "on-call",
  {
    metadata: { name: "on-call" },
    rules: [{ apiGroups: [""], resources: ["pods", "pods/log", "events"], verbs: ["get", "list", "watch"] }],
  },
  { provider },
);
