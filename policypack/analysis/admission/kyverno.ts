/** Kyverno's ClusterPolicy and Policy (kyverno.io/v1): a guard a rule, since each rule has its own match, exclusion and action. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../model/value";
import type { Guard, NamespaceLabels } from "./guards";
import { matchesName, not } from "./matching";
import { type Topic, TOPICS, topicsOf } from "./topics";
import { failsClosed } from "./validating-admission-policy";

function kyvernoPolicies(model: CoreModel): readonly KubernetesObject[] {
  return [...model.objectsOf("kyverno.io", "ClusterPolicy"), ...model.objectsOf("kyverno.io", "Policy")];
}

export function kyvernoGuards(model: CoreModel): readonly Guard[] {
  return kyvernoPolicies(model).flatMap((object) =>
    object.spec.get("rules").items().filter((rule) => rule.get("validate").isKnown).map((rule): Guard => {
      const action = kyvernoAction(object, rule);
      const failurePolicy = kyvernoFailurePolicy(object);
      return {
        object,
        failurePolicy,
        enforces: and([enforcing(action), failsClosed(failurePolicy), kyvernoAdmits(object), kyvernoAboutPods(rule)]),
        because: action,
        topics: topicsOfRule(rule.get("validate")),
        covers: (namespace) => kyvernoCovers(object, rule, "validate", namespace),
      };
    }),
  );
} // prettier-ignore

/** Each entry of `verifyImages` with whether it refuses, and where. */
export function kyvernoImageChecks(model: CoreModel): readonly (Pick<Guard, "object" | "enforces" | "covers"> & { readonly check: Node; readonly because: Node })[] {
  return kyvernoPolicies(model).flatMap((object) =>
    object.spec.get("rules").items().flatMap((rule) =>
      rule.get("verifyImages").items().map((check) => {
        const action = check.get("failureAction").isAbsent ? object.spec.get("validationFailureAction") : check.get("failureAction");
        return {
          object,
          check,
          because: action,
          enforces: and([enforcing(action), failsClosed(kyvernoFailurePolicy(object)), kyvernoAdmits(object), kyvernoAboutPods(rule)]),
          covers: (namespace: NamespaceLabels) => kyvernoCovers(object, rule, "verifyImages", namespace),
        };
      }),
    ),
  );
} // prettier-ignore

/** `validate.failureAction`, else the policy's own, which its rules inherit; Audit where nothing is said. */
function kyvernoAction(object: KubernetesObject, rule: Node): Node {
  const own = rule.get("validate", "failureAction");
  return own.isAbsent ? object.spec.get("validationFailureAction") : own;
}

function enforcing(action: Node): Match {
  const read = action.string();
  return read.state === "unknown" ? "maybe" : read.state === "known" && read.value.toLowerCase() === "enforce" ? "yes" : "no";
}

function kyvernoFailurePolicy(object: KubernetesObject): Node {
  const own = object.spec.get("failurePolicy");
  return own.isAbsent ? object.spec.get("webhookConfiguration", "failurePolicy") : own;
}

function kyvernoAdmits(object: KubernetesObject): Match {
  const admission = object.spec.get("admission").boolean();
  return admission.state === "unknown" ? "maybe" : admission.state === "known" && !admission.value ? "no" : "yes";
}

function filters(place: Node): readonly Node[] {
  const lists = ["any", "all"].flatMap((key) => place.get(key).items());
  return lists.length > 0 ? lists.map((item) => item.get("resources")) : [place.get("resources")];
}

function kyvernoAboutPods(rule: Node): Match {
  const kinds = filters(rule.get("match")).flatMap((resources) => resources.get("kinds").items());
  return kinds.some((kind) => /^(\*|(.*\/)?(Pod|\*))$/.test(valueOr(kind.string(), ""))) ? "yes" : rule.get("match").holdsUnknown() ? "maybe" : "no";
} // prettier-ignore

/** The namespaces that a rule covers: matched, not excluded, and not overridden to Audit. */
function kyvernoCovers(object: KubernetesObject, rule: Node, kind: "validate" | "verifyImages", namespace: NamespaceLabels): Match {
  if (object.kind === "Policy") return object.namespace === namespace.name ? "yes" : "no";
  const within = (resources: Node): Match =>
    and([
      resources.get("namespaces").isAbsent ? "yes" : matchesName(resources.get("namespaces"), namespace.name),
      matchesSelector(resources.get("namespaceSelector"), namespace.labels),
    ]);
  const matched = filters(rule.get("match")).map(within);
  const excluded = filters(rule.get("exclude")).map((resources) =>
    // An exclusion by anything but the namespace (a name, a label, a user) leaves the rest of the namespace covered.
    !resources.isKnown || resources.fields().some(([key]) => !["namespaces", "namespaceSelector", "kinds"].includes(key))
      ? resources.isUnknown ? "maybe" : "no"
      : within(resources),
  );
  const overrides = [...object.spec.get("validationFailureActionOverrides").items(), ...rule.get(kind, "failureActionOverrides").items()]
    .filter((item) => valueOr(item.get("action").string(), "").toLowerCase() === "audit")
    .map((item) => (item.get("namespaces").isAbsent ? "yes" : matchesName(item.get("namespaces"), namespace.name)));
  const any = (answers: readonly Match[]): Match => (answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no");
  return and([any(matched), not(any(excluded)), not(any(overrides))]);
} // prettier-ignore

function topicsOfRule(validate: Node): ReadonlySet<Topic> {
  if (validate.get("podSecurity", "level").isKnown) return new Set(TOPICS);
  return topicsOf(validate);
}
