/**
 * Whom the mesh lets do an operation at a workload. The question is put for strangers, who are on no list: whoever wrote the policy, and in
 * whatever words, a stranger gets in or does not.
 * Source: Istio reference, AuthorizationPolicy, Authorization policy conditions, Authorization policy precedence.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { and, type Match } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { policiesFor } from "./istio";

/** An HTTP request as policies see it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
}

/** Who calls: a ServiceAccount with a certificate of the mesh, or nobody in particular. */
export type Caller = { readonly namespace: string; readonly account: string } | "nobody";

export interface Admission {
  /** Whether the caller gets in. */
  readonly answer: Match;
  /** The rule that lets him in; `undefined` where no policy is about it. */
  readonly rule: Node | undefined;
  readonly policy: KubernetesObject | undefined;
}

/** Whether a caller gets in, as far as AuthorizationPolicies say; whether a proxy enforces them is another question. */
export function admission(model: CoreModel, workload: Workload, caller: Caller, operation: Operation): Admission {
  const policies = policiesFor(model, "AuthorizationPolicy", workload);
  const denied = or(policies.filter(({ policy }) => actionOf(policy) === "DENY").map(({ policy, certain }) => and([certain ? "yes" : "maybe", matches(policy, caller, operation).answer])));
  if (denied === "yes") return { answer: "no", rule: undefined, policy: undefined };
  const asked = or(policies.filter(({ policy }) => actionOf(policy) === "CUSTOM").map(({ policy }) => matches(policy, caller, operation).answer));
  // What is not known to deny, or asks somebody else, leaves it open.
  const cap: Match = denied === "maybe" || asked !== "no" ? "maybe" : "yes";
  const allows = policies.filter(({ policy }) => actionOf(policy) === "ALLOW");
  const certain = allows.some((item) => item.certain);
  let best: Admission = { answer: allows.length === 0 ? cap : certain ? "no" : "maybe", rule: undefined, policy: undefined };
  for (const { policy, certain: selected } of allows) {
    const found = matches(policy, caller, operation);
    const answer = and([selected ? "yes" : "maybe", found.answer, cap]);
    if (RANK[answer] > RANK[best.answer] || (answer !== "no" && best.policy === undefined)) best = { answer, rule: found.rule, policy };
  }
  return best;
} // prettier-ignore

/** The identities that the rules for an operation name. */
export function principalsFor(model: CoreModel, workload: Workload, operation: Operation): readonly Node[] {
  return policiesFor(model, "AuthorizationPolicy", workload)
    .filter(({ policy, certain }) => certain && actionOf(policy) === "ALLOW")
    .flatMap(({ policy }) => policy.spec.get("rules").items())
    .filter((rule) => operations(rule.get("to"), operation) !== "no")
    .flatMap((rule) => rule.get("from").items().flatMap((from) => from.get("source", "principals").items()));
} // prettier-ignore

const RANK = { no: 0, maybe: 1, yes: 2 } as const;

function or(list: readonly Match[]): Match {
  return list.includes("yes") ? "yes" : list.includes("maybe") ? "maybe" : "no";
}

export function actionOf(policy: KubernetesObject): string {
  return valueOr(policy.spec.get("action").string(), "ALLOW");
}

/** Whether some rule is about the request; no rules are about nothing, an empty one about everything. */
function matches(policy: KubernetesObject, caller: Caller, operation: Operation): { answer: Match; rule: Node | undefined } {
  const rules = policy.spec.get("rules");
  if (rules.isUnknown) return { answer: "maybe", rule: rules };
  let best: { answer: Match; rule: Node | undefined } = { answer: "no", rule: undefined };
  for (const rule of rules.items()) {
    const answer = and([sources(rule.get("from"), caller), operations(rule.get("to"), operation), ...rule.get("when").items().map((item) => condition(item, caller))]);
    if (RANK[answer] > RANK[best.answer]) best = { answer, rule };
  }
  return best;
} // prettier-ignore

function sources(from: Node, caller: Caller): Match {
  if (from.isUnknown) return "maybe";
  return from.items().length === 0 ? "yes" : or(from.items().map((item) => source(item.get("source"), caller)));
}

