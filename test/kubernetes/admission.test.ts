/**
 * AdmissionGuard's policy, enforced by a real API server: on the examples of the rules that it stands for it says what the rules say, but for
 * the differences listed, each with its reason; and the pods of the components' own cores are let in.
 */

import path from "node:path";
import fc from "fast-check";
import { readProgram } from "../../cli/inputs/program";
import { podValidations } from "../../components/plan/admission";
import { functionLabel } from "../../components/plan/functions";
import { FUNCTION_LABEL } from "../../components/plan/policies";
import { DEFAULT_SETTINGS } from "../../policypack/engine/settings";
import type { Example } from "../../policypack/engine/rule";
import { CoreModel } from "../../policypack/model/core";
import { Resource, type Stack } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";
import { networkFunction as build } from "../../policypack/testing";
import { networkFunction, topology } from "../../policypack/topology/topology";
import { declared } from "../components/program";
import { cores, everything } from "../components/random-core";
import { DIFFERENCES, REFUSED_ANYWAY } from "./admission-differences";
import { type Answer, ApiServer, type Manifest } from "./api-server";
import { emitted, podOf } from "./emitted";

const ROOT = path.join(__dirname, "../..");
/** Namespace of the rules' examples. */
const CORE = "core";
/** Registries of the rules' examples. */
const REGISTRIES = ["registry.carrier.example/5gc", "123456789012.dkr.ecr.eu-central-1.amazonaws.com"];
const KEY = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";

const namespaceOf = (zone: string): string => `examples-${zone}`;

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  // Pod Security is left out: what it refuses would never come to the policy.
  for (const { id } of topology.zones) {
    await server.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespaceOf(id), labels: { "carrierguard.dev/zone": id } },
    });
  }
  const namespaces = topology.zones.map(({ id }) => namespaceOf(id));
  await enforce((await declared({ AdmissionGuard: { namespaces, registries: REGISTRIES, signingKey: KEY } })).stack, "examples");
});

afterAll(() => (server as ApiServer | undefined)?.stop());

const KINDS = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];

/** Creates AdmissionGuard's policy under a name of its own and waits until it counts; what it created. */
async function enforce(stack: Stack, name: string): Promise<readonly Manifest[]> {
  const [policy, binding] = KINDS.map((kind) => emitted(stack).objects.find((object) => object.kind === kind));
  if (policy === undefined || binding === undefined) throw new Error("no AdmissionGuard");
  const spec = { ...(binding["spec"] as { matchResources: { namespaceSelector: Selector } }), policyName: name };
  const created: readonly Manifest[] = [
    { ...policy, metadata: { name } },
    { ...binding, metadata: { name }, spec },
    // A denial tells the first complaint alone; a warning each.
    { ...binding, metadata: { name: `${name}-told` }, spec: { ...spec, validationActions: ["Warn"] } },
  ];
  for (const object of created) await server.create(object);
  const stranger = confinedPod(spec.matchResources.namespaceSelector.matchExpressions[0]?.values[0] ?? "");
  for (let attempt = 0; attempt < 100; attempt++) {
    const { message, warnings } = await server.judge(stranger);
    if (message.includes(`'${name}'`) && warnings.some((warning) => warning.includes(`'${name}-told'`))) return created;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`policy ${name} is not enforced`);
}

interface Selector {
  readonly matchExpressions: readonly { readonly values: readonly string[] }[];
}

/** A pod that Pod Security lets in everywhere, and the policy nowhere. */
function confinedPod(namespace: string): Manifest {
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "stranger", namespace },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name: "stranger", image: "docker.io/stranger", securityContext: security }],
    },
  };
}

const CONTROLS = [...new Set(podValidations([]).map(({ control }) => control))].sort();

/** `(WH-01)` in each complaint of the policy. */
function controlsOf({ warnings, message }: Answer): string[] {
  const told = [...warnings, message].flatMap((text) =>
    text.includes("ValidatingAdmissionPolicy") ? [...text.matchAll(/\(([A-Z]{2}-\d{2})\)/g)] : [],
  );
  return [...new Set(told.map(([, control]) => control ?? ""))].sort();
}

/** The pods of an example where the library would run them: labelled as HardenedChart labels them, in a namespace of their function's zone. */
function podsOf(example: Example): Manifest[] {
  const settings = { ...DEFAULT_SETTINGS, ...example.settings };
  const resources = example.resources.map((init) => new Resource(init));
  const model = new CoreModel({ resources, gaps: [] }, { defaultNamespace: settings.namespace });
  return model.workloads
    .filter(({ namespace }) => namespace === CORE)
    .map((workload) => {
      const [only, ...more] = model.classification(workload).networkFunctions;
      const { metadata, ...pod } = podOf(workload);
      const labels = metadata["labels"] as { [label: string]: string } | undefined;
      const known = only === undefined || more.length > 0 ? {} : { [FUNCTION_LABEL]: functionLabel(only) };
      const zone = only === undefined || more.length > 0 ? "control" : networkFunction(only).zone;
      return { ...pod, metadata: { ...metadata, namespace: namespaceOf(zone), labels: { ...known, ...labels } } };
    });
}

