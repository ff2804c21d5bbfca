import { CoreModel } from "../../../../policypack/model/core";
import { Resource } from "../../../../policypack/model/stack";
import { object } from "../../../../policypack/testing";

function workloadsIn(apiVersion: string, kind: string, spec: object) {
  const model = new CoreModel({ resources: [new Resource(object(apiVersion, kind, "it", { spec: spec as never }))], gaps: [] });
  return model.workloads.map(({ containers }) => containers.map(({ node }) => node.get("image").describe()));
}

describe("workloads inside custom resources", () => {
  const pod = { containers: [{ name: "amf", image: "registry.example/5gc/amf:1" }] };

  it("are pod templates of operators", () => {
    expect(workloadsIn("nf.example.com/v1", "Amf", { template: { spec: pod } })).toEqual([["registry.example/5gc/amf:1"]]);
  });

  it("are not the patterns that admission policies compare pods with", () => {
    const rules = [{ name: "registries", validate: { pattern: { spec: { containers: [{ image: "registry.example/5gc/*" }] } } } }];
    expect(workloadsIn("kyverno.io/v1", "ClusterPolicy", { rules })).toEqual([]);
    expect(workloadsIn("constraints.gatekeeper.sh/v1beta1", "Pattern", { parameters: { template: { spec: pod } } })).toEqual([]);
  });

  it("are what an admission policy makes", () => {
    const rules = [{ name: "sidecar", generate: { kind: "Deployment", data: { spec: { template: { spec: pod } } } } }];
    expect(workloadsIn("kyverno.io/v1", "ClusterPolicy", { rules })).toEqual([["registry.example/5gc/amf:1"]]);
  });
});
