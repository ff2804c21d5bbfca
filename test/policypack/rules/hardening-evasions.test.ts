/** Confinement and bounds of pods: the fields of the Pod Security Standards that are seldom written, host paths, limits and redundancy. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const good = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
const confined = { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } };
const amf = (security: Properties, more: Properties = {}) => [networkFunction("amf", { container: { securityContext: { ...good, ...security }, ...more } })]; // prettier-ignore
const pod = (security: Properties) => [networkFunction("amf", { pod: { securityContext: { ...confined, ...security } } })];
const ROOT = { ...good, runAsNonRoot: false, runAsUser: 0, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } };
const several = (containers: readonly Properties[]) => [networkFunction("edge", { pod: { containers } })];
const volumes = (...list: readonly Properties[]) => ({ pod: { volumes: list } });
const NFS = { name: "x", nfs: { server: "nas", path: "/srv" } };
/** What may be a function, in a namespace that has none for sure. */
const suspect = (more: object) => networkFunction("blob", { namespace: "x", ...more, container: { image: "r.example/blob:1", ports: [{ containerPort: 8805, protocol: "UDP" }], securityContext: good } }); // prettier-ignore

const probe = (key: string, call: Properties): Case => [`a ${key} that calls another host`, amf({}, { [key]: call }), "fail"];
const home = (host: string): Case => [`a probe of the pod itself at ${host}`, amf({}, { readinessProbe: { httpGet: { host, port: 80 } }, startupProbe: { tcpSocket: { host, port: 80 } } }), "pass"]; // prettier-ignore

// prettier-ignore
answers("WH-05", [
  ["/proc unmasked", amf({ procMount: "Unmasked" }), "fail"],
  ["/proc as it comes", amf({ procMount: "Default" }), "pass"],
  ["AppArmor switched off for one container", amf({ appArmorProfile: { type: "Unconfined" } }), "fail"],
  ["AppArmor switched off for the pod", pod({ appArmorProfile: { type: "Unconfined" } }), "fail"],
  ["an AppArmor profile of one's own", amf({ appArmorProfile: { type: "Localhost", localhostProfile: "amf" } }), "pass"],
  ["AppArmor as the runtime has it", pod({ appArmorProfile: { type: "RuntimeDefault" } }), "pass"],
  ["AppArmor switched off by the older annotation", [networkFunction("amf", { annotations: { "container.apparmor.security.beta.kubernetes.io/amf": "unconfined" } })], "fail"],
  ["an AppArmor profile by the older annotation", [networkFunction("amf", { annotations: { "container.apparmor.security.beta.kubernetes.io/amf": "localhost/amf" } })], "pass"],
  ["AppArmor's default by the older annotation", [networkFunction("amf", { annotations: { "container.apparmor.security.beta.kubernetes.io/amf": "runtime/default" } })], "pass"],
  ["the older annotation of a container that is gone", [networkFunction("amf", { annotations: { "container.apparmor.security.beta.kubernetes.io/old": "unconfined" } })], "pass"],
  ["an SELinux type of the host for the pod", pod({ seLinuxOptions: { type: "spc_t" } }), "fail"],
  ["an SELinux type of the host for the pod, a harmless one for the container", [networkFunction("amf", { pod: { securityContext: { ...confined, seLinuxOptions: { type: "spc_t" } } }, container: { securityContext: { ...good, seLinuxOptions: { type: "container_t" } } } })], "fail"],
  ["an SELinux user", amf({ seLinuxOptions: { user: "unconfined_u" } }), "fail"],
  ["an SELinux role", amf({ seLinuxOptions: { role: "system_r" } }), "fail"],
  ...["container_t", "container_init_t", "container_kvm_t", "container_engine_t"].map((type): Case => [`SELinux type ${type} with a level`, amf({ seLinuxOptions: { type, level: "s0:c1,c2" } }), "pass"]),
  probe("livenessProbe", { tcpSocket: { host: "10.0.0.1", port: 22 } }),
  probe("readinessProbe", { httpGet: { host: "169.254.169.254", port: 80 } }),
  probe("startupProbe", { tcpSocket: { host: "10.0.0.1", port: 22 } }),
  probe("lifecycle", { preStop: { httpGet: { host: "10.0.0.1", port: 80 } } }),
  probe("lifecycle", { postStart: { tcpSocket: { host: "10.0.0.1", port: 80 } } }),
  ...["127.0.0.1", "::1", "localhost", ""].map(home),
  ["a network file system straight into the pod", [networkFunction("amf", volumes(NFS))], "fail"],
  ["the same of what may be a function", [suspect(volumes(NFS))], "undetermined"],
  ["what a pod may mount", [networkFunction("amf", volumes({ name: "a", configMap: { name: "a" } }, { name: "b", csi: { driver: "secrets-store.csi.k8s.io" } }, { name: "c", downwardAPI: {} }, { name: "d", emptyDir: {} }, { name: "e", ephemeral: {} }, { name: "f", persistentVolumeClaim: { claimName: "f" } }, { name: "g", projected: {} }, { name: "h", secret: { secretName: "h" } }, { name: "i", image: { reference: "r.example/data@sha256:0" } }))], "pass"],
  ["host paths are another rule's", [networkFunction("amf", volumes({ name: "h", hostPath: { path: "/etc" } }))], "pass"],
  ["a routing daemon beside the functions as root with NET_ADMIN", [networkFunction("amf"), networkFunction("frr", { container: { securityContext: ROOT } })], "fail"],
  ["an AMF in the pod of the UPF, as root with NET_ADMIN", several([{ name: "upf", image: "5gc/upf:1", securityContext: ROOT }, { name: "amf", image: "5gc/amf:1", securityContext: ROOT }]), "fail"],
  ["a capture beside the UPF, as root with NET_ADMIN", several([{ name: "upf", image: "5gc/upf:1", securityContext: ROOT }, { name: "upf-tcpdump", image: "x/tcpdump:1", securityContext: ROOT }]), "fail"],
  ["a portal on Windows nodes, which have no seccomp", [networkFunction("nef", { pod: { os: { name: "windows" }, securityContext: { runAsNonRoot: true } }, container: { securityContext: {} } })], "pass"],
]);

