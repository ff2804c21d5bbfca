/**
 * Documented ways to get more permissions in AWS than one was given, as data: the permissions that each needs, and whose permissions it gives.
 *
 * Sources: Rhino Security Labs, "AWS Privilege Escalation – Methods and Mitigation" (2018–2019); NCC Group PMapper; Bishop Fox, "Well, That
 * Escalated Quickly"; HackTricks Cloud; Datadog pathfinding.cloud (ids such as iam-001 are theirs, commit 84dd65c); the techniques with an id
 * from eks-001 on, from the EKS User Guide and Service Authorization Reference. Read 2026-11-25. Actions that AWS has since retired
 * (CodeStar, OpsWorks, Data Pipeline for new customers) are kept: roles that allow them still exist.
 */

export interface Permission {
  readonly action: string;
  /** ARN pattern, where it is not that of the action (`ACTION_RESOURCES`). */
  readonly on?: string;
  /** Key of `iam:PassedToService`: the service that the role is passed to. */
  readonly passedTo?: string;
  /** The request has these values under these keys, in small letters. */
  readonly with?: { readonly [key: string]: string };
}

/**
 * Whose permissions the technique gives. `administrator`: anything, by changing what a policy says. `role`: a role that the caller may
 * take or pass; `service` is who must be able to take it. `user`, `group`: another user's. `compute`: those of the role that something
 * which exists already runs with. `cluster`: administrator of the Kubernetes cluster.
 */
export type Gain = "administrator" | "user" | "group" | "role" | "compute" | "cluster";

export interface Technique {
  readonly id: string;
  readonly title: string;
  readonly gain: Gain;
  /** Service that takes the role passed. */
  readonly service?: string;
  readonly permissions: readonly Permission[];
  /** The permissions at these places must be held on the same resource. */
  readonly same?: readonly number[];
}

const may = (...actions: readonly string[]): Permission[] => actions.map((action) => ({ action }));

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const attach = (action: string): Permission => ({ action, with: { "iam:policyarn": ADMINISTRATOR } });

function self(id: string, title: string, ...permissions: readonly Permission[]): Technique {
  return { id, title, gain: "administrator", permissions };
}

/** Changed, then taken: the same principal, unless what is changed is a policy of it. */
function changeAndTake(id: string, title: string, change: Permission, take: Permission): Technique {
  const same = change.action === "iam:CreatePolicyVersion" ? [] : [0, 1];
  return { id, title, gain: "administrator", permissions: [change, take], same };
}

/** A role is handed to a service that runs what the caller says. */
function pass(id: string, title: string, service: string, ...permissions: readonly Permission[]): Technique {
  return { id, title, gain: "role", service, permissions: [{ action: "iam:PassRole", passedTo: service }, ...permissions] };
}

/** Something that runs already is made to do what the caller says. */
function reuse(id: string, title: string, ...permissions: readonly Permission[]): Technique {
  return { id, title, gain: "compute", permissions };
}

const assume: Permission = { action: "sts:AssumeRole" };
const trust: Permission = { action: "iam:UpdateAssumeRolePolicy" };
const keys: Permission = { action: "iam:CreateAccessKey" };

const ON_POLICIES: readonly Technique[] = [
  self("iam-001", "writes a new default version of a policy that applies to itself", ...may("iam:CreatePolicyVersion")),
  self("set-default-version", "goes back to a wider version of a policy that applies to itself", ...may("iam:SetDefaultPolicyVersion")),
  self("iam-005", "writes an inline policy into its role", ...may("iam:PutRolePolicy")),
  self("iam-007", "writes an inline policy for its user", ...may("iam:PutUserPolicy")),
  self("iam-008", "attaches AdministratorAccess to its user", attach("iam:AttachUserPolicy")),
  self("iam-009", "attaches AdministratorAccess to its role", attach("iam:AttachRolePolicy")),
  self("iam-010", "attaches AdministratorAccess to its group", attach("iam:AttachGroupPolicy")),
  self("iam-011", "writes an inline policy for its group", ...may("iam:PutGroupPolicy")),
  { id: "iam-013", title: "joins a group that may do more", gain: "group", permissions: may("iam:AddUserToGroup") },
  changeAndTake("iam-014", "attaches AdministratorAccess to a role and takes it", attach("iam:AttachRolePolicy"), assume),
  changeAndTake("iam-015", "attaches AdministratorAccess to a user and makes keys for it", attach("iam:AttachUserPolicy"), keys),
  changeAndTake("iam-016", "rewrites a role's policy and takes the role", { action: "iam:CreatePolicyVersion" }, assume),
  changeAndTake("iam-017", "writes a policy into a role and takes it", { action: "iam:PutRolePolicy" }, assume),
  changeAndTake("iam-018", "writes a policy for a user and makes keys for it", { action: "iam:PutUserPolicy" }, keys),
  changeAndTake("iam-019", "attaches AdministratorAccess to a role and lets itself take it", attach("iam:AttachRolePolicy"), trust),
  changeAndTake("iam-020", "rewrites a role's policy and lets itself take the role", { action: "iam:CreatePolicyVersion" }, trust),
  changeAndTake("iam-021", "writes a policy into a role and lets itself take it", { action: "iam:PutRolePolicy" }, trust),
  self("permissions-boundary-user", "takes the permissions boundary off its user", ...may("iam:DeleteUserPermissionsBoundary")),
  self("permissions-boundary-role", "takes the permissions boundary off its role", ...may("iam:DeleteRolePermissionsBoundary")),
];

