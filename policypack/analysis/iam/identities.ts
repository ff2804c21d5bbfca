/** The identities of a stack as holders of permissions: every layer of policies that applies to each. */

import { iamPrincipals, type IamPrincipal, POLICY } from "../../model/aws/identities";
import { resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import type { Layer } from "./decide";
import { type Policy, readPolicy } from "./document";
import type { Holder } from "./escalation";
import { type Glob, glob } from "./glob";
import { managedPolicy, managedPolicyName } from "./managed-policies";

export interface Identity extends Holder {
  /** `role/upf`, `user/bob`: as people say it. */
  readonly id: string;
  readonly kind: IamPrincipal["kind"] | "document";
  readonly resource: Resource | undefined;
  readonly arn: Glob | undefined;
  readonly trust: Policy | undefined;
  /** Policies that are not known: what else it may do cannot be told. */
  readonly unread: readonly string[];
}

/** Policies that the stack does not declare: of the organisation, of the session. Each layer must allow as well. */
export interface Guards {
  readonly layers: readonly Layer[];
}

const NO_GUARDS: Guards = { layers: [] };

/** A policy document whose holder is not in sight. */
export function documentIdentity(id: string, document: Node, guards: Guards = NO_GUARDS): Identity {
  const policy = readPolicy(document);
  return {
    id,
    kind: "document",
    resource: undefined,
    arn: undefined,
    trust: undefined,
    layers: [[policy], ...guards.layers],
    unread: policy.unknown ? [id] : [],
  };
}

export function identitiesUnder(model: CoreModel, guards: Guards): readonly Identity[] {
  const principals = model.ask(iamPrincipals);
  const byResource = new Map(principals.map((principal) => [principal.resource, principal]));
  return principals.map((principal) => {
    const own = [principal, ...principal.groups.flatMap((group) => byResource.get(group) ?? [])];
    const policies = own.flatMap((item) => policiesOf(model, item));
    const boundary = boundaryOf(model, principal);
    return {
      id: `${principal.kind}/${nameOf(principal.resource)}`,
      kind: principal.kind,
      resource: principal.resource,
      arn: arnOf(principal),
      trust: principal.kind === "role" ? readPolicy(principal.resource.props.get("assumeRolePolicy")) : undefined,
      // What an unknown policy allows is told apart (`unread`): else every action of AWS would be undetermined.
      layers: [policies.map(({ policy }) => policy).filter((policy) => !policy.unknown || policy.statements.length > 0), ...boundary, ...guards.layers],
      unread: policies.filter(({ policy }) => policy.unknown).map(({ name }) => name),
    };
  }); // prettier-ignore
}

interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

const documents = (_model: CoreModel) => new Map<Resource, Policy>();

function policiesOf(model: CoreModel, principal: IamPrincipal): NamedPolicy[] {
  return [
    ...principal.inline.map(({ resource, document }) => ({ name: resource.name, policy: readPolicy(document) })),
    ...principal.attached.map(({ resource, policy, node }): NamedPolicy => {
      const unknown = { statements: [], unknown: true, node };
      switch (policy.state) {
        case "resolved":
          return { name: policy.resource.name, policy: managedDocument(model, policy.resource) };
        case "elsewhere":
          return { name: managedPolicyName(policy.value) ?? policy.value, policy: managedPolicy(policy.value) ?? unknown };
        case "unknown":
          return { name: resource.name, policy: unknown };
        default:
          return { name: resource.name, policy: { ...unknown, unknown: false } };
      }
    }),
  ];
}

/** A customer-managed policy is read once, however many identities it is attached to. */
function managedDocument(model: CoreModel, resource: Resource): Policy {
  const read = model.ask(documents);
  let policy = read.get(resource);
  if (policy === undefined) read.set(resource, (policy = readPolicy(resource.props.get("policy"))));
  return policy;
}

/** A boundary is a layer of its own; one that is not known may allow or refuse anything. */
function boundaryOf(model: CoreModel, principal: IamPrincipal): readonly Layer[] {
  const node = principal.permissionsBoundary;
  const reference = resolve(model, principal.resource, node, [POLICY]);
  if (reference.state === "absent") return [];
  if (reference.state === "resolved") return [[managedDocument(model, reference.resource)]];
  const known = reference.state === "elsewhere" ? managedPolicy(reference.value) : undefined;
  return [[known ?? { statements: [], unknown: true, node }]];
}

function nameOf(resource: Resource): string {
  return valueOr(resource.props.get("name").string(), resource.name);
}

function arnOf({ kind, resource }: IamPrincipal): Glob {
  const arn = resource.props.get("arn").string();
  if (arn.state === "known" && arn.value !== "") return glob(arn.value, { plain: true });
  const name = resource.props.get("name").string();
  const path = valueOr(resource.props.get("path").string(), "/");
  // Autonamed: the logical name, a hyphen and seven hexadecimal digits.
  const written = name.state === "known" ? name.value : `${resource.name}-???????`;
  return glob(`arn:*:iam::*:${kind}${path}${written}`, { byPart: true });
}
