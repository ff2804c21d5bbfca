/**
 * EKS control-plane logging: api, audit, authenticator, controllerManager, scheduler.
 *
 * EKS logs none of the five unless told to (EKS API, Logging). Without audit and authenticator nobody can say who did what, which refuses;
 * the other three are advisory.
 */

import { change, defineRule, fail, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { EKS_CLUSTER } from "../../model/aws/types";
import { resource, unknownValue } from "../../testing/build";

const REQUIRED = ["audit", "authenticator"];
const ADVISED = ["api", "controllerManager", "scheduler"];

export default defineRule({
  id: "LG-01",
  name: "lg-01-eks-control-plane-logging",
  title: "EKS control-plane logging: api, audit, authenticator, controllerManager, scheduler",
  family: "logging",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources(EKS_CLUSTER),
  rationale:
    "Whoever takes over an account of the cluster leaves traces in the audit and authenticator logs and nowhere else: without them an intrusion into the core can be neither seen nor undone.",
  remediation: "Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "2.1.1", title: "Enable audit Logs (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "2.1.2", title: "Ensure audit logs are collected and managed (Manual)" },
    { framework: "NIST SP 800-53r5", ref: "AU-2", title: "Event Logging" },
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "NIST SP 800-207", ref: "tenet 7", title: "Collect information on assets, infrastructure and traffic" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-5", title: "Part I: monitor for adversary lateral movement" },
  ],
  breaks: [
    { id: "T1562.001", name: "Disable or Modify Tools" },
    { id: "FGT1609", name: "Container Administration Command" },
  ],
  remedy: { sets: "enabledClusterLogTypes to all five." },
  *check(cluster) {
    const types = cluster.props.get("enabledClusterLogTypes");
    const items = types.items().map((item) => item.string());
    const on = new Set(items.flatMap((item) => (item.state === "known" ? [item.value] : [])));
    const more = types.list().state === "unknown" || items.some((item) => item.state === "unknown");
    const without = [REQUIRED, ADVISED].map((wanted) => wanted.filter((type) => !on.has(type)));
    for (const [index, missing] of without.entries()) {
      if (missing.length === 0) continue;
      const verdict = more ? undetermined : fail;
      yield verdict({
        message: `EKS cluster ${cluster.name} ${more ? "may write" : "writes"} no ${missing.join(", ")} log: ${index === 0 ? "what an intruder does through the Kubernetes API leaves no trace" : "a part of what an intruder changes leaves no trace"} (Disable or Modify Tools).`,
        evidence: [seen(types, [...REQUIRED, ...ADVISED])],
        changes: change(types, [...REQUIRED, ...ADVISED]),
        cause: index === 0 ? "required" : "advised",
        advisory: index > 0,
      });
      // One line for one list: what is merely advised is in the evidence of what is required.
      if (index === 0) return;
    }
  },
  examples: () => ({
    pass: [
      { name: "all five", resources: [cluster([...ADVISED, ...REQUIRED])] },
      { name: "all five, in another order", resources: [cluster(["scheduler", "audit", "api", "authenticator", "controllerManager"])] },
    ],
    fail: [
      { name: "nothing said: no log", resources: [resource(EKS_CLUSTER, "core", {})] },
      { name: "an empty list", resources: [cluster([])] },
      { name: "the API log alone", resources: [cluster(["api", "controllerManager", "scheduler"])] },
      { name: "audit without authenticator", resources: [cluster(["audit"])] },
      { name: "a scheduler log missing is advisory", resources: [cluster(["api", "audit", "authenticator", "controllerManager"])] },
    ],
    undetermined: [
      {
        name: "a list that the configuration brings",
        resources: [resource(EKS_CLUSTER, "core", { enabledClusterLogTypes: unknownValue() })],
      },
      { name: "one entry that the configuration brings", resources: [cluster(["audit", unknownValue()])] },
    ],
  }),
});

function cluster(enabledClusterLogTypes: readonly (string | ReturnType<typeof unknownValue>)[]) {
  return resource(EKS_CLUSTER, "core", { enabledClusterLogTypes });
}
