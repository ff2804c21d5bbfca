/** What a workload turned out to be. */

import type { NetworkFunctionId, ZoneId } from "../../topology/types";

export type Role = "nf" | "ran" | "datastore" | "management" | "support" | "other" | "unknown";

/** One observation behind a classification: the kind of signal (`label app`, `image`, `port`) and what was seen. */
export interface Evidence {
  readonly signal: string;
  readonly value: string;
}

/** A strong signal that names another network function than the one decided on. */
export interface Contradiction extends Evidence {
  readonly networkFunction: NetworkFunctionId;
}

export interface Classification {
  readonly role: Role;
  /** All functions that the workload carries, in the order of the topology; empty unless the role is `nf`. */
  readonly networkFunctions: readonly NetworkFunctionId[];
  /** `user`, `control`, `management`, `data`, `ran` or "" where none is known. */
  readonly plane: string;
  readonly zone: ZoneId | "";
  /** Signs of a network function, but none that names which: to be looked at, never silently passed over. */
  readonly suspect: boolean;
  /** A data store that belongs to a core (role `datastore`, beside network functions). */
  readonly coreStore: boolean;
  /** False where other resources of the stack could change the answer (ambiguous names need a core around them). */
  readonly certain: boolean;
  readonly evidence: readonly Evidence[];
  readonly contradictions: readonly Contradiction[];
}
