/**
 * The universe of one network: endpoints that no policy can tell apart are one class, addresses outside the cluster that no rule can
 * tell apart are one class too. Selectors are answered for all classes at once, as rows of bits.
 */

import type { Labels } from "../../model/kubernetes/objects";
import type { IpSet } from "../cidr/ip-set";
import { addressAtoms, type AddressAtoms } from "./address-atoms";
import {
  addAll,
  addRow,
  allBits,
  type Bits,
  bitsOf,
  emptyBits,
  EMPTY_ROW,
  equalRows,
  keepOnly,
  meet,
  removeAll,
  removeRow,
  type Row,
  rowOf,
  rowOfIndexes,
  setBit,
} from "./bitset";
import { type Endpoint, namedPort, type NamedPort } from "./cluster";
import type { Namespaces, Peer, PodSelection, Policy, Rule } from "./policy";
import type { NetworkProfile } from "./profile";
import { meets, type Requirement, type Selector, selects } from "./selector";

/** Members for certain, and members in some world that the unknown values allow. */
export interface Selection {
  readonly yes: Row;
  readonly may: Row;
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
  readonly pods: Row;
  readonly external: Row;
  /** Classes by their answers for named ports. */
  readonly byNamed: ReadonlyMap<string, Row>;
  private readonly namespaces: ReadonlyMap<string, { readonly labels: Labels; readonly members: Row }>;
  private readonly byLabel: ReadonlyMap<string, { readonly values: ReadonlyMap<string, Row>; readonly without: Bits }>;
  /** Classes whose labels are not all known; `undefined` for none. */
  private readonly incomplete: Bits | undefined;
  private readonly podAnswers = new Map<string, Selection>();
  private readonly namespaceAnswers = new Map<string, Selection>();
  private readonly peers = new Map<string, Selection>();
  private readonly anyAddresses: boolean;
  private readonly anyOnHost: boolean;
  private readonly addresses: AddressAtoms;
  private readonly everybody: Selection;

  constructor(
    endpoints: readonly Endpoint[],
    policies: readonly Policy[],
    labelsOfNamespace: (namespace: string) => Labels,
    private readonly profile: NetworkProfile,
  ) {
    const keys = labelKeys(policies);
    this.anyAddresses = endpoints.some((endpoint) => endpoint.addresses !== undefined);
    this.classes = classesOf(endpoints, keys, portNames(policies));
    this.addresses = addressAtoms(blocksOf(policies));
    this.outside = this.addresses.atoms;
    this.size = this.classes.length + this.outside.length;
    const pods = allBits(this.classes.length);
    this.pods = rowOf(pods);
    const external = allBits(this.size);
    removeRow(external, this.pods);
    this.external = rowOf(external);
    this.everybody = certainly(rowOf(allBits(this.size)));
    this.namespaces = new Map(
      [...this.group(({ namespace }) => namespace)].map(([name, members]) => [name, { labels: labelsOfNamespace(name), members }]),
    );
    this.byNamed = this.group(({ named }) => named);
    this.byLabel = new Map(
      keys.map((key) => {
        const values = this.group(({ labels }) => labels.known.get(key));
        const without = bitsOf(this.pods, this.size);
        for (const members of values.values()) removeRow(without, members);
        return [key, { values, without }];
      }),
    );
    this.anyOnHost = this.classes.some(({ hostNetwork }) => hostNetwork);
    this.incomplete = this.classes.every(({ labels }) => labels.complete) ? undefined : this.where(({ labels }) => !labels.complete);
  }

  /** Classes by what something says of them. */
  private group(key: (item: EndpointClass) => string | undefined): Map<string, Row> {
    const indexes = new Map<string, number[]>();
    for (const [index, item] of this.classes.entries()) {
      const value = key(item);
      if (value === undefined) continue;
      const list = indexes.get(value);
      if (list === undefined) indexes.set(value, [index]);
      else list.push(index);
    }
    return new Map([...indexes].map(([value, list]) => [value, rowOfIndexes(list)]));
  }

