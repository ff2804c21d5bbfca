/**
 * Callers on the SBI show who they are: an effective STRICT PeerAuthentication before every producer, with a proxy that enforces
 * it, or the producer's own mutual TLS (TS 33.501 13.1.0, 13.3.2.1). Mesh-wide, namespace, workload and port level are
 * resolved as Istio does.
 */

import { portsOf, workloadsBehind } from "../../analysis/exposure/services";
import { isHostOf } from "../../analysis/mesh/istio";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { defineRule, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { UNRESOLVED } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

interface SbiNamespace {
  readonly name: string;
  readonly producers: readonly SbiProducer[];
  readonly object: KubernetesObject | undefined;
}

const sbiNamespaces: Target<SbiNamespace> = {
  description: "namespaces with producers on the service-based interface",
  types: undefined,
  subjects: namespaces,
  resource: (subject) => subject.object?.resource ?? subject.producers[0]?.workload.object.resource,
};

export default defineRule({
  id: "ID-07",
  name: "id-07-sbi-strict-mtls",
  title: "SBI is mutually authenticated: strict mTLS on every SBA namespace",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: sbiNamespaces,
  rationale:
    "A caller that needs no certificate can register as any function, ask for tokens and read subscriber data: one foothold on the pod network is then a foothold in the whole core.",
  remediation:
    "Enrol the namespace in the mesh (istio-injection: enabled) and set a PeerAuthentication with mtls.mode STRICT for it, without PERMISSIVE or DISABLE on SBI ports; or let every producer ask for client certificates itself.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    { framework: "3GPP TS 33.501", ref: "13.3.2.1" },
    { framework: "3GPP TS 33.501", ref: "5.9.2.1" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.2.2.2", title: "Protection at the transport layer" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-023",
      title:
        "Service based interfaces (SBIs) of all network functions support transport layer security (TLS) (unless other countermeasures are used, such as physical securit",
    },
    { framework: "NIST SP 800-207", ref: "tenet 2", title: "All communication is secured regardless of network location" },
    { framework: "NIST SP 800-207A", ref: "identity tier", title: "identity-tier and network-tier policies" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
    { framework: "NIST SP 800-53r5", ref: "IA-9", title: "Service Identification and Authentication" },
    {
      framework: "NIST SP 800-53r5",
      ref: "IA-3(1)",
      title: "Device Identification and Authentication | Cryptographic Bidirectional Authentication",
    },
    { framework: "CISA ZTMM v2", ref: "Networks/Traffic Encryption" },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "T1040", name: "Network Sniffing" },
  ],
  *check(subject, context) {
    yield* producersOf(subject);
    yield* destinationRules(subject, context);
  },
  examples: () => {
    const meshed = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
    const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
    const native = object("v1", "ConfigMap", "nrf", {
      data: {
        "nrf.yaml":
          "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{address: 0.0.0.0, port: 443}]}}",
      },
    });
    const mounted = networkFunction("nrf", { pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } });
    return {
      pass: [
        { name: "a STRICT namespace in the mesh", resources: [meshed, strict, networkFunction("amf"), networkFunction("nrf")] },
        {
          name: "STRICT from the mesh root",
          resources: [
            meshed,
            object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } }, "istio-system"),
            networkFunction("amf"),
          ],
        },
        { name: "the function's own mutual TLS", resources: [native, mounted] },
        {
          name: "PERMISSIVE for a workload that has no SBI",
          resources: [
            meshed,
            strict,
            networkFunction("amf"),
            networkFunction("upf"),
            object("security.istio.io/v1", "PeerAuthentication", "upf", {
              spec: { selector: { matchLabels: { app: "upf" } }, mtls: { mode: "PERMISSIVE" } },
            }),
          ],
        },
      ],
      fail: [
        { name: "no mesh and no TLS", resources: [object("v1", "Namespace", "core"), networkFunction("amf"), networkFunction("nrf")] },
        { name: "STRICT, but nobody has a sidecar", resources: [object("v1", "Namespace", "core"), strict, networkFunction("amf")] },
        {
          name: "one producer made PERMISSIVE",
          resources: [
            meshed,
            strict,
            networkFunction("amf"),
            object("security.istio.io/v1", "PeerAuthentication", "amf", {
              spec: { selector: { matchLabels: { app: "amf" } }, mtls: { mode: "PERMISSIVE" } },
            }),
          ],
        },
        {
          name: "the SBI port excluded from the sidecar",
          resources: [
            meshed,
            strict,
            networkFunction("amf", {
              annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "7777" },
              container: { ports: [{ name: "sbi", containerPort: 7777 }] },
            }),
          ],
        },
        {
          name: "clients told not to use mTLS",
          resources: [
            meshed,
            strict,
            networkFunction("amf"),
            object("networking.istio.io/v1", "DestinationRule", "amf", {
              spec: { host: "amf.core.svc.cluster.local", trafficPolicy: { tls: { mode: "DISABLE" } } },
            }),
            object("v1", "Service", "amf", { spec: { selector: { app: "amf" } } }),
          ],
        },
        {
          name: "STRICT in another namespace",
          resources: [
            meshed,
            object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } }, "other"),
            networkFunction("amf"),
          ],
        },
      ],
      undetermined: [
        { name: "STRICT, but whether the namespace is in the mesh is not in the stack", resources: [strict, networkFunction("amf")] },
        {
          name: "the mode comes with the deployment",
          resources: [
            meshed,
            object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: unknownValue() } } }),
            networkFunction("amf"),
          ],
        },
      ],
    };
  },
});

