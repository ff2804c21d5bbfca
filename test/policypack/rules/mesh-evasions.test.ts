/** Ways around the rules on the mesh, and meshes that only look open. */

import { networkFunction, object, type PodOptions, type Properties, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const member = (namespace: string) => object("v1", "Namespace", namespace, { metadata: { labels: { "istio-injection": "enabled" } } });
const meshed = member("core");
const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
const sbi = ["amf", "udm", "nrf"].map((name) => networkFunction(name));
const policy = (name: string, spec: Properties, namespace = "core") =>
  object("security.istio.io/v1", "AuthorizationPolicy", name, { spec }, namespace);
const nothing = policy("nothing", {});
const at = (app: string, rules: Properties[], action = "ALLOW") => policy(app, { selector: { matchLabels: { app } }, action, rules });
const from = (source: Properties, more: Properties = {}) => ({ from: [{ source }], ...more });
const principals = (...names: Properties[string][]) => from({ principals: names });
const sa = (name: string, namespace = "core") => `cluster.local/ns/${namespace}/sa/${name}`;

// prettier-ignore
answers("SG-18", [
  ["a policy that only denies one of the ways", [meshed, ...sbi, at("udm", [principals(sa("upf"))], "DENY")], "fail"],
  ["a DENY for whoever shows no name, in place of an ALLOW", [meshed, ...sbi, policy("named", { action: "DENY", rules: [from({ notPrincipals: [sa("amf"), sa("udm"), sa("nrf")] })] })], "pass"],
  ["a namespace with the mesh beside one that has none", [meshed, ...sbi, nothing, object("v1", "Namespace", "lab"), networkFunction("ausf", { namespace: "lab" })], "pass"],
  ["a namespace of the mesh whose functions nobody guards", [meshed, ...sbi, nothing, member("roaming"), networkFunction("sepp", { namespace: "roaming" })], "fail"],
  ["every namespace by a star, for a critical producer", [meshed, ...sbi, nothing, at("udm", [from({ namespaces: ["*"] })])], "fail"],
  ["another namespace of the core, for a critical producer", [meshed, ...sbi, nothing, at("udm", [from({ namespaces: ["edge-*"] })])], "fail"],
  ["a namespace, for a producer that is critical and one that is not", [meshed, networkFunction("amf"), networkFunction("nssf-udm"), nothing, at("nssf-udm", [from({ namespaces: ["core"] })])], "fail"],
  ["anybody, but refused before", [meshed, ...sbi, nothing, at("udm", [{}]), policy("no", { selector: { matchLabels: { app: "udm" } }, action: "DENY", rules: [{}] })], "pass"],
  ["a wrong caller, refused on the port that he is allowed", [meshed, ...sbi, networkFunction("upf"), nothing, at("udm", [principals(sa("amf")), principals(sa("upf"))].map((rule, index) => ({ ...rule, to: [{ operation: { ports: [index === 0 ? "8000" : "9090"] } }] }))), policy("no", { action: "DENY", rules: [from({ principals: [sa("upf")] }, { to: [{ operation: { ports: ["9090"] } }] })] })], "pass"],
  ["a source that is not known yet", [meshed, ...sbi, nothing, at("udm", [{ from: [{ source: unknownValue() }] }])], "undetermined"],
  ["a right name beside one that is not known yet", [meshed, ...sbi, nothing, at("udm", [principals(sa("amf"), unknownValue())])], "undetermined"],
  ["addresses beside a stranger's name", [meshed, ...sbi, networkFunction("upf"), nothing, at("udm", [{ from: [{ source: { principals: [sa("amf")] } }, { source: { ipBlocks: ["10.0.0.7/32"] } }] }])], "fail"],
  ["an account of the right name, whoever wrote the text before it", [meshed, ...sbi, nothing, at("udm", [principals("*amf")])], "fail"],
  ["the account that everybody has who names none", [meshed, ...sbi, networkFunction("upf", { pod: { serviceAccountName: undefined as never } }), nothing, at("udm", [principals(sa("default"))])], "fail"],
  ["the subscriber database as a caller of the UDM", [meshed, ...sbi, networkFunction("mongodb", { labels: { app: "mongodb", "app.kubernetes.io/name": "mongodb" } }), nothing, at("udm", [principals(sa("mongodb"))])], "fail"],
  ["a base station as a caller of the UDM", [meshed, ...sbi, networkFunction("gnb"), nothing, at("udm", [principals(sa("gnb"))])], "fail"],
  ["an exporter, which is no function, as a caller", [meshed, ...sbi, networkFunction("exporter"), nothing, at("udm", [principals(sa("exporter"))])], "pass"],
  ...[["istio-system", "istio-ingressgateway-service-account"], ["istio-system", "istio-ingress"], ["istio-ingress", "istio-ingressgateway"], ["istio-ingress", "istio-ingress"], ["istio-gateway", "istio-ingressgateway"]].map(
    ([namespace = "", account = ""]) => [`the ingress gateway ${namespace}/${account} before the UDM`, [meshed, ...sbi, nothing, at("udm", [principals(sa(account, namespace))])], "fail"] as const,
  ),
  ["a namespace that may be in the mesh, and a policy that names the wrong caller", [...sbi, networkFunction("upf"), strict, nothing, at("udm", [principals(sa("upf"))])], "undetermined"],
]);

const registryOnly = object("networking.istio.io/v1", "Sidecar", "default", { spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } });
const tight = [meshed, strict, registryOnly];
const with_ = (annotations: Properties, options: PodOptions = {}) => networkFunction("amf", { annotations, ...options });
const ports = (...list: Properties[]) => ({ container: { ports: list } });
const excluding = (inbound: string, options: PodOptions = {}) =>
  with_({ "traffic.sidecar.istio.io/excludeInboundPorts": inbound }, options);
