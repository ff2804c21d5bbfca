/**
 * Every core namespace has default-deny ingress and egress policy.
 *
 * Rule: A namespace with core NFs must have a policy selecting all pods with policyTypes [Ingress, Egress] and no rules (or Cilium equivalent), and a CNI that enforces it (VPC CNI enableNetworkPolicy, Cilium, Calico).
 * Exception: kube-system and CNI namespaces
 * Clarified: Isolation is computed per pod and direction: policies that together select every NF pod for both directions satisfy the control without a namespace-wide one. Baseline or admin policies and Cilium default deny count.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SG-11",
  name: "sg-11-default-deny-both-directions",
  title: "Every core namespace has default-deny ingress and egress policy",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "crd:cilium.io/v2:CiliumNetworkPolicy", "crd:cilium.io/v2:CiliumClusterwideNetworkPolicy", "crd:policy.networking.k8s.io/v1alpha2:ClusterNetworkPolicy"),
  rationale: "",
  remediation: "component adds default-deny together with the generated allow set; never alone",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.3.1", title: "Ensure CNI plugin supports network policies (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "4.3.2", title: "Ensure that all Namespaces have Network Policies defined (Automated)" },
    { framework: "CIS EKS 1.8.0", ref: "5.4.4", title: "Ensure Network Policy is Enabled and set as appropriate (Manual)" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "2.0", title: "Pod and/or namespace selectors usage" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-048", title: "Network functions (NFs) only communicate with other Network functions (NFs) for which they are specifically authorized. The rules are applied irrespective of wh" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "NIST SP 800-190", ref: "4.3.3", title: "Poorly separated inter-container network traffic" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-4", title: "Part I: lock down communications among isolated network functions" },
    { framework: "CISA ZTMM v2", ref: "Networks/Network Segmentation" },
  ],
  breaks: [
    { id: "FGT1046", name: "Network Service Discovery" },
    { id: "T1046", name: "Network Service Discovery" },
    { id: "FGT1021", name: "Remote Services" },
    { id: "FGT5003", name: "Network Function Service Discovery" },
  ],
  *check() {
    throw new Error("SG-11 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
