/** Findings as people count mistakes: one for a wrong value of a chart, however many workloads it is in. */

import type { Finding } from "../../policypack/engine/finding";
import { compareText } from "../../policypack/engine/finding";
import type { NetworkFunctionId } from "../../policypack/topology/types";
import type { ReportContext } from "./report";

export interface Mistake {
  /** The finding that is told in full. */
  readonly first: Finding;
  /** The same in other resources. */
  readonly others: readonly Finding[];
  readonly networkFunctions: readonly NetworkFunctionId[];
}

/** Mistakes in the order of their first findings. Several findings about one resource are several mistakes. */
export function mistakesOf(findings: readonly Finding[], context: ReportContext): Mistake[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const sort = sortOf(finding, context);
    let key = sort;
    for (let turn = 1; groups.get(key)?.some((other) => other.resource.urn === finding.resource.urn) === true; turn += 1)
      key = `${sort} ${turn}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap(apart).map((group) => {
    const [first, ...others] = group as [Finding, ...Finding[]];
    return { first, others, networkFunctions: [...new Set(group.flatMap((item) => item.networkFunctions))].sort(compareText) };
  });
}

/**
 * Two resources with different values are told one by one: what the second has would not be read otherwise. Cloud resources are, however many,
 * where more than their names differ in what is said of them: which port one security group opens says nothing of the next. Workloads of a
 * chart share their maker.
 */
function apart(group: readonly Finding[]): (readonly Finding[])[] {
  if (group.every(({ resource }) => resource.kind === null))
    return partition(group, ({ message, resource: { name } }) =>
      message
        .split(" ")
        .map((word) => (word === name ? "*" : word))
        .join(" "),
    );
  const byValues = partition(group, ({ evidence }) => JSON.stringify(evidence.map(({ actual }) => actual)));
  return group.length === 2 ? byValues : [group];
}

function partition(group: readonly Finding[], sort: (finding: Finding) => string): Finding[][] {
  const parts = new Map<string, Finding[]>();
  for (const finding of group) parts.set(sort(finding), [...(parts.get(sort(finding)) ?? []), finding]);
  return [...parts.values()];
}

/** What two findings of one mistake have in common: the rule, what is wanted instead, and what becomes of them. */
function sortOf(finding: Finding, context: ReportContext): string {
  const { ruleId, verdict, severity, waiver, baselined, remediation, resource, evidence } = finding;
  const wanted = [...new Set(evidence.map(({ expected }) => (JSON.stringify(expected) ?? "").replaceAll(resource.name, "*")))].sort();
  const also = context.covered(finding).map((item) => item.ruleId);
  return JSON.stringify([ruleId, verdict, severity, waiver, baselined, remediation, wanted, also, context.refuses(finding)]);
}

/** Names listed in one line; the rest is counted, and all of them are in the JSON report. */
const NAMED = 24;

/** The resources of the others, by kind: "Deployment core/ausf, core/nrf; ConfigMap core/smf". */
export function listed(others: readonly Finding[]): string {
  const kinds = new Map<string, string[]>();
  for (const { resource } of others.slice(0, NAMED)) {
    const kind = resource.kind ?? resource.type;
    kinds.set(kind, [...(kinds.get(kind) ?? []), [resource.namespace, resource.name].filter(Boolean).join("/")]);
  }
  const names = [...kinds].map(([kind, list]) => `${kind} ${list.join(", ")}`).join("; ");
  return others.length > NAMED ? `${names} and ${others.length - NAMED} more (see \`-o json\`)` : names;
}
