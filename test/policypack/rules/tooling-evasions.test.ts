/** Tools, debuggers and kernel settings in pods: where else they can stand, and what looks like them. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const amf = (container: Properties, pod: Properties = {}) => [networkFunction("amf", { container, pod })];
const image = (reference: string) => amf({ image: reference });
const exec = (...command: readonly string[]) => ({ exec: { command } });
const init = (name: string, reference: string, script: string) => [networkFunction(name, { pod: { initContainers: [{ name: "init", image: reference, command: ["sh", "-c", script] }] } })]; // prettier-ignore
/** What may be a function, in a namespace that has none for sure. */
const suspect = (container: Properties, pod: Properties = {}) => [networkFunction("blob", { container: { image: "r.example/blob:1", ports: [{ containerPort: 8805, protocol: "UDP" }], ...container }, pod })]; // prettier-ignore
const WAIT = "until nc -z nrf 7777; do sleep 2; done";
const scripts = (data: Properties) => object("v1", "ConfigMap", "scripts", { data });
const started = (...command: readonly string[]) => networkFunction("amf", { container: { command }, pod: { volumes: [{ name: "s", configMap: { name: "scripts" } }] } }); // prettier-ignore
const beside = (reference: string, more: object = {}) => [networkFunction("amf"), networkFunction("tool", { kind: "Job", container: { image: reference }, ...more })]; // prettier-ignore

