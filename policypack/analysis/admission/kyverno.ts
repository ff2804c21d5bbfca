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
        covers: (namespace) => and([kyvernoCovers(object, rule, "validate", namespace), not(excepted(model, object, rule, namespace))]),
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
          covers: (namespace: NamespaceLabels) =>
            and([kyvernoCovers(object, rule, "verifyImages", namespace), not(excepted(model, object, rule, namespace))]),
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
  const matched = filters(rule.get("match")).map((resources) => and([within(resources, namespace), narrowed(resources) ? "maybe" : "yes"]));
  const excluded = filters(rule.get("exclude")).map((resources) => takenOut(resources, namespace));
  const overrides = [...object.spec.get("validationFailureActionOverrides").items(), ...rule.get(kind, "failureActionOverrides").items()]
    .filter((item) => valueOr(item.get("action").string(), "").toLowerCase() === "audit")
    .map((item) => (item.get("namespaces").isAbsent ? "yes" : matchesName(item.get("namespaces"), namespace.name)));
  return and([any(matched), not(any(excluded)), not(any(overrides))]);
} // prettier-ignore

function any(answers: readonly Match[]): Match {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Whether a filter reaches into a namespace. */
function within(resources: Node, namespace: NamespaceLabels): Match {
  const named = resources.get("namespaces");
  return and([
    named.isAbsent ? "yes" : matchesName(named, namespace.name),
    matchesSelector(resources.get("namespaceSelector"), namespace.labels),
  ]);
}

/** Whether labels, names or annotations decide which pods a filter is about: whoever makes the pod decides that. */
function narrowed(resources: Node): boolean {
  return ["selector", "annotations", "name", "names"].some((key) => !resources.get(key).isAbsent);
}

/** Whether an exclusion takes a namespace out: by a label, anybody's pod may be; one by a name or a user leaves the rest covered. */
function takenOut(resources: Node, namespace: NamespaceLabels): Match {
  if (!resources.isKnown) return resources.isUnknown ? "maybe" : "no";
  const others = resources.fields().map(([key]) => key).filter((key) => !["namespaces", "namespaceSelector", "kinds", "operations"].includes(key));
  if (others.length === 0) return within(resources, namespace);
  const byLabel = others.every((key) => key === "selector" || key === "annotations");
  return byLabel ? and([within(resources, namespace), "maybe"]) : "no";
} // prettier-ignore

/** Whether a PolicyException excuses the pods of a namespace from a rule (kyverno.io/v2). */
function excepted(model: CoreModel, policy: KubernetesObject, rule: Node, namespace: NamespaceLabels): Match {
  const name = valueOr(rule.get("name").string(), "");
  const answers = model.objectsOf("kyverno.io", "PolicyException").flatMap((exception) =>
    exception.spec.get("exceptions").items().map((item): Match => {
      const about = valueOr(item.get("policyName").string(), "").split("/").at(-1) === policy.name && matchesName(item.get("ruleNames"), name) !== "no";
      return about ? any(filters(exception.spec.get("match")).map((resources) => takenOut(resources, namespace))) : "no";
    }),
  );
  return any(answers);
} // prettier-ignore

function topicsOfRule(validate: Node): ReadonlySet<Topic> {
  if (validate.get("podSecurity", "level").isKnown) return new Set(TOPICS);
  return topicsOf(validate);
}
