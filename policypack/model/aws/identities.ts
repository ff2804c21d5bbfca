/** IAM roles with the policies that are written for them, in place or attached. Documents stay as they are: `analysis/iam` reads them. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { refersTo, type Reference, resolve } from "./references";

export const ROLE = "aws:iam/role:Role";
export const POLICY = "aws:iam/policy:Policy";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENTS: readonly string[] = ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment"];

export interface PolicyDocument {
  readonly resource: Resource;
  /** JSON text. */
  readonly document: Node;
}

export interface IamRole {
  readonly resource: Resource;
  /** JSON text: who may take the role. */
  readonly trustPolicy: Node;
  /** Policies written into the role or beside it. */
  readonly inline: readonly PolicyDocument[];
  /** Managed policies: in sight, by ARN only, or not known yet. */
  readonly attached: readonly Reference[];
  readonly permissionsBoundary: Node;
}

export const iamRoles = (model: CoreModel): readonly IamRole[] =>
  model.ofType(ROLE).map((resource) => {
    const beside = model.ofType(ROLE_POLICY).filter((policy) => refersTo(resolve(model, policy, policy.props.get("role"), [ROLE]), resource) === "yes");
    const attachments = ATTACHMENTS.flatMap((type) => model.ofType(type)).filter((attachment) =>
      [attachment.props.get("role"), ...attachment.props.get("roles").items()].some((node) => refersTo(resolve(model, attachment, node, [ROLE]), resource) === "yes"),
    );
    return {
      resource,
      trustPolicy: resource.props.get("assumeRolePolicy"),
      inline: [
        ...resource.props.get("inlinePolicies").items().map((item) => ({ resource, document: item.get("policy") })),
        ...beside.map((policy) => ({ resource: policy, document: policy.props.get("policy") })),
      ],
      attached: [
        ...resource.props.get("managedPolicyArns").items().map((node) => resolve(model, resource, node, [POLICY])),
        ...attachments.map((attachment) => resolve(model, attachment, attachment.props.get("policyArn"), [POLICY])),
      ],
      permissionsBoundary: resource.props.get("permissionsBoundary"),
    };
  }); // prettier-ignore
