/** Which findings refuse a deployment. */

import type { Enforcement, Rule, Severity } from "./rule";
import type { Profile, Settings } from "./settings";

/**
 * What the profiles make mandatory (`data/controls.json`, profiles): lab the critical ones, baseline critical and high,
 * strict all.
 */
const MANDATORY: { readonly [profile in Profile]: ReadonlySet<Severity> } = {
  lab: new Set<Severity>(["critical"]),
  baseline: new Set<Severity>(["critical", "high"]),
  strict: new Set<Severity>(["critical", "high", "medium", "low"]),
};

export function enforcementOf(rule: Pick<Rule, "id" | "severity">, settings: Settings): Enforcement {
  return settings.rules[rule.id]?.level ?? (MANDATORY[settings.profile].has(rule.severity) ? "mandatory" : "advisory");
}
