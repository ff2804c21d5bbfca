/** Findings about the containers of a workload: one for all that share a mistake, apart for those that another rule covers. */

import { describeContainer, isPrivileged } from "../model/kubernetes/pod-security";
import type { Container, Workload } from "../model/kubernetes/workloads";
import type { NetworkFunctionId } from "../topology/types";
import type { Judged } from "./judged";
import { type Evidence, fail, undetermined, type Verdict } from "./rule";

export interface ContainerFlaws {
  readonly container: Container;
  /** Wrong, whatever becomes known later. */
  readonly wrong: readonly Evidence[];
  /** Wrong or not, depending on values that are not known yet. */
  readonly open: readonly Evidence[];
}

/**
 * `say` makes the sentence from the containers concerned. Privileged containers get a finding of their own, since that one
 * goes under the finding on privileges.
 */
export function containerFindings(
  workload: Pick<Workload, "kind" | "name">,
  judged: Judged,
  networkFunctions: readonly NetworkFunctionId[],
  flaws: readonly ContainerFlaws[],
  say: (containers: string, certain: boolean, evidence: readonly Evidence[]) => string,
): Verdict[] {
  const verdicts: Verdict[] = [];
  const add = (items: readonly ContainerFlaws[], pick: (item: ContainerFlaws) => readonly Evidence[], certain: boolean): void => {
    const concerned = items.filter((item) => pick(item).length > 0);
    const [only, ...more] = concerned;
    if (only === undefined) return;
    const sure = certain && judged === "yes";
    const evidence = concerned.flatMap(pick);
    verdicts.push(
      (sure ? fail : undetermined)({
        message: say(`${listed(concerned.map((item) => item.container))} of ${workload.kind} ${workload.name}`, sure, evidence),
        evidence,
        networkFunctions,
        container: more.length === 0 ? only.container.name : undefined,
        cause: certain ? "" : "unknown",
      }),
    );
  };
  const ordinary = flaws.filter((item) => !isPrivileged(item.container));
  add(ordinary, (item) => item.wrong, true);
  for (const item of flaws) if (isPrivileged(item.container)) add([item], (one) => one.wrong, true);
  add(
    ordinary.filter((item) => item.wrong.length === 0),
    (item) => item.open,
    false,
  );
  return verdicts;
}

function listed(containers: readonly Container[]): string {
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return capitalised(describeContainer(only));
  return `Containers ${containers.map((container) => container.name).join(", ")}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
