/**
 * IMDSv2 only with hop limit 1 on every node and instance.
 *
 * A pod is one network hop from its node: with IMDSv1, or with a hop limit of 2, any pod can read the node's credentials from
 * 169.254.169.254. EC2 takes tokens as optional unless told otherwise; an Amazon EKS node group without a launch template gets a hop limit
 * of 2 (EKS User Guide, launch template support). A launch template that leaves the hop limit open gets it from the image (2 for images
 * registered with ImdsSupport v2.0: EC2 User Guide, instance metadata option precedence), an instance gets 1. Node groups, instances and
 * Auto Scaling groups with a launch template of the stack are judged once, on the template.
 */

import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { launchTemplatesOf } from "../../model/aws/nodes";
import { AUTOSCALING_GROUP, EKS_NODE_GROUP, INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE } from "../../model/aws/types";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { object, resource, unknownValue } from "../../testing/build";

/** Every served version: before v1, Karpenter's default hop limit was 2. */
const NODE_CLASSES = ["kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "kubernetes:karpenter.k8s.aws/v1beta1:EC2NodeClass"];

export default defineRule({
  id: "ID-06",
  name: "id-06-imdsv2-with-hop-limit-1",
  title: "IMDSv2 only with hop limit 1 on every node and instance",
  family: "identity",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: either(
    resources(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, EKS_NODE_GROUP, AUTOSCALING_GROUP),
    { ...objects(["karpenter.k8s.aws/v1", "EC2NodeClass"]), types: NODE_CLASSES },
  ),
  rationale:
    "The metadata service hands out the node's AWS credentials. Whoever can make a pod of the core send one request there, by a server-side request forgery or from inside, acts as the node: images, network interfaces, and whatever else its role may touch.",
  remediation:
    "Set metadataOptions.httpTokens: required and httpPutResponseHopLimit: 1 on the launch template (Karpenter: spec.metadataOptions). Move agents that need AWS credentials to EKS Pod Identity or IRSA first: with one hop they no longer reach the metadata service.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.7", title: "Ensure that the EC2 Metadata Service only allows IMDSv2" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 6", title: "AuthN and authZ are dynamic and enforced before access" },
  ],
  breaks: [
    { id: "T1552.005", name: "Cloud Instance Metadata API" },
    { id: "FGT1078.004", name: "Cloud Accounts" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) {
      yield* judgeNodeClass(subject);
      return;
    }
    switch (subject.type) {
      case LAUNCH_TEMPLATE:
        return yield* judge(`Launch template ${subject.name}`, subject.props.get("metadataOptions"), "image");
      case LAUNCH_CONFIGURATION:
        return yield* judge(`Launch configuration ${subject.name}`, subject.props.get("metadataOptions"), "image");
      case INSTANCE:
        if (subject.props.get("metadataOptions").isAbsent && !subject.props.get("launchTemplate").isAbsent) return yield* judgeByTemplate(subject, context);
        return yield* judge(`Instance ${subject.name}`, subject.props.get("metadataOptions"), "one");
      case EKS_NODE_GROUP:
        if (subject.props.get("launchTemplate").isAbsent) {
          yield fail({
            message: `Node group ${subject.name} has no launch template, so EKS gives its nodes a metadata hop limit of 2: every pod on them can take the node's AWS credentials (Cloud Instance Metadata API).`,
            evidence: [seen(subject.props.get("launchTemplate"), "a launch template with httpTokens: required, httpPutResponseHopLimit: 1")],
          });
          return;
        }
        return yield* judgeByTemplate(subject, context);
      default:
        yield* judgeByTemplate(subject, context);
    }
  },
  examples: () => ({
    pass: [
      { name: "a launch template with tokens and one hop", resources: [template({ httpTokens: "required", httpPutResponseHopLimit: 1 })] },
      { name: "no metadata service at all", resources: [template({ httpEndpoint: "disabled" })] },
      { name: "an instance leaves the hop limit at its default of 1", resources: [resource(INSTANCE, "bastion", { metadataOptions: { httpTokens: "required" } })] },
      { name: "a node group with the template of the stack", resources: [hardened, resource(EKS_NODE_GROUP, "upf", { launchTemplate: { id: unknownValue(hardened), version: "1" } })] },
      { name: "a Karpenter node class", resources: [nodeClass({ httpTokens: "required", httpPutResponseHopLimit: 1 })] },
      {
        name: "a Karpenter node class that leaves everything at Karpenter's defaults of tokens and one hop",
        resources: [object("karpenter.k8s.aws/v1", "EC2NodeClass", "core", { spec: {} })],
      },
    ],
    fail: [
      { name: "tokens optional", resources: [template({ httpTokens: "optional", httpPutResponseHopLimit: 1 })] },
      { name: "two hops", resources: [template({ httpTokens: "required", httpPutResponseHopLimit: "2" })] },
      { name: "nothing said: tokens are optional", resources: [resource(LAUNCH_TEMPLATE, "nodes", {})] },
      { name: "an instance with nothing said", resources: [resource(INSTANCE, "bastion", { ami: "ami-1" })] },
      { name: "a node group without a launch template", resources: [resource(EKS_NODE_GROUP, "core", { clusterName: "core" })] },
      { name: "an instance that takes its template's setting back", resources: [hardened, resource(INSTANCE, "upf", { launchTemplate: { id: unknownValue(hardened) }, metadataOptions: { httpTokens: "optional" } })] },
      { name: "a Karpenter node class of v1beta1 with its default of two hops", resources: [object("karpenter.k8s.aws/v1beta1", "EC2NodeClass", "core", { spec: {} })] },
      { name: "a Karpenter node class with two hops", resources: [nodeClass({ httpTokens: "required", httpPutResponseHopLimit: 2 })] },
    ],
    undetermined: [
      { name: "tokens that the configuration brings", resources: [template({ httpTokens: unknownValue(), httpPutResponseHopLimit: 1 })] },
      { name: "a launch template that leaves the hop limit to the image", resources: [template({ httpTokens: "required" })] },
      { name: "a node group whose template is in another stack", resources: [resource(EKS_NODE_GROUP, "core", { launchTemplate: { id: "lt-0123456789abcdef0", version: "1" } })] },
    ],
  }),
}); // prettier-ignore

