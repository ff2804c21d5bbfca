// What the cluster refuses, whoever deploys it: the pod hardening, at admission.
import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";

const options = { provider };
const containers = "(object.spec.containers + object.spec.?initContainers.orValue([]))";
const each = (condition: string) => `${containers}.all(c, ${condition})`;

const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
  "hardened-pods",
  {
    metadata: { name: "hardened-pods" },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] }],
      },
      validations: [
        { expression: each("!c.?securityContext.?privileged.orValue(false)"), message: "no privileged containers" },
        {
          expression:
            "!object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false) && !object.spec.?hostNetwork.orValue(false)",
          message: "no host namespaces",
        },
        {
          expression: each(
            "c.?securityContext.?capabilities.?add.orValue([]).all(name, name == 'NET_ADMIN' && object.metadata.labels['app'] == 'upf')",
          ),
          message: "capabilities for the user plane alone",
        },
        { expression: "!object.spec.?volumes.orValue([]).exists(v, has(v.hostPath))", message: "no host paths" },
        { expression: each("c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false"), message: "no privilege escalation" },
      ],
    },
  },
  options,
);

new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
  "hardened-pods",
  {
    metadata: { name: "hardened-pods" },
    spec: {
      policyName: policy.metadata.name,
      validationActions: ["Deny", "Audit"],
      matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "core" } } },
    },
  },
  options,
);
