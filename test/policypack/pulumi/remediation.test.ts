/** Remediation through the real policy server: only where it was asked for, and nothing but what the rule sets. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, resource, secretValue, unknownValue } from "../../../policypack/testing";
import { buildPack, type PackConfig, PolicyServer } from "../../support/policy-server";
import { encodeProperties } from "../../support/wire";

const WH_03 = "wh-03-host-namespaces-off";
const WH_09 = "wh-09-no-debug-affordances";
const SG_13 = "sg-13-dns-and-metadata-limited";

let server: PolicyServer;

beforeAll(async () => {
  server = await PolicyServer.start(buildPack("policypack/index.ts"));
}, 60_000);

afterAll(() => server.stop());

beforeEach(() => server.configureStack());

const upf = (): ResourceInit =>
  networkFunction("upf", {
    labels: { app: "upf", "app.kubernetes.io/component": "upf" },
    pod: { hostPID: true, shareProcessNamespace: true } as never,
    container: {
      tty: true,
      stdin: true,
      env: [
        { name: "PASSWORD", value: secretValue("hunter22") },
        { name: "NODE", value: unknownValue() },
      ],
    } as never,
  });

interface Pod {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly [field: string]: unknown; readonly containers: readonly { readonly [field: string]: unknown }[] };
    };
  };
}

async function remediated(item: ResourceInit, config: PackConfig) {
  await server.configure(config);
  return server.remediate(item);
}

test("nothing is changed unless somebody asks for it", async () => {
  expect(await remediated(upf(), {})).toEqual([]);
  expect(await remediated(upf(), { [WH_03]: "mandatory", carrierguard: { profile: "strict" } })).toEqual([]);
});

test.each([
  ["as Pulumi has it", { [WH_03]: "remediate" }],
  ["with a map", { [WH_03]: { enforcementLevel: "remediate" } }],
  ["in the settings of the pack", { carrierguard: { rules: { "WH-03": "remediate" } } }],
  ["in the settings of the pack, with a level of its own key", { carrierguard: { rules: { "WH-03": { level: "remediate" } } } }],
] as readonly (readonly [string, PackConfig])[])("asked for %s, a rule sets what it says and no more", async (_how, config) => {
  const answers = await remediated(upf(), config);
  expect(answers.map(({ policy }) => policy)).toEqual([WH_03]);
  const before = encodeProperties(upf().properties) as unknown as Pod;
  const { spec } = before.spec.template;
  expect(answers[0]?.properties).toEqual({
    ...before,
    spec: { ...before.spec, template: { ...before.spec.template, spec: { ...spec, hostPID: false, shareProcessNamespace: false } } },
  });
});

test("a rule that was asked for and then told something else changes nothing", async () => {
  expect(await remediated(upf(), { [WH_03]: "advisory", carrierguard: { rules: { "WH-03": "remediate" } } })).toEqual([]);
});

test("asked for of all rules, one goes on from where the other stopped, and what stays wrong is told", async () => {
  const answers = await remediated(upf(), { all: "remediate" });
  expect(answers.map(({ policy }) => policy)).toEqual([WH_03, WH_09]);
  const last = (answers[1]?.properties as unknown as Pod).spec.template.spec;
  expect(last).toMatchObject({ hostPID: false, shareProcessNamespace: false });
  expect(last.containers[0]).toMatchObject({ tty: false, stdin: false });
});

test("a stack rule puts right what shows on one resource", async () => {
  const policy = object("networking.k8s.io/v1", "NetworkPolicy", "amf-out", {
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }] },
  });
  const [answer] = await remediated(policy, { [SG_13]: "remediate" });
  expect(answer?.properties).toMatchObject({
    spec: { egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.169.254/32"] } }] }] },
  });
  const detector = resource("aws:guardduty/detectorFeature:DetectorFeature", "audit", {
    detectorId: "d",
    name: "EKS_AUDIT_LOGS",
    status: "DISABLED",
  });
  const [feature] = await remediated(detector, { "lg-05-guardduty-runtime-monitoring": "remediate" });
  expect(feature?.properties).toMatchObject({ status: "ENABLED" });
});

test("what was put right passes, and is not put right again", async () => {
  const key = (properties: ResourceInit["properties"]) => resource("aws:kms/key:Key", "subscribers", properties);
  const config: PackConfig = { all: "disabled", "dp-08-kms-keys-rotated-and-scoped": "remediate" };
  const [answer] = await remediated(key({ deletionWindowInDays: 7 }), config);
  expect(answer?.properties).toEqual({ deletionWindowInDays: 30, enableKeyRotation: true });
  const after = key(answer?.properties as ResourceInit["properties"]);
  expect(await server.remediate(after)).toEqual([]);
  expect((await server.analyze(after)).diagnostics).toEqual([]);
  expect((await server.analyze(key({ deletionWindowInDays: 7 }))).diagnostics).toHaveLength(2);
});