  private where(test: (item: EndpointClass) => boolean): Bits {
    const bits = emptyBits(this.size);
    for (const [index, item] of this.classes.entries()) if (test(item)) setBit(bits, index);
    return bits;
  }

  /** Endpoints that a selection of pods is about; as subjects or as peers. */
  select({ namespaces, pods }: PodSelection): Selection {
    const inside = this.inNamespaces(namespaces);
    if (pods.requirements.length === 0 && !pods.open) return inside;
    const matching = this.withLabels(pods);
    const yes = meet(inside.yes, matching.yes);
    return { yes, may: inside.yes === inside.may && matching.yes === matching.may ? yes : meet(inside.may, matching.may) };
  }

  private inNamespaces(namespaces: Namespaces): Selection {
    if (typeof namespaces === "string") {
      const members = this.namespaces.get(namespaces)?.members;
      return members === undefined ? NONE : certainly(members);
    }
    const known = this.namespaceAnswers.get(namespaces.text);
    if (known !== undefined) return known;
    const yes = emptyBits(this.size);
    const may = emptyBits(this.size);
    for (const { labels, members } of this.namespaces.values()) {
      const match = selects(namespaces, labels);
      if (match !== "no") addRow(may, members);
      if (match === "yes") addRow(yes, members);
    }
    const answer = selectionOf(yes, may);
    this.namespaceAnswers.set(namespaces.text, answer);
    return answer;
  }

  private withLabels(wanted: Selector): Selection {
    const known = this.podAnswers.get(wanted.text);
    if (known !== undefined) return known;
    const yes = bitsOf(this.pods, this.size);
    const may = yes.slice();
    for (const requirement of wanted.requirements) {
      const answer = this.meeting(requirement);
      keepOnly(yes, answer.yes);
      keepOnly(may, answer.may);
    }
    if (wanted.open) yes.fill(0);
    const answer = selectionOf(yes, may);
    this.podAnswers.set(wanted.text, answer);
    return answer;
  }

  private meeting(requirement: Requirement): { readonly yes: Bits; readonly may: Bits } {
    const entry = this.byLabel.get(requirement.key);
    const yes = emptyBits(this.size);
    const may = emptyBits(this.size);
    for (const [value, members] of entry?.values ?? []) {
      const match = meets(requirement, value);
      if (match !== "no") addRow(may, members);
      if (match === "yes") addRow(yes, members);
    }
    const without = entry?.without ?? bitsOf(this.pods, this.size);
    if (meets(requirement, undefined) === "yes") {
      addAll(yes, without);
      addAll(may, without);
    }
    if (this.incomplete !== undefined) {
      // A label that is not there yet may come, and may come with any value.
      const open = without.slice();
      keepOnly(open, this.incomplete);
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
        return this.everybody;
      case "unknown":
        return { yes: EMPTY_ROW, may: this.everybody.may };
      case "outside":
        return certainly(this.external);
      case "nodes":
        return this.nodes();
      case "block": {
        const yes = emptyBits(this.size);
        const may = emptyBits(this.size);
        for (const index of this.addresses.of(peer.certain)) setBit(yes, this.classes.length + index);
        for (const index of this.addresses.of(peer.possible)) setBit(may, this.classes.length + index);
        this.addPodsOfBlock(peer, yes, may);
        return selectionOf(yes, may);
      }
    }
  }

  /** Pods on the host's network have the node's address: whether selectors reach them is the plugin's choice. */
  private bound(selection: Selection): Selection {
    if (this.profile.hostNetworkBound || !this.anyOnHost) return selection;
    const yes = bitsOf(selection.yes, this.size);
    removeAll(yes, this.onHost());
    return { yes: rowOf(yes), may: selection.may };
  }

