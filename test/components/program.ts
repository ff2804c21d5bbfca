/** Components as a program declares them: hosted as `check` hosts any program. */

import { readProgram } from "../../cli/inputs/program";
import { evaluate } from "../../policypack/engine/evaluate";
import type { Finding } from "../../policypack/engine/finding";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE, type Settings } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import type { Stack } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";

const REGISTRY = "registry.example.com/5gc";

/** Settings of a carrier that uses the library. */
export const STRICT: Settings = {
  ...DEFAULT_SETTINGS,
  profile: "strict",
  registries: [REGISTRY],
  zones: { ran: ["10.100.0.0/16"], interconnect: ["198.51.100.0/24"] },
};

/** What a program declares that makes these components; `print` holds what it wrote. */
export async function declared(components: { readonly [component: string]: object }): Promise<{ stack: Stack; printed: string }> {
  let printed = "";
  process.env["CORE_CASE"] = JSON.stringify(components);
  try {
    const { stack } = await readProgram("test/fixtures/components", { print: (text) => (printed += text) });
    return { stack, printed };
  } finally {
    delete process.env["CORE_CASE"];
  }
}

export function findingsOf(stack: Stack, settings: Settings = STRICT): readonly Finding[] {
  return evaluate(new CoreModel(stack, { defaultNamespace: "default" }), rules, settings, NO_KNOWLEDGE).findings;
}

/** One function of a core, with an image of that digest. */
function runs(name: string): { readonly image: string; readonly product: object } {
  return {
    image: `${REGISTRY}/${name}@sha256:${Buffer.from(name.padEnd(32, "x").slice(0, 32)).toString("hex")}`,
    product: {
      vendor: "Example",
      name: `5gc-${name}`,
      version: "4.2.1",
      supportUntil: "2029-12-31",
      sbom: `https://sbom.example.com/${name}.json`,
    },
  };
}

export function coreOf(functions: readonly string[], more: object = {}): { FiveGCore: object } {
  return {
    FiveGCore: {
      plmn: "00101",
      availabilityZones: ["eu-central-1a", "eu-central-1b"],
      ranCidrs: ["10.100.0.0/16"],
      registries: [REGISTRY],
      signingKey: "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
      functions: Object.fromEntries(functions.map((id) => [id, { ...runs(id.toLowerCase()), ...DATABASE[id] }])),
      ...more,
    },
  };
}

/** How MongoDB is told to ask for passwords and TLS. */
const DATABASE: { readonly [id: string]: object } = {
  "SUBSCRIBER-DB": {
    arguments: [
      "--auth",
      "--tlsMode",
      "requireTLS",
      "--tlsCertificateKeyFile",
      "/tls/tls.pem",
      "--tlsCAFile",
      "/tls/ca.crt",
      "--bind_ip_all",
    ],
  },
};