const including = (inbound: string, options: PodOptions = {}) =>
  with_({ "traffic.sidecar.istio.io/includeInboundPorts": inbound }, options);
const outRanges = (ranges: string) => with_({ "traffic.sidecar.istio.io/excludeOutboundIPRanges": ranges });
const entry = (hosts: Properties[string], more: Properties = {}, namespace = "core") =>
  object("networking.istio.io/v1", "ServiceEntry", "outside", { spec: { hosts, ...more } }, namespace);
const approved = { settings: { rules: { "SG-20": { options: { hosts: ["ocsp.operator.example"] } } } } };
const open5gs = (name: string, port: number) =>
  object("v1", "ConfigMap", name, {
    data: { [`${name}.yaml`]: `${name}:\n  sbi:\n    server:\n      - address: 0.0.0.0\n        port: ${port}\n` },
  });

// prettier-ignore
answers("SG-20", [
  ["a namespace of user plane functions alone", [object("v1", "Namespace", "core"), strict, networkFunction("upf"), networkFunction("n3iwf")], "pass"],
  ["every port included by a star", [...tight, including("*", ports({ name: "sbi", containerPort: 8000 }))], "pass"],
  ["a list with a comma too many", [...tight, excluding("9091,,", ports({ name: "sbi", containerPort: 8000 }))], "pass"],
  ["the SBI among those included", [...tight, including("9091, 8000", ports({ name: "sbi", containerPort: 8000 }))], "pass"],
  ["one of two SBI ports included", [...tight, including("8000", ports({ name: "sbi", containerPort: 8000 }, { name: "sbi-2", containerPort: 8001 }))], "pass"],
  ["an SBI port by its name", [...tight, excluding("7654", ports({ name: "namf-comm", containerPort: 7654 }))], "fail"],
  ["a port whose name only ends in a service's", [...tight, excluding("7654", ports({ name: "inner-web", containerPort: 7654 }, { name: "sbi", containerPort: 8000 }))], "pass"],
  ["a port that products use for the SBI, whatever it is called", [...tight, excluding("7777", ports({ name: "main", containerPort: 7777 }))], "fail"],
  ["the metrics port beside the SBI", [...tight, excluding("9091", ports({ name: "sbi", containerPort: 8000 }, { name: "metrics", containerPort: 9091 }))], "pass"],
  ["the port that the configuration gives the SBI", [...tight, open5gs("amf", 7007), excluding("7007", { pod: { volumes: [{ name: "c", configMap: { name: "amf" } }] } })], "fail"],
  ["a port that the configuration gives nothing", [...tight, open5gs("amf", 7007), excluding("7777", { pod: { volumes: [{ name: "c", configMap: { name: "amf" } }] } })], "pass"],
  ["calls to every port excluded", [...tight, with_({ "traffic.sidecar.istio.io/excludeOutboundPorts": "*" })], "fail"],
  ["calls to every address excluded by a star", [...tight, outRanges("*")], "fail"],
  ["calls to one database excluded", [...tight, outRanges("10.0.9.7/32")], "pass"],
  ["calls to one subnet of databases excluded", [...tight, outRanges("10.0.9.0/24, 10.0.10.7")], "pass"],
  ["calls to a cluster's pods excluded", [...tight, outRanges("10.0.9.0/24,10.244.0.0/16")], "fail"],
  ["a function that left the mesh beside one that is in it, with calls to anywhere", [meshed, strict, object("networking.istio.io/v1", "Sidecar", "default", { spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } }), networkFunction("amf")], "fail"],
  ["a mesh without any function of the core", [...tight.slice(0, 2), networkFunction("shop")], "pass"],
  ["every host, for the shop beside the core", [...tight, networkFunction("amf"), entry(["*"], {}, "shop")], "pass"],
  ["every host, for the whole mesh", [...tight, networkFunction("amf"), entry(["*"], {}, "istio-system")], "fail"],
  ["every host, in a mesh-internal entry", [...tight, networkFunction("amf"), entry(["*"], { location: "MESH_INTERNAL" })], "pass"],
  ["every host, where the location is left out", [...tight, networkFunction("amf"), entry(["*"])], "fail"],
  ["hosts of one domain", [...tight, networkFunction("amf"), entry(["*.pki.operator.example"], { location: "MESH_EXTERNAL" })], "pass"],
  ["a host with a star inside its name", [...tight, networkFunction("amf"), entry(["a*.com"])], "pass"],
  ["the approved host", [...tight, networkFunction("amf"), entry(["ocsp.operator.example"])], "pass", approved],
  ["a host that is not known yet, where hosts are approved by name", [...tight, networkFunction("amf"), entry([unknownValue()])], "undetermined", approved],
  ["a host that is not known yet, where nobody approves hosts", [...tight, networkFunction("amf"), entry([unknownValue()])], "pass"],
]);
