/**
 * RBAC must not hand out living-off-the-land verbs (exec, attach, portforward, ephemeralcontainers, secret listing).
 *
 * Rule: Deny create/get on pods/exec, pods/attach, pods/portforward, pods/ephemeralcontainers and list/watch/get on secrets cluster-wide, except roles annotated carrierguard.dev/break-glass=true that are bound only to a time-bound group.
 * Exception: external-secrets and cert-manager controllers: secrets in own namespaces
 * Exception: GitOps controllers: namespaced
 * Clarified: An NF's own ServiceAccount holding create, update, patch or delete on pods, workloads, services, configmaps, secrets or network attachments is a finding too (it can replace another function), unless limited by resourceNames to its own objects.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "ID-04",
  name: "id-04-rbac-no-living-off-the-land-verbs",
  title: "RBAC must not hand out living-off-the-land verbs (exec, attach, portforward, ephemeralcontainers, secret listing)",
  family: "identity",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.1.2", title: "Minimize access to secrets (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.1.4", title: "Minimize access to create pods" },
    { framework: "NIST SP 800-53r5", ref: "AC-6(1)", title: "Least Privilege | Authorize Access to Security Functions" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-038", title: "A centralized Privileged Access Management (PAM) solution is in place. Authorizations for accounts, files, and applications is reduced to the minimum required f" },
    { framework: "UK Telecoms Security Code of Practice", ref: "management plane measures" },
  ],
  breaks: [
    { id: "FGT1609", name: "Container Administration Command" },
    { id: "T1609", name: "Container Administration Command" },
    { id: "T1059.013", name: "Container CLI/API" },
    { id: "T1552.007", name: "Container API" },
  ],
  *check() {
    throw new Error("ID-04 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
