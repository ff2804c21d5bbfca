/** Who may talk to whom by 3GPP: the rows of the topology with their tokens resolved (`tokens` of `data/topology.json`). */

import { networkFunction, speaksSbi, topology } from "./topology";
import type { Flow, NetworkFunctionId, ZoneId } from "./types";

/** An end of a flow as the standard knows it: a function, a zone beside the core, or a service of the platform. */
export type Party =
  | { readonly kind: "function"; readonly id: NetworkFunctionId }
  | { readonly kind: "zone"; readonly id: ZoneId }
  | { readonly kind: "service"; readonly id: "kube-dns" | "istiod" };

export interface StandardFlow {
  /** N2, N4, SBI, DB … */
  readonly interface: string;
  readonly protocols: readonly ("TCP" | "UDP" | "SCTP")[];
  /** Port numbers; `sbi`: the producer's own port of the SBI. Empty: any. */
  readonly ports: readonly (number | "sbi")[];
  /** Whether a core that has both ends cannot work without it. */
  readonly needed: boolean;
  /** Allowed only with a waiver (DP-04). */
  readonly waiver: boolean;
}

/** What may flow from one party to another, in the order of the topology. */
export function standardFlows(from: Party, to: Party): StandardFlow[] {
  const found = topology.flows.filter((row) => isParty(row.from, from, row, "from") && isParty(row.to, to, row, "to")).map(flowOf);
  if (from.kind === "function" && to.kind === "function") found.push(...serviceFlows(from.id, to.id));
  return found;
}

const PROTOCOLS: { readonly [word: string]: StandardFlow["protocols"] } = {
  tcp: ["TCP"],
  udp: ["UDP"],
  sctp: ["SCTP"],
  "udp/tcp": ["UDP", "TCP"],
  "tcp/sctp": ["TCP", "SCTP"],
  any: ["TCP", "UDP", "SCTP"],
};

/** Interfaces without which functions that are both there do not work together. */
const NEEDED = new Set(["N4", "DB", "N26", "S11", "S5-C", "Sxa", "S6a"]);

function flowOf(row: Flow): StandardFlow {
  return {
    interface: row.interface,
    protocols: PROTOCOLS[row.protocol] ?? [],
    ports: row.ports as readonly (number | "sbi")[],
    needed: row.waiver !== true && (NEEDED.has(row.interface) || (row.from === "NF" && row.to === "NRF")),
    waiver: row.waiver === true,
  };
}

/** Consumers call producers, and producers call back; both on the SBI. */
function serviceFlows(from: NetworkFunctionId, to: NetworkFunctionId): StandardFlow[] {
  const flow = (needed: boolean): StandardFlow => ({ interface: "SBI", protocols: ["TCP"], ports: ["sbi"], needed, waiver: false });
  return topology.sbi.flatMap((row) => {
    if (row.producer === to && isAmong(row.consumers, from)) return [flow(row.critical && row.consumers.includes(from) && speaksSbi(from))];
    return row.producer === from && isAmong(row.callbacksTo, to) ? [flow(false)] : [];
  });
}

/** What a function calls of another on the SBI, as a path and the methods that are of use there. */
export interface ServiceCall {
  readonly path: string;
  readonly methods: readonly string[];
}

/** Methods of the service-based interfaces (TS 29.501 4.6); OPTIONS and TRACE are of no use to a function. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Functions that hand on what others call: every service of the one behind. */
const PROXIES: readonly string[] = ["SCP", "SEPP"];

/** The services of `to` that `from` consumes, and the callbacks by which `from` notifies it. */
export function serviceCalls(from: NetworkFunctionId, to: NetworkFunctionId): ServiceCall[] {
  const consumed = topology.sbi.filter((row) => row.producer === to && (PROXIES.includes(from) || isAmong(row.consumers, from)));
  const notifies = PROXIES.includes(from) || topology.sbi.some((row) => row.producer === from && isAmong(row.callbacksTo, to));
  const paths = [...new Set(consumed.map(({ pathPrefix }) => `${pathPrefix}*`))];
  return [...paths.map((path) => ({ path, methods: METHODS })), ...(notifies ? [{ path: callbackPath(to), methods: ["POST"] }] : [])];
}

/** Where functions take notifications: the URI is the consumer's own choice; this is the one that open source cores take. */
function callbackPath(id: NetworkFunctionId): string {
  return `/n${id.toLowerCase()}-callback/*`;
}

/** "all subscribers", "any registered NF": every function of the SBI. */
function isAmong(list: readonly string[], id: NetworkFunctionId): boolean {
  return list.includes(id) || (list.some((word) => /^(all subscribers|any registered NF)$/i.test(word)) && speaksSbi(id));
}

function isParty(token: string, party: Party, row: Flow, side: "from" | "to"): boolean {
  if (party.kind === "service") return token === party.id;
  if (party.kind === "zone") return token === `zone:${party.id}`;
  if (token === party.id) return true;
  if (token === "NF") return row.interface === "SBI" ? isSbiFunction(party.id) : isCoreWorkload(party.id, row, side);
  // A function is in its zone: an OAM workload of the stack is the zone's management.
  return token === `zone:${networkFunction(party.id).zone}` && (party.id === "OAM" || party.id === "GNB");
}

function isSbiFunction(id: NetworkFunctionId): boolean {
  return speaksSbi(id) && !["SUBSCRIBER-DB", "GNB", "SEG", "DEA", "EDNS", "OAM", "LI-ADMF", "LI-MDF"].includes(id);
}

function isCoreWorkload(id: NetworkFunctionId, row: Flow, side: "from" | "to"): boolean {
  return id !== "GNB" && !(id === "OAM" && side === "from" && row.to === "zone:oam");
}

/** Why the standard forbids any traffic from one party to another; `undefined` where it does not. */
export function neverReason(from: Party, to: Party): string | undefined {
  if (standardFlows(from, to).length > 0) return undefined;
  const row = topology.neverFlows.find(({ from: source, to: target, except = [] }) => {
    const targets = typeof target === "string" ? [target] : target;
    const exempt = (party: Party, token: string) =>
      token === "*" && except.some((word) => party.kind === "function" && word.startsWith(party.id));
    return (
      inNever(source, from) &&
      targets.some((token) => inNever(token, to)) &&
      !exempt(from, source) &&
      !targets.some((token) => exempt(to, token))
    );
  });
  return row?.why;
}

function inNever(token: string, party: Party): boolean {
  if (token === "*") return party.kind !== "service";
  if (party.kind === "service") return false;
  if (token.startsWith("zone:")) return token === `zone:${party.kind === "zone" ? party.id : networkFunction(party.id).zone}`;
  if (party.kind === "zone") return false;
  return token === party.id || (token === "NF" && !["GNB", "OAM"].includes(party.id));
}
