/** Cores as carriers may ask for them: the least that a call needs, everything, and any between. */

import fc from "fast-check";
import { coreOf } from "./program";

/** What a call needs. */
export const SMALL = ["NRF", "AMF", "SMF", "AUSF", "UDM", "UDR", "UPF", "SUBSCRIBER-DB"];
const MORE = ["PCF", "NSSF", "NEF", "SCP", "SEPP", "BSF", "CHF", "NWDAF", "SMSF", "LMF", "GMLC", "5G-EIR", "NSSAAF", "NSACF", "AAnF", "UDSF", "N3IWF"]; // prettier-ignore

const anchor = (of: string) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(of).toString("base64")}\n-----END CERTIFICATE-----`;
export const PARTNERS = [
  { name: "visited-one", plmn: "26201", cidrs: ["198.51.100.0/25"], trustAnchor: anchor("one") },
  { name: "visited-two", plmn: "310-410", cidrs: ["198.51.100.128/25"], trustAnchor: anchor("two") },
];

const BUNDLE = JSON.stringify({
  type: "bundle",
  id: "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
  objects: [
    {
      type: "indicator",
      spec_version: "2.1",
      id: "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
      created: "2026-01-01T00:00:00.000Z",
      modified: "2026-01-01T00:00:00.000Z",
      pattern: "[ipv4-addr:value = '203.0.113.7'] OR [domain-name:value = 'c2.example']",
      pattern_type: "stix",
      valid_from: "2026-01-01T00:00:00Z",
    },
  ],
});

/** Cores with the functions that a call needs, and any others. */
export const cores = fc
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
      ...(partners && functions.includes("SEPP") ? { partners: PARTNERS } : {}),
    });
    const upf = (core.FiveGCore as { functions: { [id: string]: object } }).functions["UPF"];
    Object.assign(upf ?? {}, { dataPlane, ...(dataPlane === "dpdk" ? { device: "intel.com/sriov_dpdk" } : {}) });
    return core;
  });

/** Every function, with roaming, threat intelligence and operators. */
export function everything(): { FiveGCore: object } {
  return coreOf([...SMALL, ...MORE], {
    partners: PARTNERS,
    oamCidrs: ["10.200.0.0/24"],
    threatIntel: BUNDLE,
    samlProviderArn: "arn:aws:iam::123456789012:saml-provider/staff",
  });
}
