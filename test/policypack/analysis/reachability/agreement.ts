/** What the engine and the naive evaluator are compared in, on random clusters. */

import fc from "fast-check";
import { UnknownValue } from "../../../../policypack/model/value";
import { clusters, OUTSIDE, PORTS, PROTOCOLS } from "./clusters";
import { Engine } from "./engine";
import { type ClusterSpec, type Json, Naive, type Party, type Traffic } from "./naive";

/** Ports beside those that policies name, so that ranges and "every port" are told apart. */
const PROBES = [...PORTS, 79, 8804, 65535];

/** Every pair of parties on every network, with every protocol and probed port. */
export function* everything({ pods }: ClusterSpec): Generator<Traffic> {
  const onN3 = pods.filter(({ n3 }) => n3 !== undefined);
  for (const from of pods) for (const to of [...pods, ...OUTSIDE]) if (from !== to) yield* probes("pod-network", from, to);
  for (const from of OUTSIDE) for (const to of pods) yield* probes("pod-network", from, to);
  for (const from of onN3) for (const to of onN3) if (from !== to) yield* probes("n3", from, to);
}

function* probes(network: Traffic["network"], from: Party, to: Party): Generator<Traffic> {
  for (const protocol of PROTOCOLS) for (const port of PROBES) yield { network, from, to, protocol, port };
}

const told = ({ network, from, to, protocol, port }: Traffic): string =>
  `${network}: ${typeof from === "string" ? from : from.name} => ${typeof to === "string" ? to : to.name} ${protocol} ${port}`;

/** Traffic that the two answer differently. */
export function disagreements(cluster: ClusterSpec): string[] {
  const engine = new Engine(cluster);
  const naive = new Naive(cluster);
  return wrong(cluster, (traffic) => engine.allowed(traffic) !== naive.allowed(traffic));
}

/** A leaf of a policy's spec by its path. */
function leaves(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value as object).flatMap(([key, item]) => leaves(item, [...path, key]));
}

function withUnknown(value: Json, path: readonly string[]): Json {
  const [key, ...rest] = path;
  if (key === undefined) return new UnknownValue();
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = withUnknown(copy[key], rest);
  return copy;
}

export interface Veiled {
  readonly cluster: ClusterSpec;
  readonly veil: ClusterSpec;
}

/** A cluster, and the same one with a value of a policy that is not known yet. */
export const veiled: fc.Arbitrary<Veiled> = fc.tuple(clusters, fc.nat(), fc.nat(), fc.nat(5)).map(([cluster, which, where, up]) => {
  const { policies } = cluster;
  const index = policies.length === 0 ? -1 : which % policies.length;
  const all = leaves(policies[index]?.spec ?? {}).filter((path) => path.length > 0 && !["tier", "priority"].includes(path[0] ?? ""));
  const leaf = all[where % Math.max(all.length, 1)] ?? [];
  // The leaf, or something that holds it.
  const path = leaf.slice(0, Math.max(1, leaf.length - (up % 3)));
  if (path.length === 0) return { cluster, veil: cluster };
  const veil = {
    ...cluster,
    policies: policies.map((policy, at) => (at === index ? { ...policy, spec: withUnknown(policy.spec, path) } : policy)),
  };
  return { cluster, veil };
});

/** Traffic for which MUST says more, or MAY less, than what becomes of the value. */
export function outOfBounds({ cluster, veil }: Veiled): string[] {
  const engine = new Engine(veil);
  const naive = new Naive(cluster);
  return wrong(cluster, (traffic) => isOutOfBounds(engine, traffic, naive.allowed(traffic)));
}

/** Both comparisons at once, the naive evaluator asked once. */
export function anyDifference({ cluster, veil }: Veiled): string[] {
  const naive = new Naive(cluster);
  const engine = new Engine(cluster);
  const veiledEngine = new Engine(veil);
  return wrong(cluster, (traffic) => {
    const real = naive.allowed(traffic);
    return engine.allowed(traffic) !== real || isOutOfBounds(veiledEngine, traffic, real);
  });
}

function isOutOfBounds(engine: Engine, traffic: Traffic, real: boolean): boolean {
  return real ? !engine.allowed(traffic, "may") : engine.allowed(traffic, "must");
}

function wrong(cluster: ClusterSpec, test: (traffic: Traffic) => boolean): string[] {
  const found: string[] = [];
  for (const traffic of everything(cluster)) if (test(traffic)) found.push(told(traffic));
  return found;
}
