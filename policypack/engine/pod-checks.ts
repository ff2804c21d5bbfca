/**
 * Checks of what a pod template says. Their verdicts follow from the template, from what the workload is called and from what it is taken for,
 * and from nothing else of the stack: they are not shown the rest. So they are found once for all workloads that are alike in these, as the
 * sites of a carrier are.
 */

import type { CoreModel } from "../model/core";
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
  const known = new WeakMap<RuleContext, Map<Pod, Map<string, readonly Verdict[]>>>();
  return (workload, context) => {
    const judged = judge(workload, context);
    if (judged === "no" || judged === "later") return NOTHING;
    const pod = within(context.model.ask(judgedPods)[judged], workload, () => judgedPod(workload, judged, context.model));
    // A resource by itself has nobody to share with.
    if (context.view === "resource") return check(pod, context);
    const { kind, name, role, networkFunctions, contradicted } = pod;
    const key = `${kind} ${name} ${judged} ${role} ${networkFunctions.join()} ${contradicted}`;
    const answers = within(within(known, context, newPods), workload.pod, newAnswers);
    return within(answers, key, () => [...check(pod, context)]);
  };
}

const NOTHING: readonly Verdict[] = [];
const newPods = () => new Map<Pod, Map<string, readonly Verdict[]>>();
const newAnswers = () => new Map<string, readonly Verdict[]>();

/** The pods that were judged, for all rules. */
const judgedPods = (): { readonly [judged in JudgedPod["judged"]]: Map<Workload, JudgedPod> } => ({ yes: new Map(), suspect: new Map() });

function judgedPod(workload: Workload, judged: JudgedPod["judged"], model: CoreModel): JudgedPod {
  const { pod, kind, name } = workload;
  const { role, networkFunctions, contradictions } = model.classification(workload);
  return { ...pod, pod, kind, name, judged, role, networkFunctions, contradicted: contradictions.length > 0 };
}

interface Memory<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

function within<Key, Value>(memory: Memory<Key, Value>, key: Key, make: () => Value): Value {
  let value = memory.get(key);
  if (value === undefined) {
    value = make();
    memory.set(key, value);
  }
  return value;
}