function namespaces(model: CoreModel): SbiNamespace[] {
  const found = new Map<string, SbiProducer[]>();
  for (const producer of model.ask(sbiProducers))
    found.set(producer.workload.namespace, [...(found.get(producer.workload.namespace) ?? []), producer]);
  return [...found].map(([name, producers]) => ({
    name,
    producers,
    object: model.objectsNamed("", "Namespace", "", name)[0],
  }));
}

/** One finding for a namespace where nothing protects the producers; one a policy that makes an exception. */
function* producersOf({ name, producers }: SbiNamespace): Iterable<Verdict> {
  const place = name.startsWith(UNRESOLVED) ? "their namespace" : `namespace ${name}`;
  const groups = new Map<string, SbiProducer[]>();
  for (const producer of producers) {
    if (producer.native === "mutual" || producer.mesh.answer === "strict") continue;
    const key = `${producer.mesh.answer} ${producer.mesh.policy?.resource.urn ?? (producer.mesh.node === undefined ? "" : producer.mesh.reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), producer]);
  }
  for (const [key, group] of groups) {
    const [{ mesh, workload }] = group as [SbiProducer, ...SbiProducer[]];
    const functions = [...new Set(group.flatMap((producer) => producer.functions))];
    const tls = group.every((producer) => producer.native === "server-only") ? ", and their own TLS asks callers for no certificate" : "";
    const certain = mesh.answer === "open";
    yield (certain ? fail : undetermined)({
      message: `${functions.join(", ")} in ${place} ${!certain ? "may take" : functions.length === 1 ? "takes" : "take"} SBI calls from anybody (${mesh.reason}${tls}): a rogue function can register, ask for tokens and read subscriber data.`,
      evidence: [
        mesh.node === undefined
          ? { path: "PeerAuthentication", actual: null, expected: "mtls.mode STRICT" }
          : seen(mesh.node, "STRICT mTLS on the SBI port"),
      ],
      resource: mesh.policy?.resource ?? (mesh.node !== undefined && group.length === 1 ? workload.object.resource : undefined),
      networkFunctions: functions,
      interfaces: ["SBI"],
      // Enrolment would change nothing there.
      remediation:
        mesh.node?.name === "hostNetwork"
          ? "Take the pods off the host network (SG-30); the mesh's STRICT mTLS holds for them then."
          : undefined,
      cause: `${certain ? "open" : "unknown"} ${key.includes("urn:") ? "" : key}`,
    });
  }
}

/** A client side that is told to leave the mesh's TLS. */
function* destinationRules({ producers }: SbiNamespace, { model }: RuleContext): Iterable<Verdict> {
  const rules = model.objectsOf("networking.istio.io", "DestinationRule");
  if (rules.length === 0) return;
  for (const rule of rules) {
    const host = rule.spec.get("host").string();
    if (host.state !== "known") continue;
    // Who asks for client certificates himself gets them past the mesh or not at all.
    const served = producers.filter((producer) => producer.native !== "mutual" && servicesOf(model, producer).some((service) => isHostOf(host.value, service, rule)));
    const modes = tlsModes(rule).filter(({ port }) => port === undefined || served.some((producer) => producer.port === undefined || portsBefore(model, producer).has(port)));
    const wrong = modes.find(({ node }) => ["DISABLE", "SIMPLE"].includes(valueOr(node.string(), "")));
    const open = modes.find(({ node }) => node.isUnknown);
    const found = wrong ?? open;
    if (served.length === 0 || found === undefined) continue;
    yield (wrong === undefined ? undetermined : fail)({
      message: `DestinationRule ${rule.name} ${wrong === undefined ? "may make" : "makes"} callers of ${host.value} use ${valueOr(found.node.string(), "DISABLE") === "DISABLE" ? "plain text" : "TLS without a client certificate"} instead of the mesh's mTLS: SBI calls cannot be told apart from an intruder's.`,
      evidence: [seen(found.node, "ISTIO_MUTUAL")],
      resource: rule.resource,
      networkFunctions: [...new Set(served.flatMap((producer) => producer.functions))],
      interfaces: ["SBI"],
      cause: "destination rule",
    });
  }
} // prettier-ignore

function servicesOf(model: CoreModel, { workload }: SbiProducer): readonly KubernetesObject[] {
  return model
    .objectsIn("", "Service", workload.namespace)
    .filter((service) => workloadsBehind(model, service).some((item) => item.workload === workload && item.match === "yes"));
}

/** Numbers by which a producer's SBI is called: its own, and those of its Services that lead there. */
function portsBefore(model: CoreModel, producer: SbiProducer): ReadonlySet<number> {
  const exposed = servicesOf(model, producer).flatMap((service) => portsOf(service, workloadsBehind(model, service)));
  const own = producer.port;
  return new Set(own === undefined ? [] : [own, ...exposed.flatMap(({ numbers }) => (numbers.includes(own) ? numbers : []))]);
}

/** The modes of the rule, of its ports and of its subsets. */
function tlsModes(rule: KubernetesObject): { readonly node: Node; readonly port: number | undefined }[] {
  const policies = [rule.spec, ...rule.spec.get("subsets").items()].map((holder) => holder.get("trafficPolicy"));
  return policies.flatMap((policy) => [
    { node: policy.get("tls", "mode"), port: undefined },
    ...policy
      .get("portLevelSettings")
      .items()
      .map((holder) => ({ node: holder.get("tls", "mode"), port: valueOr(holder.get("port", "number").number(), undefined) })),
  ]);
}
