/**
 * Policies that reduce a core to its 3GPP matrix: a default deny in every namespace of the core, one NetworkPolicy for each function with
 * what the standard has it talk to, the same for secondary networks, and AuthorizationPolicies where a mesh is in place. What exists and
 * allows more has to go; what no policy can express is listed with the control that takes its place.
 */

import type { CoreModel } from "../../model/core";
import { standardFlows, type StandardFlow } from "../../topology/matrix";
import { behindProxy } from "../mesh/istio";
import { networkAttachments } from "../../model/kubernetes/networks";
import { valueOr } from "../../model/value";
import { because } from "./explain";
import type { Network } from "./network";
import type { CoreUnit, DeclaredZones } from "./parties";
import { portsOfFlow } from "./parties";
import { intersectPorts, isProtocol, NO_PORTS, portsIn, portsOf, type PortSet, PROTOCOLS, unionPorts } from "./ports";
import { authorization, indistinguishable } from "./suggest-mesh";
import { isUserSpace } from "./user-space";
import { type Comparison, planeOf, planeOfInterface } from "./standard";

/** An object as a manifest writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly annotations?: { readonly [key: string]: string } };
  readonly spec: { readonly [key: string]: unknown };
}

export interface Suggestion {
  readonly policies: readonly Manifest[];
  /** Existing policies that allow what 3GPP does not. */
  readonly takeAway: readonly string[];
  /** What no policy of the platform can express, with the control that takes its place. */
  readonly beyond: readonly string[];
}

export interface Edge {
  readonly from: CoreUnit;
  readonly to: CoreUnit;
  readonly ports: PortSet;
}

export function suggest(model: CoreModel, comparison: Comparison, zones: DeclaredZones): Suggestion {
  const { reach, units } = comparison;
  const bound = units.filter(({ parties }) => parties.every(({ kind, id }) => kind === "function" && id !== "GNB"));
  const edges = edgesOf(units, undefined);
  const namespaces = [...new Set(bound.map(({ unit }) => unit.namespace))].sort();
  const secondary = reach.secondary.filter(({ name }) => planeOf(name) !== undefined);
  return {
    policies: [
      ...namespaces.map(defaultDeny),
      ...bound.map((unit) => networkPolicyOf(model, unit, edges, zones)),
      ...secondary.flatMap((network) => multiPolicies(model, network, bound)),
      ...bound.flatMap((unit) => authorization(model, unit, edges, labelsOf(unit))),
    ],
    takeAway: [...new Set([...reach.primary, ...reach.secondary].flatMap((network) => allowing(comparison, network)))].sort(),
    beyond: [...beyond(model, bound, zones), ...bound.flatMap((unit) => indistinguishable(model, unit, edges))],
  };
}

/** What the standard has flow between the workloads, all of it or one plane's. */
function edgesOf(units: readonly CoreUnit[], plane: string | undefined): Edge[] {
  return units.flatMap((from) =>
    units.flatMap((to): Edge[] => {
      if (from === to) return [];
      const flows = flowsOf(from, to, units);
      const own = flows.filter((flow) => plane === undefined || planeOfInterface(flow.interface) === plane);
      const ports = unionPorts(...own.map((flow) => narrowed(portsOfFlow(flow, to.sbi), to)), NO_PORTS);
      return ports.length === 0 ? [] : [{ from, to, ports }];
    }),
  );
}

/** Where there is an SCP, a SEPP speaks to that, to the NRF and to its peers (SG-23). */
function flowsOf(from: CoreUnit, to: CoreUnit, units: readonly CoreUnit[]): StandardFlow[] {
  const is = (unit: CoreUnit, id: string) => unit.parties.some((party) => party.id === id);
  const throughScp = units.some((unit) => is(unit, "SCP")) && is(from, "SEPP") && !is(to, "SCP") && !is(to, "NRF");
  return from.parties.flatMap((a) =>
    to.parties.flatMap((b) => standardFlows(a, b).filter((flow) => !throughScp || flow.interface !== "SBI")),
  );
}

/** Of several ports that products use for an interface, those that the receiver's containers declare, where they declare some. */
function narrowed(ports: PortSet, { unit }: CoreUnit): PortSet {
  const declared = unit.workloads.flatMap(({ containers }) =>
    containers.flatMap(({ node }) =>
      node
        .get("ports")
        .items()
        .flatMap((port) => {
          const protocol = valueOr(port.get("protocol").string(), "TCP");
          const number = port.get("containerPort").number();
          return isProtocol(protocol) && number.state === "known" ? [portsOf(protocol, number.value, number.value)] : [];
        }),
    ),
  );
  const own = intersectPorts(ports, unionPorts(...declared, NO_PORTS));
  return own.length === 0 ? ports : own;
}

function allowing(comparison: Comparison, network: Network): string[] {
  return comparison.excess
    .filter((excess) => excess.network === network.name)
    .flatMap(({ from, to, ports }) => {
      const [a] = network.classesOf(from.index);
      const [b] = network.classesOf(to.index);
      return a === undefined || b === undefined ? [] : because(network, a, b, ports);
    });
}

function defaultDeny(namespace: string): Manifest {
  return networkPolicy("default-deny", namespace, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
}

function networkPolicy(name: string, namespace: string, spec: Manifest["spec"]): Manifest {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

const ISTIOD = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
      podSelector: { matchLabels: { app: "istiod" } },
    },
  ],
  ports: [{ protocol: "TCP", port: 15012 }],
};

