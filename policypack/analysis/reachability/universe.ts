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
import { blocksOf, labelKeys, portNames } from "./asked";
import type { Endpoint, NamedPort } from "./cluster";
import { classesOf, type EndpointClass } from "./endpoint-classes";
import type { Namespaces, Peer, PodSelection, Policy } from "./policy";
import type { NetworkProfile } from "./profile";
import { meets, type Requirement, type Selector, selects } from "./selector";

/** Members for certain, and members in some world that the unknown values allow. */
export interface Selection {
  readonly yes: Row;
  readonly may: Row;
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
  /** By where they are, or their kind, then by what they say. */
  private readonly peers = new Map<string, Map<string, Selection>>();
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
    const where = peer.kind === "pods" ? placeOf(peer.namespaces) : peer.kind;
    let alike = this.peers.get(where);
    if (alike === undefined) this.peers.set(where, (alike = new Map()));
    const what = peer.kind === "pods" ? peer.pods.text : peer.kind === "block" ? blockText(peer) : "";
    let known = alike.get(what);
    if (known === undefined) alike.set(what, (known = this.find(peer)));
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

const NONE: Selection = { yes: EMPTY_ROW, may: EMPTY_ROW };

function certainly(row: Row): Selection {
  return { yes: row, may: row };
}

/** One row for both answers where they are the same. */
function selectionOf(yes: Bits, may: Bits): Selection {
  const [certain, possible] = [rowOf(yes), rowOf(may)];
  return equalRows(certain, possible) ? certainly(certain) : { yes: certain, may: possible };
}

function placeOf(namespaces: Namespaces): string {
  return typeof namespaces === "string" ? `=${namespaces}` : namespaces.text;
}

function blockText({ reach, certain, possible }: Peer & { kind: "block" }): string {
  return `${reach} ${certain.text} ${possible.text}`;
}
