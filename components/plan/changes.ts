/** Calls that an intruder who lives off the land makes, and that people of the core hardly ever do: each raises an alarm (LG-11, LG-12). */

const PREFIXES = ["AuthorizeSecurityGroup", "RevokeSecurityGroup", "CreateTrafficMirror", "ModifyTrafficMirror"];

const CALLS = [
  "CreateSecurityGroup", "DeleteSecurityGroup", "ModifySecurityGroupRules",
  "CreateNetworkAcl", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclAssociation",
  "CreateRoute", "ReplaceRoute", "DeleteRoute", "CreateRouteTable", "DeleteRouteTable", "ReplaceRouteTableAssociation", "DisassociateRouteTable",
  "CreateInternetGateway", "AttachInternetGateway", "DetachInternetGateway", "DeleteInternetGateway", "CreateCustomerGateway", "DeleteCustomerGateway",
  "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "CreateVpcPeeringConnection", "AcceptVpcPeeringConnection", "DeleteVpcPeeringConnection",
  "CreateVpnConnection", "CreateTransitGatewayConnect", "CreateTransitGatewayRoute", "CreateTransitGatewayVpcAttachment", "DeleteFlowLogs",
  "CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "PutEventSelectors",
  "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder", "DeleteDetector", "UpdateDetector",
  "DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy",
  "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketLifecycle",
  "PutUserPolicy", "PutRolePolicy", "PutGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy",
  "DetachGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy", "CreatePolicy", "CreatePolicyVersion", "DeletePolicy",
  "DeletePolicyVersion", "UpdateAssumeRolePolicy", "CreateUser", "CreateAccessKey", "CreateLoginProfile",
  "CreateAccessEntry", "AssociateAccessPolicy", "CreatePodIdentityAssociation", "UpdateClusterConfig",
  "RegisterOrganizationsDelegatedAdministrator", "LeaveOrganization",
]; // prettier-ignore

/** The EventBridge pattern of those calls, as CloudTrail delivers them. */
export const CHANGES_PATTERN = JSON.stringify({
  "detail-type": ["AWS API Call via CloudTrail"],
  detail: { eventName: [...PREFIXES.map((prefix) => ({ prefix })), ...CALLS] },
});

/** Sign-ins of the root user and without a second factor, and calls that were refused. */
export const SIGN_INS_PATTERN = JSON.stringify({
  "detail-type": ["AWS Console Sign In via CloudTrail", "AWS API Call via CloudTrail"],
  $or: [
    { detail: { userIdentity: { type: ["Root"] } } },
    { detail: { eventName: ["ConsoleLogin"], additionalEventData: { MFAUsed: ["No"] } } },
    { detail: { errorCode: [{ prefix: "AccessDenied" }, { suffix: "UnauthorizedOperation" }] } },
  ],
});

/** Kubernetes audit events of living off the land (LG-13), as a CloudWatch Logs filter pattern for the audit stream. */
export const KUBERNETES_PATTERN = [
  '{ ($.objectRef.subresource = "exec")',
  '($.objectRef.subresource = "attach")',
  '($.objectRef.subresource = "portforward")',
  '($.objectRef.subresource = "ephemeralcontainers")',
  '($.objectRef.subresource = "proxy")',
  '($.objectRef.subresource = "token")',
  '($.objectRef.resource = "secrets" && $.verb = "list")',
  '($.objectRef.resource = "rolebindings" && $.verb = "create")',
  '($.objectRef.resource = "clusterrolebindings" && $.verb = "create")',
  '($.objectRef.resource = "daemonsets" && $.verb = "create")',
  '($.objectRef.resource = "cronjobs" && $.verb = "create")',
  '($.user.username = "system:anonymous") }',
].join(" || ");