const OTHER_PRINCIPALS: readonly Technique[] = [
  { id: "iam-002", title: "makes access keys for another user", gain: "user", permissions: [keys] },
  { id: "iam-003", title: "replaces an access key of another user", gain: "user", permissions: [keys, ...may("iam:DeleteAccessKey")], same: [0, 1] },
  { id: "iam-004", title: "gives another user a console password", gain: "user", permissions: may("iam:CreateLoginProfile") },
  { id: "iam-006", title: "sets another user's console password", gain: "user", permissions: may("iam:UpdateLoginProfile") },
  { id: "iam-012", title: "lets itself take a role", gain: "role", permissions: [trust] },
  { id: "sts-001", title: "takes another role", gain: "role", permissions: [assume] },
  { id: "service-credential", title: "makes service credentials for another user", gain: "user", permissions: may("iam:CreateServiceSpecificCredential") },
  { id: "service-credential-reset", title: "resets service credentials of another user", gain: "user", permissions: may("iam:ResetServiceSpecificCredential") },
  { id: "ssh-key", title: "registers an SSH key for another user (CodeCommit)", gain: "user", permissions: may("iam:UploadSSHPublicKey") },
  { id: "saml-provider", title: "puts its own identity provider in the place of the federation's", gain: "role", permissions: may("iam:UpdateSAMLProvider") },
  { id: "oidc-thumbprint", title: "makes IAM believe another certificate of the OIDC issuer", gain: "role", permissions: may("iam:UpdateOpenIDConnectProviderThumbprint") },
  { id: "sso-permission-set", title: "writes a policy into a permission set", gain: "administrator", permissions: may("sso:PutInlinePolicyToPermissionSet", "sso:ProvisionPermissionSet") },
  { id: "sso-managed-policy", title: "attaches AdministratorAccess to a permission set", gain: "administrator", permissions: may("sso:AttachManagedPolicyToPermissionSet", "sso:ProvisionPermissionSet") },
  { id: "sso-assignment", title: "assigns itself a permission set of the account", gain: "administrator", permissions: may("sso:CreateAccountAssignment") },
  { id: "rolesanywhere-trust-anchor", title: "makes its own certificate authority a trust anchor", gain: "role", service: "rolesanywhere.amazonaws.com", permissions: [
    { action: "iam:PassRole", passedTo: "rolesanywhere.amazonaws.com" }, ...may("rolesanywhere:CreateTrustAnchor", "rolesanywhere:CreateProfile")] },
]; // prettier-ignore

const LAMBDA = "lambda.amazonaws.com";
const EC2 = "ec2.amazonaws.com";
const TASKS = "ecs-tasks.amazonaws.com";
const GLUE = "glue.amazonaws.com";
const CLOUDFORMATION = "cloudformation.amazonaws.com";
const CODEBUILD = "codebuild.amazonaws.com";
const SAGEMAKER = "sagemaker.amazonaws.com";
const AGENTS = "bedrock-agentcore.amazonaws.com";
const PIPELINE = "datapipeline.amazonaws.com";