/** What the cluster says of an example: let in, refused for this control, or refused by Kubernetes itself. */
async function said(control: string, example: Example): Promise<"pass" | "fail" | string> {
  let worst: string = "pass";
  for (const pod of podsOf(example)) {
    const answer = await server.judge(pod);
    const controls = controlsOf(answer);
    // What the policy tells, it also denies.
    if (controls.length > 0) expect(answer.accepted).toBe(false);
    if (controls.includes(control)) return "fail";
    if (!answer.accepted && controls.length === 0) worst = `no pod: ${answer.message}`;
  }
  return worst;
}

const CASES = CONTROLS.flatMap((control) => {
  const rule = rules.find(({ id }) => id === control);
  const { pass, fail } = rule?.examples() ?? { pass: [], fail: [] };
  return [...pass.map((example) => [control, "pass", example] as const), ...fail.map((example) => [control, "fail", example] as const)];
});

test.each(CASES.map(([control, verdict, example]) => [control, verdict, example.name, example] as const))(
  "%s %s: %s",
  async (control, verdict, name, example) => {
    const answer = await said(control, example);
    const anyway = REFUSED_ANYWAY[control]?.[name];
    if (anyway !== undefined) expect(answer).toMatch(anyway);
    // A difference that is gone goes from the list.
    else expect(answer).toBe(DIFFERENCES[control]?.[name] === undefined ? verdict : verdict === "pass" ? "fail" : "pass");
  },
);

test("what is listed is about an example that there is", () => {
  const known = new Set(CASES.map(([control, , { name }]) => `${control} ${name}`));
  const listed = [...Object.entries(DIFFERENCES), ...Object.entries(REFUSED_ANYWAY)].flatMap(([control, names]) =>
    Object.keys(names).map((name) => `${control} ${name}`),
  );
  expect(listed.filter((item) => !known.has(item))).toEqual([]);
});

test("every control has an example that is refused and one that is let in", () => {
  const agreed = CASES.filter(([control, , { name }]) => (DIFFERENCES[control] ?? REFUSED_ANYWAY[control])?.[name] === undefined);
  for (const verdict of ["pass", "fail"]) {
    expect([...new Set(agreed.flatMap(([control, said_]) => (said_ === verdict ? [control] : [])))].sort()).toEqual(CONTROLS);
  }
});

test("nobody gets into a running pod with a debug container", async () => {
  const [pod] = podsOf({
    name: "an AMF",
    resources: [build("amf", { kind: "Pod", container: { resources: { limits: { cpu: "1", memory: "1Gi" } } } })],
  });
  await server.create(pod as Manifest);
  const answer = await server.debug((pod as Manifest).metadata, { name: "debugger", image: "docker.io/busybox" });
  expect(answer.accepted).toBe(false);
  expect(controlsOf(answer)).toEqual(expect.arrayContaining(["SC-01", "SC-02", "WH-02", "WH-05", "WH-09"]));
});

const RANDOM = fc.sample(cores, { seed: 20261125, numRuns: 3 });

test.each([
  ["a core with every function", async () => (await declared(everything())).stack, 20],
  ["a random core", async () => (await declared(RANDOM[0] as { FiveGCore: object })).stack, 8],
  ["another random core", async () => (await declared(RANDOM[1] as { FiveGCore: object })).stack, 8],
  [
    "examples/brownfield-core",
    async () => (await readProgram(path.join(ROOT, "examples/brownfield-core"), { print: () => undefined })).stack,
    5,
  ],
])("%s: every pod is let in by its own AdmissionGuard", async (name, read, least) => {
  const stack = await read();
  const { objects, pods } = emitted(stack);
  for (const object of objects.filter(({ kind }) => kind === "Namespace")) await server.createOnce(object);
  const guard = await enforce(stack, name.replaceAll(/[^a-z]+/g, "-"));
  const answers = await Promise.all(pods.map(async (pod) => ({ pod: pod.metadata.name, ...(await server.judge(pod)) })));
  expect(answers.flatMap(({ pod, accepted, message }) => (accepted ? [] : [`${pod}: ${message}`]))).toEqual([]);
  expect(pods.length).toBeGreaterThanOrEqual(least);
  // The next core has the same namespaces and a guard of its own.
  for (const object of guard) await server.remove(object);
});
