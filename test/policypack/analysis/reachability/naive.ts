/**
 * The same questions answered one pair and one port at a time, straight from the manifests and the text of each kind's definition:
 * slow, short, and sharing nothing with the engine.
 */

export interface Labels {
  readonly [key: string]: string;
}

export interface PodSpec {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly ports: readonly { readonly name?: string; readonly protocol?: string; readonly containerPort: number }[];
  /** Address on the secondary network "n3"; not on it where absent. */
  readonly n3?: string;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: Labels };
  readonly spec: Json;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- manifests as they are written
export type Json = any;

export interface ClusterSpec {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly pods: readonly PodSpec[];
  readonly policies: readonly Manifest[];
}

/** A pod, or an address outside. */
export type Party = PodSpec | string;

export interface Traffic {
  readonly network: "pod-network" | "n3";
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string;
  readonly port: number;
}

const isPod = (party: Party): party is PodSpec => typeof party !== "string";

function matches(selector: Json, labels: Labels): boolean {
  const wanted = (selector?.matchLabels ?? {}) as Labels;
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return ((selector?.matchExpressions ?? []) as Json[]).every(({ key, operator, values }) => {
    if (operator === "Exists") return key in labels;
    if (operator === "DoesNotExist") return !(key in labels);
    if (operator === "In") return key in labels && values.includes(labels[key]);
    return !(key in labels) || !values.includes(labels[key]);
  });
}

export class Naive {
  private readonly multi: readonly Manifest[];
  private readonly admin: readonly Manifest[];
  private readonly baseline: readonly Manifest[];
  private readonly cilium: readonly Manifest[];
  /** Of the tier of NetworkPolicies, all kinds. */
  private readonly middle: readonly Manifest[];
  private readonly labelsOf = new Map<string, Labels>();
  private readonly seenByCilium = new Map<PodSpec, Labels>();
  private readonly ownNamespace = new Map<Json, boolean>();

  constructor(private readonly cluster: ClusterSpec) {
    const of = (...kinds: readonly string[]) =>
      cluster.policies.filter(({ apiVersion, kind }) => kinds.includes(`${apiVersion.split("/")[0]}/${kind}`));
    const byPriority = (policies: readonly Manifest[]) =>
      [...policies].sort((a, b) => (a.spec.priority ?? 1000) - (b.spec.priority ?? 1000));
    const wide = of("policy.networking.k8s.io/ClusterNetworkPolicy", "networking.k8s.aws/ClusterNetworkPolicy");
    this.multi = of("k8s.cni.cncf.io/MultiNetworkPolicy");
    this.admin = byPriority([...of("policy.networking.k8s.io/AdminNetworkPolicy"), ...wide.filter(({ spec }) => spec.tier === "Admin")]);
    this.baseline = byPriority([
      ...of("policy.networking.k8s.io/BaselineAdminNetworkPolicy"),
      ...wide.filter(({ spec }) => spec.tier === "Baseline"),
    ]);
    this.cilium = of("cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy");
    this.middle = [...of("networking.k8s.io/NetworkPolicy", "networking.k8s.aws/ApplicationNetworkPolicy"), ...this.cilium];
  }

  allowed(traffic: Traffic): boolean {
    return this.side(traffic, "egress") && this.side(traffic, "ingress");
  }

  private namespaceLabels(name: string): Labels {
    const known = this.labelsOf.get(name);
    if (known !== undefined) return known;
    const found = this.cluster.namespaces.find((namespace) => namespace.name === name);
    const labels = { ...found?.labels, "kubernetes.io/metadata.name": name };
    this.labelsOf.set(name, labels);
    return labels;
  }

  /** Whether the policies of one end let the traffic pass. */
  private side(traffic: Traffic, direction: "ingress" | "egress"): boolean {
    const self = direction === "ingress" ? traffic.to : traffic.from;
    if (!isPod(self)) return true;
    if (traffic.network === "n3") return this.isolating(this.multi, traffic, self, direction) ?? true;
    const first = this.ordered(this.admin, traffic, self, direction);
    if (first === "Allow" || first === "Accept") return true;
    if (first === "Deny") return false;
    if (this.cilium.some((policy) => this.ciliumDenies(policy, traffic, self, direction))) return false;
    const middle = this.isolating(this.middle, traffic, self, direction);
    if (middle !== undefined) return middle;
    return this.ordered(this.baseline, traffic, self, direction) !== "Deny";
  }

  private ordered(policies: readonly Manifest[], traffic: Traffic, self: PodSpec, direction: "ingress" | "egress"): string | undefined {
    const other = direction === "ingress" ? traffic.from : traffic.to;
    for (const { spec } of policies) {
      if (!this.inSelection(spec.subject, self)) continue;
      for (const rule of (spec[direction] ?? []) as Json[]) {
        const peers = rule[direction === "ingress" ? "from" : "to"] as Json[];
        if (peers.some((peer) => this.adminPeer(peer, other, rule.action)) && this.adminPorts(rule, traffic)) return rule.action;
      }
    }
    return undefined;
  }

