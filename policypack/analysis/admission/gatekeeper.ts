/** Constraints of Gatekeeper's library (constraints.gatekeeper.sh). */

import type { CoreModel } from "../../model/core";
import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import { type Node, valueOr } from "../../model/value";
import type { Guard } from "./guards";
import { matchesName, not } from "./matching";
import type { Topic } from "./topics";

/** The library's constraint kinds for pods. Source: open-policy-agent/gatekeeper-library, pod-security-policy. */
const KINDS: { readonly [kind: string]: Topic } = {
  K8sPSPPrivilegedContainer: "privileged",
  K8sPSPHostNamespace: "host namespaces",
  K8sPSPHostNetworkingPorts: "host namespaces",
  K8sPSPCapabilities: "capabilities",
  K8sPSPHostFilesystem: "host paths",
  K8sPSPVolumeTypes: "host paths",
  K8sPSPAllowPrivilegeEscalationContainer: "privilege escalation",
  K8sPSPAllowedUsers: "privilege escalation",
};

export function gatekeeperGuards(model: CoreModel): readonly Guard[] {
  return model.objects
    .filter((object) => object.group === "constraints.gatekeeper.sh")
    .map((object): Guard => {
      const action = object.spec.get("enforcementAction");
      const match = object.spec.get("match");
      const topic = KINDS[object.kind];
      return {
        object,
        enforces: and([denies(action), aboutPods(match)]),
        because: action,
        failurePolicy: object.spec.get("failurePolicy"),
        topics: new Set(topic === undefined ? [] : [topic]),
        covers: (namespace) =>
          and([
            match.get("namespaces").isAbsent ? "yes" : matchesName(match.get("namespaces"), namespace.name),
            not(matchesName(match.get("excludedNamespaces"), namespace.name)),
            matchesSelector(match.get("namespaceSelector"), namespace.labels),
          ]),
      };
    });
}

function denies(action: Node): Match {
  const read = action.string();
  return read.state === "unknown" ? "maybe" : read.state === "absent" || read.value === "deny" ? "yes" : "no";
}

function aboutPods(match: Node): Match {
  const kinds = match.get("kinds");
  if (kinds.isAbsent) return "yes";
  return kinds.items().some((item) => item.get("kinds").items().some((kind) => ["Pod", "*"].includes(valueOr(kind.string(), "")))) ? "yes" : "no";
} // prettier-ignore
