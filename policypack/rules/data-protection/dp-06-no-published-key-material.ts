/**
 * No key that is published anywhere: every PEM block and hexadecimal key of the stack is compared, by fingerprint, with those
 * that open-source cores and the test specifications ship (`data/default_keys.json`).
 */

import { notReadYet } from "../../engine/configuration-targets";
import { keysOfResources } from "../../engine/key-targets";
import { defineRule, fail } from "../../engine/rule";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "DP-06",
  name: "dp-06-no-published-key-material",
  title: "Published default key material must not be deployed",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: keysOfResources,
  rationale:
    "Everybody can download these keys: with the home-network key a subscriber's identity is decrypted off the air, with the TLS keys any function is impersonated, with K and OPc a SIM is cloned.",
  remediation:
    "Generate keys of your own, keep them in a secret store or HSM, and re-provision SIMs whose K, OPc or home-network key is published.",
  standards: [
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-PWD",
      title: "Hardening: no default passwords",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO14-013",
      title:
        "Any vendor default (e.g. self-signed) certificates should be removed and replaced with MNO generated certificates for NFV. Each MNO should develop a certificate",
    },
    { framework: "3GPP TS 33.501", ref: "5.8.2" },
    { framework: "NIST SP 800-53r5", ref: "IA-5(7)", title: "Authenticator Management | No Embedded Unencrypted Static Authenticators" },
  ],
  breaks: [
    { id: "FGT5040", name: "Discover Operator Private Key" },
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT5019.004", name: "Intercept Unencrypted SUPI" },
  ],
  waivable: false,
  subsumes: { "DP-05": "resource" },
  *check(subject) {
    if ("unread" in subject) {
      if (subject.networkFunctions.includes("UDM")) yield notReadYet(subject, "no published key");
      return;
    }
    const published = subject.keys.flatMap((found) =>
      found.key.published === undefined ? [] : [{ found, published: found.key.published }],
    );
    if (published.length === 0) return;
    const kinds = [...new Set(published.map((item) => `${item.published.kind.replace(/-/g, " ")} of ${item.published.product}`))];
    yield fail({
      message: `${subject.title} deploys published key material (${kinds.join(", ")}): anybody can decrypt or impersonate with it.`,
      evidence: published.map((item) => ({
        path: item.found.node.path,
        actual: `${item.found.key.description}, published in ${item.published.product} as ${item.published.path}`,
        expected: "a key of your own",
      })),
      networkFunctions: subject.networkFunctions,
      cause: "published",
    });
  },
  examples: () => ({
    pass: [
      {
        name: "a digest that is no key",
        resources: [object("v1", "ConfigMap", "amf", { data: { "amf.yaml": `amf: {}\nchecksum: ${"ab".repeat(32)}` } })],
      },
      {
        name: "a path to a key file is no key",
        resources: [
          object("v1", "ConfigMap", "udm", { data: { "udm.yaml": "udm: {hnet: [{id: 1, scheme: 1, key: /etc/hnet/curve25519-1.key}]}" } }),
        ],
      },
    ],
    fail: [
      {
        name: "free5GC's home-network key",
        resources: [
          object("v1", "ConfigMap", "udm", {
            data: {
              "udmcfg.yaml":
                "configuration: {SuciProfile: [{ProtectionScheme: 1, PrivateKey: c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d}]}",
            },
          }),
        ],
      },
      {
        name: "the test subscriber of TS 35.208 in a provisioning command, in a Secret, in capitals",
        resources: [
          object("v1", "Secret", "subscribers", {
            stringData: { "add.sh": "dbctl add 999700000000001 465B5CE8B199B49FAA5F0A2EE238A6BC E8ED289DEBA952E4283B54E88E6183CA" },
          }),
        ],
      },
      { name: "in an argument", resources: [networkFunction("udr", { container: { args: ["--k", "465B5CE8B199B49FAA5F0A2EE238A6BC"] } })] },
    ],
    undetermined: [
      {
        name: "the UDM's file comes with the deployment",
        resources: [object("v1", "ConfigMap", "udm", { data: { "udm.yaml": unknownValue() } })],
      },
    ],
  }),
});
