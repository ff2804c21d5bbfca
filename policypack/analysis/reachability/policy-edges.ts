/** What each policy lets the functions of the core do, rule by rule: the edges that rules judge, one policy at a time. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { standardFlows } from "../../topology/matrix";
import { isWorld } from "../aws-network/world";
import { inRow } from "./bitset";
import { type CoreUnit, portsOfFlow } from "./parties";
import type { Direction, Peer, Policy, Rule } from "./policy";
import { NO_PORTS, type PortSet, unionPorts } from "./ports";
import { coreReach } from "./standard";

/** A rule of a policy that binds a function and lets something through. */
export interface BoundAllow {
  readonly policy: Policy;
  readonly direction: Direction;
  readonly self: CoreUnit;
  readonly rule: Rule;
  /** Ports that are meant for certain, and those that may be. */
  readonly ports: PortSet;
  readonly possible: PortSet;
  /** Whether the policy certainly selects the function. */
  readonly certain: boolean;
  /** Other workloads of the core that it names. */
  readonly peers: readonly { readonly unit: CoreUnit; readonly certain: boolean }[];
}

const boundAllows = (model: CoreModel): readonly BoundAllow[] => {
  const { reach, units } = model.ask(coreReach);
  const found: BoundAllow[] = [];
  const functions = units.filter(({ parties }) => parties.every(({ kind, id }) => kind === "function" && id !== "GNB"));
  for (const network of reach.primary) {
    const places = new Map(units.map((unit) => [unit, network.classesOf(unit.index)]));
    for (const self of functions) {
      for (const item of places.get(self) ?? []) {
        for (const program of [network.ingress, network.egress]) {
          for (const { policy, certain, rules } of program.policiesOf(item)) {
            for (const rule of rules) {
              if (rule.action !== "allow") continue;
              // A block names addresses; whether some pod may have one of them is the plugin's choice, not the policy's.
              const named = rule.peers.filter((_, index) => rule.rule.peers[index]?.kind !== "block");
              const peers = units.flatMap((unit) => {
                const classes = unit === self ? [] : (places.get(unit) ?? []);
                if (!named.some(({ may }) => classes.some((place) => inRow(may, place)))) return [];
                return [{ unit, certain: named.some(({ yes }) => classes.some((place) => inRow(yes, place))) }];
              });
              const [ports, possible] = [program.portsOfRule(rule, "must"), program.portsOfRule(rule, "may")];
              found.push({ policy, direction: program.direction, self, rule: rule.rule, ports, possible, certain, peers });
            }
          }
        }
      }
    }
  }
  return found;
};

const byPolicy = (model: CoreModel): ReadonlyMap<KubernetesObject, readonly BoundAllow[]> => {
  const found = new Map<KubernetesObject, BoundAllow[]>();
  for (const allow of model.ask(boundAllows)) {
    const list = found.get(allow.policy.object);
    if (list === undefined) found.set(allow.policy.object, [allow]);
    else list.push(allow);
  }
  return found;
};

/** What one policy lets the functions of the core do. */
export function allowsOf(model: CoreModel, policy: KubernetesObject): readonly BoundAllow[] {
  return model.ask(byPolicy).get(policy) ?? [];
}

/** An edge between two workloads of the core that a policy names from one of its ends. */
export interface NamedEdge {
  readonly from: CoreUnit;
  readonly to: CoreUnit;
  readonly allow: BoundAllow;
  readonly certain: boolean;
}

export function namedEdges(allows: readonly BoundAllow[]): NamedEdge[] {
  return allows.flatMap((allow) =>
    allow.peers.map(({ unit, certain }) => {
      const [from, to] = allow.direction === "ingress" ? [unit, allow.self] : [allow.self, unit];
      return { from, to, allow, certain: certain && allow.certain && allow.ports.length > 0 };
    }),
  );
}

/** Ports on which 3GPP has one workload call another. */
export function standardPorts(from: CoreUnit, to: CoreUnit): PortSet {
  return unionPorts(
    ...from.parties.flatMap((a) => to.parties.flatMap((b) => standardFlows(a, b).map((flow) => portsOfFlow(flow, to.sbi)))),
    NO_PORTS,
  );
}

/** Peers that are everybody, however they are written: "anybody", "every pod of the cluster", "every address". */
function everybody(peer: Peer): string | undefined {
  switch (peer.kind) {
    case "everyone":
      return "anybody";
    case "outside":
      return "every address outside";
    case "block":
      return isWorld(peer.certain) ? `every address (${peer.certain.cidrs().slice(0, 3).join(", ")})` : undefined;
    case "pods": {
      const { namespaces, pods } = peer;
      const all =
        typeof namespaces !== "string" &&
        namespaces.requirements.every(({ key, operator }) => key === "kubernetes.io/metadata.name" && operator === "Exists");
      return all && !namespaces.open && pods.requirements.length === 0 && !pods.open ? "every pod of the cluster" : undefined;
    }
    default:
      return undefined;
  }
}

/** All policies of a rule's blocks that together are every address: `0.0.0.0/1` and `128.0.0.0/1`. */
export function everybodyOf(rule: Rule): string | undefined {
  const one = rule.peers.map(everybody).find((text) => text !== undefined);
  if (one !== undefined) return one;
  const blocks = rule.peers.flatMap((peer) => (peer.kind === "block" ? [peer.certain] : []));
  const [first, ...more] = blocks;
  return first !== undefined && isWorld(first.union(...more)) ? "every address" : undefined;
}
