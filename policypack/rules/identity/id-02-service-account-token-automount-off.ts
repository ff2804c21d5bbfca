/**
 * No Kubernetes API token in a network function that does not need one. Mesh sidecars use projected tokens and do not mind.
 */

import { serviceAccount } from "../../analysis/rbac/grants";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "ID-02",
  name: "id-02-service-account-token-automount-off",
  title: "ServiceAccount token automount off unless the NF needs the Kubernetes API",
  family: "identity",
  severity: "medium",
  scope: "both",
  since: "0.1.0",
  target: workloads,
  rationale:
    "The token lets whoever breaks into the function ask the Kubernetes API what else there is, and do all that its ServiceAccount may.",
  remediation:
    "Set automountServiceAccountToken: false on the pod (or its ServiceAccount); a function that needs the API says so with the label carrierguard.dev/k8s-api-client=true.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.1.6", title: "Ensure that Service Account Tokens are only mounted where necessary (Automated)" },
    {
      framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)",
      ref: "1.11",
      title: "Protecting Pod service account tokens",
    },
    { framework: "NIST SP 800-53r5", ref: "AC-6", title: "Least Privilege" },
    { framework: "NIST SP 800-207", ref: "tenet 3", title: "Access is granted per session" },
  ],
  breaks: [
    { id: "T1552.007", name: "Container API" },
    { id: "T1528", name: "Steal Application Access Token" },
    { id: "T1613", name: "Container and Resource Discovery" },
  ],
  *check(workload, context) {
    const judged = judgedAsNetworkFunction(workload, context);
    if (judged === "no" || judged === "later") return;
    if (workload.labels.known.get("carrierguard.dev/k8s-api-client") === "true") return;
    const { answer, evidence } = automount(workload, context);
    if (answer === "off" || answer === "later") return;
    const certain = answer === "on" && judged === "yes";
    const { networkFunctions } = context.model.classification(workload);
    yield (certain ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} ${certain ? "mounts" : "may mount"} the token of ServiceAccount ${serviceAccount(workload)}: an intruder explores and uses the Kubernetes API with it.`,
      evidence: [evidence],
      networkFunctions,
    });
  },
  examples: () => {
    const pod = (fields: object) => networkFunction("amf", { pod: fields as never });
    const account = (fields: object) => object("v1", "ServiceAccount", "amf", fields as never);
    return {
      pass: [
        { name: "switched off on the pod", resources: [pod({ automountServiceAccountToken: false })] },
        {
          name: "switched off on its ServiceAccount",
          resources: [pod({ automountServiceAccountToken: null }), account({ automountServiceAccountToken: false })],
        },
        {
          name: "a declared client of the Kubernetes API",
          resources: [
            networkFunction("nrf", {
              labels: { app: "nrf", "carrierguard.dev/k8s-api-client": "true" },
              pod: { automountServiceAccountToken: true },
            }),
          ],
        },
      ],
      fail: [
        {
          name: "nobody said anything, and the default ServiceAccount",
          resources: [pod({ automountServiceAccountToken: null, serviceAccountName: null })],
        },
        {
          name: "the pod overrides its ServiceAccount",
          resources: [pod({ automountServiceAccountToken: true }), account({ automountServiceAccountToken: false })],
        },
        { name: "a ServiceAccount that says nothing", resources: [pod({ automountServiceAccountToken: null }), account({})] },
      ],
      undetermined: [
        { name: "the ServiceAccount is not in the stack", resources: [pod({ automountServiceAccountToken: null })] },
        { name: "the value comes with the deployment", resources: [pod({ automountServiceAccountToken: unknownValue() })] },
      ],
    };
  },
});

/** The pod's own word comes first, then its ServiceAccount's; without either the token is mounted (Kubernetes API, PodSpec). */
function automount(workload: Workload, context: RuleContext): { answer: "on" | "off" | "open" | "later"; evidence: Evidence } {
  const projected = projectedToken(workload) ?? tokenSecret(workload, context);
  if (projected !== undefined) return { answer: "on", evidence: seen(projected, "no token for the Kubernetes API") };
  const own = workload.podSpec.get("automountServiceAccountToken");
  const read = own.boolean();
  const evidence = seen(own, false);
  if (read.state === "known") return { answer: read.value ? "on" : "off", evidence };
  if (read.state === "unknown" || workload.podSpec.get("serviceAccountName").isUnknown) return { answer: "open", evidence };
  if (context.view === "resource") return { answer: "later", evidence };
  const name = serviceAccount(workload);
  const account = context.model.objectsNamed("", "ServiceAccount", workload.namespace, name)[0];
  if (account === undefined) return { answer: name === "default" ? "on" : "open", evidence };
  const theirs = account.resource.props.get("automountServiceAccountToken").boolean();
  if (theirs.state === "unknown") return { answer: "open", evidence };
  return { answer: theirs.state === "known" && !theirs.value ? "off" : "on", evidence };
}

/** A token that a volume brings all the same; with an audience of its own (the mesh's, Vault's) the Kubernetes API refuses it. */
function projectedToken(workload: Workload): Node | undefined {
  return workload.podSpec
    .get("volumes")
    .items()
    .flatMap((volume) => volume.get("projected", "sources").items())
    .map((source) => source.get("serviceAccountToken"))
    .find(
      (token) =>
        token.isKnown &&
        ["", "https://kubernetes.default.svc", "kubernetes"].includes(
          valueOr(token.get("audience").string(), token.get("audience").isUnknown ? "?" : ""),
        ),
    );
}

/** The old kind of token, which never expires, mounted as a Secret. */
function tokenSecret(workload: Workload, context: RuleContext): Node | undefined {
  if (context.view === "resource") return undefined;
  return workload.podSpec
    .get("volumes")
    .items()
    .map((volume) => volume.get("secret", "secretName"))
    .find((name) =>
      context.model
        .objectsNamed("", "Secret", workload.namespace, valueOr(name.string(), ""))
        .some((secret) => valueOr(secret.resource.props.get("type").string(), "") === "kubernetes.io/service-account-token"),
    );
}
