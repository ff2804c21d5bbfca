/**
 * SBI is mutually authenticated: strict mTLS on every SBA namespace.
 *
 * Rule: Every namespace holding an SBI producer needs an effective PeerAuthentication STRICT (mesh-root or namespace) with no PERMISSIVE/DISABLE at workload or port level on SBI ports; DestinationRule tls.mode must not be DISABLE/SIMPLE for SBI hosts. Alternative satisfaction: NF-native mTLS proven by ID-08.
 * Exception: non-TCP NFs (UPF N3/N4) are out of scope of the mesh
 * Exception: portLevelMtls DISABLE allowed for metrics port if NetworkPolicy restricts it to observability
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-07",
  name: "id-07-sbi-strict-mtls",
  title: "SBI is mutually authenticated: strict mTLS on every SBA namespace",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources("crd:security.istio.io/v1:PeerAuthentication", "crd:networking.istio.io/v1:DestinationRule", "kubernetes:core/v1:Namespace"),
  rationale: "",
  remediation: "set mode STRICT when all NFs in namespace are mesh-enrolled; else no",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    { framework: "3GPP TS 33.501", ref: "13.3.2.1" },
    { framework: "3GPP TS 33.501", ref: "5.9.2.1" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.2.2.2", title: "Protection at the transport layer" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-023", title: "Service based interfaces (SBIs) of all network functions support transport layer security (TLS) (unless other countermeasures are used, such as physical securit" },
    { framework: "NIST SP 800-207", ref: "tenet 2", title: "All communication is secured regardless of network location" },
    { framework: "NIST SP 800-207A", ref: "identity tier", title: "identity-tier and network-tier policies" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
    { framework: "NIST SP 800-53r5", ref: "IA-9", title: "Service Identification and Authentication" },
    { framework: "NIST SP 800-53r5", ref: "IA-3(1)", title: "Device Identification and Authentication | Cryptographic Bidirectional Authentication" },
    { framework: "CISA ZTMM v2", ref: "Networks/Traffic Encryption" },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "T1040", name: "Network Sniffing" },
  ],
  *check() {
    throw new Error("ID-07 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
