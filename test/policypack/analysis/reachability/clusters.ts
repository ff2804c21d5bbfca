/** Random small clusters: three namespaces, up to nine pods, policies of every kind over few labels, ports and addresses. */

import fc from "fast-check";
import type { ClusterSpec, Json, Labels, Manifest, PodSpec } from "./naive";

const NAMESPACES = ["core", "ran", "oam"];
export const OUTSIDE = ["10.0.0.1", "10.0.1.1", "10.1.0.1", "192.0.2.7"];
const CIDRS = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/16", "192.0.2.7/32", "0.0.0.0/1", "128.0.0.0/1"];
const N3 = ["10.3.0.1", "10.3.0.2", "10.3.1.1"];
const N3_CIDRS = ["10.3.0.0/24", "10.3.0.1/32", "10.3.0.0/16", "0.0.0.0/0"];
export const PROTOCOLS = ["TCP", "UDP", "SCTP"];
export const PORTS = [80, 443, 8805, 38412];
const NAMES = ["sbi", "pfcp"];
const VALUES: { readonly [key: string]: readonly string[] } = { app: ["amf", "smf", "upf"], tier: ["control", "user"] };

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const labels: fc.Arbitrary<Labels> = fc
  .record({ app: optional(fc.constantFrom(...(VALUES["app"] ?? []))), tier: optional(fc.constantFrom(...(VALUES["tier"] ?? []))) })
  .map((record) => strip(record) as Labels);

/** Without the fields that are not set. */
function strip<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

const expression = fc.constantFrom("app", "tier").chain((key) =>
  fc.record({
    key: fc.constant(key),
    operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
    values: fc.uniqueArray(fc.constantFrom(...(VALUES[key] ?? [])), { minLength: 1, maxLength: 2 }),
  }),
);

const selector: fc.Arbitrary<Json> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: labels.map((matchLabels) => ({ matchLabels })) },
  { weight: 2, arbitrary: fc.array(expression, { minLength: 1, maxLength: 2 }).map((matchExpressions) => ({ matchExpressions })) },
);

const namespaceSelector: fc.Arbitrary<Json> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...NAMESPACES).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
  fc.constantFrom("a", "b").map((zone) => ({ matchLabels: { zone } })),
  fc.constantFrom("Exists", "DoesNotExist").map((operator) => ({ matchExpressions: [{ key: "zone", operator }] })),
);

const pod = (index: number): fc.Arbitrary<PodSpec> =>
  fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      labels,
      ports: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom(...NAMES),
          protocol: optional(fc.constantFrom(...PROTOCOLS)),
          containerPort: fc.constantFrom(...PORTS),
        }),
        { maxLength: 2, selector: ({ name }) => name },
      ),
      n3: optional(fc.constantFrom(...N3)),
    })
    .map((record) => strip({ ...record, name: `pod-${index}`, ports: record.ports.map(strip) }) as PodSpec);

const portRange = fc.tuple(fc.constantFrom(...PORTS), fc.constantFrom(...PORTS)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const plainPort: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ protocol: optional(fc.constantFrom(...PROTOCOLS)) }).map(strip),
  fc
    .record({
      protocol: optional(fc.constantFrom(...PROTOCOLS)),
      port: fc.oneof(fc.constantFrom(...PORTS), fc.constantFrom(...NAMES, "nobody")),
    })
    .map(strip),
  fc.tuple(fc.constantFrom(...PROTOCOLS), portRange).map(([protocol, [port, endPort]]) => ({ protocol, port, endPort })),
);

const plainPeer = (cidrs: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    fc.record({ podSelector: selector }),
    fc.record({ namespaceSelector }),
    fc.record({ namespaceSelector, podSelector: selector }),
    fc
      .record({ cidr: fc.constantFrom(...cidrs), except: optional(fc.array(fc.constantFrom(...cidrs.slice(1)), { maxLength: 1 })) })
      .map((ipBlock) => ({ ipBlock: strip(ipBlock) })),
  );

const plainRule = (side: "from" | "to", cidrs: readonly string[]): fc.Arbitrary<Json> =>
  fc
    .record({ [side]: optional(fc.array(plainPeer(cidrs), { maxLength: 2 })), ports: optional(fc.array(plainPort, { maxLength: 2 })) })
    .map(strip);

