/**
 * ServiceAccount token automount off unless the NF needs the Kubernetes API.
 *
 * Rule: Deny/remediate when automountServiceAccountToken is not false on core NF pods or their ServiceAccounts.
 * Exception: operators, leader-election users and Multus/CNI agents with label carrierguard.dev/k8s-api-client=true
 * Exception: mesh sidecars use projected istio-token volumes and are unaffected
 * Clarified: Decided on the one resource where that suffices (so that it blocks before anything is made), and again with the stack where relations are needed; one finding, not two.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-02",
  name: "id-02-service-account-token-automount-off",
  title: "ServiceAccount token automount off unless the NF needs the Kubernetes API",
  family: "identity",
  severity: "medium",
  scope: "both",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:ServiceAccount"),
  rationale: "",
  remediation: "set automountServiceAccountToken: false where no RoleBinding or ClusterRoleBinding of the stack names the ServiceAccount",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.1.6", title: "Ensure that Service Account Tokens are only mounted where necessary (Automated)" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.11", title: "Protecting Pod service account tokens" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    { framework: "NIST SP 800-207", ref: "tenet 3", title: "Access is granted per session" },
  ],
  breaks: [
    { id: "T1552.007", name: "Container API" },
    { id: "T1528", name: "Steal Application Access Token" },
    { id: "T1613", name: "Container and Resource Discovery" },
  ],
  *check() {
    throw new Error("ID-02 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
