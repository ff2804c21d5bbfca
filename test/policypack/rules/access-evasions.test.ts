/** Roles, policies and the mesh: ways to write a fault so that a naive rule misses it, and legitimate designs that look like a fault. */

import { networkFunction, object, type Properties } from "../../../policypack/testing";
import { config, reads } from "../../support/configuration";
import { answers } from "../../support/rule-answers";

const role = (rule: Properties, kind = "ClusterRole", more: Properties = {}) =>
  object("rbac.authorization.k8s.io/v1", kind, "role", { rules: [rule], ...more });
// prettier-ignore
answers("ID-04", [
  ["*/*", [role({ apiGroups: ["*"], resources: ["*/*"], verbs: ["*"] })], "fail"],
  ["*", [role({ apiGroups: [""], resources: ["*"], verbs: ["get"] })], "fail"],
  ["pods/*", [role({ apiGroups: [""], resources: ["pods/*"], verbs: ["create"] })], "fail"],
  ["*/exec", [role({ apiGroups: [""], resources: ["*/exec"], verbs: ["create"] }, "Role")], "fail"],
  ["verbs in capitals, which never match", [role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["GET"] }, "Role")], "fail"],
  ["an aggregated role", [role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }, "ClusterRole", { metadata: { labels: { "rbac.authorization.k8s.io/aggregate-to-edit": "true" } } })], "fail"],
  ["break glass by annotation, but bound to a ServiceAccount", [role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }, "ClusterRole", { metadata: { annotations: { "carrierguard.dev/break-glass": "true" } } }), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "ClusterRole", name: "role" }, subjects: [{ kind: "ServiceAccount", name: "amf" }] })], "fail"],
  ["break glass for a group", [role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }, "ClusterRole", { metadata: { annotations: { "carrierguard.dev/break-glass": "true" } } }), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "ClusterRole", name: "role" }, subjects: [{ kind: "Group", name: "oncall" }] })], "pass"],
  ["a named secret", [role({ apiGroups: [""], resources: ["secrets"], resourceNames: ["own"], verbs: ["get"] }, "Role")], "pass"],
  ["pods to look at", [role({ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] })], "pass"],
  ["secrets of one namespace for external-secrets", [role({ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "update"] }, "Role")], "pass"],
  ["exec limited by resourceNames is still exec", [role({ apiGroups: [""], resources: ["pods/exec"], resourceNames: ["udm-0"], verbs: ["create"] }, "Role")], "fail"],
  ["named secrets, with list", [role({ apiGroups: [""], resources: ["secrets"], resourceNames: ["a", ""], verbs: ["list"] })], "pass"],
  ["own account over all ServiceAccounts of the namespace", [networkFunction("amf"), role({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }, "Role"), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "Role", name: "role" }, subjects: [{ kind: "Group", name: "system:serviceaccounts:core" }] })], "fail"],
  ["own account by its user name", [networkFunction("amf"), role({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }, "Role"), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "Role", name: "role" }, subjects: [{ kind: "User", name: "system:serviceaccount:core:amf" }] })], "fail"],
  ["own account with deletecollection", [networkFunction("amf"), role({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["deletecollection"] }, "Role"), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "Role", name: "role" }, subjects: [{ kind: "ServiceAccount", name: "amf" }] })], "fail"],
  ["own account with leases for leader election", [networkFunction("amf"), role({ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "update"] }, "Role"), object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", { roleRef: { kind: "Role", name: "role" }, subjects: [{ kind: "ServiceAccount", name: "amf" }] })], "pass"],
]);

