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
import { nodesGroup } from "./plan/firewall";
import { PLMN } from "./plan/functions";
import { ATTACHED_PLANES, interfacesOf, limitsOf, type PlaneInterface } from "./plan/interfaces";
import { planeNodes } from "./plane-nodes";
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
  /** Instance types of nodes without planes. Default: m6i.xlarge. */
  instanceTypes?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Planes that the functions of a zone attach to: `user-plane` → n3, n4, n6, n9. The nodes of such a zone get an interface for each beside
   * their own: eth1, eth2 … in the order n2, n3, n4, n6, n9, n32. Default: none.
   */
  zonePlanes?: pulumi.Input<{ [zone: string]: pulumi.Input<pulumi.Input<string>[]> }>;
  /** Subnets of each plane, as CoreNetwork gives them. Needed with zonePlanes. */
  planeSubnetIds?: pulumi.Input<{ [plane: string]: pulumi.Input<pulumi.Input<string>[]> }>;
  /** Availability zones of the subnets, in their order. Needed with zonePlanes: nodes with planes are grouped by availability zone. */
  availabilityZones?: pulumi.Input<pulumi.Input<string>[]>;
  /** Instance type of nodes with planes, which has as many interfaces. Default: m6i.xlarge, with more than two planes m6i.4xlarge. */
  planeInstanceType?: pulumi.Input<string>;
  /**
   * Image of the bootstrap container that brings the interfaces of planes up: it runs its user data, a shell script of `ip link set`.
   * Bottlerocket itself configures the first interface alone. Default: none.
   */
  planeBootstrapImage?: pulumi.Input<string>;
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

const INSTANCE_TYPE = "m6i.xlarge";

/** EKS cluster with a private endpoint, five log types, secrets under a key of its own, and nodes for each trust zone. */
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
    const planes = planesOf(read, zones, args.planeSubnetIds);
    const kubernetesVersion = args.kubernetesVersion ?? "1.34";
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
        version: kubernetesVersion,
        vpcConfig: {
          subnetIds: subnets.apply((byZone) => byZone["trust-services"] ?? []),
          securityGroupIds: [groups.apply((byName) => byName[nodesGroup("trust-services")] ?? "")],
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
      const nodes = {
        cluster,
        zone,
        subnetIds: subnets.apply((byZone) => byZone[zone] ?? []),
        minimum,
        boundary,
        tags: tagsOf(belonging, zone, "sbi"),
      };
      const plane = planes.get(zone);
      if (plane === undefined) {
        const securityGroupId = groups.apply((byName) => byName[nodesGroup(zone)] ?? "");
        nodeGroup(`${name}-${zone}`, { ...nodes, securityGroupId, instanceTypes: args.instanceTypes ?? [INSTANCE_TYPE] }, this);
        continue;
      }
      planeNodes(
        `${name}-${zone}`,
        {
          ...nodes,
          ...plane,
          planeSubnetIds: pulumi.output(args.planeSubnetIds ?? {}),
          securityGroupIds: groups,
          kubernetesVersion,
          bootstrapImage: args.planeBootstrapImage,
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

interface ZonePlanes {
  readonly interfaces: readonly PlaneInterface[];
  readonly instanceType: string;
  readonly availabilityZones: number;
}

/** What the nodes of zones with planes look like. */
function planesOf(
  read: Arguments<CoreClusterArgs>,
  zones: readonly ZoneId[],
  subnets: CoreClusterArgs["planeSubnetIds"],
): ReadonlyMap<ZoneId, ZonePlanes> {
  const given = Object.entries(read.plain<"zonePlanes", { [zone: string]: unknown }>("zonePlanes", {}));
  if (given.length > 0 && subnets === undefined)
    throw read.wrong("planeSubnetIds", "is missing: zonePlanes need subnets for their interfaces");
  return new Map(
    given.map(([key, list]) => {
      const zone = read.word("zonePlanes", key, zones);
      if (!Array.isArray(list) || list.length === 0) throw read.wrong("zonePlanes", `${zone} must have a list of planes`);
      const interfaces = interfacesOf(list.map((plane) => read.word("zonePlanes", plane, ATTACHED_PLANES)));
      const otherwise = interfaces.length > 2 ? "m6i.4xlarge" : INSTANCE_TYPE;
      const instanceType = read.text(
        "planeInstanceType",
        /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
        "an instance type such as m6i.4xlarge",
        otherwise,
      );
      const { interfaces: most } = limitsOf(instanceType);
      if (interfaces.length >= most) {
        const names = interfaces.map(({ plane }) => plane).join(", ");
        throw read.wrong("planeInstanceType", `${instanceType} has ${most} interfaces, and nodes of ${zone} need one beside ${names}`);
      }
      return [zone, { interfaces, instanceType, availabilityZones: read.texts("availabilityZones").length }];
    }),
  );
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
