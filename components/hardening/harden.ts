/**
 * The least changes that make somebody else's chart of a core safe: security contexts, identities, Services, policies of the 3GPP matrix.
 * Ports, devices, configuration and commands stay as they are. Pure: manifests in, manifests and what was done out.
 */

import { comparison } from "../../policypack/analysis/reachability/standard";
import { suggest } from "../../policypack/analysis/reachability/suggest";
import type { CoreModel } from "../../policypack/model/core";
import type { Workload } from "../../policypack/model/kubernetes/workloads";
import { valueOr } from "../../policypack/model/value";
import type { NetworkFunctionId } from "../../policypack/topology/types";
import { functionLabel } from "../plan/functions";
import { FUNCTION_LABEL } from "../plan/policies";
import { isObject, type Json, type Manifest, modelOf, titleOf } from "./manifests";
import { hardenPod, writable } from "./pods";
import { remaining } from "./remaining";

export interface HardeningOptions {
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** `image:tag` → `registry/image@sha256:…`. */
  readonly digests: { readonly [image: string]: string };
  /** Folders that containers write: /tmp, /var/log/open5gs … */
  readonly writable: readonly string[];
  /** Address blocks of the radio access network and of roaming partners. */
  readonly ran: readonly string[];
  readonly partners: readonly string[];
  /** Whether the namespace is in an Istio mesh. */
  readonly mesh: boolean;
}

export interface Hardened {
  readonly manifests: readonly Manifest[];
  /** What was changed: `Deployment amf: …`. */
  readonly changes: readonly string[];
  /** What only the vendor, or the operator's registry, can set right. */
  readonly remaining: readonly string[];
}

export function harden(given: readonly Manifest[], options: HardeningOptions): Hardened {
  const manifests = structuredClone(given) as Manifest[];
  const changes: string[] = [];
  const left: string[] = [];
  const { model, of } = modelOf(manifests, options.namespace);
  const names = sharedAccounts(model);
  const accounts: Manifest[] = [];
  for (const workload of model.workloads) {
    const manifest = of.get(workload.object.resource);
    const pod = manifest === undefined ? undefined : partOf(manifest, workload.podSpec.path);
    if (manifest === undefined || pod === undefined || !model.coreNamespaces.has(workload.namespace)) continue;
    const title = titleOf(manifest);
    const changed = (what: string) => void changes.push(`${title}: ${what}`);
    const callsApi = isBound(model, workload);
    const functions = model.classification(workload).networkFunctions;
    label(partOf(manifest, workload.podMetadata.path), functions, changed);
    hardenPod(pod, {
      functions,
      digests: options.digests,
      callsApi,
      changed,
      left: (what) => void left.push(`${manifest.metadata.name}: ${what}`),
    });
    writable(pod, options.writable, { changed });
    if (!callsApi && names.has(accountOf(workload))) accounts.push(ownAccount(manifest, pod, options.namespace, changed));
  }
  for (const manifest of manifests) hardenService(manifest, changes);
  const kept = [...manifests, ...accounts];
  return {
    manifests: [...kept, ...policies(kept, options, changes, left)],
    changes,
    remaining: [...new Set([...left, ...remaining(model)])].sort(),
  };
}

