/**
 * RBAC hands out nothing that an intruder could live off: shells in pods, tunnels to them, all secrets of the cluster; and a function's
 * own ServiceAccount cannot replace other functions.
 */

import { bindingsOf, grants, holders } from "../../analysis/rbac/grants";
import { defineRule, type Evidence, fail, type RuleContext, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "ID-04",
  name: "id-04-rbac-no-living-off-the-land-verbs",
  title: "RBAC must not hand out living-off-the-land verbs (exec, attach, portforward, ephemeralcontainers, secret listing)",
  family: "identity",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: objects(["rbac.authorization.k8s.io/v1", "ClusterRole"], ["rbac.authorization.k8s.io/v1", "Role"]),
  rationale:
    "With exec, port-forward or all secrets in hand an intruder needs no malware: the cluster's own tools open a shell in the UDM and read every key, and it looks like an operator at work.",
  remediation:
    "Take these verbs out of the role; give operators a break-glass role (annotation carrierguard.dev/break-glass=true) that is bound to a group for a limited time. A function's own ServiceAccount reads at most its own objects, by resourceNames.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.1.2", title: "Minimize access to secrets (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.1.4", title: "Minimize access to create pods" },
    { framework: "NIST SP 800-53r5", ref: "AC-6(1)", title: "Least Privilege | Authorize Access to Security Functions" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-038",
      title:
        "A centralized Privileged Access Management (PAM) solution is in place. Authorizations for accounts, files, and applications is reduced to the minimum required f",
    },
    { framework: "UK Telecoms Security Code of Practice", ref: "management plane measures" },
  ],
  breaks: [
    { id: "FGT1609", name: "Container Administration Command" },
    { id: "T1609", name: "Container Administration Command" },
    { id: "T1059.013", name: "Container CLI/API" },
    { id: "T1552.007", name: "Container API" },
  ],
  *check(role, context) {
    const rules = role.resource.props.get("rules");
    if (rules.isUnknown) {
      yield undetermined({
        message: `What ${role.kind} ${role.name} grants is not known before deployment.`,
        evidence: [{ path: "rules", actual: rules.describe(), expected: "no exec, attach, portforward, ephemeralcontainers, secrets" }],
      });
      return;
    }
    yield* handsOut(role, context);
    if (context.view === "stack") yield* ownAccount(role, context);
  },
  examples: () => {
    const role = (kind: string, rules: object, metadata: object = {}) =>
      object("rbac.authorization.k8s.io/v1", kind, "operators", { metadata, rules } as never);
    const rule = (resources: readonly string[], verbs: readonly string[], more: object = {}) => ({
      apiGroups: [""],
      resources,
      verbs,
      ...more,
    });
    const bound = object("rbac.authorization.k8s.io/v1", "RoleBinding", "amf", {
      roleRef: { kind: "Role", name: "operators" },
      subjects: [{ kind: "ServiceAccount", name: "amf", namespace: "core" }],
    });
    return {
      pass: [
        { name: "reading pods and logs", resources: [role("ClusterRole", [rule(["pods", "pods/log"], ["get", "list", "watch"])])] },
        {
          name: "break-glass for a group",
          resources: [
            role("ClusterRole", [rule(["pods/exec"], ["create"])], { annotations: { "carrierguard.dev/break-glass": "true" } }),
            object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "glass", {
              roleRef: { kind: "ClusterRole", name: "operators" },
              subjects: [{ kind: "Group", name: "on-call" }],
            }),
          ],
        },
        {
          name: "a controller reads secrets of its own namespace",
          resources: [role("Role", [rule(["secrets"], ["get", "list", "watch"])])],
        },
        {
          name: "a function that updates its own ConfigMap",
          resources: [networkFunction("amf"), role("Role", [rule(["configmaps"], ["update"], { resourceNames: ["amf"] })]), bound],
        },
      ],
      fail: [
        { name: "exec for operators", resources: [role("ClusterRole", [rule(["pods/exec"], ["create"])])] },
        { name: "every subresource of pods", resources: [role("Role", [rule(["pods/*"], ["*"])])] },
        { name: "everything", resources: [role("ClusterRole", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }])] },
        { name: "all secrets of the cluster", resources: [role("ClusterRole", [rule(["secrets"], ["list"])])] },
        {
          name: "a function that may replace others",
          resources: [networkFunction("amf"), role("Role", [rule(["pods", "configmaps"], ["create", "update"])]), bound],
        },
        {
          name: "break-glass bound to one person for good",
          resources: [
            role("ClusterRole", [rule(["pods/attach"], ["create"])], { annotations: { "carrierguard.dev/break-glass": "true" } }),
            object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "glass", {
              roleRef: { kind: "ClusterRole", name: "operators" },
              subjects: [{ kind: "User", name: "bob" }],
            }),
          ],
        },
      ],
      undetermined: [
        {
          name: "the rules come with the deployment",
          resources: [object("rbac.authorization.k8s.io/v1", "Role", "operators", { rules: unknownValue() })],
        },
      ],
    };
  },
});

