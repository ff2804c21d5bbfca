/** Types of the 3GPP topology data (`data/topology.json`). */

export type NetworkFunctionId =
  | "AMF" | "SMF" | "UPF" | "AUSF" | "UDM" | "UDR" | "UDSF" | "SUBSCRIBER-DB" | "PCF" | "NRF" | "NSSF" | "NEF" | "AF" | "SCP"
  | "SEPP" | "BSF" | "CHF" | "NWDAF" | "SMSF" | "N3IWF" | "TNGF" | "LMF" | "GMLC" | "5G-EIR" | "NSSAAF" | "NSACF" | "AAnF" | "HSS"
  | "MME" | "SGW-C" | "SGW-U" | "PGW" | "PGW-U" | "DEA" | "EDNS" | "GNB" | "SEG" | "LI-ADMF" | "LI-MDF" | "OAM" | "PCRF"; // prettier-ignore

export type ZoneId =
  | "untrusted" | "ran" | "interconnect" | "access-edge" | "user-plane" | "roaming-edge" | "exposure" | "control"
  | "trust-services" | "auth" | "data" | "charging" | "li" | "oam" | "observability"; // prettier-ignore

export interface Zone {
  readonly id: ZoneId;
  readonly name: string;
  /** 0 untrusted … 5 most trusted. */
  readonly trust: number;
}

export interface NetworkFunction {
  readonly id: NetworkFunctionId;
  readonly name: string;
  readonly zone: ZoneId;
  /** Planes it attaches to: sbi, n2, n3, n4, n6, n9, n32, db, diameter … */
  readonly planes: readonly string[];
  /** 3GPP services it produces: namf-comm, nudm-sdm … */
  readonly services: readonly string[];
  readonly referencePoints: readonly string[];
  /** Linux capabilities beyond NET_BIND_SERVICE that its work needs. */
  readonly allowedExtraCapabilities: readonly string[];
  readonly allowedPlaneAttachments: readonly string[];
  /** Lower-case tokens by which images, labels and names tell it. */
  readonly nameMatchers: readonly string[];
  readonly mayBeInternetFacing: boolean;
  readonly notes?: string;
}

export interface Interface {
  /** N2, N4, SBI, S1-MME, DB … */
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly initiators: readonly string[];
  readonly protocol: string;
  readonly transport: string;
  readonly ports: readonly number[];
  /** Clause that says how it is protected. */
  readonly securityClause: string;
  readonly istioCoverable: boolean;
  /** False where an AWS security group cannot express the port (SCTP). */
  readonly securityGroupPortExpressible: boolean;
}

export interface SbiService {
  readonly producer: string;
  readonly service: string;
  readonly consumers: readonly string[];
  readonly callbacksTo: readonly string[];
  readonly pathPrefix: string;
  readonly critical: boolean;
}

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly interface: string;
  readonly protocol: string;
  readonly ports: readonly (number | string)[];
  readonly why: string;
  readonly waiver?: boolean;
}

export interface NeverFlow {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly except?: readonly string[];
  readonly why: string;
}

export interface Topology {
  readonly zones: readonly Zone[];
  readonly nfs: readonly NetworkFunction[];
  readonly interfaces: readonly Interface[];
  readonly sbi: readonly SbiService[];
  readonly flows: readonly Flow[];
  readonly neverFlows: readonly NeverFlow[];
}
