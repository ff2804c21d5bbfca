/**
 * Every network function runs under a ServiceAccount of its own: its identity in the mesh, in RBAC and in AWS is that account's name.
 *
 * Source: Kubernetes, "Service Accounts": a pod that names none runs as `default` of its namespace. Replicas and sets of one function share.
 */

import { serviceAccount } from "../../analysis/rbac/grants";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { defineRule, fail, seen, type RuleContext, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { UNRESOLVED } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Node } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";

/** The workloads that run under one ServiceAccount. */
interface Sharing {
  readonly namespace: string;
  /** `undefined` where it is not known yet. */
  readonly account: string | undefined;
  readonly workloads: readonly Workload[];
}

const accounts: Target<Sharing> = {
  description: "ServiceAccounts, with the workloads that run under them",
  types: undefined,
  subjects: sharing,
  resource: ({ workloads }) => workloads[0]?.object.resource,
};

export default defineRule({
  id: "ID-01",
  name: "id-01-dedicated-service-accounts",
  title: "Every core NF runs under its own dedicated ServiceAccount",
  family: "identity",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: accounts,
  rationale:
    "Functions that share a ServiceAccount are one to the mesh, to RBAC and to AWS: a stolen token of the web console's is the UDM's too, and no policy can tell the SMF from whoever took over its neighbour.",
  remediation:
    "Give each network function a ServiceAccount of its own (serviceAccountName: <nf>), and bind policies, roles and cloud permissions to it.",
  standards: [
    { framework: "NIST SP 800-207", ref: "tenet 1", title: "All data sources and computing services are resources" },
    { framework: "NIST SP 800-207A", ref: "identity tier", title: "identity-tier and network-tier policies" },
    { framework: "CIS EKS 1.8.0", ref: "4.1.5", title: "Ensure that default service accounts are not actively used. (Automated)" },
    { framework: "NIST SP 800-53r5", ref: "IA-9", title: "Service Identification and Authentication" },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-1", title: "Part I: secure identity and access management" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-048",
      title:
        "Network functions (NFs) only communicate with other Network functions (NFs) for which they are specifically authorized. The rules are applied irrespective of wh",
    },
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
  ],
  breaks: [
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "T1078.001", name: "Default Accounts" },
    { id: "T1528", name: "Steal Application Access Token" },
  ],
  *check(subject, context) {
    const judged = subject.workloads.map((workload) => ({ workload, as: judgedAsNetworkFunction(workload, context) }));
    const functions = judged.filter(({ as }) => as === "yes").map(({ workload }) => workload);
    const suspects = judged.filter(({ as }) => as === "suspect").map(({ workload }) => workload);
    const subjects = functions.length > 0 ? functions : suspects;
    if (subjects.length === 0) return;
    if (subject.account === undefined) yield unknownAccount(subjects, context);
    else if (subject.account === "default") yield byDefault(subject, subjects, functions.length > 0, context);
    else yield* shared(subject, functions, context);
  },
  examples: () => {
    const under = (name: string, serviceAccountName: unknown, more: object = {}) =>
      networkFunction(name, { pod: { serviceAccountName } as never, ...more });
    return {
      pass: [
        { name: "an account for each function", resources: [networkFunction("amf"), networkFunction("smf")] },
        { name: "two sets of one function", resources: [under("amf", "amf"), under("amf-2", "amf", { labels: { app: "amf" } })] },
        { name: "a job beside the core", resources: [networkFunction("amf"), under("iperf", "default", { kind: "Job" })] },
        { name: "the same name in two namespaces", resources: [under("amf", "core"), under("smf", "core", { namespace: "other" })] },
      ],
      fail: [
        { name: "nothing said, which is default", resources: [under("amf", null)] },
        { name: "default by name", resources: [under("amf", "default")] },
        { name: "two functions under one account", resources: [under("amf", "core"), under("udm", "core")] },
        {
          name: "two functions under one account, by the old field",
          resources: [
            networkFunction("amf", { pod: { serviceAccountName: null, serviceAccount: "core" } }),
            networkFunction("udm", { pod: { serviceAccountName: null, serviceAccount: "core" } }),
          ],
        },
      ],
      undetermined: [{ name: "an account that comes with the deployment", resources: [under("amf", unknownValue())] }],
    };
  },
});

function accountNode(workload: Workload): Node {
  const name = workload.podSpec.get("serviceAccountName");
  return name.isAbsent ? workload.podSpec.get("serviceAccount") : name;
}

function sharing(model: CoreModel): Sharing[] {
  const groups = new Map<string, Sharing & { workloads: Workload[] }>();
  for (const workload of model.workloads) {
    const account = accountNode(workload).isUnknown ? undefined : serviceAccount(workload);
    const key = `${workload.namespace}/${account ?? UNRESOLVED}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { namespace: workload.namespace, account, workloads: [workload] });
    else group.workloads.push(workload);
  }
  // Inputs list workloads in different orders: what is told on the first is told on the same in each.
  for (const { workloads } of groups.values()) workloads.sort((x, y) => (x.name < y.name ? -1 : 1));
  return [...groups.values()];
}

function functionsOf(workloads: readonly Workload[], { model }: RuleContext) {
  return [...new Set(workloads.flatMap((workload) => model.classification(workload).networkFunctions))];
}

function names(workloads: readonly Workload[], context: RuleContext): string {
  const functions = functionsOf(workloads, context);
  return functions.length > 0 ? functions.join(", ") : workloads.map(({ name }) => name).join(", ");
}

function unknownAccount(workloads: readonly Workload[], context: RuleContext): Verdict {
  return undetermined({
    message: `The ServiceAccount of ${names(workloads, context)} is not known before deployment.`,
    evidence: workloads.slice(0, 5).map((workload) => seen(accountNode(workload), "an account of its own")),
    resource: workloads[0]?.object.resource,
    networkFunctions: functionsOf(workloads, context),
    cause: "unknown",
  });
}

function byDefault({ namespace }: Sharing, workloads: readonly Workload[], certain: boolean, context: RuleContext): Verdict {
  const place = namespace.startsWith(UNRESOLVED) ? "their namespace" : `namespace ${namespace}`;
  return (certain ? fail : undetermined)({
    message: `${names(workloads, context)} ${workloads.length === 1 ? "runs" : "run"} under the default ServiceAccount of ${place}, as whatever else is started there: nothing can tell ${workloads.length === 1 ? "it" : "them"} from a pod of an intruder's.`,
    evidence: workloads.slice(0, 5).map((workload) => seen(accountNode(workload), "an account of its own")),
    resource: workloads[0]?.object.resource,
    networkFunctions: functionsOf(workloads, context),
    cause: "default",
  });
}

/** Told on the first workload, once an account. */
function* shared({ account, namespace }: Sharing, workloads: readonly Workload[], context: RuleContext): Generator<Verdict> {
  const kinds = new Set(workloads.map((workload) => [...context.model.classification(workload).networkFunctions].sort().join("+")));
  if (kinds.size < 2) return;
  yield fail({
    message: `${names(workloads, context)} share ServiceAccount ${namespace.startsWith(UNRESOLVED) ? "" : `${namespace}/`}${account ?? ""}: whoever takes over one of them is, to the mesh, to RBAC and to AWS, all of them.`,
    evidence: workloads.slice(0, 8).map((workload) => seen(accountNode(workload), "an account of its own")),
    resource: workloads[0]?.object.resource,
    networkFunctions: functionsOf(workloads, context),
    cause: `shared ${account ?? ""}`,
  });
}