/** Subresources by which somebody gets into a running pod (Kubernetes: exec is authorised as create, or get over WebSockets). */
const ENTRIES = ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"];
const ENTRY_VERBS = ["create", "get", "update", "patch"];
const READING = ["get", "list", "watch"];

function* handsOut(role: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const evidence: Evidence[] = [];
  const what: string[] = [];
  for (const grant of grants(role)) {
    for (const entry of ENTRIES) {
      if (!grant.covers("", entry) || !ENTRY_VERBS.some((verb) => grant.allows(verb))) continue;
      what.push(entry);
      evidence.push({ path: grant.node.path, actual: grant.text, expected: `no ${entry}` });
    }
    if (
      role.kind === "ClusterRole" &&
      grant.covers("", "secrets") &&
      READING.some((verb) => grant.allows(verb)) &&
      grant.names.length === 0
    ) {
      what.push("all secrets");
      evidence.push({ path: grant.node.path, actual: grant.text, expected: "no secrets, or named ones in one namespace" });
    }
  }
  if (evidence.length === 0 || isBreakGlass(role, context)) return;
  yield fail({
    message: `${role.kind} ${role.name} hands out ${[...new Set(what)].join(", ")}: with the cluster's own tools its holders get into any pod or read every key (living off the land).`,
    evidence: unique(evidence),
    cause: "verbs",
  });
}

function isBreakGlass(role: KubernetesObject, context: RuleContext): boolean {
  if (!valueOr(role.metadata.get("annotations", "carrierguard.dev/break-glass").boolean(), false)) return false;
  return bindingsOf(context.model, role).every((binding) =>
    binding.resource.props
      .get("subjects")
      .items()
      .every(
        (subject) =>
          valueOr(subject.get("kind").string(), "") === "Group" && !valueOr(subject.get("name").string(), "").startsWith("system:"),
      ),
  );
}

/** Objects by which one function replaces or redirects another. */
const REPLACING: readonly (readonly [string, string])[] = [
  ["", "pods"],
  ["", "services"],
  ["", "configmaps"],
  ["", "secrets"],
  ["apps", "deployments"],
  ["apps", "statefulsets"],
  ["apps", "daemonsets"],
  ["apps", "replicasets"],
  ["batch", "jobs"],
  ["batch", "cronjobs"],
  ["k8s.cni.cncf.io", "network-attachment-definitions"],
];
const CHANGING = ["create", "update", "patch", "delete", "deletecollection"];

function* ownAccount(role: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const functions = holders(context.model, role).filter((workload) => context.model.classification(workload).role === "nf");
  if (functions.length === 0) return;
  const wrong = grants(role).flatMap((grant) => {
    const reached = REPLACING.filter(([group, resource]) => grant.covers(group, resource) && CHANGING.some((verb) => grant.allows(verb)));
    return reached.length === 0 || grant.names.length > 0
      ? []
      : [
          {
            evidence: { path: grant.node.path, actual: grant.text, expected: "its own objects, by resourceNames" },
            reached: reached.map(([, resource]) => resource),
          },
        ];
  });
  if (wrong.length === 0) return;
  const reached = [...new Set(wrong.flatMap((item) => item.reached))];
  yield fail({
    message: `${functions.map((workload) => workload.name).join(", ")} may change ${reached.join(", ")} through ${role.kind} ${role.name}: taken over, it replaces or redirects other functions.`,
    evidence: wrong.map((item) => item.evidence),
    networkFunctions: [...new Set(functions.flatMap((workload) => context.model.classification(workload).networkFunctions))],
    cause: "own account",
  });
}

function unique(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(
    (item, index) => evidence.findIndex((other) => other.path === item.path && other.expected === item.expected) === index,
  );
}
