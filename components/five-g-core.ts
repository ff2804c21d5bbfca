/** A whole 5G core in one call. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkFunctionId, ZoneId } from "../policypack/topology/types";
import { AdmissionGuard } from "./admission-guard";
import { Arguments } from "./arguments";
import { AuditTrail } from "./audit-trail";
import { permissionsBoundary } from "./boundary";
import { CoreCluster } from "./core-cluster";
import { CoreNamespace } from "./core-namespace";
import { CoreNetwork } from "./core-network";
import { encryptionKey } from "./encryption-key";
import { NetworkFunction, type ProductArgs } from "./network-function";
import { OperatorAccess } from "./operator-access";
import { BUILDABLE, objectName, planesByZone, PLMN, zoneOf, zonesOf } from "./plan/functions";
import { type PartnerArgs, RoamingEdge } from "./roaming-edge";
import { tagsOf } from "./tags";
import { ThreatIntelGuard } from "./threat-intel-guard";
import { WorkloadIdentity } from "./workload-identity";

export interface FiveGCoreArgs {
  /** Network functions of the core: `AMF` → what it runs. */
  functions: pulumi.Input<{ [networkFunction: string]: FunctionArgs }>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Availability zones: eu-central-1a … */
  availabilityZones: pulumi.Input<pulumi.Input<string>[]>;
  /** Address block of the VPC. Default: 10.0.0.0/16. */
  cidr?: pulumi.Input<string>;
  /** Address blocks of the radio access network. */
  ranCidrs: pulumi.Input<pulumi.Input<string>[]>;
  /** Contracted roaming partners, with whom the SEPP speaks N32. Default: none, no roaming. */
  partners?: pulumi.Input<PartnerArgs[]>;
  /** Address blocks of the jump zone. */
  oamCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of subscribers. */
  subscriberCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Registries that images may come from. */
  registries: pulumi.Input<pulumi.Input<string>[]>;
  /** Public key (PEM) by which images are signed. */
  signingKey: pulumi.Input<string>;
  /** Threat-intelligence bundle (STIX 2.1, JSON text) that names, packets and detection are guarded by. */
  threatIntel?: pulumi.Input<string>;
  /** ARN of the SAML provider of the operator's directory. Without it nobody enters the cluster. */
  samlProviderArn?: pulumi.Input<string>;
  /** Whether functions attach to secondary networks for N2, N3, N4, N6, N9 and N32 (Multus). Default: true. */
  secondaryNetworks?: pulumi.Input<boolean>;
  /** Instance type of nodes with planes, which has an interface for each. Default: m6i.xlarge, with more than two planes m6i.4xlarge. */
  planeInstanceType?: pulumi.Input<string>;
  /** Image of the Bottlerocket bootstrap container that brings the interfaces of planes up: it runs its user data. Default: none. */
  planeBootstrapImage?: pulumi.Input<string>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** What one function runs. */
export interface FunctionArgs {
  /** Image with its digest: registry/amf@sha256:… */
  image: pulumi.Input<string>;
  /** Where the software comes from. */
  product: pulumi.Input<ProductArgs>;
  /** Arguments of the container. */
  arguments?: pulumi.Input<pulumi.Input<string>[]>;
  /** Configuration files by name, mounted read-only at /config. Never secrets. */
  configuration?: pulumi.Input<{ [file: string]: pulumi.Input<string> }>;
  /** SecretProviderClasses whose secrets are mounted read-only at /secrets/<name>. */
  secretProviderClasses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Secrets that its SecretProviderClasses read: ARNs. */
  secretArns?: pulumi.Input<pulumi.Input<string>[]>;
  /** Keys of those secrets: ARNs. */
  keyArns?: pulumi.Input<pulumi.Input<string>[]>;
  /** Instances. Default: 2; a data store 1. */
  replicas?: pulumi.Input<number>;
  /** How a UPF moves packets: `kernel` or `dpdk`. Default: kernel. */
  dataPlane?: pulumi.Input<string>;
  /** Device of a DPDK user plane as its device plugin names it. */
  device?: pulumi.Input<string>;
}

/**
 * Of what is named after the core, roles have the shortest names (64): with `-subscriber-db`, `-trust-services` or `-observability` and eight
 * characters that Pulumi adds.
 */
const LONGEST_NAME = 40;

/** Network, cluster, namespaces, functions, records and guards of a core, each from the component of that name. */
export class FiveGCore extends pulumi.ComponentResource {
  /** Identifier of the VPC. */
  public readonly vpcId: pulumi.Output<string>;
  /** Name of the cluster. */
  public readonly clusterName: pulumi.Output<string>;
  /** Namespace of each function. */
  public readonly namespaces: pulumi.Output<{ [networkFunction: string]: string }>;
  /** ARN of the archive that holds the records. */
  public readonly archiveArn: pulumi.Output<string>;

  /** Volumes of subscriber data, under a key of their own. */
  private dataStorage(name: string, tags: { [tag: string]: pulumi.Input<string> }, provider: k8s.Provider): pulumi.Output<string> {
    const key = encryptionKey(`${name}-data`, "Subscriber data of the core", "ec2.amazonaws.com", tags, this);
    return new k8s.storage.v1.StorageClass(
      `${name}-data`,
      {
        metadata: { name: `${name}-data`, labels: { "carrierguard.dev/zone": "data" } },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: key.arn },
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      { parent: this, provider, protect: true },
    ).metadata.name;
  }

