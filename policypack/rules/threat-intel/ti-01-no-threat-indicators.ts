/**
 * No resource references an active threat indicator.
 *
 * Rule: Extract IPs/CIDRs/domains/URLs/digests; deny if an indicator with valid_from<=now<valid_until, not revoked, confidence>=threshold matches (CIDR: indicator inside an allow CIDR no larger than /16 -> deny, larger -> warn).
 * Exception: block-lists naturally contain indicators: skip deny/drop rules and ResolverFirewallDomainList with BLOCK
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "TI-01",
  name: "ti-01-no-threat-indicators",
  title: "No resource references an active threat indicator",
  family: "threat-intel",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "aws:ec2/route:Route", "aws:ec2/vpnConnection:VpnConnection", "aws:ec2/customerGateway:CustomerGateway", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:ConfigMap", "kubernetes:networking.k8s.io/v1:Ingress", "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList", "crd:networking.istio.io/v1:ServiceEntry"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "OASIS STIX 2.1", ref: "indicator" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(24)", title: "System Monitoring | Indicators of Compromise" },
    { framework: "NIST SP 800-53r5", ref: "PM-16", title: "Threat Awareness Program" },
    { framework: "NIST SP 800-53r5", ref: "SI-5", title: "Security Alerts, Advisories, and Directives" },
    { framework: "NIST SP 800-207", ref: "tenet 7", title: "Collect information on assets, infrastructure and traffic" },
  ],
  breaks: [
    { id: "FGT1041", name: "Exfiltration Over C2 Channel" },
    { id: "FGT1572", name: "Protocol Tunneling" },
    { id: "T1071", name: "Application Layer Protocol" },
  ],
  *check() {
    throw new Error("TI-01 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
