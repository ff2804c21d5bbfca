/** The one model of the core that rules and analyses ask; everything in it is built when first asked for, and once. */

import { type Classification, classifyWorkloads } from "./network-functions/classify";
import { type KubernetesObject, kubernetesObjects } from "./kubernetes/objects";
import { type Pods, type Workload, workloadsOf } from "./kubernetes/workloads";
import type { Gap, Resource, Stack } from "./stack";

/**
 * How much of the stack is in sight. `resource`: one resource, before it is created; what depends on others cannot be said.
 * `stack`: everything.
 */
export type View = "resource" | "stack";

export interface ModelOptions {
  readonly view: View;
  /** Where Kubernetes objects without a namespace live. */
  readonly defaultNamespace: string;
}

const DEFAULTS: ModelOptions = { view: "stack", defaultNamespace: "default" };

export class CoreModel {
  readonly view: View;
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
  private readonly options: ModelOptions;
  private readonly answers = new Map<unknown, unknown>();

  constructor(stack: Stack, options: Partial<ModelOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.view = this.options.view;
    this.resources = stack.resources;
    this.gaps = stack.gaps;
  }

  /**
   * The answer of a pure question about this model, computed once: `model.ask(nfConfigurations)`. Analyses are such
   * functions, so that every rule shares their work.
   */
  ask<T>(question: (model: CoreModel) => T): T {
    if (!this.answers.has(question)) this.answers.set(question, question(this));
    return this.answers.get(question) as T;
  }

  resource(urn: string): Resource | undefined {
    return this.ask(resourcesByUrn).get(urn);
  }

  /** Resources of a Pulumi type token, in the stack's order. */
  ofType(type: string): readonly Resource[] {
    return this.ask(resourcesByType).get(type) ?? [];
  }

  get objects(): readonly KubernetesObject[] {
    return this.ask(objects);
  }

  /** The Kubernetes object that a resource is; `undefined` for everything else. */
  object(resource: Resource): KubernetesObject | undefined {
    return this.ask(objectsByResource).get(resource);
  }

  /** Kubernetes objects of a kind; the version does not matter, as an API server serves every version of an object. */
  objectsOf(group: string, kind: string): readonly KubernetesObject[] {
    return this.ask(objectsByKind).get(group)?.get(kind) ?? [];
  }

  /** Kubernetes objects of a kind in one namespace. */
  objectsIn(group: string, kind: string, namespace: string): readonly KubernetesObject[] {
    return this.ask(objectsByNamespace).get(placeKey(group, kind, namespace)) ?? [];
  }

  /** Whether the stack has an object of one of these API groups. */
  hasGroup(test: (group: string) => boolean): boolean {
    return this.ask(groups).some(test);
  }

  /** Kubernetes objects of a kind and name; more than one where inputs declare it twice. */
  objectsNamed(group: string, kind: string, namespace: string, name: string): readonly KubernetesObject[] {
    return this.ask(objectsByName).get(nameKey(group, kind, namespace, name)) ?? [];
  }

  get workloads(): readonly Workload[] {
    return this.ask(workloads);
  }

  /** Workloads by namespace. */
  workloadsIn(namespace: string): readonly Workload[] {
    return this.ask(workloadsByNamespace).get(namespace) ?? [];
  }

  workloadsOf(resource: Resource): readonly Workload[] {
    return this.ask(workloadsByResource).get(resource) ?? [];
  }

  /** Which network function a workload is, and why. */
  classification(workload: Workload): Classification {
    const answer = this.ask(classifications).get(workload);
    if (answer === undefined) throw new Error(`${workload.name} is not a workload of this model`);
    return answer;
  }

  /** Namespaces that hold a network function or a data store of the core. */
  get coreNamespaces(): ReadonlySet<string> {
    return this.ask(coreNamespaces);
  }

  get defaultNamespace(): string {
    return this.options.defaultNamespace;
  }
}

function placeKey(group: string, kind: string, namespace: string): string {
  return `${group}/${kind} ${namespace}`;
}

function nameKey(group: string, kind: string, namespace: string, name: string): string {
  return `${group}/${kind} ${namespace}/${name}`;
}

function group<K, T>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const k = key(item);
    const list = groups.get(k);
    if (list === undefined) groups.set(k, [item]);
    else list.push(item);
  }
  return groups;
}

const resourcesByUrn = (model: CoreModel) => new Map(model.resources.map((resource) => [resource.urn, resource]));
const resourcesByType = (model: CoreModel) => group(model.resources, (resource) => resource.type);
const objects = (model: CoreModel) => kubernetesObjects(model.resources, model.defaultNamespace);
const objectsByResource = (model: CoreModel) => new Map(model.objects.map((object) => [object.resource, object]));
const objectsByKind = (model: CoreModel) => {
  const byGroup = [...group(model.objects, (object) => object.group)];
  return new Map(byGroup.map(([name, members]) => [name, group(members, (object) => object.kind)]));
};
const objectsByNamespace = (model: CoreModel) => group(model.objects, (object) => placeKey(object.group, object.kind, object.namespace));
const groups = (model: CoreModel): readonly string[] => [...new Set(model.objects.map((object) => object.group))];
const objectsByName = (model: CoreModel) =>
  group(model.objects, (object) => nameKey(object.group, object.kind, object.namespace, object.name));
const workloads = (model: CoreModel) => {
  const pods: Pods = new Map();
  return model.objects.flatMap((object) => workloadsOf(object, pods));
};
const workloadsByNamespace = (model: CoreModel) => group(model.workloads, (workload) => workload.namespace);
const workloadsByResource = (model: CoreModel) => group(model.workloads, (workload) => workload.object.resource);
const classifications = (model: CoreModel) => classifyWorkloads(model);

const coreNamespaces = (model: CoreModel): ReadonlySet<string> => {
  // A data store alone makes no core: there is a PostgreSQL beside most things that are no 5G.
  const functions = model.workloads.filter((workload) => isNetworkFunction(model.classification(workload)));
  const namespaces = new Set(functions.map((workload) => workload.namespace));
  if (namespaces.size === 0) return namespaces;
  for (const workload of model.workloads) {
    if (model.classification(workload).coreStore) namespaces.add(workload.namespace);
  }
  return namespaces;
};

function isNetworkFunction(classification: Classification): boolean {
  return classification.role === "nf" && !classification.suspect;
}
