/**
 * NF-native SBI configuration must not be plaintext or skip client verification.
 *
 * Rule: Parse NF YAML (open5gs, free5GC, OAI shapes): deny scheme http, http:// SBI/NRF/SCP URIs, verify_client false/insecure_skip_verify; N32 sections may never be http.
 * Exception: http inside a STRICT mesh (33.501 13.1.0 'unless network security is provided by other means') downgrades to advisory, except for N32
 * Clarified: Decided on the one resource where that suffices (so that it blocks before anything is made), and again with the stack where relations are needed; one finding, not two.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-08",
  name: "id-08-sbi-configuration-not-plaintext",
  title: "NF-native SBI configuration must not be plaintext or skip client verification",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"),
  rationale: "",
  remediation: "certificates must exist first",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    { framework: "3GPP TS 33.310", ref: "6.1.3c" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.5.1", title: "HTTPS" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-TLS", title: "Hardening: TLS 1.3, PKI certificates not self-signed" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-027", title: "Communication between web client and web server is protected using TLS (unless other countermeasures, such as physical security for local services on a single s" },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT1600.502", name: "Network Interfaces" },
  ],
  *check() {
    throw new Error("ID-08 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
