/** Ways to write a fault so that a naive rule misses it, and legitimate designs that look like a fault. */

import type { ResourceInit } from "../../../policypack/model/stack";
import type { Value } from "../../../policypack/model/value";
import { networkFunction, object, type Properties, resource } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const amf = (container: Properties, pod: Properties = {}) => networkFunction("amf", { container, pod });
const upf = (container: Properties, pod: Properties = {}) => networkFunction("upf", { container, pod });
const custom = (apiVersion: string, kind: string, spec: Properties) => object(apiVersion, kind, "amf", { spec });
const podSpec = (security: Properties): Properties => ({ containers: [{ name: "amf", image: "5gc/amf:1", securityContext: security }] });
const template = (security: Properties): Properties => ({ metadata: { labels: { app: "amf" } }, spec: podSpec(security) });
const config = (name: string, text: Value, key = `${name}.yaml`, kind = "ConfigMap") =>
  object(
    "v1",
    kind,
    name,
    kind === "Secret" ? { data: { [key]: Buffer.from(String(text)).toString("base64") } } : { data: { [key]: text } },
  );
const reads = (name: string) => networkFunction(name, { pod: { volumes: [{ name: "config", configMap: { name } }] } });

// prettier-ignore
answers("WH-01", [
  ["the text true", [amf({ securityContext: { privileged: "true" } })], "fail"],
  ["the text True", [amf({ securityContext: { privileged: "True" } })], "fail"],
  ["an ephemeral container", [amf({}, { ephemeralContainers: [{ name: "debug", image: "x", securityContext: { privileged: true } }] })], "fail"],
  ["an init container", [amf({}, { initContainers: [{ name: "init", image: "x", securityContext: { privileged: true } }] })], "fail"],
  ["an Argo Rollout", [custom("argoproj.io/v1alpha1", "Rollout", { template: template({ privileged: true }) })], "fail"],
  ["an OpenKruise CloneSet", [custom("apps.kruise.io/v1alpha1", "CloneSet", { template: template({ privileged: true }) })], "fail"],
  ["a Knative Service", [custom("serving.knative.dev/v1", "Service", { template: template({ privileged: true }) })], "fail"],
  ["a JobSet", [custom("jobset.x-k8s.io/v1alpha2", "JobSet", { replicatedJobs: [{ name: "a", template: { spec: { template: template({ privileged: true }) } } }] })], "fail"],
  ["a CronJob", [networkFunction("amf", { kind: "CronJob", container: { securityContext: { privileged: true } } })], "fail"],
  ["a ReplicaSet", [networkFunction("amf", { kind: "ReplicaSet", container: { securityContext: { privileged: true } } })], "fail"],
  ["a ReplicationController", [networkFunction("amf", { kind: "ReplicationController", container: { securityContext: { privileged: true } } })], "fail"],
  ["the old extensions API", [object("extensions/v1beta1", "Deployment", "amf", { spec: { template: template({ privileged: true }) } })], "fail"],
  ["a custom resource whose pod spec has no template", [custom("vendor.example/v1", "Amf", { podSpec: podSpec({ privileged: true }) })], "fail"],
  ["a sidecar beside the function", [amf({}, { containers: [{ name: "amf", image: "5gc/amf:1" }, { name: "log", image: "x", securityContext: { privileged: true } }] })], "fail"],
  ["a DaemonSet agent outside the core", [networkFunction("amf"), networkFunction("falco", { kind: "DaemonSet", namespace: "kube-system", container: { securityContext: { privileged: true } } })], "pass"],
]);

