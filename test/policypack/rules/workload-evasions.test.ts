/** Ways past the workload rules, and what an engineer has good reason to do. */

import type { Properties } from "../../../policypack/testing";
import { networkFunction, object, resource } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const capable = (add: readonly string[]): Properties => ({ securityContext: { capabilities: { drop: ["ALL"], add } } });
const pod = (containers: readonly Properties[], more: Properties = {}) => networkFunction("upf", { pod: { containers, ...more } });
const digest = `sha256:${"ab".repeat(32)}`;

// prettier-ignore
answers("WH-02", [
  ["a native sidecar is no init container", [pod([{ name: "upf", image: "5gc/upf", ...capable(["NET_ADMIN"]) }], { initContainers: [{ name: "agent", image: "x/agent", restartPolicy: "Always", ...capable(["NET_ADMIN"]) }] })], "fail"],
  ["a packet capture that carries the function's name", [pod([{ name: "upf", image: "5gc/upf", ...capable(["NET_ADMIN"]) }, { name: "upf-tcpdump", image: "x/tcpdump", ...capable(["NET_RAW"]) }])], "fail"],
  ["two containers of one UPF product", [pod([{ name: "bessd", image: "omecproject/upf-epc-bess:1", ...capable(["IPC_LOCK"]) }, { name: "pfcp-agent", image: "omecproject/upf-epc-pfcpiface:1", ...capable([]) }])], "pass"],
  ["a pod that does not tell which container is the UPF", [pod([{ name: "one", image: "x/a", ...capable(["NET_ADMIN"]) }, { name: "two", image: "x/b", ...capable([]) }])], "undetermined"],
]);

const claimed = networkFunction("udr", { kind: "StatefulSet", pod: { volumes: [] } });
const templates = (spec: Properties) => ({
  ...claimed,
  properties: {
    ...claimed.properties,
    spec: { ...(claimed.properties["spec"] as Properties), volumeClaimTemplates: [{ metadata: { name: "data" }, spec }] },
  },
});
const volume = (spec: Properties) => object("v1", "PersistentVolume", "pv", { spec });
// prettier-ignore
answers("WH-04", [
  ["a claim template and a volume reserved for its first replica", [templates({}), volume({ claimRef: { namespace: "core", name: "data-udr-0" }, hostPath: { path: "/srv" } })], "fail"],
  ["a volume reserved for another namespace's claim", [templates({}), volume({ claimRef: { namespace: "web", name: "data-udr-0" }, hostPath: { path: "/srv" } })], "pass"],
  ["a claim template that names its volume", [templates({ volumeName: "pv" }), volume({ hostPath: { path: "/etc" } })], "fail"],
  ["a class that nothing provisions", [templates({ storageClassName: "manual" }), volume({ storageClassName: "manual", hostPath: { path: "/srv" } })], "fail"],
  ["a local disk", [templates({ storageClassName: "local" }), object("storage.k8s.io/v1", "StorageClass", "local", { provisioner: "kubernetes.io/no-provisioner" }), volume({ storageClassName: "local", local: { path: "/mnt/disks/a" } })], "pass"],
  ["a volume in the cloud", [templates({ volumeName: "pv" }), volume({ csi: { driver: "ebs.csi.aws.com" } })], "pass"],
]);

