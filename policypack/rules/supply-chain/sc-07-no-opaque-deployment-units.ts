/**
 * No opaque deployment units for core NFs.
 *
 * Rule: helm.sh/v3:Release renders on the Helm side and hides its pods from preview policies: deny for core NFs unless a rendered-manifest digest or a companion render check (helm template) is supplied; chart version must be exact.
 * Exception: operators in platform namespaces
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SC-07",
  name: "sc-07-no-opaque-deployment-units",
  title: "No opaque deployment units for core NFs",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:helm.sh/v3:Release", "kubernetes:kustomize/v2:Directory"),
  rationale: "",
  remediation: "use helm.sh/v4:Chart or rendered YAML",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-2", title: "Baseline Configuration" },
    { framework: "NIST SP 800-53r5", ref: "CM-3", title: "Configuration Change Control" },
    { framework: "NIST SP 800-53r5", ref: "SA-10", title: "Developer Configuration Management" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-072", title: "New or modified VNF service templates should be validated through a robust risk assessment to ensure that they adhere to specific security policies on interface" },
  ],
  breaks: [
    { id: "FGT1072", name: "Software Deployment Tools" },
    { id: "FGT5039", name: "Manipulate Virtual Network Function (VNF) Configuration" },
  ],
  *check() {
    throw new Error("SC-07 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
