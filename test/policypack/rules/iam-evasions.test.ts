/** Ways around the rules on AWS identities and certificates, and identities that only look dangerous. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers, answersAlone } from "../../support/rule-answers";

const entry = (properties: Properties) => resource("aws:eks/accessEntry:AccessEntry", "e", { clusterName: "core", ...properties });
const association = (policy: string, properties: Properties = {}) =>
  resource("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "a", { policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`, principalArn: "arn:aws:iam::123456789012:role/ops", ...properties }); // prettier-ignore
const cluster = (accessConfig: Properties | Properties[]) => resource("aws:eks/cluster:Cluster", "core", { accessConfig });
const provider = (oidc: Properties) =>
  resource("aws:eks/identityProviderConfig:IdentityProviderConfig", "oidc", { clusterName: "core", oidc });
const awsAuth = (name: string, namespace: string) =>
  object("v1", "ConfigMap", name, { data: { mapRoles: "- rolearn: arn:aws:iam::123456789012:role/ops\n  groups: [system:masters]\n" } }, namespace); // prettier-ignore
const iamUser = (more: Properties = {}) => resource("aws:iam/user:User", "ops", { arn: "arn:aws:iam::123456789012:user/ops", name: "ops", ...more }); // prettier-ignore
const glass = { tags: { "carrierguard.dev/break-glass": "true" } };

// prettier-ignore
answers("ID-14", [
  ["the whole account, by its root", [entry({ principalArn: "arn:aws:iam::123456789012:root" })], "fail"],
  ["the whole account, by its number", [entry({ principalArn: "123456789012" })], "fail"],
  ["a role whose name ends in digits", [entry({ principalArn: "arn:aws:iam::123456789012:role/ops-210987654321" })], "pass"],
  ["a role whose name holds the word root", [entry({ principalArn: "arn:aws:iam::123456789012:role/x:rooted" })], "pass"],
  ["a user of the same program", [iamUser(), entry({ principalArn: "arn:aws:iam::123456789012:user/ops" })], "fail"],
  ["a user of the same program, whose name AWS will give", [iamUser({ arn: undefined as never }), entry({ principalArn: unknownValue(iamUser()) })], "fail"],
  ["groups that are not known yet", [entry({ principalArn: "arn:aws:iam::123456789012:role/ops", kubernetesGroups: ["viewers", unknownValue()] })], "undetermined"],
  ["an administrator of some namespaces", [association("AmazonEKSAdminPolicy", { accessScope: { type: "namespace", namespaces: ["core"] } })], "pass"],
  ["an administrator of some namespaces, in the bridged provider's list", [association("AmazonEKSAdminPolicy", { accessScope: [{ type: "namespace", namespaces: ["core"] }] })], "pass"],
  ["an administrator of the whole cluster by another name", [association("AmazonEKSAdminPolicy", { accessScope: { type: "cluster" } })], "fail"],
  ["a reader of the whole cluster", [association("AmazonEKSViewPolicy", { accessScope: { type: "cluster" } })], "pass"],
  ["a role that calls itself break-glass", [association("AmazonEKSClusterAdminPolicy", { principalArn: "arn:aws:iam::123456789012:role/breakglass" })], "undetermined"],
  ["the API alone, and no creator's rights", [cluster({ authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false })], "pass"],
  ["the same in the bridged provider's list", [cluster([{ authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false }])], "pass"],
  ["the creator's rights", [cluster({ authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true })], "fail"],
  ["the creator's rights, not known yet", [cluster({ authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: unknownValue() })], "undetermined"],
  ["both ways in while the cluster migrates", [cluster({ authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false })], "advice"],
  ["both ways in and the creator's rights", [cluster({ authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: true })], "fail"],
  ["the ConfigMap alone", [cluster({ authenticationMode: "CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false })], "fail"],
  ["a provider of users alone", [provider({ clientId: "core" })], "pass"],
  ["a provider of groups with a prefix", [provider({ clientId: "core", groupsClaim: "groups", groupsPrefix: "oidc:" })], "pass"],
  ["a provider of groups without one", [provider({ clientId: "core", groupsClaim: "groups" })], "fail"],
  ["a ConfigMap of that name elsewhere", [awsAuth("aws-auth", "core")], "pass"],
  ["another ConfigMap beside it", [awsAuth("aws-auth-backup", "kube-system")], "pass"],
]);

const accessKey = (more: Properties = {}) => resource("aws:iam/accessKey:AccessKey", "k", { user: "ops", ...more });
const login = (more: Properties = {}) => resource("aws:iam/userLoginProfile:UserLoginProfile", "l", { user: "ops", ...more });
const alarm = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "sign-in", {});
const trusted = (Principal: Properties, more: Properties = {}, Effect = "Allow") =>
  resource("aws:iam/role:Role", "ops", { assumeRolePolicy: JSON.stringify({ Statement: [{ Effect, Principal, Action: "sts:AssumeRole" }] }), ...more }); // prettier-ignore

// prettier-ignore
answers("ID-15", [
  ["a break-glass user with a password, and an alarm", [iamUser(glass), login(), alarm], "pass"],
  ["a break-glass user with an access key", [iamUser(glass), accessKey(), alarm], "fail"],
  ["a password of another user than the break-glass one", [iamUser(glass), login({ user: "other" }), alarm], "fail"],
  ["an access key that is switched off", [iamUser(glass), accessKey({ status: "Inactive" }), alarm], "pass"],
  ["a password whose status nobody has", [iamUser(glass), login({ user: "other", status: "Inactive" }), alarm], "fail"],
  ["a user of the account who needs no second factor", [trusted({ AWS: "arn:aws:iam::123456789012:user/ops" })], "fail"],
  ["a role of another role's", [trusted({ AWS: "arn:aws:iam::123456789012:role/pipeline" })], "pass"],
  ["people of IAM Identity Center", [trusted({ AWS: "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_ops" })], "undetermined"],
  ["people of a SAML provider", [trusted({ Federated: "arn:aws:iam::123456789012:saml-provider/operator" })], "undetermined"],
  ["people of an OIDC provider", [trusted({ Federated: "arn:aws:iam::123456789012:oidc-provider/login.operator.example" })], "undetermined"],
  ...["oidc.eks.eu-central-1.amazonaws.com/id/A", "token.actions.githubusercontent.com", "gitlab.operator.example", "app.terraform.io", "api.pulumi.com/oidc", "cognito-identity.amazonaws.com"].map((issuer) => [`what runs, by ${issuer}`, [trusted({ Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` })], "pass"] as const),
  ["a user of the account who is denied", [trusted({ AWS: "arn:aws:iam::123456789012:user/ops" }, {}, "Deny")], "pass"],
  ["sessions of exactly four hours", [trusted({ Federated: "arn:aws:iam::123456789012:saml-provider/operator" }, { maxSessionDuration: 14400 })], "undetermined"],
  ["sessions of a second more", [trusted({ Federated: "arn:aws:iam::123456789012:saml-provider/operator" }, { maxSessionDuration: 14401 })], "fail"],
]);

answersAlone("ID-15", [
  ["a password of a user of the same program, who may be break-glass", [login({ user: unknownValue(iamUser()) })]],
  ["an access key of a user of the same program", [accessKey({ user: unknownValue(iamUser()) })], "fail"],
  ["a password of a user by his name", [login()], "fail"],
  ["a break-glass user, whose alarm is another resource", [iamUser(glass)]],
]); // prettier-ignore

const ALL = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
const NARROW = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-central-1:123456789012:amf" }] }); // prettier-ignore
const iamRole = (name: string, more: Properties = {}) => resource("aws:iam/role:Role", name, { name, arn: `arn:aws:iam::123456789012:role/${name}`, assumeRolePolicy: "{}", ...more }); // prettier-ignore
const bounded = { permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" };
const written = (role: string) => resource("aws:iam/rolePolicy:RolePolicy", "p", { role, policy: ALL });
const attached = (policyArn: string) => resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "p", { role: "amf", policyArn });
const strictly = { settings: { profile: "strict" as const } };

// prettier-ignore
answers("ID-17", [
  ["everything, written into a role", [iamRole("amf", { inlinePolicies: [{ name: "all", policy: ALL }] })], "fail"],
  ["one thing, written into a role", [iamRole("amf", { inlinePolicies: [{ name: "one", policy: NARROW }] })], "pass"],
  ["everything for a user", [resource("aws:iam/userPolicy:UserPolicy", "p", { user: "ops", policy: ALL })], "fail"],
  ["everything for a group", [resource("aws:iam/groupPolicy:GroupPolicy", "p", { group: "ops", policy: ALL })], "fail"],
  ["everything for what deploys, within a boundary", [iamRole("ci", bounded), written("ci")], "pass"],
  ["everything for what deploys, without a boundary", [iamRole("ci"), written("ci")], "fail"],
  ["everything for a function, within a boundary", [iamRole("amf", bounded), written("amf")], "fail"],
  ...["ci", "cicd", "core-ci", "ci-core", "github", "pulumi"].map((name) => [`everything for ${name}, within a boundary`, [iamRole(name, bounded), written(name)], "pass"] as const),
  ...["capacity", "pcib", "precinct"].map((name) => [`everything for ${name}, which only holds the letters`, [iamRole(name, bounded), written(name)], "fail"] as const),
  ["everything for what deploys by its name in AWS", [iamRole("r-1", { ...bounded, name: "pipeline" }), written("pipeline")], "pass"],
  ["what EKS asks of its nodes", ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"].map((name) => attached(`arn:aws:iam::aws:policy/${name}`)), "pass"],
  ["a registry that may be written to", [attached("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess")], "fail"],
  ["a whole service by a policy that nobody knows", [attached("arn:aws:iam::aws:policy/AmazonNewServiceFullAccess")], "undetermined"],
  ["a part of a service by a policy that nobody knows", [attached("arn:aws:iam::aws:policy/AmazonNewServiceViewer")], "pass"],
  ["a shell in the cloud", [attached("arn:aws:iam::aws:policy/AWSCloudShellFullAccess")], "fail"],
  ["reading, by a policy of AWS", [attached("arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess")], "pass"],
  ["a policy of the operator's own", [attached("arn:aws:iam::123456789012:policy/FullAccess")], "pass"],
  ["a user without a boundary", [iamUser()], "fail", strictly],
  ["a user with a boundary", [iamUser(bounded)], "pass", strictly],
  ["a boundary of a policy, which has none", [resource("aws:iam/policy:Policy", "p", { policy: NARROW })], "pass", strictly],
]);

answersAlone("ID-17", [
  ["everything for a role that says it deploys, whose boundary is another resource", [written("github-deploy")]],
  ["everything for a function's role", [written("amf")], "fail"],
]); // prettier-ignore

const gateway = (name: string, more: Properties = {}) =>
  resource("aws:ec2/customerGateway:CustomerGateway", name, { id: "cgw-1", ...more });
const vpn = (more: Properties = {}) =>
  resource("aws:ec2/vpnConnection:VpnConnection", "v", { customerGatewayId: "cgw-1", tunnel1IkeVersions: ["ikev2"], tunnel2IkeVersions: ["ikev2"], ...more }); // prettier-ignore

// prettier-ignore
answers("ID-18", [
  ...["ran", "gnb-7", "site-router", "core-n2", "IPX", "partner.a"].map((name) => [`a gateway without a certificate, ${name}`, [gateway(name)], "fail"] as const),
  ...["grand", "xn2", "cellar", "expartner"].map((name) => [`a gateway that only holds the letters, ${name}`, [gateway(name)], "undetermined"] as const),
  ...["oam", "head-office", "NOC", "admin-1"].map((name) => [`a gateway of administration, ${name}`, [gateway(name)], "pass"] as const),
  ...["nocturne", "soam", "badminton"].map((name) => [`a gateway that only holds the letters, ${name}`, [gateway(name)], "undetermined"] as const),
  ["the RAN by its zone", [gateway("a", { tags: { "carrierguard.dev/zone": "ran" } })], "fail"],
  ["the RAN by its plane", [gateway("a", { tags: { "carrierguard.dev/plane": "n3" } })], "fail"],
  ["the RAN by its name in AWS", [gateway("a", { tags: { Name: "gnb-7" } })], "fail"],
  ["the RAN by the name of the device", [gateway("a", { deviceName: "gnb-7" })], "fail"],
  ["the RAN by its address", [gateway("a", { ipAddress: "192.0.2.7" })], "fail", { settings: { zones: { ran: ["192.0.2.0/24"] } } }],
  ["a partner by its address", [gateway("a", { ipAddress: "198.51.100.7" })], "fail", { settings: { zones: { interconnect: ["198.51.100.0/24"] } } }],
  ["an address that is nobody's", [gateway("a", { ipAddress: "203.0.113.7" })], "undetermined", { settings: { zones: { ran: ["192.0.2.0/24"] } } }],
  ["an office by a shared key", [gateway("office"), vpn({ tunnel1PresharedKey: "not-a-real-key-000000" })], "pass"],
  ["a connection of a gateway out of sight by a shared key", [gateway("office"), vpn({ customerGatewayId: "cgw-2", tunnel1PresharedKey: "not-a-real-key-000000" })], "fail"],
  ["an empty list of versions, which is all of them", [vpn({ tunnel2IkeVersions: [] })], "fail"],
  ["versions that are not known yet", [vpn({ tunnel2IkeVersions: unknownValue() })], "undetermined"],
]);

const container = (env: Properties[]) => networkFunction("udr", { container: { env } });
const core = [networkFunction("amf"), networkFunction("smf")];

// prettier-ignore
answers("ID-19", [
  ["a password that is empty", [container([{ name: "DB_PASSWORD", value: "" }])], "pass"],
  ["a private key in a Secret, where it belongs", [...core, object("v1", "Secret", "tls", { stringData: { "tls.key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx\n-----END RSA PRIVATE KEY-----" } })], "pass"],
  ["an access key in a Secret, for which there are roles", [...core, object("v1", "Secret", "aws", { stringData: { credentials: "AKIA2E0A8F3B244C9986" } })], "fail"],
  ["a password in a ConfigMap of the core", [...core, object("v1", "ConfigMap", "udr", { data: { "udr.yaml": "db:\n  password: tr0ub4dor-and-3\n" } })], "fail"],
  ["a password in a ConfigMap of the shop", [...core, object("v1", "ConfigMap", "shop", { data: { "shop.yaml": "db:\n  password: tr0ub4dor-and-3\n" } }, "shop")], "pass"],
  ["a password in a ConfigMap of the shop, under the strict profile", [...core, object("v1", "ConfigMap", "shop", { data: { "shop.yaml": "db:\n  password: tr0ub4dor-and-3\n" } }, "shop")], "fail", strictly],
  ["a password of a workload of the shop, under the strict profile", [...core, networkFunction("shop", { namespace: "shop", container: { env: [{ name: "DB_PASSWORD", value: "tr0ub4dor-and-3" }] } })], "fail", strictly],
]);

const PASSWORD = "tr0ub4dor-and-3";
const KEY_ID = "AKIA2E0A8F3B244C9986";

// prettier-ignore
answers("ID-19", [
  ...["aws:rds/cluster:Cluster", "aws:rds/instance:Instance", "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster", "aws:redshift/cluster:Cluster"].map(
    (type) => [`the master password of ${type}`, [resource(type, "udr", { masterPassword: PASSWORD, password: PASSWORD })], "fail"] as const,
  ),
  ["the token of a cache", [resource("aws:elasticache/replicationGroup:ReplicationGroup", "udr", { authToken: "Zq8vN2mX4kT7wR1b" })], "fail"],
  ["the passwords of a database in memory", [resource("aws:memorydb/user:User", "udr", { authenticationMode: { type: "password", passwords: [PASSWORD] } })], "fail"],
  ...["aws:ec2/launchConfiguration:LaunchConfiguration", "aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"].map(
    (type) => [`an access key in the first script of ${type}`, [resource(type, "upf", { userData: `#!/bin/sh\nexport AWS_ACCESS_KEY_ID=${KEY_ID}\n` })], "fail"] as const,
  ),
  ["a password of a task", [resource("aws:ecs/taskDefinition:TaskDefinition", "probe", { containerDefinitions: JSON.stringify([{ name: "probe", environment: [{ name: "DB_PASSWORD", value: PASSWORD }] }]) })], "fail"],
  ...["v3:Release", "v3:Chart", "v4:Chart"].map((kind) => [`a password among the values of a helm.sh/${kind}`, [resource(`kubernetes:helm.sh/${kind}`, "core", { values: { mongodb: { auth: { rootPassword: PASSWORD } } } })], "fail"] as const),
]);

answersAlone("ID-19", [["a ConfigMap, of which nobody knows yet whether it is the core's", [object("v1", "ConfigMap", "udr", { data: { "udr.yaml": "db:\n  password: tr0ub4dor-and-3\n" } })]]]); // prettier-ignore

const REQUIRED = { httpTokens: "required", httpPutResponseHopLimit: 1 };
const template = (metadataOptions: Properties | Properties[], more: Properties = {}) => resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { id: "lt-1", metadataOptions, ...more }); // prettier-ignore
const launched = (type: string, more: Properties) => resource(type, "node", more);
const nodeClass = (version: string, metadataOptions: Properties) =>
  object(`karpenter.k8s.aws/${version}`, "EC2NodeClass", "core", { spec: { metadataOptions } });

// prettier-ignore
answers("ID-06", [
  ["a launch configuration as it should be", [launched("aws:ec2/launchConfiguration:LaunchConfiguration", { metadataOptions: REQUIRED })], "pass"],
  ["a launch configuration that takes the old protocol", [launched("aws:ec2/launchConfiguration:LaunchConfiguration", { metadataOptions: { ...REQUIRED, httpTokens: "optional" } })], "fail"],
  ["options in the list of an old state", [template([REQUIRED])], "pass"],
  ["two hops, spelled out as switched on", [template({ ...REQUIRED, httpEndpoint: "enabled", httpPutResponseHopLimit: 2 })], "fail"],
  ["two hops, if there is a service at all", [template({ ...REQUIRED, httpEndpoint: unknownValue(), httpPutResponseHopLimit: 2 })], "undetermined"],
  ["hops that are not known yet", [template({ ...REQUIRED, httpPutResponseHopLimit: unknownValue() })], "undetermined"],
  ["Karpenter since v1, whose default is one hop", [nodeClass("v1", { httpTokens: "required" })], "pass"],
  ["Karpenter before v1, whose default is two hops", [nodeClass("v1beta1", { httpTokens: "required" })], "fail"],
  ["an instance of a template in sight", [template(REQUIRED), launched("aws:ec2/instance:Instance", { launchTemplate: { id: "lt-1" } })], "pass"],
  ["an instance of a template out of sight", [launched("aws:ec2/instance:Instance", { launchTemplate: { id: "lt-0123456789abcdef0" } })], "undetermined"],
  ["an instance with options of its own beside a template out of sight", [launched("aws:ec2/instance:Instance", { launchTemplate: { id: "lt-0123456789abcdef0" }, metadataOptions: REQUIRED })], "pass"],
  ["nodes of a template of this program", [template(REQUIRED), launched("aws:eks/nodeGroup:NodeGroup", { launchTemplate: { id: unknownValue(template(REQUIRED)), version: "1" } })], "pass"],
]);

const projected = (audience?: Properties[string]) =>
  networkFunction("amf", { pod: { volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t", ...(audience === undefined ? {} : { audience }) } }] } }] } }); // prettier-ignore
const mounting = (type: string) => [
  networkFunction("amf", { pod: { volumes: [{ name: "t", secret: { secretName: "amf" } }] } }),
  object("v1", "Secret", "amf", { type }),
];
const unsaid = (name: string, more: Properties = {}) => networkFunction(name, { pod: { automountServiceAccountToken: undefined as never, ...more } }); // prettier-ignore

// prettier-ignore
answers("ID-02", [
  ...[undefined, "https://kubernetes.default.svc", "kubernetes"].map((audience) => [`a token of its own for ${audience ?? "nobody in particular"}, which is the Kubernetes API`, [projected(audience)], "fail"] as const),
  ["a token of its own for AWS", [projected("sts.amazonaws.com")], "pass"],
  ["a token of its own, without an end, from a Secret", mounting("kubernetes.io/service-account-token"), "fail"],
  ["a certificate from a Secret", mounting("kubernetes.io/tls"), "pass"],
  ["an account that is not known yet", [unsaid("amf", { serviceAccountName: unknownValue() })], "undetermined"],
  ["an account whose own switch is not known yet", [unsaid("amf"), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: unknownValue() })], "undetermined"],
  ["an account whose own switch is off", [unsaid("amf"), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: false })], "pass"],
  ["an exporter that watches pods", [networkFunction("amf"), unsaid("metrics-exporter")], "pass"],
]);
