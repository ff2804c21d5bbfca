/**
 * Functions of a core resolve names at the cluster's own DNS, and never reach the instance metadata service. The DNS may be named by pod
 * selector, by the one address of its Service, or as the node-local cache; the agent of EKS Pod Identity (169.254.170.23) is not the metadata
 * service. Traffic of subscribers that leaves the user plane is SG-16's; pods that nothing isolates are SG-11's.
 */

import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { POLICIES } from "../../analysis/reachability/policies/kinds";
import { allowsOf, type BoundAllow } from "../../analysis/reachability/policy-edges";
import { intersectPorts, type PortSet, portsOf, unionPorts } from "../../analysis/reachability/ports";
import type { Peer } from "../../analysis/reachability/policy";
import { listed } from "../../engine/listed";
import { type Change, change, defineRule, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-13",
  name: "sg-13-dns-and-metadata-limited",
  title: "NF pods reach only cluster DNS for name resolution and never the instance metadata service",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: objects(...POLICIES),
  rationale:
    "A function that may ask any resolver has a tunnel out that looks like names, and one that reaches the metadata service has the node's credentials, whatever the rest of its policies say.",
  remediation:
    "Let egress on port 53 go to the pods (k8s-app: kube-dns) or the one address of the cluster DNS only, and put 169.254.169.254/32 and fd00:ec2::254/128 into `except` of every broad ipBlock.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "SC-21", title: "Secure Name/address Resolution Service (recursive or Caching Resolver)" },
    { framework: "NIST SP 800-53r5", ref: "SC-22", title: "Architecture and Provisioning for Name/address Resolution Service" },
    { framework: "NIST SP 800-190", ref: "4.4.2", title: "Unbounded network access from containers" },
  ],
  breaks: [
    { id: "FGT1048.501", name: "Covert Exfiltration Of Data Via DNS Request" },
    { id: "T1552.005", name: "Cloud Instance Metadata API" },
    { id: "T1071.004", name: "DNS" },
  ],
  remedy: {
    sets: "except of address blocks that hold the instance metadata service: its addresses are added.",
    alone: withoutMetadata,
  },
  *check(policy, context) {
    const allows = allowsOf(context.model, policy).filter(({ direction }) => direction === "egress");
    yield* metadata(policy, allows);
    yield* resolvers(policy, allows);
  },
  examples: () => ({
    pass: [
      {
        name: "the cluster DNS by its pods",
        resources: [
          AMF,
          egress({ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }], ports: DNS_PORTS }),
        ],
      },
      {
        name: "the cluster DNS by the address of its Service",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "172.20.0.10/32" } }], ports: DNS_PORTS })],
      },
      { name: "the node-local cache", resources: [AMF, egress({ to: [{ ipBlock: { cidr: "169.254.20.10/32" } }], ports: DNS_PORTS })] },
      {
        name: "the agent of EKS Pod Identity",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ port: 80 }] })],
      },
      {
        name: "a broad block without the metadata service, on HTTPS",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }], ports: [{ port: 443 }] })],
      },
      {
        name: "a policy of something that is no core",
        resources: [networkFunction("shop"), egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }, "shop")],
      },
    ],
    fail: [
      { name: "names from anybody", resources: [AMF, egress({ ports: DNS_PORTS })] },
      { name: "a public resolver", resources: [AMF, egress({ to: [{ ipBlock: { cidr: "8.8.8.8/32" } }], ports: DNS_PORTS })] },
      {
        name: "DNS over TLS to the world",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }], ports: [{ port: 853 }] })],
      },
      {
        name: "DNS over HTTPS at a public resolver",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "1.1.1.1/32" } }], ports: [{ port: 443 }] })],
      },
      {
        name: "a broad block with the metadata service in it",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "169.254.0.0/16" } }], ports: [{ port: 80 }] })],
      },
      {
        name: "everything, cut in halves",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }], ports: [{ port: 80 }] })],
      },
      {
        name: "an except that another block undoes",
        resources: [
          AMF,
          egress({
            to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }, { ipBlock: { cidr: "169.254.169.0/24" } }],
            ports: [{ port: 80 }],
          }),
        ],
      },
    ],
    undetermined: [
      {
        name: "a resolver that the configuration brings",
        resources: [AMF, egress({ to: [{ ipBlock: { cidr: unknownValue() } }], ports: DNS_PORTS })],
      },
    ],
  }),
});

const METADATA = ["169.254.169.254/32", "fd00:ec2::254/128"].map((address) => ({ address, set: IpSet.of([address]) }));
const HTTP = portsOf("TCP", 80, 80);
const DNS: PortSet = unionPorts(portsOf("UDP", 53, 53), portsOf("TCP", 53, 53));
const DNS_OVER_TLS: PortSet = unionPorts(portsOf("TCP", 853, 853), portsOf("UDP", 853, 853));

/** Resolvers that serve the public, by which names leave unseen over any port. */
const PUBLIC_RESOLVERS = IpSet.of([
  "8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "1.0.0.1/32", "9.9.9.9/32", "149.112.112.112/32", "208.67.222.222/32", "208.67.220.220/32", "94.140.14.14/32", "94.140.15.15/32",
  "2001:4860:4860::8888/128", "2001:4860:4860::8844/128", "2606:4700:4700::1111/128", "2620:fe::fe/128",
]); // prettier-ignore

