/**
 * Subscriber database requires authentication and TLS.
 *
 * Rule: Deny mongodb:// URIs without credentials, without tls=true, or with tlsAllowInvalid*; deny mongod --noauth; DocDB tls parameter must be enabled; Redis in-transit encryption + auth.
 * Exception: mesh-protected DB inside STRICT mesh still needs authentication
 * Clarified: mongodb+srv:// implies TLS unless tls=false; ssl=true equals tls=true.
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: "DP-03",
  name: "dp-03-subscriber-database-authenticated-and-encrypted",
  title: "Subscriber database requires authentication and TLS",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "aws:docdb/clusterParameterGroup:ClusterParameterGroup", "aws:elasticache/replicationGroup:ReplicationGroup", "kubernetes:core/v1:Pod", "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"),
  rationale: "",
  remediation: "",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.8b" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.2.4", title: "Protecting data and information in transfer" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.4.1.1", title: "System functions shall not be used without successful authentication and authorization." },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-067", title: "Sensitive data in persistent/temporary storage has restricted access and files are protected against manipulation" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT1195.501", name: "SIM Credentials Theft" },
    { id: "T1552.001", name: "Credentials In Files" },
  ],
  *check() {
    throw new Error("DP-03 has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