function networkPolicyOf(model: CoreModel, self: CoreUnit, edges: readonly Edge[], zones: DeclaredZones): Manifest {
  const { unit } = self;
  const ingress = edges.filter(({ to }) => to === self).map(({ from, ports }) => ({ from: [peerOf(self, from)], ports: portList(ports) }));
  const egress = edges.filter(({ from }) => from === self).map(({ to, ports }) => ({ to: [peerOf(self, to)], ports: portList(ports) }));
  const [workload] = unit.workloads;
  const mesh = workload !== undefined && behindProxy(model, workload) === "yes";
  return networkPolicy(unit.name, unit.namespace, {
    podSelector: { matchLabels: labelsOf(self) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...ingress, ...fromZones(self, zones)],
    egress: [...egress, ...toZones(self, zones), DNS, ...(mesh ? [ISTIOD] : [])],
  });
}

function fromZones(self: CoreUnit, zones: DeclaredZones) {
  return DECLARED.flatMap((zone) => {
    const flows = self.parties.flatMap((party) => standardFlows({ kind: "zone", id: zone }, party));
    return rulesFor("from", zones[zone] ?? [], unionPorts(...flows.map((flow) => portsOfFlow(flow, self.sbi)), NO_PORTS));
  });
}

function toZones(self: CoreUnit, zones: DeclaredZones) {
  const declared = DECLARED.flatMap((zone) => {
    const flows = self.parties.flatMap((party) => standardFlows(party, { kind: "zone", id: zone }));
    return rulesFor("to", zones[zone] ?? [], unionPorts(...flows.map((flow) => portsOfFlow(flow, self.sbi)), NO_PORTS));
  });
  return self.parties.some(({ id }) => id === "UPF") ? [...declared, N6] : declared;
}

const DECLARED = ["ran", "oam", "interconnect"] as const;

/** Subscribers go anywhere but into the operator's own networks (SG-16). */
const N6 = {
  to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"] } }],
};

function rulesFor(side: "from" | "to", cidrs: readonly string[], ports: PortSet) {
  return cidrs.length === 0 || ports.length === 0 ? [] : [{ [side]: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: portList(ports) }];
}

function portList(ports: PortSet) {
  return PROTOCOLS.flatMap((protocol) =>
    portsIn(ports, protocol).map(({ first, last }) =>
      first === 1 && last === 0xffff ? { protocol } : first === last ? { protocol, port: first } : { protocol, port: first, endPort: last },
    ),
  );
}

/** Labels that a rollout gives are no one's name. */
const CHANGING =
  /^(pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io\/pod-name|pod-template-generation|helm\.sh\/chart|app\.kubernetes\.io\/version)$/;

function labelsOf({ unit }: CoreUnit): { readonly [key: string]: string } {
  return Object.fromEntries([...(unit.workloads[0]?.labels.known ?? [])].filter(([key]) => !CHANGING.test(key)));
}

function peerOf(self: CoreUnit, other: CoreUnit) {
  const podSelector = { matchLabels: labelsOf(other) };
  if (other.unit.namespace === self.unit.namespace) return { podSelector };
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": other.unit.namespace } }, podSelector };
}

function multiPolicies(model: CoreModel, network: Network, bound: readonly CoreUnit[]): Manifest[] {
  const joined = bound.filter(({ index }) => network.classesOf(index).length > 0);
  const edges = edgesOf(joined, planeOf(network.name));
  return joined.flatMap((self) => {
    const place = definitionOf(model, self, network.name);
    return [
      {
        apiVersion: "k8s.cni.cncf.io/v1beta1",
        kind: "MultiNetworkPolicy",
        metadata: {
          name: `${self.unit.name}-${network.name}`,
          namespace: self.unit.namespace,
          annotations: { "k8s.v1.cni.cncf.io/policy-for": `${place}/${network.name}` },
        },
        spec: {
          podSelector: { matchLabels: labelsOf(self) },
          policyTypes: ["Ingress", "Egress"],
          ingress: edges.filter(({ to }) => to === self).map(({ from, ports }) => ({ from: [peerOf(self, from)], ports: portList(ports) })),
          egress: edges.filter(({ from }) => from === self).map(({ to, ports }) => ({ to: [peerOf(self, to)], ports: portList(ports) })),
        },
      },
    ];
  });
}

function definitionOf(model: CoreModel, { unit }: CoreUnit, network: string): string {
  const [workload] = unit.workloads;
  const attachments = workload === undefined ? [] : valueOr(networkAttachments(model, workload), []);
  return attachments.find(({ name }) => name === network)?.namespace ?? unit.namespace;
}

function beyond(model: CoreModel, bound: readonly CoreUnit[], zones: DeclaredZones): string[] {
  const lines: string[] = [];
  for (const { unit, label } of bound) {
    const [workload] = unit.workloads;
    if (workload === undefined) continue;
    if (valueOr(workload.podSpec.get("hostNetwork").boolean(), false))
      lines.push(
        `${unit.namespace}/${unit.name} (${label}) is on the host's network, which NetworkPolicies may not bind: take it off (SG-30), or hold its ports by the node's security group.`,
      );
    for (const { name, definition } of valueOr(networkAttachments(model, workload), [])) {
      if (definition !== undefined && isUserSpace(definition, workload))
        lines.push(
          `${unit.namespace}/${unit.name} (${label}) drives ${name} past the kernel (DPDK), where no MultiNetworkPolicy looks: hold it by the security group and network ACL of its ENI (SG-14).`,
        );
    }
  }
  const radio = bound.some(({ parties }) => parties.some(({ id }) => id === "AMF" || id === "UPF"));
  if (radio && zones.ran === undefined)
    lines.push("The base stations' addresses are not declared: set zones.ran, so that N2 and N3 can be opened to them and to nobody else.");
  if (bound.some(({ parties }) => parties.some(({ id }) => id === "AMF")))
    lines.push(
      "Security groups know no SCTP ports: there N2 is limited by its source alone, and by the port in the NetworkPolicy (SG-07).",
    );
  return [...new Set(lines)];
}