const plainSpec = (cidrs: readonly string[]): fc.Arbitrary<Json> =>
  fc
    .record({
      podSelector: selector,
      policyTypes: optional(fc.subarray(["Ingress", "Egress"], { minLength: 1 })),
      ingress: optional(fc.array(plainRule("from", cidrs), { maxLength: 2 })),
      egress: optional(fc.array(plainRule("to", cidrs), { maxLength: 2 })),
    })
    .map(strip);

const named = (apiVersion: string, kind: string, spec: fc.Arbitrary<Json>, annotations?: Labels): fc.Arbitrary<Manifest> =>
  fc.tuple(fc.constantFrom(...NAMESPACES), spec).map(([namespace, body]) => ({
    apiVersion,
    kind,
    metadata: { name: "policy", namespace, ...(annotations === undefined ? {} : { annotations }) },
    spec: body,
  }));

const selection: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector }) }),
);

const adminPeer: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: selection },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...CIDRS), { minLength: 1, maxLength: 2 }).map((networks) => ({ networks })) },
  { weight: 1, arbitrary: fc.constant({ somethingNew: {} }) },
);

const alpha1Port: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ protocol: fc.constantFrom(...PROTOCOLS), port: fc.constantFrom(...PORTS) }).map((portNumber) => ({ portNumber })),
  fc.tuple(fc.constantFrom(...PROTOCOLS), portRange).map(([protocol, [start, end]]) => ({ portRange: { protocol, start, end } })),
  fc.constantFrom(...NAMES).map((namedPort) => ({ namedPort })),
);

const alpha2Protocol: fc.Arbitrary<Json> = fc.oneof(
  fc
    .tuple(fc.constantFrom("tcp", "udp", "sctp"), fc.constantFrom(...PORTS))
    .map(([protocol, number]) => ({ [protocol]: { destinationPort: { number } } })),
  fc
    .tuple(fc.constantFrom("tcp", "udp", "sctp"), portRange)
    .map(([protocol, [start, end]]) => ({ [protocol]: { destinationPort: { range: { start, end } } } })),
  fc.constantFrom("tcp", "udp", "sctp").map((protocol) => ({ [protocol]: {} })),
  fc.constantFrom(...NAMES).map((destinationNamedPort) => ({ destinationNamedPort })),
);

const adminRule = (side: "from" | "to", actions: readonly string[], ports: "ports" | "protocols"): fc.Arbitrary<Json> =>
  fc
    .record({
      action: fc.constantFrom(...actions),
      [side]: fc.array(adminPeer, { minLength: 1, maxLength: 2 }),
      [ports]: optional(fc.array(ports === "ports" ? alpha1Port : alpha2Protocol, { minLength: 1, maxLength: 2 })),
    })
    .map(strip);

const adminSpec = (actions: readonly string[], ports: "ports" | "protocols"): fc.Arbitrary<Json> =>
  fc
    .record({
      subject: selection,
      ingress: optional(fc.array(adminRule("from", actions, ports), { maxLength: 3 })),
      egress: optional(fc.array(adminRule("to", actions, ports), { maxLength: 3 })),
    })
    .map(strip);

const wide = (apiVersion: string, kind: string, spec: fc.Arbitrary<Json>): fc.Arbitrary<Manifest> =>
  spec.map((body) => ({ apiVersion, kind, metadata: { name: "policy" }, spec: body }));

const clusterPolicy = (group: string): fc.Arbitrary<Manifest> =>
  fc
    .tuple(fc.constantFrom("Admin", "Baseline"), adminSpec(["Accept", "Deny", "Pass"], "protocols"))
    .map(([tier, body]) => ({ apiVersion: group, kind: "ClusterNetworkPolicy", metadata: { name: "policy" }, spec: { ...body, tier } }));

const ciliumSelector: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: selector },
  { weight: 1, arbitrary: fc.constantFrom(...NAMESPACES).map((name) => ({ matchLabels: { "io.kubernetes.pod.namespace": name } })) },
);