  private inSelection(selection: Json, pod: PodSpec): boolean {
    const labels = this.namespaceLabels(pod.namespace);
    if (selection.pods === undefined) return matches(selection.namespaces, labels);
    return matches(selection.pods.namespaceSelector, labels) && matches(selection.pods.podSelector, pod.labels);
  }

  private adminPeer(peer: Json, other: Party, action: string): boolean {
    if (peer.namespaces !== undefined || peer.pods !== undefined) return isPod(other) && this.inSelection(peer, other);
    if (peer.networks !== undefined) return !isPod(other) && peer.networks.some((cidr: string) => inBlock(other, cidr));
    return action === "Deny" || action === "Pass";
  }

  private adminPorts(rule: Json, traffic: Traffic): boolean {
    const one = [...(rule.ports ?? []), ...(rule.protocols ?? [])] as Json[];
    return one.length === 0 || one.some((entry) => this.adminPort(entry, traffic));
  }

  private adminPort(entry: Json, { to, protocol, port }: Traffic): boolean {
    if (entry.portNumber !== undefined) return (entry.portNumber.protocol ?? "TCP") === protocol && entry.portNumber.port === port;
    if (entry.portRange !== undefined) {
      const { protocol: wanted = "TCP", start, end } = entry.portRange;
      return wanted === protocol && start <= port && port <= end;
    }
    if (entry.namedPort !== undefined || entry.destinationNamedPort !== undefined) {
      const named = isPod(to) ? to.ports.find(({ name }) => name === (entry.namedPort ?? entry.destinationNamedPort)) : undefined;
      return named !== undefined && (named.protocol ?? "TCP") === protocol && named.containerPort === port;
    }
    const part = entry[protocol.toLowerCase()];
    if (part === undefined) return false;
    if (part.destinationPort === undefined) return true;
    const { number, range } = part.destinationPort;
    return range === undefined ? number === port : range.start <= port && port <= range.end;
  }

  /** `undefined`: no policy isolates the pod in this direction. */
  private isolating(policies: readonly Manifest[], traffic: Traffic, self: PodSpec, direction: "ingress" | "egress"): boolean | undefined {
    let isolated = false;
    for (const policy of policies) {
      const cilium = policy.apiVersion.startsWith("cilium.io");
      const { spec } = policy;
      if (
        cilium
          ? !this.ciliumSelects(policy, spec, self)
          : policy.metadata.namespace !== self.namespace || !matches(spec.podSelector, self.labels)
      )
        continue;
      if (!isolates(policy, spec, direction)) {
        if (cilium && this.allows(policy, spec, traffic, direction)) return true;
        continue;
      }
      isolated = true;
      if (this.allows(policy, spec, traffic, direction)) return true;
    }
    return isolated ? false : undefined;
  }

  private allows(policy: Manifest, spec: Json, traffic: Traffic, direction: "ingress" | "egress"): boolean {
    const other = direction === "ingress" ? traffic.from : traffic.to;
    return ((spec[direction] ?? []) as Json[]).some((rule) =>
      policy.apiVersion.startsWith("cilium.io")
        ? this.ciliumRule(policy, rule, traffic, other, direction)
        : this.plainRule(policy, rule, traffic, other, direction),
    );
  }

  private plainRule(policy: Manifest, rule: Json, traffic: Traffic, other: Party, direction: "ingress" | "egress"): boolean {
    const peers = (rule[direction === "ingress" ? "from" : "to"] ?? []) as Json[];
    const ports = (rule.ports ?? []) as Json[];
    return (
      (peers.length === 0 || peers.some((peer) => this.plainPeer(policy, peer, other, traffic.network))) &&
      (ports.length === 0 || ports.some((port) => plainPort(port, traffic)))
    );
  }

  private plainPeer(policy: Manifest, peer: Json, other: Party, network: string): boolean {
    if (peer.ipBlock !== undefined) {
      if (peer.podSelector !== undefined || peer.namespaceSelector !== undefined) return false;
      const address = isPod(other) ? (network === "n3" ? other.n3 : undefined) : other;
      if (address === undefined) return false;
      return inBlock(address, peer.ipBlock.cidr) && !((peer.ipBlock.except ?? []) as string[]).some((cidr) => inBlock(address, cidr));
    }
    if (!isPod(other) || (peer.podSelector === undefined && peer.namespaceSelector === undefined)) return false;
    const inNamespace =
      peer.namespaceSelector === undefined
        ? other.namespace === policy.metadata.namespace
        : matches(peer.namespaceSelector, this.namespaceLabels(other.namespace));
    return inNamespace && matches(peer.podSelector, other.labels);
  }

