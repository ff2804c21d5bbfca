/**
 * The universe of one network: endpoints that no policy can tell apart are one class, addresses outside the cluster that no rule can
 * tell apart are one class too. Selectors are answered for all classes at once, as rows of bits.
 */

import type { Labels } from "../../model/kubernetes/objects";
import type { IpSet } from "../cidr/ip-set";
import { addressAtoms, type AddressAtoms } from "./address-atoms";
import { addAll, allBits, type Bits, emptyBits, equalBits, keepOnly, removeAll, setBit } from "./bitset";
import { type Endpoint, namedPort, type NamedPort } from "./cluster";
import type { Namespaces, Peer, PodSelection, Policy } from "./policy";
import type { NetworkProfile } from "./profile";
import { meets, type Requirement, type Selector, selects } from "./selector";

/** Members for certain, and members in some world that the unknown values allow. */
export interface Selection {
  readonly yes: Bits;
  readonly may: Bits;
}

export interface EndpointClass {
  readonly endpoints: Endpoint[];
  readonly namespace: string;
  readonly labels: Labels;
  readonly hostNetwork: boolean;
  readonly addresses: IpSet | undefined;
  /** Named ports that policies ask for, as the class resolves them; the same text for the same answers. */
  readonly named: string;
}

export class Universe {
  readonly classes: readonly EndpointClass[];
  /** Addresses outside, each class a set that all rules treat alike; together they are every address. */
  readonly outside: readonly IpSet[];
  /** Number of classes of both kinds: endpoints first. */
  readonly size: number;
  readonly pods: Bits;
  readonly external: Bits;
  /** Classes by their answers for named ports. */
  readonly byNamed: ReadonlyMap<string, Bits>;
  private readonly namespaces = new Map<string, { readonly labels: Labels; readonly members: Bits }>();
  private readonly byLabel = new Map<string, { readonly values: Map<string, Bits>; readonly present: Bits }>();
  /** Classes whose labels are not all known. */
  private readonly incomplete: Bits;
  private readonly anyIncomplete: boolean;
  private readonly podAnswers = new Map<string, Selection>();
  private readonly namespaceAnswers = new Map<string, Selection>();
  private readonly peers = new Map<string, Selection>();
  private readonly none: Selection;
  private readonly anyAddresses: boolean;
  private readonly addresses: AddressAtoms;

  constructor(
    endpoints: readonly Endpoint[],
    policies: readonly Policy[],
    labelsOfNamespace: (namespace: string) => Labels,
    private readonly profile: NetworkProfile,
  ) {
    const keys = labelKeys(policies);
    const names = portNames(policies);
    this.anyAddresses = endpoints.some((endpoint) => endpoint.addresses !== undefined);
    const classes = new Map<string, EndpointClass & { endpoints: Endpoint[] }>();
    for (const endpoint of endpoints) {
      const named = namedPorts(endpoint, names);
      const parts: string[] = [endpoint.namespace, named, `${endpoint.hostNetwork} ${endpoint.labels.complete}`];
      for (const key of keys) {
        const value = endpoint.labels.known.get(key);
        if (value !== undefined) parts.push(`${key}=${value}`);
      }
      if (this.anyAddresses) parts.push(endpoint.addresses?.cidrs().join() ?? "");
      const key = parts.join("\n");
      const known = classes.get(key);
      if (known === undefined) classes.set(key, { ...pick(endpoint), named, endpoints: [endpoint] });
      else known.endpoints.push(endpoint);
    }
    this.classes = [...classes.values()];
    this.addresses = addressAtoms(blocksOf(policies));
    this.outside = this.addresses.atoms;
    this.size = this.classes.length + this.outside.length;
    this.pods = emptyBits(this.size);
    this.pods.set(allBits(this.classes.length));
    this.external = allBits(this.size);
    removeAll(this.external, this.pods);
    const nobody = emptyBits(this.size);
    this.none = { yes: nobody, may: nobody };
    this.incomplete = emptyBits(this.size);
    const byNamed = new Map<string, Bits>();
    for (const [index, item] of this.classes.entries()) {
      if (!item.labels.complete) setBit(this.incomplete, index);
      this.indexNamespace(item.namespace, index, labelsOfNamespace);
      const alike = byNamed.get(item.named) ?? emptyBits(this.size);
      setBit(alike, index);
      byNamed.set(item.named, alike);
    }
    this.byNamed = byNamed;
    this.anyIncomplete = this.classes.some((item) => !item.labels.complete);
    for (const key of keys) this.indexLabel(key);
  }

