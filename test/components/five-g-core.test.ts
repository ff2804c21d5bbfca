/** Whatever core the library is asked for, the strictest profile finds nothing in it, and it is exactly what 3GPP has it be. */

import fc from "fast-check";
import { comparison } from "../../policypack/analysis/reachability/standard";
import { CoreModel } from "../../policypack/model/core";
import { coreOf, declared, findingsOf } from "./program";

jest.setTimeout(600_000);

const SMALL = ["NRF", "AMF", "SMF", "AUSF", "UDM", "UDR", "UPF", "SUBSCRIBER-DB"];
const MORE = ["PCF", "NSSF", "NEF", "SCP", "SEPP", "BSF", "CHF", "NWDAF", "SMSF", "LMF", "GMLC", "5G-EIR", "NSSAAF", "NSACF", "AAnF", "UDSF", "N3IWF"];

/** Cores with the functions that a call needs, and any others. */
const cores = fc
  .record({
    functions: fc.subarray(MORE),
    dataPlane: fc.constantFrom("kernel", "dpdk"),
    secondaryNetworks: fc.boolean(),
    azs: fc.constantFrom(2, 3),
    cidr: fc.constantFrom("10.0.0.0/16", "10.32.0.0/18", "172.20.0.0/17"),
    partners: fc.boolean(),
  })
  .map(({ functions, dataPlane, secondaryNetworks, azs, cidr, partners }) => {
    const core = coreOf([...SMALL, ...functions], {
      secondaryNetworks,
      cidr,
      availabilityZones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"].slice(0, azs),
      partnerCidrs: partners ? ["198.51.100.0/24"] : [],
    });
    const upf = (core.FiveGCore as { functions: { [id: string]: object } }).functions["UPF"];
    Object.assign(upf ?? {}, { dataPlane, ...(dataPlane === "dpdk" ? { device: "intel.com/sriov_dpdk" } : {}) });
    return core;
  });

/** Random cores in the default run; the rest by CARRIERGUARD_CORES=100. */
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
  expect(await judge(coreOf([...SMALL, ...MORE], { partnerCidrs: ["198.51.100.0/24"], oamCidrs: ["10.200.0.0/24"] }))).toEqual(NOTHING);
});

test("any core", async () => {
  await fc.assert(
    fc.asyncProperty(cores, async (core) => {
      expect(await judge(core)).toEqual(NOTHING);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
