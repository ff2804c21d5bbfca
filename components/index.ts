/** The component library: `import { FiveGCore } from "carrierguard/components"`. */

export { AdmissionGuard, type AdmissionGuardArgs } from "./admission-guard";
export { ArgumentError } from "./arguments";
export { AuditTrail, type AuditTrailArgs } from "./audit-trail";
export { CoreCluster, type CoreClusterArgs } from "./core-cluster";
export { CoreNamespace, type CoreNamespaceArgs } from "./core-namespace";
export { CoreNetwork, type CoreNetworkArgs } from "./core-network";
export { FiveGCore, type FiveGCoreArgs, type FunctionArgs } from "./five-g-core";
export { NetworkFunction, type NetworkFunctionArgs, type ProductArgs, type TokenIssuerArgs } from "./network-function";
export { OperatorAccess, type OperatorAccessArgs } from "./operator-access";
export { WorkloadIdentity, type WorkloadIdentityArgs } from "./workload-identity";
export { ThreatIntelGuard, type ThreatIntelGuardArgs } from "./threat-intel-guard";
export { type PartnerArgs, RoamingEdge, type RoamingEdgeArgs } from "./roaming-edge";
export { HardenedChart, type HardenedChartArgs } from "./hardened-chart";