const ciliumPort: fc.Arbitrary<Json> = fc
  .record({
    port: fc.oneof(fc.constantFrom("0", "80", "443", "8805", "38412"), fc.constantFrom(...NAMES)),
    protocol: optional(fc.constantFrom("ANY", ...PROTOCOLS)),
  })
  .map(strip);

const ciliumRule = (side: "from" | "to"): fc.Arbitrary<Json> =>
  fc
    .record({
      [`${side}Endpoints`]: optional(fc.array(ciliumSelector, { maxLength: 2 })),
      [`${side}Entities`]: optional(fc.array(fc.constantFrom("all", "world", "cluster", "host"), { maxLength: 1 })),
      [`${side}CIDR`]: optional(fc.array(fc.constantFrom(...CIDRS), { maxLength: 1 })),
      [`${side}CIDRSet`]: optional(
        fc.array(fc.record({ cidr: fc.constantFrom(...CIDRS), except: fc.array(fc.constantFrom(...CIDRS.slice(1)), { maxLength: 1 }) }), {
          maxLength: 1,
        }),
      ),
      toPorts: optional(
        fc.array(fc.record({ ports: fc.array(ciliumPort, { minLength: 1, maxLength: 2 }) }), { minLength: 1, maxLength: 1 }),
      ),
    })
    .map(strip);

const ciliumSpec: fc.Arbitrary<Json> = fc
  .record({
    endpointSelector: selector,
    ingress: optional(fc.array(ciliumRule("from"), { maxLength: 2 })),
    egress: optional(fc.array(ciliumRule("to"), { maxLength: 2 })),
    ingressDeny: optional(fc.array(ciliumRule("from"), { maxLength: 1 })),
    egressDeny: optional(fc.array(ciliumRule("to"), { maxLength: 1 })),
    enableDefaultDeny: optional(fc.record({ ingress: fc.boolean(), egress: fc.boolean() })),
  })
  .map(strip);

/** One arbitrary for every policy kind that the engine reads. */
export const POLICIES: { readonly [kind: string]: fc.Arbitrary<Manifest> } = {
  NetworkPolicy: named("networking.k8s.io/v1", "NetworkPolicy", plainSpec(CIDRS)),
  AdminNetworkPolicy: wide("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", adminSpec(["Allow", "Deny", "Pass"], "ports")),
  BaselineAdminNetworkPolicy: wide(
    "policy.networking.k8s.io/v1alpha1",
    "BaselineAdminNetworkPolicy",
    adminSpec(["Allow", "Deny"], "ports"),
  ),
  ClusterNetworkPolicy: clusterPolicy("policy.networking.k8s.io/v1alpha2"),
  "EKS ClusterNetworkPolicy": clusterPolicy("networking.k8s.aws/v1alpha1"),
  "EKS ApplicationNetworkPolicy": named("networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy", plainSpec(CIDRS)),
  CiliumNetworkPolicy: named("cilium.io/v2", "CiliumNetworkPolicy", ciliumSpec),
  CiliumClusterwideNetworkPolicy: wide("cilium.io/v2", "CiliumClusterwideNetworkPolicy", ciliumSpec),
  MultiNetworkPolicy: named("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", plainSpec(N3_CIDRS), {
    "k8s.v1.cni.cncf.io/policy-for": "core/n3",
  }),
};

/** Clusters whose admin policies have priorities of their own, so that no order is left open. */
export const clusters: fc.Arbitrary<ClusterSpec> = fc
  .record({
    namespaces: fc.tuple(
      ...NAMESPACES.map((name) =>
        optional(fc.constantFrom("a", "b")).map((zone) => ({ name, labels: (zone === undefined ? {} : { zone }) as Labels })),
      ),
    ),
    pods: fc.integer({ min: 2, max: 9 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => pod(index)))),
    policies: fc.array(fc.oneof(...Object.values(POLICIES)), { maxLength: 6 }),
  })
  .map(({ namespaces, pods, policies }) => ({
    namespaces,
    pods,
    policies: policies.map((policy, index) => ({
      ...policy,
      metadata: { ...policy.metadata, name: `policy-${index}` },
      spec: policy.spec.subject === undefined ? policy.spec : { ...policy.spec, priority: (index * 7) % 10 },
    })),
  }));