const ATTACK = "every pod on it can take the node's AWS credentials (Cloud Instance Metadata API)";

/** What decides where the options say nothing: the image, EC2's own 1, or Karpenter's defaults (tokens; 1 hop since v1, 2 before). */
type Default = "image" | "one" | "karpenter" | "karpenter before v1";

function* judge(what: string, options: Node, otherwise: Default): Generator<Verdict> {
  if (options.kind() === "list") {
    // Karpenter aside, the options are one object; states of old providers wrap it in a list.
    const [only] = options.items();
    if (only !== undefined) return yield* judge(what, only, otherwise);
  }
  const endpoint = options.get("httpEndpoint").string();
  if (endpoint.state === "known" && endpoint.value === "disabled") return;
  const tokens = options.get("httpTokens").string();
  const hops = options.get("httpPutResponseHopLimit").number();
  const v1 = tokens.state === "known" ? tokens.value !== "required" : tokens.state === "absent" && !otherwise.startsWith("karpenter");
  const far = hops.state === "known" ? hops.value > 1 : hops.state === "absent" && otherwise === "karpenter before v1";
  const evidence = [
    ...(v1 || tokens.state === "unknown" ? [seen(options.get("httpTokens"), "required")] : []),
    ...(far || hops.state === "unknown" || (hops.state === "absent" && otherwise === "image") ? [seen(options.get("httpPutResponseHopLimit"), 1)] : []),
  ];
  if (evidence.length === 0) return;
  if ((v1 || far) && endpoint.state !== "unknown") {
    const faults = [...(v1 ? ["accepts IMDSv1"] : []), ...(far ? ["lets metadata answers travel more than one hop"] : [])];
    yield fail({ message: `${what} ${faults.join(" and ")}: ${ATTACK}.`, evidence });
    return;
  }
  yield undetermined({ message: `${what} may accept IMDSv1 or let metadata answers travel more than one hop, as its metadata options are not all set or known: ${ATTACK} then.`, evidence });
} // prettier-ignore

/** On the template where that is in the stack; in a resource's own view the template is another one's business. */
function* judgeByTemplate(subject: Resource, context: RuleContext): Generator<Verdict> {
  if (context.view === "resource") return;
  const outside = launchTemplatesOf(context.model, subject).some(
    (template) => template.state !== "resolved" && !(template.state === "unknown" && template.candidates.length > 0),
  );
  if (!outside) return;
  const named = ["launchTemplate", "mixedInstancesPolicy", "launchConfiguration"].map((key) => subject.props.get(key));
  yield undetermined({
    message: `The launch template of ${subject.name} is not in sight: if it accepts IMDSv1 or two hops, ${ATTACK}.`,
    evidence: [
      seen(
        named.find((node) => !node.isAbsent) ?? subject.props,
        "a launch template of the stack, or one that is checked where it is declared",
      ),
    ],
  });
}

function* judgeNodeClass(nodeClass: KubernetesObject): Generator<Verdict> {
  yield* judge(
    `Karpenter node class ${nodeClass.name}`,
    nodeClass.spec.get("metadataOptions"),
    nodeClass.version === "v1" ? "karpenter" : "karpenter before v1",
  );
}

function template(metadataOptions: { readonly [key: string]: string | number | ReturnType<typeof unknownValue> }) {
  return resource(LAUNCH_TEMPLATE, "nodes", { metadataOptions });
}

const hardened = template({ httpTokens: "required", httpPutResponseHopLimit: 1 });

function nodeClass(metadataOptions: { readonly [key: string]: string | number }) {
  return object("karpenter.k8s.aws/v1", "EC2NodeClass", "core", { spec: { metadataOptions } });
}