const host = (path: string, more: Properties = {}) => ({ pod: { volumes: [{ name: "h", hostPath: { path } }], ...more } });
const bound = (source: Properties) => [
  networkFunction("udr", { pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } }),
  object("v1", "PersistentVolumeClaim", "data", { spec: { volumeName: "pv" } }),
  object("v1", "PersistentVolume", "pv", { spec: source }),
];
const MODULES = { name: "h", mountPath: "/lib/modules", readOnly: true };

// prettier-ignore
answers("WH-04", [
  ["an agent of the platform on every node", [networkFunction("amf"), networkFunction("cni", { kind: "DaemonSet", namespace: "kube-system", ...host("/etc/cni") })], "pass"],
  ["an agent of the platform, where everything is judged", [networkFunction("cni", { kind: "DaemonSet", namespace: "kube-system", ...host("/etc/cni") })], "pass", { settings: { profile: "strict" } }],
  ["a Deployment in a platform's namespace, where everything is judged", [networkFunction("tool", { namespace: "kube-system", ...host("/etc/cni") })], "fail", { settings: { profile: "strict" } }],
  ["an agent among the functions", [networkFunction("amf"), networkFunction("agent", { kind: "DaemonSet", ...host("/var/log") })], "fail"],
  ["a web server of another namespace", [networkFunction("amf"), networkFunction("web", { namespace: "web", ...host("/srv") })], "pass"],
  ["what may be a function", [suspect(host("/etc"))], "undetermined"],
  ["a volume that the configuration brings", [networkFunction("amf", { pod: { volumes: [unknownValue()] } })], "undetermined"],
  ["a host path that the configuration brings", [networkFunction("amf", { pod: { volumes: [{ name: "h", hostPath: unknownValue() }] } })], "undetermined"],
  ["a folder of the AMF's that looks like a device", [networkFunction("upf", host("/srv/dev/net/tun"))], "fail"],
  ["a folder beside the device", [networkFunction("upf", host("/dev/net/tun2"))], "fail"],
  ["one VFIO group", [networkFunction("upf", host("/dev/vfio/42"))], "pass"],
  ["a folder of the huge pages", [networkFunction("upf", host("/dev/hugepages/upf"))], "pass"],
  ["sysfs, read-only, in an init container", [networkFunction("upf", host("/sys/bus/pci", { initContainers: [{ name: "i", image: "x", volumeMounts: [MODULES] }] }))], "pass"],
  ["a folder that only begins like sysfs", [networkFunction("upf", host("/system", { initContainers: [{ name: "i", image: "x", volumeMounts: [MODULES] }] }))], "fail"],
  ["another /sys, read-only, in an init container", [networkFunction("upf", host("/host/sys", { initContainers: [{ name: "i", image: "x", volumeMounts: [MODULES] }] }))], "fail"],
  ["modules, read-only, in a native sidecar", [networkFunction("upf", host("/lib/modules", { initContainers: [{ name: "i", image: "x", restartPolicy: "Always", volumeMounts: [MODULES] }] }))], "fail"],
  ["modules, read-only, in the UPF itself", [networkFunction("upf", { ...host("/lib/modules"), container: { volumeMounts: [MODULES] } })], "fail"],
  ["modules in two init containers, of which one may write", [networkFunction("upf", host("/lib/modules", { initContainers: [{ name: "i", image: "x", volumeMounts: [MODULES] }, { name: "j", image: "x", volumeMounts: [{ ...MODULES, readOnly: false }] }] }))], "fail"],
  ["modules beside a folder of the pod's own that the UPF writes", [networkFunction("upf", { pod: { volumes: [{ name: "h", hostPath: { path: "/lib/modules" } }, { name: "tmp", emptyDir: {} }], initContainers: [{ name: "i", image: "x", volumeMounts: [MODULES] }] }, container: { volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] } })], "pass"],
  ["a device of the UPF that its sidecar takes as a block device", [networkFunction("upf", { pod: { volumes: [{ name: "h", hostPath: { path: "/dev/vfio" } }], containers: [{ name: "upf", image: "5gc/upf:1" }, { name: "agent", image: "x/agent:1", volumeDevices: [{ name: "h", devicePath: "/dev/x" }] }] } })], "fail"],
  ["the TUN device in a pod of AMF and UPF", [networkFunction("edge", { pod: { volumes: [{ name: "h", hostPath: { path: "/dev/net/tun" } }], containers: [{ name: "upf", image: "5gc/upf:1" }, { name: "amf", image: "5gc/amf:1" }] } })], "fail"],
  ...["/", "/var", "/var/lib", "/var/lib/", "/var/lib/kubelet/pods", "/etc", "/mnt/../root"].map((path): Case => [`a local volume over ${path}`, bound({ local: { path } }), "fail"]),
  ...["/mnt/disks/etc", "/var/lib/mongo", "/variable", "/data"].map((path): Case => [`a local volume over ${path}`, bound({ local: { path } }), "pass"]),
]);

