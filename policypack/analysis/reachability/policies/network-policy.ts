/**
 * Kubernetes NetworkPolicy v1, and the two kinds that share its form: MultiNetworkPolicy for secondary networks and Amazon EKS
 * ApplicationNetworkPolicy. Source: Kubernetes API, NetworkPolicySpec; k8s.cni.cncf.io/v1beta1; EKS user guide.
 */

import type { KubernetesObject } from "../../../model/kubernetes/objects";
import type { Match } from "../../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../../model/value";
import { type Direction, type Peer, type Policy, type Rule, type Section } from "../policy";
import { EVERYTHING, readSelector } from "../selector";
import { blockPeer } from "./blocks";
import { portSelection, type PortForm } from "./port-selection";

/** Without `policyTypes` every NetworkPolicy is about ingress; the daemon of MultiNetworkPolicy asks for rules there too. */
export function networkPolicy(object: KubernetesObject): Policy {
  return policy(object, object.spec, "always");
}

export function multiNetworkPolicy(object: KubernetesObject): Policy {
  return policy(object, object.spec, "where there are rules");
}

function policy(object: KubernetesObject, spec: Node, ingressByDefault: "always" | "where there are rules"): Policy {
  return {
    object,
    resource: object.resource,
    tier: "network",
    priority: 0,
    subject: { namespaces: object.namespace, pods: readSelector(spec.get("podSelector")) },
    ingress: section(object, spec, "ingress", ingressByDefault),
    egress: section(object, spec, "egress", "where there are rules"),
  };
}

const TYPES: { readonly [direction in Direction]: string } = { ingress: "Ingress", egress: "Egress" };

function section(
  object: KubernetesObject,
  spec: Node,
  direction: Direction,
  byDefault: "always" | "where there are rules",
): Section | undefined {
  const isolates = appliesTo(spec, direction, byDefault);
  if (isolates === "no") return undefined;
  const rules = spec.get(direction);
  if (rules.isUnknown) return { isolates, rules: [{ action: "allow", peers: [{ kind: "unknown" }], ports: ANY_PORT, node: rules }] };
  return { isolates, rules: rules.items().map((item) => rule(object, item, direction)) };
}

const ANY_PORT = portSelection([], "absent");

function appliesTo(spec: Node, direction: Direction, byDefault: "always" | "where there are rules"): Match {
  const types = spec.get("policyTypes");
  if (types.isUnknown) return "maybe";
  const words = types.items().map((item) => item.string());
  if (words.length === 0) {
    if (byDefault === "always") return "yes";
    const rules = spec.get(direction);
    return rules.isUnknown ? "maybe" : rules.items().length > 0 ? "yes" : "no";
  }
  if (words.some((word) => valueOr(word, "") === TYPES[direction])) return "yes";
  return words.some((word) => word.state !== "known") ? "maybe" : "no";
}

function rule(object: KubernetesObject, node: Node, direction: Direction): Rule {
  const peers = node.get(direction === "ingress" ? "from" : "to");
  const ports = node.get("ports");
  const forms = ports.items().map(portForm);
  return {
    action: "allow",
    peers: node.isUnknown || peers.isUnknown ? [{ kind: "unknown" }] : peersOf(object, peers),
    ports: portSelection(forms, node.isUnknown || ports.isUnknown ? "unknown" : forms.length === 0 ? "absent" : "given"),
    node,
  };
}

/** Without peers everyone is meant. */
function peersOf(object: KubernetesObject, list: Node): Peer[] {
  const items = list.items();
  if (items.length === 0) return [{ kind: "everyone" }];
  const peers: Peer[] = [];
  for (const item of items) peers.push(...peerOf(object, item));
  return peers;
}

/** One peer; one with nothing in it, or with a block and selectors at once, is refused by the API and matches nobody. */
function peerOf(object: KubernetesObject, node: Node): Peer[] {
  if (node.isUnknown) return [{ kind: "unknown" }];
  const block = node.get("ipBlock");
  const pods = node.get("podSelector");
  const namespaces = node.get("namespaceSelector");
  // Amazon EKS ApplicationNetworkPolicy: names that are resolved at run time.
  if (!node.get("domainNames").isAbsent) return [OPEN_BLOCK];
  if (!block.isAbsent) return pods.isAbsent && namespaces.isAbsent ? [blockPeer(block.get("cidr"), block.get("except"), "as-the-cni")] : [];
  if (pods.isAbsent && namespaces.isAbsent) return [];
  return [
    {
      kind: "pods",
      namespaces: namespaces.isAbsent ? object.namespace : readSelector(namespaces),
      pods: pods.isAbsent ? EVERYTHING : readSelector(pods),
    },
  ];
}

const OPEN_BLOCK = blockPeer(undefined, undefined, "outside");

function portForm(node: Node): PortForm {
  return { protocol: node.get("protocol"), port: node.get("port"), endPort: node.get("endPort") };
}
