/** The cluster of a core: private, logged, encrypted, entered by access entries alone, with nodes of their own for each trust zone. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ZoneId } from "../policypack/topology/types";
import { topology } from "../policypack/topology/topology";
import { Arguments } from "./arguments";
import { boundaryOf } from "./boundary";
import { encryptionKey } from "./encryption-key";
import { nodeGroup } from "./node-group";
import { managedPolicy } from "./partition";
import { PLMN } from "./plan/functions";
import { type Belonging, tagsOf } from "./tags";

export interface CoreClusterArgs {
  /** Trust zones that get nodes of their own: control, auth, data, user-plane … */
  zones: pulumi.Input<pulumi.Input<string>[]>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Subnets of the nodes of each zone, as CoreNetwork gives them. */
  nodeSubnetIds: pulumi.Input<{ [zone: string]: pulumi.Input<pulumi.Input<string>[]> }>;
  /** Security groups, `nodes-<zone>`, as CoreNetwork gives them. */
  securityGroupIds: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /** Permissions boundary of the roles that the cluster makes. Default: one of its own. */
  permissionsBoundary?: pulumi.Input<string>;
  /** Kubernetes version. Default: 1.34. */
  kubernetesVersion?: pulumi.Input<string>;
  /** Instance types of the nodes. Default: m6i.xlarge. */
  instanceTypes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Nodes of each zone at least. Default: 2. */
  minimumNodes?: pulumi.Input<number>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/**
 * Add-ons with the versions that were current when this was written; the first makes NetworkPolicies count from a pod's first packet, and
 * knows ClusterNetworkPolicies since 1.21.1.
 */
const ADD_ONS: readonly (readonly [name: string, version: string, configuration?: object])[] = [
  ["vpc-cni", "v1.21.1-eksbuild.8", { enableNetworkPolicy: "true", env: { NETWORK_POLICY_ENFORCING_MODE: "strict" } }],
  ["coredns", "v1.12.4-eksbuild.1", { nodeSelector: { "carrierguard.dev/zone": "trust-services" }, tolerations: [{ key: "carrierguard.dev/zone", operator: "Exists" }] }],
  ["kube-proxy", "v1.34.0-eksbuild.4"],
  ["eks-pod-identity-agent", "v1.3.9-eksbuild.3"],
  ["aws-ebs-csi-driver", "v1.51.0-eksbuild.1"],
  ["aws-guardduty-agent", "v1.10.0-eksbuild.2"],
]; // prettier-ignore

/** EKS cluster with a private endpoint, five log types, secrets under a key of its own, and a node group for each trust zone. */
export class CoreCluster extends pulumi.ComponentResource {
  /** Name of the cluster. */
  public readonly clusterName: pulumi.Output<string>;
  /** Endpoint of its API, reachable from inside the VPC alone. */
  public readonly endpoint: pulumi.Output<string>;
  /** Configuration for clients: tokens come from the caller's own AWS identity. */
  public readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: CoreClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:CoreCluster", name, args, opts);
    const read = new Arguments("CoreCluster", name, args);
    const known = topology.zones.map(({ id }) => id);
    const zones = read.texts("zones").map((zone): ZoneId => read.word("zones", zone, known));
    if (!zones.includes("trust-services")) throw read.wrong("zones", "must hold trust-services, where DNS and the mesh run");
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const minimum = read.count("minimumNodes", 1, 100, 2);
    const belonging: Belonging = { plmn: args.plmn, environment: args.environment ?? "production" };
    const tags = tagsOf(belonging, "trust-services", "sbi");
    const options = { parent: this };
    const boundary = { permissionsBoundary: boundaryOf(args.permissionsBoundary, name, tags, this) };
    const subnets = pulumi.output(args.nodeSubnetIds);
    const groups = pulumi.output(args.securityGroupIds);

    const key = encryptionKey(`${name}-secrets`, "Secrets of the core's cluster", "eks.amazonaws.com", tags, this);
    const role = new aws.iam.Role(
      `${name}-cluster`,
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "eks.amazonaws.com" }), ...boundary, tags },
      options,
    );
    new aws.iam.RolePolicyAttachment(
      `${name}-cluster`,
      { role: role.name, policyArn: managedPolicy("AmazonEKSClusterPolicy", this) },
      options,
    );
    const cluster = new aws.eks.Cluster(
      name,
      {
        roleArn: role.arn,
        version: args.kubernetesVersion ?? "1.34",
        vpcConfig: {
          subnetIds: subnets.apply((byZone) => byZone["trust-services"] ?? []),
          securityGroupIds: [groups.apply((byName) => byName["nodes-trust-services"] ?? "")],
          endpointPrivateAccess: true,
          endpointPublicAccess: false,
        },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
        deletionProtection: true,
        tags,
      },
      { parent: this, protect: true },
    );
    for (const [addonName, addonVersion, configuration] of ADD_ONS) {
      new aws.eks.Addon(
        `${name}-${addonName}`,
        {
          clusterName: cluster.name,
          addonName,
          addonVersion,
          ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
          resolveConflictsOnCreate: "OVERWRITE",
          tags,
        },
        options,
      );
    }
    for (const zone of zones) {
      nodeGroup(
        `${name}-${zone}`,
        {
          cluster,
          zone,
          subnetIds: subnets.apply((byZone) => byZone[zone] ?? []),
          securityGroupId: groups.apply((byName) => byName[`nodes-${zone}`] ?? ""),
          instanceTypes: args.instanceTypes ?? ["m6i.xlarge"],
          minimum,
          boundary,
          tags: tagsOf(belonging, zone, "sbi"),
        },
        this,
      );
    }

    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.kubeconfig = pulumi
      .all([cluster.name, cluster.endpoint, cluster.certificateAuthority])
      .apply(([clusterName, server, authority]) => JSON.stringify(kubeconfig(clusterName, server, authority?.data ?? "")));
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }
}

function kubeconfig(name: string, server: string, authority: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [
      {
        name,
        user: {
          exec: { apiVersion: "client.authentication.k8s.io/v1", command: "aws", args: ["eks", "get-token", "--cluster-name", name] },
        },
      },
    ],
  };
}