  private indexNamespace(namespace: string, index: number, labelsOfNamespace: (namespace: string) => Labels): void {
    const entry = this.namespaces.get(namespace) ?? { labels: labelsOfNamespace(namespace), members: emptyBits(this.size) };
    setBit(entry.members, index);
    this.namespaces.set(namespace, entry);
  }

  private indexLabel(key: string): void {
    const entry = { values: new Map<string, Bits>(), present: emptyBits(this.size) };
    for (const [index, { labels }] of this.classes.entries()) {
      const value = labels.known.get(key);
      if (value === undefined) continue;
      const members = entry.values.get(value) ?? emptyBits(this.size);
      setBit(members, index);
      entry.values.set(value, members);
      setBit(entry.present, index);
    }
    this.byLabel.set(key, entry);
  }

  /** Endpoints that a selection of pods is about; as subjects or as peers. */
  select({ namespaces, pods }: PodSelection): Selection {
    const inside = this.inNamespaces(namespaces);
    if (pods.requirements.length === 0 && !pods.open) return inside;
    const matching = this.withLabels(pods);
    const yes = both(inside.yes, matching.yes);
    return { yes, may: inside.yes === inside.may && matching.yes === matching.may ? yes : both(inside.may, matching.may) };
  }

  private inNamespaces(namespaces: Namespaces): Selection {
    if (typeof namespaces === "string") {
      const members = this.namespaces.get(namespaces)?.members;
      return members === undefined ? this.none : { yes: members, may: members };
    }
    const known = this.namespaceAnswers.get(namespaces.text);
    if (known !== undefined) return known;
    let answer: Selection = { yes: emptyBits(this.size), may: emptyBits(this.size) };
    for (const { labels, members } of this.namespaces.values()) {
      const match = selects(namespaces, labels);
      if (match !== "no") addAll(answer.may, members);
      if (match === "yes") addAll(answer.yes, members);
    }
    answer = shared(answer);
    this.namespaceAnswers.set(namespaces.text, answer);
    return answer;
  }

  private withLabels(wanted: Selector): Selection {
    const known = this.podAnswers.get(wanted.text);
    if (known !== undefined) return known;
    const yes = this.pods.slice();
    const may = this.pods.slice();
    for (const requirement of wanted.requirements) {
      const answer = this.meeting(requirement);
      keepOnly(yes, answer.yes);
      keepOnly(may, answer.may);
    }
    if (wanted.open) yes.fill(0);
    const answer = shared({ yes, may });
    this.podAnswers.set(wanted.text, answer);
    return answer;
  }

  private meeting(requirement: Requirement): Selection {
    const entry = this.byLabel.get(requirement.key);
    const yes = emptyBits(this.size);
    const may = emptyBits(this.size);
    for (const [value, members] of entry?.values ?? []) {
      const match = meets(requirement, value);
      if (match !== "no") addAll(may, members);
      if (match === "yes") addAll(yes, members);
    }
    const without = this.pods.slice();
    if (entry !== undefined) removeAll(without, entry.present);
    const match = meets(requirement, undefined);
    if (match === "yes") {
      addAll(yes, without);
      addAll(may, without);
    }
    if (this.anyIncomplete) {
      // A label that is not there yet may come, and may come with any value.
      const open = both(without, this.incomplete);
      removeAll(yes, open);
      addAll(may, open);
    }
    return { yes, may };
  }

  /** Everybody that one peer of a rule is about. */
  peer(peer: Peer): Selection {
    const key = keyOf(peer);
    const known = this.peers.get(key) ?? this.find(peer);
    this.peers.set(key, known);
    return known;
  }

  private find(peer: Peer): Selection {
    switch (peer.kind) {
      case "pods":
        return this.bound(this.select(peer));
      case "everyone":
        return shared({ yes: allBits(this.size), may: allBits(this.size) });
      case "unknown":
        return { yes: emptyBits(this.size), may: allBits(this.size) };
      case "outside":
        return { yes: this.external, may: this.external };
      case "nodes":
        return this.nodes();
      case "block": {
        const yes = emptyBits(this.size);
        const may = emptyBits(this.size);
        for (const index of this.addresses.of(peer.certain)) setBit(yes, this.classes.length + index);
        for (const index of this.addresses.of(peer.possible)) setBit(may, this.classes.length + index);
        this.addPodsOfBlock(peer, yes, may);
        return shared({ yes, may });
      }
    }
  }

