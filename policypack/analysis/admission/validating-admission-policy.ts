/** ValidatingAdmissionPolicies with their bindings (admissionregistration.k8s.io/v1), and Kyverno's policies of the same shape. */

import type { CoreModel } from "../../model/core";
import { and, type Match } from "../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../model/value";
import type { Guard } from "./guards";
import { aboutPods, selectsNamespace } from "./matching";
import { type Topic, topicsOf } from "./topics";

const GROUP = "admissionregistration.k8s.io";

export function validatingAdmissionPolicies(model: CoreModel): readonly Guard[] {
  const bindings = model.objectsOf(GROUP, "ValidatingAdmissionPolicyBinding");
  const native = model.objectsOf(GROUP, "ValidatingAdmissionPolicy").flatMap((object): Guard[] => {
    const own = bindings.filter((binding) => {
      const name = binding.spec.get("policyName").string();
      return name.state === "known" ? name.value === object.name : name.state === "unknown";
    });
    const failurePolicy = object.spec.get("failurePolicy");
    const constraints = object.spec.get("matchConstraints");
    const shared = { object, failurePolicy, topics: topics(object.spec, constraints) };
    if (own.length === 0) return [{ ...shared, enforces: "no", because: object.spec, covers: () => "no" }];
    return own.map((binding): Guard => {
      const actions = binding.spec.get("validationActions");
      return {
        ...shared,
        enforces: and([denies(actions), failsClosed(failurePolicy), aboutPods(constraints.get("resourceRules"))]),
        because: denies(actions) === "yes" ? failurePolicy : actions,
        covers: (namespace) => and([selectsNamespace(constraints, namespace), selectsNamespace(binding.spec.get("matchResources"), namespace)]),
      };
    });
  });
  const kyverno = ["ValidatingPolicy", "NamespacedValidatingPolicy"].flatMap((kind) => model.objectsOf("policies.kyverno.io", kind)).map((object): Guard => {
    const actions = object.spec.get("validationActions");
    const constraints = object.spec.get("matchConstraints");
    const failurePolicy = object.spec.get("failurePolicy");
    return {
      object,
      failurePolicy,
      topics: topics(object.spec, constraints),
      // Which action applies where none is written differs between releases.
      enforces: and([actions.isAbsent ? "maybe" : denies(actions), failsClosed(failurePolicy), aboutPods(constraints.get("resourceRules"))]),
      because: actions,
      covers: (namespace) => (object.kind.startsWith("Namespaced") ? (object.namespace === namespace.name ? "yes" : "no") : selectsNamespace(constraints, namespace)),
    };
  });
  return [...native, ...kyverno];
} // prettier-ignore

function topics(spec: Node, constraints: Node): ReadonlySet<Topic> {
  if (aboutPods(constraints.get("resourceRules")) === "no" || never(spec)) return new Set();
  const variables = spec.get("variables").items().map((item) => item.get("expression"));
  return topicsOf(...spec.get("validations").items().map((item) => item.get("expression")), ...variables);
} // prettier-ignore

/** A match condition that no request meets. */
function never(spec: Node): boolean {
  return spec.get("matchConditions").items().some((item) => /^\s*false\s*$/.test(valueOr(item.get("expression").string(), "")));
} // prettier-ignore

function denies(actions: Node): Match {
  if (actions.isUnknown) return "maybe";
  const words = actions.items().map((item) => item.string());
  if (words.some((word) => word.state === "known" && word.value === "Deny")) return "yes";
  return words.some((word) => word.state !== "known") ? "maybe" : "no";
}

export function failsClosed(failurePolicy: Node): Match {
  const read = failurePolicy.string();
  return read.state === "unknown" ? "maybe" : read.state === "known" && read.value === "Ignore" ? "no" : "yes";
}
