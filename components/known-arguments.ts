/** Names of the arguments that each component takes, by which misspelt ones are refused: YAML, Python and JavaScript know no types. */

import type { AdmissionGuardArgs } from "./admission-guard";
import type { AuditTrailArgs } from "./audit-trail";
import type { CoreClusterArgs } from "./core-cluster";
import type { CoreNamespaceArgs } from "./core-namespace";
import type { CoreNetworkArgs } from "./core-network";
import type { FiveGCoreArgs, FunctionArgs } from "./five-g-core";
import type { HardenedChartArgs } from "./hardened-chart";
import type { NetworkFunctionArgs, ProductArgs, TokenIssuerArgs } from "./network-function";
import type { OperatorAccessArgs } from "./operator-access";
import type { PartnerArgs, RoamingEdgeArgs } from "./roaming-edge";
import type { ThreatIntelGuardArgs } from "./threat-intel-guard";
import type { WorkloadIdentityArgs } from "./workload-identity";

/** Every name of a type's properties: the compiler asks for those that are left out. */
const names = <T extends object>(given: { readonly [K in keyof Required<T>]: true }): readonly string[] => Object.keys(given);

// prettier-ignore
export const KNOWN_ARGUMENTS = {
  CoreNetwork: names<CoreNetworkArgs>({ functions: true, plmn: true, availabilityZones: true, region: true, cidr: true, ranCidrs: true, partnerCidrs: true, oamCidrs: true, subscriberCidrs: true, threatDomains: true, permissionsBoundary: true, environment: true }),
  CoreCluster: names<CoreClusterArgs>({ zones: true, plmn: true, nodeSubnetIds: true, securityGroupIds: true, permissionsBoundary: true, kubernetesVersion: true, instanceTypes: true, zonePlanes: true, planeSubnetIds: true, availabilityZones: true, planeInstanceType: true, planeBootstrapImage: true, minimumNodes: true, environment: true }),
  CoreNamespace: names<CoreNamespaceArgs>({ zone: true, namespace: true, cpuLimit: true, memoryLimit: true, podLimit: true, planeCidrs: true }),
  NetworkFunction: names<NetworkFunctionArgs>({ function: true, namespace: true, peers: true, image: true, plmn: true, product: true, arguments: true, configuration: true, secretProviderClasses: true, replicas: true, dataPlane: true, device: true, storage: true, storageClass: true, issuer: true, tokenIssuer: true, secondaryNetworks: true, ranCidrs: true, partnerCidrs: true, infrastructureCidrs: true, observabilityNamespace: true }),
  WorkloadIdentity: names<WorkloadIdentityArgs>({ function: true, clusterName: true, namespace: true, serviceAccountName: true, secretArns: true, keyArns: true, permissionsBoundary: true, plmn: true, environment: true }),
  AuditTrail: names<AuditTrailArgs>({ plmn: true, clusterName: true, permissionsBoundary: true, retentionDays: true, environment: true }),
  AdmissionGuard: names<AdmissionGuardArgs>({ namespaces: true, registries: true, signingKey: true }),
  RoamingEdge: names<RoamingEdgeArgs>({ namespace: true, partners: true }),
  ThreatIntelGuard: names<ThreatIntelGuardArgs>({ bundle: true, vpcId: true, detectorId: true, plmn: true, firewallSubnetIds: true, confidence: true, at: true, environment: true }),
  OperatorAccess: names<OperatorAccessArgs>({ clusterName: true, namespaces: true, samlProviderArn: true, permissionsBoundary: true, plmn: true, breakGlass: true, environment: true }),
  HardenedChart: names<HardenedChartArgs>({ chart: true, values: true, manifests: true, namespace: true, zone: true, digests: true, writablePaths: true, ranCidrs: true, partnerCidrs: true }),
  FiveGCore: names<FiveGCoreArgs>({ functions: true, plmn: true, availabilityZones: true, cidr: true, ranCidrs: true, partners: true, oamCidrs: true, subscriberCidrs: true, registries: true, signingKey: true, threatIntel: true, samlProviderArn: true, secondaryNetworks: true, planeInstanceType: true, planeBootstrapImage: true, environment: true }),
} as const;

/** Names in the objects that some arguments are. */
// prettier-ignore
export const KNOWN_FIELDS = {
  function: names<FunctionArgs>({ image: true, product: true, arguments: true, configuration: true, secretProviderClasses: true, secretArns: true, keyArns: true, replicas: true, dataPlane: true, device: true }),
  product: names<ProductArgs>({ vendor: true, name: true, version: true, supportUntil: true, sbom: true }),
  tokenIssuer: names<TokenIssuerArgs>({ issuer: true, jwksUri: true }),
  partner: names<PartnerArgs>({ name: true, plmn: true, cidrs: true, trustAnchor: true }),
} as const;
