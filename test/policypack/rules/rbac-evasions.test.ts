/** Ways around the rules on RBAC, ServiceAccounts and the certificates of functions. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers, answersAlone } from "../../support/rule-answers";

const RBAC = "rbac.authorization.k8s.io/v1";
const amf = networkFunction("amf");
const role = (kind: string, rule: Properties, metadata: Properties = {}) => object(RBAC, kind, "r", { metadata, rules: [rule] });
const bound = (kind: string, name: string, subject: Properties, namespace = "core", more: Properties = {}) =>
  object(RBAC, kind, `${name}-b`, { roleRef: { kind: name === "r" && kind === "RoleBinding" ? "Role" : "ClusterRole", name }, subjects: [subject], ...more }, namespace); // prettier-ignore
const account = (name: string, namespace = "core") => ({ kind: "ServiceAccount", name, namespace });
const group = (name: string) => ({ kind: "Group", name });
const user = (name: string) => ({ kind: "User", name });
const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
const wild = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
const GLASS = { annotations: { "carrierguard.dev/break-glass": "true" } };

// prettier-ignore
answers("ID-03", [
  ...["system:authenticated", "system:unauthenticated", "system:serviceaccounts"].map((name) => [`a role for ${name}`, [amf, role("ClusterRole", secrets), bound("ClusterRoleBinding", "r", group(name))], "fail"] as const),
  ["a role for system:anonymous", [amf, role("ClusterRole", secrets), bound("ClusterRoleBinding", "r", user("system:anonymous"))], "fail"],
  ["a role for everybody, in a namespace that is not the core's", [amf, role("Role", secrets), bound("RoleBinding", "r", group("system:authenticated"), "shop")], "fail"],
  ["what Kubernetes itself gives everybody, whose rules are out of sight", [amf, bound("ClusterRoleBinding", "system:discovery", group("system:authenticated"))], "pass"],
  ["a role out of sight for everybody", [amf, bound("ClusterRoleBinding", "tools", group("system:authenticated"))], "fail"],
  ["an account that is called as everybody is", [networkFunction("shop", { namespace: "shop" }), amf, bound("ClusterRoleBinding", "view", account("system:authenticated", "shop"))], "pass"],
  ["a shop's account as master of the shop", [amf, bound("RoleBinding", "admin", account("shop", "shop"), "shop")], "pass"],
  ["a shop's account as master of the core", [amf, bound("RoleBinding", "admin", account("shop", "shop"), "core")], "fail"],
  ["a shop's account as administrator of the cluster", [amf, bound("ClusterRoleBinding", "cluster-admin", account("shop", "shop"))], "fail"],
  ["a shop's account with impersonation everywhere, which is the platform's to judge", [amf, role("ClusterRole", { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }), bound("ClusterRoleBinding", "r", account("shop", "shop"))], "pass"],
  ["masters by another binding", [amf, bound("ClusterRoleBinding", "cluster-admin", group("system:masters"))], "fail"],
  ["a component of Kubernetes itself", [amf, bound("ClusterRoleBinding", "cluster-admin", user("system:kube-controller-manager"))], "pass"],
  ["every account of the core's namespace", [amf, bound("ClusterRoleBinding", "cluster-admin", group("system:serviceaccounts:core"))], "fail"],
  ["every account of the shop's namespace", [amf, bound("ClusterRoleBinding", "cluster-admin", group("system:serviceaccounts:shop"))], "pass"],
  ["a group whose name ends in the word", [amf, role("ClusterRole", wild), bound("ClusterRoleBinding", "r", group("not-system:"))], "fail"],
  ["a group whose name holds the accounts' prefix", [amf, role("ClusterRole", wild), bound("ClusterRoleBinding", "r", group("x-system:serviceaccounts:shop"))], "fail"],
  ["edit for people of one namespace", [amf, bound("RoleBinding", "edit", group("operators"))], "pass"],
  ["edit for people everywhere", [amf, bound("ClusterRoleBinding", "edit", group("operators"))], "fail"],
  ["cluster-admin for people of one namespace", [amf, bound("RoleBinding", "cluster-admin", group("operators"))], "fail"],
  ["edit for people and an account of one namespace", [amf, bound("RoleBinding", "edit", group("operators"), "core", { subjects: [group("operators"), account("amf")] })], "fail"],
  ["impersonation of ServiceAccounts by a role of the stack, for people", [amf, role("Role", { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }), bound("RoleBinding", "r", group("operators"))], "fail"],
  ["break glass for a group", [amf, bound("ClusterRoleBinding", "cluster-admin", group("oncall"), "core", { metadata: GLASS })], "pass"],
  ["break glass for a person", [amf, bound("ClusterRoleBinding", "cluster-admin", user("eve"), "core", { metadata: GLASS })], "fail"],
  ["break glass for a group and a person", [amf, bound("ClusterRoleBinding", "cluster-admin", group("oncall"), "core", { metadata: GLASS, subjects: [group("oncall"), user("eve")] })], "fail"],
  ["break glass for all accounts of the core", [amf, bound("ClusterRoleBinding", "cluster-admin", group("system:serviceaccounts:core"), "core", { metadata: GLASS })], "fail"],
]);

const own = (apiGroup: string, resourceName: string, verb: string, holder = "amf") => [
  amf,
  networkFunction("metrics-exporter"),
  role("Role", { apiGroups: [apiGroup], resources: [resourceName], verbs: [verb] }),
  bound("RoleBinding", "r", account(holder)),
];

// prettier-ignore
answers("ID-04", [
  ...[["", "pods"], ["", "services"], ["", "configmaps"], ["", "secrets"], ["apps", "deployments"], ["apps", "statefulsets"], ["apps", "daemonsets"], ["apps", "replicasets"], ["batch", "jobs"], ["batch", "cronjobs"], ["k8s.cni.cncf.io", "network-attachment-definitions"]].map(
    ([apiGroup = "", name = ""]) => [`a function that may change ${name}`, own(apiGroup, name, "patch"), "fail"] as const,
  ),
  ...["create", "update", "delete", "deletecollection"].map((verb) => [`a function that may ${verb} Deployments`, own("apps", "deployments", verb), "fail"] as const),
  ["a function that may look at Deployments", own("apps", "deployments", "list"), "pass"],
  ["a Deployment of another group", own("shop.example", "deployments", "patch"), "pass"],
  ["an exporter that may change Deployments, which is no function", own("apps", "deployments", "patch", "metrics-exporter"), "pass"],
  ...["get", "list", "watch"].map((verb) => [`all Secrets, to ${verb}`, [role("ClusterRole", { ...secrets, verbs: [verb] })], "fail"] as const),
  ["all Secrets, to create only", [role("ClusterRole", { ...secrets, verbs: ["create"] })], "pass"],
  ...["create", "get", "update", "patch"].map((verb) => [`a debugger, by ${verb}`, [role("Role", { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: [verb] })], "fail"] as const),
  ["a debugger, to list", [role("Role", { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["list"] })], "pass"],
  ["break glass that nobody holds", [role("ClusterRole", secrets, GLASS)], "pass"],
  ["break glass for all accounts", [role("ClusterRole", secrets, GLASS), bound("ClusterRoleBinding", "r", group("system:serviceaccounts"))], "fail"],
  ["break glass for a group and an account", [role("ClusterRole", secrets, GLASS), bound("ClusterRoleBinding", "r", group("oncall"), "core", { subjects: [group("oncall"), account("amf")] })], "fail"],
]);

const sharing = (...workloads: [name: string, labels?: Properties][]) =>
  workloads.map(([name, labels]) => networkFunction(name, { pod: { serviceAccountName: "shared" }, labels: { app: name, ...labels } }));
const suspect = (pod: Properties) => networkFunction("nf-7", { labels: { app: "nf-7", "carrierguard.dev/nf": "upff" }, pod });

// prettier-ignore
answers("ID-01", [
  ["two functions of one zone", sharing(["amf"], ["smf"]), "fail"],
  ["two sets of one function", sharing(["amf-a", { "carrierguard.dev/nf": "amf" }], ["amf-b", { "carrierguard.dev/nf": "amf" }]), "pass"],
  ["two functions in either order, in two sets", sharing(["a", { "carrierguard.dev/nf": "smf,upf" }], ["b", { "carrierguard.dev/nf": "upf,smf" }]), "pass"],
  ["a function and an exporter", [...sharing(["amf"]), networkFunction("metrics-exporter", { pod: { serviceAccountName: "shared" } })], "pass"],
  ["what may be a function, under the default account", [amf, suspect({ serviceAccountName: undefined as never })], "undetermined"],
  ["what may be a function, under an account that is not known yet", [amf, suspect({ serviceAccountName: unknownValue() })], "undetermined"],
  ["what may be a function, under one that is", [amf, suspect({ serviceAccountName: "nf-7" })], "pass"],
]);

const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const web = (...accounts: string[]) =>
  resource("aws:iam/role:Role", "r", { arn: "arn:aws:iam::123456789012:role/r", assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}` }, Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringEquals: { [`${ISSUER}:sub`]: accounts.map((name) => `system:serviceaccount:core:${name}`), [`${ISSUER}:aud`]: "sts.amazonaws.com" } } }] }) }); // prettier-ignore
const podIdentity = (name: string, roleArn: Properties[string], serviceAccount: Properties[string] = name) =>
  resource("aws:eks/podIdentityAssociation:PodIdentityAssociation", name, { clusterName: "core", namespace: "core", serviceAccount, roleArn }); // prettier-ignore
const functions = [amf, networkFunction("smf"), networkFunction("metrics-exporter")];

// prettier-ignore
answers("ID-05", [
  ["a role for two functions", [...functions, web("amf", "smf")], "fail"],
  ["a role for a function and its exporter", [...functions, web("amf", "metrics-exporter")], "pass"],
  ["a role for a function and an account that nobody has", [...functions, web("amf", "nobody")], "pass"],
  ["a role for two functions by Pod Identity", [...functions, web("x"), podIdentity("amf", "arn:aws:iam::123456789012:role/r"), podIdentity("smf", "arn:aws:iam::123456789012:role/r")], "fail"],
  ["a role of the same program for two functions by Pod Identity", [...functions, web("x"), podIdentity("amf", unknownValue(web("x"))), podIdentity("smf", unknownValue(web("x")))], "fail"],
  ["a role for each function by Pod Identity", [...functions, podIdentity("amf", "arn:aws:iam::123456789012:role/a"), podIdentity("smf", "arn:aws:iam::123456789012:role/b")], "pass"],
  ["roles that are not known yet", [...functions, podIdentity("amf", unknownValue()), podIdentity("smf", unknownValue())], "pass"],
]);

answersAlone("ID-05", [["a role for two functions, which only the stack shows", [...functions, web("amf", "smf")]]]);

const GOOD = {
  secretName: "amf-tls",
  issuerRef: { name: "core-ca", kind: "Issuer" },
  usages: ["server auth", "client auth"],
  duration: "720h",
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  dnsNames: ["amf.5gc.mnc001.mcc001.3gppnetwork.org"],
  uris: ["urn:uuid:8e81fa6e-1f4c-4b0a-9a5e-0d6a0a1f2c3d"],
};
const certificate = (more: Properties = {}, name = "amf") =>
  object("cert-manager.io/v1", "Certificate", name, { spec: { ...GOOD, ...more } });
const keyed = (key: Properties) => [amf, certificate({ privateKey: { rotationPolicy: "Always", ...key } })];
const list = { settings: { rules: { "ID-09": { options: { approvedIssuers: ["core-ca"] } } } } };

// prettier-ignore
answers("ID-09", [
  ["a curve that is left to cert-manager", keyed({ algorithm: "ECDSA" }), "pass"],
  ["P-384", keyed({ algorithm: "ECDSA", size: 384 }), "pass"],
  ["P-521", keyed({ algorithm: "ECDSA", size: 521 }), "fail"],
  ["RSA of 3072 bits", keyed({ algorithm: "RSA", size: 3072 }), "pass"],
  ["RSA of 2048 bits", keyed({ algorithm: "RSA", size: 2048 }), "fail"],
  ["Ed25519, which the profile does not have", keyed({ algorithm: "Ed25519", size: 4096 }), "fail"],
  ["a size that is not known yet", keyed({ algorithm: "RSA", size: unknownValue() }), "undetermined"],
  ["an algorithm that is not known yet", keyed({ algorithm: unknownValue(), size: 256 }), "undetermined"],
  ["a key that is not known yet", [amf, certificate({ privateKey: unknownValue() })], "undetermined"],
  ["ninety days exactly", [amf, certificate({ duration: "2160h" })], "pass"],
  ["ninety days and a minute", [amf, certificate({ duration: "2160h1m" })], "fail"],
  ["a day in minutes", [amf, certificate({ duration: "1440m" })], "pass"],
  ["a day in seconds", [amf, certificate({ duration: "86400s" })], "pass"],
  ["no duration, which is ninety days", [amf, certificate({ duration: null })], "pass"],
  ["usages that are not known yet", [amf, certificate({ usages: ["server auth", unknownValue()] })], "undetermined"],
  ["the approved issuer", [amf, certificate()], "pass", list],
  ["an issuer that is not known yet", [amf, certificate({ issuerRef: { name: unknownValue(), kind: "Issuer" } })], "undetermined", list],
  ["a name of the function's beside one of the platform's", [amf, certificate({ dnsNames: ["amf.core.svc", ...GOOD.dnsNames] })], "pass"],
  ["a name that only begins as the function's", [amf, certificate({ dnsNames: ["amf.5gc.mnc001.mcc001.3gppnetwork.org.example"] })], "advice"],
  ["a URI that is no instance", [amf, certificate({ uris: ["spiffe://core/amf"] })], "advice"],
  ["names that are not known yet", [amf, certificate({ dnsNames: unknownValue() })], "pass"],
  ["URIs that are not known yet", [amf, certificate({ dnsNames: ["amf"], uris: unknownValue() })], "pass"],
  ["a SEPP's certificate for N32, which has other names", [networkFunction("amf"), networkFunction("sepp"), certificate({ secretName: "n32", dnsNames: ["sepp.operator.example"], uris: null }, "sepp-n32")], "pass"],
]);

const ca = (name: string, more: Properties = {}) =>
  resource("aws:acmpca/certificateAuthority:CertificateAuthority", name, { arn: `arn:ca:${name}`, type: "ROOT", usageMode: "SHORT_LIVED_CERTIFICATE", ...more }); // prettier-ignore
const issued = (from: string, templateArn?: string) =>
  resource("aws:acmpca/certificate:Certificate", "leaf", { certificateAuthorityArn: `arn:ca:${from}`, ...(templateArn === undefined ? {} : { templateArn }) }); // prettier-ignore
const caCertificate = (name: string, issuer: string, more: Properties = {}, namespace = "core") =>
  object("cert-manager.io/v1", "Certificate", name, { spec: { secretName: name, issuerRef: { name: issuer, kind: "Issuer" }, ...more } }, namespace); // prettier-ignore
const issuers = [
  object("cert-manager.io/v1", "Issuer", "self", { spec: { selfSigned: {} } }),
  object("cert-manager.io/v1", "Issuer", "root-ca", { spec: { ca: { secretName: "root" } } }),
  object("cert-manager.io/v1", "Issuer", "core-ca", { spec: { ca: { secretName: "core" } } }),
];
const rootCa = caCertificate("root", "self", { isCA: true });
const coreCa = caCertificate("core", "root-ca", { isCA: true });

// prettier-ignore
answers("ID-10", [
  ["a root that signs a function's certificate", [ca("root"), issued("root")], "fail"],
  ["a root that signs a function's certificate by its template", [ca("root"), issued("root", "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1")], "fail"],
  ["a root that signs an intermediate", [ca("root"), issued("root", "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1")], "pass"],
  ["an intermediate that signs a function's certificate", [ca("root"), ca("sub", { type: "SUBORDINATE" }), issued("sub")], "pass"],
  ["a root of elsewhere that signs a function's certificate", [ca("root"), issued("elsewhere")], "pass"],
  ["revocation by OCSP", [ca("root", { usageMode: "GENERAL_PURPOSE", revocationConfiguration: { ocspConfiguration: { enabled: true } } })], "pass"],
  ["revocation in the bridged provider's list", [ca("root", { usageMode: "GENERAL_PURPOSE", revocationConfiguration: [{ crlConfiguration: { enabled: true } }] })], "pass"],
  ["revocation that is switched off", [ca("root", { usageMode: "GENERAL_PURPOSE", revocationConfiguration: { crlConfiguration: { enabled: false } } })], "fail"],
  ["a root in the cluster that signs functions", [amf, ...issuers, rootCa, caCertificate("amf", "root-ca")], "fail"],
  ["an intermediate in the cluster that signs functions", [amf, ...issuers, rootCa, coreCa, caCertificate("amf", "core-ca")], "pass"],
  ["a root in the cluster that signs a shop's certificate", [amf, ...issuers, rootCa, coreCa, caCertificate("amf", "core-ca"), object("cert-manager.io/v1", "Certificate", "shop", { spec: { secretName: "shop", issuerRef: { name: "root-ca", kind: "Issuer" }, dnsNames: ["shop.example"] } }, "shop")], "pass"],
]);

answersAlone("ID-10", [["a root, whose certificates are other resources", [ca("root"), issued("root")]]]);