  constructor(name: string, args: FiveGCoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:FiveGCore", name, args, opts);
    const read = new Arguments("FiveGCore", name, args);
    read.named(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, LONGEST_NAME);
    const given = read.plain<"functions", { [key: string]: FunctionArgs }>("functions");
    const functions = Object.keys(given).map((key) => read.word("functions", key, BUILDABLE));
    for (const id of functions) read.fields(`functions.${id}`, given[id], "function");
    if (!functions.includes("NRF")) throw read.wrong("functions", "must hold the NRF: nothing else registers functions or issues tokens");
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const environment = args.environment ?? "production";
    const options = { parent: this };
    const zones = zonesOf(functions);
    const partners = read.plain<"partners", PartnerArgs[]>("partners", []);
    for (const partner of partners) read.fields("partners", partner, "partner");
    const partnerCidrs = partners.flatMap(({ cidrs }) => cidrs);
    if (partners.length > 0 && !functions.includes("SEPP")) throw read.wrong("partners", "need a SEPP among the functions");
    const boundary = permissionsBoundary(name, tagsOf({ plmn: args.plmn, environment }, "oam", "oam"), this);

    const network = new CoreNetwork(
      name,
      {
        functions,
        plmn: args.plmn,
        availabilityZones: args.availabilityZones,
        ...(args.cidr === undefined ? {} : { cidr: args.cidr }),
        ranCidrs: args.ranCidrs,
        partnerCidrs,
        oamCidrs: args.oamCidrs ?? [],
        subscriberCidrs: args.subscriberCidrs ?? [],
        permissionsBoundary: boundary.arn,
        environment,
      },
      options,
    );
    const secondary = read.plain<"secondaryNetworks", boolean>("secondaryNetworks", true);
    const zonePlanes = secondary ? planesByZone(functions) : {};
    const cluster = new CoreCluster(
      name,
      {
        zones: [...zones],
        plmn: args.plmn,
        nodeSubnetIds: network.nodeSubnetIds,
        securityGroupIds: network.securityGroupIds,
        zonePlanes,
        planeSubnetIds: network.planeSubnetIds,
        availabilityZones: args.availabilityZones,
        ...(args.planeInstanceType === undefined ? {} : { planeInstanceType: args.planeInstanceType }),
        ...(args.planeBootstrapImage === undefined ? {} : { planeBootstrapImage: args.planeBootstrapImage }),
        permissionsBoundary: boundary.arn,
        environment,
      },
      options,
    );
    const audit = new AuditTrail(
      name,
      { plmn: args.plmn, clusterName: cluster.clusterName, permissionsBoundary: boundary.arn, environment },
      options,
    );
    const provider = new k8s.Provider(name, { kubeconfig: cluster.kubeconfig }, options);
    const inside = { parent: this, providers: { kubernetes: provider } };

    const names = Object.fromEntries(zones.map((zone) => [zone, `${name}-${zone}`]));
    for (const zone of zones) {
      const planes = zonePlanes[zone] ?? [];
      new CoreNamespace(
        `${name}-${zone}`,
        {
          zone,
          planeCidrs: Object.fromEntries(planes.map((plane) => [plane, network.planeCidrs.apply((byPlane) => byPlane[plane]?.[0] ?? "")])),
        },
        inside,
      );
    }
    const place = (id: NetworkFunctionId): string => names[zoneOf(id)] ?? "";
    const peers = Object.fromEntries(functions.map((id) => [id, place(id)]));
    const storageClass = this.dataStorage(name, tagsOf({ plmn: args.plmn, environment }, "data", "sbi"), provider);
    for (const id of functions) {
      const spec = given[id];
      if (spec === undefined) continue;
      const { secretArns, keyArns, ...rest } = spec;
      const component = new NetworkFunction(
        `${name}-${objectName(id)}`,
        {
          ...rest,
          function: id,
          namespace: place(id),
          peers,
          plmn: args.plmn,
          secondaryNetworks: secondary,
          storageClass,
          ranCidrs: args.ranCidrs,
          partnerCidrs,
        },
        inside,
      );
      if (secretArns === undefined) continue;
      new WorkloadIdentity(
        `${name}-${objectName(id)}`,
        {
          function: id,
          clusterName: cluster.clusterName,
          namespace: place(id),
          serviceAccountName: component.serviceAccountName,
          secretArns,
          keyArns: keyArns ?? [],
          permissionsBoundary: boundary.arn,
          plmn: args.plmn,
          environment,
        },
        options,
      );
    }
    const guarded = zones.map((zone: ZoneId) => names[zone] ?? "");
    new AdmissionGuard(name, { namespaces: guarded, registries: args.registries, signingKey: args.signingKey }, inside);
    if (partners.length > 0) new RoamingEdge(`${name}-n32`, { namespace: place("SEPP"), partners }, inside);
    if (args.threatIntel !== undefined) {
      new ThreatIntelGuard(
        `${name}-intel`,
        { bundle: args.threatIntel, vpcId: network.vpcId, detectorId: audit.detectorId, plmn: args.plmn, environment },
        inside,
      );
    }
    if (args.samlProviderArn !== undefined) {
      new OperatorAccess(
        name,
        {
          clusterName: cluster.clusterName,
          namespaces: guarded,
          samlProviderArn: args.samlProviderArn,
          permissionsBoundary: boundary.arn,
          plmn: args.plmn,
          environment,
        },
        inside,
      );
    }

    this.vpcId = network.vpcId;
    this.clusterName = cluster.clusterName;
    this.namespaces = pulumi.output(peers);
    this.archiveArn = audit.archiveArn;
    this.registerOutputs({
      vpcId: this.vpcId,
      clusterName: this.clusterName,
      namespaces: this.namespaces,
      archiveArn: this.archiveArn,
    });
  }
}
