/**
 * N2 and N4 are exposed only to their declared peers and never through load balancers or node ports.
 *
 * Rule: Deny Service LoadBalancer/NodePort/externalIPs for ports 8805, 2152, 2123, 3868, 27017 and SBI; SCTP 38412 sources limited to gNB/SEG/N3IWF CIDRs; PFCP only between SMF and UPF addresses.
 * Exception: N2 via dedicated ENI address
 * Exception: UPF at far edge: N4 over IPsec
 * Clarified: Not about edge functions on their edge plane: SEPP N32, NEF/AF northbound, DEA Diameter, N3IWF IKE behind a load balancer are judged by SG-21, SG-22, SG-25 and ID-13. NodePort and externalIPs for 38412 and 36412 are denied as the title says.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "SG-17",
  name: "sg-17-n2-n4-only-to-declared-peers",
  title: "N2 and N4 are exposed only to their declared peers and never through load balancers or node ports",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:Service", "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.2" },
    { framework: "3GPP TS 33.501", ref: "9.9" },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.5", title: "Signalling Data Protection" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-029", title: "Non-SBA interfaces internal to the 5G core (such as N4 and N9), as well as DIAMETER or GTP-based interfaces between the 5G Core and entities not part of the 5G " },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-064", title: "For the security of MEC interfaces, IPsec for the N4 interface to protect the confidentiality and integrity of signaling data is implemented. The management int" },
  ],
  breaks: [
    { id: "FGT5008", name: "Redirection Of Traffic Via User Plane Network Function" },
    { id: "FGT1498.503", name: "Malicious Packets To Network Functions" },
    { id: "FGT1642.503", name: "AMF" },
  ],
  *check() {
    throw new Error("SG-17 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