// prettier-ignore
answers("WH-02", [
  ["lower case", [amf({ securityContext: { capabilities: { drop: ["all"], add: ["net_admin"] } } })], "fail"],
  ["CAP_ in front", [amf({ securityContext: { capabilities: { drop: ["ALL"], add: ["CAP_SYS_ADMIN"] } } })], "fail"],
  ["adding ALL", [upf({ securityContext: { capabilities: { drop: ["ALL"], add: ["ALL"] } } })], "fail"],
  ["drop in lower case is a drop", [amf({ securityContext: { capabilities: { drop: ["all"] } } })], "pass"],
  ["an UPF with CAP_NET_ADMIN", [upf({ securityContext: { capabilities: { drop: ["ALL"], add: ["CAP_NET_ADMIN", "IPC_LOCK", "SYS_NICE", "NET_RAW"] } } })], "pass"],
  ["an UPF with SYS_ADMIN", [upf({ securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "SYS_ADMIN"] } } })], "fail"],
  ["N3IWF with NET_RAW", [networkFunction("n3iwf", { container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] } } } })], "pass"],
  ["sysctl with slashes", [amf({}, { securityContext: { sysctls: [{ name: "net/ipv4/ip_forward", value: "1" }] } })], "fail"],
  ["forwarding on an UPF", [upf({}, { securityContext: { sysctls: [{ name: "net.ipv4.ip_forward", value: "1" }] } })], "pass"],
  ["the old sysctl annotation", [networkFunction("amf", { annotations: { "security.alpha.kubernetes.io/unsafe-sysctls": "kernel.msgmax=1" } })], "pass"],
  ["AMF that pretends to be an UPF in one pod", [networkFunction("core", { pod: { containers: [{ name: "amf", image: "5gc/amf:1", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } }, { name: "upf", image: "5gc/upf:1", securityContext: { capabilities: { drop: ["ALL"] } } }] } })], "fail"],
]);

const host = (path: string, fn = amf) => fn({}, { volumes: [{ name: "h", hostPath: { path } }] });
// prettier-ignore
answers("WH-04", [
  ["a trailing slash", [host("/etc/", upf)], "fail"],
  ["dots", [host("/dev/net/tun/../../../etc", upf)], "fail"],
  ["a doubled slash", [host("//var//run/containerd/containerd.sock", upf)], "fail"],
  ["/dev itself", [host("/dev", upf)], "fail"],
  ["/dev/net", [host("/dev/net", upf)], "fail"],
  ["an AMF's tun", [host("/dev/net/tun")], "fail"],
  ["an UPF's tun with a slash", [host("/dev/net/tun/", upf)], "pass"],
  ["an UPF's hugepages", [host("/dev/hugepages", upf)], "pass"],
  ["VFIO", [host("/dev/vfio", upf)], "pass"],
  ["modules read-only in an init container", [upf({}, { volumes: [{ name: "m", hostPath: { path: "/lib/modules" } }], initContainers: [{ name: "i", image: "x", volumeMounts: [{ name: "m", mountPath: "/lib/modules", readOnly: true }] }] })], "pass"],
  ["modules writable", [upf({ volumeMounts: [{ name: "m", mountPath: "/m" }] }, { volumes: [{ name: "m", hostPath: { path: "/lib/modules" } }] })], "fail"],
  ["a volume that points through a claim of a hostPath PersistentVolume", [amf({}, { volumes: [{ name: "h", persistentVolumeClaim: { claimName: "h" } }] })], "pass"],
]);

const good = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
// prettier-ignore
answers("WH-05", [
  ["user 0 as text", [amf({ securityContext: { ...good, runAsUser: "0" } })], "fail"],
  ["the container overrides the pod", [amf({ securityContext: { ...good, runAsNonRoot: false } })], "fail"],
  ["the container runs unconfined against its pod", [amf({ securityContext: { ...good, seccompProfile: { type: "Unconfined" } } })], "fail"],
  ["the pod's word is enough", [amf({ securityContext: good })], "pass"],
  ["an init container without anything", [amf({}, { initContainers: [{ name: "i", image: "x" }] })], "fail"],
  ["seccomp Localhost", [amf({ securityContext: { ...good, seccompProfile: { type: "Localhost", localhostProfile: "amf.json" } } })], "pass"],
  ["seccomp only by the old annotation, which is gone since 1.27", [networkFunction("amf", { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" }, pod: { securityContext: { runAsNonRoot: true } } })], "fail"],
  ["escalation as text", [amf({ securityContext: { ...good, allowPrivilegeEscalation: "true" } })], "fail"],
  ["an UPF that needs root", [upf({ securityContext: { ...good, runAsNonRoot: false, runAsUser: 0, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } })], "pass"],
  ["an UPF that is privileged root", [upf({ securityContext: { ...good, privileged: true, runAsNonRoot: false, runAsUser: 0, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } })], "fail"],
]);

// prettier-ignore
answers("ID-02", [
  ["the pod says yes against its account", [networkFunction("amf", { pod: { automountServiceAccountToken: true } }), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: false })], "fail"],
  ["the text true", [networkFunction("amf", { pod: { automountServiceAccountToken: "true" } })], "fail"],
  ["the account says no", [networkFunction("amf", { pod: { automountServiceAccountToken: null } }), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: false })], "pass"],
  ["an account of another namespace", [networkFunction("amf", { pod: { automountServiceAccountToken: null } }), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: false }, "other")], "undetermined"],
  ["a token by a projected volume", [networkFunction("amf", { pod: { volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }] } })], "fail"],
  ["a projected token for the mesh", [networkFunction("amf", { pod: { volumes: [{ name: "istio-token", projected: { sources: [{ serviceAccountToken: { audience: "istio-ca", path: "istio-token" } }] } }] } })], "pass"],
  ["the Kubernetes API declared", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/k8s-api-client": "true" }, pod: { automountServiceAccountToken: true } })], "pass"],
]);

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

