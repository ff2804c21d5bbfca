/**
 * Devices and partners beyond the core's own network prove who they are by certificate. A tunnel with a shared key knows only that somebody
 * has the key.
 *
 * Sources: TS 33.501 9.1.2, 9.2, 9.3; TS 33.310 6.1.3a; AWS Site-to-Site VPN, "Tunnel authentication options", "Tunnel options" (IKE versions
 * ikev1 and ikev2 where nothing is said); strongSwan, ipsec.conf, ipsec.secrets and swanctl.conf.
 */

import { sharedKeysIn } from "../../analysis/ipsec/shared-keys";
import { configTexts, type ConfigText } from "../../analysis/nf-config";
import { declaredRange } from "../../analysis/cidr/zones";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { parseBlock } from "../../analysis/cidr/address";
import { IpSet } from "../../analysis/cidr/ip-set";
import { resolve, tag } from "../../model/aws/references";
import { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { object, resource, unknownValue } from "../../testing/build";

const GATEWAY = "aws:ec2/customerGateway:CustomerGateway";
const CONNECTION = "aws:ec2/vpnConnection:VpnConnection";

const peers: Target<Resource | ConfigText> = {
  description: `${GATEWAY}, ${CONNECTION}; IPsec configuration in ConfigMaps and Secrets`,
  types: [GATEWAY, CONNECTION, "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"],
  subjects: (model) => [...model.ofType(GATEWAY), ...model.ofType(CONNECTION), ...model.ask(configTexts)],
  resource: (subject) => (subject instanceof Resource ? subject : subject.object.resource),
};

export default defineRule({
  id: "ID-18",
  name: "id-18-peers-by-certificate",
  title: "Peer devices (gNB, SEG, partner gateways) authenticate with certificates, never shared keys",
  family: "identity",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: peers,
  rationale:
    "A shared key that leaks from one gNB, one contractor or one partner lets anybody be that peer: a false base station joins the core over N2 and N3, or reads the interconnect, and nobody can be told apart or revoked.",
  remediation:
    "Give each gNB, security gateway and partner gateway a certificate of the operator's (or the interconnect's) PKI: certificateArn on the customer gateway, no pre-shared key, tunnelNIkeVersions: [ikev2]; in strongSwan auth = pubkey.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.1.2" },
    { framework: "3GPP TS 33.501", ref: "9.2" },
    { framework: "3GPP TS 33.501", ref: "9.3" },
    { framework: "3GPP TS 33.310", ref: "6.1.3a" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-025",
      title:
        "gNB implements IPsec ESP and IKEv2 certificate based authentication. When physical security is not provided, DTLS or a similar protection mechanism, such as IPS",
    },
    {
      framework: "NIST SP 800-53r5",
      ref: "IA-3(1)",
      title: "Device Identification and Authentication | Cryptographic Bidirectional Authentication",
    },
    { framework: "CISA ZTMM v2", ref: "Devices" },
  ],
  breaks: [
    { id: "FGT1557.503", name: "Non-SBI" },
    { id: "FGT1583.501", name: "False Base Station Or Access Point" },
  ],
  *check(subject, context) {
    if (!(subject instanceof Resource)) yield* configuration(subject);
    else if (subject.type === GATEWAY) yield* gateway(subject, context);
    else yield* connection(subject, context);
  },
  examples: () => {
    const gatewayOf = (more: object = {}) => resource(GATEWAY, "ran-seg", { bgpAsn: "65000", type: "ipsec.1", ...more } as never);
    const certified = gatewayOf({ certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" });
    const vpn = (more: object = {}, of = certified) =>
      resource(
        CONNECTION,
        "ran",
        {
          customerGatewayId: unknownValue(of),
          type: "ipsec.1",
          tunnel1IkeVersions: ["ikev2"],
          tunnel2IkeVersions: ["ikev2"],
          ...more,
        } as never,
        { customerGatewayId: [of] },
      );
    const file = (key: string, text: string, kind = "ConfigMap") =>
      object("v1", kind, "seg", { [kind === "Secret" ? "stringData" : "data"]: { [key]: text } });
    return {
      pass: [
        { name: "a gateway with a certificate, and IKEv2", resources: [certified, vpn()] },
        {
          name: "an office's VPN",
          resources: [resource(GATEWAY, "office", { bgpAsn: "65000", tags: { "carrierguard.dev/zone": "oam" } })],
        },
        {
          name: "strongSwan with certificates",
          resources: [
            file(
              "swanctl.conf",
              "connections {\n ran {\n  version = 2\n  local { auth = pubkey }\n  # remote { auth = psk }\n  remote { auth = pubkey }\n }\n}\n",
            ),
          ],
        },
      ],
      fail: [
        { name: "a gateway without a certificate", resources: [gatewayOf()] },
        { name: "a pre-shared key in the program", resources: [certified, vpn({ tunnel1PresharedKey: "hunter2hunter2" })] },
        { name: "a pre-shared key from the program's secrets", resources: [certified, vpn({ tunnel2PresharedKey: unknownValue() })] },
        { name: "IKEv1 by default", resources: [certified, vpn({ tunnel1IkeVersions: null })] },
        { name: "IKEv1 beside IKEv2", resources: [certified, vpn({ tunnel1IkeVersions: ["ikev1", "ikev2"] })] },
        { name: "ipsec.conf with authby=secret", resources: [file("ipsec.conf", "conn ran\n  keyexchange=ikev2\n  authby=secret\n")] },
        {
          name: "swanctl with a shared key, in a Secret",
          resources: [
            file("swanctl.conf", "connections { ran { remote { auth = psk } } }\nsecrets { ike-1 { secret = hunter2 } }\n", "Secret"),
          ],
        },
        { name: "ipsec.secrets", resources: [file("ipsec.secrets", '10.0.0.1 %any : PSK "hunter2"\n', "Secret")] },
      ],
      undetermined: [
        {
          name: "a gateway of which nothing tells whom it serves",
          resources: [resource(GATEWAY, "site-7", { bgpAsn: "65000", type: "ipsec.1" })],
        },
        { name: "a certificate that comes with the deployment", resources: [certified, vpn({ tunnel1IkeVersions: unknownValue() })] },
      ],
    };
  },
});

const OUTSIDE =
  /(^|[^a-z])(ran|gnb|enb|backhaul|seg|n2|n3|s1|cell|site-router|sepp|roaming|ipx|grx|interconnect|partner|n32|n9)([^a-z]|$)/i;
const ADMINISTRATION = /(^|[^a-z])(oam|office|management|mgmt|corporate|noc|admin)([^a-z]|$)/i;

/** Whom a gateway serves: by its tags, its name, or its address in the zones of the settings. */
function serves(gatewayResource: Resource, { settings }: RuleContext): "outside" | "administration" | "unknown" {
  const words = ["carrierguard.dev/zone", "carrierguard.dev/plane", "Name"].map((key) => valueOr(tag(gatewayResource, key).string(), ""));
  const text = [gatewayResource.name, valueOr(gatewayResource.props.get("deviceName").string(), ""), ...words].join(" ");
  if (ADMINISTRATION.test(text)) return "administration";
  if (OUTSIDE.test(text)) return "outside";
  const address = parseBlock(valueOr(gatewayResource.props.get("ipAddress").string(), ""));
  const declared = declaredRange(settings.zones.ran).union(declaredRange(settings.zones.interconnect));
  return address !== undefined && declared.contains(IpSet.fromBlocks([address])) ? "outside" : "unknown";
}

function* gateway(subject: Resource, context: RuleContext): Generator<Verdict> {
  const node = subject.props.get("certificateArn");
  const whom = serves(subject, context);
  if (!node.isAbsent || whom === "administration") return;
  yield (whom === "outside" ? fail : undetermined)({
    message: `Customer gateway ${subject.name} has no certificate, so ${whom === "outside" ? "the peer behind it" : "whoever is behind it (nothing tells whether that is the RAN, a partner or an office)"} proves itself by a shared key: with that key anybody is that peer (False Base Station Or Access Point).`,
    evidence: [seen(node, "the ARN of a private certificate of the peer")],
  });
} // prettier-ignore

function* connection(subject: Resource, context: RuleContext): Generator<Verdict> {
  const reference = resolve(context.model, subject, subject.props.get("customerGatewayId"), [GATEWAY]);
  if (reference.state === "resolved" && serves(reference.resource, context) === "administration") return;
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const tunnel of ["tunnel1", "tunnel2"]) {
    const key = subject.props.get(`${tunnel}PresharedKey`);
    if (!key.isAbsent) wrong.push({ path: key.path, actual: "(a shared key)", expected: "none: certificates" });
    const versions = subject.props.get(`${tunnel}IkeVersions`);
    const texts = versions.items().map((item) => valueOr(item.string(), ""));
    if (versions.isUnknown) open.push(seen(versions, ["ikev2"]));
    else if (versions.isAbsent || texts.length === 0 || texts.some((text) => text !== "ikev2")) wrong.push(seen(versions, ["ikev2"]));
  }
  if (wrong.length > 0) {
    yield fail({
      message: `VPN connection ${subject.name} ${wrong.some(({ actual }) => actual === "(a shared key)") ? "is opened by a shared key" : "takes IKEv1"}: whoever gets the key, or breaks the older handshake, is the peer (Non-SBI interception).`,
      evidence: wrong,
    });
  } else if (open.length > 0) {
    yield undetermined({ message: `Which IKE versions VPN connection ${subject.name} takes is not known before deployment.`, evidence: open });
  }
} // prettier-ignore

function* configuration({ object: holder, key, node, text }: ConfigText): Generator<Verdict> {
  if (text === undefined) return;
  const found = sharedKeysIn(text);
  if (found.length === 0) return;
  yield fail({
    message: `${holder.kind} ${holder.name} (${key}) lets IPsec peers in by ${[...new Set(found)].join(", ")}: with that key anybody is a gNB or a partner's gateway (False Base Station Or Access Point).`,
    evidence: [{ path: node.path, actual: `(${found[0]})`, expected: "auth = pubkey, IKEv2" }],
    cause: key,
  });
}
