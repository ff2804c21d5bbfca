/**
 * IAM as AWS itself writes it: a policy document, the answers of `aws iam get-role`, `get-policy-version`, and of
 * `get-account-authorization-details`, which holds every identity of an account.
 */

import { basename } from "node:path";
import { GROUP_POLICY, IAM_GROUP, POLICY, ROLE, ROLE_POLICY, USER, USER_POLICY } from "../../policypack/model/aws/identities";
import { Resource, type ResourceInit } from "../../policypack/model/stack";
import type { Value } from "../../policypack/model/value";
import type { InputResult } from "./input-error";
import { isObject, type JsonObject, parseJson, textAt } from "./json-text";

/** Whether a JSON text is one of these, by its keys. */
export function isIam(text: string): boolean {
  return /"(Statement|AssumeRolePolicyDocument|RoleDetailList|UserDetailList|GroupDetailList|PolicyVersion)"\s*:/i.test(text) && !/"(apiVersion|urn)"\s*:/.test(text);
} // prettier-ignore

/** The identities and policies of the text as the resources that a program would declare. Throws `InputError` where it is no JSON. */
export function readIam(text: string, file: string): InputResult {
  const json = parseJson(text, file);
  const reader = new IamReader(file);
  if (isObject(json)) reader.read(json);
  return { stack: { resources: reader.resources, gaps: [] }, warnings: [] };
}

class IamReader {
  readonly resources: Resource[] = [];

  constructor(private readonly file: string) {}

  read(json: JsonObject): void {
    if (json["Statement"] !== undefined || json["statement"] !== undefined) {
      this.add(POLICY, basename(this.file), { policy: json as Value });
      return;
    }
    const version = json["PolicyVersion"];
    if (isObject(version)) this.add(POLICY, basename(this.file), { policy: documentOf(version["Document"]) });
    const role = json["Role"] ?? (json["AssumeRolePolicyDocument"] === undefined ? undefined : json);
    if (isObject(role)) this.principal(ROLE, ROLE_POLICY, "role", role);
    for (const policy of objects(json["Policies"])) this.managed(policy);
    for (const item of objects(json["GroupDetailList"])) this.principal(IAM_GROUP, GROUP_POLICY, "group", item);
    for (const item of objects(json["RoleDetailList"])) this.principal(ROLE, ROLE_POLICY, "role", item);
    for (const item of objects(json["UserDetailList"])) this.principal(USER, USER_POLICY, "user", item);
  }

  private add(type: string, name: string, properties: { readonly [key: string]: Value }): void {
    const init: ResourceInit = {
      urn: `urn:pulumi:iam::iam::${type}::${name}`,
      type,
      name,
      properties,
      source: { file: this.file },
    };
    this.resources.push(new Resource(init));
  }

  private managed(policy: JsonObject): void {
    const current = objects(policy["PolicyVersionList"]).find((version) => version["IsDefaultVersion"] === true);
    const arn = textAt(policy, "Arn") ?? "";
    this.add(POLICY, textAt(policy, "PolicyName") ?? arn, { arn, name: textAt(policy, "PolicyName") ?? "", policy: documentOf(current?.["Document"]) });
  } // prettier-ignore

  private principal(type: string, inline: string, kind: "role" | "user" | "group", item: JsonObject): void {
    const name = textAt(item, `${kind[0]?.toUpperCase()}${kind.slice(1)}Name`) ?? "";
    const boundary = item["PermissionsBoundary"];
    this.add(type, name, {
      name,
      arn: textAt(item, "Arn") ?? null,
      path: textAt(item, "Path") ?? "/",
      ...(kind === "role" ? { assumeRolePolicy: documentOf(item["AssumeRolePolicyDocument"]) } : {}),
      permissionsBoundary: isObject(boundary) ? (textAt(boundary, "PermissionsBoundaryArn") ?? null) : null,
      managedPolicyArns: objects(item["AttachedManagedPolicies"]).map((policy) => textAt(policy, "PolicyArn") ?? ""),
    });
    for (const key of ["RolePolicyList", "UserPolicyList", "GroupPolicyList"]) {
      for (const policy of objects(item[key])) {
        this.add(inline, `${name}/${textAt(policy, "PolicyName") ?? ""}`, { [kind]: name, policy: documentOf(policy["PolicyDocument"]) });
      }
    }
    const groups = item["GroupList"];
    if (Array.isArray(groups) && groups.length > 0) {
      this.add("aws:iam/userGroupMembership:UserGroupMembership", name, { user: name, groups: groups as Value[] });
    }
  }
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The CLI writes documents as objects, the API as URL-encoded JSON. */
function documentOf(value: unknown): Value {
  if (typeof value !== "string") return (value ?? null) as Value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