const run = (...command: string[]) => [networkFunction("amf", { container: { command } })];
const init = (name: string, image: string, ...command: string[]) => [
  networkFunction(name, { pod: { initContainers: [{ name: "init", image, command }] } }),
];
// prettier-ignore
answers("WH-08", [
  ["netcat under Debian's name", run("nc.openbsd", "x", "1"), "fail"],
  ["a tool that xargs starts", run("sh", "-c", "xargs curl < list"), "fail"],
  ["a tool that a variable names", run("sh", "-c", "x=curl; $x http://a"), "fail"],
  ["a program on standard input", run("sh", "-c", "python3 - <<E\nimport os\nE"), "fail"],
  ["an interpreter's inline program", run("sh", "-c", "node -e 'require(1)'"), "fail"],
  ["a connection by openssl", run("sh", "-c", "openssl s_client -connect x:1"), "fail"],
  ["a connection by awk", run("sh", "-c", `awk 'BEGIN { s = "/inet/tcp/0/x/1" }'`), "fail"],
  ["a certificate request by openssl", run("sh", "-c", "openssl req -new -key /k/tls.key && exec amf"), "pass"],
  ["a variable that names the function", run("sh", "-c", "NF=amf; exec $NF -c /etc/amf.yaml"), "pass"],
  ["a word in a message", run("sh", "-c", "echo waiting for curl; exec amf"), "pass"],
  ["a tool given as words, by its path", run("/usr/bin/nc", "-lvp", "4444"), "fail"],
  ["a backslash in the name", run("sh", "-c", "c\\url -s x"), "fail"],
  ["behind timeout and env", run("sh", "-c", "timeout 5 env A=1 wget x"), "fail"],
  ["in a substitution", run("sh", "-c", 'A="$(curl -s x)"; ./amf'), "fail"],
  ["in backticks", run("sh", "-c", "A=`curl x`; ./amf"), "fail"],
  ["by busybox", run("sh", "-c", "busybox wget -O- x"), "fail"],
  ["python on the command line", run("sh", "-c", "python3 -c 'import socket'"), "fail"],
  ["a decoder", run("sh", "-ec", "echo aGk= | base64 -d > /tmp/x"), "fail"],
  ["the tool's name in a text only", run("sh", "-c", 'echo "curl is gone"; exec ./amf'), "pass"],
  ["the tool's name in a comment", run("sh", "-c", "./amf # wget"), "pass"],
  ["the tool's name in a file name", run("sh", "-c", "./amf -c /etc/ssh/config"), "pass"],
  ["redirection of both streams", run("sh", "-c", "./amf 2>&1 | tee /var/log/amf"), "pass"],
  ["an init container that fetches a file", init("amf", "busybox", "sh", "-c", "until wget -O /opt/x http://x/y; do sleep 1; done"), "fail"],
  ["iptables in the UPF's init container of a pinned tool image", init("upf", `busybox@${digest}`, "sh", "-c", "iptables -A FORWARD -j ACCEPT"), "pass"],
  ["iptables in the AMF's init container", init("amf", `r.example/tools@${digest}`, "iptables", "-F"), "fail"],
  ["a Debian based image of a vendor", [networkFunction("amf", { container: { image: "bitnami/amf:7.0-debian-11-r0" } })], "pass"],
  ["a debug tag", [networkFunction("amf", { container: { image: "r.example/5gc/amf:1.2-debug" } })], "fail"],
  ["a Job beside the functions", [networkFunction("amf"), networkFunction("populate", { kind: "Job", container: { image: "r.example/x", command: ["sh", "-c", "curl x"] } })], "pass"],
]);

const node = (...lines: string[]) => [
  resource("aws:ec2/launchTemplate:LaunchTemplate", "n", {
    userData: Buffer.from(["#!/bin/bash", "/etc/eks/bootstrap.sh core", ...lines].join("\n")).toString("base64"),
  }),
];
// prettier-ignore
answers("WH-11", [
  ["a process substitution", node("bash <(curl -s https://x/i.sh)"), "fail"],
  ["sh -c with a substitution", node('sh -c "$(curl -fsSL https://x/i.sh)"'), "fail"],
  ["a download run by sh", node("curl -o /tmp/i.sh https://x/i.sh", "sh /tmp/i.sh"), "fail"],
  ["a download that is unpacked only", node("curl -o /tmp/m.tgz https://x/m.tgz && tar -xzf /tmp/m.tgz -C /opt"), "pass"],
  ["the instance's metadata", node('TOKEN=$(curl -s -X PUT http://169.254.169.254/latest/api/token)', 'curl -s -H "X: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id'), "pass"],
  ["SELinux in its file", node("sed -i 's/SELINUX=enforcing/SELINUX=permissive/' /etc/selinux/config"), "fail"],
  ["audit rules deleted", node("auditctl -D"), "fail"],
  ["iptables listed", node("iptables -L -n"), "pass"],
  ["huge pages and drivers", node("sysctl -w vm.nr_hugepages=1024", "modprobe vfio-pci"), "pass"],
]);

// prettier-ignore
answers("WH-09", [
  ["a debug port of another workload", [networkFunction("smf"), object("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 6060 }] } })], "pass"],
  ["the Node.js inspector", [networkFunction("nef", { container: { command: ["node", "--inspect=0.0.0.0:9229", "nef.js"] } }), networkFunction("amf"), networkFunction("smf")], "fail"],
  ["a file called inspect", run("./amf", "--inspector-config", "x"), "pass"],
]);

// prettier-ignore
answers("WH-03", [
  ["a custom resource", [object("argoproj.io/v1alpha1", "Rollout", "amf", { spec: { template: { metadata: { labels: { app: "amf" } }, spec: { hostPID: true, containers: [{ name: "amf", image: "5gc/amf:1" }] } } } })], "fail"],
  ["a CronJob", [networkFunction("amf", { kind: "CronJob", pod: { hostIPC: true } })], "fail"],
]);