function source(node: Node, caller: Caller): Match {
  if (node.isUnknown) return "maybe";
  const identity = caller === "nobody" ? undefined : `ns/${caller.namespace}/sa/${caller.account}`;
  const has = (test: (text: string, who: { readonly namespace: string; readonly account: string }) => boolean) => (text: string) =>
    caller !== "nobody" && test(text, caller);
  // No token, and any address: a stranger has a pod of the cluster.
  const never = () => false;
  return and([
    listed(node.get("principals"), node.get("notPrincipals"), (text) => identity !== undefined && fits(text, identity)),
    listed(node.get("namespaces"), node.get("notNamespaces"), has((text, { namespace }) => like(text, namespace))), // prettier-ignore
    listed(node.get("serviceAccounts"), node.get("notServiceAccounts"), has((text, { namespace, account }) => [account, `${namespace}/${account}`].includes(text))), // prettier-ignore
    listed(node.get("requestPrincipals"), node.get("notRequestPrincipals"), never),
  ]);
}

function condition(item: Node, caller: Caller): Match {
  const key = valueOr(item.get("key").string(), "");
  const identity = caller === "nobody" ? undefined : `ns/${caller.namespace}/sa/${caller.account}`;
  if (key === "source.principal") return listed(item.get("values"), item.get("notValues"), (text) => identity !== undefined && fits(text, identity));
  if (key === "source.namespace") return listed(item.get("values"), item.get("notValues"), (text) => caller !== "nobody" && like(text, caller.namespace));
  if (key.startsWith("request.auth.")) return listed(item.get("values"), item.get("notValues"), () => false);
  // Headers, addresses and server names are the caller's to choose.
  return item.get("key").isUnknown ? "maybe" : "yes";
} // prettier-ignore

/** A list and the list of exceptions, as every field of a policy has them. */
function listed(list: Node, exceptions: Node, matching: (text: string) => boolean): Match {
  return and([list.isAbsent ? "yes" : among(list, matching), exceptions.isAbsent ? "yes" : negate(among(exceptions, matching))]);
}

function among(list: Node, matching: (text: string) => boolean): Match {
  if (list.isUnknown) return "maybe";
  return or(
    list.items().map((item): Match => {
      const read = item.string();
      return read.state !== "known" ? "maybe" : matching(read.value) ? "yes" : "no";
    }),
  );
}

function negate(match: Match): Match {
  return match === "maybe" ? "maybe" : match === "yes" ? "no" : "yes";
}

/** Hosts and ports do not tell operations apart: one server has them all. */
function operations(to: Node, { method, path }: Operation): Match {
  if (to.isUnknown) return "maybe";
  if (to.items().length === 0) return "yes";
  return or(
    to.items().map((item) => {
      const operation = item.get("operation");
      return and([
        listed(operation.get("methods"), operation.get("notMethods"), (text) => like(text, method)),
        listed(operation.get("paths"), operation.get("notPaths"), (text) => likePath(text, path)),
      ]);
    }),
  );
}

/** `*`, a prefix, a suffix, or the text itself. */
export function like(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith("*") ? text.endsWith(pattern.slice(1)) : pattern === text;
}

/** Templates: `{*}` is one part of a path, `{**}` any number. */
function likePath(pattern: string, path: string): boolean {
  if (!pattern.includes("{*")) return like(pattern, path);
  const expression = pattern
    .split(/(\{\*\*?\})/)
    .map((part) => (part === "{*}" ? "[^/]+" : part === "{**}" ? ".*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${expression}$`).test(path);
}

/** Principals carry the trust domain in front, which one mesh shares. */
export function fits(pattern: string, identity: string): boolean {
  if (pattern === "*") return true;
  const domain = pattern.startsWith("ns/") || pattern.startsWith("*") ? "" : `${pattern.split("/")[0]}/`;
  return like(pattern, `${domain}${identity}`);
}

/** The ServiceAccount that a principal names: `cluster.local/ns/core/sa/amf`. */
export function accountOf(principal: string): { readonly namespace: string; readonly account: string } | undefined {
  const match = /(?:^|\/)ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { namespace: match[1], account: match[2] };
}
