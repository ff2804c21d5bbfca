/** Ports as NetworkPolicies and their relatives name them. */

import { type Node, valueOr } from "../../../model/value";
import type { PortSelection } from "../policy";
import { ALL_PORTS, isProtocol, NO_PORTS, portsOf, type PortSet, type Protocol, PROTOCOLS, unionPorts } from "../ports";

export interface PortForm {
  readonly protocol: Node;
  readonly port: Node;
  readonly endPort: Node;
}

/** `absent`: no ports are named, so every one is meant. `unknown`: the list is not known yet. */
export function portSelection(forms: readonly PortForm[], list: "given" | "absent" | "unknown"): PortSelection {
  if (list === "absent") return { ports: ALL_PORTS, named: [], open: false };
  const sets: PortSet[] = [];
  const named: { name: string; protocol: Protocol | undefined }[] = [];
  let open = list === "unknown";
  for (const { protocol: protocolNode, port, endPort } of forms) {
    // Without a protocol it is TCP, not every protocol (Kubernetes API, NetworkPolicyPort).
    const word = protocolNode.isAbsent ? "TCP" : valueOr(protocolNode.string(), "?").toUpperCase();
    if (protocolNode.isUnknown || port.isUnknown) open = true;
    else if (isProtocol(word)) {
      const number = port.number();
      if (port.isAbsent) sets.push(portsOf(word));
      else if (number.state === "known") {
        if (endPort.isUnknown) open = true;
        sets.push(portsOf(word, number.value, valueOr(endPort.number(), number.value)));
      } else named.push({ name: valueOr(port.string(), ""), protocol: word });
    }
  }
  return { ports: sets.length === 0 ? NO_PORTS : unionPorts(...sets), named, open };
}

/** Ports of every protocol that has ports. */
export function anyProtocol(from = 1, to = 0xffff): PortSet {
  return unionPorts(...PROTOCOLS.map((protocol) => portsOf(protocol, from, to)));
}
