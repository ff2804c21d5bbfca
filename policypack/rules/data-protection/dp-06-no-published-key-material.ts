/**
 * Published default key material must not be deployed.
 *
 * Rule: SHA-256 of every PEM/hex key compared with default_keys.json (open5gs hnet and tls keys, free5GC SUCI profiles and certs); also well-known test K/OPc.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "DP-06",
  name: "dp-06-no-published-key-material",
  title: "Published default key material must not be deployed",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"),
  rationale: "",
  remediation: "generate new keys and re-provision SIMs",
  standards: [
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-PWD", title: "Hardening: no default passwords" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-013", title: "Any vendor default (e.g. self-signed) certificates should be removed and replaced with MNO generated certificates for NFV. Each MNO should develop a certificate" },
    { framework: "3GPP TS 33.501", ref: "5.8.2" },
    { framework: "NIST SP 800-53r5", ref: "IA-5(7)", title: "Authenticator Management | No Embedded Unencrypted Static Authenticators" },
  ],
  breaks: [
    { id: "FGT5040", name: "Discover Operator Private Key" },
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT5019.004", name: "Intercept Unencrypted SUPI" },
  ],
  *check() {
    throw new Error("DP-06 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
