/** What a stack declares, in the one form that every input is brought to. */

import { Node, type Value } from "./value";

/** Where an object was written; `file` is as the user named it, `line` counts from 1. */
export interface Source {
  readonly file: string;
  readonly line?: number;
}

/** What the program asks the engine to do with a resource, besides its properties. */
export interface ResourceOptions {
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
  /** Paths of properties whose changes are not brought out. */
  readonly ignoreChanges: readonly string[];
}

/** A resource as an input adapter hands it over. */
export interface ResourceInit {
  readonly urn: string;
  /** Pulumi type token: `kubernetes:apps/v1:Deployment`, `aws:ec2/securityGroup:SecurityGroup`. */
  readonly type: string;
  /** Logical name: the last part of the URN. */
  readonly name: string;
  readonly properties: { readonly [key: string]: Value };
  /** The provider's id where it is known. */
  readonly id?: string;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  /** Top-level input property → URNs of the resources its value was made from. */
  readonly propertyDependencies?: { readonly [property: string]: readonly string[] };
  /** URN of the provider resource. */
  readonly provider?: string;
  readonly source?: Source;
  /** Left out by inputs that know no such thing (manifests). */
  readonly options?: ResourceOptions;
}

const NO_DEPENDENCIES: readonly string[] = [];
const NO_PROPERTY_DEPENDENCIES: { readonly [property: string]: readonly string[] } = {};

export class Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly parent: string | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: { readonly [property: string]: readonly string[] };
  readonly provider: string | undefined;
  readonly source: Source | undefined;
  readonly options: ResourceOptions | undefined;
  /** The properties: inputs, and what the provider answered where the input carries it. */
  readonly props: Node;

  constructor(init: ResourceInit) {
    this.urn = init.urn;
    this.type = init.type;
    this.name = init.name;
    this.id = init.id;
    this.parent = init.parent;
    this.dependencies = init.dependencies ?? NO_DEPENDENCIES;
    this.propertyDependencies = init.propertyDependencies ?? NO_PROPERTY_DEPENDENCIES;
    this.provider = init.provider;
    this.source = init.source;
    this.options = init.options;
    this.props = Node.root(init.properties);
  }
}

/** Something that could not be looked into. `urn` is the resource's, or the name of the input. */
export interface Gap {
  readonly urn: string;
  readonly reason: string;
  /** Ids of the rules that this blinds; empty: every rule about what was to be found there. */
  readonly rules: readonly string[];
}

export interface Stack {
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
}

/**
 * Several inputs as one stack, in the order given: a carrier's network, cluster and workloads are usually different
 * Pulumi stacks. Nothing is merged or dropped.
 */
export function joinStacks(stacks: readonly Stack[]): Stack {
  return { resources: stacks.flatMap((stack) => stack.resources), gaps: stacks.flatMap((stack) => stack.gaps) };
}