  /** Pods on the host's network have the node's address: whether selectors reach them is the plugin's choice. */
  private bound(selection: Selection): Selection {
    if (this.profile.hostNetworkBound || !this.classes.some((item) => item.hostNetwork)) return selection;
    const yes = selection.yes.slice();
    removeAll(yes, this.onHost());
    return { yes, may: selection.may };
  }

  private nodes(): Selection {
    return this.profile.hostNetworkBound ? this.none : { yes: this.none.yes, may: this.onHost() };
  }

  /** Endpoints on the host's network. */
  onHost(): Bits {
    const bits = emptyBits(this.size);
    for (const [index, { hostNetwork }] of this.classes.entries()) if (hostNetwork) setBit(bits, index);
    return bits;
  }

  private addPodsOfBlock(peer: Peer & { kind: "block" }, yes: Bits, may: Bits): void {
    if (!this.anyAddresses && (peer.reach === "outside" || this.profile.blocksMatchPods === "no")) return;
    for (const [index, { addresses }] of this.classes.entries()) {
      if (addresses !== undefined) {
        // Fixed addresses: every one of them has to be in it.
        if (peer.certain.contains(addresses)) setBit(yes, index);
        if (peer.possible.overlaps(addresses)) setBit(may, index);
      } else if (peer.reach !== "outside" && this.profile.blocksMatchPods !== "no" && peer.possible.overlaps(this.profile.podAddresses)) {
        setBit(may, index);
        if (this.profile.blocksMatchPods === "yes" && peer.certain.contains(this.profile.podAddresses)) setBit(yes, index);
      }
    }
  }

  /** Which endpoints resolve a port name to what, by the text that `byNamed` goes by. */
  resolve(named: string, name: string): NamedPort | undefined {
    return (JSON.parse(named) as { [name: string]: NamedPort })[name];
  }
}

function pick({ namespace, labels, hostNetwork, addresses }: Endpoint) {
  return { namespace, labels, hostNetwork, addresses };
}

/** One row for both answers where they are the same. */
function shared({ yes, may }: Selection): Selection {
  return yes === may || equalBits(yes, may) ? { yes, may: yes } : { yes, may };
}

function keyOf(peer: Peer): string {
  switch (peer.kind) {
    case "pods":
      return `${typeof peer.namespaces === "string" ? `=${peer.namespaces}` : peer.namespaces.text} | ${peer.pods.text}`;
    case "block":
      return `block ${peer.reach} ${peer.certain.text} ${peer.possible.text}`;
    default:
      return peer.kind;
  }
}

function both(a: Bits, b: Bits): Bits {
  const result = a.slice();
  keepOnly(result, b);
  return result;
}

/** Label keys that any selector of pods asks for. */
function labelKeys(policies: readonly Policy[]): string[] {
  const keys = new Set<string>();
  const add = ({ pods }: PodSelection) => {
    for (const { key } of pods.requirements) keys.add(key);
  };
  for (const policy of policies) {
    add(policy.subject);
    for (const peer of peersOf(policy)) if (peer.kind === "pods") add(peer);
  }
  return [...keys].sort();
}

function peersOf(policy: Policy): Peer[] {
  return [policy.ingress, policy.egress].flatMap((section) => section?.rules.flatMap((rule) => rule.peers) ?? []);
}

function portNames(policies: readonly Policy[]): string[] {
  const names = policies.flatMap((policy) =>
    [policy.ingress, policy.egress].flatMap((section) => section?.rules.flatMap((rule) => rule.ports.named.map(({ name }) => name)) ?? []),
  );
  return [...new Set(names)].sort();
}

const NO_NAMES = "{}";

function namedPorts(endpoint: Endpoint, names: readonly string[]): string {
  if (names.length === 0) return NO_NAMES;
  const answers: { [name: string]: NamedPort } = {};
  for (const name of names) {
    const port = namedPort(endpoint.workload, name);
    if (port !== undefined) answers[name] = port;
  }
  return JSON.stringify(answers);
}

function blocksOf(policies: readonly Policy[]): IpSet[] {
  return policies.flatMap(peersOf).flatMap((peer) => (peer.kind === "block" ? [peer.certain, peer.possible] : []));
}
