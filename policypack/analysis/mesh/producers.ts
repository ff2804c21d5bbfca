/** AuthorizationPolicies and the producers of the SBI that they guard. Source: Istio reference, AuthorizationPolicy. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";
import { behindProxy, hasMesh, policiesFor } from "./istio";
import { type SbiProducer, sbiProducers } from "./sbi";

export interface GuardedProducer {
  readonly producer: SbiProducer;
  /** Whether a proxy certainly stands before it. */
  readonly proxied: boolean;
  readonly policies: ReturnType<typeof policiesFor>;
}

/** Producers that a mesh stands before, or may; none where the stack has no mesh. */
export const guardedProducers = (model: CoreModel): readonly GuardedProducer[] =>
  hasMesh(model)
    ? model.ask(sbiProducers).flatMap((producer): GuardedProducer[] => {
        const proxied = behindProxy(model, producer.workload);
        if (proxied === "no") return [];
        return [{ producer, proxied: proxied === "yes", policies: policiesFor(model, "AuthorizationPolicy", producer.workload) }];
      })
    : [];

/** Producers by the policies that select them. */
export const producersOfPolicy = (
  model: CoreModel,
): ReadonlyMap<KubernetesObject, readonly { readonly guarded: GuardedProducer; readonly certain: boolean }[]> => {
  const found = new Map<KubernetesObject, { guarded: GuardedProducer; certain: boolean }[]>();
  for (const guarded of model.ask(guardedProducers)) {
    for (const { policy, certain } of guarded.policies) {
      const list = found.get(policy);
      const entry = { guarded, certain: certain && guarded.proxied };
      if (list === undefined) found.set(policy, [entry]);
      else list.push(entry);
    }
  }
  return found;
};

/** What a source goes by. `nothing`: anybody; `addresses`: where packets come from, which is nobody's name. */
export type SourceKind = "identity" | "namespaces" | "addresses" | "exclusions" | "nothing" | "unknown";

const IDENTITIES = ["principals", "serviceAccounts", "requestPrincipals"];
const ADDRESSES = ["ipBlocks", "remoteIpBlocks"];

function kindOfSource(source: Node): SourceKind {
  if (source.isUnknown) return "unknown";
  const has = (keys: readonly string[]) => keys.some((key) => !source.get(key).isAbsent);
  if (has(IDENTITIES)) return "identity";
  if (has(["namespaces"])) return "namespaces";
  if (has(ADDRESSES)) return "addresses";
  return source.fields().length > 0 ? "exclusions" : "nothing";
}

/** The sources of a rule, each an alternative, with identities that its conditions ask for; one that is absent for a rule without any. */
export function sourcesOf(rule: Node): readonly { readonly node: Node; readonly kind: SourceKind }[] {
  const from = rule.get("from");
  const conditions = rule
    .get("when")
    .items()
    .some((item) => {
      const named = item.get("values").items();
      const identity = /^(source\.(principal|serviceAccount)|request\.auth\.)/.test(valueOr(item.get("key").string(), ""));
      return identity && named.length > 0 && !named.some((value) => valueOr(value.string(), "") === "*");
    });
  const read = (node: Node, kind: SourceKind) => ({ node, kind: conditions && kind !== "unknown" ? ("identity" as const) : kind });
  if (from.isUnknown) return [read(from, "unknown")];
  if (from.items().length === 0) return [read(rule, "nothing")];
  return from.items().map((item) => read(item, kindOfSource(item.get("source"))));
}
