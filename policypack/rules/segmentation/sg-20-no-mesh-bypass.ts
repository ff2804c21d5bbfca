/**
 * In a core with a mesh no traffic of the SBI goes past it: functions that speak the SBI are in it, no port or range of theirs is taken out,
 * and what they send goes to known hosts only (REGISTRY_ONLY). Functions without HTTP (UPF, N3IWF, SEG, DEA) and those with mutual TLS of
 * their own (ID-08) are left alone.
 */

import { behindProxy, hasMesh, inboundMtls } from "../../analysis/mesh/istio";
import { outboundPolicy } from "../../analysis/mesh/outbound";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { either, objects } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { topology } from "../../topology/topology";

export default defineRule({
  id: "SG-20",
  name: "sg-20-no-mesh-bypass",
  title: "No mesh bypass on SBI: injection on, no port exclusions, no hostNetwork escape, egress REGISTRY_ONLY",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: either<NamespaceInUse, KubernetesObject>(namespacesInUse, objects(["networking.istio.io/v1", "ServiceEntry"])),
  rationale:
    "Authorization and mTLS hold only where the proxy stands: one excluded port, or a pod without a sidecar, is a door past every policy of the mesh, and ALLOW_ANY lets a function that is taken over call home.",
  remediation:
    "Enrol the namespace (istio-injection: enabled, or istio.io/dataplane-mode: ambient), remove inject: false and the traffic.sidecar.istio.io/exclude… annotations for SBI ports, set outboundTrafficPolicy REGISTRY_ONLY in a Sidecar or the mesh configuration, and name hosts outside one by one in ServiceEntries.",
  standards: [
    { framework: "NIST SP 800-207A", ref: "network tier", title: "identity-tier and network-tier policies" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(8)", title: "Boundary Protection | Route Traffic to Authenticated Proxy Servers" },
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT1041", name: "Exfiltration Over C2 Channel" },
  ],
  options: {
    hosts: {
      type: "strings",
      description: "Hosts outside the mesh that ServiceEntries may name. Empty: any that is no wildcard.",
      default: [],
    },
  },
  subsumes: { "ID-07": "evidence" },
  *check(subject, context) {
    if (!("workloads" in subject)) {
      yield* hosts(subject, context);
      return;
    }
    if (!hasMesh(context.model)) return;
    const members = context.model.ask(byNamespace).get(subject.name) ?? [];
    yield* enrolment(subject, members, context);
    yield* outbound(subject, members, context);
  },
  examples: () => ({
    pass: [
      { name: "a namespace in the mesh, known hosts only", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf")] },
      { name: "REGISTRY_ONLY for the whole mesh", resources: [...MESH, meshConfig("REGISTRY_ONLY"), networkFunction("amf")] },
      { name: "a UPF without a sidecar", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf"), networkFunction("upf", { labels: { app: "upf", "sidecar.istio.io/inject": "false" } })] },
      { name: "SCTP and metrics past the sidecar", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/excludeInboundPorts": "38412,9091" })] },
      { name: "mutual TLS of its own in place of the sidecar", resources: [...MESH, sidecar("REGISTRY_ONLY"), NATIVE, networkFunction("nrf", { annotations: { "sidecar.istio.io/inject": "false" }, pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } })] },
      { name: "a core without a mesh", resources: [networkFunction("amf")] },
      { name: "a ServiceEntry for one host", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf"), entry("ocsp.operator.example")] },
    ],
    fail: [
      { name: "a namespace that is not in the mesh", resources: [STRICT, sidecar("ALLOW_ANY"), object("v1", "Namespace", "core", {}), networkFunction("amf")] },
      { name: "injection switched off for one function", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "sidecar.istio.io/inject": "false" })] },
      { name: "the SBI port excluded", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/excludeInboundPorts": "9091, 8000" })] },
      { name: "the SBI port not among those included", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/includeInboundPorts": "9091" })] },
      { name: "SBI ports of others excluded on the way out", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/excludeOutboundPorts": "443,7777" })] },
      { name: "every address excluded on the way out", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/excludeOutboundIPRanges": "0.0.0.0/1,128.0.0.0/1" })] },
      { name: "traffic that is not intercepted", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "sidecar.istio.io/interceptionMode": "NONE" })] },
      { name: "calls to anywhere", resources: [...MESH, sidecar("ALLOW_ANY"), networkFunction("amf")] },
      { name: "calls to anywhere by the mesh configuration", resources: [...MESH, meshConfig("ALLOW_ANY"), networkFunction("amf")] },
      { name: "a ServiceEntry for every host", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf"), entry("*.com")] },
      { name: "a host that nobody approved", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf"), entry("paste.example")], settings: { rules: { "SG-20": { options: { hosts: ["ocsp.operator.example"] } } } } },
    ],
    undetermined: [
      { name: "a mesh configuration out of sight", resources: [...MESH, networkFunction("amf")] },
      { name: "a host that the configuration brings, where hosts are approved", resources: [...MESH, sidecar("REGISTRY_ONLY"), networkFunction("amf"), entry(unknownValue())], settings: { rules: { "SG-20": { options: { hosts: ["ocsp.operator.example"] } } } } },
      { name: "exclusions that the configuration brings", resources: [...MESH, sidecar("REGISTRY_ONLY"), annotated({ "traffic.sidecar.istio.io/excludeInboundPorts": unknownValue() })] },
    ],
  }),
}); // prettier-ignore

const byNamespace = (model: CoreModel): ReadonlyMap<string, readonly SbiProducer[]> => {
  const found = new Map<string, SbiProducer[]>();
  for (const producer of model.ask(sbiProducers)) {
    if (producer.native === "mutual") continue;
    const list = found.get(producer.workload.namespace);
    if (list === undefined) found.set(producer.workload.namespace, [producer]);
    else list.push(producer);
  }
  return found;
};

interface Bypass {
  readonly producer: SbiProducer;
  readonly text: string;
  readonly node: Node;
  readonly certain: boolean;
}

/** One finding for a namespace that is not in the mesh, one for every workload that leaves it by itself. */
function* enrolment(namespace: NamespaceInUse, members: readonly SbiProducer[], context: RuleContext): Generator<Verdict> {
  const outside: Bypass[] = [];
  for (const producer of members) {
    const own = bypassesOf(producer, context.model);
    const shared = own.filter(({ node }) => node.path.startsWith("metadata.labels"));
    if (shared.length > 0) outside.push(...shared);
    else if (own.length > 0) yield escape(producer, own);
  }
  const [first] = outside;
  if (first === undefined) return;
  yield fail({
    message: `${namespaceTitle(namespace)} is not in the mesh: its ${outside.map(({ producer }) => producer.functions.join("+")).join(", ")} speak the SBI past every policy of the mesh (Service Based Interface).`,
    evidence: [seen(first.node, "istio-injection: enabled, istio.io/rev, or istio.io/dataplane-mode: ambient")],
    networkFunctions: [...new Set(outside.flatMap(({ producer }) => producer.functions))],
    interfaces: ["SBI"],
    cause: "enrolment",
  });
} // prettier-ignore

function escape(producer: SbiProducer, bypasses: readonly Bypass[]): Verdict {
  const certain = bypasses.filter((item) => item.certain);
  const told = certain.length > 0 ? certain : bypasses;
  return (certain.length > 0 ? fail : undetermined)({
    message: `${producer.workload.kind} ${producer.workload.name} ${certain.length > 0 ? "goes" : "may go"} past the mesh on the SBI: ${told.map(({ text }) => text).join("; ")} (Service Based Interface).`,
    evidence: told.map(({ node }) => seen(node, "no SBI traffic past the proxy")),
    resource: producer.workload.object.resource,
    networkFunctions: producer.functions,
    interfaces: ["SBI"],
    cause: "bypass",
  });
}

function bypassesOf(producer: SbiProducer, model: CoreModel): Bypass[] {
  const { workload } = producer;
  const bypass = (text: string, node: Node, certain = true): Bypass => ({ producer, text, node, certain });
  const enforced = inboundMtls(model, workload, undefined);
  const unproxied = behindProxy(model, workload) === "no" && enforced.node !== undefined ? [bypass(enforced.reason, enforced.node)] : [];
  const annotation = (name: string) => workload.podMetadata.get("annotations", name);
  const mode = annotation("sidecar.istio.io/interceptionMode");
  const unseen = valueOr(mode.string(), "") === "NONE" ? [bypass("its traffic is not intercepted", mode)] : [];
  return [...unproxied, ...unseen, ...inboundBypasses(producer, bypass), ...outboundBypasses(producer, bypass)];
}

type Make = (text: string, node: Node, certain?: boolean) => Bypass;

function inboundBypasses(producer: SbiProducer, bypass: Make): Bypass[] {
  const { podMetadata } = producer.workload;
  const serving = servingPorts(producer);
  const excluded = podMetadata.get("annotations", "traffic.sidecar.istio.io/excludeInboundPorts");
  const included = podMetadata.get("annotations", "traffic.sidecar.istio.io/includeInboundPorts");
  const open = [excluded, included].filter((node) => node.isUnknown).map((node) => bypass("which ports are taken out is not known yet", node, false));
  const out = portsIn(excluded).filter((port) => port === "*" || serving.includes(Number(port)));
  const only = included.isKnown && !portsIn(included).includes("*") ? portsIn(included) : undefined;
  const missing = only === undefined ? [] : serving.filter((port) => !only.includes(String(port)));
  return [
    ...open,
    ...(out.length > 0 ? [bypass(`port ${out.join(", ")} is excluded`, excluded)] : []),
    // Where nobody says which ports it serves, a list of included ones is taken for right.
    ...(missing.length === serving.length ? [bypass(`of the ports that go through the proxy none is its SBI (${serving.join(", ")})`, included)] : []),
  ];
} // prettier-ignore

/** Ports that products use for the SBI, of which TCP 80 and 443 lead elsewhere as well. */
const SBI_PORTS = new Set(topology.interfaces.find(({ id }) => id === "SBI")?.ports ?? []);

function outboundBypasses({ workload }: SbiProducer, bypass: Make): Bypass[] {
  const ports = workload.podMetadata.get("annotations", "traffic.sidecar.istio.io/excludeOutboundPorts");
  const ranges = workload.podMetadata.get("annotations", "traffic.sidecar.istio.io/excludeOutboundIPRanges");
  const out = portsIn(ports).filter((port) => port === "*" || SBI_PORTS.has(Number(port)));
  const addresses = portsIn(ranges);
  const wide = addresses.filter((cidr) => cidr === "*" || Number(cidr.split("/")[1] ?? 32) < WIDEST_RANGE);
  return [
    ...(out.length > 0 ? [bypass(`calls to port ${out.join(", ")} are excluded`, ports)] : []),
    ...(wide.length > 0 ? [bypass(`calls to ${wide.join(", ")} are excluded`, ranges)] : []),
  ];
}

/** A range that is shorter holds the pods of a cluster. */
const WIDEST_RANGE = 24;

function portsIn(annotation: Node): string[] {
  return valueOr(annotation.string(), "").split(",").map((part) => part.trim());
} // prettier-ignore

/** Ports on which a producer serves the SBI: those of its configuration, else the TCP ports that its containers declare and products use. */
function servingPorts({ workload, configurations }: SbiProducer): number[] {
  const configured = configurations.flatMap(({ servers }) => servers.flatMap((server) => (server.interface === "SBI" && server.port !== undefined ? [server.port] : [])));
  if (configured.length > 0) return [...new Set(configured)];
  const declared = workload.containers.flatMap(({ node }) => node.get("ports").items().flatMap((port) => {
    const number = valueOr(port.get("containerPort").number(), 0);
    const named = /sbi|http|^n[a-z]+-/i.test(valueOr(port.get("name").string(), ""));
    return named || SBI_PORTS.has(number) ? [number] : [];
  }));
  return declared.length > 0 ? [...new Set(declared)] : [...SBI_PORTS];
} // prettier-ignore

function* outbound(namespace: NamespaceInUse, members: readonly SbiProducer[], context: RuleContext): Generator<Verdict> {
  if (members.every(({ workload }) => behindProxy(context.model, workload) === "no")) return;
  const { answer, node, object: holder } = outboundPolicy(context.model, namespace.name);
  if (answer === "registry") return;
  const certain = answer === "any";
  yield (certain ? fail : undetermined)({
    message: certain
      ? `Functions in ${namespaceTitle(namespace)} may call any host past the mesh's registry (ALLOW_ANY): one that is taken over calls home unseen (Network Function Service Discovery).`
      : `Whether functions in ${namespaceTitle(namespace)} may call hosts past the mesh's registry cannot be seen: Istio allows any unless it is told otherwise.`,
    evidence: node === undefined ? [{ path: "Sidecar spec.outboundTrafficPolicy.mode", actual: null, expected: "REGISTRY_ONLY" }] : [seen(node, "REGISTRY_ONLY")],
    ...(holder === undefined ? {} : { resource: holder.resource }),
    interfaces: ["SBI"],
    cause: "outbound",
  });
} // prettier-ignore

function* hosts(subject: KubernetesObject, context: RuleContext): Generator<Verdict> {
  if (!context.model.coreNamespaces.has(subject.namespace) && subject.namespace !== "istio-system") return;
  if (valueOr(subject.spec.get("location").string(), "") === "MESH_INTERNAL") return;
  const approved = context.options["hosts"] as readonly string[];
  const wrong = subject.spec.get("hosts").items().filter((node) => {
    const host = valueOr(node.string(), "");
    return /^\*(\.[^.]+)?$/.test(host) || (approved.length > 0 && host !== "" && !approved.includes(host));
  });
  const open = subject.spec.get("hosts").holdsUnknown() && approved.length > 0;
  if (wrong.length === 0 && !open) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `ServiceEntry ${subject.name} lets the mesh call ${wrong.length > 0 ? wrong.map((node) => String(node.describe())).join(", ") : "hosts that are not known yet"}: a function that is taken over finds a way out there.`,
    evidence: (wrong.length > 0 ? wrong : [subject.spec.get("hosts")]).map((node) => seen(node, approved.length > 0 ? approved : "hosts by name")),
    interfaces: ["SBI"],
    cause: "hosts",
  });
} // prettier-ignore

const STRICT = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
const MESH = [object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } }), STRICT];
const NATIVE = object("v1", "ConfigMap", "nrf", {
  data: { "nrf.yaml": "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{address: 0.0.0.0, port: 443}]}}" },
}); // prettier-ignore

function sidecar(mode: string) {
  return object("networking.istio.io/v1", "Sidecar", "default", { spec: { outboundTrafficPolicy: { mode } } });
}

function meshConfig(mode: string) {
  return object("v1", "ConfigMap", "istio", { data: { mesh: `outboundTrafficPolicy:\n  mode: ${mode}\n` } }, "istio-system");
}

function annotated(annotations: Properties) {
  return networkFunction("amf", { annotations, container: { ports: [{ name: "sbi", containerPort: 8000 }] } });
}

function entry(host: Properties[string]) {
  return object("networking.istio.io/v1", "ServiceEntry", "outside", { spec: { hosts: [host], location: "MESH_EXTERNAL" } });
}
