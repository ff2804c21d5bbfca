/**
 * No world-open ingress to any core or management port.
 *
 * Rule: Deny ingress from 0.0.0.0/0, ::/0 or prefixes shorter than /8 (v4) or /32 (v6), incl. split halves (0.0.0.0/1).
 * Exception: N3IWF udp/500, udp/4500 and IP 50
 * Exception: NEF/SEPP gateway 443 only if the listener satisfies ID-13/SG-22
 * Exception: UPF N6 return traffic is stateful, needs none
 * Clarified: A network ACL that is open in front of closed security groups is no finding; a security group that is open behind a closed ACL is one.
 * Clarified: udp/500, udp/4500 and IP 50 from anywhere are accepted on a declared SEG as on the N3IWF.
 * Clarified: Decided on the one resource where that suffices (so that it blocks before anything is made), and again with the stack where relations are needed; one finding, not two.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SG-05",
  name: "sg-05-no-world-open-ingress",
  title: "No world-open ingress to any core or management port",
  family: "segmentation",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: resources("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:ec2/networkAcl:NetworkAcl", "aws:ec2/networkAclRule:NetworkAclRule"),
  rationale: "",
  remediation: "removing a rule can drop traffic; library offers peer prefix lists",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.2", title: "Ensure no Network ACLs allow ingress from 0.0.0.0/0 to remote server administration ports" },
    { framework: "CIS AWS Foundations 5.0", ref: "5.3", title: "Ensure no security groups allow ingress from 0.0.0.0/0 to remote server administration ports" },
    { framework: "CIS AWS Foundations 5.0", ref: "5.4", title: "Ensure no security groups allow ingress from ::/0 to remote server administration ports" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.6.2.1", title: "Packet filtering" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-ACL", title: "Hardening: default-deny ACL ingress and egress, log denies" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(5)", title: "Boundary Protection | Deny by Default — Allow by Exception" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-005", title: "Network product has mechanisms for filtering incoming IP packets at the network and transport layer as defined in RFC 3871 and 3GPP TS 33.117, cl. 4.2.6.2.1. Th" },
  ],
  breaks: [
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
    { id: "T1190", name: "Exploit Public-Facing Application" },
    { id: "T1133", name: "External Remote Services" },
  ],
  *check() {
    throw new Error("SG-05 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
