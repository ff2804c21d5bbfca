/**
 * What may be called of a producer with critical services is said by API and method: a consumer of nudm-sdm does not get nudm-ueau with it.
 * Critical services are those of the topology (TS 33.501 13.4.1); a path names an API where its first segment is a word (`/nudm-sdm/*`), so
 * callback URIs count with a path of their own. Ambient's ztunnel reads no HTTP: there only a policy at a waypoint (targetRefs) counts.
 */

import { producersOfPolicy } from "../../analysis/mesh/producers";
import { isAmbient, isAttached } from "../../analysis/mesh/istio";
import { actionOf } from "../../analysis/mesh/authorization";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { topology } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "SG-19",
  name: "sg-19-critical-services-by-path-and-method",
  title: "Critical SBI services are authorised per API path and method",
  family: "segmentation",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: objects(["security.istio.io/v1", "AuthorizationPolicy"]),
  rationale:
    "One producer serves harmless and precious APIs on one port: a function that may ask the UDM for a subscription could as well ask for authentication vectors, and an NRF consumer could deregister the others.",
  remediation:
    "In every rule of an ALLOW policy for these producers name the API and the methods: to.operation.paths [/nudm-sdm/*] with methods [GET], callbacks in a rule of their own with their path; with Istio ambient attach the policy to a waypoint by targetRefs.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.4.1.1.1" },
    { framework: "3GPP TS 33.501", ref: "5.8b" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 3", title: "Access is granted per session" },
  ],
  breaks: [
    { id: "FGT5043.001", name: "Exploit OAuth2 Scope" },
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT5022", name: "Alter Subscriber Profile" },
    { id: "FGT5012.004", name: "Core Network Function Signaling" },
  ],
  *check(policy, context) {
    // What a policy selects is for the whole stack to say.
    if (context.view === "resource" || actionOf(policy) !== "ALLOW") return;
    yield* judge(policy, context);
  },
  examples: () => ({
    pass: [
      { name: "each API with its methods", resources: [...MESH, allow("udm", { paths: ["/nudm-sdm/*"], methods: ["GET", "POST", "DELETE"] })] },
      { name: "the token endpoint of the NRF", resources: [...MESH, allow("nrf", { paths: ["/oauth2/token"], methods: ["POST"] })] },
      { name: "a callback with its path", resources: [...MESH, allow("amf", { paths: ["/namf-callback/*"], methods: ["POST"] })] },
      { name: "a producer without critical services", resources: [...MESH, allow("nssf", { ports: ["8000"] })] },
      { name: "nothing allowed", resources: [...MESH, policy("udm", {})] },
      { name: "a waypoint in ambient mode", resources: [...AMBIENT, policy("udm", { rules: [rule({ paths: ["/nudm-sdm/*"], methods: ["GET"] })] }, { targetRefs: [{ group: "", kind: "Service", name: "udm" }] })] },
      { name: "a namespace that is not in the mesh", resources: [object("v1", "Namespace", "core", {}), ...functions, allow("udm", { ports: ["8000"] })] },
    ],
    fail: [
      { name: "a port alone", resources: [...MESH, allow("udm", { ports: ["8000"] })] },
      { name: "no operation at all", resources: [...MESH, policy("udm", { rules: [{ from: CONSUMER }] })] },
      { name: "every path", resources: [...MESH, allow("udm", { paths: ["/*"], methods: ["GET"] })] },
      { name: "a prefix that all APIs of the producer share", resources: [...MESH, allow("udm", { paths: ["/nudm-*"], methods: ["GET"] })] },
      { name: "a suffix, which any API may have", resources: [...MESH, allow("udm", { paths: ["*/am-data"], methods: ["GET"] })] },
      { name: "a template that stands for everything", resources: [...MESH, allow("udm", { paths: ["/{**}"], methods: ["GET"] })] },
      { name: "an API without methods", resources: [...MESH, allow("udm", { paths: ["/nudm-sdm/*"] })] },
      { name: "every path but one", resources: [...MESH, allow("udm", { notPaths: ["/nudm-ueau/*"], methods: ["GET"] })] },
      { name: "a second rule that opens the rest", resources: [...MESH, policy("udm", { rules: [rule({ paths: ["/nudm-sdm/*"], methods: ["GET"] }), { from: CONSUMER }] })] },
      { name: "ambient without a waypoint", resources: [...AMBIENT, allow("udm", { paths: ["/nudm-sdm/*"], methods: ["GET"] })] },
    ],
    undetermined: [{ name: "paths that the configuration brings", resources: [...MESH, allow("udm", { paths: unknownValue(), methods: ["GET"] })] }],
  }),
}); // prettier-ignore

