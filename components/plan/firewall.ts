/** Security group and network ACL rules of planes and node zones, from the 3GPP matrix. Pure: names stand for what is created later. */

import { standardFlows } from "../../policypack/topology/matrix";
import type { NetworkFunctionId, ZoneId } from "../../policypack/topology/types";
import { DATABASE_PORT, isMeshed, SBI_PORT, zoneOf } from "./functions";

/** An end of a rule: a group of this core, or a list of addresses. */
export type End =
  { readonly kind: "group"; readonly name: string } | { readonly kind: "prefixes"; readonly name: "ran" | "partners" | "oam" | "s3" };

export interface GroupRule {
  readonly group: string;
  readonly direction: "ingress" | "egress";
  readonly peer: End;
  /** IANA protocol name, or number where EC2 has no name. */
  readonly protocol: "tcp" | "udp" | "132";
  /** Absent for SCTP: EC2 takes no ports there, so source and NetworkPolicy hold it. */
  readonly from?: number;
  readonly to?: number;
  readonly why: string;
}

export function nodesGroup(zone: ZoneId): string {
  return `nodes-${zone}`;
}

/** Rules of the groups of the secondary planes. */
export function planeRules(planes: readonly string[], addresses: { ran: boolean; partners: boolean; oam: boolean }): GroupRule[] {
  const both = (group: string, peer: End, protocol: GroupRule["protocol"], port: number | undefined, why: string): GroupRule[] =>
    (["ingress", "egress"] as const).map((direction) => ({
      group,
      direction,
      peer,
      protocol,
      ...(port === undefined ? {} : { from: port, to: port }),
      why,
    }));
  const ran: End = { kind: "prefixes", name: "ran" };
  const partners: End = { kind: "prefixes", name: "partners" };
  const self = (name: string): End => ({ kind: "group", name });
  const rules: { readonly [plane: string]: readonly GroupRule[] } = {
    n2: addresses.ran ? both("n2", ran, "132", undefined, "NGAP with the gNBs") : [],
    n3: addresses.ran ? both("n3", ran, "udp", 2152, "GTP-U with the gNBs") : [],
    n4: both("n4", self("n4"), "udp", 8805, "PFCP between SMF and UPF"),
    n9: both("n9", self("n9"), "udp", 2152, "GTP-U between UPFs"),
    n32: addresses.partners ? both("n32", partners, "tcp", 443, "N32 with the contracted partners") : [],
    li: both("li", self("li"), "tcp", 443, "X1, X2 and X3 inside lawful interception"),
    oam: addresses.oam
      ? [
          {
            group: "oam",
            direction: "ingress",
            peer: { kind: "prefixes", name: "oam" },
            protocol: "tcp",
            from: 443,
            to: 443,
            why: "management from the jump zone",
          },
        ]
      : [],
  };
  return planes.flatMap((plane) => rules[plane] ?? []);
}

/** Rules between nodes of the zones: what functions there may exchange on the pod network, DNS, mesh and kubelet. */
export function nodeRules(functions: readonly NetworkFunctionId[], zones: readonly ZoneId[]): GroupRule[] {
  const rules: GroupRule[] = [];
  const open = (from: ZoneId, to: ZoneId, protocol: "tcp" | "udp", port: number, why: string) => {
    rules.push(
      { group: nodesGroup(to), direction: "ingress", peer: { kind: "group", name: nodesGroup(from) }, protocol, from: port, to: port, why },
      { group: nodesGroup(from), direction: "egress", peer: { kind: "group", name: nodesGroup(to) }, protocol, from: port, to: port, why },
    );
  };
  for (const from of zones) {
    for (const to of zones) {
      if (functions.some((a) => zoneOf(a) === from && functions.some((b) => a !== b && zoneOf(b) === to && callsOnSbi(a, b)))) {
        open(from, to, "tcp", SBI_PORT, `SBI from ${from} to ${to}`);
      }
    }
    // Cluster DNS, mesh control plane and PKI run with the trust services.
    open(from, "trust-services", "udp", 53, "cluster DNS");
    open(from, "trust-services", "tcp", 53, "cluster DNS");
    open(from, "trust-services", "tcp", 15012, "certificates and configuration of the mesh");
  }
  if (functions.includes("SUBSCRIBER-DB")) open("data", "data", "tcp", DATABASE_PORT, "UDR and its data store");
  return rules;
}

function callsOnSbi(from: NetworkFunctionId, to: NetworkFunctionId): boolean {
  if (!isMeshed(from) || !isMeshed(to)) return false;
  return standardFlows({ kind: "function", id: from }, { kind: "function", id: to }).some((flow) => flow.interface === "SBI");
}

export interface AclRule {
  readonly egress: boolean;
  readonly action: "allow" | "deny";
  /** Protocol number; -1 for all. */
  readonly protocol: string;
  readonly cidr: string;
  readonly from?: number;
  readonly to?: number;
}

/** Ports of administration and of living off the land: SSH, Telnet, FTP, TFTP, SNMP, NETCONF, RDP. */
const MANAGEMENT: readonly (readonly [protocol: string, from: number, to: number])[] = [
  ["6", 20, 23],
  ["17", 69, 69],
  ["17", 161, 162],
  ["6", 830, 830],
  ["6", 3389, 3389],
];

/** The stateless layer: nothing from strangers to management ports, then what the subnet's plane carries, both ways. */
export function aclRules(
  plane: string,
  vpc: string,
  strangers: readonly string[],
  addresses: { ran: readonly string[]; partners: readonly string[] },
): AclRule[] {
  const denied = strangers.flatMap((cidr) =>
    MANAGEMENT.map(([protocol, from, to]): AclRule => ({ egress: false, action: "deny", protocol, cidr, from, to })),
  );
  return [...denied, ...carried(plane, vpc, addresses)];
}

function carried(plane: string, vpc: string, { ran, partners }: { ran: readonly string[]; partners: readonly string[] }): AclRule[] {
  const rules = (cidrs: readonly string[], protocol: string, from?: number, to?: number): AclRule[] =>
    cidrs.flatMap((cidr) =>
      [false, true].map((egress): AclRule => ({
        egress,
        action: "allow",
        protocol,
        cidr,
        ...(from === undefined ? {} : { from, to: to ?? from }),
      })),
    );
  /** Answers come back to ports of the system's choice (RFC 6056). */
  const ephemeral = [1024, 65535] as const;
  switch (plane) {
    case "n2":
      return rules(ran, "132");
    case "n3":
      return rules(ran, "17", 2152);
    case "n4":
      return rules([vpc], "17", 8805);
    case "n9":
      return rules([vpc], "17", 2152);
    case "n32":
      return [...rules(partners, "6", 443), ...rules(partners, "6", ...ephemeral)];
    case "n6":
      return [
        { egress: true, action: "deny", protocol: "-1", cidr: vpc },
        { egress: false, action: "deny", protocol: "-1", cidr: vpc },
        { egress: true, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" },
        { egress: false, action: "allow", protocol: "6", cidr: "0.0.0.0/0", from: ephemeral[0], to: ephemeral[1] },
        { egress: false, action: "allow", protocol: "17", cidr: "0.0.0.0/0", from: ephemeral[0], to: ephemeral[1] },
      ];
    default:
      return [...rules([vpc], "6"), ...rules([vpc], "17"), ...rules([vpc], "1")];
  }
}
