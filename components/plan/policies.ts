/** Policies of one function: NetworkPolicy for the pod network, MultiNetworkPolicy for each secondary network, AuthorizationPolicy in the mesh. */

import { topology } from "../../policypack/topology/topology";
import type { NetworkFunctionId } from "../../policypack/topology/types";
import { type Exchange, exchangesOf, type Port } from "./flows";
import { functionLabel, isMeshed, objectName, SBI_PORT } from "./functions";

/** Where things are. */
export interface Surroundings {
  /** Functions of the core and the namespace of each. */
  readonly namespaces: ReadonlyMap<NetworkFunctionId, string>;
  /** Address blocks of zones beside the core. */
  readonly ran: readonly string[];
  readonly partners: readonly string[];
  /** Namespace whose pods scrape metrics and take logs. */
  readonly observability: string;
  /** Whether N2, N3, N4 … run on networks of their own. */
  readonly secondary: boolean;
  /** Address blocks that are no destination of subscribers: the core's own, link-local, and private ranges. */
  readonly infrastructure: readonly string[];
}

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: { readonly [label: string]: string } };
  readonly podSelector?: { readonly matchLabels: { readonly [label: string]: string } };
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

export interface PolicySpec {
  readonly podSelector: { readonly matchLabels?: { readonly [label: string]: string } };
  readonly policyTypes: string[];
  readonly ingress: object[];
  readonly egress: object[];
}

/** The label by which policies and people know a function's pods. */
export const FUNCTION_LABEL = "carrierguard.dev/nf";
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** RFC 1918, RFC 6598, link-local and the instance metadata service: nothing that a subscriber may reach. */
const NEVER_BEYOND = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** Nothing in, nothing out, for every pod of a namespace. */
export const DEFAULT_DENY: PolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] };

function selects(namespace: string, labels: { readonly [label: string]: string }): Peer {
  return { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } }, podSelector: { matchLabels: labels } };
}

/** Name resolution, and certificates and configuration for pods of the mesh. */
function platform(meshed: boolean): object[] {
  const dns = {
    to: [selects("kube-system", { "k8s-app": "kube-dns" })],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
  const istiod = { to: [selects("istio-system", { app: "istiod" })], ports: [{ protocol: "TCP", port: 15012 }] };
  return meshed ? [dns, istiod] : [dns];
}

/** What a function's pods may exchange on the pod network. */
export function networkPolicy(self: NetworkFunctionId, around: Surroundings, meshed: boolean): PolicySpec {
  const { ingress, egress } = exchangesOf(self, [...around.namespaces.keys()]);
  const rules = (exchanges: readonly Exchange[], side: "from" | "to") => rulesOf(exchanges, "sbi", side, around, self);
  return {
    podSelector: { matchLabels: { [FUNCTION_LABEL]: functionLabel(self) } },
    policyTypes: ["Ingress", "Egress"],
    ingress: rules(ingress, "from"),
    egress: [...rules(egress, "to"), ...platform(meshed)],
  };
}

/** What a function's pods may exchange on the secondary network of one plane. */
export function planePolicy(self: NetworkFunctionId, plane: string, around: Surroundings): PolicySpec {
  const { ingress, egress } = exchangesOf(self, [...around.namespaces.keys()]);
  return {
    podSelector: { matchLabels: { [FUNCTION_LABEL]: functionLabel(self) } },
    policyTypes: ["Ingress", "Egress"],
    ingress: rulesOf(ingress, plane, "from", around, self),
    egress: rulesOf(egress, plane, "to", around, self),
  };
}

function rulesOf(
  exchanges: readonly Exchange[],
  plane: string,
  side: "from" | "to",
  around: Surroundings,
  self: NetworkFunctionId,
): object[] {
  return exchanges
    .filter((exchange) => (around.secondary ? exchange.plane : "sbi") === plane)
    .flatMap((exchange) => {
      const peers = peersOf(exchange, around, self);
      if (peers.length === 0) return [];
      const ports = exchange.ports.filter(({ port }) => port !== undefined).map(({ protocol, port }: Port) => ({ protocol, port }));
      return [{ [side]: peers, ...(ports.length > 0 ? { ports } : {}) }];
    });
}

function peersOf({ party, interface: name }: Exchange, around: Surroundings, self: NetworkFunctionId): Peer[] {
  if (party.kind === "function") {
    // Instances of one function exchange contexts on their own interfaces only (N9, N14 by the SBI, N27).
    if (party.id === self && name === "SBI") return [];
    const namespace = around.namespaces.get(party.id);
    return namespace === undefined ? [] : [selects(namespace, { [FUNCTION_LABEL]: functionLabel(party.id) })];
  }
  const blocks = (cidrs: readonly string[]): Peer[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  if (party.kind === "service") return [];
  switch (party.id) {
    case "ran":
      return blocks(around.ran);
    case "interconnect":
      return blocks(around.partners);
    case "observability":
      return name === "METRICS" ? [{ namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: around.observability } } }] : [];
    case "untrusted":
      return name === "N6" ? [{ ipBlock: { cidr: "0.0.0.0/0", except: [...exceptions(around)] } }] : [];
    default:
      return [];
  }
}

