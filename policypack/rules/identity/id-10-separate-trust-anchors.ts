/**
 * Each world has a trust anchor of its own: other operators (N32), the own SBI, the RAN, lawful interception. An issuer is followed to the CA
 * that it signs with, so that two issuers of one CA are one anchor.
 *
 * Sources: TS 33.310 (interconnection, SBA and SEG CAs); TS 33.501 13.1, 9.3; AWS Private CA User Guide, "Understand CA modes", "Planning for
 * revocation".
 */

import { certificates, isSelfSigned, type NfCertificate, type Purpose } from "../../analysis/certificates";
import { defineRule, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { either, resources } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import { resolve } from "../../model/aws/references";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { object, resource, unknownValue } from "../../testing/build";

const AUTHORITY = "aws:acmpca/certificateAuthority:CertificateAuthority";
const ISSUED = "aws:acmpca/certificate:Certificate";

/** The certificates of one trust anchor. */
interface Anchor {
  readonly name: string;
  readonly certificates: readonly NfCertificate[];
}

const anchors: Target<Anchor> = {
  description: "trust anchors of cert-manager Certificates",
  types: ["Certificate", "Issuer", "ClusterIssuer"].map((kind) => `kubernetes:cert-manager.io/v1:${kind}`),
  subjects: anchorsOf,
  resource: ({ certificates: [first] }) => first?.object.resource,
};

export default defineRule({
  id: "ID-10",
  name: "id-10-separate-trust-anchors",
  title: "Separate trust anchors: inter-PLMN (SEPP) CA, intra-PLMN SBI CA, RAN/IPsec CA, LI CA",
  family: "identity",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: either(anchors, resources(AUTHORITY)),
  rationale:
    "Where one CA vouches for partners and for the own functions, a certificate that a partner (or whoever stole his) holds opens the SBI: the interconnect's weakest operator is then inside the core.",
  remediation:
    "Give N32, the SBI, RAN/IPsec and lawful interception a CA each, with a trust bundle for each partner; let an intermediate sign the leaves; switch on revocation (CRL or OCSP) at private CAs, or use SHORT_LIVED_CERTIFICATE.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.3.2" },
    { framework: "3GPP TS 33.501", ref: "13.1.2" },
    {
      framework: "3GPP TS 33.517 (SCAS)",
      ref: "4.2.2.2",
      title: "Correct handling of cryptographic material of peer SEPPs and IPX providers",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO14-008",
      title:
        "SEPPs clearly differentiate between certificates used for authentication of peer SEPPs and certificates used for authentication of intermediates performing mess",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-23(5)", title: "Session Authenticity | Allowed Certificate Authorities" },
    { framework: "NIST SP 800-53r5", ref: "SC-12(3)", title: "Cryptographic Key Establishment and Management | Asymmetric Keys" },
  ],
  breaks: [
    { id: "FGT1199.501", name: "MNO Roaming Partners" },
    { id: "FGT5029", name: "Exploit Semi-public Facing Application" },
    { id: "FGT1557.502", name: "Roaming And Interconnection" },
  ],
  *check(subject, context) {
    if (context.settings.profile === "lab") return;
    if (subject instanceof Resource) yield* authority(subject, context);
    else yield* worlds(subject, context);
  },
  examples: () => {
    const certificate = (name: string, issuer: string, more: object = {}) =>
      object("cert-manager.io/v1", "Certificate", name, {
        spec: {
          secretName: `${name}-tls`,
          issuerRef: { name: issuer, kind: "Issuer" },
          dnsNames: [`${name}.5gc.mnc001.mcc001.3gppnetwork.org`],
          ...more,
        },
      } as never);
    const issuer = (name: string, spec: object) => object("cert-manager.io/v1", "Issuer", name, { spec } as never);
    const ca = (more: object = {}) => resource(AUTHORITY, "sbi", { type: "SUBORDINATE", ...more } as never);
    return {
      pass: [
        {
          name: "an anchor for each world",
          resources: [
            certificate("sepp", "n32-ca"),
            certificate("amf", "sbi-ca"),
            issuer("n32-ca", { ca: { secretName: "n32" } }),
            issuer("sbi-ca", { ca: { secretName: "sbi" } }),
          ],
        },
        { name: "a private CA with revocation", resources: [ca({ revocationConfiguration: { crlConfiguration: { enabled: true } } })] },
        { name: "a private CA of short-lived certificates", resources: [ca({ usageMode: "SHORT_LIVED_CERTIFICATE" })] },
        { name: "the lab", resources: [certificate("sepp", "ca"), certificate("amf", "ca")], settings: { profile: "lab" } },
        { name: "many functions of the SBI", resources: [certificate("udm", "sbi-ca"), certificate("amf", "sbi-ca")] },
      ],
      fail: [
        { name: "one issuer for N32 and the SBI", resources: [certificate("sepp", "ca"), certificate("amf", "ca")] },
        {
          name: "two issuers of one CA",
          resources: [
            certificate("sepp", "n32-ca"),
            certificate("amf", "sbi-ca"),
            issuer("n32-ca", { ca: { secretName: "ca" } }),
            issuer("sbi-ca", { ca: { secretName: "ca" } }),
          ],
        },
        { name: "lawful interception beside the SBI", resources: [certificate("li-x1", "ca"), certificate("amf", "ca")] },
        {
          name: "a root that signs leaves",
          resources: [
            certificate("root", "self", { isCA: true, secretName: "root" }),
            issuer("self", { selfSigned: {} }),
            issuer("sbi-ca", { ca: { secretName: "root" } }),
            certificate("amf", "sbi-ca"),
          ],
        },
        { name: "a private CA without revocation", resources: [ca()] },
        {
          name: "a private root that issues a leaf",
          resources: [
            root,
            resource(
              ISSUED,
              "amf",
              { certificateAuthorityArn: unknownValue(root), templateArn: "arn:aws:acm-pca:::template/EndEntityCertificate/V1" },
              { certificateAuthorityArn: [root] },
            ),
          ],
        },
      ],
      undetermined: [{ name: "revocation that the configuration brings", resources: [ca({ revocationConfiguration: unknownValue() })] }],
    };
  },
});

