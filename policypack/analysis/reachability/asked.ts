/** What the policies of a network ask of endpoints and addresses: label keys, port names, blocks. */

import type { IpSet } from "../cidr/ip-set";
import type { PodSelection, Policy, Rule } from "./policy";
import type { Selector } from "./selector";

/** Label keys that any selector of pods asks for. */
export function labelKeys(policies: readonly Policy[]): string[] {
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

export function portNames(policies: readonly Policy[]): string[] {
  const names = new Set<string>();
  for (const policy of policies) for (const { ports } of rulesOf(policy)) for (const { name } of ports.named) names.add(name);
  return [...names].sort();
}

export function blocksOf(policies: readonly Policy[]): IpSet[] {
  const blocks = new Set<IpSet>();
  for (const policy of policies) {
    for (const { peers } of rulesOf(policy)) {
      for (const peer of peers) if (peer.kind === "block") blocks.add(peer.certain).add(peer.possible);
    }
  }
  return [...blocks];
}