function exceptions({ infrastructure }: Surroundings): readonly string[] {
  return [...new Set([...NEVER_BEYOND, ...infrastructure])];
}

/** A rule of an AuthorizationPolicy. */
export interface AuthorizationRule {
  readonly from: { readonly source: { readonly principals: string[] } }[];
  readonly to: { readonly operation: { readonly ports: string[]; readonly paths: string[]; readonly methods: string[] } }[];
  readonly when?: { readonly key: string; readonly values: string[] }[];
}

/** Methods of the service-based interfaces (TS 29.501 4.6); OPTIONS and TRACE are of no use to a function. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Who may call what of a producer: for each service its consumers by mesh identity, path and access token (TS 33.501 13.4.1), and for
 * callbacks the producers that notify it, by identity alone (13.4.1.0: OAuth does not apply there).
 */
export function authorizationRules(self: NetworkFunctionId, around: Surroundings): AuthorizationRule[] {
  const present = [...around.namespaces.keys()].filter((id) => id !== self && isMeshed(id));
  const principals = (ids: readonly NetworkFunctionId[]) => ids.map((id) => principalOf(id, around));
  const services = topology.sbi.filter((row) => row.producer === self);
  const rules = services.flatMap((row): AuthorizationRule[] => {
    const consumers = present.filter((id) => among(row.consumers, id));
    if (consumers.length === 0) return [];
    // The NRF's own services are open to enrolled functions without a token (13.3.1.3): it is they that hand tokens out.
    const token = self === "NRF" ? {} : { when: [{ key: "request.auth.claims[scope]", values: [row.service] }] };
    return [operation(principals(consumers), [`${row.pathPrefix}*`], METHODS, token)];
  });
  const notifiers = present.filter((id) => topology.sbi.some((row) => row.producer === id && among(row.callbacksTo, self)));
  const callbacks = notifiers.length === 0 ? [] : [operation(principals(notifiers), [callbackPath(self)], ["POST"], {})];
  return [...rules, ...callbacks];
}

/** Where functions take notifications: the URI is the consumer's own choice; this is the one that open source cores take. */
function callbackPath(self: NetworkFunctionId): string {
  return `/n${objectName(self)}-callback/*`;
}

function operation(
  principals: string[],
  paths: string[],
  methods: readonly string[],
  more: Pick<AuthorizationRule, "when">,
): AuthorizationRule {
  return { from: [{ source: { principals } }], to: [{ operation: { ports: [String(SBI_PORT)], paths, methods: [...methods] } }], ...more };
}

function among(list: readonly string[], id: NetworkFunctionId): boolean {
  return list.includes(id) || list.some((word) => /^(all subscribers|any registered NF)$/i.test(word));
}

/** The identity that the mesh gives a function: SPIFFE, by namespace and ServiceAccount. */
function principalOf(id: NetworkFunctionId, around: Surroundings): string {
  return `cluster.local/ns/${around.namespaces.get(id) ?? ""}/sa/${objectName(id)}`;
}
