/** What the policy pack refuses at deploy time, refused by the cluster too, whoever deploys it. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { POD_VARIABLES, podValidations } from "./plan/admission";

export interface AdmissionGuardArgs {
  /** Namespaces of the core. */
  namespaces: pulumi.Input<pulumi.Input<string>[]>;
  /** Registries that images may come from, those of the mesh and the platform among them: registry/path. */
  registries: pulumi.Input<pulumi.Input<string>[]>;
  /** Public key (PEM) by which images are signed: cosign's. */
  signingKey: pulumi.Input<string>;
}

/** ValidatingAdmissionPolicies that fail closed for every pod of the core, and a policy that only signed images run. */
export class AdmissionGuard extends pulumi.ComponentResource {
  /** Name of the policy that every pod of the core must meet. */
  public readonly policyName: pulumi.Output<string>;

  constructor(name: string, args: AdmissionGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:AdmissionGuard", name, args, opts);
    const read = new Arguments("AdmissionGuard", name, args);
    const namespaces = read.texts("namespaces");
    const registries = read.texts("registries");
    if (namespaces.length === 0) throw read.wrong("namespaces", "is empty: nothing would be guarded");
    for (const registry of registries)
      if (/['\\]/.test(registry)) throw read.wrong("registries", `${JSON.stringify(registry)} is no registry`);
    if (registries.length === 0) throw read.wrong("registries", "is empty: no image could run");
    const options = { parent: this };
    const selector = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }] };

    const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
      name,
      {
        metadata: { name },
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            // `kubectl debug` brings its container in by a resource of its own.
            resourceRules: [
              { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods", "pods/ephemeralcontainers"] },
            ],
            namespaceSelector: selector,
          },
          variables: POD_VARIABLES.map(({ name: variable, expression }) => ({ name: variable, expression })),
          validations: podValidations(registries).map(({ expression, message }) => ({ expression, message })),
        },
      },
      options,
    );
    new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      name,
      {
        metadata: { name },
        spec: { policyName: policy.metadata.name, validationActions: ["Deny", "Audit"], matchResources: { namespaceSelector: selector } },
      },
      options,
    );
    new k8s.apiextensions.CustomResource(
      `${name}-signatures`,
      {
        apiVersion: "kyverno.io/v1",
        kind: "ClusterPolicy",
        metadata: { name: `${name}-signatures` },
        spec: signatures(namespaces, args.signingKey),
      },
      options,
    );
    this.policyName = policy.metadata.name;
    this.registerOutputs({ policyName: this.policyName });
  }
}

function signatures(namespaces: readonly string[], key: pulumi.Input<string>): object {
  return {
    validationFailureAction: "Enforce",
    webhookConfiguration: { failurePolicy: "Fail", timeoutSeconds: 15 },
    background: false,
    rules: [
      {
        name: "signed",
        match: { any: [{ resources: { kinds: ["Pod"], namespaces: [...namespaces] } }] },
        verifyImages: [
          {
            imageReferences: ["*"],
            failureAction: "Enforce",
            mutateDigest: false,
            verifyDigest: true,
            required: true,
            attestors: [{ count: 1, entries: [{ keys: { publicKeys: key } }] }],
          },
        ],
      },
    ],
  };
}
