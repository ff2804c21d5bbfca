/** Which accounts are the stack's own, and which are AWS's. */

import type { CoreModel } from "../../model/core";
import { valueOr } from "../../model/value";

/** Accounts in the ARNs of the stack's own resources; none where the stack is not deployed yet. */
export function ownAccounts(model: CoreModel): ReadonlySet<string> {
  return model.ask(accounts);
}

const accounts = (model: CoreModel): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const resource of model.resources) {
    if (!resource.type.startsWith("aws:")) continue;
    const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(valueOr(resource.props.get("arn").string(), ""))?.[1];
    if (account !== undefined) found.add(account);
  }
  return found;
};

/**
 * Accounts by which Elastic Load Balancing writes access logs, one a region. Source: Elastic Load Balancing User Guide, "Enable access logs",
 * read 2026-11-25.
 */
export const LOG_DELIVERY_ACCOUNTS: ReadonlySet<string> = new Set([
  "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "718504428378", "383597477331", "600734575887",
  "114774131450", "783225319266", "589379963580", "582318560864", "985666609251", "054676820928", "156460612806", "652711504416", "635631232127",
  "009996457667", "897822967062", "076674570225", "507241528517", "048591011584", "190560391635", "638102146993", "037604701340",
]); // prettier-ignore