const policy = (spec: Properties, namespace = "core") => object("networking.k8s.io/v1", "NetworkPolicy", "p", { spec }, namespace);
const both = ["Ingress", "Egress"];
const cilium = (spec: Properties) => object("cilium.io/v2", "CiliumNetworkPolicy", "c", { spec });
// prettier-ignore
answers("SG-11", [
  ["default deny", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both })], "pass"],
  ["from an empty peer", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ podSelector: {}, namespaceSelector: {} }] }] })], "fail"],
  ["namespaceSelector {} alone", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ namespaceSelector: {} }] }] })], "fail"],
  ["empty ports", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [], ports: [] }] })], "fail"],
  ["all ports as a range", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ ports: [{ protocol: "TCP", port: 1, endPort: 65535 }] }] })], "fail"],
  ["every protocol with no port", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ ports: [{ protocol: "TCP" }, { protocol: "UDP" }, { protocol: "SCTP" }] }] })], "fail"],
  ["a namespace by its existing name label", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }] } }] }] })], "fail"],
  ["halves of the world", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }] }] })], "fail"],
  ["the world of IPv6", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }] }] })], "fail"],
  ["egress to the world", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })], "fail"],
  ["egress to the world of an UPF", [networkFunction("upf"), policy({ podSelector: {}, policyTypes: both, egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })], "pass"],
  ["no policyTypes, no egress", [networkFunction("amf"), policy({ podSelector: {} })], "fail"],
  ["egress only", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: ["Egress"] })], "fail"],
  ["another namespace", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both }, "other")], "fail"],
  ["Exists on the pod's label", [networkFunction("amf"), policy({ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] }, policyTypes: both })], "pass"],
  ["DNS to everywhere", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, egress: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: "UDP", port: 53 }] }] })], "pass"],
  ["same-namespace traffic", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ podSelector: {} }] }] })], "pass"],
  ["Cilium: world and cluster", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEntities: ["world", "cluster"] }], egress: [{}] })], "fail"],
  ["Cilium: all endpoints of its namespace", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }], egress: [{}] })], "pass"],
  ["Cilium: every namespace", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEndpoints: [{ matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: "Exists" }] }] }], egress: [{}] })], "fail"],
  ["Cilium: the CIDR of the world beside the cluster", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEntities: ["cluster"] }, { fromCIDR: ["0.0.0.0/0"] }], egress: [{}] })], "fail"],
  ["Cilium: entities spread over rules", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEntities: ["world"] }, { fromEntities: ["cluster"] }], egress: [{}] })], "fail"],
  ["Cilium: toCIDR world", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{}], egress: [{ toCIDRSet: [{ cidr: "0.0.0.0/0" }] }] })], "fail"],
  ["Cilium default deny", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{}], egress: [{}] })], "pass"],
  ["Cilium default deny switched off", [networkFunction("amf"), cilium({ endpointSelector: {}, enableDefaultDeny: { ingress: false, egress: false }, ingress: [{}], egress: [{}] })], "fail"],
]);

const webui = networkFunction("webui", { labels: { app: "webui" } });
const ui = (type: string, annotations: Properties = {}) =>
  object("v1", "Service", "ui", { metadata: { annotations }, spec: { type, selector: { app: "webui" } } });
const route = (more: Properties = {}, annotations: Properties = {}) =>
  object("networking.k8s.io/v1", "Ingress", "ui", {
    metadata: { annotations },
    spec: { rules: [{ http: { paths: [{ backend: { service: { name: "ui" } } }] } }], ...more },
  });
