/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. An endpoint that a rule selects is default-deny in the directions the rule
 * has sections for, unless `enableDefaultDeny` says otherwise; a deny beats every allow. Source: Cilium, "Policy language", "Deny
 * policies", "Policy enforcement modes".
 */

import type { KubernetesObject } from "../../../model/kubernetes/objects";
import type { Match } from "../../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../../model/value";
import type { Direction, Peer, PodSelection, Policy, PortSelection, Rule, Section } from "../policy";
import { ALL_PORTS, isProtocol, NO_PORTS, OTHER_PROTOCOLS, portsOf, type PortSet, type Protocol, unionPorts } from "../ports";
import { EVERYTHING, readSelector, type Requirement, type Selector, selector } from "../selector";
import { blockPeer } from "./blocks";
import { anyProtocol } from "./port-selection";

/** One policy for the `spec` and one for each of `specs`. */
export function ciliumPolicies(object: KubernetesObject): Policy[] {
  const several = object.resource.props.get("specs").items();
  return [...(object.spec.isAbsent ? [] : [object.spec]), ...several].map((spec) => ({
    object,
    resource: object.resource,
    tier: "network" as const,
    priority: 0,
    // Host policies (`nodeSelector`) are about nodes.
    subject: spec.get("nodeSelector").isAbsent ? subject(object, spec.get("endpointSelector")) : NOBODY,
    ingress: section(object, spec, "ingress"),
    egress: section(object, spec, "egress"),
  }));
}

const NOBODY: PodSelection = { namespaces: "", pods: EVERYTHING };

const NAMESPACE = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels.";

/** Label keys may carry their source: `k8s:app`, `any:app`, and in selectors that Cilium wrote itself `k8s.app`. */
function withoutSource(key: string): string {
  return key.replace(/^(k8s|any)[:.]/, "");
}

/**
 * An endpoint selector, whose requirements are about labels of the pod, the name of its namespace or labels of that. Without a word
 * about the namespace it stays in the policy's own, where that has one.
 */
function endpoints(object: KubernetesObject, node: Node): PodSelection {
  const all = readSelector(node, withoutSource);
  const ofPod: Requirement[] = [];
  const ofNamespace: Requirement[] = [];
  for (const requirement of all.requirements) {
    const { key } = requirement;
    if (key === NAMESPACE) ofNamespace.push({ ...requirement, key: "kubernetes.io/metadata.name" });
    else if (key.startsWith(NAMESPACE_LABELS)) ofNamespace.push({ ...requirement, key: key.slice(NAMESPACE_LABELS.length) });
    else ofPod.push(requirement);
  }
  const pods: Selector = selector(ofPod, all.open);
  if (ofNamespace.length > 0) return { namespaces: selector(ofNamespace, false), pods };
  // Labels that are not known yet may name a namespace.
  return { namespaces: object.kind === "CiliumNetworkPolicy" && !all.open ? object.namespace : EVERYTHING, pods };
}

/** A CiliumNetworkPolicy's own pods are in its namespace whatever its selector says. */
function subject(object: KubernetesObject, node: Node): PodSelection {
  const selection = endpoints(object, node);
  return object.kind === "CiliumNetworkPolicy" ? { ...selection, namespaces: object.namespace } : selection;
}

function section(object: KubernetesObject, spec: Node, direction: Direction): Section | undefined {
  const allows = spec.get(direction);
  const denies = spec.get(`${direction}Deny`);
  if (allows.isAbsent && denies.isAbsent) return undefined;
  const rules = [...rulesOf(object, allows, direction, "allow"), ...rulesOf(object, denies, direction, "deny")];
  return { isolates: isolates(spec, direction), rules };
}

function isolates(spec: Node, direction: Direction): Match {
  const said = spec.get("enableDefaultDeny", direction).boolean();
  if (said.state === "absent") return "yes";
  return said.state === "unknown" ? "maybe" : said.value ? "yes" : "no";
}

function rulesOf(object: KubernetesObject, list: Node, direction: Direction, action: "allow" | "deny"): Rule[] {
  if (list.isUnknown) return [{ action, peers: [{ kind: "unknown" }], ports: { ports: ALL_PORTS, named: [], open: false }, node: list }];
  return list.items().map((node) => ({ action, peers: peersOf(object, node, direction), ports: portsOfRule(node), node }));
}

