/**
 * Checks of what a pod template says. Their verdicts follow from the template, from what the workload is called and from what it is taken for,
 * and from nothing else of the stack: they are not shown the rest. So they are found once for all workloads that are alike in these, as the
 * sites of a carrier are.
 */

import type { Pod, Workload } from "../model/kubernetes/workloads";
import type { Classification } from "../model/network-functions/classify";
import type { Judged } from "./judged";
import type { RuleContext, Verdict } from "./rule";

/** A pod and what stands beside it. */
export interface JudgedPod extends Pod {
  readonly pod: Pod;
  readonly kind: string;
  readonly name: string;
  readonly judged: "yes" | "suspect";
  readonly role: Classification["role"];
  readonly networkFunctions: Classification["networkFunctions"];
  /** What it says of itself and what it runs are different functions. */
  readonly contradicted: boolean;
}

export type PodContext = Omit<RuleContext, "model">;

type PodCheck = (pod: JudgedPod, context: PodContext) => Iterable<Verdict>;

export function perPod(
  judge: (workload: Workload, context: RuleContext) => Judged,
  check: PodCheck,
): (workload: Workload, context: RuleContext) => Iterable<Verdict> {
  const known = new WeakMap<RuleContext, WeakMap<Pod, Map<string, readonly Verdict[]>>>();
  return (workload, context) => {
    const judged = judge(workload, context);
    if (judged === "no" || judged === "later") return NOTHING;
    const { role, networkFunctions, contradictions } = context.model.classification(workload);
    const { pod, kind, name } = workload;
    const contradicted = contradictions.length > 0;
    const answers = within(within(known, context, newPods), pod, newAnswers);
    const key = `${kind} ${name} ${judged} ${role} ${networkFunctions.join()} ${contradicted}`;
    let verdicts = answers.get(key);
    if (verdicts === undefined) {
      verdicts = [...check({ ...pod, pod, kind, name, judged, role, networkFunctions, contradicted }, context)];
      answers.set(key, verdicts);
    }
    return verdicts;
  };
}

const NOTHING: readonly Verdict[] = [];
const newPods = () => new WeakMap<Pod, Map<string, readonly Verdict[]>>();
const newAnswers = () => new Map<string, readonly Verdict[]>();

function within<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
