/**
 * Who may enter functions into the NRF, take them out, and ask it for tokens: enrolled functions by name. The question is put to the mesh for a
 * stranger: without a certificate, from another namespace, and with the NRF's neighbours' own kind of identity.
 */

import { type OutsideRoute, routesTo } from "../../analysis/exposure/routes";
import { doorsOf } from "../../analysis/exposure/core-services";
import { workloadsBehind } from "../../analysis/exposure/services";
import { accountOf, type Admission, admission, type Caller, type Operation, principalsFor } from "../../analysis/mesh/authorization";
import { enforcement } from "../../analysis/mesh/istio";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { serviceAccount } from "../../analysis/rbac/grants";
import { defineRule, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

const repositories: Target<SbiProducer> = {
  description: "workloads that are an NRF",
  types: undefined,
  subjects: (model) => model.ask(sbiProducers).filter(({ functions }) => functions.includes("NRF")),
  resource: ({ workload }) => workload.object.resource,
};

export default defineRule({
  id: "ID-12",
  name: "id-12-nrf-only-for-enrolled-functions",
  title: "NRF registration and token endpoints only reachable by enrolled NF identities",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: repositories,
  rationale:
    "The NRF believes whoever it lets in: a pod that may PUT under /nnrf-nfm registers itself as the UDM and is sent subscribers' requests, one that may DELETE takes functions out of service, and one that may POST to /oauth2/token gets the right to call them all.",
  remediation:
    "Select the NRF with an AuthorizationPolicy (ALLOW) whose rules name the ServiceAccounts of the enrolled functions as principals, for PUT, PATCH and DELETE under /nnrf-nfm/* and POST on /oauth2/token, or let the NRF itself demand client certificates of the operator's CA. Keep its Service ClusterIP; other networks come through the SEPP.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.2.2" },
    { framework: "3GPP TS 33.501", ref: "13.3.1.3" },
    { framework: "3GPP TS 33.518 (SCAS)", ref: "4.2.2.2.1", title: "NF discovery authorization for specific slice" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-034", title: "NRFs authorize discovery requests from network functions based on the profile of the expected function/service and the type of the service consumer. If the expe" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
  ],
  breaks: [
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "FGT5003", name: "Network Function Service Discovery" },
    { id: "FGT5041", name: "DOS An NF Via Deregistration" },
  ],
  *check(nrf, context) {
    yield* exposed(nrf, context);
    yield* strangers(nrf, context);
  },
  examples: () => {
    const meshed = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
    const nrf = networkFunction("nrf");
    const who = (...accounts: readonly string[]) => [
      { source: { principals: accounts.map((name) => `cluster.local/ns/core/sa/${name}`) } },
    ];
    const allow = (rules: unknown, spec: Properties = {}) =>
      object("security.istio.io/v1", "AuthorizationPolicy", "nrf", {
        spec: { selector: { matchLabels: { app: "nrf" } }, action: "ALLOW", rules: rules as never, ...spec },
      });
    const functions = ["amf", "smf", "udm"];
    const good = allow([
      { from: who(...functions), to: [{ operation: { methods: ["GET", "PUT", "PATCH", "DELETE", "POST"], paths: ["/nnrf-nfm/*"] } }] },
      { from: who(...functions), to: [{ operation: { methods: ["POST"], paths: ["/oauth2/token"] } }] },
      { to: [{ operation: { methods: ["GET"], paths: ["/nnrf-disc/*"] } }] },
    ]);
    const service = (spec: Properties = {}) =>
      object("v1", "Service", "nrf", { spec: { selector: { app: "nrf" }, ports: [{ port: 443 }], ...spec } });
    const native = [
      object("v1", "ConfigMap", "nrf", {
        data: {
          "nrf.yaml":
            "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{address: 0.0.0.0, port: 443}]}}",
        },
      }),
      networkFunction("nrf", { pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } }),
    ];
    return {
      pass: [
        { name: "enrolled functions by name, discovery for all", resources: [meshed, nrf, good, service()] },
        { name: "the NRF's own check of client certificates", resources: native },
        { name: "everybody denied but the enrolled", resources: [meshed, nrf, allow([{ from: [{ source: { notPrincipals: ["cluster.local/ns/core/sa/amf"] } }] }], { action: "DENY" })] },
        { name: "the SCP alone, for indirect communication", resources: [meshed, nrf, networkFunction("scp"), allow([{ from: who("scp") }])] },
        { name: "names in a condition", resources: [meshed, nrf, allow([{ when: [{ key: "source.principal", values: ["cluster.local/ns/core/sa/amf"] }] }])] },
        { name: "a mesh route to the NRF", resources: [meshed, nrf, good, service(), object("networking.istio.io/v1", "VirtualService", "nrf", { spec: { hosts: ["nrf"], http: [{ route: [{ destination: { host: "nrf" } }] }] } })] },
      ],
      fail: [
        { name: "no mesh and no client certificates", resources: [object("v1", "Namespace", "core"), nrf] },
        { name: "a mesh without any policy for the NRF", resources: [meshed, nrf] },
        { name: "every principal there is", resources: [meshed, nrf, allow([{ from: [{ source: { principals: ["*"] } }] }])] },
        { name: "every account of the namespace", resources: [meshed, nrf, allow([{ from: who("*") }])] },
        { name: "a namespace in place of functions", resources: [meshed, nrf, allow([{ from: [{ source: { namespaces: ["core"] } }] }])] },
        { name: "a second rule that asks nobody", resources: [meshed, nrf, allow([{ from: who("amf") }, { to: [{ operation: { paths: ["/nnrf-nfm/v1/nf-instances/{*}"] } }] }])] },
        { name: "a policy for all of the namespace that opens what the NRF's own closes", resources: [meshed, nrf, good, object("security.istio.io/v1", "AuthorizationPolicy", "all", { spec: { rules: [{}] } })] },
        { name: "tokens for everybody", resources: [meshed, nrf, allow([{ from: who("amf"), to: [{ operation: { paths: ["/nnrf-nfm/*"] } }] }, { to: [{ operation: { paths: ["/oauth2/*"] } }] }])] },
        { name: "addresses in place of identities", resources: [meshed, nrf, allow([{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }])] },
        { name: "a denial that forgets DELETE", resources: [meshed, nrf, allow([{ from: [{ source: { notPrincipals: ["cluster.local/ns/core/sa/amf"] } }], to: [{ operation: { methods: ["PUT", "PATCH", "POST"] } }] }], { action: "DENY" })] },
        { name: "a good policy that no proxy enforces", resources: [object("v1", "Namespace", "core"), nrf, good] },
        { name: "the SBI port past the sidecar", resources: [meshed, good, networkFunction("nrf", { annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "8000" }, container: { ports: [{ name: "sbi", containerPort: 8000 }] } })] },
        { name: "the database among the enrolled", resources: [meshed, nrf, networkFunction("mongodb"), allow([{ from: who("amf", "mongodb") }])] },
        { name: "a policy on the gateway at the edge, not on the NRF", resources: [meshed, nrf, allow([{ from: who("amf") }], { selector: null, targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" }] })] },
        { name: "a NodePort", resources: [...native, service({ type: "NodePort" })] },
        { name: "an internal load balancer is a load balancer", resources: [...native, service({ type: "LoadBalancer" })] },
        { name: "an Ingress", resources: [...native, service(), object("networking.k8s.io/v1", "Ingress", "nrf", { spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "nrf", port: { number: 443 } } } }] } }] } })] },
        { name: "a Gateway's route from another namespace", resources: [...native, service(), object("gateway.networking.k8s.io/v1", "HTTPRoute", "edge", { spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "nrf", namespace: "core", port: 443 }] }] } }, "edge")] },
      ],
      undetermined: [
        { name: "rules that come with the deployment", resources: [meshed, nrf, allow(unknownValue())] },
        { name: "a principal that comes with the deployment", resources: [meshed, nrf, allow([{ from: [{ source: { principals: [unknownValue()] } }] }])] },
        { name: "whether the namespace is in the mesh is not in the stack", resources: [nrf, good] },
        { name: "an external authoriser decides", resources: [meshed, nrf, allow([{}], { action: "CUSTOM", provider: { name: "opa" } })] },
        { name: "a type that comes with the deployment", resources: [...native, service({ type: unknownValue() })] },
      ],
    };
  },
}); // prettier-ignore

