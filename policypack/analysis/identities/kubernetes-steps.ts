/** Where RBAC takes its holders: each technique that they have the grants for, as steps to whom they become. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { imposedIn } from "../admission/guards";
import type { Verdict } from "../iam/escalation";
import type { Step } from "../iam/graph";
import type { EscalationReport } from "../iam/report";
import { rolesOfAccount } from "./account-roles";
import { type Account, accountId, accounts, accountsByNamespace, NODE, podId, readsAwsAuth, worthwhilePods } from "./cluster";
import { CLUSTER_ADMINISTRATOR, goalsOf, SUBSCRIBER_DATA } from "./goals";
import { type HeldTechnique, heldTechniques, type Holding } from "../rbac/techniques";

/** Controllers of Kubernetes live there: whoever is one of them is administrator. */
const SYSTEM = "kube-system";

/** Names of the users and groups that RBAC lets do everything. */
const MIGHTY_NAMES = new Set(["system:masters", "system:kube-controller-manager", "system:kube-scheduler", "kubernetes-admin", "admin"]);

export interface Powers {
  readonly escalations: readonly EscalationReport[];
  readonly steps: readonly Step[];
}

export function powersOf(model: CoreModel, holdings: readonly Holding[]): Powers {
  const found = heldTechniques(holdings).map((held) => ({ held, steps: stepsOf(model, held) }));
  return {
    escalations: found.filter(({ held, steps }) => steps.length > 0 || held.technique.gain !== "ports").map(({ held, steps }) => report(held, steps)),
    steps: found.flatMap(({ steps }) => steps),
  };
} // prettier-ignore

function report({ technique, namespace, names, permissions }: HeldTechnique, steps: readonly Step[]): EscalationReport {
  const where = namespace === "" ? "everywhere" : `namespace ${namespace}`;
  const verdict: Verdict = steps.length > 0 && steps.every((step) => step.verdict === "undetermined") ? "undetermined" : "fail";
  return { permissions, technique: technique.id, title: technique.title, verdict, resources: names.length > 0 ? names.map((name) => `${where}: ${name}`) : [where] };
} // prettier-ignore

function stepsOf(model: CoreModel, held: HeldTechnique): readonly Step[] {
  const { technique, namespace, names, permissions } = held;
  const step = (to: string, verdict: Verdict = "fail", how = technique.title): Step => ({
    to, how: namespace === "" ? how : `${how} (namespace ${namespace})`, technique: technique.id, permissions, verdict,
  }); // prettier-ignore
  switch (technique.gain) {
    case "everything":
      return everything(model, held, step);
    case "accounts":
      return asAccounts(model, held, step);
    case "pods":
      return podsIn(model, namespace, names).map((workload) => step(podId(workload)));
    case "nodes":
      return [step(NODE)];
    case "secrets":
      return secrets(model, held, step);
    default:
      // A port alone is the data only where nobody is asked for a password.
      return podsIn(model, namespace, names).some((workload) => model.classification(workload).coreStore)
        ? [step(SUBSCRIBER_DATA, "undetermined")]
        : [];
  }
}

type MakeStep = (to: string, verdict?: Verdict, how?: string) => Step;

function everything(model: CoreModel, { technique, namespace, names }: HeldTechnique, step: MakeStep): readonly Step[] {
  if (technique.id === "k8s-aws-auth") {
    if (names.length > 0 && !names.includes("aws-auth")) return [];
    const read = readsAwsAuth(model);
    return read === "no" ? [] : [step(CLUSTER_ADMINISTRATOR, read === "yes" ? "fail" : "undetermined")];
  }
  if (technique.id === "k8s-impersonate" && names.length > 0 && !names.some((name) => MIGHTY_NAMES.has(name))) {
    return names.flatMap((name) => [step(`kubernetes-user/${name}`), step(`kubernetes-group/${name}`)]);
  }
  // Which of the named roles is bound decides what is gained.
  const limited = technique.id.startsWith("k8s-bind") && names.length > 0 && !names.includes("cluster-admin");
  const verdict: Verdict = limited ? "undetermined" : "fail";
  if (namespace === "" || namespace === SYSTEM) return [step(CLUSTER_ADMINISTRATOR, verdict)];
  return [
    ...accountsIn(model, namespace, []).flatMap((account) => become(model, account, (to) => step(to, verdict))),
    ...podsIn(model, namespace, []).map((workload) => step(podId(workload), verdict)),
  ];
}

