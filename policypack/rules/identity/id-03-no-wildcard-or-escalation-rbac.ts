/**
 * Nobody in the core, function or person, holds the cluster: no cluster-admin outside break-glass, no wildcards, none of the grants by which
 * RBAC can be widened from within; and nothing for everybody. Judged by binding, with the rules that ClusterRoles aggregate.
 *
 * Sources: Kubernetes, "Using RBAC Authorization", "Role Based Access Control Good Practices".
 */

import { type Binding, bindings, type Subject } from "../../analysis/rbac/bindings";
import type { Grant } from "../../analysis/rbac/grants";
import { ESCALATIONS, gives, isWildcard } from "../../analysis/rbac/powers";
import { isPlatform } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, type Target, undetermined, type Verdict } from "../../engine/rule";
import { valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

const bound: Target<Binding> = {
  description: "RoleBindings and ClusterRoleBindings, with the roles that they bind",
  types: ["RoleBinding", "ClusterRoleBinding", "Role", "ClusterRole"].map((kind) => `kubernetes:rbac.authorization.k8s.io/v1:${kind}`),
  subjects: (model) => model.ask(bindings),
  resource: (binding) => binding.object.resource,
};

export default defineRule({
  id: "ID-03",
  name: "id-03-no-wildcard-or-escalation-rbac",
  title: "No cluster-admin, wildcard or escalation RBAC for core ServiceAccounts and humans",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: bound,
  rationale:
    "Whoever takes over one function, or one operator's laptop, and holds the cluster's wildcard reads every key, changes every function and hides it: RBAC is then no boundary at all.",
  remediation:
    "Bind roles that name their verbs and resources, in the namespace where they are needed; give people a break-glass role (annotation carrierguard.dev/break-glass=true) through a group whose membership ends. Nothing for system:authenticated.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.1.1", title: "Ensure that the cluster-admin role is only used where required (Automated)" },
    { framework: "CIS EKS 1.8.0", ref: "4.1.3", title: "Minimize wildcard use in Roles and ClusterRoles (Automated)" },
    {
      framework: "CIS EKS 1.8.0",
      ref: "4.1.8",
      title: "Limit use of the Bind, Impersonate and Escalate permissions in the Kubernetes cluster (Manual)",
    },
    { framework: "CIS EKS 1.8.0", ref: "4.1.10", title: "Minimize access to the proxy sub-resource of Node objects (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "4.1.11", title: "Minimize access to webhook configuration objects (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "4.1.12", title: "Minimize access to the service account token creation (Manual)" },
    { framework: "NIST SP 800-190", ref: "4.3.1", title: "Unbounded administrative access" },
    { framework: "NIST SP 800-53r5", ref: "AC-6(5)", title: "Least Privilege | Privileged Accounts" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-069",
      title:
        "The hypervisor or CIS is configured to support multiple administration roles, and as a minimum there must be an admin role (highest privilege) and a separate op",
    },
    {
      framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)",
      ref: "1.12",
      title: "kube-system should not be used by users",
    },
  ],
  breaks: [
    { id: "T1098.006", name: "Additional Container Cluster Roles" },
    { id: "FGT1078.004", name: "Cloud Accounts" },
    { id: "T1068", name: "Exploitation for Privilege Escalation" },
  ],
  // A wildcard holds every verb that ID-04 looks for.
  subsumes: { "ID-04": "resource" },
  *check(binding, context) {
    const subjects = binding.subjects.filter((subject) => isJudged(subject, binding, context));
    if (subjects.length === 0 || isBreakGlass(binding)) return;
    const everybody = subjects.filter(isEverybody);
    if (everybody.length > 0 && (binding.grants.length > 0 || (binding.unknown && !binding.roleName.startsWith("system:")))) {
      yield forEverybody(binding, everybody);
      return;
    }
    yield* powers(binding, subjects);
  },
  examples: () => {
    const api = "rbac.authorization.k8s.io/v1";
    const role = (kind: string, name: string, rules: unknown, more: object = {}) => object(api, kind, name, { rules, ...more } as never);
    const rule = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[], more: object = {}) => ({
      apiGroups,
      resources,
      verbs,
      ...more,
    });
    const amf = { kind: "ServiceAccount", name: "amf", namespace: "core" };
    const group = (name: string) => ({ kind: "Group", name, apiGroup: "rbac.authorization.k8s.io" });
    const bind = (kind: string, roleKind: string, roleName: string, ...subjects: readonly unknown[]) =>
      object(api, kind, "b", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: roleName }, subjects } as never);
    return {
      pass: [
        {
          name: "a function that reads its own ConfigMap",
          resources: [
            networkFunction("amf"),
            role("Role", "amf", [rule([""], ["configmaps"], ["get"], { resourceNames: ["amf"] })]),
            bind("RoleBinding", "Role", "amf", amf),
          ],
        },
        { name: "people who look", resources: [bind("ClusterRoleBinding", "ClusterRole", "view", group("operators"))] },
        {
          name: "an operator of the platform",
          resources: [
            bind("ClusterRoleBinding", "ClusterRole", "cluster-admin", {
              kind: "ServiceAccount",
              name: "installer",
              namespace: "kube-system",
            }),
          ],
        },
        {
          name: "break-glass through a group",
          resources: [
            role("ClusterRole", "glass", [rule(["*"], ["*"], ["*"])], {
              metadata: { annotations: { "carrierguard.dev/break-glass": "true" } },
            }),
            bind("ClusterRoleBinding", "ClusterRole", "glass", group("break-glass")),
          ],
        },
        {
          name: "everything of its own API group",
          resources: [
            networkFunction("amf"),
            role("ClusterRole", "own", [rule(["amf.example.com"], ["*"], ["*"])]),
            bind("ClusterRoleBinding", "ClusterRole", "own", amf),
          ],
        },
        {
          name: "discovery for everybody, as every cluster has it",
          resources: [bind("ClusterRoleBinding", "ClusterRole", "system:discovery", group("system:authenticated"))],
        },
        {
          name: "nodes/proxy in a RoleBinding, which grants nothing there",
          resources: [
            networkFunction("amf"),
            role("Role", "n", [rule([""], ["nodes/proxy"], ["get"])]),
            bind("RoleBinding", "Role", "n", amf),
          ],
        },
      ],
      fail: [
        {
          name: "cluster-admin for a function",
          resources: [networkFunction("amf"), bind("ClusterRoleBinding", "ClusterRole", "cluster-admin", amf)],
        },
        {
          name: "cluster-admin for a person",
          resources: [bind("ClusterRoleBinding", "ClusterRole", "cluster-admin", { kind: "User", name: "bob" })],
        },
        {
          name: "everything in its namespace",
          resources: [networkFunction("amf"), role("Role", "amf", [rule(["*"], ["*"], ["*"])]), bind("RoleBinding", "Role", "amf", amf)],
        },
        {
          name: "a wildcard brought in by aggregation",
          resources: [
            networkFunction("amf"),
            role("ClusterRole", "monitoring", [], {
              aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "rbac.example.com/aggregate": "true" } }] },
            }),
            role("ClusterRole", "addition", [rule([""], ["*"], ["get", "list"])], {
              metadata: { labels: { "rbac.example.com/aggregate": "true" } },
            }),
            bind("ClusterRoleBinding", "ClusterRole", "monitoring", amf),
          ],
        },
        {
          name: "secrets for system:authenticated",
          resources: [
            role("Role", "s", [rule([""], ["configmaps"], ["get"])]),
            bind("RoleBinding", "Role", "s", group("system:authenticated")),
          ],
        },
        {
          name: "a role that can edit its own binding",
          resources: [
            networkFunction("amf"),
            role("Role", "amf", [rule(["rbac.authorization.k8s.io"], ["rolebindings"], ["patch"])]),
            bind("RoleBinding", "Role", "amf", amf),
          ],
        },
        {
          name: "escalate",
          resources: [
            networkFunction("amf"),
            role("ClusterRole", "amf", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["escalate", "update"])]),
            bind("ClusterRoleBinding", "ClusterRole", "amf", amf),
          ],
        },
        {
          name: "impersonate, for a person",
          resources: [
            role("ClusterRole", "i", [rule([""], ["users"], ["impersonate"])]),
            bind("ClusterRoleBinding", "ClusterRole", "i", group("operators")),
          ],
        },
        {
          name: "all ServiceAccounts of the core by their group",
          resources: [
            networkFunction("amf"),
            role("ClusterRole", "t", [rule([""], ["serviceaccounts/token"], ["create"])]),
            bind("ClusterRoleBinding", "ClusterRole", "t", group("system:serviceaccounts:core")),
          ],
        },
        {
          name: "a ServiceAccount named as a user",
          resources: [
            networkFunction("amf"),
            role("ClusterRole", "w", [rule(["admissionregistration.k8s.io"], ["mutatingwebhookconfigurations"], ["*"])]),
            bind("ClusterRoleBinding", "ClusterRole", "w", { kind: "User", name: "system:serviceaccount:core:amf" }),
          ],
        },
      ],
      undetermined: [
        {
          name: "a role that is not in the stack",
          resources: [networkFunction("amf"), bind("ClusterRoleBinding", "ClusterRole", "vendor-role", amf)],
        },
        {
          name: "rules that come with the deployment",
          resources: [networkFunction("amf"), role("Role", "amf", unknownValue()), bind("RoleBinding", "Role", "amf", amf)],
        },
      ],
    };
  },
});

