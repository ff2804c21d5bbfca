/**
 * Which ports of the core a Service lets in from outside the cluster: by number for those that are the core's own (PFCP, GTP, Diameter,
 * NGAP, S1AP, the subscriber database), by the function behind it for the SBI.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import { networkFunction, speaksSbi } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { type ExposedPort, portsOf, workloadsBehind } from "./services";

/** How a Service lets in from outside; several at once where it has external addresses besides. */
export type Door = "LoadBalancer" | "NodePort" | "externalIPs";

export interface CorePortExposed {
  readonly port: ExposedPort;
  /** N4, N3, S11, S6a, N2, S1-MME, DB, SBI. */
  readonly interface: string;
  readonly networkFunctions: readonly NetworkFunctionId[];
  /** False where only unknown labels, numbers or suspects speak for it. */
  readonly certain: boolean;
}

const PORTS: { readonly [port: number]: string } = { 8805: "N4", 2152: "N3", 2123: "S11", 3868: "S6a", 38412: "N2", 36412: "S1-MME" };
const DATABASE_PORT = 27017;
const METRICS = /metrics|prometheus|oam|probe|health|telemetry/i;
const METRICS_PORTS = new Set([9089, 9090, 9091, 9100, 15020, 15090]);

/** The doors that a Service opens; `unknown` where there may be more. */
export function doorsOf(service: KubernetesObject): { readonly doors: readonly Door[]; readonly unknown: boolean } {
  const type = service.spec.get("type").string();
  const external = service.spec.get("externalIPs");
  const doors: Door[] = [];
  if (type.state === "known" && (type.value === "LoadBalancer" || type.value === "NodePort")) doors.push(type.value);
  if (external.items().length > 0) doors.push("externalIPs");
  return { doors, unknown: type.state === "unknown" || external.isUnknown };
}

export function corePortsOf(model: CoreModel, service: KubernetesObject): readonly CorePortExposed[] {
  const behind = workloadsBehind(model, service);
  const roles = behind.map(({ workload, match }) => ({ match, ...model.classification(workload) }));
  const functions = [...new Set(roles.flatMap((role) => role.networkFunctions))];
  // What a name says counts only where nothing behind the Service is in sight.
  const said = behind.length === 0 ? functionsNamed(service.name) : functions;
  const edge = said.some((id) => networkFunction(id).mayBeInternetFacing);
  // Simulators of the RAN stand outside the core whatever ports they have.
  const outside = behind.length > 0 && roles.every((role) => !role.suspect && (role.role === "ran" || role.role === "support"));
  if (outside) return [];
  const sbi = roles.filter((role) => role.role === "nf" && !role.suspect && role.networkFunctions.some(isInnerSbi));
  const store = roles.some((role) => role.coreStore) || (behind.length === 0 && model.coreNamespaces.has(service.namespace));
  return portsOf(service, behind).flatMap((port): readonly CorePortExposed[] => {
    const own = port.numbers.flatMap((number) => PORTS[number] ?? []).find((id) => !(edge && EDGE_INTERFACES.has(id)));
    if (own !== undefined) return [{ port, interface: own, networkFunctions: said, certain: true }];
    if (store && port.numbers.includes(DATABASE_PORT)) return [{ port, interface: "DB", networkFunctions: [], certain: true }];
    if (sbi.length > 0 && !edge && isSbiPort(port)) {
      const certain = !port.unknown && sbi.some((role) => role.match === "yes");
      return [{ port, interface: "SBI", networkFunctions: functions, certain }];
    }
    return [];
  });
}

/** What edge functions offer on their edge plane is judged elsewhere (SG-25): Diameter of a DEA. */
const EDGE_INTERFACES = new Set(["S6a"]);

function isInnerSbi(id: NetworkFunctionId): boolean {
  return speaksSbi(id) && !networkFunction(id).mayBeInternetFacing;
}

function isSbiPort(port: ExposedPort): boolean {
  return port.protocol === "TCP" && !METRICS.test(port.name) && !port.numbers.some((number) => METRICS_PORTS.has(number));
}
