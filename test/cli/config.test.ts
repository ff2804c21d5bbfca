/** `carrierguard config`: what it writes, the policy pack takes. */

import { configurationOf } from "../../policypack/pulumi/configuration";
import { rules } from "../../policypack/rules";
import { carrierguard, folder } from "./command-line";

test("options of rules reach the pack beside their level", () => {
  const settings = 'profile: strict\nrules:\n  LG-06: {level: advisory, detections: "SOC"}\n  DP-09: {physical: ["N4: audit"]}\n';
  const { stdout, status } = carrierguard(["config"], { folder: folder({ "carrierguard.yaml": settings }) });
  expect(status).toBe(0);
  const { carrierguard: properties } = JSON.parse(stdout) as { carrierguard: { readonly [key: string]: unknown } };
  const policies = new Map([["carrierguard", { level: "mandatory" as const, properties }]]);
  const read = configurationOf({ policies, stack: {}, marked: true }, rules);
  expect(read.settings.rules["LG-06"]).toEqual({ level: "advisory", options: { detections: "SOC" } });
  expect(read.settings.rules["DP-09"]).toEqual({ level: undefined, options: { physical: ["N4: audit"] } });
});