const EVERYBODY = new Set(["system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts"]);

function isEverybody({ name, kind }: Subject): boolean {
  return kind !== "ServiceAccount" && EVERYBODY.has(name);
}

/** Components of Kubernetes itself; the platform's operators; and, of what only reaches one namespace, whoever is not in the core's. */
function isJudged(subject: Subject, binding: Binding, context: RuleContext): boolean {
  const core = context.model.coreNamespaces;
  if (binding.namespace !== "" && !core.has(binding.namespace) && !isEverybody(subject)) return false;
  if (subject.kind === "ServiceAccount") {
    return !isPlatform(subject.namespace, context) && (core.has(subject.namespace) || binding.namespace !== "" || binding.roleName === "cluster-admin");
  }
  if (subject.name === "system:masters" || isEverybody(subject)) return true;
  const accounts = /^system:serviceaccounts:(.+)$/.exec(subject.name)?.[1];
  return accounts === undefined ? !subject.name.startsWith("system:") : core.has(accounts);
} // prettier-ignore

/** Only through a group: a person bound by name has it for good. */
function isBreakGlass({ role, object: binding, subjects }: Binding): boolean {
  const marked = [role?.metadata, binding.metadata].some(
    (metadata) => metadata !== undefined && valueOr(metadata.get("annotations", "carrierguard.dev/break-glass").boolean(), false),
  );
  return marked && subjects.every(({ kind, name }) => kind === "Group" && !name.startsWith("system:"));
}

