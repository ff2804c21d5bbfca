/**
 * Long-term keys (K, OPc, Home Network private key, token-signing key, N32 keys) live in HSM/secret manager, never in plain resources.
 *
 * Rule: Deny PEM/32-byte hex private keys in ConfigMap or env; UDM hnet keys and NRF signing key only from ExternalSecret/CSI with CMK or CloudHSM; mounted as files, read-only, to that NF's ServiceAccount only.
 * Exception: public HN keys
 * Exception: Pulumi secret outputs feeding a Secret with DP-01 in place: advisory
 * Clarified: K and OPc are 32 hex digits, home-network and signing keys 64: a bare hex string counts only under a key-like field name (k, opc, op, hnet, privateKey, key) or by fingerprint; digests and checksums of that length are no keys.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "DP-05",
  name: "dp-05-long-term-keys-in-secret-stores",
  title: "Long-term keys (K, OPc, Home Network private key, token-signing key, N32 keys) live in HSM/secret manager, never in plain resources",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "aws:secretsmanager/secret:Secret", "aws:kms/key:Key", "crd:external-secrets.io/v1:ExternalSecret", "crd:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", "kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.8.1" },
    { framework: "3GPP TS 33.501", ref: "5.8.2" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-001", title: "Protect the Home Network private key from physical attacks in the UDM" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-002", title: "The algorithm for subscriber privacy (SUCI to SUPI mapping) is executed in the secure environment of the UDM" },
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
  *check() {
    throw new Error("DP-05 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