const root = resource(AUTHORITY, "root", { type: "ROOT", revocationConfiguration: { crlConfiguration: { enabled: true } } });

function anchorsOf(model: CoreModel): Anchor[] {
  const found = new Map<string, NfCertificate[]>();
  for (const certificate of model.ask(certificates)) {
    if (certificate.purpose === undefined) continue;
    found.set(certificate.issuer.anchor, [...(found.get(certificate.issuer.anchor) ?? []), certificate]);
  }
  return [...found].map(([name, list]) => ({ name, certificates: list }));
}

/** Worlds that nobody else's anchor may vouch for. */
const APART: readonly Purpose[] = ["N32", "LI", "RAN"];
const WORLD: { readonly [purpose in Purpose]: string } = {
  N32: "other operators (N32)",
  SBI: "the SBI",
  RAN: "the RAN",
  LI: "lawful interception",
  OAM: "administration",
};

function* worlds({ name, certificates: list }: Anchor, context: RuleContext): Generator<Verdict> {
  const purposes = [...new Set(list.flatMap(({ purpose }) => purpose ?? []))];
  if (purposes.length > 1 && purposes.some((purpose) => APART.includes(purpose))) {
    yield fail({
      message: `${name} vouches for ${purposes.map((purpose) => WORLD[purpose]).join(" and for ")}: a certificate of the one opens the other, so whoever takes over a partner's gateway is inside the core.`,
      evidence: list.slice(0, 8).map(({ issuer, object: certificate, purpose }) => ({ path: issuer.node.path, actual: `${certificate.name} (${purpose ?? ""})`, expected: "a trust anchor for each world" })),
      networkFunctions: [...new Set(list.flatMap(({ functions }) => functions))],
      interfaces: purposes.filter((purpose) => purpose === "N32" || purpose === "SBI"),
      cause: `shared ${name}`,
    });
  }
  // The CA's own certificate signs itself: the root, which should be offline, signs leaves.
  const authorities = context.model.ask(certificates).filter(({ isAuthority, issuer }) => isAuthority && isSelfSigned(issuer.object));
  const online = authorities.find(({ object: certificate }) => name === `CA in Secret ${certificate.namespace}/${valueOr(certificate.spec.get("secretName").string(), "")}`);
  if (online === undefined) return;
  yield fail({
    message: `The root ${online.object.name} itself signs certificates of functions: whoever reads its key makes any function, and it cannot be revoked.`,
    evidence: [seen(online.issuer.node, "an intermediate CA between the root and the functions")],
    resource: online.object.resource,
    networkFunctions: [...new Set(list.flatMap(({ functions }) => functions))],
    cause: "root",
  });
} // prettier-ignore

function* authority(subject: Resource, context: RuleContext): Generator<Verdict> {
  const node = subject.props.get("revocationConfiguration");
  const one = node.kind() === "list" ? (node.items()[0] ?? node) : node;
  const on = ["crlConfiguration", "ocspConfiguration"].some((key) => valueOr(one.get(key, "enabled").boolean(), false));
  const shortLived = valueOr(subject.props.get("usageMode").string(), "") === "SHORT_LIVED_CERTIFICATE";
  if (!on && !shortLived) {
    yield (node.holdsUnknown() ? undetermined : fail)({
      message: `Private CA ${subject.name} ${node.holdsUnknown() ? "may revoke" : "revokes"} nothing${node.holdsUnknown() ? "" : ": a function's stolen certificate is good until it expires"}.`,
      evidence: [seen(node, "a CRL or OCSP, or usageMode SHORT_LIVED_CERTIFICATE")],
      cause: "revocation",
    });
  }
  if (context.view === "resource" || valueOr(subject.props.get("type").string(), "") !== "ROOT") return;
  const leaf = context.model.ofType(ISSUED).find((issued) => {
    const reference = resolve(context.model, issued, issued.props.get("certificateAuthorityArn"), [AUTHORITY]);
    return reference.state === "resolved" && reference.resource === subject && /EndEntity/.test(valueOr(issued.props.get("templateArn").string(), "EndEntityCertificate/V1"));
  });
  if (leaf === undefined) return;
  yield fail({
    message: `Private root CA ${subject.name} itself issues ${leaf.name}: whoever may use it makes any function, and it cannot be revoked.`,
    evidence: [{ path: "type", actual: "ROOT", expected: "a SUBORDINATE CA that issues to functions" }],
    cause: "root",
  });
} // prettier-ignore
