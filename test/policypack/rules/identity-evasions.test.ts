/** Ways around the identity rules, and legitimate designs that look like a fault. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const mesh = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const peer = (spec: Properties, name = "default", namespace = "core") =>
  object("security.istio.io/v1", "PeerAuthentication", name, { spec }, namespace);
const strict = peer({ mtls: { mode: "STRICT" } });
const nrf = (options: Parameters<typeof networkFunction>[1] = {}) =>
  networkFunction("nrf", { container: { ports: [{ name: "sbi", containerPort: 7777 }] }, ...options });
const silent = networkFunction("nrf");
const service = (name: string, port = 7777) => object("v1", "Service", name, { spec: { selector: { app: name }, ports: [{ port }] } });
const destination = (host: string, trafficPolicy: Properties) =>
  object("networking.istio.io/v1", "DestinationRule", "d", { spec: { host, trafficPolicy } });
const selects = { selector: { matchLabels: { app: "nrf" } } };
const linkerd = (policy: string) =>
  object("v1", "Namespace", "core", {
    metadata: { annotations: { "linkerd.io/inject": "enabled", "config.linkerd.io/default-inbound-policy": policy } },
  });
const config = (name: string, text: string) => object("v1", "ConfigMap", name, { data: { [`${name}.yaml`]: text } });
const reads = (name: string) => networkFunction(name, { pod: { volumes: [{ name: "config", configMap: { name } }] } });

// prettier-ignore
answers("ID-07", [
  ["a port opened while nobody knows which port the SBI has", [mesh, strict, peer({ ...selects, mtls: { mode: "STRICT" }, portLevelMtls: { "8000": { mode: "DISABLE" } } }, "nrf"), silent], "undetermined"],
  ["the metrics port opened while nobody knows which port the SBI has", [mesh, strict, peer({ ...selects, mtls: { mode: "STRICT" }, portLevelMtls: { "9090": { mode: "PERMISSIVE" } } }, "nrf"), silent], "pass"],
  ["a port that inherits, below a strict namespace", [mesh, strict, peer({ ...selects, portLevelMtls: { "9090": { mode: "DISABLE" } } }, "nrf"), nrf()], "pass"],
  ["two policies of the namespace that contradict each other", [mesh, strict, peer({ mtls: { mode: "PERMISSIVE" } }, "second"), nrf()], "undetermined"],
  ["permissive for the namespace, strict for the mesh", [mesh, peer({ mtls: { mode: "PERMISSIVE" } }), peer({ mtls: { mode: "STRICT" } }, "default", "istio-system"), nrf()], "fail"],
  ["a second SBI port past the sidecar", [mesh, strict, config("nrf", "nrf:\n  sbi:\n    server:\n      - {address: a, port: 7777}\n      - {address: b, port: 7778}\n"), networkFunction("nrf", { annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "7778" }, pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } })], "fail"],
  ["a destination rule for the database beside the producers", [mesh, strict, nrf(), service("nrf"), networkFunction("mongodb"), service("mongodb", 27017), destination("mongodb", { tls: { mode: "SIMPLE" } })], "pass"],
  ["a destination rule for the metrics port", [mesh, strict, nrf(), service("nrf"), destination("nrf", { portLevelSettings: [{ port: { number: 9090 }, tls: { mode: "DISABLE" } }] })], "pass"],
  ["a destination rule for the Service's port, which leads to the SBI", [mesh, strict, nrf(), object("v1", "Service", "nrf", { spec: { selector: { app: "nrf" }, ports: [{ port: 80, targetPort: 7777 }] } }), destination("nrf", { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }] })], "fail"],
  ["one-sided TLS for every host of the namespace", [mesh, strict, nrf(), service("nrf"), destination("*.core.svc.cluster.local", { tls: { mode: "SIMPLE" } })], "fail"],
  ["a mode that the deployment brings", [mesh, strict, nrf(), service("nrf"), destination("nrf", { tls: { mode: unknownValue() } })], "undetermined"],
  ["Linkerd that takes authenticated callers only", [linkerd("all-authenticated"), nrf()], "pass"],
  ["Linkerd that takes everybody by default", [linkerd("all-unauthenticated"), nrf()], "undetermined"],
  ["ambient mode", [object("v1", "Namespace", "core", { metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } }), strict, nrf()], "pass"],
  ["a pod that leaves the ambient mesh", [object("v1", "Namespace", "core", { metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } }), strict, nrf({ labels: { app: "nrf", "istio.io/dataplane-mode": "none" } })], "fail"],
]);

const free = (name: string, service_: string, sbi: string) => config(name, `configuration: {serviceNameList: [${service_}], sbi: ${sbi}}`);
const tokens = (...policies: readonly ResourceInit[]) => [
  free("nrf", "nnrf-nfm", "{scheme: https}"),
  reads("nrf"),
  free("udm", "nudm-sdm", "{scheme: https}"),
  reads("udm"),
  object("security.istio.io/v1", "RequestAuthentication", "nrf", { spec: { jwtRules: [{ issuer: "nrf", jwksUri: "https://nrf/jwks" }] } }),
  ...policies,
];
const authorization = (action: string, rules: Properties[]) =>
  object("security.istio.io/v1", "AuthorizationPolicy", "tokens", { spec: { action, rules } });

// prettier-ignore
answers("ID-11", [
  ["whoever has no token is denied: Istio's own way, with scope and audience", tokens(authorization("DENY", [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }, { when: [{ key: "request.auth.claims[scope]", notValues: ["nudm-sdm"] }] }, { when: [{ key: "request.auth.audiences", notValues: ["UDM"] }] }])), "pass"],
  ["whoever has no token is denied, whatever the token was issued for", tokens(authorization("DENY", [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }])), "fail"],
  ["denied on one path only", tokens(authorization("DENY", [{ from: [{ source: { notRequestPrincipals: ["*"] } }], to: [{ operation: { paths: ["/nudm-sdm/*"] } }] }])), "fail"],
  ["a second rule that asks for no token", tokens(authorization("ALLOW", [{ from: [{ source: { requestPrincipals: ["nrf/*"] } }] }, { from: [{ source: { namespaces: ["core"] } }] }])), "fail"],
]);

const RBAC = "rbac.authorization.k8s.io/v1";
const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs });
const role = (kind: string, name: string, rules: Properties[], more: Properties = {}) => object(RBAC, kind, name, { rules, ...more });
const bind = (kind: string, roleKind: string, name: string, subject: Properties) =>
  object(RBAC, kind, `${name}-binding`, { roleRef: { kind: roleKind, name }, subjects: [subject] });
const account = (name: string) => ({ kind: "ServiceAccount", name, namespace: "core" });
const amf = networkFunction("amf");

// prettier-ignore
answers("ID-03", [
  ["grants split over two roles of one account", [amf, role("ClusterRole", "a", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"])]), bind("ClusterRoleBinding", "ClusterRole", "a", account("amf"))], "fail"],
  ["edit for a function's own account", [amf, bind("RoleBinding", "ClusterRole", "edit", account("amf"))], "fail"],
  ["view for a function's own account", [amf, bind("RoleBinding", "ClusterRole", "view", account("amf"))], "pass"],
  ["all groups by a star, reading only", [amf, role("ClusterRole", "r", [rule(["*"], ["*"], ["get", "list", "watch"])]), bind("ClusterRoleBinding", "ClusterRole", "r", account("amf"))], "fail"],
  ["impersonation of ServiceAccounts", [amf, role("Role", "i", [rule([""], ["serviceaccounts"], ["impersonate"])]), bind("RoleBinding", "Role", "i", account("amf"))], "fail"],
  ["leases of its own for a leader", [amf, role("Role", "l", [rule(["coordination.k8s.io"], ["leases"], ["get", "create", "update"])]), bind("RoleBinding", "Role", "l", account("amf"))], "pass"],
]);

// prettier-ignore
answers("ID-04", [
  ["exec over a websocket, by get", [role("Role", "x", [rule([""], ["pods/exec"], ["get"])])], "fail"],
  ["every group's secrets by stars", [role("ClusterRole", "x", [rule(["*"], ["secrets"], ["watch"])])], "fail"],
  ["port forwarding", [role("Role", "x", [rule([""], ["pods/portforward"], ["create"])])], "fail"],
  ["nothing but the scale of its own Deployment", [amf, role("Role", "x", [{ ...rule(["apps"], ["deployments/scale"], ["patch"]), resourceNames: ["amf"] }]), bind("RoleBinding", "Role", "x", account("amf"))], "pass"],
]);

const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const web = (Condition: object) =>
  resource("aws:iam/role:Role", "amf", {
    assumeRolePolicy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}` },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition,
        },
      ],
    }),
  });
const sub = { [`${ISSUER}:sub`]: "system:serviceaccount:core:amf" };
const aud = { [`${ISSUER}:aud`]: "sts.amazonaws.com" };

// prettier-ignore
answers("ID-05", [
  ["ForAllValues, which is true of a claim that is not there", [web({ "ForAllValues:StringEquals": { ...sub, ...aud } })], "pass"],
  ["IfExists", [web({ StringEqualsIfExists: { ...sub, ...aud } })], "pass"],
  ["StringLike on a whole namespace", [web({ StringLike: { [`${ISSUER}:sub`]: "system:serviceaccount:core:*" }, StringEquals: aud })], "fail"],
  ["StringLike with ? in the name", [web({ StringLike: { [`${ISSUER}:sub`]: "system:serviceaccount:core:am?" }, StringEquals: aud })], "fail"],
  ["no audience", [web({ StringEquals: sub })], "fail"],
  ["the claim of another issuer, which no token has: nobody gets in", [web({ StringEquals: { "oidc.eks.eu-central-1.amazonaws.com/id/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:sub": "system:serviceaccount:core:amf", ...aud } })], "pass"],
]);

const OUT = { AWS: "arn:aws:iam::999999999999:root" };
const trusting = (Principal: unknown, Condition?: object, more: Properties = {}) =>
  resource("aws:iam/role:Role", "partner", {
    assumeRolePolicy: JSON.stringify({
      Statement: { Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition === undefined ? {} : { Condition }) },
    }),
    ...more,
  });

// prettier-ignore
answers("ID-16", [
  ["everybody of the organisation, by a test that an absent key passes", [trusting("*", { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": ["o-abcdef1234"] } })], "fail"],
  ["everybody of the organisation, if he has one", [trusting({ AWS: "*" }, { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abcdef1234" } })], "fail"],
  ["everybody of any organisation", [trusting({ AWS: ["*"] }, { StringLike: { "aws:PrincipalOrgID": "*" } })], "fail"],
  ["everybody but one", [resource("aws:iam/role:Role", "partner", { assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", NotPrincipal: OUT, Action: "sts:AssumeRole" }] }) })], "fail"],
]);

const inline = (...Statement: object[]) => resource("aws:iam/policy:Policy", "p", { policy: JSON.stringify({ Statement }) });

// prettier-ignore
answers("ID-17", [
  ["everything but IAM", [inline({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" })], "fail"],
  ["every role to pass, by a pattern of all roles", [inline({ Effect: "Allow", Action: "iam:PassRole", Resource: "arn:aws:iam::*:role/*" })], "fail"],
  ["PassRole by a glob", [inline({ Effect: "Allow", Action: "iam:Pass?ole", Resource: "*" })], "fail"],
  ["PassRole in capitals", [inline({ Effect: "Allow", Action: "IAM:PASSROLE", Resource: "*" })], "fail"],
  ["everything, where a Deny takes all of it back", [inline({ Effect: "Allow", Action: "*", Resource: "*" }, { Effect: "Deny", Action: "*", Resource: "*" })], "pass"],
  ["administrator by the ARN of a managed policy", [resource("aws:iam/role:Role", "r", { assumeRolePolicy: "{}", managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })], "fail"],
  ["one service on named resources", [inline({ Effect: "Allow", Action: "sqs:*", Resource: "arn:aws:sqs:eu-central-1:123456789012:amf" })], "pass"],
  ["NotResource of something else", [inline({ Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::logs/*" })], "fail"],
]);

const template = (metadataOptions: Properties) => resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", { metadataOptions });

// prettier-ignore
answers("ID-06", [
  ["the limit as text", [template({ httpTokens: "required", httpPutResponseHopLimit: "1" })], "pass"],
  ["no metadata service", [template({ httpEndpoint: "disabled", httpTokens: "optional" })], "pass"],
  ["IPv6 alone does not shorten the way", [template({ httpTokens: "required", httpPutResponseHopLimit: 64, httpProtocolIpv6: "enabled" })], "fail"],
]);

const vpn = (properties: Properties) => resource("aws:ec2/vpnConnection:VpnConnection", "ran", { type: "ipsec.1", ...properties });

// prettier-ignore
answers("ID-18", [
  ["a shared key on the second tunnel only", [vpn({ tunnel1IkeVersions: ["ikev2"], tunnel2IkeVersions: ["ikev2"], tunnel2PresharedKey: "not-a-real-key-000000" })], "fail"],
  ["IKEv1 on the second tunnel", [vpn({ tunnel1IkeVersions: ["ikev2"], tunnel2IkeVersions: ["ikev1", "ikev2"] })], "fail"],
]);

const entry = (properties: Properties) => resource("aws:eks/accessEntry:AccessEntry", "e", { clusterName: "core", ...properties });

// prettier-ignore
answers("ID-14", [
  ["system:masters among others", [entry({ principalArn: "arn:aws:iam::123456789012:role/ops", kubernetesGroups: ["viewers", "system:masters"] })], "fail"],
  ["every principal of the account", [entry({ principalArn: "arn:aws:iam::123456789012:*" })], "fail"],
  ["the nodes' own entry", [entry({ principalArn: "arn:aws:iam::123456789012:role/nodes", type: "EC2_LINUX" })], "pass"],
]);

const enforcing = (rules: Properties[], action = "ALLOW") =>
  object("security.istio.io/v1", "AuthorizationPolicy", "nrf", { spec: { ...selects, action, rules } });
const only = { from: [{ source: { principals: ["cluster.local/ns/core/sa/amf"] } }] };

// prettier-ignore
answers("ID-12", [
  ["a denial that spares a path by its own exception", [mesh, nrf(), enforcing([{ from: [{ source: { notPrincipals: ["cluster.local/ns/core/sa/amf"] } }], to: [{ operation: { notPaths: ["/oauth2/token"] } }] }], "DENY")], "fail"],
  ["a suffix of the names", [mesh, nrf(), enforcing([{ from: [{ source: { principals: ["*/sa/amf"] } }] }])], "pass"],
  ["a prefix of the names", [mesh, nrf(), enforcing([{ from: [{ source: { principals: ["cluster.local/*"] } }] }])], "fail"],
  ["callers by ServiceAccount", [mesh, nrf(), enforcing([{ from: [{ source: { serviceAccounts: ["core/amf"] } }] }])], "pass"],
  ["a header in place of a name", [mesh, nrf(), enforcing([{ when: [{ key: "request.headers[x-nf]", values: ["amf"] }] }])], "fail"],
  ["a policy for every workload of the mesh", [mesh, nrf(), object("security.istio.io/v1", "AuthorizationPolicy", "all", { spec: { rules: [only] } }, "istio-system")], "pass"],
  ["a policy of another namespace", [mesh, nrf(), object("security.istio.io/v1", "AuthorizationPolicy", "all", { spec: { rules: [only] } }, "other")], "fail"],
  ["nobody at all", [mesh, nrf(), object("security.istio.io/v1", "AuthorizationPolicy", "nothing", { spec: {} })], "pass"],
  ["a StatefulSet behind a NodePort by a named port", [mesh, networkFunction("nrf", { kind: "StatefulSet" }), enforcing([only]), object("v1", "Service", "nrf-edge", { spec: { type: "NodePort", selector: { app: "nrf" }, ports: [{ port: 80, targetPort: "sbi" }] } })], "fail"],
  ["a Traefik route", [mesh, nrf(), enforcing([only]), service("nrf"), object("traefik.io/v1alpha1", "IngressRoute", "nrf", { spec: { routes: [{ services: [{ name: "nrf", port: 80 }] }] } })], "fail"],
  ["a SEPP beside it, which is the way in for others", [mesh, nrf(), networkFunction("sepp"), enforcing([{ from: [{ source: { principals: ["cluster.local/ns/core/sa/amf", "cluster.local/ns/core/sa/sepp"] } }] }]), service("nrf"), object("v1", "Service", "sepp", { spec: { type: "LoadBalancer", selector: { app: "sepp" }, ports: [{ port: 443 }] } })], "pass"],
]);
