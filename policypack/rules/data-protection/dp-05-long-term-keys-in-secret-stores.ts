/**
 * Long-term keys (K, OPc, home-network, token-signing and N32 keys) come from an HSM or secret store, never from plain resources
 * (TS 33.501 5.8.2, TS 33.117 4.2.3.2.3). A path to a key file is no key; digests and public keys are none.
 */

import type { KeyFound } from "../../analysis/key-material";
import { notReadYet } from "../../engine/configuration-targets";
import { keysOfResources } from "../../engine/key-targets";
import { defineRule, fail } from "../../engine/rule";
import { networkFunction, object, secretValue, unknownValue } from "../../testing/build";

export default defineRule({
  id: "DP-05",
  name: "dp-05-long-term-keys-in-secret-stores",
  title:
    "Long-term keys (K, OPc, Home Network private key, token-signing key, N32 keys) live in HSM/secret manager, never in plain resources",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: keysOfResources,
  rationale:
    "Whoever reads the object has the key for good: K and OPc clone the SIM, the home-network key decrypts every SUCI, the NRF's key signs any token. ConfigMaps, variables and arguments are read by far more than the function.",
  remediation:
    "Keep the key in an HSM or secret manager and bring it in by ExternalSecret or the Secrets Store CSI driver as a read-only file for this function's ServiceAccount alone; then replace the key, since it has been in the open.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.8.1" },
    { framework: "3GPP TS 33.501", ref: "5.8.2" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-001", title: "Protect the Home Network private key from physical attacks in the UDM" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO14-002",
      title: "The algorithm for subscriber privacy (SUCI to SUPI mapping) is executed in the secure environment of the UDM",
    },
    { framework: "CIS EKS 1.8.0", ref: "4.4.1", title: "Prefer using secrets as files over secrets as environment variables (Automated)" },
    { framework: "CIS EKS 1.8.0", ref: "4.4.2", title: "Consider external secret storage (Manual)" },
    { framework: "NIST SP 800-53r5", ref: "SC-12", title: "Cryptographic Key Establishment and Management" },
    { framework: "NIST SP 800-53r5", ref: "SC-28(3)", title: "Protection of Information at Rest | Cryptographic Keys" },
    { framework: "NIST CSWP 36B", ref: "", title: "hardware-enabled platform integrity" },
  ],
  breaks: [
    { id: "FGT5040", name: "Discover Operator Private Key" },
    { id: "FGT5044", name: "Force Generation Of Subscriber Keys" },
    { id: "FGT1555", name: "Credentials from Password Stores" },
    { id: "T1552.004", name: "Private Keys" },
  ],
  subsumes: { "ID-19": "evidence" },
  *check(subject) {
    if ("unread" in subject) {
      if (subject.networkFunctions.includes("UDM")) yield notReadYet(subject, "no private key in it");
      return;
    }
    const keys = subject.keys.filter(isLongTerm);
    if (keys.length === 0) return;
    const kept = keys.every((found) => found.place === "Secret" && found.markedSecret);
    const descriptions = [...new Set(keys.map((found) => found.key.description))];
    yield fail({
      message: `${subject.title} carries ${descriptions.join(", ")} in ${WHERE[keys[0]?.place ?? ""] ?? "plain"}: whoever may read the object can clone SIMs, reveal subscribers or sign tokens with it.`,
      evidence: keys.map((found) => ({ path: found.node.path, actual: found.key.description, expected: "a reference to a secret store" })),
      networkFunctions: subject.networkFunctions,
      cause: "keys",
      advisory: kept,
    });
  },
  examples: () => ({
    pass: [
      {
        name: "a public home-network key",
        resources: [
          object("v1", "ConfigMap", "ue", {
            data: { "key.pem": `-----BEGIN PUBLIC KEY-----\n${"QUJD".repeat(20)}\n-----END PUBLIC KEY-----` },
          }),
        ],
      },
      {
        name: "an image digest and a checksum",
        resources: [
          object("v1", "ConfigMap", "amf", { data: { "amf.yaml": `amf: {}\nsha256: ${"ab".repeat(32)}` } }),
          networkFunction("amf"),
        ],
      },
      {
        name: "a TLS key in a Secret, as kubectl applied it",
        resources: [
          object("v1", "Secret", "amf-tls", {
            metadata: {
              annotations: {
                "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"tls.key":"${Buffer.from(`-----BEGIN EC PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END EC PRIVATE KEY-----`).toString("base64")}"}}`,
              },
            },
          }),
          networkFunction("amf"),
        ],
      },
      {
        name: "a reference to a secret store",
        resources: [
          object("external-secrets.io/v1", "ExternalSecret", "udm-hnet", { spec: { target: { name: "udm-hnet" } } }),
          networkFunction("udm"),
        ],
      },
      {
        name: "K and OPc of a UE simulator",
        resources: [
          object("v1", "ConfigMap", "ue", {
            data: { "ue.yaml": `supi: 'imsi-999700000000001'\nkey: '${"1a".repeat(16)}'\nop: '${"2b".repeat(16)}'` },
          }),
          networkFunction("ueransim-ue", { pod: { volumes: [{ name: "c", configMap: { name: "ue" } }] } }),
        ],
      },
    ],
    fail: [
      {
        name: "a PEM private key in an annotation of the pods",
        resources: [
          networkFunction("nrf", {
            annotations: { "example.com/key": `-----BEGIN EC PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END EC PRIVATE KEY-----` },
          }),
        ],
      },
      {
        name: "a home-network private key in a ConfigMap",
        resources: [
          object("v1", "ConfigMap", "udm", {
            data: { "udmcfg.yaml": `configuration:\n  SuciProfile:\n    - ProtectionScheme: 1\n      PrivateKey: ${"1a2b3c4d".repeat(8)}` },
          }),
        ],
      },
      {
        name: "a PEM private key in a ConfigMap",
        resources: [
          object("v1", "ConfigMap", "nrf", {
            data: { "root.key": `-----BEGIN EC PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END EC PRIVATE KEY-----` },
          }),
        ],
      },
      { name: "OPc in a variable", resources: [networkFunction("udr", { container: { env: [{ name: "OPC", value: "1a".repeat(16) }] } })] },
      {
        name: "the home-network key written into a Secret of the program",
        resources: [
          object("v1", "Secret", "udm-hnet", {
            stringData: { "hnet.key": `-----BEGIN PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END PRIVATE KEY-----` },
          }),
        ],
      },
      {
        name: "the same as a Pulumi secret, which only advises",
        resources: [
          object("v1", "Secret", "udm-hnet", {
            stringData: { "hnet.key": secretValue(`-----BEGIN PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END PRIVATE KEY-----`) },
          }),
        ],
      },
    ],
    undetermined: [
      {
        name: "the UDM's file comes with the deployment",
        resources: [object("v1", "ConfigMap", "udm", { data: { "udmcfg.yaml": unknownValue() } })],
      },
    ],
  }),
});

/** Places other than a file, for people. */
const WHERE: { readonly [place: string]: string } = {
  arguments: "its arguments",
  environment: "its environment",
  annotations: "its annotations",
};

/** Entries of Secrets that hold long-term keys of the core; other private keys in Secrets are the work of certificate managers. */
const LONG_TERM_ENTRY =
  /hnet|home[-_]?network|suci|curve25519|secp256r1|(^|[-_.])(k|ki|opc?|milenage)([-_.]|$)|token[-_]?sign|sign(ing)?[-_]?key|nrf[-_.]?(priv|root|key)|root\.key|n32|sepp.*key|oauth/i;

function isLongTerm({ key, place, entry, resource }: KeyFound): boolean {
  if (key.form === "certificate" || (key.published?.kind.includes("public") ?? false)) return false;
  if (key.form === "hex" && !key.named && key.published === undefined) return false;
  if (place !== "Secret") return true;
  return key.form === "hex" || LONG_TERM_ENTRY.test(entry) || LONG_TERM_ENTRY.test(resource.name);
}
