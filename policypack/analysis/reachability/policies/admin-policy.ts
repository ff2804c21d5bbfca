/**
 * The cluster administrator's tiers: AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1), their
 * successor ClusterNetworkPolicy (v1alpha2), and Amazon EKS ClusterNetworkPolicy (networking.k8s.aws/v1alpha1), which has the same form.
 * Source: network-policy-api, AdminNetworkPolicySpec, ClusterNetworkPolicySpec; EKS user guide, "Admin network policies".
 */

import type { KubernetesObject } from "../../../model/kubernetes/objects";
import { type Node, valueOr } from "../../../model/value";
import type { Direction, Peer, PodSelection, Policy, PortSelection, Rule, Section, Tier } from "../policy";
import { ALL_PORTS, isProtocol, NO_PORTS, OTHER_PROTOCOLS, portsOf, type PortSet, type Protocol, unionPorts } from "../ports";
import { EVERYTHING, readSelector } from "../selector";
import { blockPeer } from "./blocks";

/** Last in the order where no priority can be read. */
const LAST = 1000;

export function adminPolicy(object: KubernetesObject, tier: Tier): Policy {
  const { spec } = object;
  return {
    object,
    resource: object.resource,
    tier,
    priority: valueOr(spec.get("priority").number(), LAST),
    subject: selection(spec.get("subject")),
    ingress: section(spec, "ingress"),
    egress: section(spec, "egress"),
  };
}

/** ClusterNetworkPolicy says its tier itself. */
export function tierOf(object: KubernetesObject): Tier {
  return valueOr(object.spec.get("tier").string(), "Admin") === "Baseline" ? "baseline" : "admin";
}

/** Pods by `namespaces` alone, or by `pods` with both selectors. */
function selection(node: Node): PodSelection {
  const pods = node.get("pods");
  if (pods.isAbsent) return { namespaces: readSelector(node.get("namespaces")), pods: EVERYTHING };
  return { namespaces: readSelector(pods.get("namespaceSelector")), pods: readSelector(pods.get("podSelector")) };
}

function section(spec: Node, direction: Direction): Section | undefined {
  const rules = spec.get(direction);
  if (rules.isAbsent) return undefined;
  // Rules that are not known yet may allow and may deny.
  if (rules.isUnknown) {
    const open = { peers: [{ kind: "unknown" }] as const, ports: EVERY_PORT, node: rules };
    return {
      isolates: "no",
      rules: [
        { action: "allow", ...open },
        { action: "deny", ...open },
      ],
    };
  }
  return { isolates: "no", rules: rules.items().flatMap((item) => ruleOf(item, direction)) };
}

const EVERY_PORT: PortSelection = { ports: ALL_PORTS, named: [], open: false };

const ACTIONS: { readonly [word: string]: Rule["action"] } = { Allow: "allow", Accept: "allow", Deny: "deny", Pass: "pass" };

function ruleOf(node: Node, direction: Direction): Rule[] {
  const action = ACTIONS[valueOr(node.get("action").string(), "")];
  const peers = node.get(direction === "ingress" ? "from" : "to");
  const ports = portsOfRule(node);
  if (action === undefined) {
    // An action that is not known yet is any of them.
    if (!node.isUnknown && !node.get("action").isUnknown) return [];
    const open = { peers: [{ kind: "unknown" }] as const, ports, node };
    return [
      { action: "allow", ...open },
      { action: "deny", ...open },
    ];
  }
  const list: Peer[] = peers.isUnknown ? [{ kind: "unknown" }] : peers.items().flatMap((peer) => peersOf(peer, action));
  return [{ action, peers: list, ports, node }];
}

/** A peer in a form that an older reader does not know: an Accept matches nobody, Deny and Pass match everybody. */
function peersOf(node: Node, action: Rule["action"]): Peer[] {
  if (node.isUnknown) return [{ kind: "unknown" }];
  if (!node.get("namespaces").isAbsent || !node.get("pods").isAbsent) return [{ kind: "pods", ...selection(node) }];
  const networks = node.get("networks");
  if (!networks.isAbsent)
    return networks.isUnknown ? [{ kind: "unknown" }] : networks.items().map((cidr) => blockPeer(cidr, undefined, "as-the-cni"));
  if (!node.get("nodes").isAbsent) return [{ kind: "nodes" }];
  if (!node.get("domainNames").isAbsent) return [blockPeer(undefined, undefined, "outside")];
  return action === "allow" ? [] : [{ kind: "everyone" }];
}

/** v1alpha1 lists `ports`; v1alpha2 lists `protocols`, each with its ports. */
function portsOfRule(node: Node): PortSelection {
  const ports = node.get("ports");
  const protocols = node.get("protocols");
  if (ports.isUnknown || protocols.isUnknown || node.isUnknown) return { ports: NO_PORTS, named: [], open: true };
  if (ports.items().length === 0 && protocols.items().length === 0) return EVERY_PORT;
  const parts = [...ports.items().map(portOfAlpha1), ...protocols.items().map(portOfAlpha2)];
  return {
    ports: unionPorts(...parts.map((part) => part.ports)),
    named: parts.flatMap((part) => part.named),
    open: parts.some((part) => part.open),
  };
}

function portOfAlpha1(node: Node): PortSelection {
  const single = node.get("portNumber");
  const range = node.get("portRange");
  const name = node.get("namedPort");
  if (node.isUnknown || name.isUnknown) return { ports: NO_PORTS, named: [], open: true };
  if (!name.isAbsent) return { ports: NO_PORTS, named: [{ name: valueOr(name.string(), ""), protocol: undefined }], open: false };
  if (!single.isAbsent) return numbers(protocolAt(single), single.get("port"), single.get("port"));
  if (!range.isAbsent) return numbers(protocolAt(range), range.get("start"), range.get("end"));
  return { ports: NO_PORTS, named: [], open: false };
}

function portOfAlpha2(node: Node): PortSelection {
  for (const protocol of ["TCP", "UDP", "SCTP"] as const) {
    const part = node.get(protocol.toLowerCase());
    if (part.isAbsent) continue;
    const port = part.get("destinationPort");
    if (part.isUnknown || port.isUnknown) return { ports: NO_PORTS, named: [], open: true };
    if (port.isAbsent) return { ports: portsOf(protocol), named: [], open: false };
    const range = port.get("range");
    return range.isAbsent
      ? numbers(protocol, port.get("number"), port.get("number"))
      : numbers(protocol, range.get("start"), range.get("end"));
  }
  const name = node.get("destinationNamedPort");
  if (!name.isAbsent) return { ports: NO_PORTS, named: [{ name: valueOr(name.string(), ""), protocol: undefined }], open: name.isUnknown };
  return { ports: node.get("icmp").isAbsent ? NO_PORTS : OTHER_PROTOCOLS, named: [], open: false };
}

function protocolAt(node: Node): Protocol | undefined {
  const read = node.get("protocol").string();
  if (read.state === "absent") return "TCP";
  return read.state === "known" && isProtocol(read.value.toUpperCase()) ? (read.value.toUpperCase() as Protocol) : undefined;
}

function numbers(protocol: Protocol | undefined, from: Node, to: Node): PortSelection {
  const [first, last] = [from.number(), to.number()];
  if (protocol === undefined || first.state !== "known" || last.state !== "known") return { ports: NO_PORTS, named: [], open: true };
  const ports: PortSet = portsOf(protocol, first.value, last.value);
  return { ports, named: [], open: false };
}
