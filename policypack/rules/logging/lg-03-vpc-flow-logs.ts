/**
 * Flow logs on every core VPC and transit attachment, all traffic, fine aggregation.
 *
 * Rule: Each core VPC needs FlowLog trafficType ALL (REJECT alone is not enough); 60 s aggregation on roaming, RAN and user-plane; custom format with pkt-srcaddr, pkt-dstaddr, tcp-flags, flow-direction, traffic-path; NetworkFirewall logging on.
 * Exception: N3/N6 volume: sampling is not available, S3 Parquet destination
 * Clarified: Core VPC as in SG-03.
 * Clarified: Transit-gateway flow logs take no trafficType, always aggregate at 60 s and lack the pkt-* and traffic-path fields: only their existence is judged.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "LG-03",
  name: "lg-03-vpc-flow-logs",
  title: "Flow logs on every core VPC and transit attachment, all traffic, fine aggregation",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: resources("aws:ec2/vpc:Vpc", "aws:ec2/flowLog:FlowLog", "aws:ec2transitgateway/vpcAttachment:VpcAttachment"),
  rationale: "",
  remediation: "component adds FlowLog",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "3.7", title: "Ensure VPC flow logging is enabled in all VPCs" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-FLOW", title: "Monitoring: flow monitoring at key ingress/egress" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(4)", title: "System Monitoring | Inbound and Outbound Communications Traffic" },
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "CISA ZTMM v2", ref: "Networks" },
  ],
  breaks: [
    { id: "FGT1572", name: "Protocol Tunneling" },
    { id: "T1572", name: "Protocol Tunneling" },
    { id: "FGT1048", name: "Exfiltration Over Alternative Protocol" },
  ],
  *check() {
    throw new Error("LG-03 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