/** One of each that only an enrolled function, or the operator, may do (TS 29.510 5.2.2, 5.4.2). */
const OPERATIONS: readonly (Operation & { readonly what: string })[] = [
  { method: "PUT", path: "/nnrf-nfm/v1/nf-instances/q7x-canary", what: "register as any function" },
  { method: "PATCH", path: "/nnrf-nfm/v1/nf-instances/q7x-canary", what: "change another function's profile" },
  { method: "DELETE", path: "/nnrf-nfm/v1/nf-instances/q7x-canary", what: "take functions out of service" },
  { method: "POST", path: "/oauth2/token", what: "ask for access tokens" },
];

const CANARY = "q7x-canary";

function* strangers(nrf: SbiProducer, { model }: RuleContext): Iterable<Verdict> {
  const { workload, functions } = nrf;
  // Whoever has a certificate of the operator's CA is enrolled (TS 33.501 13.3.1.3).
  if (nrf.native === "mutual") return;
  const common = { networkFunctions: functions, interfaces: ["SBI"], cause: "callers" };
  const enforced = enforcement(model, workload, nrf.port);
  if (enforced.answer === "open") {
    yield fail({
      message: `${workload.kind} ${workload.name} asks nobody who they are (${enforced.reason}, and the NRF itself asks for no client certificate): whoever reaches it can ${OPERATIONS.map(({ what }) => what).join(", ")}.`,
      evidence: [enforced.node === undefined ? { path: "AuthorizationPolicy", actual: null, expected: "enforced before the NRF" } : seen(enforced.node, "a proxy before the NRF's SBI port")],
      ...common,
    });
    return;
  }
  const callers: readonly Caller[] = ["nobody", { namespace: CANARY, account: CANARY }, { namespace: workload.namespace, account: CANARY }];
  const admitted = OPERATIONS.map((operation) => ({ operation, found: callers.map((caller) => admission(model, workload, caller, operation)) }));
  const certain = admitted.filter(({ found }) => found.some(({ answer }) => answer === "yes"));
  const open = certain.length > 0 ? certain : admitted.filter(({ found }) => found.some(({ answer }) => answer === "maybe"));
  const sure = certain.length > 0;
  if (open.length > 0) {
    const worst = open.flatMap(({ found }) => found.filter(({ answer }) => answer === (sure ? "yes" : "maybe")));
    const policy = worst.find((item) => item.policy !== undefined)?.policy;
    yield (sure ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} ${sure ? "lets" : "may let"} callers that are on no list ${open.map(({ operation }) => operation.what).join(", ")}${policy === undefined ? "" : ` (AuthorizationPolicy ${policy.name})`}: a rogue function in the core is sent subscribers' requests.`,
      evidence: evidenceOf(worst, open[0]?.operation),
      resource: policy?.resource,
      ...common,
    });
    return;
  }
  yield* notFunctions(nrf, { model } as RuleContext);
  if (enforced.answer === "unknown" && nrf.mesh.answer !== "strict") {
    yield undetermined({
      message: `Whether the policies for ${workload.kind} ${workload.name} are enforced cannot be seen (${enforced.reason}).`,
      evidence: [{ path: "AuthorizationPolicy", actual: null, expected: "enforced before the NRF" }],
      ...common,
    });
  }
} // prettier-ignore