const ON_COMPUTE: readonly Technique[] = [
  pass("ec2-001", "starts an instance with a role", EC2, ...may("ec2:RunInstances")),
  reuse("ec2-002", "changes an instance's user data and starts it again", ...may("ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances")),
  pass("ec2-003", "asks for a spot instance with a role", EC2, ...may("ec2:RequestSpotInstances")),
  reuse("ec2-004", "makes a launch template start its own code", ...may("ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")),
  pass("ec2-005", "gives a running instance a role", EC2, ...may("ec2:AssociateIamInstanceProfile")),
  pass("ec2-006", "replaces the role of a running instance", EC2, ...may("ec2:ReplaceIamInstanceProfileAssociation")),
  pass("ec2-spot-fleet", "asks for a spot fleet with a role", EC2, ...may("ec2:RequestSpotFleet")),
  pass("ec2-fleet", "starts a fleet from its own launch template with a role", EC2, ...may("ec2:CreateLaunchTemplate", "ec2:CreateFleet")),
  pass("autoscaling-launch-template", "starts a group from its own launch template with a role", EC2, ...may("ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup")),
  pass("autoscaling-launch-configuration", "starts a group from its own launch configuration with a role", EC2, ...may("autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup")),
  pass("instance-profile", "puts a role into an instance profile that an instance has", EC2, ...may("iam:AddRoleToInstanceProfile")),
  reuse("ec2instanceconnect-001", "logs in to an instance with its own SSH key", ...may("ec2-instance-connect:SendSSHPublicKey")),
  reuse("ec2instanceconnect-002", "logs in to an instance over its serial console", ...may("ec2-instance-connect:SendSerialConsoleSSHPublicKey")),
  reuse("ssm-001", "opens a session on an instance", ...may("ssm:StartSession")),
  reuse("ssm-002", "runs a command on an instance", ...may("ssm:SendCommand"), { action: "ssm:SendCommand", on: "arn:aws:ssm:*:*:document/AWS-RunShellScript" }),
  reuse("ssm-association", "has State Manager run a command on instances", ...may("ssm:CreateAssociation")),
  reuse("ssm-resume", "takes over somebody's session on an instance", ...may("ssm:ResumeSession")),
  pass("ssm-automation", "runs an automation with a role", "ssm.amazonaws.com", ...may("ssm:StartAutomationExecution")),
  pass("lambda-001", "runs a function with a role", LAMBDA, ...may("lambda:CreateFunction", "lambda:InvokeFunction")),
  pass("lambda-002", "has an event source run a function with a role", LAMBDA, ...may("lambda:CreateFunction"), ...may("lambda:CreateEventSourceMapping")),
  reuse("lambda-003", "puts its own code into a function", ...may("lambda:UpdateFunctionCode")),
  { ...reuse("lambda-004", "puts its own code into a function and runs it", ...may("lambda:UpdateFunctionCode", "lambda:InvokeFunction")), same: [0, 1] },
  { ...reuse("lambda-005", "puts its own code into a function and lets others run it", ...may("lambda:UpdateFunctionCode", "lambda:AddPermission")), same: [0, 1] },
  pass("lambda-006", "makes a function with a role and lets others run it", LAMBDA, ...may("lambda:CreateFunction", "lambda:AddPermission")),
  reuse("lambda-layer", "puts its own layer under a function's code", ...may("lambda:UpdateFunctionConfiguration")),
  pass("lambda-role", "gives a function whose code it writes another role", LAMBDA, ...may("lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode")),
  pass("lambda-url", "makes a function with a role and a URL", LAMBDA, ...may("lambda:CreateFunction", "lambda:CreateFunctionUrlConfig")),
  pass("ecs-001", "runs a service with a role in a cluster of its own", TASKS, ...may("ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService")),
  pass("ecs-002", "runs a task with a role in a cluster of its own", TASKS, ...may("ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask")),
  pass("ecs-003", "runs a service with a role", TASKS, ...may("ecs:RegisterTaskDefinition", "ecs:CreateService")),
  pass("ecs-004", "runs a task with a role", TASKS, ...may("ecs:RegisterTaskDefinition", "ecs:RunTask")),
  pass("ecs-005", "starts a task with a role on a container instance", TASKS, ...may("ecs:RegisterTaskDefinition", "ecs:StartTask")),
  reuse("ecs-006", "runs a command in a task", ...may("ecs:ExecuteCommand")),
  pass("ecs-update-service", "gives a service a task definition with a role", TASKS, ...may("ecs:RegisterTaskDefinition", "ecs:UpdateService")),
  pass("ecs-override-run", "runs a task with another role and command than its definition has", TASKS, ...may("ecs:RunTask")),
  pass("ecs-override-start", "starts a task with another role and command than its definition has", TASKS, ...may("ecs:StartTask")),
  pass("batch-001", "runs a job with a role", TASKS, ...may("batch:RegisterJobDefinition", "batch:SubmitJob")),
  pass("apprunner-001", "runs a service with a role", "tasks.apprunner.amazonaws.com", ...may("apprunner:CreateService")),
  reuse("apprunner-002", "makes a service run its own image", ...may("apprunner:UpdateService")),
  pass("cloudformation-001", "has a stack made with a role", CLOUDFORMATION, ...may("cloudformation:CreateStack")),
  reuse("cloudformation-002", "changes a stack that has a role", ...may("cloudformation:UpdateStack")),
  pass("cloudformation-003", "has stack instances made with a role", CLOUDFORMATION, ...may("cloudformation:CreateStackSet", "cloudformation:CreateStackInstances")),
  pass("cloudformation-004", "changes a stack set with a role", CLOUDFORMATION, ...may("cloudformation:UpdateStackSet")),
  reuse("cloudformation-005", "changes a stack that has a role by a change set", ...may("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet")),
  pass("cloudformation-update", "changes a stack with a role", CLOUDFORMATION, ...may("cloudformation:UpdateStack")),
  reuse("cloudformation-stack-set", "changes what a stack set's role makes", ...may("cloudformation:UpdateStackSet")),
  pass("codebuild-001", "builds a project with a role", CODEBUILD, ...may("codebuild:CreateProject", "codebuild:StartBuild")),
  reuse("codebuild-002", "builds a project with its own build specification", ...may("codebuild:StartBuild")),
  reuse("codebuild-003", "builds a project's batch with its own build specification", ...may("codebuild:StartBuildBatch")),
  pass("codebuild-004", "builds a project's batch with a role", CODEBUILD, ...may("codebuild:CreateProject", "codebuild:StartBuildBatch")),
  pass("codebuild-update", "gives a project a role and builds it", CODEBUILD, ...may("codebuild:UpdateProject", "codebuild:StartBuild")),
  pass("codestar-001", "makes a project with a role", "codestar.amazonaws.com", ...may("codestar:CreateProject")),
  reuse("codestar-template", "makes a project from a template", ...may("codestar:CreateProjectFromTemplate")),
  pass("codepipeline-001", "runs a pipeline with a role", "codepipeline.amazonaws.com", ...may("codepipeline:CreatePipeline")),
  reuse("codedeploy-001", "deploys its own revision", ...may("codedeploy:CreateDeployment")),
  pass("datapipeline-001", "runs a pipeline with a role", PIPELINE, ...may("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline")),
  reuse("datapipeline-existing", "changes what a pipeline runs", ...may("datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline")),
  pass("glue-001", "makes a development endpoint with a role", GLUE, ...may("glue:CreateDevEndpoint")),
  reuse("glue-002", "puts its SSH key on a development endpoint", ...may("glue:UpdateDevEndpoint")),
  pass("glue-003", "runs a job with a role", GLUE, ...may("glue:CreateJob", "glue:StartJobRun")),
  pass("glue-004", "has a trigger run a job with a role", GLUE, ...may("glue:CreateJob", "glue:CreateTrigger")),
  pass("glue-005", "gives a job a role and runs it", GLUE, ...may("glue:UpdateJob", "glue:StartJobRun")),
  pass("glue-006", "gives a job a role that a trigger runs", GLUE, ...may("glue:UpdateJob", "glue:CreateTrigger")),
  pass("glue-007", "opens an interactive session with a role", GLUE, ...may("glue:CreateSession", "glue:RunStatement")),
  pass("sagemaker-001", "makes a notebook with a role", SAGEMAKER, ...may("sagemaker:CreateNotebookInstance")),
  pass("sagemaker-002", "trains with a role", SAGEMAKER, ...may("sagemaker:CreateTrainingJob")),
  pass("sagemaker-003", "processes with a role", SAGEMAKER, ...may("sagemaker:CreateProcessingJob")),
  reuse("sagemaker-004", "opens a notebook", ...may("sagemaker:CreatePresignedNotebookInstanceUrl")),
  reuse("sagemaker-005", "has a notebook run its script when it starts", ...may("sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance", "sagemaker:StartNotebookInstance")),
  pass("sagemaker-tuning", "tunes with a role", SAGEMAKER, ...may("sagemaker:CreateHyperParameterTuningJob")),
  pass("sagemaker-model", "runs a model with a role", SAGEMAKER, ...may("sagemaker:CreateModel", "sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint")),
  reuse("sagemaker-studio", "opens somebody's studio", ...may("sagemaker:CreatePresignedDomainUrl")),
  pass("bedrock-001", "runs code in an interpreter with a role", AGENTS, ...may("bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter")),
  reuse("bedrock-002", "runs code in an interpreter", ...may("bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter")),
  pass("bedrock-agent-runtime", "runs an agent with a role", AGENTS, ...may("bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:InvokeAgentRuntime")),
  pass("emr-001", "runs a cluster with a role", EC2, ...may("elasticmapreduce:RunJobFlow")),
  reuse("emr-steps", "adds a step to a cluster", ...may("elasticmapreduce:AddJobFlowSteps")),
  pass("emr-serverless-001", "runs a job with a role", "emr-serverless.amazonaws.com", ...may("emr-serverless:CreateApplication", "emr-serverless:StartJobRun")),
  pass("stepfunctions-001", "runs a state machine with a role", "states.amazonaws.com", ...may("states:CreateStateMachine", "states:StartExecution")),
  pass("stepfunctions-update", "gives a state machine a role and runs it", "states.amazonaws.com", ...may("states:UpdateStateMachine", "states:StartExecution")),
  reuse("stepfunctions-existing", "changes what a state machine does", ...may("states:UpdateStateMachine")),
  pass("scheduler-001", "has a schedule call any AWS API with a role", "scheduler.amazonaws.com", ...may("scheduler:CreateSchedule")),
  pass("events-001", "has a rule run a target with a role", "events.amazonaws.com", ...may("events:PutRule", "events:PutTargets")),
  pass("imagebuilder-001", "builds an image on an instance with a role", EC2, ...may("imagebuilder:CreateComponent", "imagebuilder:CreateImageRecipe", "imagebuilder:CreateInfrastructureConfiguration", "imagebuilder:CreateImage")),
  pass("elasticbeanstalk-001", "runs an environment with a role", EC2, ...may("elasticbeanstalk:CreateApplication", "elasticbeanstalk:CreateEnvironment")),
  pass("mwaa-001", "runs an Airflow environment with a role", "airflow-env.amazonaws.com", ...may("airflow:CreateEnvironment")),
  pass("braket-001", "runs a job with a role", "braket.amazonaws.com", ...may("braket:CreateJob")),
  pass("omics-001", "runs a workflow with a role", "omics.amazonaws.com", ...may("omics:StartRun")),
  pass("gamelift-001", "runs a fleet with a role", "gamelift.amazonaws.com", ...may("gamelift:CreateBuild", "gamelift:CreateFleet")),
  pass("kinesisanalytics-001", "runs an application with a role", "kinesisanalytics.amazonaws.com", ...may("kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication")),
  pass("synthetics-001", "runs a canary with a role", LAMBDA, ...may("synthetics:CreateCanary", "synthetics:StartCanary")),
  pass("cognito-identity-pool", "gives visitors of an identity pool a role", "cognito-identity.amazonaws.com", ...may("cognito-identity:SetIdentityPoolRoles")),
  pass("amplify-001", "builds an app with a role", "amplify.amazonaws.com", ...may("amplify:CreateApp", "amplify:CreateBranch", "amplify:StartJob")),
  pass("iot-001", "has a rule do what it says with a role", "iot.amazonaws.com", ...may("iot:CreateTopicRule")),
]; // prettier-ignore

