/** Ways around the rules on access tokens and on the northbound entrance, and the operators who only look like one. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const meshed = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
const config = (name: string, text: string) => object("v1", "ConfigMap", name, { data: { [`${name}.yaml`]: text } });
const reads = (name: string, labels?: Properties) =>
  networkFunction(name, { pod: { volumes: [{ name: "config", configMap: { name } }] }, ...(labels === undefined ? {} : { labels }) });
const free = (name: string, service: string, sbi: string) => [
  reads(name),
  config(name, `configuration: {serviceNameList: [${service}], sbi: ${sbi}}`),
];
const requests = (jwtRules: Properties[], name = "nrf") =>
  object("security.istio.io/v1", "RequestAuthentication", name, { spec: { jwtRules } });
const JWT = { issuer: "nrf", jwksUri: "https://nrf/jwks" };
const FOR_UDM = { ...JWT, audiences: ["UDM"] };
const policy = (action: string | undefined, rules: Properties[], name = "tokens") =>
  object("security.istio.io/v1", "AuthorizationPolicy", name, { spec: { ...(action === undefined ? {} : { action }), rules } });
const scope = (...values: Properties[string][]) => ({ key: "request.auth.claims[scope]", values });
const token = (more: Properties = {}) => ({ from: [{ source: { requestPrincipals: ["nrf/*"] } }], when: [scope("nudm-sdm")], ...more });
const core = [...free("nrf", "nnrf-nfm", "{scheme: https}"), ...free("udm", "nudm-sdm", "{scheme: https}")];
const behind = (jwt: Properties[], ...policies: ReturnType<typeof policy>[]) => [...core, requests(jwt), ...policies];
const callback = (paths: string[], more: Properties = {}) => ({ from: [{ source: { principals: ["cluster.local/ns/core/sa/amf"] } }], to: [{ operation: { paths } }], ...more }); // prettier-ignore
const without = { source: { notRequestPrincipals: ["*"] } };
const denied = (rule: Properties) =>
  behind([FOR_UDM], policy("DENY", [rule, { when: [{ key: "request.auth.claims[scope]", notValues: ["nudm-sdm"] }] }]));

// prettier-ignore
answers("ID-11", [
  ["a token with scope and audience", behind([FOR_UDM], policy("ALLOW", [token()])), "pass"],
  ["a policy that leaves out its action, which is ALLOW", behind([FOR_UDM], policy(undefined, [token()])), "pass"],
  ["a policy that only audits", behind([FOR_UDM], policy("AUDIT", [token()])), "fail"],
  ["the audience among the conditions", behind([JWT], policy("ALLOW", [token({ when: [scope("nudm-sdm"), { key: "request.auth.claims[aud]", values: ["UDM"] }] })])), "pass"],
  ["the audience of one issuer of two", behind([FOR_UDM, JWT], policy("ALLOW", [token()])), "fail"],
  ["any scope, by a star", behind([FOR_UDM], policy("ALLOW", [token({ when: [scope("*")] })])), "fail"],
  ["any scope, by a star beside the right one", behind([FOR_UDM], policy("ALLOW", [token({ when: [scope("nudm-sdm", "*")] })])), "fail"],
  ["a scope that is not known yet", behind([FOR_UDM], policy("ALLOW", [token({ when: [scope("nudm-sdm", unknownValue())] })])), "undetermined"],
  ["scope demanded by one rule of two", behind([FOR_UDM], policy("ALLOW", [token(), token({ when: [{ key: "request.auth.claims[iss]", values: ["nrf"] }] })])), "fail"],
  ["a RequestAuthentication without an issuer", behind([], policy("ALLOW", [token()])), "fail"],
  ["one without an issuer beside one with", [...behind([FOR_UDM], policy("ALLOW", [token()])), requests([], "empty")], "pass"],
  ["tokens that only some callers need", behind([FOR_UDM], policy("ALLOW", [token(), { from: [{ source: { principals: ["*"] } }] }])), "fail"],
  ["a source without a token beside one with", behind([FOR_UDM], policy("ALLOW", [{ ...token(), from: [{ source: { requestPrincipals: ["nrf/*"] } }, { source: { namespaces: ["core"] } }], when: [] }])), "fail"],
  ["a token by its claims alone", behind([FOR_UDM], policy("ALLOW", [{ when: [scope("nudm-sdm")] }])), "pass"],
  ["a header in place of a token", behind([FOR_UDM], policy("ALLOW", [{ when: [{ key: "request.headers[x-scope]", values: ["nudm-sdm"] }] }])), "fail"],
  ["a claim that must not be there", behind([FOR_UDM], policy("ALLOW", [{ when: [{ key: "request.auth.claims[scope]", notValues: ["nothing"] }] }])), "fail"],
  ["a claim whose values are not known yet", behind([FOR_UDM], policy("ALLOW", [{ when: [{ key: "request.auth.claims[scope]", values: unknownValue() }] }])), "undetermined"],
  ...["/namf-callback/*", "/callback", "/callbacks/sm", "/notify", "/nsmf-notifications/v1", "/notification/"].map((path) => [`notifications without a token on ${path}`, behind([FOR_UDM], policy("ALLOW", [token(), callback([path])])), "pass"] as const),
  ...["/v1/callback", "/callbackx", "/nudm-sdm/*", "*"].map((path) => [`calls without a token on ${path}`, behind([FOR_UDM], policy("ALLOW", [token(), callback([path])])), "fail"] as const),
  ["notifications and a service without a token", behind([FOR_UDM], policy("ALLOW", [token(), callback(["/notify", "/nudm-sdm/*"])])), "fail"],
  ["notifications without a token for anybody", behind([FOR_UDM], policy("ALLOW", [token(), callback(["/notify"], { from: [{ source: { namespaces: ["core"] } }] })])), "fail"],
  ["a name in place of a token, on every path", behind([FOR_UDM], policy("ALLOW", [token(), callback([])])), "fail"],
  ["a name in place of a token, wherever", behind([FOR_UDM], policy("ALLOW", [token(), { from: [{ source: { principals: ["cluster.local/ns/core/sa/amf"] } }] }])), "fail"],
  ["notifications, and everything on one port", behind([FOR_UDM], policy("ALLOW", [token(), callback(["/notify"], { to: [{ operation: { paths: ["/notify"] } }, { operation: { ports: ["8000"] } }] })])), "fail"],
  ["whoever has no token of the NRF's is denied", denied({ from: [{ source: { notRequestPrincipals: ["nrf/*"] } }] }), "pass"],
  ["whoever has no token is denied, beside whoever comes from the lab", denied({ from: [{ source: { namespaces: ["lab"] } }, without] }), "pass"],
  ["whoever has no token is denied if he is of one namespace", denied({ from: [{ source: { notRequestPrincipals: ["*"], namespaces: ["lab"] } }] }), "fail"],
  ["whoever has no token is denied at certain hours", denied({ from: [without], when: [{ key: "request.headers[x-hour]", values: ["3"] }] }), "fail"],
  ["whoever comes from the lab is denied", denied({ from: [{ source: { namespaces: ["lab"] } }] }), "fail"],
  ["a wrong scope is denied on one path only", behind([FOR_UDM], policy("DENY", [{ from: [without] }, { when: [{ key: "request.auth.claims[scope]", notValues: ["nudm-sdm"] }], to: [{ operation: { paths: ["/nudm-sdm/*"] } }] }])), "fail"],
  ["a wrong scope is denied to one namespace only", behind([FOR_UDM], policy("DENY", [{ from: [without] }, { when: [{ key: "request.auth.claims[scope]", notValues: ["nudm-sdm"] }], from: [{ source: { namespaces: ["lab"] } }] }])), "fail"],
  ["a switch that the container's environment brings", [...free("nrf", "nnrf-nfm", '{scheme: https, oauth: "${OAUTH}"}'), ...free("udm", "nudm-sdm", "{scheme: https}")], "undetermined"],
  ["tokens in plain HTTP, inside a strict mesh", [meshed, strict, ...free("nrf", "nnrf-nfm", "{scheme: http, oauth: true}"), ...free("udm", "nudm-sdm", "{scheme: http}")], "pass"],
  ["tokens in plain HTTP, where one function is outside the mesh", [meshed, strict, ...free("nrf", "nnrf-nfm", "{scheme: http, oauth: true}"), config("udm", "configuration: {serviceNameList: [nudm-sdm], sbi: {scheme: http}}"), reads("udm", { app: "udm", "sidecar.istio.io/inject": "false" })], "fail"],
]);

const nef = networkFunction("nef");
const door = (app: string, spec: Properties = {}, annotations: Properties = {}) =>
  object("v1", "Service", app, { metadata: { annotations }, spec: { selector: { app }, ports: [{ port: 443 }], ...spec } });
const LB = { type: "LoadBalancer" };
const INTERNAL = { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" };
const route = (annotations: Properties) =>
  object("networking.k8s.io/v1", "Ingress", "nef", { metadata: { annotations }, spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "nef", port: { number: 443 } } } }] } }] } }); // prettier-ignore
const VERIFIED = { "nginx.ingress.kubernetes.io/auth-tls-secret": "core/af-ca" };
const tokens = (app: string) =>
  object("security.istio.io/v1", "RequestAuthentication", app, { spec: { selector: { matchLabels: { app } }, jwtRules: [JWT] } });
const handedOn = [
  resource("aws:lb/loadBalancer:LoadBalancer", "northbound", { arn: "arn:nb", loadBalancerType: "network" }),
  resource("aws:lb/listener:Listener", "nef", { loadBalancerArn: "arn:nb", port: 443, protocol: "TCP" }),
];

// prettier-ignore
answers("ID-13", [
  ["an AMF before the internet, which SG-21 tells", [networkFunction("amf"), nef, door("amf", LB)], "pass"],
  ["a shop before the internet", [nef, networkFunction("shop"), door("shop", LB)], "pass"],
  ["an ALB for the AMF", [resource("aws:lb/loadBalancer:LoadBalancer", "front", { arn: "arn:nb" }), resource("aws:lb/listener:Listener", "amf", { loadBalancerArn: "arn:nb", port: 443, protocol: "HTTPS" })], "pass"],
  ["a GMLC that verifies nobody", [object("v1", "Namespace", "core"), networkFunction("gmlc"), door("gmlc", LB)], "fail"],
  ["an AMF and a NEF in one pod", [object("v1", "Namespace", "core"), networkFunction("nef", { labels: { app: "nef", "carrierguard.dev/nf": "amf,nef" } }), door("nef", LB)], "fail"],
  ["a NEF whose mesh is out of sight", [nef, door("nef", LB), strict], "undetermined"],
  ["a node port of a NEF", [object("v1", "Namespace", "core"), nef, door("nef", { type: "NodePort" }, INTERNAL)], "fail"],
  ["an internal balancer with external addresses", [object("v1", "Namespace", "core"), nef, door("nef", { ...LB, externalIPs: ["203.0.113.4"] }, INTERNAL)], "fail"],
  ["tokens by an external authoriser", [meshed, nef, door("nef"), route(VERIFIED), object("security.istio.io/v1", "AuthorizationPolicy", "capif", { spec: { selector: { matchLabels: { app: "nef" } }, action: "CUSTOM", provider: { name: "capif" }, rules: [{}] } })], "pass"],
  ["a policy of another kind in place of tokens", [meshed, nef, door("nef"), route(VERIFIED), object("security.istio.io/v1", "AuthorizationPolicy", "some", { spec: { selector: { matchLabels: { app: "nef" } }, action: "ALLOW", rules: [{}] } })], "undetermined"],
  ["tokens that the NRF issues", [meshed, nef, door("nef"), route(VERIFIED), ...free("nrf", "nnrf-nfm", "{scheme: https, oauth: true}")], "pass"],
  ["an NRF that issues none", [meshed, nef, door("nef"), route(VERIFIED), ...free("nrf", "nnrf-nfm", "{scheme: https, oauth: false}")], "undetermined"],
  ["two NEFs behind one Service, one of them without tokens", [meshed, strict, nef, networkFunction("nef-2", { labels: { app: "nef-2", set: "nef" } }), networkFunction("nef-3", { labels: { app: "nef-3", set: "nef" } }), object("v1", "Service", "nef", { spec: { ...LB, selector: { set: "nef" }, ports: [{ port: 443 }] } }), tokens("nef-2")], "undetermined"],
  ["two NEFs behind one Service, one of them outside the mesh", [meshed, strict, networkFunction("nef-2", { labels: { app: "nef-2", set: "nef" } }), networkFunction("nef-3", { labels: { app: "nef-3", set: "nef", "sidecar.istio.io/inject": "false" } }), object("v1", "Service", "nef", { spec: { ...LB, selector: { set: "nef" }, ports: [{ port: 443 }] } }), tokens("nef-2"), tokens("nef-3")], "fail"],
  ["connections handed on to a NEF whose proxy verifies clients", [...handedOn, meshed, strict, nef, tokens("nef"), door("nef")], "pass"],
  ["connections handed on to a NEF outside the mesh", [...handedOn, object("v1", "Namespace", "core"), nef, door("nef")], "undetermined"],
  ["connections handed on to two NEFs, one of them outside the mesh", [...handedOn, meshed, strict, nef, networkFunction("nef-2", { labels: { app: "nef", "sidecar.istio.io/inject": "false" } }), tokens("nef"), door("nef")], "undetermined"],
  ["connections handed on to an Ingress that verifies clients", [...handedOn, object("v1", "Namespace", "core"), nef, tokens("nef"), door("nef"), route(VERIFIED)], "pass"],
  ["an internet-facing ALB that verifies clients, without a firewall", [meshed, nef, tokens("nef"), door("nef"), route({ "alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/mutual-authentication": '[{"port": 443, "mode": "verify", "trustStore": "arn:ts"}]' })], "fail"],
]);
