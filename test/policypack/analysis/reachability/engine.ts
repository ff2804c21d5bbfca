/** Asks the engine what the naive evaluator is asked. */

import { reachability } from "../../../../policypack/analysis/reachability";
import type { Network } from "../../../../policypack/analysis/reachability/network";
import { isProtocol, type PortRange, type PortSet, portsIn, PROTOCOLS } from "../../../../policypack/analysis/reachability/ports";
import { REFERENCE } from "../../../../policypack/analysis/reachability/profile";
import type { Mode } from "../../../../policypack/analysis/reachability/program";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import type { Value } from "../../../../policypack/model/value";
import { object, type Properties } from "../../../../policypack/testing";
import { parseBlock } from "../../../../policypack/analysis/cidr/address";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";
import type { ClusterSpec, Party, Traffic } from "./naive";

type Ranges = readonly (readonly PortRange[])[];

export class Engine {
  private readonly networks: ReadonlyMap<string, Network>;
  private readonly places = new Map<Network, Map<Party, number>>();
  private pair: { network: Network; from: Party; to: Party; must: Ranges; may: Ranges } | undefined;

  constructor(cluster: ClusterSpec) {
    const model = new CoreModel({ resources: resourcesOf(cluster).map((init) => new Resource(init)), gaps: [] });
    const { primary, secondary } = reachability(model, REFERENCE);
    this.networks = new Map([...primary, ...secondary].map((network) => [network.name, network]));
  }

  allowed({ network: name, from, to, protocol, port }: Traffic, mode: Mode = "must"): boolean {
    const network = this.networks.get(name);
    if (network === undefined || !isProtocol(protocol)) return false;
    return (
      this.ranges(network, from, to, mode)[PROTOCOLS.indexOf(protocol)]?.some(({ first, last }) => first <= port && port <= last) ?? false
    );
  }

  /** Ranges of each protocol between two parties; remembered for the many questions about one pair. */
  private ranges(network: Network, from: Party, to: Party, mode: Mode): Ranges {
    if (this.pair?.network !== network || this.pair.from !== from || this.pair.to !== to) {
      const [a, b] = [this.place(network, from), this.place(network, to)];
      const split = (set: PortSet) => PROTOCOLS.map((word) => portsIn(set, word));
      const must = split(network.ports(a, b, "must"));
      this.pair = { network, from, to, must, may: network.certain ? must : split(network.ports(a, b, "may")) };
    }
    return this.pair[mode];
  }

  private place(network: Network, party: Party): number {
    const places = this.places.get(network) ?? new Map<Party, number>();
    this.places.set(network, places);
    const known = places.get(party) ?? place(network, party);
    places.set(party, known);
    return known;
  }

  network(name: string): Network | undefined {
    return this.networks.get(name);
  }
}

function place({ universe: { classes, outside } }: Network, party: Party): number {
  if (typeof party === "string") {
    const address = IpSet.fromBlocks([parseBlock(party)].flatMap((block) => block ?? []));
    return classes.length + outside.findIndex((set) => set.contains(address));
  }
  return classes.findIndex(({ endpoints }) => endpoints.some(({ workload }) => workload.name === party.name));
}

function resourcesOf({ namespaces, pods, policies }: ClusterSpec): ResourceInit[] {
  return [
    ...namespaces.map(({ name, labels }) => object("v1", "Namespace", name, { metadata: { labels } })),
    ...pods.map(({ name, namespace, labels, ports, n3 }) => {
      const networks = JSON.stringify([{ name: "n3", namespace: "core", ips: [`${n3}/16`] }]);
      const annotations: Properties = n3 === undefined ? {} : { "k8s.v1.cni.cncf.io/networks": networks };
      const spec = { containers: [{ name, image: "nf", ports: ports as unknown as Value }] };
      return object("v1", "Pod", name, { metadata: { name, namespace, labels, annotations }, spec }, namespace);
    }),
    object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n3", {}, "core"),
    ...policies.map(({ apiVersion, kind, metadata, spec }) =>
      object(
        apiVersion,
        kind,
        metadata.name,
        { metadata: metadata as unknown as Properties, spec: spec as Value },
        metadata.namespace ?? "",
      ),
    ),
  ];
}
