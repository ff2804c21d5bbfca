/**
 * Where a mesh carries the SBI, its proxies log every call: a Telemetry resource with accessLogging for the namespace or the whole mesh, or the mesh's
 * accessLogFile. A log format in sight must name the caller's identity and leave the token out.
 */

import { hasMesh } from "../../analysis/mesh/istio";
import { functionsIn, isCore, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { defineRule, fail, seen, undetermined } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { speaksSbi } from "../../topology/topology";

export default defineRule({
  id: "LG-10",
  name: "lg-10-mesh-access-logs",
  title: "Mesh access logs record caller identity, service path and authorization denials",
  family: "logging",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: namespacesInUse,
  rationale: "A stolen token or a curious function asks the NRF and the UDM for what it should not know: only the proxies' logs, with the caller's identity and the refusals, show who asked for whom.",
  remediation: "Add a Telemetry resource with accessLogging to the namespace (or to the mesh's root namespace), with a format that has the source principal, path and response flags, and neither body nor Authorization header.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "AU-12", title: "Audit Record Generation" },
    { framework: "NIST SP 800-53r5", ref: "AU-3", title: "Content of Audit Records" },
    { framework: "NIST SP 800-207", ref: "tenet 7", title: "Collect information on assets, infrastructure and traffic" },
    { framework: "NIST SP 800-207A", ref: "monitoring", title: "identity-tier and network-tier policies" },
  ],
  breaks: [
    { id: "FGT5003", name: "Network Function Service Discovery" },
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT5043", name: "Unauthorized Access To Core Network Function Via Token Abuse" },
  ],
  *check(namespace, context) {
    const { model } = context;
    if (!isCore(namespace, context) || !hasMesh(model)) return;
    const networkFunctions = functionsIn(namespace, model).filter(speaksSbi);
    if (networkFunctions.length === 0) return;
    const logging = loggingOf(model, namespace.name);
    if (logging.answer !== "yes") {
      yield (logging.answer === "no" ? fail : undetermined)({
        message: `The mesh ${logging.answer === "no" ? "logs" : "may log"} no call to ${networkFunctions.join(", ")} in namespace ${namespaceTitle(namespace)}: a stolen token that asks for subscribers leaves no trace (Unauthorized Access To Core Network Function Via Token Abuse).`,
        evidence: [logging.node === undefined ? { path: "", actual: null, expected: "a Telemetry with accessLogging" } : seen(logging.node, "access logging on")],
        networkFunctions,
        interfaces: ["SBI"],
        cause: namespace.name.startsWith("?") ? "" : namespace.name,
      });
      return;
    }
    for (const { node, text } of formats(model)) {
      const leaks = /REQ\(AUTHORIZATION\)/i.test(text);
      if (!leaks && /DOWNSTREAM_PEER|source\.principal|PEER_URI_SAN/i.test(text) && /RESPONSE_FLAGS/i.test(text)) continue;
      yield fail({
        message: leaks ? "The mesh writes Authorization headers into its access log: whoever reads logs has the functions' tokens." : "The mesh's access log names neither caller nor refusal: who asked for a subscriber cannot be told from it.",
        evidence: [{ path: node.path, actual: leaks ? "%REQ(AUTHORIZATION)%" : "no source principal or response flags", expected: "source principal, path and response flags, no Authorization header" }],
        cause: "format",
      });
    }
  },
  examples: () => ({
    pass: [
      { name: "logging for the whole mesh", resources: [nrf, strict, telemetry("istio-system", {})] },
      { name: "logging for the namespace", resources: [nrf, strict, telemetry("core", {})] },
      { name: "no mesh", resources: [nrf] },
    ],
    fail: [
      { name: "a mesh without access logs", resources: [nrf, strict] },
      { name: "switched off for the namespace", resources: [nrf, strict, telemetry("istio-system", {}), telemetry("core", { disabled: true })] },
      { name: "logging in another namespace", resources: [nrf, strict, telemetry("web", {})] },
      { name: "tokens in the log", resources: [nrf, strict, telemetry("core", {}), object("v1", "ConfigMap", "istio", { data: { mesh: "accessLogFile: /dev/stdout\naccessLogFormat: '%REQ(AUTHORIZATION)% %DOWNSTREAM_PEER_URI_SAN% %RESPONSE_FLAGS%'\n" } }, "istio-system")] },
    ],
    undetermined: [{ name: "a switch that the configuration brings", resources: [nrf, strict, telemetry("core", { disabled: unknownValue() })] }],
  }),
}); // prettier-ignore

interface Logging {
  readonly answer: "yes" | "no" | "maybe";
  readonly node: Node | undefined;
}

/** The namespace's own Telemetry before that of the mesh (Istio, Telemetry API: the most specific one wins). */
function loggingOf(model: CoreModel, namespace: string): Logging {
  const all = model
    .objectsOf("telemetry.istio.io", "Telemetry")
    .filter((item) => item.spec.get("selector").isAbsent && !item.spec.get("accessLogging").isAbsent);
  for (const place of [namespace, "istio-system"]) {
    const own = all.find((item) => item.namespace === place);
    if (own === undefined) continue;
    const off = own.spec
      .get("accessLogging")
      .items()
      .map((item) => item.get("disabled"));
    if (off.some((node) => node.isUnknown) || own.spec.get("accessLogging").isUnknown)
      return { answer: "maybe", node: own.spec.get("accessLogging") };
    const disabled = off.find((node) => valueOr(node.boolean(), false));
    return disabled === undefined ? { answer: "yes", node: undefined } : { answer: "no", node: disabled };
  }
  return meshTexts(model).some(({ text }) => /accessLogFile\s*[\n:]\s*["']?\/\S/.test(text))
    ? { answer: "yes", node: undefined }
    : { answer: "no", node: undefined };
}

interface MeshText {
  readonly node: Node;
  readonly text: string;
}

/** The mesh's configuration, where the stack has it. */
function meshTexts(model: CoreModel): readonly MeshText[] {
  const maps = model
    .objectsIn("", "ConfigMap", "istio-system")
    .filter((item) => item.name.startsWith("istio"))
    .map((item) => item.resource.props.get("data", "mesh"));
  const operators = model.objectsOf("install.istio.io", "IstioOperator").map((item) => item.spec.get("meshConfig"));
  return [...maps, ...operators].map((node) => ({ node, text: textBelow(node) }));
}

function formats(model: CoreModel): readonly MeshText[] {
  return meshTexts(model).filter(({ text }) => /accessLogFormat/.test(text));
}

const nrf = networkFunction("nrf");
const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
function telemetry(namespace: string, logging: Properties) {
  return object(
    "telemetry.istio.io/v1",
    "Telemetry",
    "logs",
    { spec: { accessLogging: [{ providers: [{ name: "otel" }], ...logging }] } },
    namespace,
  );
}