// prettier-ignore
answers("SG-27", [
  ["a NodePort", [networkFunction("amf"), webui, ui("NodePort")], "fail"],
  ["a public balancer", [networkFunction("amf"), webui, ui("LoadBalancer")], "fail"],
  ["an internal balancer", [networkFunction("amf"), webui, ui("LoadBalancer", { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" })], "pass"],
  ["an internal balancer, as a boolean", [networkFunction("amf"), webui, ui("LoadBalancer", { "service.beta.kubernetes.io/aws-load-balancer-internal": true })], "pass"],
  ["external addresses", [networkFunction("amf"), webui, object("v1", "Service", "ui", { spec: { selector: { app: "webui" }, externalIPs: ["203.0.113.4"] } })], "fail"],
  ["an Ingress without TLS", [networkFunction("amf"), webui, ui("ClusterIP"), route()], "fail"],
  ["an Ingress of the default backend", [networkFunction("amf"), webui, ui("ClusterIP"), route({ rules: [], defaultBackend: { service: { name: "ui" } } })], "fail"],
  ["a console with its own database tool", [networkFunction("amf"), networkFunction("mongo-express", { labels: { app: "mongo-express" } }), object("v1", "Service", "me", { spec: { type: "NodePort", selector: { app: "mongo-express" } } })], "fail"],
  ["TLS and OIDC inside", [networkFunction("amf"), webui, ui("ClusterIP"), route({ tls: [{ secretName: "t" }] }, { "alb.ingress.kubernetes.io/auth-type": "oidc", "alb.ingress.kubernetes.io/scheme": "internal" })], "pass"],
  ["a cluster service", [networkFunction("amf"), webui, ui("ClusterIP")], "pass"],
]);

const mesh = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const peer = (spec: Properties, namespace = "core") =>
  object("security.istio.io/v1", "PeerAuthentication", `pa-${namespace}-${JSON.stringify(spec).length}`, { spec }, namespace);
const strict = peer({ mtls: { mode: "STRICT" } });
const nrf = (options: Parameters<typeof networkFunction>[1] = {}) =>
  networkFunction("nrf", { container: { ports: [{ name: "sbi", containerPort: 7777 }] }, ...options });
const sbiService = object("v1", "Service", "nrf", { spec: { selector: { app: "nrf" } } });
const destination = (trafficPolicy: Properties, more: Properties = {}) =>
  object("networking.istio.io/v1", "DestinationRule", "d", { spec: { host: "nrf.core.svc.cluster.local", trafficPolicy, ...more } });
// prettier-ignore
answers("ID-07", [
  ["strict", [mesh, strict, nrf()], "pass"],
  ["injection switched off by label", [mesh, strict, nrf({ labels: { app: "nrf", "sidecar.istio.io/inject": "false" } })], "fail"],
  ["injection switched off by annotation", [mesh, strict, nrf({ annotations: { "sidecar.istio.io/inject": "false" } })], "fail"],
  ["label before annotation", [mesh, strict, nrf({ labels: { app: "nrf", "sidecar.istio.io/inject": "false" }, annotations: { "sidecar.istio.io/inject": "true" } })], "fail"],
  ["the namespace is not in the mesh", [object("v1", "Namespace", "core"), strict, nrf()], "fail"],
  ["injection disabled for the namespace", [object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "disabled", "istio.io/rev": "1-22" } } }), strict, nrf()], "fail"],
  ["a port DISABLE", [mesh, strict, peer({ selector: { matchLabels: { app: "nrf" } }, mtls: { mode: "STRICT" }, portLevelMtls: { "7777": { mode: "DISABLE" } } }), nrf()], "fail"],
  ["a metrics port DISABLE", [mesh, strict, peer({ selector: { matchLabels: { app: "nrf" } }, mtls: { mode: "STRICT" }, portLevelMtls: { "9090": { mode: "DISABLE" } } }), nrf()], "pass"],
  ["permissive for one workload", [mesh, strict, peer({ selector: { matchLabels: { app: "nrf" } }, mtls: { mode: "PERMISSIVE" } }), nrf()], "fail"],
  ["strict for another workload", [mesh, peer({ selector: { matchLabels: { app: "amf" } }, mtls: { mode: "STRICT" } }), nrf()], "fail"],
  ["mesh-wide", [mesh, peer({ mtls: { mode: "STRICT" } }, "istio-system"), nrf()], "pass"],
  ["the port excluded from the sidecar", [mesh, strict, nrf({ annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "7777" } })], "fail"],
  ["only other ports go through the sidecar", [mesh, strict, nrf({ annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "9090" } })], "fail"],
  ["no port goes through the sidecar", [mesh, strict, nrf({ annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "" } })], "fail"],
  ["a destination rule that disables TLS", [mesh, strict, nrf(), sbiService, destination({ tls: { mode: "DISABLE" } })], "fail"],
  ["a destination rule that disables TLS for a port", [mesh, strict, nrf(), sbiService, destination({ portLevelSettings: [{ port: { number: 7777 }, tls: { mode: "DISABLE" } }] })], "fail"],
  ["a destination rule that disables TLS for a subset", [mesh, strict, nrf(), sbiService, destination({}, { subsets: [{ name: "v1", trafficPolicy: { tls: { mode: "DISABLE" } } }] })], "fail"],
  ["a destination rule with the mesh's TLS", [mesh, strict, nrf(), sbiService, destination({ tls: { mode: "ISTIO_MUTUAL" } })], "pass"],
  ["a wildcard destination rule", [mesh, strict, nrf(), sbiService, object("networking.istio.io/v1", "DestinationRule", "d", { spec: { host: "*.local", trafficPolicy: { tls: { mode: "DISABLE" } } } })], "fail"],
]);

