/**
 * Service access is authorised with NRF-issued OAuth2 tokens (NF-native or mesh-enforced), with short expiry.
 *
 * Rule: Each SBI producer must have token verification: product setting on (e.g. free5GC nrf oauth: true) or RequestAuthentication(issuer=NRF, jwks in-cluster) plus AuthorizationPolicy requiring the JWT with scope=<service> and aud=<nf type/instance>. Token lifetime <= 1h default because 33.501 has no revocation.
 * Exception: NRF's own nnrf-nfm/nnrf-disc: tokens optional (33.501 13.3.1.3)
 * Exception: notification callbacks: OAuth does not apply (13.4.1.0) -> mTLS identity rule required instead
 * Exception: open5gs has no token enforcement: mesh path only
 * Clarified: TS 33.501 makes the token framework mandatory to support, not to use: static authorization by local policy is allowed in the PLMN. For a product whose NFs do not request tokens (open5gs), the control is met by SG-18 and SG-19 on every producer and reported as advisory; never ask for a mesh rule requiring the JWT there, it stops the core.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-11",
  name: "id-11-sbi-access-authorised-by-oauth2",
  title: "Service access is authorised with NRF-issued OAuth2 tokens (NF-native or mesh-enforced), with short expiry",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources("crd:security.istio.io/v1:RequestAuthentication", "crd:security.istio.io/v1:AuthorizationPolicy", "kubernetes:core/v1:ConfigMap"),
  rationale: "",
  remediation: "library emits RequestAuthentication; cannot switch on blindly",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.4.1.0" },
    { framework: "3GPP TS 33.501", ref: "13.4.1.1.2" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.2.2.3.1", title: "Authorization token verification failure handling wthin one PLMN" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-074", title: "NF service providers ensure integrity of the access token by verifying signature using the NRF's public key or verifying a MAC when using shared keys. NF provid" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-035", title: "NRFs should implement Nnrf_AccessToken_Get service in accordance with 3GPP technical specification 33.501, clause 14.3" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 6", title: "AuthN and authZ are dynamic and enforced before access" },
    { framework: "GSMA FS.40", ref: "", title: "5G Security Guide" },
  ],
  breaks: [
    { id: "FGT5043", name: "Unauthorized Access To Core Network Function Via Token Abuse" },
    { id: "FGT5043.001", name: "Exploit OAuth2 Scope" },
    { id: "FGT5011", name: "Unauthorized Access To Network Exposure Function (NEF) Via Token Fraud" },
  ],
  *check() {
    throw new Error("ID-11 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
