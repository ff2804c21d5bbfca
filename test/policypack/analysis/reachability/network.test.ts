import fc from "fast-check";
import { reachability } from "../../../../policypack/analysis/reachability";
import { emptyBits, setBit, transpose32 } from "../../../../policypack/analysis/reachability/bitset";
import { describePorts } from "../../../../policypack/analysis/reachability/ports";
import { ANY_PLUGIN, type NetworkProfile, REFERENCE } from "../../../../policypack/analysis/reachability/profile";
import { spread } from "../../../../policypack/analysis/reachability/spread";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, unknownValue } from "../../../../policypack/testing";
import { pairsToldApart } from "./all-pairs";
import { clusters } from "./clusters";
import { Engine } from "./engine";

function between(resources: readonly ResourceInit[], from: string, to: string, profile: NetworkProfile = REFERENCE) {
  const { primary } = reachability(new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] }), profile);
  const network = primary[0]!;
  const at = (name: string) =>
    network.universe.classes.findIndex(({ endpoints }) => endpoints.some(({ workload }) => workload.name === name));
  return {
    must: describePorts(network.ports(at(from), at(to), "must")),
    may: describePorts(network.ports(at(from), at(to), "may")),
  };
}

const policy = (spec: object, namespace = "core") =>
  object("networking.k8s.io/v1", "NetworkPolicy", "policy", { spec: { podSelector: {}, ...spec } as never }, namespace);

test("a block of 32 × 32 bits is transposed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 32, maxLength: 32 }), (words) => {
      const block = Uint32Array.from(words);
      const turned = block.slice();
      transpose32(turned);
      for (let row = 0; row < 32; row += 1)
        for (let column = 0; column < 32; column += 1) expect((turned[column]! >>> row) & 1).toBe((block[row]! >>> column) & 1);
    }),
    { numRuns: 50 },
  );
});

test("all pairs, row by row, are what each pair is asked for", () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      const network = new Engine(cluster).network("pod-network")!;
      expect(pairsToldApart(network)).toEqual([]);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test("what spreads hop by hop has gone a shortest way", () => {
  const edges = [[1], [2, 3], [3], [4], [], [0]].map((list) => {
    const row = emptyBits(6);
    for (const to of list) setBit(row, to);
    return row;
  });
  expect([...spread(edges, [0])]).toEqual([0, 0, 1, 1, 3, -1]);
});

test("a policy without podSelector is about every pod of its namespace; one in another namespace about none", () => {
  const pods = [networkFunction("amf"), networkFunction("smf")];
  expect(between([...pods, object("networking.k8s.io/v1", "NetworkPolicy", "p", { spec: { ingress: [] } })], "amf", "smf").must).toBe("");
  expect(between([...pods, policy({ ingress: [] }, "elsewhere")], "amf", "smf").must).toBe("All Connections");
});

test("egress rules that are there and empty do not isolate without policyTypes", () => {
  expect(between([networkFunction("amf"), networkFunction("smf"), policy({ egress: [], ingress: [{}] })], "amf", "smf").must).toBe(
    "All Connections",
  );
});

test("a port without a protocol is TCP; a peer with nothing in it is nobody", () => {
  const pods = [networkFunction("amf"), networkFunction("smf")];
  expect(between([...pods, policy({ ingress: [{ ports: [{ port: 80 }] }] })], "amf", "smf").must).toBe("TCP 80");
  expect(between([...pods, policy({ ingress: [{ from: [{}] }] })], "amf", "smf").must).toBe("");
  expect(between([...pods, policy({ ingress: [{ from: [] }] })], "amf", "smf").must).toBe("All Connections");
});

test("a named port that no container declares opens nothing", () => {
  const rule = policy({ ingress: [{ ports: [{ port: "sbi" }] }] });
  expect(between([networkFunction("amf"), networkFunction("smf"), rule], "amf", "smf").must).toBe("");
  const smf = networkFunction("smf", { container: { ports: [{ name: "sbi", containerPort: 8443 }] } });
  expect(between([networkFunction("amf"), smf, rule], "amf", "smf").must).toBe("TCP 8443");
});

test("a pod on the host's network: policies may not bind it, nor selectors reach it", () => {
  const smf = networkFunction("smf", { pod: { hostNetwork: true } });
  const deny = policy({ ingress: [] });
  expect(between([networkFunction("amf"), smf, deny], "amf", "smf")).toEqual({ must: "", may: "" });
  expect(between([networkFunction("amf"), smf, deny], "amf", "smf", ANY_PLUGIN)).toEqual({ must: "", may: "All Connections" });
});

test("a block of private addresses may be about pods, as some plugins have it", () => {
  const pods = [networkFunction("amf"), networkFunction("smf")];
  const block = policy({ ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] });
  expect(between([...pods, block], "amf", "smf", ANY_PLUGIN)).toEqual({ must: "", may: "All Connections" });
  const public_ = policy({ ingress: [{ from: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }] });
  expect(between([...pods, public_], "amf", "smf", ANY_PLUGIN)).toEqual({ must: "", may: "" });
});

test("labels of a Cilium peer that are not known yet may name another namespace", () => {
  const deny = object("cilium.io/v2", "CiliumNetworkPolicy", "deny", {
    spec: {
      endpointSelector: {},
      enableDefaultDeny: { ingress: false, egress: false },
      ingressDeny: [{ fromEndpoints: [{ matchLabels: unknownValue() }] }],
    },
  });
  const gnb = networkFunction("gnb", { namespace: "ran" });
  expect(between([gnb, networkFunction("amf"), deny], "gnb", "amf")).toEqual({ must: "", may: "All Connections" });
});