// prettier-ignore
answers("WH-08", [
  ...["ubuntu:24.04", "r.example/ubuntu:24.04", "r.example/mirror/debian:12", "r.example/busybox", "r.example/toolbox", "r.example/debug-tools:1", "r.example/5gc/amf-debug:1", "r.example/netshoot", "r.example/mirror/kali-rolling", "r.example/socat", "r.example/network-multitool", "nicolaka/anything", "r.example/kalilinux/kali-last-release"].map((name): Case => [`image ${name}`, image(name), "fail"]),
  ...["r.example/5gc/ubuntu-amf:1", "r.example/5gc/debian12/amf:1", "r.example/debugger/amf:1", "r.example/notnicolaka/amf:1", "r.example/kali/amf:1", "r.example/amf-debugged:1", "r.example/mybusybox-free:1"].map((name): Case => [`image ${name}`, image(name), "pass"]),
  ...["dev", "debug", "1.2-debug", "1.2_debug", "v1.debug"].map((tag): Case => [`tag ${tag}`, image(`r.example/5gc/amf:${tag}`), "fail"]),
  ...["nodebug", "development-7", "debug-symbols-out", "1.2-debug-off"].map((tag): Case => [`tag ${tag}`, image(`r.example/5gc/amf:${tag}`), "pass"]),
  ["a general-purpose image, however it is pinned", image(`ubuntu@${DIGEST}`), "fail"],
  ["the same in a UPF", [networkFunction("upf", { container: { image: `ubuntu@${DIGEST}` } })], "fail"],
  ["a general-purpose image in the UPF's init container, by a tag", init("upf", "busybox:1.36", "ip tuntap add name ogstun mode tun"), "fail"],
  ["a pinned general-purpose image in the AMF's init container", init("amf", `busybox@${DIGEST}`, "cp /a /b"), "fail"],
  ["NAT in the init container of a pod of UPF and AMF", [networkFunction("edge", { pod: { containers: [{ name: "upf", image: "5gc/upf:1" }, { name: "amf", image: "5gc/amf:1" }], initContainers: [{ name: "i", image: `r.example/x@${DIGEST}`, command: ["iptables", "-F"] }] } })], "fail"],
  ["an init container that waits", init("amf", "r.example/5gc/amf:1", WAIT), "advice"],
  ["an init container of busybox that waits", init("amf", "busybox:1.36", WAIT), "advice"],
  ["an init container of busybox that waits by its own means", init("amf", "busybox:1.36", "until test -f /shared/ready; do sleep 2; done"), "advice"],
  ["an init container of busybox that does not wait", init("amf", "busybox:1.36", "cp /a /b"), "fail"],
  ["an init container of a whole system that waits", init("amf", "ubuntu:24.04", WAIT), "fail"],
  ["a native sidecar that waits for ever", [networkFunction("amf", { pod: { initContainers: [{ name: "w", image: "r.example/x:1", restartPolicy: "Always", command: ["sh", "-c", WAIT] }] } })], "fail"],
  ["what may be a function, with a download", suspect({ command: ["curl", "http://x"] }), "undetermined"],
  ["what may be a function, that waits", suspect({}, { initContainers: [{ name: "w", image: "r.example/x:1", command: ["sh", "-c", WAIT] }] }), "undetermined"],
  ["a download by a readiness probe", amf({ readinessProbe: exec("curl", "http://x") }), "fail"],
  ["a download by a start-up probe", amf({ startupProbe: exec("wget", "http://x") }), "fail"],
  ["a download when the container starts", amf({ lifecycle: { postStart: exec("curl", "http://x") } }), "fail"],
  ["a download when the container stops", amf({ lifecycle: { preStop: exec("curl", "http://x") } }), "fail"],
  ["a connection by the shell of a probe", amf({ livenessProbe: exec("bash", "-c", "exec 3<>/dev/tcp/10.0.0.9/443") }), "fail"],
  ["a probe by the function's own program", amf({ livenessProbe: exec("/amf", "--health") }), "pass"],
  ["an ephemeral container is another rule's", amf({}, { ephemeralContainers: [{ name: "d", image: "nicolaka/netshoot" }] }), "pass"],
  ["a script that is not started", [started("/scripts/run.sh"), scripts({ "run.sh": "./amf", "old.sh": "curl http://x" })], "pass"],
  ["a configuration that speaks of a tool", [started("/scripts/run.sh", "-c", "/etc/amf.conf"), scripts({ "run.sh": "./amf", "amf.conf": "curl http://x" })], "pass"],
  ["a script that is an argument of the shell", [started("bash", "/scripts/run.sh"), scripts({ "run.sh": "curl http://x" })], "fail"],
  ["a script in Python", [started("/scripts/run.py"), scripts({ "run.py": "curl http://x" })], "fail"],
  ["a script that the configuration brings, without a shell", amf({ command: ["/amf", unknownValue()] }), "pass"],
  ["a tool box beside the functions", beside("nicolaka/netshoot:1"), "fail"],
  ["a tool box beside the functions, from the own registry", beside("r.example/mirror/network-multitool:1"), "fail"],
  ["a system beside the functions", beside("ubuntu:24.04"), "pass"],
  ["a tool box in another namespace", beside("nicolaka/netshoot:1", { namespace: "web" }), "pass"],
  ["a tool box in another namespace, where everything is judged", beside("nicolaka/netshoot:1", { namespace: "web" }), "pass", { settings: { profile: "strict" } }],
]);

const smf = (ports: readonly Properties[] = []) => networkFunction("smf", { container: { ports } });
const service = (spec: Properties): ResourceInit => object("v1", "Service", "smf", { spec: { selector: { app: "smf" }, ...spec } });
const debugged = (...args: readonly string[]) => [networkFunction("smf", { container: { args } })];

