/** Pods and their images: ways to write a fault so that a naive rule misses it, and legitimate designs that look like a fault. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const amf = (container: Properties, pod: Properties = {}) => networkFunction("amf", { container, pod });
const upf = (container: Properties, pod: Properties = {}) => networkFunction("upf", { container, pod });
const custom = (apiVersion: string, kind: string, spec: Properties) => object(apiVersion, kind, "amf", { spec });
const podSpec = (security: Properties): Properties => ({ containers: [{ name: "amf", image: "5gc/amf:1", securityContext: security }] });
const template = (security: Properties): Properties => ({ metadata: { labels: { app: "amf" } }, spec: podSpec(security) });

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
answers("WH-02", [
  ["an AMF labelled UPF", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/nf": "upf" }, container: { image: "5gc/amf:1", securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } } })], "fail"],
  ["only NET_RAW dropped", [amf({ securityContext: { capabilities: { drop: ["NET_RAW"] } } })], "fail"],
  ["an eBPF UPF", [networkFunction("upf", { labels: { app: "upf", "carrierguard.dev/upf-datapath": "ebpf" }, container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "BPF", "PERFMON"] } } } })], "pass"],
  ["an SGW-U with NET_ADMIN", [networkFunction("sgwu", { container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } } })], "pass"],
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

const hooked = (kind: string, pod: Properties = {}): ResourceInit => {
  const init = networkFunction("amf", { kind, pod, container: { securityContext: { privileged: true } } });
  const metadata = { ...(init.properties["metadata"] as Properties), annotations: { "helm.sh/hook": "test" } };
  return { ...init, properties: { ...init.properties, metadata } };
};

answers("WH-01", [
  ["a Deployment that calls itself a Helm hook", [hooked("Deployment")], "fail"],
  ["a hook Job", [hooked("Job")], "pass"],
  ["a Pod that calls itself a hook and is always started again", [hooked("Pod")], "fail"],
  ["a test pod that ends", [hooked("Pod", { restartPolicy: "Never" })], "pass"],
]);
