import { coverage } from "../../../policypack/engine/coverage";
import { CoreModel } from "../../../policypack/model/core";
import { type Gap, Resource, type ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, resource, unknownValue } from "../../../policypack/testing";

const model = (inits: readonly ResourceInit[], gaps: readonly Gap[] = []) => new CoreModel({ resources: inits.map((init) => new Resource(init)), gaps }); // prettier-ignore
const seen = networkFunction("amf");
const release = resource("kubernetes:helm.sh/v3:Release", "core", {});

test("everything that is seen is all of it", () => {
  expect(coverage([model([seen])])).toEqual({ percent: 100, gaps: [] });
});

test("nothing is nothing", () => {
  expect(coverage([model([])])).toEqual({ percent: 0, gaps: [] });
});

test.each([
  ["a Helm Release", release, "a Helm Release renders inside the provider: its objects are in no preview and no state"],
  ["a Kustomize directory", resource("kubernetes:kustomize/v2:Directory", "d", {}), "a Kustomize directory that was not rendered"],
  ["a patch", resource("kubernetes:apps/v1:DeploymentPatch", "p", { apiVersion: "apps/v1", kind: "Deployment" }), "a patch shows only a part of the object that it changes"],
  ["a pod template that is not known yet", object("apps/v1", "Deployment", "udm", { spec: { template: unknownValue() } }), "its pod template, or a part of it, is not known before deployment"],
  ["a namespace that is not known yet", object("v1", "Service", "udm", { spec: {} }, unknownValue()), "its namespace is not known before deployment"],
])("%s is not looked into", (_name, init, reason) => {
  expect(coverage([model([seen, init])])).toEqual({ percent: 50, gaps: [{ urn: init.urn, reason, rules: [] }] });
}); // prettier-ignore

test("what the input could not read counts once, in order, whoever says so", () => {
  const gaps = [{ urn: "b", reason: "2", rules: ["SG-01"] }, { urn: "b", reason: "1", rules: [] }, { urn: "a", reason: "1", rules: [] }]; // prettier-ignore
  const answer = coverage([model([seen, release], gaps), model([seen, networkFunction("smf")], gaps)]);
  expect(answer.gaps.map(({ urn, reason }) => [urn.slice(0, 1), reason.slice(0, 1)])).toEqual([["a", "1"], ["b", "1"], ["b", "2"], ["u", "a"]]); // prettier-ignore
  expect(answer.percent).toBe(40);
});

test("a share is cut, not rounded up: one of a thousand missing is not all", () => {
  const many = Array.from({ length: 2999 }, (_, index) => resource("aws:ec2/vpc:Vpc", `v${index}`, {}));
  expect(coverage([model([...many, release])]).percent).toBe(99.9);
  expect(coverage([model([...many.slice(0, 2), release])]).percent).toBe(66.6);
});