const PODS = "pods.eks.amazonaws.com";

const ON_EKS: readonly Technique[] = [
  { id: "eks-001", title: "makes itself an access entry with AmazonEKSClusterAdminPolicy", gain: "cluster", permissions: may("eks:CreateAccessEntry", "eks:AssociateAccessPolicy") },
  { id: "eks-002", title: "gives an access entry that it has AmazonEKSClusterAdminPolicy", gain: "cluster", permissions: may("eks:AssociateAccessPolicy") },
  { id: "eks-003", title: "puts its access entry into another Kubernetes group", gain: "cluster", permissions: may("eks:UpdateAccessEntry") },
  { id: "eks-004", title: "switches access entries on and makes itself one", gain: "cluster", permissions: may("eks:UpdateClusterConfig", "eks:CreateAccessEntry", "eks:AssociateAccessPolicy") },
  { ...pass("eks-005", "binds a role to a ServiceAccount that it can use", PODS, ...may("eks:CreatePodIdentityAssociation")) },
  { ...pass("eks-006", "gives a ServiceAccount that it can use another role", PODS, ...may("eks:UpdatePodIdentityAssociation")) },
  { ...pass("eks-007", "adds nodes with a role to a cluster", EC2, ...may("eks:CreateNodegroup")) },
  { ...pass("eks-008", "gives an add-on a role", PODS, ...may("eks:UpdateAddon")) },
  { ...pass("eks-009", "installs an add-on with a role", PODS, ...may("eks:CreateAddon")) },
  { id: "eks-010", title: "lets its own identity provider in", gain: "cluster", permissions: may("eks:AssociateIdentityProviderConfig") },
]; // prettier-ignore

export const TECHNIQUES: readonly Technique[] = [...ON_POLICIES, ...OTHER_PRINCIPALS, ...ON_COMPUTE, ...ON_EKS];
