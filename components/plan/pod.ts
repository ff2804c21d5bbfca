/** The pod of one function: everything off that it does not need, and what it needs by its topology row. */

import { networkFunction } from "../../policypack/topology/topology";
import type { NetworkFunctionId } from "../../policypack/topology/types";
import type { Port } from "./flows";
import { exchangesOf } from "./flows";
import { DATABASE_PORT, isMeshed, isUserPlane, SBI_PORT } from "./functions";

/** How a user-plane function moves packets. */
export const DATA_PLANES = ["kernel", "dpdk"] as const;
export type DataPlane = (typeof DATA_PLANES)[number];

export interface ContainerSecurity {
  readonly allowPrivilegeEscalation: false;
  readonly readOnlyRootFilesystem: true;
  readonly privileged: false;
  readonly runAsNonRoot: boolean;
  readonly runAsUser: number;
  readonly capabilities: { readonly drop: string[]; readonly add?: string[] };
  readonly seccompProfile: { readonly type: "RuntimeDefault" };
}

/** User and group of functions; of no account on any node. */
const USER = 10001;
const DATABASE_USER = 999;

/**
 * Capabilities and user. A UPF that makes its TUN device needs NET_ADMIN and root for that, one on DPDK pins memory (IPC_LOCK); an N3IWF
 * sets up IPsec. Nothing else needs any: not even an AMF, which opens SCTP sockets as anybody may.
 */
export function containerSecurity(id: NetworkFunctionId, plane: DataPlane): ContainerSecurity {
  const added = capabilitiesOf(id, plane);
  const root = added.includes("NET_ADMIN");
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    privileged: false,
    runAsNonRoot: !root,
    runAsUser: root ? 0 : id === "SUBSCRIBER-DB" || id === "UDSF" ? DATABASE_USER : USER,
    capabilities: { drop: ["ALL"], ...(added.length > 0 ? { add: added } : {}) },
    seccompProfile: { type: "RuntimeDefault" },
  };
}

function capabilitiesOf(id: NetworkFunctionId, plane: DataPlane): string[] {
  const allowed = networkFunction(id).allowedExtraCapabilities;
  if (!isUserPlane(id)) return allowed.filter((name) => name === "NET_ADMIN");
  return allowed.filter((name) => name === (plane === "dpdk" ? "IPC_LOCK" : "NET_ADMIN"));
}

export interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: Port["protocol"];
}

/** Ports that the function listens on, by interface. */
export function containerPorts(id: NetworkFunctionId, present: readonly NetworkFunctionId[]): ContainerPort[] {
  const own: ContainerPort[] = isMeshed(id) ? [{ name: "sbi", containerPort: SBI_PORT, protocol: "TCP" }] : [];
  if (id === "SUBSCRIBER-DB") own.push({ name: "mongodb", containerPort: DATABASE_PORT, protocol: "TCP" });
  for (const { interface: name, ports } of exchangesOf(id, present).ingress) {
    if (["SBI", "DB", "OAM", "METRICS"].includes(name)) continue;
    for (const { protocol, port } of ports) {
      if (port === undefined || own.some((known) => known.containerPort === port && known.protocol === protocol)) continue;
      own.push({ name: portName(name, port, own), containerPort: port, protocol });
    }
  }
  return own;
}

/** At most 15 lower-case letters, digits and dashes (RFC 6335), and each once. */
function portName(interface_: string, port: number, taken: readonly ContainerPort[]): string {
  const name = interface_
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .slice(0, 9);
  return taken.some((known) => known.name === name) ? `${name}-${port}` : name;
}

export interface Resources {
  readonly requests: { readonly [name: string]: string };
  readonly limits: { readonly [name: string]: string };
}

export function resourcesOf(id: NetworkFunctionId, plane: DataPlane): Resources {
  const amount = isUserPlane(id) ? { cpu: "4", memory: "4Gi" } : { cpu: "1", memory: "1Gi" };
  if (!isUserPlane(id)) return { requests: { cpu: "250m", memory: "256Mi" }, limits: amount };
  const pages: { readonly [name: string]: string } = plane === "dpdk" ? { "hugepages-1Gi": "2Gi" } : {};
  return { requests: { ...amount, ...pages }, limits: { ...amount, ...pages } };
}
