/** Each component by itself, with nothing but what it must be told: the strictest profile has nothing against what it makes. */

import { readFileSync } from "node:fs";
import { declared, findingsOf, STRICT } from "./program";

jest.setTimeout(120_000);

const ACCOUNT = "arn:aws:iam::123456789012";
const KEY = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";
const ZONES = ["trust-services", "control", "user-plane"];

/** The account's records are another stack's. */
const SETTINGS = {
  ...STRICT,
  rules: {
    "LG-02": { options: { trail: "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org" } },
    "LG-05": { options: { organisation: "111122223333" } },
    "LG-11": { options: { siem: "security account 111122223333" } },
  },
};

const each: { readonly [component: string]: object } = {
  CoreNetwork: { functions: ["NRF", "AMF", "UPF"], plmn: "00101", availabilityZones: ["eu-central-1a", "eu-central-1b"] },
  CoreCluster: {
    zones: ZONES,
    plmn: "00101",
    nodeSubnetIds: Object.fromEntries(ZONES.map((zone, at) => [zone, [`subnet-0${at}a`, `subnet-0${at}b`]])),
    securityGroupIds: Object.fromEntries(ZONES.map((zone, at) => [`nodes-${zone}`, `sg-0${at}`])),
  },
  "CoreCluster with planes": {
    zones: ZONES,
    plmn: "00101",
    nodeSubnetIds: Object.fromEntries(ZONES.map((zone, at) => [zone, [`subnet-0${at}a`, `subnet-0${at}b`]])),
    securityGroupIds: { n2: "sg-n2", ...Object.fromEntries(ZONES.map((zone, at) => [`nodes-${zone}`, `sg-0${at}`])) },
    zonePlanes: { control: ["n2"] },
    planeSubnetIds: { n2: ["subnet-n2a", "subnet-n2b"] },
    availabilityZones: ["eu-central-1a", "eu-central-1b"],
  },
  CoreNamespace: { zone: "control" },
  NetworkFunction: {
    function: "NRF",
    namespace: "core-trust-services",
    peers: {},
    image: `registry.example.com/5gc/nrf@sha256:${"0123456789abcdef".repeat(4)}`,
    plmn: "00101",
    product: {
      vendor: "Example",
      name: "5gc-nrf",
      version: "4.2.1",
      supportUntil: "2029-12-31",
      sbom: "https://sbom.example.com/nrf.json",
    },
  },
  WorkloadIdentity: {
    function: "UDM",
    clusterName: "core",
    namespace: "core-auth",
    serviceAccountName: "udm",
    secretArns: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:udm-AbCdEf"],
    keyArns: ["arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
    permissionsBoundary: `${ACCOUNT}:policy/core-boundary`,
  },
  OperatorAccess: {
    clusterName: "core",
    namespaces: ["core-control"],
    samlProviderArn: `${ACCOUNT}:saml-provider/operators`,
    permissionsBoundary: `${ACCOUNT}:policy/core-boundary`,
    plmn: "00101",
  },
  AuditTrail: { plmn: "00101" },
  RoamingEdge: {
    namespace: "core-roaming",
    partners: [
      {
        name: "partner-a",
        plmn: "00202",
        cidrs: ["198.51.100.0/24"],
        trustAnchor: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
      },
    ],
  },
  ThreatIntelGuard: {
    bundle: readFileSync("examples/insecure-core/indicators.stix.json", "utf8"),
    vpcId: "vpc-0a",
    detectorId: "12abc34d567e8fa901bc2d34e56789f0",
    plmn: "00101",
  },
  AdmissionGuard: { namespaces: ["core-control"], registries: ["registry.example.com/5gc"], signingKey: KEY },
};

test.each(Object.entries(each))("%s", async (component, args) => {
  const { stack, printed } = await declared({ [component.replace(/ .*/, "")]: args });
  expect(printed).toBe("");
  expect(stack.resources.length).toBeGreaterThan(1);
  expect(
    findingsOf(stack, SETTINGS)
      .filter(({ verdict }) => verdict !== "undetermined")
      .map(({ ruleId, resource, message }) => `${ruleId} ${resource.name}: ${message}`),
  ).toEqual([]);
});