  private nodes(): Selection {
    return this.profile.hostNetworkBound ? NONE : { yes: EMPTY_ROW, may: rowOf(this.onHost()) };
  }

  /** Endpoints on the host's network. */
  onHost(): Bits {
    return this.where(({ hostNetwork }) => hostNetwork);
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

/**
 * Endpoints that agree in everything that is asked, namespace after namespace, so that what is about one namespace lies close together.
 * Found step by step through what each of them says, without a text for every endpoint.
 */
function classesOf(endpoints: readonly Endpoint[], keys: readonly string[], names: readonly string[]): EndpointClass[] {
  const byNamespace = new Map<string, { readonly root: Branch; readonly classes: EndpointClass[] }>();
  for (const endpoint of endpoints) {
    const { namespace, labels, hostNetwork, addresses } = endpoint;
    let home = byNamespace.get(namespace);
    if (home === undefined) {
      home = { root: new Branch(), classes: [] };
      byNamespace.set(namespace, home);
    }
    const named = namedPorts(endpoint, names);
    let branch = home.root.at(named).at(hostNetwork).at(labels.complete).at(addresses?.text);
    for (const key of keys) branch = branch.at(labels.known.get(key));
    if (branch.leaf !== undefined) branch.leaf.endpoints.push(endpoint);
    else home.classes.push((branch.leaf = { namespace, labels, hostNetwork, addresses, named, endpoints: [endpoint] }));
  }
  return [...byNamespace.values()].flatMap(({ classes }) => classes);
}

/** A step of the way to a class: what comes next, by what an endpoint says. Most steps have one answer only. */
class Branch {
  leaf: EndpointClass | undefined;
  private only: { readonly value: Said; readonly branch: Branch } | undefined;
  private more: Map<Said, Branch> | undefined;

  at(value: Said): Branch {
    if (this.only !== undefined && this.only.value === value) return this.only.branch;
    const known = this.more?.get(value);
    if (known !== undefined) return known;
    const branch = new Branch();
    if (this.only === undefined) this.only = { value, branch };
    else (this.more ??= new Map<Said, Branch>()).set(value, branch);
    return branch;
  }
}

type Said = string | boolean | undefined;

const NONE: Selection = { yes: EMPTY_ROW, may: EMPTY_ROW };

function certainly(row: Row): Selection {
  return { yes: row, may: row };
}

/** One row for both answers where they are the same. */
function selectionOf(yes: Bits, may: Bits): Selection {
  const [certain, possible] = [rowOf(yes), rowOf(may)];
  return equalRows(certain, possible) ? certainly(certain) : { yes: certain, may: possible };
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

/** Label keys that any selector of pods asks for. */
function labelKeys(policies: readonly Policy[]): string[] {
  const keys = new Set<string>();
  const seen = new Set<Selector>();
  const add = ({ pods }: PodSelection) => {
    if (seen.has(pods)) return;
    seen.add(pods);
    for (const { key } of pods.requirements) keys.add(key);
  };
  for (const policy of policies) {
    add(policy.subject);
    for (const { peers } of rulesOf(policy)) for (const peer of peers) if (peer.kind === "pods") add(peer);
  }
  return [...keys].sort();
}

function* rulesOf({ ingress, egress }: Policy): Generator<Rule> {
  if (ingress !== undefined) yield* ingress.rules;
  if (egress !== undefined) yield* egress.rules;
}

function portNames(policies: readonly Policy[]): string[] {
  const names = new Set<string>();
  for (const policy of policies) for (const { ports } of rulesOf(policy)) for (const { name } of ports.named) names.add(name);
  return [...names].sort();
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
  const blocks = new Set<IpSet>();
  for (const policy of policies) {
    for (const { peers } of rulesOf(policy)) {
      for (const peer of peers) if (peer.kind === "block") blocks.add(peer.certain).add(peer.possible);
    }
  }
  return [...blocks];
}
