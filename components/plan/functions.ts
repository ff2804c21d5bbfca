/** Which network functions a core has, in which zone each lives, and what each speaks: from the topology that the rules check. */

import { networkFunction, speaksSbi, topology } from "../../policypack/topology/topology";
import type { NetworkFunctionId, ZoneId } from "../../policypack/topology/types";
import { ATTACHED_PLANES, type AttachedPlane } from "./interfaces";

/** Functions that the components can build: those of the 5G core that run as workloads. */
export const BUILDABLE: readonly NetworkFunctionId[] = [
  "AMF", "SMF", "UPF", "AUSF", "UDM", "UDR", "UDSF", "SUBSCRIBER-DB", "PCF", "NRF", "NSSF", "NEF", "SCP", "SEPP", "BSF", "CHF", "NWDAF",
  "SMSF", "N3IWF", "LMF", "GMLC", "5G-EIR", "NSSAAF", "NSACF", "AAnF", "LI-ADMF", "LI-MDF",
]; // prettier-ignore

/** The port of the SBI behind the mesh: TS 29.500 leaves it open, TS 33.501 13.1 asks for TLS. */
export const SBI_PORT = 8443;

/** The port of the data store: MongoDB's, which open source cores use. */
export const DATABASE_PORT = 27017;

/** The name of a function's objects: `amf`, `subscriber-db`, `eir`. A Service's name begins with a letter (RFC 1035 2.3.1). */
export function objectName(id: NetworkFunctionId): string {
  return functionLabel(id).replace(/^[^a-z]+g-/, "");
}

/** What the label `carrierguard.dev/nf` calls a function: `amf`, `subscriber-db`, `5g-eir`. */
export function functionLabel(id: NetworkFunctionId): string {
  return id.toLowerCase();
}

export function zoneOf(id: NetworkFunctionId): ZoneId {
  return networkFunction(id).zone;
}

/** Zones of some functions, in the order of the topology; trust services (DNS, mesh, PKI) are always there. */
export function zonesOf(functions: readonly NetworkFunctionId[]): readonly ZoneId[] {
  const used = new Set<ZoneId>(["trust-services", ...functions.map(zoneOf)]);
  return topology.zones.map(({ id }) => id).filter((id) => used.has(id));
}

/** Planes of secondary networks that a function attaches to: N2, N3, N4, N6, N9, N32. */
export function attachmentsOf(id: NetworkFunctionId): readonly AttachedPlane[] {
  const allowed: readonly string[] = networkFunction(id).allowedPlaneAttachments;
  return ATTACHED_PLANES.filter((plane) => allowed.includes(plane));
}

/** Planes that the functions of each zone attach to; zones without any are left out. */
export function planesByZone(functions: readonly NetworkFunctionId[]): { [zone: string]: AttachedPlane[] } {
  const attached = (zone: ZoneId) => functions.filter((id) => zoneOf(id) === zone).flatMap(attachmentsOf);
  const pairs = zonesOf(functions).map((zone) => [zone, ATTACHED_PLANES.filter((plane) => attached(zone).includes(plane))] as const);
  return Object.fromEntries(pairs.filter(([, planes]) => planes.length > 0));
}

/** Functions of the user plane, which packets of subscribers pass. */
export function isUserPlane(id: NetworkFunctionId): boolean {
  return networkFunction(id).zone === "user-plane";
}

/** Functions whose callers come through the mesh. */
export function isMeshed(id: NetworkFunctionId): boolean {
  return speaksSbi(id);
}

/** The certificate authority of a function's trust domain (TS 33.310 5.2): other operators, the RAN and LI have their own. */
export function issuerOf(id: NetworkFunctionId): string {
  const issuers: { readonly [zone in ZoneId]?: string } = { "roaming-edge": "n32-ca", "access-edge": "ran-ca", li: "li-ca" };
  return issuers[zoneOf(id)] ?? "sbi-ca";
}

/** The domain of the core's functions (TS 23.003 28.3.2.5). */
export function homeDomain(plmn: string): string {
  const { mcc, mnc } = plmnOf(plmn);
  return `5gc.mnc${mnc}.mcc${mcc}.3gppnetwork.org`;
}

/** A PLMN as users write it: MCC and MNC, `00101` or `001-01`. A two-digit MNC is padded (TS 23.003 28.1). */
export const PLMN = /^\d{3}-?\d{2,3}$/;

function plmnOf(plmn: string): { mcc: string; mnc: string } {
  const digits = plmn.replace("-", "");
  return { mcc: digits.slice(0, 3), mnc: digits.slice(3).padStart(3, "0") };
}
