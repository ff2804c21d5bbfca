/**
 * The functions' own SBI configuration: TLS on every server and peer, callers verified, N32 never in the clear
 * (TS 33.501 13.1.0, 13.2; TS 33.310 6.1.3c). Read from the parsed files of open5gs, free5GC, SD-Core and OAI.
 */

import { perPart } from "../../model/answers";
import { type NfConfiguration, type NfContents, readersOf } from "../../analysis/nf-config";
import { inboundMtls } from "../../analysis/mesh/istio";
import { configurations, isUnread, notReadYet } from "../../engine/configuration-targets";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Verdict } from "../../engine/rule";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "ID-08",
  name: "id-08-sbi-configuration-not-plaintext",
  title: "NF-native SBI configuration must not be plaintext or skip client verification",
  family: "identity",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: configurations,
  rationale:
    "Plain HTTP on the service-based interface shows subscriber data and access tokens to anybody on the pod network, and lets a rogue function register and answer in another's name.",
  remediation:
    "Serve SBI over TLS 1.2 or 1.3 with a client certificate required (open5gs 2.7: default.tls.server.scheme https and verify_client true; free5GC: sbi.scheme https), and call the NRF and SCP by https:// URIs; or put the namespace into a STRICT mesh. N32 is always TLS.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    { framework: "3GPP TS 33.310", ref: "6.1.3c" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.5.1", title: "HTTPS" },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-TLS",
      title: "Hardening: TLS 1.3, PKI certificates not self-signed",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-027",
      title:
        "Communication between web client and web server is protected using TLS (unless other countermeasures, such as physical security for local services on a single s",
    },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT1600.502", name: "Network Interfaces" },
  ],
  *check(configuration, context) {
    if (isUnread(configuration)) {
      yield notReadYet(configuration, "SBI over TLS with client verification");
      return;
    }
    yield* interfaceOf(configuration, "N32", context);
    // A strict mesh may protect what the function itself sends in the clear: only the stack can tell.
    if (context.view === "stack") yield* interfaceOf(configuration, "SBI", context);
  },
  examples: () => ({
    pass: [
      {
        name: "open5gs 2.7 with TLS and client verification",
        resources: [
          file(
            "nrf",
            "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{address: 0.0.0.0}]}}",
          ),
        ],
      },
      {
        name: "free5GC over https",
        resources: [
          file("amf", "configuration: {serviceNameList: [namf-comm], sbi: {scheme: https, port: 8000}, nrfUri: 'https://nrf:8000'}"),
        ],
      },
      { name: "a UPF, which has no SBI", resources: [file("upf", "upf: {pfcp: {server: [{dev: eth0}]}, gtpu: {server: [{dev: eth0}]}}")] },
      {
        name: "a TLS example in a comment changes nothing for better or worse",
        resources: [file("upf", "# scheme: http\nupf: {pfcp: {server: [{dev: eth0}]}}")],
      },
    ],
    fail: [
      {
        name: "free5GC defaults",
        resources: [
          file("amf", "configuration: {serviceNameList: [namf-comm], sbi: {scheme: http, port: 8000}, nrfUri: 'http://nrf:8000'}"),
        ],
      },
      {
        name: "open5gs 2.6 with no_tls",
        resources: [
          file("amf", "sbi: {server: {no_tls: true}, client: {no_tls: true}}\namf: {sbi: [{dev: eth0, port: 7777}], ngap: [{dev: eth0}]}"),
        ],
      },
      {
        name: "open5gs 2.7 without a word about TLS",
        resources: [file("smf", "smf: {sbi: {server: [{dev: eth0, port: 7777}], client: {scp: [{uri: 'http://scp:7777'}]}}}")],
      },
      {
        name: "OAI, which has none",
        resources: [file("core", "nfs: {amf: {host: oai-amf, sbi: {port: 80, interface_name: eth0}}}\nhttp_version: 2")],
      },
      {
        name: "TLS that lets any client in",
        resources: [
          file(
            "nrf",
            "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: false}}}, sbi: {server: [{address: 0.0.0.0}]}}",
          ),
        ],
      },
      {
        name: "N32 in the clear, whatever else is encrypted",
        resources: [
          file(
            "sepp",
            "sepp: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{dev: eth0}]}, n32: {server: [{scheme: http, port: 7443}]}}",
          ),
        ],
      },
      {
        name: "plain SBI in a Secret",
        resources: [
          object("v1", "Secret", "amf", {
            stringData: { "amfcfg.yaml": "configuration: {serviceNameList: [namf-comm], sbi: {scheme: http}}" },
          }),
          networkFunction("amf"),
        ],
      },
    ],
    undetermined: [
      {
        name: "the file comes with the deployment",
        resources: [object("v1", "ConfigMap", "amf", { data: { "amfcfg.yaml": unknownValue() } })],
      },
    ],
  }),
});

function file(name: string, text: string) {
  return object("v1", "ConfigMap", name, { data: { [`${name}.yaml`]: text } });
}

function* interfaceOf(configuration: NfConfiguration, place: "SBI" | "N32", context: RuleContext): Iterable<Verdict> {
  const { plain, unverified } = faults[place](configuration.contents);
  if (plain.length === 0 && unverified.length === 0) return;
  const meshed = place === "SBI" && isMeshed(configuration, context);
  const functions = configuration.networkFunctions.join(", ") || configuration.object.name;
  const what =
    plain.length > 0
      ? `${place === "N32" ? "N32 to other operators" : "SBI"} in plain HTTP`
      : `${place} over TLS without asking callers for a certificate`;
  const attack =
    place === "N32"
      ? "any node on the interconnect reads and forges signalling"
      : "subscriber data and tokens can be read, and a rogue function can pose as another";
  yield fail({
    message: `${functions} (${configuration.key} in ${configuration.object.kind} ${configuration.object.name}) speaks ${what}${meshed ? "; the strict mesh around it protects it" : `: ${attack}`}.`,
    evidence: [...plain, ...unverified],
    networkFunctions: configuration.networkFunctions,
    interfaces: [place],
    cause: `${configuration.key} ${place}`,
    advisory: meshed,
  });
}

interface Faults {
  readonly plain: readonly Evidence[];
  readonly unverified: readonly Evidence[];
}

const faults = {
  SBI: perPart((contents: NfContents) => faultsAt(contents, "SBI")),
  N32: perPart((contents: NfContents) => faultsAt(contents, "N32")),
};

function faultsAt(configuration: NfContents, place: "SBI" | "N32"): Faults {
  const servers = configuration.servers.filter((server) => server.interface === place);
  const peers = configuration.peers.filter((peer) => peer.interface === place);
  const plain = [...servers, ...peers].filter((item) => item.encrypted === "no").map((item) => seen(item.node, "https"));
  const open = servers.filter(
    (server) => server.encrypted === "yes" && server.verifiesClients === "no" && server.verification !== undefined,
  );
  const skipped = place === "SBI" ? configuration.verifications.filter((item) => item.skipped === "yes") : [];
  const unverified = [
    ...open.map((server) =>
      server.verification?.isAbsent === false
        ? seen(server.verification, true)
        : { path: `${server.node.path} verify_client`, actual: null, expected: true },
    ),
    ...skipped.map((item) => seen(item.node, false)),
  ];
  return { plain, unverified };
}

/** TS 33.501 13.1.0: TLS, "unless network security is provided by other means". */
function isMeshed(configuration: NfConfiguration, context: RuleContext): boolean {
  const readers = readersOf(configuration, context.model);
  const [server] = configuration.servers;
  return readers.length > 0 && readers.every((workload) => inboundMtls(context.model, workload, server?.port).answer === "strict");
}