const free = (sbi: string, rest = "") => `info:\n  version: 1.0.0\nconfiguration:\n  sbi:\n${sbi}\n${rest}`;

// prettier-ignore
answers("ID-11", [
  ["oauth off as text", [reads("nrf"), reads("amf"), config("nrf", free('    scheme: https\n    oauth: "false"')), config("amf", free("    scheme: https"))], "fail"],
  ["oauth on over plain HTTP", [reads("nrf"), reads("amf"), config("nrf", free("    scheme: http\n    oauth: true")), config("amf", free("    scheme: https"))], "fail"],
  ["oauth on", [reads("nrf"), reads("amf"), config("nrf", free("    scheme: https\n    oauth: true")), config("amf", free("    scheme: https"))], "pass"],
  ["open5gs has none: advice", [reads("amf"), config("amf", "amf:\n  ngap: {}\n  sbi:\n    server:\n      - address: a")], "advice"],
]);

// prettier-ignore
answers("SG-11", [
  ["Cilium cluster-wide: every pod", [networkFunction("amf"), object("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "c", { spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }], egress: [{}] } })], "fail"],
  ["Cilium: an UPF to the world on N6", [networkFunction("upf"), cilium({ endpointSelector: {}, ingress: [{}], egress: [{ toEntities: ["world"] }] })], "pass"],
  ["Cilium: named CIDRs", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromCIDR: ["10.0.0.0/16"] }], egress: [{ toEntities: ["kube-apiserver"] }] })], "pass"],
  ["Cilium: world minus the world", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{}], egress: [{ toCIDRSet: [{ cidr: "0.0.0.0/0", except: ["0.0.0.0/1", "128.0.0.0/2"] }] }] })], "pass"],
  ["Cilium: everybody on every port by number", [networkFunction("amf"), cilium({ endpointSelector: {}, ingress: [{ fromEntities: ["all"], toPorts: [{ ports: [{ port: "0", protocol: "ANY" }] }] }], egress: [{}] })], "fail"],
  ["metrics from everywhere", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 9090 }] }] })], "pass"],
  ["SCTP from any gNB", [networkFunction("amf"), policy({ podSelector: {}, policyTypes: both, ingress: [{ ports: [{ protocol: "SCTP", port: 38412 }] }] })], "pass"],
]);

// prettier-ignore
answers("ID-07", [
  ["native mutual TLS", [reads("nrf"), config("nrf", "nrf:\n  sbi: {server: [{address: a, scheme: https, verify_client: true}]}")], "pass"],
  ["a strict policy with a selector in the root namespace", [mesh, peer({ selector: { matchLabels: { app: "nrf" } }, mtls: { mode: "STRICT" } }, "istio-system"), nrf()], "fail"],
  ["strict in lower case, which Istio refuses", [mesh, peer({ mtls: { mode: "strict" } }), nrf()], "fail"],
  ["unset below strict", [mesh, strict, peer({ selector: { matchLabels: { app: "nrf" } }, mtls: { mode: "UNSET" } }), nrf()], "pass"],
  ["native sidecar as an init container", [strict, object("v1", "Namespace", "core"), nrf({ pod: { initContainers: [{ name: "istio-proxy", image: "istio/proxyv2", restartPolicy: "Always" }] } })], "pass"],
  ["a container only called istio-proxy", [strict, object("v1", "Namespace", "core"), nrf({ pod: { containers: [{ name: "nrf", image: "5gc/nrf:1" }, { name: "istio-proxy", image: "alpine" }] } })], "fail"],
  ["host network", [mesh, strict, nrf({ pod: { hostNetwork: true } })], "fail"],
  ["an UPF alone has no SBI", [networkFunction("upf")], "pass"],
]);
