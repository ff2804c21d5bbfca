/**
 * Non-root, no privilege escalation, read-only root file system (network functions), seccomp, and every other field of the Pod
 * Security Standards at level restricted that has no control of its own.
 */

import { judgedBesidePlatform } from "../../engine/judged";
import { type JudgedPod, perPod } from "../../engine/pod-checks";
import { containerFindings, type ContainerFlaws } from "../../engine/container-findings";
import { defineRule, type Evidence, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { capability, effective, isPrivileged, isWindows } from "../../model/kubernetes/pod-security";
import type { Container } from "../../model/kubernetes/workloads";
import { runsFunction } from "../../model/network-functions/containers";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, unknownValue } from "../../testing/build";
import { areUserPlane } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "WH-05",
  name: "wh-05-non-root-and-confined",
  title: "Non-root, no privilege escalation, read-only root filesystem, RuntimeDefault seccomp",
  family: "workload",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "A function that runs as root, may gain privileges or may write its own file system gives an intruder a place to stay and tools to leave: exactly what living off the land needs.",
  remediation:
    "Set runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true (with an emptyDir where the image writes) and seccompProfile RuntimeDefault. A UPF that makes its TUN device may stay root with everything else set.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "4.2.5", title: "Minimize the admission of containers with allowPrivilegeEscalation (Automated)" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.6", title: "Minimize the admission of containers with allowPrivilegeEscalation" },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.7", title: "Minimize the admission of root containers" },
    {
      framework: "CIS Kubernetes 1.12",
      ref: "5.6.2",
      title: "Ensure that the seccomp profile is set to docker/default in your pod definitions",
    },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.0", title: "Non-root containers" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.1", title: "Immutable container file systems" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.7", title: "Restricts escalation to root" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.10", title: "seccomp profile" },
    { framework: "NIST SP 800-190", ref: "4.4.4", title: "App vulnerabilities (runtime anomaly detection, read-only root filesystem)" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.4.2", title: "No system privileges for web server" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-070",
      title:
        "Root user isn't used within VM or Containers except during initialization, and privileges are dropped on completion of the runtime.  Containers or VMs cannot be",
    },
  ],
  breaks: [
    { id: "T1611", name: "Escape to Host" },
    { id: "T1068", name: "Exploitation for Privilege Escalation" },
    { id: "FGT1525", name: "Implant Internal Image" },
  ],
  // One security context that nobody wrote. Capabilities that somebody added are another mistake.
  subsumes: { "WH-02": "omission" },
  check: perPod(judgedBesidePlatform, function* (workload) {
    const { judged, networkFunctions, role } = workload;
    const flaws = workload.containers.map((container) => flawsOf(workload, container, networkFunctions, role === "nf"));
    yield* containerFindings(workload, judged, networkFunctions, flaws, (containers, certain, evidence) => {
      const fields = [...new Set(evidence.map((item) => /([A-Za-z]+)(\.type)?$/.exec(item.path)?.[1] ?? item.path))];
      return `${containers} ${!certain ? "may not be" : containers.startsWith("Containers ") ? "are not" : "is not"} confined (${fields.join(", ")}): an intruder keeps tools, files and root there.`;
    });
    yield* podFields(workload, networkFunctions, judged === "yes");
  }),
  examples: () => {
    const hardened = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
    const changed = (name: string, change: object) =>
      networkFunction(name, { container: { securityContext: { ...hardened, ...change } as never } });
    return {
      pass: [
        { name: "hardened at the pod and the container", resources: [networkFunction("amf")] },
        {
          name: "a seccomp profile of one's own",
          resources: [changed("amf", { seccompProfile: { type: "Localhost", localhostProfile: "amf.json" } })],
        },
        {
          name: "a UPF that needs root for its TUN device",
          resources: [changed("upf", { runAsNonRoot: false, runAsUser: 0, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } })],
        },
        {
          name: "a database writes its files",
          resources: [
            networkFunction("amf"),
            networkFunction("mongodb", {
              container: { image: "mongo", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
            }),
          ],
        },
      ],
      fail: [
        { name: "nothing set", resources: [networkFunction("smf", { pod: { securityContext: {} }, container: { securityContext: {} } })] },
        { name: "an AMF as root", resources: [changed("amf", { runAsNonRoot: false, runAsUser: 0 })] },
        { name: "a UPF as root that asks for no capability", resources: [changed("upf", { runAsNonRoot: false, runAsUser: 0 })] },
        { name: "seccomp switched off for one container", resources: [changed("nrf", { seccompProfile: { type: "Unconfined" } })] },
        { name: "a writable root file system", resources: [changed("udm", { readOnlyRootFilesystem: false })] },
        {
          name: "a probe that calls another host",
          resources: [
            networkFunction("ausf", {
              container: { securityContext: hardened, livenessProbe: { httpGet: { host: "10.0.0.1", port: 80 } } },
            }),
          ],
        },
        { name: "an SELinux type of one's own", resources: [changed("ausf", { seLinuxOptions: { type: "spc_t" } })] },
      ],
      undetermined: [{ name: "the user comes with the deployment", resources: [changed("amf", { runAsUser: unknownValue() })] }],
    };
  },
});

