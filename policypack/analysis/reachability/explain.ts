/** Why a connection is allowed or not: what binds each end, and what it says of the other. */

import type { Network } from "./network";
import type { Policy } from "./policy";
import { intersectPorts, type PortSet } from "./ports";
import type { DirectionProgram } from "./program";

/** What one policy says about a connection. */
export interface Saying {
  readonly policy: string;
  /** `refuses by default`: it selects the pod, and none of its rules is about the other end and port. */
  readonly effect: "allows" | "denies" | "passes on" | "refuses by default";
  /** Places of the rules in the policy. */
  readonly rules: readonly string[];
  readonly certain: boolean;
}

export interface SideExplanation {
  readonly direction: "egress" | "ingress";
  /** Empty: nothing binds this end, so everything passes. */
  readonly sayings: readonly Saying[];
}

export function explain(network: Network, from: number, to: number, ports: PortSet): SideExplanation[] {
  const atoms = network.atoms.flatMap((atom, index) => (intersectPorts(atom, ports).length > 0 ? [index] : []));
  const pods = network.universe.classes.length;
  return [...(from < pods ? [side(network.egress, from, to, atoms)] : []), ...(to < pods ? [side(network.ingress, to, from, atoms)] : [])];
}

function side(program: DirectionProgram, self: number, peer: number, atoms: readonly number[]): SideExplanation {
  const sayings = program.policiesOf(self).flatMap((bound): Saying[] => {
    const rules = bound.rules.filter((rule) => atoms.some((atom) => program.concerns(rule, peer, atom)));
    const [first] = rules;
    const policy = policyName(bound.policy);
    if (first === undefined) {
      return bound.section.isolates === "no"
        ? []
        : [{ policy, effect: "refuses by default", rules: [], certain: bound.certain && bound.section.isolates === "yes" }];
    }
    const effect = { allow: "allows", deny: "denies", pass: "passes on" } as const;
    return [{ policy, effect: effect[first.action], rules: [...new Set(rules.map(({ rule }) => rule.node.path))], certain: bound.certain }];
  });
  return { direction: program.direction, sayings };
}

/** Names of the policies that let a connection through; empty where nothing binds either end. */
export function because(network: Network, from: number, to: number, ports: PortSet): string[] {
  const names = explain(network, from, to, ports).flatMap(({ sayings }) =>
    sayings.flatMap(({ policy, effect }) => (effect === "allows" ? [policy] : [])),
  );
  return [...new Set(names)];
}

/** "NetworkPolicy core/default-deny". */
function policyName({ object }: Pick<Policy, "object">): string {
  return `${object.kind} ${object.namespace === "" ? "" : `${object.namespace}/`}${object.name}`;
}