function evidenceOf(admissions: readonly Admission[], operation: Operation | undefined) {
  const rules = new Map(admissions.flatMap(({ policy, rule }) => (rule === undefined ? [] : [[`${policy?.name} ${rule.path}`, rule]])));
  const expected = "principals of the enrolled functions";
  if (rules.size > 0) return [...rules.values()].slice(0, 3).map((rule) => seen(rule, expected));
  return [{ path: "AuthorizationPolicy", actual: null, expected: `ALLOW ${operation?.method ?? ""} ${operation?.path.replace(CANARY, "*") ?? ""} from ${expected}` }];
} // prettier-ignore

/** Enrolled by name, but certainly no network function: a database or a simulator of the radio network. */
function* notFunctions({ workload, functions }: SbiProducer, { model }: RuleContext): Iterable<Verdict> {
  const named = OPERATIONS.flatMap((operation) => principalsFor(model, workload, operation));
  const wrong = new Map<string, Node>();
  for (const node of named) {
    const account = accountOf(valueOr(node.string(), ""));
    if (account === undefined) continue;
    const holders = model.workloadsIn(account.namespace).filter((item) => serviceAccount(item) === account.account);
    const stray = holders.find((item) => ["ran", "datastore"].includes(model.classification(item).role) && !model.classification(item).suspect);
    if (stray !== undefined && holders.every((item) => model.classification(item).role !== "nf")) wrong.set(stray.name, node);
  }
  if (wrong.size === 0) return;
  yield fail({
    message: `${[...wrong.keys()].join(", ")} may register in ${workload.kind} ${workload.name} and ask it for tokens, and ${wrong.size === 1 ? "is" : "are"} no network function: an intruder there is one call away from every function.`,
    evidence: [...wrong.values()].map((node) => seen(node, "principals of network functions")),
    networkFunctions: functions,
    interfaces: ["SBI"],
    cause: "no functions",
  });
} // prettier-ignore