/** Fields by which a rule says who; a rule that has none of them, and says ports, is about everybody. */
const PEER_FIELDS = ["Endpoints", "Entities", "CIDR", "CIDRSet", "FQDNs", "Services", "Groups", "Nodes", "Requires"];

function peersOf(object: KubernetesObject, node: Node, direction: Direction): Peer[] {
  if (node.isUnknown) return [{ kind: "unknown" }];
  const side = direction === "ingress" ? "from" : "to";
  const at = (field: string) => node.get(`${side}${field}`);
  const said = PEER_FIELDS.filter((field) => !at(field).isAbsent);
  // An empty rule lets nobody through; one with ports only is about everybody.
  if (said.length === 0) return node.get("toPorts").isAbsent && node.get("icmps").isAbsent ? [] : [{ kind: "everyone" }];
  const peers: Peer[] = [];
  if (said.some((field) => at(field).isUnknown)) peers.push({ kind: "unknown" });
  for (const item of at("Endpoints").items())
    peers.push(item.isUnknown ? { kind: "unknown" } : { kind: "pods", ...endpoints(object, item) });
  for (const item of at("Entities").items()) peers.push(...entity(valueOr(item.string(), "?")));
  for (const item of at("CIDR").items()) peers.push(blockPeer(item, undefined, "outside"));
  for (const item of at("CIDRSet").items()) {
    peers.push(
      item.get("cidr").isAbsent ? blockPeer(undefined, undefined, "outside") : blockPeer(item.get("cidr"), item.get("except"), "outside"),
    );
  }
  if (at("FQDNs").items().length > 0 || at("Groups").items().length > 0) peers.push(blockPeer(undefined, undefined, "outside"));
  if (at("Services").items().length > 0) peers.push({ kind: "unknown" });
  return peers;
}

function entity(word: string): Peer[] {
  switch (word) {
    case "all":
      return [{ kind: "everyone" }];
    case "cluster":
      return [{ kind: "pods", namespaces: EVERYTHING, pods: EVERYTHING }, { kind: "nodes" }];
    case "world":
    case "world-ipv4":
    case "world-ipv6":
      return [{ kind: "outside" }];
    case "host":
    case "remote-node":
    case "kube-apiserver":
    case "health":
    case "init":
    case "unmanaged":
    case "ingress":
    case "none":
      return [{ kind: "nodes" }];
    default:
      return [{ kind: "unknown" }];
  }
}

function portsOfRule(node: Node): PortSelection {
  const lists = node.get("toPorts");
  const icmps = node.get("icmps");
  if (lists.isUnknown || icmps.isUnknown) return { ports: NO_PORTS, named: [], open: true };
  if (lists.items().length === 0 && icmps.items().length === 0) return { ports: ALL_PORTS, named: [], open: false };
  const sets: PortSet[] = icmps.items().length > 0 ? [OTHER_PROTOCOLS] : [];
  const named: { name: string; protocol: Protocol | undefined }[] = [];
  let open = false;
  for (const list of lists.items()) {
    const ports = list.get("ports");
    if (ports.isUnknown) open = true;
    if (ports.items().length === 0 && !ports.isUnknown) sets.push(ALL_PORTS);
    for (const item of ports.items()) {
      const word = item.get("protocol").isAbsent ? "ANY" : valueOr(item.get("protocol").string(), "?").toUpperCase();
      const number = item.get("port").number();
      const last = valueOr(item.get("endPort").number(), 0);
      if (item.get("port").isUnknown || item.get("protocol").isUnknown) open = true;
      else if (number.state === "known") {
        // Port 0 means every port.
        const [from, to] = number.value === 0 ? [1, 0xffff] : [number.value, Math.max(last, number.value)];
        sets.push(isProtocol(word) ? portsOf(word, from, to) : word === "ANY" ? anyProtocol(from, to) : NO_PORTS);
      } else if (item.get("port").isAbsent) sets.push(isProtocol(word) ? portsOf(word) : anyProtocol());
      else named.push({ name: valueOr(item.get("port").string(), ""), protocol: isProtocol(word) ? word : undefined });
    }
  }
  return { ports: unionPorts(...sets), named, open };
}