/** A part of the manifest, by the place that the model read it from: `spec.template.spec`. */
function partOf(manifest: Manifest, path: string): Json | undefined {
  let place: unknown = manifest;
  for (const key of path.split(".")) {
    const [, name, index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(key) ?? [];
    if (name === undefined || !isObject(place)) return undefined;
    place = place[name];
    if (index !== undefined && Array.isArray(place)) place = (place as unknown[])[Number(index)];
  }
  return isObject(place) ? place : undefined;
}

/** The label by which admission policies know which function may have capabilities. */
function label(metadata: Json | undefined, functions: readonly NetworkFunctionId[], changed: (what: string) => void): void {
  const [only, ...more] = functions;
  const labels = metadata?.["labels"];
  if (only === undefined || more.length > 0 || !isObject(labels) || labels[FUNCTION_LABEL] !== undefined) return;
  labels[FUNCTION_LABEL] = functionLabel(only);
  changed(`labelled ${FUNCTION_LABEL}: ${functionLabel(only)}`);
}

function accountOf(workload: Workload): string {
  const { podSpec, namespace } = workload;
  const name = valueOr(podSpec.get("serviceAccountName").string(), valueOr(podSpec.get("serviceAccount").string(), "default"));
  return `${namespace}/${name}`;
}

/** ServiceAccounts that are nobody's own: the default one, and those of several functions. */
function sharedAccounts(model: CoreModel): ReadonlySet<string> {
  const users = new Map<string, Set<string>>();
  for (const workload of model.workloads) {
    const key = accountOf(workload);
    users.set(key, (users.get(key) ?? new Set()).add(`${workload.kind}/${workload.name}`));
  }
  return new Set([...users].filter(([account, { size }]) => size > 1 || account.endsWith("/default")).map(([account]) => account));
}

/** Whether a binding gives the pod's ServiceAccount rights: it calls the Kubernetes API. */
function isBound(model: CoreModel, workload: Workload): boolean {
  const account = accountOf(workload);
  return ["RoleBinding", "ClusterRoleBinding"].some((kind) =>
    model.objectsOf("rbac.authorization.k8s.io", kind).some((binding) =>
      binding.resource.props
        .get("subjects")
        .items()
        .some((subject) => {
          const namespace = valueOr(subject.get("namespace").string(), binding.namespace);
          return (
            valueOr(subject.get("kind").string(), "") === "ServiceAccount" &&
            `${namespace}/${valueOr(subject.get("name").string(), "")}` === account
          );
        }),
    ),
  );
}

function ownAccount(manifest: Manifest, pod: Json, namespace: string, changed: (what: string) => void): Manifest {
  const { name, namespace: place = namespace } = manifest.metadata;
  pod["serviceAccountName"] = name;
  delete pod["serviceAccount"];
  changed(`ServiceAccount ${name} of its own`);
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: place }, automountServiceAccountToken: false };
}

function hardenService(manifest: Manifest, changes: string[]): void {
  const { spec } = manifest;
  if (manifest.kind !== "Service" || manifest.apiVersion !== "v1" || spec === undefined) return;
  if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") {
    changes.push(`${titleOf(manifest)}: ClusterIP instead of ${String(spec["type"])}`);
    spec["type"] = "ClusterIP";
    for (const port of (spec["ports"] as Json[] | undefined) ?? []) delete port["nodePort"];
    manifest.spec = without(spec, ["externalTrafficPolicy", "loadBalancerIP", "loadBalancerSourceRanges", "healthCheckNodePort"]);
  }
  if (spec["externalIPs"] !== undefined) {
    manifest.spec = without(manifest.spec ?? {}, ["externalIPs"]);
    changes.push(`${titleOf(manifest)}: no external addresses`);
  }
}

function without(object: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Policies of the 3GPP matrix, in place of what allows more. */
function policies(manifests: readonly Manifest[], options: HardeningOptions, changes: string[], left: string[]): Manifest[] {
  const mesh = options.mesh ? meshOf(options.namespace) : [];
  const { model } = modelOf([...manifests, ...mesh], options.namespace);
  const suggestion = suggest(model, model.ask(comparison), { ran: options.ran, interconnect: options.partners });
  for (const policy of suggestion.takeAway) left.push(`${policy} allows more than 3GPP: take it away`);
  left.push(...suggestion.beyond);
  for (const { kind, metadata } of suggestion.policies) changes.push(`${kind} ${metadata.namespace}/${metadata.name} by the 3GPP matrix`);
  return suggestion.policies as unknown as Manifest[];
}

/** The mesh as CoreNamespace sets it up around the chart. */
function meshOf(namespace: string): Manifest[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace },
      spec: { mtls: { mode: "STRICT" } },
    },
  ];
}