  /** Labels as Cilium sees them: the pod's, its namespace's name, and its namespace's labels. */
  private ciliumLabels(pod: PodSpec): Labels {
    const known = this.seenByCilium.get(pod);
    if (known !== undefined) return known;
    const labels: { [key: string]: string } = { ...pod.labels, "io.kubernetes.pod.namespace": pod.namespace };
    for (const [key, value] of Object.entries(this.namespaceLabels(pod.namespace))) labels[`io.cilium.k8s.namespace.labels.${key}`] = value;
    this.seenByCilium.set(pod, labels);
    return labels;
  }

  private ciliumSelects(policy: Manifest, spec: Json, pod: PodSpec): boolean {
    return this.ciliumEndpoint(policy, spec.endpointSelector, pod);
  }

  private ciliumEndpoint(policy: Manifest, selector: Json, pod: PodSpec): boolean {
    const own = this.ownNamespace.get(selector) ?? !JSON.stringify(selector).includes("io.kubernetes.pod.namespace");
    this.ownNamespace.set(selector, own);
    return (
      (!own || policy.kind !== "CiliumNetworkPolicy" || pod.namespace === policy.metadata.namespace) &&
      matches(selector, this.ciliumLabels(pod))
    );
  }

  private ciliumDenies(policy: Manifest, traffic: Traffic, self: PodSpec, direction: "ingress" | "egress"): boolean {
    const other = direction === "ingress" ? traffic.from : traffic.to;
    return (
      this.ciliumSelects(policy, policy.spec, self) &&
      ((policy.spec[`${direction}Deny`] ?? []) as Json[]).some((rule) => this.ciliumRule(policy, rule, traffic, other, direction))
    );
  }

  private ciliumRule(policy: Manifest, rule: Json, traffic: Traffic, other: Party, direction: "ingress" | "egress"): boolean {
    const side = direction === "ingress" ? "from" : "to";
    const {
      [`${side}Endpoints`]: endpoints,
      [`${side}Entities`]: entities,
      [`${side}CIDR`]: cidrs,
      [`${side}CIDRSet`]: sets,
      toPorts,
    } = rule;
    const anyone = [endpoints, entities, cidrs, sets].every((list) => list === undefined);
    if (anyone && toPorts === undefined) return false;
    const named =
      anyone ||
      ((endpoints ?? []) as Json[]).some((selector) => isPod(other) && this.ciliumEndpoint(policy, selector, other)) ||
      ((entities ?? []) as string[]).some(
        (entity) => entity === "all" || (entity === "cluster" && isPod(other)) || (entity === "world" && !isPod(other)),
      ) ||
      ((cidrs ?? []) as string[]).some((cidr) => !isPod(other) && inBlock(other, cidr)) ||
      ((sets ?? []) as Json[]).some(
        ({ cidr, except }) => !isPod(other) && inBlock(other, cidr) && !((except ?? []) as string[]).some((hole) => inBlock(other, hole)),
      );
    return (
      named &&
      (toPorts === undefined || (toPorts as Json[]).some(({ ports }) => (ports as Json[]).some((port) => ciliumPort(port, traffic))))
    );
  }
}

function isolates(policy: Manifest, spec: Json, direction: "ingress" | "egress"): boolean {
  if (policy.apiVersion.startsWith("cilium.io")) {
    if (spec[direction] === undefined && spec[`${direction}Deny`] === undefined) return false;
    return spec.enableDefaultDeny?.[direction] ?? true;
  }
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0)
    return spec.policyTypes.includes(direction === "ingress" ? "Ingress" : "Egress");
  if (direction === "ingress" && policy.kind !== "MultiNetworkPolicy") return true;
  return (spec[direction] ?? []).length > 0;
}

function plainPort(entry: Json, { to, protocol, port }: Traffic): boolean {
  if ((entry.protocol ?? "TCP") !== protocol) return false;
  if (entry.port === undefined) return true;
  if (typeof entry.port === "string") {
    return (
      isPod(to) &&
      to.ports.find(({ name }) => name === entry.port)?.containerPort === port &&
      (to.ports.find(({ name }) => name === entry.port)?.protocol ?? "TCP") === protocol
    );
  }
  return entry.port <= port && port <= (entry.endPort ?? entry.port);
}

function ciliumPort(entry: Json, { to, protocol, port }: Traffic): boolean {
  const wanted = entry.protocol ?? "ANY";
  if (!/^\d+$/.test(entry.port)) {
    const named = isPod(to) ? to.ports.find(({ name }) => name === entry.port) : undefined;
    return (
      named !== undefined &&
      (named.protocol ?? "TCP") === protocol &&
      (wanted === "ANY" || wanted === protocol) &&
      named.containerPort === port
    );
  }
  if (wanted !== "ANY" && wanted !== protocol) return false;
  const number = Number(entry.port);
  return number === 0 || (number <= port && port <= (entry.endPort ?? number));
}

function inBlock(address: string, cidr: string): boolean {
  const [base = "", length = "32"] = cidr.split("/");
  const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}
