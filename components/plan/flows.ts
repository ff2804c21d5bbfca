/** What one function of a core exchanges with the others and with the zones beside it, as 3GPP has it (`policypack/topology`). */

import { type Party, type StandardFlow, standardFlows } from "../../policypack/topology/matrix";
import type { NetworkFunctionId, ZoneId } from "../../policypack/topology/types";
import { attachmentsOf, DATABASE_PORT, isMeshed, isUserPlane, SBI_PORT } from "./functions";

export interface Port {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** Absent: any. */
  readonly port?: number;
}

/** Traffic with one party. */
export interface Exchange {
  readonly party: Party;
  readonly interface: string;
  /** Of the network that it runs on: `sbi` for the pod network, else n2, n3 … */
  readonly plane: string;
  readonly ports: readonly Port[];
}

export interface Exchanges {
  readonly ingress: readonly Exchange[];
  readonly egress: readonly Exchange[];
}

/** Zones beside the core that its functions may speak with, where the carrier gives their addresses. */
const ZONES: readonly ZoneId[] = ["ran", "interconnect", "untrusted", "observability"];

/** What a function exchanges in a core that has these functions. */
export function exchangesOf(self: NetworkFunctionId, present: readonly NetworkFunctionId[]): Exchanges {
  const me: Party = { kind: "function", id: self };
  const parties: Party[] = [...present.map((id): Party => ({ kind: "function", id })), ...ZONES.map((id): Party => ({ kind: "zone", id }))];
  const exchanges = (from: (party: Party) => readonly StandardFlow[]): Exchange[] =>
    parties.flatMap((party) =>
      merged(
        party,
        from(party).filter((flow) => !flow.waiver && isSpoken(flow, self, party, present)),
        self,
      ),
    );
  return {
    ingress: exchanges((party) => standardFlows(party, me)),
    egress: exchanges((party) => standardFlows(me, party)),
  };
}

/** Whether an exchange takes place: a UPF has none on the SBI where its event exposure is not used, a SEPP speaks to the SCP where there is one. */
function isSpoken(flow: StandardFlow, self: NetworkFunctionId, party: Party, present: readonly NetworkFunctionId[]): boolean {
  // Partners' user plane ends at an IPUPS, a UPF of its own without N6 (TS 33.501 4.2.2): never at this one.
  if (party.kind === "zone" && party.id === "interconnect" && isUserPlane(self)) return false;
  if (flow.interface !== "SBI") return true;
  if (party.kind !== "function") return isMeshed(self);
  return isMeshed(self) && isMeshed(party.id) && !(present.includes("SCP") && isAroundScp(self, party.id));
}

/** Requests of other operators enter by the SCP (TS 33.501 5.9.3): a SEPP that is taken over reaches no producer itself. */
function isAroundScp(a: NetworkFunctionId, b: NetworkFunctionId): boolean {
  const other = a === "SEPP" ? b : b === "SEPP" ? a : undefined;
  return other !== undefined && !["SCP", "NRF", "SEPP"].includes(other);
}

/** One exchange for each interface and plane; a function does not speak to itself but on N9 and N14, between its instances. */
function merged(party: Party, flows: readonly StandardFlow[], self: NetworkFunctionId): Exchange[] {
  const found = new Map<string, Exchange>();
  for (const flow of flows) {
    const plane = planeOf(flow.interface, self, party);
    const key = `${flow.interface} ${plane}`;
    const ports = [...(found.get(key)?.ports ?? []), ...portsOf(flow)];
    found.set(key, { party, interface: flow.interface, plane, ports: distinct(ports) });
  }
  return [...found.values()];
}

function portsOf(flow: StandardFlow): Port[] {
  return flow.protocols.flatMap((protocol): Port[] => {
    if (flow.ports.length === 0) return [{ protocol }];
    const ports = flow.interface === "DB" ? [DATABASE_PORT] : flow.ports.map((port) => (port === "sbi" ? SBI_PORT : port));
    return ports.map((port) => ({ protocol, port }));
  });
}

function distinct(ports: readonly Port[]): Port[] {
  return [...new Map(ports.map((port) => [`${port.protocol}/${port.port ?? ""}`, port])).values()];
}

const INTERFACE_PLANES: { readonly [id: string]: string } = { N2: "n2", N3: "n3", N4: "n4", "N4-u": "n4", N6: "n6", N9: "n9", N32: "n32" };

/** The secondary network that an interface runs on, where both ends have one. */
function planeOf(id: string, self: NetworkFunctionId, party: Party): string {
  const plane = INTERFACE_PLANES[id];
  const attached = (function_: NetworkFunctionId) => attachmentsOf(function_).some((item) => item === plane);
  const other = party.kind !== "function" || attached(party.id);
  return plane !== undefined && other && attached(self) ? plane : "sbi";
}
