/**
 * SBI producers check access tokens of the NRF, in the product or in the mesh (TS 33.501 13.4.1). Support is mandatory, use is
 * not: where a product's functions send no tokens, static authorization takes their place and the finding advises.
 */

import { policiesFor } from "../../analysis/mesh/istio";
import { type SbiProducer, sbiProducers } from "../../analysis/mesh/sbi";
import { nfConfigurations, type NfConfiguration } from "../../analysis/nf-config";
import { defineRule, fail, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object } from "../../testing/build";

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
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-074",
      title:
        "NF service providers ensure integrity of the access token by verifying signature using the NRF's public key or verifying a MAC when using shared keys. NF provid",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-035",
      title: "NRFs should implement Nnrf_AccessToken_Get service in accordance with 3GPP technical specification 33.501, clause 14.3",
    },
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
    if (open.length === 0) return;
    const tokenless = open.filter((producer) => isTokenless(producer));
    if (tokenless.length > 0) yield staticAuthorization(tokenless);
    const rest = open.filter((producer) => !isTokenless(producer));
    if (rest.length > 0) yield* nativeTokens(rest, nrf);
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
        spec: { jwtRules: [{ issuer: "nrf", jwksUri: "https://nrf/jwks" }] },
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
    return {
      pass: [
        { name: "free5GC with oauth over https", resources: [nrf("{scheme: https, oauth: true}"), mounting("nrf"), udm, mounting("udm")] },
        { name: "tokens verified by the mesh", resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm"), ...jwt] },
        { name: "the NRF alone, whose own services need no token", resources: [nrf("{scheme: https}"), mounting("nrf")] },
      ],
      fail: [
        { name: "free5GC without oauth", resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm")] },
        {
          name: "oauth over plain http: the tokens can be read and used by anybody",
          resources: [nrf("{scheme: http, oauth: true}"), mounting("nrf"), udm, mounting("udm")],
        },
        {
          name: "open5gs, which enforces none (advisory)",
          resources: [object("v1", "ConfigMap", "udm", { data: { "udm.yaml": "udm: {sbi: {server: [{port: 7777}]}}" } }), mounting("udm")],
        },
        {
          name: "a RequestAuthentication that nothing requires",
          resources: [nrf("{scheme: https}"), mounting("nrf"), udm, mounting("udm"), ...jwt.slice(0, 1)],
        },
      ],
      undetermined: [
        { name: "functions whose configuration is not in the stack", resources: [networkFunction("nrf"), networkFunction("udm")] },
      ],
    };
  },
});

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
  const allow = rulesOf("ALLOW");
  return (allow.length > 0 && allow.every(requiresToken)) || rulesOf("DENY").some(refusesWithout);
} // prettier-ignore

/** Istio's own way to demand a token: deny whoever has none, whatever he asks for. */
function refusesWithout(rule: Node): boolean {
  const sources = rule.get("from").items();
  return rule.get("to").isAbsent && rule.get("when").isAbsent && sources.some((item) => isEverybodyWithout(item.get("source")));
}

/** `notRequestPrincipals: ["*"]` and nothing that narrows it. */
function isEverybodyWithout(source: Node): boolean {
  const without = source.get("notRequestPrincipals").items();
  return source.fields().length === 1 && without.some((item) => valueOr(item.string(), "") === "*");
}

function requiresToken(rule: Node): boolean {
  const when = rule
    .get("when")
    .items()
    .some((item) => valueOr(item.get("key").string(), "").startsWith("request.auth.") && item.get("values").items().length > 0);
  const sources = rule.get("from").items();
  return when || (sources.length > 0 && sources.every((item) => item.get("source", "requestPrincipals").items().length > 0));
}
