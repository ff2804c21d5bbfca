/** What an intruder is after: the account, the cluster, and what of the core must not be lost. Each is the end of a chain. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import type { NetworkFunctionId } from "../../topology/types";
import { ACCOUNT_ADMINISTRATOR } from "../iam/graph";

export const CLUSTER_ADMINISTRATOR = "administrator of the cluster";

interface CoreGoal {
  readonly title: string;
  readonly functions: readonly NetworkFunctionId[];
  /** Data stores of the core count too. */
  readonly stores?: true;
}

export const SUBSCRIBER_DATA = "subscriber data (UDM, UDR, their database)";
export const KEYS = "keys and secrets of the core in AWS";

const CORE_GOALS: readonly CoreGoal[] = [
  { title: SUBSCRIBER_DATA, functions: ["UDM", "UDR", "UDSF", "SUBSCRIBER-DB", "HSS"], stores: true },
  { title: "authentication (AUSF)", functions: ["AUSF"] },
  { title: "the register of functions (NRF)", functions: ["NRF"] },
  { title: "lawful interception", functions: ["LI-ADMF", "LI-MDF"] },
];

/** All of them, the widest first. */
export const GOALS: readonly string[] = [ACCOUNT_ADMINISTRATOR, CLUSTER_ADMINISTRATOR, ...CORE_GOALS.map(({ title }) => title), KEYS];

/** The goals that whoever runs in a workload's pods has reached. */
export function goalsOf(model: CoreModel, workload: Workload): readonly string[] {
  const { role, suspect, networkFunctions, coreStore } = model.classification(workload);
  return CORE_GOALS.filter(
    ({ functions, stores }) =>
      (role === "nf" && !suspect && networkFunctions.some((id) => functions.includes(id))) || (stores === true && coreStore),
  ).map(({ title }) => title);
}