const LIMITS = { cpu: "2", memory: "2Gi" };
const QUOTAS = [
  object("v1", "ResourceQuota", "core", { spec: { hard: { "limits.cpu": "64" } } }),
  object("v1", "LimitRange", "core", { spec: { limits: [{ type: "Pod", max: { cpu: "8" } }] } }),
];
const range = (limit: Properties) => object("v1", "LimitRange", "other", { spec: { limits: [limit] } });
const bare = (more: Properties = {}, kind = "Deployment") => networkFunction("smf", { kind, container: { resources: {}, ...more } });
const budget = (app: string, selector: Properties[string] = { matchLabels: { app } }) => object("policy/v1", "PodDisruptionBudget", app, { spec: { minAvailable: 1, selector } }); // prettier-ignore
const scaler = (name: string, minReplicas: Properties[string]) => object("autoscaling/v2", "HorizontalPodAutoscaler", name, { spec: { minReplicas, scaleTargetRef: { kind: "Deployment", name } } }); // prettier-ignore

/** A function with limits, as often as said. */
function bounded(name: string, replicas: Properties[string], kind = "Deployment", container: Properties = {}): ResourceInit {
  const init = networkFunction(name, { kind, container: { resources: { limits: LIMITS }, ...container } });
  return { ...init, properties: { ...init.properties, spec: { ...(init.properties["spec"] as Properties), replicas } } };
}
const twice = (name: string, ...more: readonly ResourceInit[]) => [bounded(name, 2), budget(name), ...QUOTAS, ...more];
const service = object("v1", "Service", "registry", { spec: { selector: { app: "nrf" } } });
const rule = (host: Properties[string], policy: Properties = { connectionPool: { tcp: { maxConnections: 100 } } }, namespace = "core") => object("networking.istio.io/v1", "DestinationRule", "limits", { spec: { host, trafficPolicy: policy } }, namespace); // prettier-ignore

