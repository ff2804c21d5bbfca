/** Whether a stack's cloud holds a core at all: what is asked of its account depends on that. */

import type { CoreModel } from "../../model/core";
import { type Certainty, coreVpcs } from "./core-vpcs";

export const coreInCloud = (model: CoreModel): Certainty => {
  const answers = [...model.ask(coreVpcs).values()].map((vpc) => vpc.core);
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
};
