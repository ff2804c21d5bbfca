/** What rules look at: whole stacks, several kinds as one, configuration files that are not known yet; and how repairs are written. */

import { configurations, isUnread } from "../../../policypack/engine/configuration-targets";
import { repaired } from "../../../policypack/engine/repair";
import { either, resources, wholeStack } from "../../../policypack/engine/targets";
import { CoreModel } from "../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../policypack/model/stack";
import { type Value } from "../../../policypack/model/value";
import { object, resource, unknownValue } from "../../../policypack/testing";

const VPC = "aws:ec2/vpc:Vpc";
const KEY = "aws:kms/key:Key";
const model = (...list: readonly ResourceInit[]) => new CoreModel({ resources: list.map((init) => new Resource(init)), gaps: [] });
const subjects = (target: ReturnType<typeof wholeStack>, ...list: readonly ResourceInit[]) => [...target.subjects(model(...list))].length;

test("a whole stack is one subject, where it has anything, or anything of the kinds asked for", () => {
  expect(subjects(wholeStack())).toBe(0);
  expect(subjects(wholeStack(), resource(VPC, "core"))).toBe(1);
  expect(subjects(wholeStack(KEY, VPC), resource(VPC, "core"))).toBe(1);
  expect(subjects(wholeStack(KEY), resource(VPC, "core"))).toBe(0);
  expect(wholeStack().types).toBeUndefined();
  expect(wholeStack(KEY, VPC).types).toEqual([KEY, VPC]);
});

test("two targets as one look at the types of both, and at every type where one does", () => {
  expect(either(resources(KEY), resources(VPC)).types).toEqual([KEY, VPC]);
  expect(either(resources(KEY), wholeStack()).types).toBeUndefined();
  expect(either(wholeStack(), resources(KEY)).types).toBeUndefined();
});

/** Functions whose configuration may stand in an entry, as nobody can read it yet. */
function unread(entry: string, text: Value = unknownValue()): readonly string[] {
  const stack = model(object("v1", "ConfigMap", "x", { data: { [entry]: text } }));
  return [...configurations.subjects(stack)].filter(isUnread).flatMap(({ networkFunctions }) => networkFunctions);
}

test.each(["amf.yaml", "amf.yml", "amf.json", "amf.conf", "amf.cfg", "amfcfg.yaml", "amfconf.json", "amf-config.yaml"])("%s may be the AMF's", (entry) => {
  expect(unread(entry)).toEqual(["AMF"]);
}); // prettier-ignore

test.each(["amf.sh", "amf.yaml.tmpl", "amf", "values.yaml", "cfgamf-x.yaml.md"])("%s is nobody's configuration", (entry) => {
  expect(unread(entry)).toEqual([]);
});

test("a text that is no YAML is not read; what is no YAML by its name need not be", () => {
  const broken = "amf: {security: {ciphering_order: [NEA0]";
  expect(unread("amf.yaml", broken)).toEqual(["AMF"]);
  expect(unread("amf.yml", broken)).toEqual(["AMF"]);
  expect(unread("amf.conf", broken)).toEqual([]);
  expect(unread("amf.yaml", "amf: {}")).toEqual([]);
});

test("a repair makes what is on the way, and leaves the rest and the given value as they are", () => {
  const before = { a: [{ on: false, name: "x" }, { on: false }], b: null, c: "text" };
  const write = (...path: readonly (string | number)[]) => repaired(before, [{ path, value: true }]);
  expect(write("a", 1, "on")).toEqual({ ...before, a: [{ on: false, name: "x" }, { on: true }] });
  expect(write("b", "on")).toEqual({ ...before, b: { on: true } });
  expect(write("c", "on")).toEqual({ ...before, c: { on: true } });
  expect(write("d", "e")).toEqual({ ...before, d: { e: true } });
  expect(write("a", 7, "on")).toEqual(before);
  expect(write("d", 0)).toEqual({ ...before, d: [] });
  expect(repaired(before, [{ path: ["b"], value: 1 }, { path: ["c"], value: 2 }])).toEqual({ ...before, b: 1, c: 2 }); // prettier-ignore
  expect(before.a[1]).toEqual({ on: false });
});
