/**
 * IAM roles, users and groups with the policies that are written for them, in place, beside them or attached. Documents stay as they are:
 * `analysis/iam` reads them.
 */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { type Reference, resolve } from "./references";

export const ROLE = "aws:iam/role:Role";
export const USER = "aws:iam/user:User";
export const IAM_GROUP = "aws:iam/group:Group";
export const POLICY = "aws:iam/policy:Policy";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const USER_POLICY = "aws:iam/userPolicy:UserPolicy";
export const GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy";
export const ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment";
export const GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment";
export const POLICY_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment";
const GROUP_MEMBERSHIP = "aws:iam/groupMembership:GroupMembership";
const USER_GROUP_MEMBERSHIP = "aws:iam/userGroupMembership:UserGroupMembership";
export const INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile";

/** A policy document where it stands. */
export interface PolicyDocument {
  readonly resource: Resource;
  readonly document: Node;
}

/** A managed policy attached: in sight, by ARN only, or not known yet. */
export interface AttachedPolicy {
  /** The resource that attaches it. */
  readonly resource: Resource;
  readonly node: Node;
  readonly policy: Reference;
}

export interface IamPrincipal {
  readonly kind: "role" | "user" | "group";
  readonly resource: Resource;
  readonly inline: readonly PolicyDocument[];
  readonly attached: readonly AttachedPolicy[];
  readonly permissionsBoundary: Node;
  /** Of a user: the groups that it is a member of. */
  readonly groups: readonly Resource[];
}

const KINDS: readonly (readonly [IamPrincipal["kind"], string])[] = [
  ["role", ROLE],
  ["user", USER],
  ["group", IAM_GROUP],
];

/** Where each resource names the principal and the policy: one property, or a list. */
const INLINE: readonly (readonly [type: string, property: string, principal: string])[] = [
  [ROLE_POLICY, "role", ROLE],
  [USER_POLICY, "user", USER],
  [GROUP_POLICY, "group", IAM_GROUP],
];
const ATTACHED: readonly (readonly [type: string, principals: string, policies: string, principal: string])[] = [
  [ROLE_ATTACHMENT, "role", "policyArn", ROLE],
  [USER_ATTACHMENT, "user", "policyArn", USER],
  [GROUP_ATTACHMENT, "group", "policyArn", IAM_GROUP],
  [POLICY_ATTACHMENT, "roles", "policyArn", ROLE],
  [POLICY_ATTACHMENT, "users", "policyArn", USER],
  [POLICY_ATTACHMENT, "groups", "policyArn", IAM_GROUP],
  ["aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "roleName", "policyArns", ROLE],
  ["aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", "userName", "policyArns", USER],
  ["aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "groupName", "policyArns", IAM_GROUP],
];

/** Every role, user and group in sight, in this order. */
export const iamPrincipals = (model: CoreModel): readonly IamPrincipal[] => {
  const inline = new Map<Resource, PolicyDocument[]>();
  for (const [type, property, principal] of INLINE) {
    for (const resource of model.ofType(type)) {
      for (const owner of named(model, resource, resource.props.get(property), principal)) {
        push(inline, owner, { resource, document: resource.props.get("policy") });
      }
    }
  }
  const attached = new Map<Resource, AttachedPolicy[]>();
  for (const [type, principals, policies, principal] of ATTACHED) {
    for (const resource of model.ofType(type)) {
      const found = each(resource.props.get(policies)).map((node) => ({
        resource,
        node,
        policy: resolve(model, resource, node, [POLICY]),
      }));
      for (const owner of named(model, resource, resource.props.get(principals), principal)) {
        for (const policy of found) push(attached, owner, policy);
      }
    }
  }
  const groups = memberships(model);
  return KINDS.flatMap(([kind, type]) =>
    model.ofType(type).map((resource) => ({
      kind,
      resource,
      inline: [
        ...resource.props
          .get("inlinePolicies")
          .items()
          .map((item) => ({ resource, document: item.get("policy") })),
        ...(inline.get(resource) ?? []),
      ],
      attached: [
        ...resource.props
          .get("managedPolicyArns")
          .items()
          .map((node) => ({ resource, node, policy: resolve(model, resource, node, [POLICY]) })),
        ...(attached.get(resource) ?? []),
      ],
      permissionsBoundary: resource.props.get("permissionsBoundary"),
      groups: groups.get(resource) ?? [],
    })),
  );
};

/** The principals in sight that a property certainly names. */
function named(model: CoreModel, resource: Resource, node: Node, type: string): readonly Resource[] {
  return each(node).flatMap((item) => {
    const reference = resolve(model, resource, item, [type]);
    return reference.state === "resolved" ? [reference.resource] : [];
  });
}

function each(node: Node): readonly Node[] {
  return node.kind() === "list" ? node.items() : node.isAbsent ? [] : [node];
}

function memberships(model: CoreModel): ReadonlyMap<Resource, readonly Resource[]> {
  const groups = new Map<Resource, Resource[]>();
  for (const [type, users, of] of [
    [GROUP_MEMBERSHIP, "users", "group"],
    [USER_GROUP_MEMBERSHIP, "user", "groups"],
  ] as const) {
    for (const resource of model.ofType(type)) {
      const members = named(model, resource, resource.props.get(users), USER);
      for (const group of named(model, resource, resource.props.get(of), IAM_GROUP)) for (const user of members) push(groups, user, group);
    }
  }
  return groups;
}

function push<T>(map: Map<Resource, T[]>, key: Resource, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
