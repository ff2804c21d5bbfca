/**
 * Network functions stay on the pod network: no hostNetwork, host ports, NodePorts or external addresses, which go past NetworkPolicy
 * and mesh. A Service's functions are those that its selector matches, whatever it is called.
 */

import { workloadsBehind } from "../../analysis/exposure/services";
import { isPlatform, judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, workloads } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-30",
  name: "sg-30-no-host-network-or-node-ports",
  title: "No hostNetwork, hostPort, NodePort or externalIPs for NFs",
  family: "segmentation",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: either<Workload, KubernetesObject>(workloads, objects(["v1", "Service"])),
  rationale:
    "On the host network neither NetworkPolicy nor mesh sees the function, and it reads the node's credentials from the metadata service; a NodePort or host port opens it on every node.",
  remediation:
    "Remove hostNetwork and hostPort; use a ClusterIP Service inside the cluster and a dedicated interface (Multus, an ENI) for N2, N3 and N4.",
  standards: [
    {
      framework: "CIS EKS 1.8.0",
      ref: "4.2.4",
      title: "Minimize the admission of containers wishing to share the host network namespace (Automated)",
    },
    { framework: "CIS Kubernetes 1.12", ref: "5.2.12", title: "Minimize the admission of containers which use HostPorts" },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "1.5", title: "Use the host network" },
    { framework: "NIST SP 800-53r5", ref: "SC-39", title: "Process Isolation" },
  ],
  breaks: [
    { id: "FGT1611", name: "Escape to Host" },
    { id: "T1611", name: "Escape to Host" },
    { id: "FGT1557.503", name: "Non-SBI" },
  ],
  // What no proxy sees takes calls without mTLS.
  subsumes: { "ID-07": "evidence" },
  *check(subject, context) {
    if ("podSpec" in subject) yield* onHost(subject, context);
    else yield* nodePorts(subject, context);
  },
  examples: () => {
    const service = (spec: object) =>
      object("v1", "Service", "amf", { spec: { selector: { app: "amf" }, ports: [{ port: 38412, protocol: "SCTP" }], ...spec } as never });
    return {
      pass: [
        { name: "a ClusterIP Service", resources: [networkFunction("amf"), service({ type: "ClusterIP" })] },
        {
          name: "a NodePort of something that is no core",
          resources: [
            object("v1", "Service", "web", { spec: { type: "NodePort", selector: { app: "web" } } }, "web"),
            networkFunction("web", { namespace: "web" }),
            networkFunction("amf"),
          ],
        },
        {
          name: "a CNI agent on the host network",
          resources: [networkFunction("calico-node", { kind: "DaemonSet", namespace: "kube-system", pod: { hostNetwork: true } })],
        },
      ],
      fail: [
        { name: "an AMF on the host network", resources: [networkFunction("amf", { pod: { hostNetwork: true } })] },
        {
          name: "a host port",
          resources: [networkFunction("upf", { container: { ports: [{ containerPort: 2152, hostPort: 2152, protocol: "UDP" }] } })],
        },
        { name: "a NodePort", resources: [networkFunction("amf"), service({ type: "NodePort" })] },
        { name: "external addresses", resources: [networkFunction("amf"), service({ externalIPs: ["192.0.2.1"] })] },
        {
          name: "the console beside the core on a NodePort",
          resources: [
            networkFunction("amf"),
            networkFunction("webui"),
            object("v1", "Service", "webui", { spec: { type: "NodePort", selector: { app: "webui" } } }),
          ],
        },
      ],
      undetermined: [
        { name: "the type comes with the deployment", resources: [networkFunction("amf"), service({ type: unknownValue() })] },
        { name: "hostNetwork comes with the deployment", resources: [networkFunction("amf", { pod: { hostNetwork: unknownValue() } })] },
      ],
    };
  },
});

function* onHost(workload: Workload, context: RuleContext): Iterable<Verdict> {
  const judged = judgedInCore(workload, context);
  if (judged === "no" || judged === "later" || isPlatform(workload.namespace, context)) return;
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const network = workload.podSpec.get("hostNetwork");
  const read = network.boolean();
  if (read.state === "known" && read.value) wrong.push(seen(network, false));
  if (read.state === "unknown") open.push(seen(network, false));
  for (const container of workload.containers) {
    for (const port of container.node.get("ports").items()) {
      const host = port.get("hostPort");
      const number = host.number();
      if (number.state === "known" && number.value !== 0) wrong.push(seen(host, "no host port"));
      if (number.state === "unknown") open.push(seen(host, "no host port"));
    }
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  const certain = wrong.length > 0 && judged === "yes";
  const what = evidence.some((item) => item.path.endsWith("hostNetwork"))
    ? "the host network, where neither NetworkPolicy nor mesh sees it and the node's credentials are one call away"
    : `port ${evidence.map((item) => String(item.actual)).join(", ")} of every node it runs on`;
  yield (certain ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} ${certain ? "uses" : "may use"} ${what}.`,
    evidence,
    networkFunctions: context.model.classification(workload).networkFunctions,
    cause: "host",
  });
}

function* nodePorts(service: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  // What stands behind a Service is for the whole stack to say.
  if (context.view === "resource") return;
  const behind = workloadsBehind(context.model, service).filter(({ workload }) => judgedInCore(workload, context) === "yes");
  if (behind.length === 0 || isPlatform(service.namespace, context)) return;
  const type = service.spec.get("type");
  const external = service.spec.get("externalIPs");
  const wrong = [
    ...(valueOr(type.string(), "") === "NodePort" ? [seen(type, "ClusterIP")] : []),
    ...(external.items().length > 0 ? [seen(external, "none")] : []),
  ];
  const open = [type, external].filter((node) => node.isUnknown).map((node) => seen(node, "ClusterIP, without external addresses"));
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  const certain = wrong.length > 0 && behind.some(({ match }) => match === "yes");
  const names = [...new Set(behind.map(({ workload }) => workload.name))].join(", ");
  yield (certain ? fail : undetermined)({
    message: `Service ${service.name} ${certain ? "opens" : "may open"} ${names} on ${wrong.some((item) => item.path.endsWith("externalIPs")) ? "external addresses" : "a port of every node"}: whoever reaches a node reaches the core past its segmentation.`,
    evidence,
    networkFunctions: [...new Set(behind.flatMap(({ workload }) => context.model.classification(workload).networkFunctions))],
    cause: "service",
  });
}
