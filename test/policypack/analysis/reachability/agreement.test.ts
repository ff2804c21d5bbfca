/**
 * The engine and the naive evaluator agree on random clusters of every policy kind. `REACH_FUZZ=100000 npx jest agreement` runs as many
 * clusters; `REACH_SEED` repeats a run.
 */

import fc from "fast-check";
import { UnknownValue } from "../../../../policypack/model/value";
import { clusters, OUTSIDE, POLICIES, PORTS, PROTOCOLS } from "./clusters";
import { Engine } from "./engine";
import { type ClusterSpec, type Json, Naive, type Traffic } from "./naive";

const RUNS = Number(process.env["REACH_FUZZ"] ?? 1000);
const SEED = Number(process.env["REACH_SEED"] ?? 20261125);

jest.setTimeout(10 * 60 * 60 * 1000);

/** Ports beside those that policies name, so that ranges and "every port" are told apart. */
const PROBES = [...PORTS, 79, 8804, 65535];

function* everything({ pods }: ClusterSpec): Generator<Traffic> {
  const onN3 = pods.filter(({ n3 }) => n3 !== undefined);
  const pairs = [
    ...pods.flatMap((from) => [...pods, ...OUTSIDE].map((to) => ({ network: "pod-network" as const, from, to }))),
    ...OUTSIDE.flatMap((from) => pods.map((to) => ({ network: "pod-network" as const, from, to }))),
    ...onN3.flatMap((from) => onN3.map((to) => ({ network: "n3" as const, from, to }))),
  ];
  for (const pair of pairs) {
    if (pair.from === pair.to) continue;
    for (const protocol of PROTOCOLS) for (const port of PROBES) yield { ...pair, protocol, port };
  }
}

const told = ({ network, from, to, protocol, port }: Traffic): string =>
  `${network}: ${typeof from === "string" ? from : from.name} => ${typeof to === "string" ? to : to.name} ${protocol} ${port}`;

function disagreements(cluster: ClusterSpec): string[] {
  const engine = new Engine(cluster);
  const naive = new Naive(cluster);
  return [...everything(cluster)].filter((traffic) => engine.allowed(traffic) !== naive.allowed(traffic)).map(told);
}

const parameters = { numRuns: RUNS, seed: SEED };

test(`${RUNS} random clusters, seed ${SEED}: the engine and the naive evaluator agree on every pair and port`, () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      expect(disagreements(cluster)).toEqual([]);
    }),
    parameters,
  );
});

test("the random clusters hold every policy kind, allowed and refused traffic", () => {
  const sample = fc.sample(clusters, { numRuns: 200, seed: SEED });
  const kinds = new Set(sample.flatMap(({ policies }) => policies.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)));
  expect(kinds.size).toBe(Object.keys(POLICIES).length);
  const answers = new Set(
    sample.flatMap((cluster) => [...everything(cluster)].slice(0, 50).map((traffic) => new Naive(cluster).allowed(traffic))),
  );
  expect([...answers].sort()).toEqual([false, true]);
});

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

/** A cluster, and the same one with a value of a policy that is not known yet. */
const veiled = fc.tuple(clusters, fc.nat(), fc.nat(), fc.nat(5)).map(([cluster, which, where, up]) => {
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

test(`unknown values: what is certainly allowed is, and what is allowed may be, whatever the value turns out to be (${RUNS} clusters, seed ${SEED})`, () => {
  fc.assert(
    fc.property(veiled, ({ cluster, veil }) => {
      const engine = new Engine(veil);
      const naive = new Naive(cluster);
      const wrong = [...everything(cluster)].filter((traffic) => {
        const real = naive.allowed(traffic);
        return (engine.allowed(traffic, "must") && !real) || (real && !engine.allowed(traffic, "may"));
      });
      expect(wrong.map(told)).toEqual([]);
    }),
    parameters,
  );
});
