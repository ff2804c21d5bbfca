/**
 * In a mesh each producer of the SBI names its consumers. Who gets in is computed as Istio does (DENY before ALLOW; without an ALLOW policy
 * everybody), and compared with the consumers of 3GPP, the producers that call back, NRF, SCP and SEPP. Producers without a proxy are
 * SG-20's; how callers prove who they are is ID-07's.
 */

import { guardedProducers, type GuardedProducer, producersOfPolicy, type SourceKind, sourcesOf } from "../../analysis/mesh/producers";
import { actionOf } from "../../analysis/mesh/authorization";
import { intersectPorts } from "../../analysis/reachability/ports";
import { admittedPorts, type Caller, rulePorts } from "../../analysis/reachability/mesh";
import type { Mode } from "../../analysis/reachability/program";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { either, objects } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";
import { type Party, standardFlows } from "../../topology/matrix";
import { networkFunction as functionOf, topology } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "SG-18",
  name: "sg-18-mesh-authorization-by-identity",
  title: "Mesh authorization is default-deny and each SBI producer lists its consumers by identity",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: either<NamespaceInUse, KubernetesObject>(namespacesInUse, objects(["security.istio.io/v1", "AuthorizationPolicy"])),
  rationale:
    "A certificate says who calls, not who may: without a list of consumers any function that is taken over asks the UDM for subscribers' keys and the NRF for tokens.",
  remediation:
    "Put an AuthorizationPolicy without rules (allow nothing) into the namespace, and for each producer one ALLOW policy with the principals of its 3GPP consumers, of the producers that call it back, the NRF and the SCP; `carrierguard reach --suggest` writes them.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.3.0" },
    { framework: "3GPP TS 33.501", ref: "13.4.1.0" },
    { framework: "NIST SP 800-207A", ref: "identity tier", title: "identity-tier and network-tier policies" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-048", title: "Network functions (NFs) only communicate with other Network functions (NFs) for which they are specifically authorized. The rules are applied irrespective of wh" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 4", title: "Access is determined by dynamic policy" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-4", title: "Part I: lock down communications among isolated network functions" },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT5010", name: "Fraudulent AMF Registration For UE In UDM" },
    { id: "FGT5022", name: "Alter Subscriber Profile" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
  ],
  *check(subject, context) {
    if ("workloads" in subject) yield* defaultDeny(subject, context);
    else if (actionOf(subject) === "ALLOW") yield* consumers(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a producer with its consumers", resources: [...MESH, allow("udm", [{ source: { principals: [sa("amf"), sa("smf")] } }]), nothing] },
      { name: "allow nothing, mesh-wide", resources: [...MESH, object("security.istio.io/v1", "AuthorizationPolicy", "nothing", { spec: {} }, "istio-system")] },
      { name: "a producer that calls back, and the NRF", resources: [...MESH, allow("amf", [{ source: { principals: [sa("udm"), sa("nrf"), sa("scp")] } }]), nothing] },
      { name: "a namespace for a producer that is not critical", resources: [...MESH, allow("nssf", [{ source: { namespaces: ["core"] } }]), nothing] },
      { name: "the ingress gateway before a NEF", resources: [...MESH, networkFunction("nef"), allow("nef", [{ source: { principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"] } }]), nothing] },
      { name: "everybody but who shows no principal is denied", resources: [...MESH, nothing, allow("udm", undefined), deny("udm", [{ source: { notPrincipals: [sa("amf")] } }])] },
      { name: "a principal in a condition", resources: [...MESH, nothing, policy("udm", { rules: [{ when: [{ key: "source.principal", values: [sa("amf")] }] }] })] },
      { name: "a core without a mesh", resources: [networkFunction("udm"), networkFunction("amf")] },
      { name: "a policy for something that is no producer", resources: [...MESH, nothing, allow("upf", undefined)] },
    ],
    fail: [
      { name: "no policy: everybody in the mesh", resources: MESH },
      { name: "one producer forgotten", resources: [...MESH, ...["amf", "nrf", "nssf"].map((name) => allow(name, [{ source: { principals: [sa("scp")] } }]))] },
      { name: "any principal", resources: [...MESH, nothing, allow("udm", [{ source: { principals: ["*"] } }])] },
      { name: "any ServiceAccount of the namespace", resources: [...MESH, nothing, allow("udm", [{ source: { principals: ["cluster.local/ns/core/sa/*"] } }])] },
      { name: "a rule without sources", resources: [...MESH, nothing, allow("udm", undefined)] },
      { name: "an allow-all beside the right list", resources: [...MESH, nothing, allow("udm", [{ source: { principals: [sa("amf")] } }]), object("security.istio.io/v1", "AuthorizationPolicy", "all", { spec: { rules: [{}] } })] },
      { name: "a namespace for a critical producer", resources: [...MESH, nothing, allow("udm", [{ source: { namespaces: ["core"] } }])] },
      { name: "addresses for an identity", resources: [...MESH, nothing, allow("udm", [{ source: { ipBlocks: ["10.0.0.0/8"] } }])] },
      { name: "everybody but one", resources: [...MESH, nothing, allow("udm", [{ source: { notPrincipals: [sa("upf")] } }])] },
      { name: "the user plane as a consumer of the UDM", resources: [...MESH, nothing, allow("udm", [{ source: { principals: [sa("amf"), sa("upf")] } }])] },
      { name: "the ingress gateway before a UDM", resources: [...MESH, nothing, allow("udm", [{ source: { principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"] } }])] },
    ],
    undetermined: [
      { name: "principals that the configuration brings", resources: [...MESH, nothing, allow("udm", [{ source: { principals: unknownValue() } }])] },
      { name: "a namespace that may be in the mesh", resources: [networkFunction("udm"), object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } })] },
    ],
  }),
}); // prettier-ignore

/** Identities that nobody has: whoever is let in as these, anybody is. */
const STRANGER: Caller = { namespace: "q7x-elsewhere", account: "q7x-nobody", certified: "yes" };

function* defaultDeny(namespace: NamespaceInUse, context: RuleContext): Generator<Verdict> {
  const open = context.model.ask(guardedByNamespace).get(namespace.name)?.filter(({ policies }) => !policies.some(({ policy }) => actionOf(policy) === "ALLOW")) ?? [];
  const stranger = { ...STRANGER, namespace: namespace.name };
  const admits = ({ producer }: GuardedProducer, mode: Mode) => admittedPorts(context.model, producer.workload, stranger, mode).length > 0;
  const left = open.filter((item) => admits(item, "may"));
  if (left.length === 0) return;
  const certain = left.some((item) => item.proxied && admits(item, "must"));
  const names = left.map(({ producer }) => producer.workload.name);
  yield (certain ? fail : undetermined)({
    message: `In ${namespaceTitle(namespace)} every workload of the mesh ${certain ? "may" : "perhaps may"} call ${listed(names, 6)}: no AuthorizationPolicy names who may (Retrieve UE Subscription Data).`,
    evidence: [{ path: "AuthorizationPolicy", actual: null, expected: "one that allows nothing, and an ALLOW policy with the consumers of each producer" }],
    networkFunctions: [...new Set(left.flatMap(({ producer }) => producer.functions))],
    interfaces: ["SBI"],
    cause: "default deny",
  });
} // prettier-ignore

const guardedByNamespace = (model: CoreModel): ReadonlyMap<string, readonly GuardedProducer[]> => {
  const found = new Map<string, GuardedProducer[]>();
  for (const guarded of model.ask(guardedProducers)) {
    const { namespace } = guarded.producer.workload;
    const list = found.get(namespace);
    if (list === undefined) found.set(namespace, [guarded]);
    else list.push(guarded);
  }
  return found;
};

interface Fault {
  readonly text: string;
  readonly node: Node;
  readonly certain: boolean;
  readonly functions: readonly NetworkFunctionId[];
}

/** One finding a policy, with all that is wrong in it. */
function* consumers(policy: KubernetesObject, context: RuleContext): Generator<Verdict> {
  const faults: Fault[] = [];
  const selected = context.model.ask(producersOfPolicy).get(policy) ?? [];
  for (const { guarded, certain } of selected) {
    for (const rule of policy.spec.get("rules").items()) {
      for (const fault of faultsOf(context.model, rule, guarded)) faults.push({ ...fault, certain: fault.certain && certain });
    }
  }
  const certain = faults.filter((fault) => fault.certain);
  const told = certain.length > 0 ? certain : faults;
  if (told.length === 0) return;
  const texts = [...new Set(told.map(({ text }) => text))];
  yield (certain.length > 0 ? fail : undetermined)({
    message: `AuthorizationPolicy ${policy.name} ${certain.length > 0 ? "lets" : "may let"} ${listed(texts, 3, "; ")}: a function that is taken over calls what 3GPP never has it call (Retrieve UE Subscription Data).`,
    evidence: [...new Map(told.map(({ node }) => [node.path, seen(node, "principals of the 3GPP consumers")])).values()].slice(0, 5),
    networkFunctions: [...new Set(told.flatMap(({ functions }) => functions))],
    interfaces: ["SBI"],
    cause: "consumers",
  });
} // prettier-ignore

function* faultsOf(model: CoreModel, rule: Node, { producer }: GuardedProducer): Generator<Fault> {
  const { workload, functions } = producer;
  const label = functions.join("+");
  const fault = (text: string, node: Node, certain = true): Fault => ({ text: `${text} call the ${label}`, node, certain, functions });
  // What a DENY policy before it refuses the policy does not let in.
  const admits = (caller: Caller) => intersectPorts(rulePorts(rule, caller, "may"), admittedPorts(model, workload, caller, "may")).length > 0;
  for (const { node, kind } of sourcesOf(rule)) {
    const who = KINDS[kind];
    if (kind === "namespaces" && !functions.some(isCritical)) continue;
    if (who !== undefined && admits({ ...STRANGER, namespace: namespaceIn(node) ?? STRANGER.namespace })) yield fault(who, node, kind !== "unknown");
    if (kind === "identity" && node.get("source").holdsUnknown()) yield fault("callers that are not known yet", node, false);
  }
  if (sourcesOf(rule).some(({ kind }) => kind !== "identity")) return;
  const near = { ...STRANGER, namespace: workload.namespace };
  const certainly = (caller: Caller) => rulePorts(rule, caller, "must").length > 0 && admits(caller);
  if (certainly(STRANGER)) yield fault("any identity of the mesh", rule.get("from"));
  else if (namesakes(rule).some((account) => certainly({ ...STRANGER, account }))) yield fault("a ServiceAccount of that name in any namespace", rule.get("from"));
  else if (certainly(near)) yield fault(`every ServiceAccount of ${workload.namespace}`, rule.get("from"));
  else
    for (const { caller, text, beyond } of model.ask(callers))
      if (beyond(functions) && certainly(caller)) yield fault(text, rule.get("from"));
} // prettier-ignore

/** Accounts that principals name whatever stands before them: `*\/sa/amf`, `*amf`. */
function namesakes(rule: Node): string[] {
  return rule.get("from").items()
    .flatMap((item) => item.get("source", "principals").items())
    .flatMap((node) => /^\*(?:.*\/sa\/)?([^/*]+)$/.exec(valueOr(node.string(), ""))?.[1] ?? []);
} // prettier-ignore

const KINDS: { readonly [kind in SourceKind]?: string } = {
  nothing: "anybody",
  exclusions: "everybody but those it excludes",
  addresses: "whoever has one of its addresses, which is no identity,",
  namespaces: "every workload of a namespace",
  unknown: "callers that are not known yet",
};

function namespaceIn(node: Node): string | undefined {
  const [first] = node.get("source", "namespaces").items();
  return first === undefined ? undefined : valueOr(first.string(), undefined)?.replace("*", "q7x");
}

function isCritical(id: NetworkFunctionId): boolean {
  return topology.sbi.some(({ producer, critical }) => producer === id && critical);
}

interface KnownCaller {
  readonly caller: Caller;
  /** "the UPF". */
  readonly text: string;
  /** Whether 3GPP has it call none of these functions. */
  readonly beyond: (functions: readonly NetworkFunctionId[]) => boolean;
}

/** Identities of the core's workloads, and the gateways of the mesh. */
const callers = (model: CoreModel): readonly KnownCaller[] => {
  const own = new Map<string, KnownCaller>();
  for (const workload of model.workloads) {
    const parties = partiesOf(model, workload);
    if (parties.length === 0) continue;
    const account = valueOr(workload.podSpec.get("serviceAccountName").string(), "default");
    const caller: Caller = { namespace: workload.namespace, account, certified: "yes" };
    const text = `the ${parties.map(({ id }) => id).join("+")}`;
    own.set(`${workload.namespace}/${account} ${text}`, { caller, text, beyond: (functions) => !parties.some((from) => functions.some((id) => standardFlows(from, { kind: "function", id }).length > 0)) });
  }
  const gateways = GATEWAYS.map(
    ([namespace, account]): KnownCaller => ({
      caller: { namespace, account, certified: "yes" },
      text: "the ingress gateway, and with it the outside,",
      beyond: (functions) => !functions.some((id) => functionOf(id).mayBeInternetFacing),
    }),
  );
  return [...own.values(), ...gateways];
}; // prettier-ignore

function partiesOf(model: CoreModel, workload: Workload): Party[] {
  const { role, suspect, networkFunctions, coreStore } = model.classification(workload);
  if (workload.hook || suspect) return [];
  if (role === "nf") return networkFunctions.map((id) => ({ kind: "function", id }));
  if (coreStore) return [{ kind: "function", id: "SUBSCRIBER-DB" }];
  return role === "ran" ? [{ kind: "function", id: "GNB" }] : [];
}

/** Namespace and ServiceAccount of the gateways that Istio's charts install. */
const GATEWAYS: readonly (readonly [namespace: string, account: string])[] = [
  ["istio-system", "istio-ingressgateway-service-account"],
  ["istio-system", "istio-ingressgateway"],
  ["istio-system", "istio-ingress"],
  ["istio-ingress", "istio-ingressgateway"],
  ["istio-ingress", "istio-ingress"],
  ["istio-gateway", "istio-ingressgateway"],
];

const MESH = [
  object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } }),
  object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } }),
  ...["amf", "udm", "nrf", "nssf", "upf"].map((name) => networkFunction(name)),
];
const nothing = object("security.istio.io/v1", "AuthorizationPolicy", "nothing", { spec: {} });
const sa = (name: string) => `cluster.local/ns/core/sa/${name}`;

function policy(app: string, spec: Properties) {
  return object("security.istio.io/v1", "AuthorizationPolicy", app, { spec: { selector: { matchLabels: { app } }, ...spec } });
}

function allow(app: string, from: readonly Properties[] | undefined) {
  return policy(app, { action: "ALLOW", rules: [from === undefined ? { to: [{ operation: { ports: ["8000"] } }] } : { from }] });
}

function deny(app: string, from: readonly Properties[]) {
  return object("security.istio.io/v1", "AuthorizationPolicy", `deny-${app}`, { spec: { selector: { matchLabels: { app } }, action: "DENY", rules: [{ from }] } });
} // prettier-ignore