const service = (type: string, more: Properties = {}) =>
  object("v1", "Service", "amf", { spec: { type, selector: { app: "amf" }, ports: [{ port: 80 }], ...more } });
// prettier-ignore
answers("SG-30", [
  ["the text true", [networkFunction("amf", { pod: { hostNetwork: "true" } })], "fail"],
  ["a host port as text", [amf({ ports: [{ containerPort: 80, hostPort: "80" }] })], "fail"],
  ["a host port of an init container", [amf({}, { initContainers: [{ name: "i", image: "x", ports: [{ containerPort: 80, hostPort: 80 }] }] })], "fail"],
  ["a NodePort of another name", [networkFunction("amf"), object("v1", "Service", "harmless", { spec: { type: "NodePort", selector: { app: "amf" } } })], "fail"],
  ["external addresses", [networkFunction("amf"), service("ClusterIP", { externalIPs: ["10.0.0.1"] })], "fail"],
  ["a cluster service", [networkFunction("amf"), service("ClusterIP")], "pass"],
  ["a load balancer with node ports", [networkFunction("amf"), service("LoadBalancer")], "pass"],
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
const five = (body: string) => `nrf:\n  sbi:\n${body}`;
// prettier-ignore
answers("ID-08", [
  ["the scheme in capitals", [reads("nrf"), config("nrf", free('    scheme: "HTTP"'))], "fail"],
  ["the scheme with a space", [reads("nrf"), config("nrf", free('    scheme: "http "'))], "fail"],
  ["a plain NRF behind a TLS server", [reads("amf"), config("amf", free("    scheme: https", "  nrfUri: http://nrf:8000"))], "fail"],
  ["two servers, one plain", [reads("nrf"), config("nrf", five("    server:\n      - address: a\n        scheme: https\n        verify_client: true\n      - address: b\n        scheme: http"))], "fail"],
  ["an anchor", [reads("nrf"), config("nrf", "plain: &p\n  scheme: http\nconfiguration:\n  sbi:\n    <<: *p\n    port: 8000")], "fail"],
  ["JSON", [reads("nrf"), config("nrf", JSON.stringify({ configuration: { sbi: { scheme: "http" } } }), "nrf.json")], "fail"],
  ["JSON in several lines", [reads("nrf"), config("nrf", JSON.stringify({ info: {}, configuration: { sbi: { scheme: "http" } } }, null, 2), "nrf.json")], "fail"],
  ["a key without extension", [reads("nrf"), config("nrf", free("    scheme: http"), "config")], "fail"],
  ["base64 in a Secret", [config("nrf", free("    scheme: http"), "nrfcfg.yaml", "Secret")], "fail"],
  ["a second document", [reads("nrf"), config("nrf", `note: first\n---\n${free("    scheme: http")}`)], "fail"],
  ["a document after an empty one", [reads("nrf"), config("nrf", `---\n${free("    scheme: http")}\n---\n`)], "fail"],
  ["a YAML tag", [reads("nrf"), config("nrf", free("    scheme: !!str http"))], "fail"],
  ["Windows line ends", [reads("nrf"), config("nrf", free("    scheme: http").replace(/\n/g, "\r\n"))], "fail"],
  ["a byte order mark", [reads("nrf"), config("nrf", `\ufeffconfiguration:\n  sbi:\n    scheme: http`)], "fail"],
  ["TLS in a comment only", [reads("nrf"), config("nrf", free("    # scheme: https\n    scheme: http"))], "fail"],
  ["verification as text", [reads("nrf"), config("nrf", five("    server:\n      - address: a\n        scheme: https\n        verify_client: \"false\""))], "fail"],
  ["an insecure client", [reads("nrf"), config("nrf", "nrf:\n  default:\n    tls:\n      client:\n        scheme: https\n        insecure_skip_verify: true\n      server:\n        scheme: https\n        verify_client: true\n  sbi:\n    server:\n      - address: a")], "fail"],
  ["https", [reads("nrf"), config("nrf", free("    scheme: https"))], "pass"],
  ["HTTPS in capitals", [reads("nrf"), config("nrf", free("    scheme: HTTPS"))], "pass"],
  ["http inside a strict mesh is advice", [mesh, strict, reads("nrf"), config("nrf", free("    scheme: http\n    port: 7777"))], "advice"],
  ["a server given as a mapping", [reads("nrf"), config("nrf", five("    server:\n      address: a\n      scheme: http"))], "fail"],
]);

const nas = (order: string) => config("amf", `amf:\n  ngap: {}\n  security:\n    ${order}`);
const freeNas = (order: string) => config("amf", `configuration:\n  security:\n    ${order}`);
// prettier-ignore
answers("DP-07", [
  ["128-NEA0", [nas("ciphering_order: [128-NEA0, NEA2]")], "fail"],
  ["lower case", [nas("ciphering_order: [nea0, NEA2]")], "fail"],
  ["a space", [nas('ciphering_order: ["NEA0 ", NEA2]')], "fail"],
  ["null integrity last", [nas("integrity_order: [NIA2, nia0]")], "fail"],
  ["EIA0", [nas("integrity_order: [EIA2, EIA0]")], "fail"],
  ["free5GC", [freeNas("integrityOrder: [NIA2, NIA0]")], "fail"],
  ["a single word instead of a list", [nas("ciphering_order: NEA0")], "fail"],
  ["an empty ciphering entry first", [nas('ciphering_order: ["", NEA0]')], "fail"],
  ["NEA0 last", [nas("ciphering_order: [NEA2, NEA1, NEA0]\n    integrity_order: [NIA2, NIA1]")], "pass"],
]);

const db = (uri: string) => config("udr", `db_uri: ${uri}\nudr:\n  sbi:\n    server:\n      - address: a`);
const safe = "mongodb://u:p@mongo/open5gs?tls=true";
// prettier-ignore
answers("DP-03", [
  ["an empty user", [db("mongodb://:@mongo/open5gs?tls=true")], "fail"],
  ["a user without password", [db("mongodb://u@mongo/open5gs?tls=true")], "fail"],
  ["a replica set in the clear", [db("mongodb://u:p@m0:27017,m1:27017/open5gs?replicaSet=rs0")], "fail"],
  ["mixed case of the scheme", [db("MongoDB://mongo/open5gs")], "fail"],
  ["mixed case of the option", [db("mongodb://u:p@mongo/open5gs?TLS=True")], "pass"],
  ["ssl", [db("mongodb://u:p@mongo/open5gs?ssl=true")], "pass"],
  ["tls twice, at last false", [db("mongodb://u:p@mongo/open5gs?tls=true&ssl=false")], "fail"],
  ["any certificate", [db("mongodb://u:p@mongo/open5gs?tls=true&tlsAllowInvalidCertificates=true")], "fail"],
  ["a password with an @", [db("mongodb://u:p@ss@mongo/open5gs")], "fail"],
  ["srv", [db("mongodb+srv://u:p@mongo/open5gs")], "pass"],
  ["an argument", [amf({ args: ["--db=mongodb://mongo/open5gs"] })], "fail"],
  ["a variable of a job with another name", [networkFunction("udr", { container: { env: [{ name: "STORE", value: "mongodb://mongo/x" }] } })], "fail"],
  ["a database with --noauth inside a script", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", command: ["sh", "-c", "exec mongod --noauth --bind_ip_all"] } })], "fail"],
  ["a good URI", [db(safe)], "pass"],
  ["postgres that only prefers TLS", [networkFunction("udr", { container: { env: [{ name: "DB_URL", value: "postgres://u:p@pg/x?sslmode=prefer" }] } })], "fail"],
  ["redis with only a password", [networkFunction("udr", { container: { env: [{ name: "REDIS_URL", value: "rediss://:p@redis:6379/0" }] } })], "pass"],
]);

const pem = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ".repeat(3)}\n-----END PRIVATE KEY-----`;
const hex = "0123456789abcdef0123456789abcdef";
// prettier-ignore
answers("DP-05", [
  ["escaped line ends", [config("udm", `key: "${pem.replace(/\n/g, "\\n")}"`)], "fail"],
  ["CRLF", [config("udm", pem.replace(/\n/g, "\r\n"), "tls.key")], "fail"],
  ["indented", [config("udm", `key: |\n${pem.replace(/^/gm, "    ")}`)], "fail"],
  ["an argument", [amf({ args: ["--key", pem] })], "fail"],
  ["a variable", [amf({ env: [{ name: "OPC", value: hex }] })], "fail"],
  ["a key in capitals", [config("udr", `opc: ${hex.toUpperCase()}`)], "fail"],
  ["a key with 0x", [config("udr", `k: "0x${hex}"`)], "fail"],
  ["hnet key in a Secret", [config("udm", hex + hex, "hnet-key", "Secret")], "fail"],
  ["base64 of a PEM in a ConfigMap", [config("udm", Buffer.from(pem).toString("base64"), "tls.key")], "fail"],
  ["binary data", [object("v1", "ConfigMap", "udm", { binaryData: { "tls.key": Buffer.from(pem).toString("base64") } })], "fail"],
  ["an argument after its name", [amf({ args: ["--opc", hex] })], "fail"],
  ["an argument with its name", [amf({ args: [`--opc=${hex}`] })], "fail"],
  ["hexadecimal with spaces", [config("udr", `opc: ${hex.replace(/(..)/g, "$1 ").trim()}`)], "fail"],
  ["an encrypted key", [config("udm", pem.replace(/PRIVATE KEY/g, "ENCRYPTED PRIVATE KEY"), "tls.key")], "fail"],
  ["an EC key", [config("udm", pem.replace(/PRIVATE KEY/g, "EC PRIVATE KEY"), "tls.key")], "fail"],
  ["a path to a key", [config("udm", "key: /etc/open5gs/tls/udm.key")], "pass"],
  ["a digest", [config("udm", `checksum: ${hex}`)], "pass"],
  ["a certificate", [config("udm", pem.replace(/PRIVATE KEY/g, "CERTIFICATE"), "ca.crt")], "pass"],
  ["a TLS Secret of a certificate manager", [config("amf-tls", pem, "tls.key", "Secret")], "pass"],
  ["the AMF field of a SIM", [config("ue", "amf: '8000'\nsupi: imsi-001010000000001")], "pass"],
]);

// prettier-ignore
answers("LG-09", [
  ["logging off as text", [config("amf", 'amf:\n  ngap: {}\nlogger:\n  enable: "false"')], "fail"],
  ["level in capitals", [config("amf", "amf:\n  ngap: {}\nlogger:\n  level: FATAL")], "fail"],
  ["level with a space", [config("amf", 'amf:\n  ngap: {}\nlogger:\n  level: "fatal "')], "fail"],
  ["free5GC's modules", [config("amf", "configuration:\n  sbi: {}\nlogger:\n  AMF:\n    debugLevel: panic")], "fail"],
  ["output thrown away", [amf({ command: ["sh", "-c", "open5gs-amfd > /dev/null 2>&1"] })], "fail"],
  ["both streams in short", [amf({ command: ["sh", "-c", "open5gs-amfd &>/dev/null"] })], "fail"],
  ["both streams, other form", [amf({ command: ["sh", "-c", "open5gs-amfd >& /dev/null"] })], "fail"],
  ["exec before", [amf({ command: ["sh", "-c", "exec >/dev/null; open5gs-amfd"] })], "fail"],
  ["an UPF without packet logs", [config("upf", "upf:\n  gtpu: {}\nlogger:\n  level: fatal")], "pass"],
  ["info", [config("amf", "amf:\n  ngap: {}\nlogger:\n  level: info")], "pass"],
]);

const image = (reference: string) => amf({ image: reference });
const digest = `sha256:${"ab".repeat(32)}`;
// prettier-ignore
answers("SC-01", [
  ["docker.io by another name", [image("index.docker.io/vendor/amf:1")], "fail"],
  ["docker.io in capitals", [image("DOCKER.IO/vendor/amf:1")], "fail"],
  ["registry-1", [image("registry-1.docker.io/vendor/amf:1")], "fail"],
  ["docker.io with a port", [image("docker.io:443/vendor/amf:1")], "fail"],
  ["ghcr with a dot at its end", [image("ghcr.io./vendor/amf:1")], "fail"],
  ["no registry", [image("vendor/amf:1")], "fail"],
  ["an anonymous registry", [image("ttl.sh/vendor/amf:1")], "fail"],
  ["a host that only looks like the own ECR", [image("123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example/amf:1")], "undetermined"],
  ["the own ECR", [image("123456789012.dkr.ecr.eu-central-1.amazonaws.com/amf:1")], "pass"],
  ["GovCloud ECR by FIPS", [image("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/amf:1")], "pass"],
  ["an init container", [amf({}, { initContainers: [{ name: "i", image: "busybox" }] })], "fail"],
]);

// prettier-ignore
answers("SC-02", [
  ["a tag", [image("r.example/amf:1")], "fail"],
  ["a tag that looks like a digest", [image(`r.example/amf:sha256-${"ab".repeat(32)}`)], "fail"],
  ["a short digest", [image("r.example/amf@sha256:abcd")], "fail"],
  ["a tag and a digest", [image(`r.example:5000/amf:1@${digest}`)], "pass"],
  ["a digest in capitals", [image(`r.example/amf@${digest.toUpperCase()}`)], "fail"],
  ["an init container by tag", [amf({}, { initContainers: [{ name: "i", image: "r.example/i:1" }] })], "fail"],
]);

// prettier-ignore
answers("SC-03", [
  ["the label in capitals", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/vendor": "HUAWEI" } })], "fail"],
  ["the label with more words", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/vendor": "Huawei-Technologies-Co.-Ltd" } })], "fail"],
  ["the image namespace in capitals", [image("docker.io/Huawei/amf:1")], "fail"],
  ["the image namespace deeper in a mirror", [image("registry.example/mirror/zte/amf:1")], "fail"],
  ["a namespace that only begins like it", [image("registry.example/zteq/amf:1")], "pass"],
  ["openEuler", [image("docker.io/openeuler/amf:1")], "pass"],
]);

// prettier-ignore
answers("SC-07", [
  ["a release of a core", [resource("kubernetes:helm.sh/v3:Release", "open5gs", { chart: "open5gs", namespace: "core" })], "fail"],
  ["a release of a core under another name", [resource("kubernetes:helm.sh/v3:Release", "thing", { chart: "oci://r.example/charts/OPEN5GS", namespace: "x" })], "fail"],
  ["a database release", [resource("kubernetes:helm.sh/v3:Release", "prometheus", { chart: "prometheus", namespace: "monitoring" })], "pass"],
]);

// prettier-ignore
answers("GV-01", [
  ["a label against the image", [networkFunction("pcf", { labels: { "carrierguard.dev/nf": "pcf" }, container: { image: "5gc/upf:1" } })], "fail"],
  ["a word outside the vocabulary", [networkFunction("x", { labels: { "carrierguard.dev/nf": "router" } })], "fail"],
  ["a label in capitals", [networkFunction("amf", { labels: { "carrierguard.dev/nf": "AMF" } })], "pass"],
  ["a label on the Deployment against the pod", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/nf": "amf" } })], "pass"],
  ["a suspect beside functions", [networkFunction("amf"), networkFunction("blob", { container: { image: "r.example/blob:1", ports: [{ containerPort: 8805, protocol: "UDP" }] } })], "fail"],
]);

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
answers("ID-08", [
  ["open5gs 2.6 with one server as a mapping", [reads("nrf"), config("nrf", "nrf:\n  sbi:\n    addr: 0.0.0.0\n    port: 7777\n")], "fail"],
  ["open5gs 2.7 peers as a mapping", [reads("amf"), config("amf", "amf:\n  ngap: {}\n  default: {tls: {server: {scheme: https, verify_client: true}}}\n  sbi:\n    server: [{address: a}]\n    client:\n      scp: {uri: http://scp:7777}\n")], "fail"],
  ["a ConfigMap by an init container that renders it", [networkFunction("nrf", { pod: { initContainers: [{ name: "render", image: "x", envFrom: [{ configMapRef: { name: "nrf" } }] }] } }), config("nrf", free("    scheme: http"))], "fail"],
  ["two NFs' configurations in one ConfigMap", [object("v1", "ConfigMap", "all", { data: { "amf.yaml": free("    scheme: https"), "smf.yaml": free("    scheme: http") } })], "fail"],
  ["OAI with https", [config("oai", "nfs:\n  amf:\n    host: amf\n    sbi:\n      port: 80\n      use_https: yes\namf: {}\n")], "pass"],
  ["N32 in the clear inside a strict mesh", [mesh, strict, reads("sepp"), config("sepp", "sepp:\n  sbi: {server: [{address: a, scheme: https, verify_client: true}]}\n  n32: {server: [{address: b, scheme: http}]}")], "fail"],
]);

// prettier-ignore
answers("WH-02", [
  ["an AMF labelled UPF", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/nf": "upf" }, container: { image: "5gc/amf:1", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } } })], "fail"],
  ["only NET_RAW dropped", [amf({ securityContext: { capabilities: { drop: ["NET_RAW"] } } })], "fail"],
  ["an eBPF UPF", [networkFunction("upf", { labels: { app: "upf", "carrierguard.dev/upf-datapath": "ebpf" }, container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "BPF", "PERFMON"] } } } })], "pass"],
  ["an SGW-U with NET_ADMIN", [networkFunction("sgwu", { container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } } })], "pass"],
]);

// prettier-ignore
answers("DP-05", [
  ["a UE simulator's SIM", [networkFunction("ueransim-ue", { pod: { volumes: [{ name: "c", configMap: { name: "ue" } }] } }), config("ue", `supi: imsi-001010000000001\nkey: ${hex}\nop: ${hex}`)], "pass"],
  ["a subscriber script", [config("populate", `open5gs-dbctl add 001010000000001 ${hex} ${hex}`, "init.sh")], "fail"],
  ["JSON of a subscriber", [config("sub", `{"permanentKey":{"permanentKeyValue":"${hex}"},"opc":{"opcValue":"${hex}"}}`, "sub.json")], "fail"],
  ["SQL of a subscriber", [config("oai-db", `INSERT INTO AuthenticationSubscription (ueid, encPermanentKey) VALUES ('1', '${hex}')`, "oai_db.sql")], "fail"],
  ["an image digest", [config("versions", `amf: sha256:${hex + hex}\nkey: not-hex`)], "pass"],
  ["a git commit", [config("versions", `commit: ${hex}\nchecksum/config: ${hex + hex}`)], "pass"],
  ["UUIDs", [config("nrf", "nrf:\n  nfInstanceId: 01234567-89ab-cdef-0123-456789abcdef")], "pass"],
  ["a trace id list of bytes", [config("nrf", "bytes: 01 02 03 04 05 06")], "pass"],
  ["an SSH key", [config("x", pem.replace(/PRIVATE KEY/g, "OPENSSH PRIVATE KEY"), "id")], "fail"],
  ["PKCS#12 is out of sight", [object("v1", "ConfigMap", "x", { data: { "a.txt": "MIIabc" } })], "pass"],
]);

// prettier-ignore
answers("DP-03", [
  ["the password from a variable", [db("mongodb://$(USER):$(PASS)@mongo/open5gs?tls=true")], "pass"],
  ["an OR of both keys beside it", [config("udr", "configuration:\n  mongodb:\n    name: free5gc\n    url: mongodb://mongo:27017\n  sbi: {scheme: https}")], "fail"],
  ["mongodb in a comment", [config("udr", "udr:\n  sbi:\n    server:\n      - address: a # mongodb://x/y\n")], "pass"],
  ["a MySQL with an empty password", [networkFunction("udr"), networkFunction("mysql", { container: { image: "mysql:8", env: [{ name: "MYSQL_ALLOW_EMPTY_PASSWORD", value: "yes" }] } })], "fail"],
  ["bitnami's empty password", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "bitnami/mongodb:7", env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "yes" }] } })], "fail"],
  ["mongo with a root user", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", env: [{ name: "MONGO_INITDB_ROOT_USERNAME", value: "r" }, { name: "MONGO_INITDB_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: "m", key: "p" } } }] } })], "pass"],
  ["mongo with an empty root password", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", env: [{ name: "MONGO_INITDB_ROOT_PASSWORD", value: "" }] } })], "fail"],
  ["redis without a password", [networkFunction("udr"), networkFunction("redis", { container: { image: "redis:7", args: ["--protected-mode", "no"] } })], "fail"],
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

// prettier-ignore
answers("SG-30", [
  ["a Service named amf that selects the database of another namespace", [networkFunction("amf"), object("v1", "Service", "amf", { spec: { type: "NodePort", selector: { app: "x" } } })], "pass"],
  ["a Service without selector", [networkFunction("amf"), object("v1", "Service", "amf", { spec: { type: "NodePort" } })], "pass"],
  ["a custom resource on the host network", [custom("argoproj.io/v1alpha1", "Rollout", { template: { metadata: { labels: { app: "amf" } }, spec: { hostNetwork: true, containers: [{ name: "amf", image: "5gc/amf:1" }] } } })], "fail"],
  ["a node-local agent in kube-system", [networkFunction("amf"), networkFunction("node-local-dns", { kind: "DaemonSet", namespace: "kube-system", pod: { hostNetwork: true } })], "pass"],
]);

// prettier-ignore
answers("ID-02", [
  ["a StatefulSet with the default account", [networkFunction("udm", { kind: "StatefulSet", pod: { automountServiceAccountToken: null, serviceAccountName: null } })], "fail"],
  ["the pod says no against its account", [networkFunction("amf"), object("v1", "ServiceAccount", "amf", { automountServiceAccountToken: true })], "pass"],
  ["a token Secret of the account as a volume", [networkFunction("amf", { pod: { volumes: [{ name: "t", secret: { secretName: "amf-token" } }] } }), object("v1", "Secret", "amf-token", { type: "kubernetes.io/service-account-token", metadata: { annotations: { "kubernetes.io/service-account.name": "amf" } } })], "fail"],
  ["a kubeconfig in a Secret is not seen", [networkFunction("amf", { pod: { volumes: [{ name: "t", secret: { secretName: "x" } }] } })], "pass"],
]);

// prettier-ignore
answers("GV-01", [
  ["an AMF labelled as a gNB", [networkFunction("amf", { labels: { "carrierguard.dev/nf": "gnb" }, container: { image: "5gc/amf:1" } })], "fail"],
  ["an AMF labelled as OAM", [networkFunction("amf", { labels: { "carrierguard.dev/nf": "oam" }, container: { image: "r.example/core:1", command: ["open5gs-amfd"] } })], "fail"],
  ["an UPF called an exporter", [networkFunction("smf"), networkFunction("upf-exporter", { container: { image: "5gc/upf:1" } })], "fail"],
  ["an exporter", [networkFunction("smf"), networkFunction("upf-exporter", { container: { image: "r.example/exporter:1" } })], "pass"],
  ["a Job that borrows the image of a function", [networkFunction("smf"), networkFunction("smf-db-init", { kind: "Job", container: { image: "5gc/smf:1" } })], "pass"],
  ["a console labelled OAM", [networkFunction("webui", { labels: { "carrierguard.dev/nf": "oam" }, container: { image: "free5gc/webui:1" } })], "pass"],
  ["a gNB with its label", [networkFunction("oai-gnb", { labels: { "carrierguard.dev/nf": "gnb" }, container: { image: "oaisoftwarealliance/oai-gnb:1" } })], "pass"],
]);

const hooked = (kind: string): ResourceInit => {
  const init = networkFunction("amf", { kind, container: { securityContext: { privileged: true } } });
  const metadata = { ...(init.properties["metadata"] as Properties), annotations: { "helm.sh/hook": "test" } };
  return { ...init, properties: { ...init.properties, metadata } };
};

answers("WH-01", [
  ["a Deployment that calls itself a Helm hook", [hooked("Deployment")], "fail"],
  ["a hook Job", [hooked("Job")], "pass"],
]);
