/**
 * No null algorithms: NIA0/EIA0 disabled, NEA0/EEA0 not preferred, SUCI non-null.
 *
 * Rule: Deny NIA0/EIA0 in the integrity list, NEA0/EEA0 first in the ciphering list, empty SUCI profile list or protection scheme 0 only.
 * Exception: regulatory unauthenticated emergency sessions: NIA0 last with waiver
 * Exception: jurisdictions forbidding NAS ciphering
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "DP-07",
  name: "dp-07-no-null-algorithms",
  title: "No null algorithms: NIA0/EIA0 disabled, NEA0/EEA0 not preferred, SUCI non-null",
  family: "data-protection",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap"),
  rationale: "",
  remediation: "reorder lists; dropping NIA0 needs the emergency flag",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.5.1" },
    { framework: "3GPP TS 33.501", ref: "5.5.2" },
    { framework: "3GPP TS 33.512 (SCAS)", ref: "4.2.2.3.2", title: "NAS NULL integrity protection" },
    { framework: "3GPP TS 33.512 (SCAS)", ref: "4.2.2.3.3", title: "NAS integrity algorithm selection and use" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO13-032", title: "Support for NIA0 integrity protection is disabled in AMF unless support for unauthenticated emergency session is a regulatory requirement" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-033", title: "MNOs should ensure that UEs conceal the Subscription Permanent Identifier (SUPI) by using the ECIES profile A or B defined in 3GPP technical specification 33.50" },
    { framework: "NIST CSWP 36A", ref: "", title: "SUCI protection, non-null scheme" },
  ],
  breaks: [
    { id: "FGT1600", name: "Weaken Encryption" },
    { id: "FGT5009", name: "Weaken Integrity" },
    { id: "FGT5019.004", name: "Intercept Unencrypted SUPI" },
  ],
  *check() {
    throw new Error("DP-07 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
