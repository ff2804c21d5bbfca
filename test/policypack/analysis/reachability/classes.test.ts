import fc from "fast-check";
import { reachability } from "../../../../policypack/analysis/reachability";
import { REFERENCE } from "../../../../policypack/analysis/reachability/profile";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { object } from "../../../../policypack/testing";
import { pairsToldApart } from "./all-pairs";

function podNetwork(resources: readonly ResourceInit[]) {
  return reachability(new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] }), REFERENCE).primary[0]!;
}

interface PodSpec {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

const pods = (list: readonly PodSpec[]) =>
  list.map(({ namespace, labels }, index) =>
    object("v1", "Pod", `pod-${index}`, { metadata: { labels }, spec: { containers: [{ name: "nf", image: "nf:1" }] } }, namespace),
  );

/** A policy that asks for each of these labels. */
const asking = (keys: readonly string[]) =>
  object(
    "networking.k8s.io/v1",
    "NetworkPolicy",
    "asks",
    { spec: { podSelector: {}, ingress: keys.map((key) => ({ from: [{ podSelector: { matchLabels: { [key]: "x" } } }] })) } },
    "elsewhere",
  );

/** Words that run into each other where they are only written one after the other. */
const words = fc.constantFrom("", "a", "b", "a,b", "a b", "a/b", "a|b", "[]", "undefined", "true", "a=b", "\u0000");

test("endpoints are one class exactly where they agree in namespace and in every label that is asked, however these are spelt", () => {
  const keys = ["app", "app ", "a,b"];
  const pod = fc.record({
    namespace: fc.constantFrom("core", "core-a", "core-b", "c", "ore"),
    labels: fc.dictionary(fc.constantFrom(...keys, "not asked"), words),
  });
  fc.assert(
    fc.property(fc.array(pod, { minLength: 1, maxLength: 30 }), (list) => {
      const { classes } = podNetwork([...pods(list), asking(keys)]).universe;
      const alike = (a: PodSpec, b: PodSpec) => a.namespace === b.namespace && keys.every((key) => a.labels[key] === b.labels[key]);
      const place = new Map(
        classes.flatMap(({ endpoints }, index) => endpoints.map(({ workload }) => [Number(workload.name.slice(4)), index] as const)),
      );
      expect(place.size).toBe(list.length);
      for (const [i, a] of list.entries())
        for (const [j, b] of list.entries()) expect([i, j, place.get(i) === place.get(j)]).toEqual([i, j, alike(a, b)]);
    }),
    { numRuns: 200, seed: 261 },
  );
});

/** So many namespaces with the same ten functions in each. */
function sites(namespaces: number) {
  const apps = ["amf", "smf", "upf", "nrf", "ausf", "udm", "udr", "pcf", "nssf", "bsf"];
  const places = Array.from({ length: namespaces }, (_, index) => `ns-${index}`);
  return [...pods(places.flatMap((namespace) => apps.map((app) => ({ namespace, labels: { app } })))), asking(["app"])];
}

test("one cluster says nothing of the next: the classes of a large one are all there after, and between, smaller ones", () => {
  const sizes = [1, 400, 1, 400, 30].map((namespaces) => podNetwork(sites(namespaces)).universe.classes.length);
  expect(sizes).toEqual([10, 4_000, 10, 4_000, 300]);
});

test("the same resources read by two models have the same classes", () => {
  const resources = sites(50).map((init) => new Resource(init));
  const read = () => reachability(new CoreModel({ resources, gaps: [] }), REFERENCE).primary[0]!.universe.classes.length;
  expect([read(), read()]).toEqual([500, 500]);
});

test("all pairs, row by row, are what each pair is asked for: where everybody may talk, where few may, and beyond the first block", () => {
  const open = pods(Array.from({ length: 70 }, (_, index) => ({ namespace: "open", labels: { app: `open-${index}` } })));
  const closed = pods(Array.from({ length: 70 }, (_, index) => ({ namespace: "closed", labels: { app: `closed-${index}` } })));
  const policies = Array.from({ length: 140 }, (_, index) => {
    const namespace = index < 70 ? "closed" : "open";
    const rule = (side: string, name: string) => ({ [side]: [{ podSelector: { matchLabels: { app: name } }, namespaceSelector: {} }] });
    const app = `${namespace}-${index % 70}`;
    const spec =
      namespace === "open"
        ? { podSelector: { matchLabels: { app } }, ingress: [{ ports: [{ port: 443 }] }] }
        : {
            podSelector: { matchLabels: { app } },
            policyTypes: ["Ingress", "Egress"],
            ingress: [rule("from", `closed-${(index * 7) % 70}`), rule("from", `open-${index % 70}`)],
            egress: [rule("to", `closed-${(index * 3) % 70}`)],
          };
    return object("networking.k8s.io/v1", "NetworkPolicy", `p-${index}`, { spec: spec as never }, namespace);
  });
  const network = podNetwork([...open, ...closed, ...policies]);
  expect(network.universe.classes).toHaveLength(140);
  expect(pairsToldApart(network)).toEqual([]);
});