/** An API by its name: the first segment whole, without a wildcard. */
const NAMED_PATH = /^\/[A-Za-z0-9][\w.-]*(\/.*)?$/;

interface Fault {
  readonly node: Node;
  readonly text: string;
  readonly certain: boolean;
}

function* judge(policy: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const selected = (context.model.ask(producersOfPolicy).get(policy) ?? []).filter(({ guarded }) => critical(guarded.producer.functions).length > 0);
  const functions = [...new Set(selected.flatMap(({ guarded }) => guarded.producer.functions))];
  if (selected.length === 0) return;
  const faults = policy.spec.get("rules").items().flatMap(faultsOf);
  const ambient = !isAttached(policy) && selected.some(({ guarded }) => isAmbient(context.model, guarded.producer.workload));
  const said = policy.spec.get("rules").items().length > 0;
  const certain = [...faults.filter((fault) => fault.certain), ...(ambient && said ? [{ node: policy.spec.get("selector"), text: "needs a waypoint, as ztunnel reads no HTTP", certain: true }] : [])];
  const told = certain.length > 0 ? certain : faults;
  if (told.length === 0) return;
  const sure = certain.length > 0 && selected.some((item) => item.certain);
  const services = critical(functions);
  yield (sure ? fail : undetermined)({
    message: `AuthorizationPolicy ${policy.name} of the ${functions.join(", ")} ${[...new Set(told.map(({ text }) => text))].join(" and ")}: whoever may call one service gets ${listed(services, 4)} with it (Retrieve UE Subscription Data).`,
    evidence: told.slice(0, 5).map(({ node }) => seen(node, "paths of one API (/nudm-sdm/*) and the methods that are called")),
    networkFunctions: functions,
    interfaces: ["SBI"],
    cause: "operations",
  });
} // prettier-ignore

function critical(functions: readonly NetworkFunctionId[]): string[] {
  return topology.sbi.flatMap((row) => (row.critical && functions.some((id) => id === row.producer) ? [row.service] : []));
}

function faultsOf(rule: Node): Fault[] {
  const to = rule.get("to");
  if (to.isUnknown) return [{ node: to, text: "says with values that are not known yet which API it is about", certain: false }];
  if (to.items().length === 0) return [{ node: rule, text: "names neither API nor method", certain: true }];
  return to.items().flatMap((item) => {
    const operation = item.get("operation");
    return [...pathFaults(operation), ...methodFaults(operation)];
  });
}

function pathFaults(operation: Node): Fault[] {
  const paths = operation.get("paths");
  if (paths.holdsUnknown()) return [{ node: paths, text: "says with values that are not known yet which API it is about", certain: false }];
  const wide = paths.items().filter((path) => !NAMED_PATH.test(valueOr(path.string(), "")));
  if (paths.items().length === 0) return [{ node: operation, text: "names no API", certain: true }];
  return wide.map((node) => ({ node, text: `opens every API by ${String(node.describe())}`, certain: true }));
}

function methodFaults(operation: Node): Fault[] {
  const methods = operation.get("methods");
  if (methods.holdsUnknown()) return [{ node: methods, text: "says with values that are not known yet which methods it allows", certain: false }];
  const named = methods.items().filter((method) => valueOr(method.string(), "*") !== "*");
  return named.length > 0 && named.length === methods.items().length ? [] : [{ node: operation, text: "names no methods", certain: true }];
} // prettier-ignore

const CONSUMER = [{ source: { principals: ["cluster.local/ns/core/sa/amf"] } }];
const functions = ["amf", "udm", "nrf", "nssf"].map((name) => networkFunction(name));
const MESH = [object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } }), ...functions];
const AMBIENT = [
  object("v1", "Namespace", "core", { metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } }),
  object("v1", "Service", "udm", { spec: { selector: { app: "udm" }, ports: [{ port: 8000 }] } }),
  ...functions,
];

function rule(operation: Properties) {
  return { from: CONSUMER, to: [{ operation }] };
}

function policy(app: string, spec: Properties, attached: Properties = { selector: { matchLabels: { app } } }) {
  return object("security.istio.io/v1", "AuthorizationPolicy", app, { spec: { ...attached, ...spec } });
}

function allow(app: string, operation: Properties) {
  return policy(app, { action: "ALLOW", rules: [rule(operation)] });
}