/** Techniques that start pods, which may get out onto a node where nothing holds pods back. */
const STARTS_PODS = new Set(["k8s-pods", "k8s-workloads", "k8s-jobs"]);

function asAccounts(model: CoreModel, { technique, namespace, names }: HeldTechnique, step: MakeStep): readonly Step[] {
  const starts = STARTS_PODS.has(technique.id);
  // A pod may be told to run as any account; impersonation and tokens go by the account's name.
  const among = starts ? [] : names;
  const found = accountsIn(model, namespace, among).flatMap((account) => become(model, account, step, technique.id !== "k8s-impersonate-account"));
  const system = (namespace === "" || namespace === SYSTEM) && among.length === 0 ? [step(CLUSTER_ADMINISTRATOR)] : [];
  return [...system, ...found, ...(starts ? ontoNode(model, namespace, step) : [])];
} // prettier-ignore

function become(model: CoreModel, account: Account, step: MakeStep, withTokens = true): Step[] {
  const roles = withTokens
    ? rolesOfAccount(model, account).map(({ id, answer }) => step(id, answer === "yes" ? "fail" : "undetermined"))
    : [];
  return [step(accountId(account)), ...roles];
}

function ontoNode(model: CoreModel, namespace: string, step: MakeStep): Step[] {
  const how = "starts a privileged pod";
  if (namespace === "") return [step(NODE, "undetermined", how)];
  const imposed = imposedIn(model, namespace);
  if (imposed.certain.has("privileged") && imposed.certain.has("host paths")) return [];
  const [object] = model.objectsNamed("", "Namespace", "", namespace);
  const level = object?.metadata.get("labels", "pod-security.kubernetes.io/enforce");
  if (level === undefined || level.isUnknown || imposed.possible.size > 0) return [step(NODE, "undetermined", how)];
  return ["baseline", "restricted"].includes(valueOr(level.string(), "")) ? [] : [step(NODE, "fail", how)];
}

function secrets(model: CoreModel, { namespace, names }: HeldTechnique, step: MakeStep): Step[] {
  const inPlace = (place: string): boolean => namespace === "" || namespace === place;
  const tokens = model.objectsOf("", "Secret").flatMap((secret) => {
    if (!inPlace(secret.namespace) || (names.length > 0 && !names.includes(secret.name))) return [];
    if (valueOr(secret.resource.props.get("type").string(), "") !== "kubernetes.io/service-account-token") return [];
    const account = valueOr(secret.metadata.get("annotations", "kubernetes.io/service-account.name").string(), "");
    return account === "" ? [] : [step(accountId({ namespace: secret.namespace, name: account }), "fail", `reads its token in Secret ${secret.name}`)];
  });
  // Its own database's password among others: what the Secrets hold is not known here.
  const holds = names.length === 0 && model.workloads.some((workload) => inPlace(workload.namespace) && goalsOf(model, workload).includes(SUBSCRIBER_DATA));
  return [...tokens, ...(holds ? [step(SUBSCRIBER_DATA, namespace === "" ? "fail" : "undetermined", "reads the Secrets with the database's credentials and keys")] : [])];
} // prettier-ignore

function accountsIn(model: CoreModel, namespace: string, names: readonly string[]): readonly Account[] {
  const all = namespace === "" ? model.ask(accounts) : (model.ask(accountsByNamespace).get(namespace) ?? []);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Pods of a Deployment are named after it. */
function podsIn(model: CoreModel, namespace: string, names: readonly string[]): readonly Workload[] {
  return model.ask(worthwhilePods).filter((workload) => (namespace === "" || workload.namespace === namespace) && (names.length === 0 || names.some((name) => name === workload.name || name.startsWith(`${workload.name}-`))));
} // prettier-ignore