// prettier-ignore
answers("WH-10", [
  ["a maximum of the namespace is its default", [bare(), ...QUOTAS, range({ type: "Container", max: LIMITS })], "pass"],
  ["a default for pods is none for containers", [bare(), ...QUOTAS, range({ type: "Pod", max: LIMITS })], "fail"],
  ["a default for memory only", [bare(), ...QUOTAS, range({ type: "Container", default: { memory: "1Gi" } })], "fail"],
  ["a default that the configuration brings", [bare(), ...QUOTAS, range({ type: "Container", default: { cpu: "1", memory: unknownValue() } })], "undetermined"],
  ["default requests are no limits", [bare(), ...QUOTAS, range({ type: "Container", defaultRequest: LIMITS })], "fail"],
  ["limits of the pod", [networkFunction("smf", { pod: { resources: { limits: LIMITS } } }), ...QUOTAS], "pass"],
  ["huge pages excuse no memory limit", [bare({ resources: { limits: { "hugepages-1Gi": "4Gi" } } }), ...QUOTAS], "fail"],
  ["a memory limit without huge pages or CPU", [bare({ resources: { limits: { memory: "4Gi" } } }), ...QUOTAS], "fail"],
  ["an init container that ends", [networkFunction("smf", { container: { resources: { limits: LIMITS } }, pod: { initContainers: [{ name: "i", image: "x" }] } }), ...QUOTAS], "pass"],
  ["a native sidecar without limits", [networkFunction("smf", { container: { resources: { limits: LIMITS } }, pod: { initContainers: [{ name: "i", image: "x", restartPolicy: "Always" }] } }), ...QUOTAS], "fail"],
  ["an ephemeral container can have none", [networkFunction("smf", { container: { resources: { limits: LIMITS } }, pod: { ephemeralContainers: [{ name: "d", image: "x" }] } }), ...QUOTAS], "pass"],
  ["a web server beside the functions", [networkFunction("smf", { container: { resources: { limits: LIMITS } } }), networkFunction("web", { container: { image: "nginx" } }), ...QUOTAS], "pass"],
  ["a namespace without a core", [object("v1", "Namespace", "web"), networkFunction("web", { namespace: "web", container: { image: "nginx" } })], "pass"],
  ["a quota without a range, in a namespace made elsewhere", [bounded("smf", 2), QUOTAS[0] as ResourceInit], "fail"],
  ["a chart without the namespace's own", [bounded("smf", 2)], "undetermined"],
  ...["nrf", "udm", "ausf", "amf", "sepp"].map((name): Case => [`a single ${name}`, [bounded(name, 1), budget(name), ...QUOTAS], "advice"]),
  ["a single SMF", [bounded("smf", 1), ...QUOTAS], "pass"],
  ["replicas left out are one", [bounded("nrf", null), budget("nrf"), ...QUOTAS], "advice"],
  ["replicas that the configuration brings", [bounded("nrf", unknownValue()), budget("nrf"), ...QUOTAS], "pass"],
  ["an AMF on every node", [networkFunction("amf", { kind: "DaemonSet", container: { resources: { limits: LIMITS } } }), ...QUOTAS], "pass"],
  ["a single NRF of a StatefulSet", [bounded("nrf", 1, "StatefulSet"), budget("nrf"), ...QUOTAS], "advice"],
  ["no disruption budget", [bounded("nrf", 2), ...QUOTAS], "advice"],
  ["a disruption budget for another function", [bounded("nrf", 2), budget("smf"), ...QUOTAS], "advice"],
  ["a disruption budget that selects nothing", [bounded("nrf", 2), budget("nrf", null), ...QUOTAS], "advice"],
  ["an autoscaler that goes down to one", [bounded("nrf", 2), budget("nrf"), scaler("nrf", 1), ...QUOTAS], "advice"],
  ["an autoscaler of another function", [bounded("nrf", 2), budget("nrf"), scaler("smf", 1), ...QUOTAS], "pass"],
  ...["nrf", "udm", "ausf", "sepp"].map((name): Case => [`a ${name} in a mesh that bounds no connections`, twice(name, rule("smf")), "advice"]),
  ["an AMF in a mesh takes N2, not floods of HTTP", twice("amf", rule("smf")), "pass"],
  ["connections bounded by the Service's full name", twice("nrf", service, rule("registry.core.svc.cluster.local", undefined, "istio-system")), "pass"],
  ["connections bounded by the Service's short name", twice("nrf", service, rule("registry")), "pass"],
  ["connections bounded for every host", twice("nrf", service, rule("*.local")), "pass"],
  ["connections bounded for a host that the configuration brings", twice("nrf", service, rule(unknownValue())), "pass"],
  ["connections bounded for another Service", twice("nrf", service, object("v1", "Service", "smf", { spec: { selector: { app: "smf" } } }), rule("smf")), "advice"],
  ["connections bounded for a Service of that name elsewhere", twice("nrf", service, rule("registry.web.svc.cluster.local")), "advice"],
  ["a rule of the mesh that bounds nothing", twice("nrf", service, rule("registry", { tls: { mode: "ISTIO_MUTUAL" } })), "advice"],
  ["a local rate limit", twice("nrf", object("networking.istio.io/v1alpha3", "EnvoyFilter", "limit", { spec: { configPatches: [{ patch: { value: { name: "envoy.filters.http.local_ratelimit" } } }] } })), "pass"],
  ["another filter of Envoy", twice("nrf", object("networking.istio.io/v1alpha3", "EnvoyFilter", "lua", { spec: { configPatches: [{ patch: { value: { name: "envoy.filters.http.lua" } } }] } })), "advice"],
]);
