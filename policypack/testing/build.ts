/** Small builders of resources for examples and tests: what a program would declare, in one line each. */

import { isClusterScoped, typeToken } from "../model/kubernetes/objects";
import type { ResourceInit } from "../model/stack";
import { SecretValue, UnknownValue, type Value } from "../model/value";

export type Properties = { readonly [key: string]: Value };

const PROJECT = "urn:pulumi:dev::core::";

/** A value that the deployment will bring, from these resources. */
export function unknownValue(...from: readonly ResourceInit[]): UnknownValue {
  return new UnknownValue(from.map((resource) => resource.urn));
}

export function secretValue(value: Value): SecretValue {
  return new SecretValue(value);
}

/** A resource by its Pulumi type token. `dependsOn` names, for an input property, the resources its value comes from. */
export function resource(
  type: string,
  name: string,
  properties: Properties = {},
  dependsOn: { readonly [property: string]: readonly ResourceInit[] } = {},
): ResourceInit {
  const propertyDependencies = Object.fromEntries(Object.entries(dependsOn).map(([key, list]) => [key, list.map((item) => item.urn)]));
  return {
    urn: `${PROJECT}${type}::${name}`,
    type,
    name,
    properties,
    dependencies: [...new Set(Object.values(propertyDependencies).flat())],
    propertyDependencies,
  };
}

/** The namespace that the builders put core objects into. */
export const CORE = "core";

/** A Kubernetes object; `metadata.name` and the namespace are filled in where `body.metadata` does not say them. */
export function object(apiVersion: string, kind: string, name: string, body: Properties = {}, namespace: Value = CORE): ResourceInit {
  const metadata = { name, ...(isClusterScoped(kind) ? {} : { namespace }), ...(body["metadata"] as Properties | undefined) };
  const place = typeof namespace === "string" && !isClusterScoped(kind) ? `${namespace}/` : "";
  const type = typeToken(apiVersion, kind);
  return { urn: `${PROJECT}${type}::${place}${name}`, type, name: `${place}${name}`, properties: { ...body, apiVersion, kind, metadata } };
}

export interface PodOptions {
  readonly kind?: string;
  readonly namespace?: Value;
  /** Labels of the pod template; `app: <name>` unless given. */
  readonly labels?: Properties;
  readonly annotations?: Properties;
  /** Fields of the pod spec, over the hardened ones. */
  readonly pod?: Properties;
  /** Fields of the first container, over the hardened ones. */
  readonly container?: Properties;
}

const APIS: { readonly [kind: string]: string } = {
  Pod: "v1",
  ReplicationController: "v1",
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  ReplicaSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
};

/** Digest of an image that exists in no registry. */
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/**
 * A network function's workload as it should be: hardened, pinned, without the Kubernetes API. An example changes the one
 * thing it is about. `name` is the function's token: `amf`, `upf`.
 */
export function networkFunction(name: string, options: PodOptions = {}): ResourceInit {
  const kind = options.kind ?? "Deployment";
  const spec: Properties = {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name,
        image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/5gc/${name}@${DIGEST}`,
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        ...options.container,
      },
    ],
    ...options.pod,
  };
  const metadata: Properties = {
    labels: options.labels ?? { app: name },
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  };
  const template: Properties = { metadata, spec };
  const apiVersion = APIS[kind] ?? "v1";
  switch (kind) {
    case "Pod":
      return object(apiVersion, kind, name, template, options.namespace);
    case "CronJob":
      return object(apiVersion, kind, name, { spec: { schedule: "0 * * * *", jobTemplate: { spec: { template } } } }, options.namespace);
    case "Job":
      return object(apiVersion, kind, name, { spec: { template } }, options.namespace);
    default:
      return object(apiVersion, kind, name, { spec: { selector: { matchLabels: metadata["labels"] ?? {} }, template } }, options.namespace);
  }
}
