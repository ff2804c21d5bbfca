/** Whatever core the library is asked for, the strictest profile finds nothing in it, and it is exactly what 3GPP has it be. */

import fc from "fast-check";
import { comparison } from "../../policypack/analysis/reachability/standard";
import { CoreModel } from "../../policypack/model/core";
import { coreOf, declared, findingsOf } from "./program";
import { cores, everything, PARTNERS, SMALL } from "./random-core";

jest.setTimeout(600_000);

/** The same few cores in the default run; others, and more of them, by CARRIERGUARD_CORES=100. */
const RUNS = Number(process.env["CARRIERGUARD_CORES"] ?? 4);

async function judge(core: { FiveGCore: object }) {
  const { stack, printed } = await declared(core);
  expect(printed).toBe("");
  expect(stack.gaps).toEqual([]);
  const model = new CoreModel(stack, { defaultNamespace: "default" });
  const { excess, missing } = comparison(model);
  return {
    failures: findingsOf(stack)
      .filter(({ verdict }) => verdict !== "undetermined")
      .map(({ ruleId, resource, message }) => `${ruleId} ${resource.name}: ${message}`),
    excess: excess.filter(({ mode }) => mode === "must").map(({ network, from, to }) => `${network} ${from.unit.name} ${to.unit.name}`),
    missing: missing.map(({ from, to, flow }) => `${flow.interface} ${from.unit.name} ${to.unit.name}`),
  };
}

const NOTHING = { failures: [], excess: [], missing: [] };

test("a small core at its defaults", async () => {
  expect(await judge(coreOf(SMALL))).toEqual(NOTHING);
});

test("a core with everything", async () => {
  expect(await judge(everything())).toEqual(NOTHING);
});

test("an NRF alone", async () => {
  expect(await judge(coreOf(["NRF"]))).toEqual(NOTHING);
});

test("nothing but roaming, in four availability zones", async () => {
  const availabilityZones = ["a", "b", "c", "d"].map((zone) => `us-east-1${zone}`);
  expect(await judge(coreOf(["NRF", "SEPP"], { partners: PARTNERS, availabilityZones }))).toEqual(NOTHING);
});

test("any core", async () => {
  await fc.assert(
    fc.asyncProperty(cores, async (core) => {
      expect(await judge(core)).toEqual(NOTHING);
    }),
    { numRuns: RUNS, endOnFailure: true, ...(process.env["CARRIERGUARD_CORES"] === undefined ? { seed: 20261125 } : {}) },
  );
});