function* metadata(policy: KubernetesObject, allows: readonly BoundAllow[]): Generator<Verdict> {
  for (const { rule, ports, certain, self } of allows) {
    if (intersectPorts(ports, HTTP).length === 0) continue;
    if (!rule.peers.some((peer) => peer.kind === "block" && METADATA.some(({ set }) => peer.certain.contains(set)))) continue;
    const verdict = certain ? fail : undetermined;
    yield verdict({
      message: `${policy.kind} ${policy.name} lets the ${self.label} reach the instance metadata service: whoever takes the pod has the node's AWS credentials (Cloud Instance Metadata API).`,
      evidence: [seen(rule.node, "169.254.169.254/32 and fd00:ec2::254/128 in except")],
      changes: [...withoutMetadata(policy.resource)],
      cause: "metadata",
    });
    return;
  }
}

/** The metadata addresses, added to the exceptions of each address block that lets HTTP to them. */
function* withoutMetadata({ props }: Resource): Generator<Change> {
  for (const rule of props.get("spec", "egress").items()) {
    if (!mayBeHttp(rule.get("ports"))) continue;
    for (const block of rule
      .get("to")
      .items()
      .map((peer) => peer.get("ipBlock"))) {
      const cidr = valueOr(block.get("cidr").string(), "");
      const excepted = block
        .get("except")
        .items()
        .flatMap((item) => valueOr(item.string(), []));
      if (block.get("except").holdsUnknown() || !isBlock(cidr) || !excepted.every(isBlock)) continue;
      // An exception must be smaller than its block (Kubernetes API, IPBlock).
      const missing = METADATA.filter(
        ({ address, set }) =>
          cidr !== address && IpSet.of([cidr]).contains(set) && !excepted.some((item) => IpSet.of([item]).contains(set)),
      );
      if (missing.length > 0) yield* change(block.get("except"), [...excepted, ...missing.map(({ address }) => address)]);
    }
  }
}

function isBlock(text: string): boolean {
  return parseBlock(text) !== undefined;
}

/** Whether ports of a rule hold TCP 80: all of them where none is named; a port by name may be anyone. */
function mayBeHttp(ports: Node): boolean {
  if (ports.isAbsent || ports.isUnknown) return true;
  return ports.items().some((item) => {
    const [first, last] = [item.get("port").number(), item.get("endPort").number()];
    const tcp = valueOr(item.get("protocol").string(), "TCP") === "TCP";
    return tcp && (first.state !== "known" || (first.value <= 80 && valueOr(last, first.value) >= 80));
  });
}

function* resolvers(policy: KubernetesObject, allows: readonly BoundAllow[]): Generator<Verdict> {
  for (const { rule, ports, possible, certain, self } of allows) {
    const userPlane = self.parties.some(({ id }) => ["UPF", "SGW-U", "PGW-U"].includes(id));
    const subscribers = userPlane && rule.peers.every((peer) => peer.kind === "block" || peer.kind === "outside");
    if (subscribers) continue;
    const answers = rule.peers.map((peer) => leadsOut(peer, ports));
    const open =
      intersectPorts(possible, DNS).length > 0 &&
      rule.peers.some((peer) => peer.kind === "unknown" || (peer.kind === "block" && peer.certain.isEmpty && !peer.possible.isEmpty));
    const what = answers.find((answer) => answer !== undefined);
    if (what === undefined && !open) continue;
    const verdict = what !== undefined && certain ? fail : undetermined;
    yield verdict({
      message: `${policy.kind} ${policy.name} lets the ${self.label} ${what ?? "ask resolvers that are not known yet"} instead of the cluster's own DNS: names carry data out and commands in (Covert Exfiltration Of Data Via DNS Request).`,
      evidence: [seen(rule.node, "the cluster DNS: its pods, its one address or 169.254.20.10/32")],
      cause: "resolvers",
    });
    return;
  }
}

/** Names that leave the cluster by a peer of a rule; `undefined` for the cluster's own resolver, and for what is no resolver. */
function leadsOut(peer: Peer, ports: PortSet): string | undefined {
  const names = intersectPorts(ports, DNS).length > 0;
  if (peer.kind === "everyone" || peer.kind === "outside") {
    // A rule for every port and everybody is an allow-all, which SG-11 and SG-12 speak of.
    return names && ports.length <= 2 ? "ask any resolver" : undefined;
  }
  if (peer.kind !== "block") return undefined;
  if (PUBLIC_RESOLVERS.contains(peer.certain) && !peer.certain.isEmpty) return `use a public resolver (${peer.certain.cidrs().join(", ")})`;
  // One address is the cluster DNS, or a resolver that the operator chose: more of them are anybody's.
  const several = peer.certain.coversMoreThan(4, 32) || peer.certain.coversMoreThan(6, 128);
  if (!several) return undefined;
  if (names) return `ask any resolver in ${listed(peer.certain.cidrs())}`;
  return intersectPorts(ports, DNS_OVER_TLS).length > 0 ? "use DNS over TLS anywhere" : undefined;
}

const AMF = networkFunction("amf");
const DNS_PORTS = [
  { protocol: "UDP", port: 53 },
  { protocol: "TCP", port: 53 },
];

function egress(rule: Properties, app = "amf") {
  return object("networking.k8s.io/v1", "NetworkPolicy", `${app}-out`, {
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Egress"], egress: [rule] },
  });
}
