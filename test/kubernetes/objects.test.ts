/** Kubernetes' own validation: every object that the components emit is accepted, and so is the pod of each template in its namespace. */

import { existsSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { readProgram } from "../../cli/inputs/program";
import type { Stack } from "../../policypack/model/stack";
import { declared } from "../components/program";
import { cores, everything } from "../components/random-core";
import { ApiServer, type Manifest } from "./api-server";
import { type Emitted, emitted } from "./emitted";
import { refused } from "./refused";

const ROOT = path.join(__dirname, "../..");
const CHARTS = path.join(ROOT, "../shared/corpus/core-charts");

let server: ApiServer;
/** Labels of the namespaces that the server has. */
const namespaces = new Map<string, string>();

beforeAll(async () => {
  server = await ApiServer.start();
});

afterAll(() => (server as ApiServer | undefined)?.stop());

async function withNamespaces({ objects }: Emitted): Promise<void> {
  for (const object of objects.filter(({ kind }) => kind === "Namespace")) {
    const labels = JSON.stringify(object.metadata["labels"]);
    const known = namespaces.get(object.metadata.name);
    // Cores of the same name use the same namespaces here; what they must be follows from the zone alone.
    if (known !== undefined) expect(labels).toBe(known);
    else await server.create(object);
    namespaces.set(object.metadata.name, labels);
  }
}

/** Objects that the server does not take, and why. */
async function complaints(objects: readonly Manifest[]): Promise<string[]> {
  const found: string[] = [];
  for (const object of objects) {
    const { accepted, message } = await server.judge(object);
    // What exists already has passed validation before its name was found taken.
    if (!accepted && !/ already exists$/.test(message)) found.push(`${object.kind} ${object.metadata.name}: ${message}`);
  }
  return found;
}

async function accepted(stack: Stack, least: { objects: number; pods: number }): Promise<void> {
  const all = emitted(stack);
  await withNamespaces(all);
  expect(await complaints(all.objects)).toEqual([]);
  expect(await complaints(all.pods)).toEqual([]);
  // An emptied core would be accepted too.
  expect(all.objects.length).toBeGreaterThanOrEqual(least.objects);
  expect(all.pods.length).toBeGreaterThanOrEqual(least.pods);
}

const example = async (folder: string): Promise<Stack> => (await readProgram(path.join(ROOT, folder), { print: () => undefined })).stack;

test("examples/zero-trust-core", async () => {
  await accepted(await example("examples/zero-trust-core"), { objects: 120, pods: 8 });
});

test("a core with every function, roaming, threat intelligence and operators", async () => {
  await accepted((await declared(everything())).stack, { objects: 300, pods: 25 });
});

const RANDOM = fc.sample(cores, { seed: 20261125, numRuns: 200 }).map(({ FiveGCore }) => FiveGCore as Asked);

interface Asked {
  readonly secondaryNetworks: boolean;
  readonly partners?: object;
  readonly functions: { readonly UPF: { readonly dataPlane: string } };
}

test.each([
  ["Multus, DPDK and roaming", true, "dpdk", true],
  ["Multus, a kernel user plane and no roaming", true, "kernel", false],
  ["neither Multus nor DPDK", false, "kernel", false],
])("a random core with %s", async (_name, secondary, dataPlane, roaming) => {
  const core = RANDOM.find(
    ({ secondaryNetworks, partners, functions }) =>
      secondaryNetworks === secondary && functions.UPF.dataPlane === dataPlane && (partners !== undefined) === roaming,
  );
  expect(core).toBeDefined();
  await accepted((await declared({ FiveGCore: core as object })).stack, { objects: 100, pods: 8 });
});

test("examples/brownfield-core", async () => {
  await accepted(await example("examples/brownfield-core"), { objects: 20, pods: 5 });
});

(existsSync(CHARTS) ? test : test.skip).each([
  "cnti-open5gs",
  "gradiant-free5gc",
  "gradiant-open5gs",
  "sdcore-bess-upf",
  "towards5gs-free5gc",
])("HardenedChart on %s", async (chart) => {
  const arguments_ = { manifests: path.join(CHARTS, `${chart}.yaml`), namespace: "core", ranCidrs: ["10.100.0.0/16"] };
  await accepted((await declared({ HardenedChart: arguments_ })).stack, { objects: 10, pods: 1 });
});

test.each(refused)("the server refuses %s", async (_name, object, reason) => {
  if (!namespaces.has("restricted")) {
    await server.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "restricted", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    namespaces.set("restricted", "");
  }
  const answer = await server.judge(object);
  expect(answer.accepted).toBe(false);
  expect(answer.message).toMatch(reason);
});
