/** The parts of the pod hardening (WH-01 … WH-05) that an admission policy may re-impose. */

import { textBelow } from "../../model/texts";
import type { Node } from "../../model/value";

export type Topic = "privileged" | "host namespaces" | "capabilities" | "host paths" | "privilege escalation";

export const TOPICS: readonly Topic[] = ["privileged", "host namespaces", "capabilities", "host paths", "privilege escalation"];

const WORDS: { readonly [topic in Topic]: RegExp } = {
  privileged: /\bprivileged\b/,
  "host namespaces": /\bhost(PID|IPC|Network)\b/,
  capabilities: /\bcapabilities\b/,
  "host paths": /\bhostPath\b/,
  "privilege escalation": /\b(allowPrivilegeEscalation|runAsNonRoot|runAsUser)\b/,
};

/** A condition that is met whatever the pod says. */
const ALWAYS = /^\s*true\s*$|\|\|\s*true\b|\btrue\s*\|\|/;

/** The topics that an expression or pattern speaks of; none for one that is always met. */
export function topicsOf(...nodes: readonly Node[]): ReadonlySet<Topic> {
  const found = new Set<Topic>();
  for (const node of nodes) {
    const text = textBelow(node);
    if (ALWAYS.test(text)) continue;
    for (const topic of TOPICS) if (WORDS[topic].test(text)) found.add(topic);
  }
  return found;
}