// prettier-ignore
answers("WH-09", [
  ...[6060, 2345, 5005, 40000, 9229, 5678].map((port): Case => [`debug port ${port} behind a Service`, [smf(), service({ ports: [{ port }] })], "fail"]),
  ["a debug port's number outside, another inside", [smf(), service({ ports: [{ port: 6060, targetPort: 8080 }] })], "pass"],
  ["a named port beside the debugger's", [smf([{ name: "dbg", containerPort: 2345 }, { name: "http", containerPort: 8080 }]), service({ ports: [{ port: 80, targetPort: "http" }] })], "pass"],
  ["a named port beside a debugger's port without a name", [smf([{ containerPort: 2345 }]), service({ ports: [{ port: 80, targetPort: "http" }] })], "pass"],
  ["a target that the configuration brings, beside a debugger's port without a name", [smf([{ containerPort: 2345 }]), service({ ports: [{ port: 80, targetPort: unknownValue() }] })], "pass"],
  ["a Service without a selector", [smf(), service({ selector: null, ports: [{ port: 6060 }] })], "pass"],
  ["a Service of what may be a function", [...suspect({}), object("v1", "Service", "blob", { spec: { selector: { app: "blob" }, ports: [{ port: 6060 }] } })], "pass"],
  ["delve given as arguments", debugged("dlv", "exec", "./smf"), "fail"],
  ["a path that ends like a debugger", debugged("-c", "/etc/smf.dlvconf"), "pass"],
  ["a terminal of what may be a function", suspect({ tty: true }), "undetermined"],
]);

const secured = (name: string, security: Properties, more: object = {}) => networkFunction(name, { pod: { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" }, ...security } }, ...more }); // prettier-ignore
const sysctl = (...names: readonly (string | null)[]) => ({ sysctls: names.map((name) => ({ name, value: "1" })) });
const capable = (...add: readonly string[]) => ({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"], add } });

// prettier-ignore
answers("WH-02", [
  ["forwarding in an AMF", [secured("amf", sysctl("net.ipv4.ip_forward"))], "fail"],
  ["forwarding in an UPF, written with slashes", [secured("upf", sysctl("net/ipv4/ip_forward"))], "pass"],
  ["forwarding in a router beside the functions", [networkFunction("amf"), secured("frr", sysctl("net.ipv4.ip_forward"))], "fail"],
  ["forwarding in a pod of AMF and UPF", [secured("edge", sysctl("net.ipv4.ip_forward"), { pod: { securityContext: sysctl("net.ipv4.ip_forward"), containers: [{ name: "upf", image: "5gc/upf:1", securityContext: capable() }, { name: "amf", image: "5gc/amf:1", securityContext: capable() }] } })], "fail"],
  ["a setting without a name", [secured("amf", sysctl(null))], "pass"],
  ["a kernel setting of what may be a function", [networkFunction("blob", { namespace: "x", pod: { securityContext: sysctl("kernel.msgmax") }, container: { image: "r.example/blob:1", ports: [{ containerPort: 8805, protocol: "UDP" }], securityContext: capable() } })], "undetermined"],
  ["a DaemonSet of the platform", [secured("cni", sysctl("net.ipv4.ip_forward"), { kind: "DaemonSet", namespace: "kube-system" })], "pass", { settings: { profile: "strict" } }],
  ["eBPF in an UPF that says so in an annotation", [networkFunction("upf", { annotations: { "carrierguard.dev/upf-datapath": "ebpf" }, container: { securityContext: capable("BPF", "PERFMON") } })], "pass"],
  ["eBPF in an AMF that says so", [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/upf-datapath": "ebpf" }, container: { securityContext: capable("BPF") } })], "fail"],
  ["NET_ADMIN in a pod of UPF and SMF", [networkFunction("edge", { pod: { containers: [{ name: "upf", image: "5gc/upf:1", securityContext: capable("NET_ADMIN") }, { name: "smf", image: "5gc/smf:1", securityContext: capable() }] } })], "fail"],
]);

// prettier-ignore
answers("WH-03", [
  ["the host's processes of what may be a function", [networkFunction("blob", { namespace: "x", pod: { hostPID: true }, container: { image: "r.example/blob:1", ports: [{ containerPort: 8805, protocol: "UDP" }] } })], "undetermined"],
]);

// prettier-ignore
answers("WH-01", [
  ["a host process of Windows", [networkFunction("nef", { pod: { os: { name: "windows" } }, container: { securityContext: { windowsOptions: { hostProcess: true } } } })], "fail"],
  ["a container that says it is not privileged", amf({ securityContext: { privileged: false } }), "pass"],
]);
