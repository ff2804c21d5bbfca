/**
 * SBI producers check access tokens of the NRF, in the product or in the mesh (TS 33.501 13.4.1). Support is mandatory, use is
 * not: where a product's functions send no tokens, static authorization takes their place and the finding advises.
 */

import { policiesFor } from "../../analysis/mesh/istio";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { nfConfigurations, type NfConfiguration } from "../../analysis/nf-config";
import { defineRule, fail, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { and, type Match } from "../../model/kubernetes/selectors";
import { type Node, type Value, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

interface Core {
  readonly producers: readonly SbiProducer[];
  readonly nrf: NfConfiguration | undefined;
}

const cores: Target<Core> = {
  description: "namespaces with producers on the service-based interface",
  types: undefined,
  subjects: coresOf,
  resource: ({ producers, nrf }) => nrf?.object.resource ?? producers[0]?.workload.object.resource,
};

export default defineRule({
  id: "ID-11",
  name: "id-11-sbi-access-authorised-by-oauth2",
  title: "Service access is authorised with NRF-issued OAuth2 tokens (NF-native or mesh-enforced), with short expiry",
  family: "identity",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: cores,
  rationale:
    "Without a token from the NRF, whoever can call a producer may use all its services: a function that is taken over asks the UDM for keys and the AMF for locations.",
  remediation:
    "Switch the product's own token check on (free5GC: nrf configuration.sbi.oauth true, over https), or verify the NRF's tokens in the mesh (RequestAuthentication plus an AuthorizationPolicy that requires them). Tokens live one hour at most: TS 33.501 knows no revocation.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.4.1.0" },
    { framework: "3GPP TS 33.501", ref: "13.4.1.1.2" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.2.2.3.1", title: "Authorization token verification failure handling wthin one PLMN" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-074", title: "NF service providers ensure integrity of the access token by verifying signature using the NRF's public key or verifying a MAC when using shared keys. NF provid" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-035", title: "NRFs should implement Nnrf_AccessToken_Get service in accordance with 3GPP technical specification 33.501, clause 14.3" },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-207", ref: "tenet 6", title: "AuthN and authZ are dynamic and enforced before access" },
    { framework: "GSMA FS.40", ref: "", title: "5G Security Guide" },
  ],
  breaks: [
    { id: "FGT5043", name: "Unauthorized Access To Core Network Function Via Token Abuse" },
    { id: "FGT5043.001", name: "Exploit OAuth2 Scope" },
    { id: "FGT5011", name: "Unauthorized Access To Network Exposure Function (NEF) Via Token Fraud" },
  ],
  *check({ producers, nrf }, { model }) {
    const open = producers.filter((producer) => !verifiesTokens(producer, model));
    const tokenless = open.filter((producer) => isTokenless(producer));
    if (tokenless.length > 0) yield staticAuthorization(tokenless);
    const rest = open.filter((producer) => !isTokenless(producer));
    if (rest.length > 0) yield* nativeTokens(rest, nrf);
    // A product that checks tokens itself looks at scope and audience.
    if (nrf?.oauth?.on === "yes") return;
    yield* looseTokens(
      producers.filter((producer) => !open.includes(producer)),
      model,
    );
  },
  examples: () => {
    const nrf = (sbi: string) =>
      object("v1", "ConfigMap", "nrf", { data: { "nrfcfg.yaml": `configuration: {serviceNameList: [nnrf-nfm, nnrf-disc], sbi: ${sbi}}` } });
    const mounting = (name: string) => networkFunction(name, { pod: { volumes: [{ name: "c", configMap: { name } }] } });
    const udm = object("v1", "ConfigMap", "udm", {
      data: { "udmcfg.yaml": "configuration: {serviceNameList: [nudm-sdm], sbi: {scheme: https}}" },
    });
    const jwt = [
      object("security.istio.io/v1", "RequestAuthentication", "nrf", {
        spec: { jwtRules: [{ issuer: "nrf", jwksUri: "https://nrf/jwks", audiences: ["UDM"] }] },
      }),
      object("security.istio.io/v1", "AuthorizationPolicy", "tokens", {
        spec: {
          action: "ALLOW",
          rules: [
            { from: [{ source: { requestPrincipals: ["nrf/*"] } }], when: [{ key: "request.auth.claims[scope]", values: ["nudm-sdm"] }] },
          ],
        },
      }),
    ];
    const native = [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm")];
    const tokens = (rule: Properties, audiences: Value = ["UDM"]) => [
      object("security.istio.io/v1", "RequestAuthentication", "nrf", { spec: { jwtRules: [{ issuer: "nrf", audiences }] } }),
      object("security.istio.io/v1", "AuthorizationPolicy", "tokens", { spec: { action: "ALLOW", rules: [rule] } }),
    ];
    const scope = { key: "request.auth.claims[scope]", values: ["nudm-sdm"] };
    const callback = {
      from: [{ source: { principals: ["cluster.local/ns/core/sa/udr"] } }],
      to: [{ operation: { paths: ["/nudm-callback/*"], methods: ["POST"] } }],
    };
    return {
      pass: [
        { name: "the audience as a condition, callbacks by identity", resources: [...native, ...tokens({ when: [scope, { key: "request.auth.audiences", values: ["UDM"] }] }, null), object("security.istio.io/v1", "AuthorizationPolicy", "callbacks", { spec: { rules: [callback] } })] },
        { name: "free5GC with oauth over https", resources: [nrf("{scheme: https, oauth: true}"), mounting("nrf"), udm, mounting("udm")] },
        { name: "tokens verified by the mesh", resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm"), ...jwt] },
        { name: "the NRF alone, whose own services need no token", resources: [nrf("{scheme: https}"), mounting("nrf")] },
      ],
      fail: [
        { name: "free5GC without oauth", resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm")] },
        { name: "oauth over plain http: the tokens can be read and used by anybody", resources: [nrf("{scheme: http, oauth: true}"), mounting("nrf"), udm, mounting("udm")] },
        { name: "open5gs, which enforces none (advisory)", resources: [object("v1", "ConfigMap", "udm", { data: { "udm.yaml": "udm: {sbi: {server: [{port: 7777}]}}" } }), mounting("udm")] },
        { name: "any token of the NRF, whatever service it was issued for", resources: [...native, ...tokens({ from: [{ source: { requestPrincipals: ["nrf/*"] } }] })] },
        { name: "any scope at all", resources: [...native, ...tokens({ when: [{ ...scope, values: ["*"] }] })] },
        { name: "a token that was issued for another producer", resources: [...native, ...tokens({ when: [scope] }, null)] },
        { name: "a RequestAuthentication that nothing requires", resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm"), ...jwt.slice(0, 1)] },
      ],
      undetermined: [
        { name: "a scope that the configuration brings", resources: [...native, ...tokens({ when: [{ ...scope, values: unknownValue() }] })] },
        { name: "functions whose configuration is not in the stack", resources: [networkFunction("nrf"), networkFunction("udm")] },
      ],
    };
  },
}); // prettier-ignore

/** Every core namespace with its producers and what its NRF is told. */
function coresOf(model: CoreModel): Core[] {
  const found = new Map<string, SbiProducer[]>();
  // TS 33.501 13.3.1.3: the NRF's own services work without a token.
  for (const producer of model.ask(sbiProducers)) {
    if (producer.functions.every((id) => id === "NRF")) continue;
    found.set(producer.workload.namespace, [...(found.get(producer.workload.namespace) ?? []), producer]);
  }
  const nrfs = model.ask(nfConfigurations).filter((configuration) => configuration.networkFunctions.includes("NRF"));
  const cores = [...found].map(([namespace, producers]) => ({
    producers,
    nrf: nrfs.find((item) => item.object.namespace === namespace) ?? nrfs[0],
  }));
  const alone = cores.length === 0 ? nrfs.slice(0, 1).map((nrf): Core => ({ producers: [], nrf })) : [];
  return [...cores, ...alone];
}

/** Products whose functions neither ask for tokens nor send them. */
function isTokenless(producer: SbiProducer): boolean {
  return (
    producer.configurations.length > 0 && producer.configurations.every((item) => item.product === "open5gs" || item.product === "oai")
  );
}

function staticAuthorization(producers: readonly SbiProducer[]): Verdict {
  const products = [...new Set(producers.flatMap((producer) => producer.configurations.map((item) => item.product)))].join(", ");
  const functions = functionsOf(producers);
  return fail({
    message: `${products} enforces no access tokens: ${functions.join(", ")} serve whoever may call them, so only static authorization by mesh identity (SG-18, SG-19) limits a function that was taken over.`,
    evidence: [
      { path: "AuthorizationPolicy", actual: null, expected: "one for every producer that names its consumers by identity and path" },
    ],
    remediation:
      "Allow each consumer on each producer by its mesh identity and path (AuthorizationPolicy). Do not require the JWT there: these functions send none, and the core would stop.",
    networkFunctions: functions,
    interfaces: ["SBI"],
    cause: "static",
    advisory: true,
  });
}

function* nativeTokens(producers: readonly SbiProducer[], nrf: NfConfiguration | undefined): Iterable<Verdict> {
  const functions = functionsOf(producers);
  const common = { networkFunctions: functions, interfaces: ["SBI"], cause: "tokens" };
  if (nrf === undefined || nrf.oauth === undefined || nrf.oauth.on === "unknown") {
    yield undetermined({
      message: `Whether ${functions.join(", ")} verify access tokens cannot be seen: the NRF's configuration is not in the stack, or not known yet.`,
      evidence: [
        nrf?.oauth === undefined ? { path: "nrf configuration.sbi.oauth", actual: null, expected: true } : seen(nrf.oauth.node, true),
      ],
      ...common,
    });
    return;
  }
  const resource = nrf.object.resource;
  if (nrf.oauth.on === "no") {
    yield fail({
      message: `The NRF issues no access tokens, so ${functions.join(", ")} let any caller use all their services.`,
      evidence: [seen(nrf.oauth.node, true)],
      resource,
      ...common,
    });
    return;
  }
  const plain = [nrf, ...producers.flatMap((producer) => producer.configurations)]
    .flatMap((item) => item.servers)
    .filter((server) => server.encrypted === "no");
  const meshed = producers.every((producer) => producer.mesh.answer === "strict");
  if (plain.length === 0 || meshed) return;
  yield fail({
    message: `Access tokens cross the network in plain HTTP, which is worse than none: whoever reads one on the way is taken for its holder by ${functions.join(", ")} until it expires, nothing can revoke it (TS 33.501 13.4.1), and the records then name an innocent function.`,
    evidence: plain.slice(0, 5).map((server) => seen(server.node, "https")),
    resource,
    ...common,
  });
}

function functionsOf(producers: readonly SbiProducer[]) {
  return [...new Set(producers.flatMap((producer) => producer.functions))];
}

/** RequestAuthentication alone only refuses bad tokens: an AuthorizationPolicy must require a good one on every rule. */
function verifiesTokens({ workload }: SbiProducer, model: CoreModel): boolean {
  const certain = (kind: string) =>
    policiesFor(model, kind, workload)
      .filter((item) => item.certain)
      .map((item) => item.policy);
  if (certain("RequestAuthentication").every((policy) => policy.spec.get("jwtRules").items().length === 0)) return false;
  const policies = certain("AuthorizationPolicy");
  const rulesOf = (action: string) => policies.filter((policy) => valueOr(policy.spec.get("action").string(), "ALLOW") === action).flatMap((policy) => policy.spec.get("rules").items());
  const allow = rulesOf("ALLOW").filter((rule) => !isCallback(rule));
  return (allow.length > 0 && allow.every(requiresToken)) || rulesOf("DENY").some(refusesWithout);
} // prettier-ignore

/** Notifications carry no token (TS 33.501 13.4.1.0): a rule for callbacks goes by identity, which SG-18 sees to. */
function isCallback(rule: Node): boolean {
  const paths = rule.get("to").items().map((item) => item.get("operation", "paths").items());
  const named = rule.get("from").items().some((item) => item.get("source", "principals").items().length > 0);
  return named && paths.length > 0 && paths.every((list) => list.length > 0 && list.every((path) => CALLBACK.test(valueOr(path.string(), ""))));
} // prettier-ignore

const CALLBACK = /^\/(n[a-z0-9]+-)?(callback|notif[a-z]*)s?(\/|$)/i;

/** Tokens are checked, but not what they were issued for: scope and audience (TS 33.501 13.4.1.1.2). */
function* looseTokens(producers: readonly SbiProducer[], model: CoreModel): Iterable<Verdict> {
  const judged = producers.map((producer) => ({ producer, ...namedBy(producer, model) }));
  for (const answer of ["no", "maybe"] as const) {
    const loose = judged.filter(({ scope, audience }) => and([scope, audience]) === answer);
    if (loose.length === 0) continue;
    const functions = functionsOf(loose.map(({ producer }) => producer));
    const noScope = loose.some(({ scope }) => scope === answer);
    const noAudience = loose.some(({ audience }) => audience === answer);
    const missing = [...(noScope ? ["service (scope)"] : []), ...(noAudience ? ["producer (audience)"] : [])].join(" and ");
    yield (answer === "no" ? fail : undetermined)({
      message: `The mesh before ${functions.join(", ")} ${answer === "no" ? "takes" : "may take"} a token of the NRF whatever ${missing} it was issued for: a function that is taken over uses the one it has for every service (Exploit OAuth2 Scope).`,
      evidence: [
        ...(noScope ? [{ path: "AuthorizationPolicy rules[].when", actual: null, expected: "request.auth.claims[scope] with the service's name" }] : []),
        ...(noAudience ? [{ path: "RequestAuthentication jwtRules[].audiences", actual: null, expected: "the producer's type or instance" }] : []),
      ],
      networkFunctions: functions,
      interfaces: ["SBI"],
      cause: "scope",
    });
  }
} // prettier-ignore

/** Whether every way in through the mesh names scope and audience of the token. */
function namedBy({ workload }: SbiProducer, model: CoreModel): { readonly scope: Match; readonly audience: Match } {
  const certain = (kind: string) => policiesFor(model, kind, workload).filter((item) => item.certain).map((item) => item.policy);
  const policies = certain("AuthorizationPolicy");
  const rulesOf = (action: string) => policies.filter((policy) => valueOr(policy.spec.get("action").string(), "ALLOW") === action).flatMap((policy) => policy.spec.get("rules").items());
  const allow = rulesOf("ALLOW").filter((rule) => !isCallback(rule));
  const refused = (keys: readonly string[]) => or(rulesOf("DENY").filter((rule) => rule.get("from").isAbsent && rule.get("to").isAbsent).map((rule) => conditionOn(rule, keys, "notValues")));
  const demanded = (keys: readonly string[]) => or([allow.length === 0 ? "no" : and(allow.map((rule) => conditionOn(rule, keys, "values"))), refused(keys)]);
  const issuers = certain("RequestAuthentication").flatMap((policy) => policy.spec.get("jwtRules").items());
  return { scope: demanded(["request.auth.claims[scope]"]), audience: or([and(issuers.map((rule) => saysOne(rule.get("audiences")))), demanded(["request.auth.audiences", "request.auth.claims[aud]"])]) };
} // prettier-ignore

function conditionOn(rule: Node, keys: readonly string[], list: "values" | "notValues"): Match {
  return or(rule.get("when").items().filter((item) => keys.includes(valueOr(item.get("key").string(), ""))).map((item) => saysOne(item.get(list))));
} // prettier-ignore

/** A list with something in it, and not everything. */
function saysOne(list: Node): Match {
  if (list.isUnknown) return "maybe";
  const words = list.items().map((item) => item.string());
  if (words.length === 0 || words.some((word) => valueOr(word, "") === "*")) return "no";
  return words.every((word) => word.state === "known") ? "yes" : "maybe";
}

function or(answers: readonly Match[]): Match {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Istio's own way to demand a token: deny whoever has none, whatever he asks for. */
function refusesWithout(rule: Node): boolean {
  const sources = rule.get("from").items();
  return rule.get("to").isAbsent && rule.get("when").isAbsent && sources.some((item) => isEverybodyWithout(item.get("source")));
}

/** `notRequestPrincipals` and nothing that narrows it: whoever has no token has none of these names. */
function isEverybodyWithout(source: Node): boolean {
  return source.fields().length === 1 && source.get("notRequestPrincipals").items().length > 0;
}

function requiresToken(rule: Node): boolean {
  const when = rule
    .get("when")
    .items()
    .some(
      (item) =>
        valueOr(item.get("key").string(), "").startsWith("request.auth.") &&
        (item.get("values").isUnknown || item.get("values").items().length > 0),
    );
  const sources = rule.get("from").items();
  return when || (sources.length > 0 && sources.every((item) => item.get("source", "requestPrincipals").items().length > 0));
}
