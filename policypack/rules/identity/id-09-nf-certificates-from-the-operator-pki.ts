/**
 * A function's certificate comes from the operator's own PKI, serves as server and client, lives briefly and has a key that stands the time.
 *
 * Sources: TS 33.310 6.1.3c, 6.1.3a; TS 33.501 13.1; cert-manager API reference, CertificateSpec (usages: digital signature and key
 * encipherment, duration 2160h, RSA 2048 where nothing is said; rotationPolicy Always since 1.18).
 */

import { certificates, isSelfSigned, type NfCertificate } from "../../analysis/certificates";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined } from "../../engine/rule";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

const nfCertificates: Target<NfCertificate> = {
  description: "cert-manager Certificates of network functions",
  types: [
    "kubernetes:cert-manager.io/v1:Certificate",
    "kubernetes:cert-manager.io/v1:Issuer",
    "kubernetes:cert-manager.io/v1:ClusterIssuer",
  ],
  subjects: (model) => model.ask(certificates).filter(({ purpose }) => purpose !== undefined && purpose !== "OAM"),
  resource: ({ object: certificate }) => certificate.resource,
};

export default defineRule({
  id: "ID-09",
  name: "id-09-nf-certificates-from-the-operator-pki",
  title: "NF certificates come from the operator PKI with the SBA profile and short lifetime",
  family: "identity",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: nfCertificates,
  rationale:
    "A certificate that anybody can make, that lives for years or whose key is weak is a name tag, not an identity: who copies it once is that function until it expires.",
  remediation:
    "Issue from the operator's PKI (issuerRef; list it in rules.ID-09.approvedIssuers), usages server auth and client auth, duration 720h with renewBefore, ECDSA P-256 or RSA 3072, rotationPolicy Always; name the function as <nf>.5gc.mnc<MNC>.mcc<MCC>.3gppnetwork.org and urn:uuid:<nfInstanceId>.",
  standards: [
    { framework: "3GPP TS 33.310", ref: "6.1.3c" },
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO13-013",
      title:
        "Certificates for mutual authentication of network functions follow the profiles given in 3GPP technical specifications: 33.310 and 33.501",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO14-013",
      title:
        "Any vendor default (e.g. self-signed) certificates should be removed and replaced with MNO generated certificates for NFV. Each MNO should develop a certificate",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-TLS",
      title: "Hardening: TLS 1.3, PKI certificates not self-signed",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-17", title: "Public Key Infrastructure Certificates" },
    { framework: "NIST SP 800-53r5", ref: "IA-5(2)", title: "Authenticator Management | Public Key-based Authentication" },
  ],
  breaks: [
    { id: "FGT1557.504", name: "Service Based Interface" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
  ],
  options: {
    approvedIssuers: {
      type: "strings",
      description: "Names of the issuers of the operator's PKI; empty: any that does not sign itself.",
      default: [],
    },
  },
  *check(certificate, context) {
    const { object: subject, functions } = certificate;
    const { wrong, open, names } = faults(certificate, context);
    const who = functions.join(", ") || subject.name;
    const common = {
      networkFunctions: functions,
      interfaces: certificate.purpose === "N32" ? ["N32"] : certificate.purpose === "RAN" ? ["N2", "N3"] : ["SBI"],
    };
    if (wrong.length > 0) {
      yield fail({
        message: `Certificate ${subject.name} of ${who} ${wrong.map(({ what }) => what).join(", ")}: copied or made once, it is that function to every other (Registration Of Malicious Network Functions).`,
        evidence: wrong.map(({ evidence }) => evidence),
        cause: "profile",
        ...common,
      });
    } else if (open.length > 0) {
      yield undetermined({
        message: `Whether certificate ${subject.name} of ${who} has the SBA profile is not known before deployment.`,
        evidence: open,
        cause: "profile",
        ...common,
      });
    }
    if (names.length === 0 || certificate.purpose !== "SBI") return;
    yield fail({
      message: `Certificate ${subject.name} does not name ${who} as TS 33.310 has it: the NRF and other functions cannot tie a token to it.`,
      evidence: names,
      advisory: true,
      cause: "names",
      ...common,
    });
  },
  examples: () => {
    const good = {
      secretName: "amf-tls",
      issuerRef: { name: "core-ca", kind: "Issuer" },
      usages: ["server auth", "client auth", "digital signature"],
      duration: "720h",
      renewBefore: "240h",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      dnsNames: ["amf.5gc.mnc001.mcc001.3gppnetwork.org"],
      uris: ["urn:uuid:8e81fa6e-1f4c-4b0a-9a5e-0d6a0a1f2c3d"],
    };
    const certificate = (more: object = {}, name = "amf") =>
      object("cert-manager.io/v1", "Certificate", name, { spec: { ...good, ...more } } as never);
    const issuer = (spec: object) => object("cert-manager.io/v1", "Issuer", "core-ca", { spec } as never);
    const amf = networkFunction("amf", { pod: { volumes: [{ name: "t", secret: { secretName: "amf-tls" } }] } });
    return {
      pass: [
        { name: "the SBA profile from the operator's CA", resources: [amf, certificate(), issuer({ ca: { secretName: "core-ca" } })] },
        { name: "RSA 4096", resources: [amf, certificate({ privateKey: { algorithm: "RSA", size: 4096, rotationPolicy: "Always" } })] },
        {
          name: "the root itself",
          resources: [amf, certificate({ isCA: true, duration: "87600h", issuerRef: { name: "self" } }, "root"), certificate()],
        },
        {
          name: "a webhook's certificate in another namespace",
          resources: [
            object(
              "cert-manager.io/v1",
              "Certificate",
              "webhook",
              { spec: { secretName: "w", issuerRef: { name: "self" } } },
              "cert-manager",
            ),
            amf,
            certificate(),
          ],
        },
      ],
      fail: [
        { name: "self-signed", resources: [amf, certificate(), issuer({ selfSigned: {} })] },
        { name: "a server's only", resources: [amf, certificate({ usages: ["server auth"] })] },
        { name: "usages left to cert-manager", resources: [amf, certificate({ usages: null })] },
        { name: "a year", resources: [amf, certificate({ duration: "8760h" })] },
        { name: "RSA 2048 by default", resources: [amf, certificate({ privateKey: { rotationPolicy: "Always" } })] },
        { name: "the same key for ever", resources: [amf, certificate({ privateKey: { ...good.privateKey, rotationPolicy: "Never" } })] },
        {
          name: "an issuer that is not on the list",
          resources: [amf, certificate()],
          settings: { rules: { "ID-09": { options: { approvedIssuers: ["carrier-ca"] } } } },
        },
        { name: "no name of the function (advisory)", resources: [amf, certificate({ dnsNames: ["amf"], uris: null })] },
      ],
      undetermined: [
        { name: "a duration that the configuration brings", resources: [amf, certificate({ duration: unknownValue() })] },
        {
          name: "a key of which cert-manager's version decides whether it changes",
          resources: [amf, certificate({ privateKey: { algorithm: "ECDSA", size: 256 } })],
        },
      ],
    };
  },
});

interface Fault {
  readonly what: string;
  readonly evidence: Evidence;
}

/** Hours at most: the default of cert-manager. */
const LONGEST = 2160;

function faults({ object: { spec }, issuer }: NfCertificate, { options }: RuleContext): { wrong: Fault[]; open: Evidence[]; names: Evidence[] } {
  const wrong: Fault[] = [];
  const open: Evidence[] = [];
  const approved = options["approvedIssuers"] as readonly string[];
  if (isSelfSigned(issuer.object)) wrong.push({ what: "signs itself", evidence: seen(issuer.node, "an issuer of the operator's PKI") });
  else if (approved.length > 0 && issuer.name === "") open.push(seen(issuer.node, approved.join(", ")));
  else if (approved.length > 0 && !approved.includes(issuer.name)) wrong.push({ what: "comes from an issuer that is not approved", evidence: seen(issuer.node, approved.join(", ")) });
  const usages = spec.get("usages");
  const has = (usage: string): boolean => usages.items().some((item) => valueOr(item.string(), "") === usage);
  if (usages.holdsUnknown()) open.push(seen(usages, "server auth, client auth"));
  else if (!has("server auth") || !has("client auth")) wrong.push({ what: "does not serve as server and client", evidence: seen(usages, "server auth, client auth") });
  const duration = spec.get("duration");
  if (duration.isUnknown) open.push(seen(duration, "2160h at most, 720h is better"));
  else if (hoursOf(duration) > LONGEST) wrong.push({ what: "lives too long", evidence: seen(duration, "2160h at most, 720h is better") });
  const key = spec.get("privateKey");
  const strength = keyFault(key);
  if ([key, key.get("algorithm"), key.get("size")].some((node) => node.isUnknown)) open.push(seen(key, KEYS));
  else if (strength !== undefined) wrong.push({ what: "has a key outside the profile", evidence: strength });
  const rotation = key.get("rotationPolicy");
  if (valueOr(rotation.string(), "") === "Never") wrong.push({ what: "keeps its key for ever", evidence: seen(rotation, "Always") });
  else if (!rotation.isKnown) open.push(seen(rotation, "Always (the default since cert-manager 1.18 only)"));
  return { wrong, open, names: nameFaults(spec) };
} // prettier-ignore

/** Go durations: 2160h, 90m, 1h30m; none where nothing is said. */
function hoursOf(node: Node): number {
  const text = valueOr(node.string(), "");
  const units: { readonly [unit: string]: number } = { h: 1, m: 1 / 60, s: 1 / 3600 };
  return [...text.matchAll(/([\d.]+)(h|m|s)/g)].reduce((sum, [, amount = "0", unit = "h"]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

/** TS 33.310 6.1.3a. */
const KEYS = "ECDSA 256 or 384, or RSA 3072";

/** ECDSA P-256 or P-384, RSA of 3072 bits at least. */
function keyFault(key: Node): Evidence | undefined {
  const name = valueOr(key.get("algorithm").string(), "RSA").toUpperCase();
  const bits = valueOr(key.get("size").number(), name === "ECDSA" ? 256 : 2048);
  const good = name === "ECDSA" ? bits === 256 || bits === 384 : name === "RSA" && bits >= 3072;
  return good ? undefined : { path: key.path, actual: `${name} ${name === "ED25519" ? "" : bits}`.trim(), expected: KEYS };
}

function nameFaults(spec: Node): Evidence[] {
  const dns = spec.get("dnsNames");
  const uris = spec.get("uris");
  if (dns.holdsUnknown() || uris.holdsUnknown()) return [];
  const texts = (node: Node): string[] => node.items().map((item) => valueOr(item.string(), ""));
  return [
    ...(texts(dns).some((name) => /\.5gc\.mnc\d{3}\.mcc\d{3}\.3gppnetwork\.org$/.test(name)) ? [] : [seen(dns, "<nf>.5gc.mnc<MNC>.mcc<MCC>.3gppnetwork.org")]),
    ...(texts(uris).some((uri) => uri.startsWith("urn:uuid:")) ? [] : [seen(uris, "urn:uuid:<nfInstanceId>")]),
  ];
} // prettier-ignore
