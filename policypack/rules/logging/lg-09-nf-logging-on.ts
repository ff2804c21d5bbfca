/**
 * NF security-event logging is on and not filtered away.
 *
 * Rule: Deny logger.enable=false or level fatal/panic/none; SEPP must log PLMN-ID and RI mismatches; NRF must log registration, deregistration and token issue; UDM/AUSF must log authentication results; logs go to stdout/collector, not only emptyDir files.
 * Exception: data-plane UPF packet logs off is fine
 * Clarified: Decided from declarations: logger enable and level, and where logs go. Which security events an NF writes cannot be read from them and is not judged.
 * Clarified: Where the declarations cannot show it (MFA quality, sensor rules, GTP firewall behaviour, physical protection, event content, instance owner), the answer is undetermined with what evidence would settle it, never pass.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "LG-09",
  name: "lg-09-nf-logging-on",
  title: "NF security-event logging is on and not filtered away",
  family: "logging",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap"),
  rationale: "",
  remediation: "set level info",
  standards: [
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.1", title: "Security event logging" },
    { framework: "3GPP TS 33.501", ref: "13.1.2" },
    { framework: "3GPP TS 33.501", ref: "13.2.4.7" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-003", title: "UDM logs the authentication status and timestamp of subscriber authentication, in particular when the subscriber is in a visited network" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO23-002", title: "Security events are logged together with a unique system reference (e.g. host name, IP or MAC address) along with the exact time of the incident. Network produc" },
    { framework: "NIST SP 800-53r5", ref: "AU-3", title: "Content of Audit Records" },
  ],
  breaks: [
    { id: "FGT1562", name: "Impair Defenses" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "FGT1036.501", name: "PLMN ID" },
  ],
  *check() {
    throw new Error("LG-09 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