/** Setting → what it must be; `open` collects what is not known yet. */
function flawsOf(workload: JudgedPod, container: Container, functions: readonly NetworkFunctionId[], isFunction: boolean): ContainerFlaws {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const must = (node: Node, expected: unknown, good: (node: Node) => boolean): void => {
    if (node.holdsUnknown()) open.push(seen(node, expected));
    else if (!good(node)) wrong.push(seen(node, expected));
  };
  const isTrue = (node: Node): boolean => valueOr(node.boolean(), false);
  const linux = !isWindows(workload);
  if (!rootIsNeeded(workload, container, functions)) {
    must(effective(workload, container, "runAsNonRoot"), true, isTrue);
    const user = effective(workload, container, "runAsUser");
    must(user, "a user other than 0", (node) => node.isAbsent || valueOr(node.number(), 0) !== 0);
  }
  if (linux) {
    must(container.security.get("allowPrivilegeEscalation"), false, (node) => !valueOr(node.boolean(), true));
    const seccomp = effective(workload, container, "seccompProfile");
    must(seccomp.get("type"), "RuntimeDefault", (node) => ["RuntimeDefault", "Localhost"].includes(valueOr(node.string(), "")));
  }
  if (isFunction && linux) must(container.security.get("readOnlyRootFilesystem"), true, isTrue);
  for (const [node, expected, good] of optional(workload, container)) if (!node.isAbsent) must(node, expected, good);
  return { container, wrong, open };
}

/** A user-plane function that makes its TUN device keeps root: capabilities of a non-root process do not survive its start. */
function rootIsNeeded(workload: JudgedPod, container: Container, functions: readonly NetworkFunctionId[]): boolean {
  const added = container.security
    .get("capabilities", "add")
    .items()
    .map((item) => capability(valueOr(item.string(), "")));
  const own = runsFunction(workload, container, functions) !== "no";
  return own && areUserPlane(functions) && added.includes("NET_ADMIN") && !isPrivileged(container);
}

type Field = readonly [Node, unknown, (node: Node) => boolean];

const text = (node: Node): string => valueOr(node.string(), "");
const oneOf =
  (...words: readonly string[]) =>
  (node: Node): boolean =>
    words.includes(text(node));

/** Fields that are good when nobody sets them (Pod Security Standards, baseline and restricted). */
function optional(workload: JudgedPod, container: Container): Field[] {
  const annotation = workload.podMetadata.get("annotations", `container.apparmor.security.beta.kubernetes.io/${container.name}`);
  const selinux = [container.security.get("seLinuxOptions"), workload.podSpec.get("securityContext", "seLinuxOptions")];
  const options = selinux.filter((node) => !node.isAbsent);
  const calls = ["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => container.node.get(probe));
  const hooks = ["postStart", "preStop"].map((hook) => container.node.get("lifecycle", hook));
  return [
    [container.security.get("procMount"), "Default", oneOf("Default", "")],
    [effective(workload, container, "appArmorProfile", "type"), "RuntimeDefault", oneOf("RuntimeDefault", "Localhost")],
    [annotation, "runtime/default", (node) => text(node) === "runtime/default" || text(node) === "" || text(node).startsWith("localhost/")],
    ...options.flatMap((chosen): Field[] => [
      [chosen.get("type"), "a container type", oneOf("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")],
      [chosen.get("user"), "nothing", oneOf("")],
      [chosen.get("role"), "nothing", oneOf("")],
    ]),
    ...[...calls, ...hooks]
      .filter((call) => !call.isAbsent)
      .flatMap((call): Field[] => [
        [call.get("httpGet", "host"), "the pod itself", oneOf("", "127.0.0.1", "::1", "localhost")],
        [call.get("tcpSocket", "host"), "the pod itself", oneOf("", "127.0.0.1", "::1", "localhost")],
      ]),
  ];
}

/** Volume types that stay inside the pod or are claimed; host paths belong to WH-04. */
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "hostPath",
  "image",
];

function* podFields(workload: JudgedPod, networkFunctions: readonly NetworkFunctionId[], certain: boolean): Iterable<Verdict> {
  const wrong = workload.podSpec
    .get("volumes")
    .items()
    .flatMap((volume) =>
      volume
        .fields()
        .flatMap(([type, node]) =>
          type === "name" || node.isAbsent || VOLUMES.includes(type)
            ? []
            : [{ path: node.path, actual: type, expected: "a claim, or a volume of the pod" }],
        ),
    );
  if (wrong.length === 0) return;
  yield (certain ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} mounts ${[...new Set(wrong.map((item) => item.actual))].join(", ")} volumes directly: storage outside what the cluster controls.`,
    evidence: wrong,
    networkFunctions,
    cause: "volumes",
  });
}