function describe({ kind, namespace, name }: Subject): string {
  return kind === "ServiceAccount" ? `ServiceAccount ${namespace}/${name}` : `${kind.toLowerCase()} ${name}`;
}

function forEverybody(binding: Binding, subjects: readonly Subject[]): Verdict {
  return fail({
    message: `${binding.object.kind} ${binding.object.name} gives ${subjects.map(({ name }) => name).join(", ")} the role ${binding.roleName}: every pod that is taken over, and every user of the account, holds it.`,
    evidence: [{ path: "subjects", actual: subjects.map(({ name }) => name).join(", "), expected: "named ServiceAccounts or groups" }],
    cause: "everybody",
  });
}

function* powers(binding: Binding, subjects: readonly Subject[]): Generator<Verdict> {
  const who = subjects.map(describe).join(", ");
  const humansOnly = subjects.every(({ kind }) => kind !== "ServiceAccount");
  const found = binding.grants.flatMap((grant) => faults(grant, binding, humansOnly).map((what) => ({ grant, what })));
  const where = binding.namespace === "" ? "the whole cluster" : `namespace ${binding.namespace}`;
  const taken = binding.namespace === "" || binding.namespace === "kube-system" ? "administrator of the cluster" : `master of all that runs in ${binding.namespace}`;
  if (found.length > 0) {
    yield fail({
      message: `${who} ${subjects.length === 1 ? "holds" : "hold"} ${binding.roleName} in ${where} and may ${[...new Set(found.map(({ what }) => what))].join("; ")}: taken over, it makes itself ${taken}.`,
      evidence: found.slice(0, 8).map(({ grant, what }): Evidence => ({ path: grant.node.path || `roleRef ${binding.roleName}`, actual: grant.text, expected: `not: ${what}` })),
      resource: binding.role?.resource,
      cause: "powers",
    });
    return;
  }
  if (!binding.unknown || humansOnly) return;
  yield undetermined({
    message: `What ${binding.roleName} lets ${who} do in ${where} cannot be seen: the role is not in the stack, or its rules come with the deployment.`,
    evidence: [{ path: "roleRef", actual: binding.roleName, expected: "a role of the stack" }],
    cause: "unknown",
  });
} // prettier-ignore

function faults(grant: Grant, binding: Binding, humansOnly: boolean): string[] {
  const wild = isWildcard(grant) ? ["do whatever a wildcard says"] : [];
  // The user-facing roles edit and admin hold impersonation of ServiceAccounts by design; for people in one namespace they are the usual ones.
  if (binding.role === undefined && humansOnly && binding.namespace !== "" && binding.roleName !== "cluster-admin") return wild;
  return [...wild, ...(wild.length > 0 ? [] : ESCALATIONS.filter((power) => gives(grant, power, binding.namespace === "")).map(({ title }) => title))];
} // prettier-ignore