/** Another operator's NRF comes through the SEPP (N27 over N32); nobody else comes from outside. */
function* exposed({ workload, functions }: SbiProducer, { model }: RuleContext): Iterable<Verdict> {
  const common = { networkFunctions: functions, interfaces: ["SBI"] };
  const services = model.objectsIn("", "Service", workload.namespace).flatMap((service) => {
    const match = workloadsBehind(model, service).find((item) => item.workload === workload)?.match;
    return match === undefined ? [] : [{ service, match }];
  });
  for (const { service, match } of services) {
    const { doors, unknown } = doorsOf(service);
    const type = service.spec.get("type");
    const certain = doors.length > 0 && match === "yes";
    if (doors.length > 0 || unknown) {
      yield (certain ? fail : undetermined)({
        message: `Service ${service.name} ${certain ? "opens" : "may open"} the NRF to outside the cluster${doors.length > 0 ? ` (${doors.join(", ")})` : ""}: whoever gets there can look for functions, register one and ask for tokens.`,
        evidence: [doors[0] === "externalIPs" ? seen(service.spec.get("externalIPs"), "none") : seen(type, "ClusterIP")],
        resource: service.resource,
        cause: `${service.name} exposed`,
        ...common,
      });
    }
    for (const route of match === "yes" ? routesTo(model, service) : []) yield routed(route, functions);
  }
} // prettier-ignore

function routed({ object: { kind, name, resource }, backend }: OutsideRoute, functions: SbiProducer["functions"]): Verdict {
  return fail({
    message: `${kind} ${name} routes requests from outside the cluster to the NRF: whoever gets there can look for functions, register one and ask for tokens.`,
    evidence: [seen(backend, "no route to the NRF")],
    resource,
    networkFunctions: functions,
    interfaces: ["SBI"],
    cause: `${kind} ${name}`,
  });
}
