/**
 * What is no SBI (N2, N3, N4, N9, S8, Diameter) leaves its site encrypted: VPN tunnels with strong suites alone, Direct Connect under MACsec,
 * N4 under the encryption of the cluster's network. Inside one guarded site that is the operator's decision (TS 33.501 9.2, 9.3, 9.9 notes),
 * which no declaration shows. Left out, AWS offers every suite (Site-to-Site VPN User Guide, "Tunnel options").
 */

import { networkEncryption } from "../../analysis/planes/encryption";
import { tag } from "../../model/aws/references";
import { listed } from "../../engine/listed";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import type { NetworkFunctionId } from "../../topology/types";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const VPN = "aws:ec2/vpnConnection:VpnConnection";
const DIRECT = "aws:directconnect/connection:Connection";
const HOSTED = "aws:directconnect/hostedConnection:HostedConnection";

const links: Target<Resource | CoreModel> = {
  description: `${VPN}, ${DIRECT}, ${HOSTED}; the network between the nodes that run SMF and UPF`,
  types: undefined,
  subjects: (model) => [
    ...[VPN, DIRECT, HOSTED].flatMap((type) => model.ofType(type)),
    ...(interfacesInside(model).length > 0 ? [model] : []),
  ],
  resource: (subject) => (subject instanceof CoreModel ? undefined : subject),
};

export default defineRule({
  id: "DP-09",
  name: "dp-09-non-sba-interfaces-protected",
  title: "Non-SBA interfaces carry a declared protection: IPsec with strong suites, DTLS, MACsec or WireGuard",
  family: "data-protection",
  severity: "high",
  scope: "stack",
  since: "0.1.0",

  target: links,
  rationale:
    "PFCP, GTP and NGAP have no protection of their own: on the way between sites whoever taps a line reads subscribers' traffic, and whoever can send a packet redirects it. A tunnel that still offers SHA-1 or DH group 2 is opened by him who asks for these.",
  remediation:
    "List AES256-GCM-16 or AES256, SHA2-384 or SHA2-512 and DH groups 15, 16, 20 or 21 for both phases of both tunnels; set requestMacsec: true and encryptionMode: must_encrypt on Direct Connect; switch the network plugin's WireGuard or IPsec on, or name the guarded site with its evidence under rules.DP-09.physical.",
  options: {
    physical: {
      type: "strings",
      description:
        'Connections, and interfaces (N4), inside one physically secured site, each with where the evidence is: "N4: audit 2026-03, site FRA1".',
      default: [],
    },
  },
  standards: [
    { framework: "3GPP TS 33.501", ref: "9.1.2" },
    { framework: "3GPP TS 33.501", ref: "9.2" },
    { framework: "3GPP TS 33.501", ref: "9.3" },
    { framework: "3GPP TS 33.501", ref: "9.9" },
    { framework: "3GPP TS 33.501", ref: "9.5" },
    { framework: "3GPP TS 33.210", ref: "6.2" },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.1", title: "Confidentiality protection of user data transported over N3 interface." },
    { framework: "3GPP TS 33.513 (SCAS)", ref: "4.2.2.4", title: "Protection of user data transported over N9 interface Within a PLMN" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-029",
      title:
        "Non-SBA interfaces internal to the 5G core (such as N4 and N9), as well as DIAMETER or GTP-based interfaces between the 5G Core and entities not part of the 5G ",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-VPN",
      title: "Hardening: VPN gateways limited to udp/500, udp/4500, ESP; strong crypto; DH 15/16/20, AES-256, SHA-384/512",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-E2E",
      title: "Hardening: end-to-end encryption",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT1557.503", name: "Non-SBI" },
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "FGT1600.502", name: "Network Interfaces" },
    { id: "FGT5009.002", name: "Network Interfaces" },
  ],

  *check(subject, context) {
    if (subject instanceof CoreModel) yield* inside(subject, context);
    else if (subject.type === VPN) yield* tunnels(subject, context);
    else yield* line(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "strong suites alone", resources: [vpn(STRONG)] },
      { name: "AES-256 without GCM", resources: [vpn({ ...STRONG, ...both("Phase1EncryptionAlgorithms", ["AES256"]) })] },
      { name: "a line under MACsec", resources: [resource(DIRECT, "ran", { requestMacsec: true, encryptionMode: "must_encrypt" })] },
      {
        name: "a line with a VPN inside",
        resources: [resource(HOSTED, "ran", {}), vpn({ ...STRONG, outsideIpAddressType: "PrivateIpv4" })],
      },
      { name: "WireGuard between the nodes", resources: [networkFunction("smf"), networkFunction("upf"), cilium("true")] },
      {
        name: "one guarded site, with evidence",
        resources: [networkFunction("smf"), networkFunction("upf")],
        settings: { rules: { "DP-09": { options: { physical: ["N4: audit 2026-03, site FRA1"] } } } },
      },
    ],
    fail: [
      { name: "a connection that leaves everything to AWS", resources: [vpn({})] },
      { name: "the second tunnel only", resources: [vpn({ ...STRONG, tunnel2Phase2IntegrityAlgorithms: ["SHA1", "SHA2-512"] })] },
      { name: "DH group 2 beside a strong one", resources: [vpn({ ...STRONG, ...both("Phase1DhGroupNumbers", [20, 2]) })] },
      { name: "AES-128 without GCM", resources: [vpn({ ...STRONG, ...both("Phase2EncryptionAlgorithms", ["AES128"]) })] },
      { name: "AES-128-GCM is advice", resources: [vpn({ ...STRONG, ...both("Phase2EncryptionAlgorithms", ["AES128-GCM-16"]) })] },
      { name: "a line in the clear", resources: [resource(DIRECT, "ran", {})] },
      {
        name: "a line that only should encrypt",
        resources: [resource(DIRECT, "ran", { requestMacsec: true, encryptionMode: "should_encrypt" })],
      },
      { name: "a network whose encryption is off", resources: [networkFunction("smf"), networkFunction("upf"), cilium("false")] },
    ],
    undetermined: [
      {
        name: "suites that the configuration brings",
        resources: [vpn({ ...STRONG, ...both("Phase1EncryptionAlgorithms", unknownValue()) })],
      },
      {
        name: "a line that is said to be guarded",
        resources: [resource(DIRECT, "ran", { tags: { "carrierguard.dev/protection": "physical" } })],
      },
      { name: "N4 over a network that the stack does not show", resources: [networkFunction("smf"), networkFunction("upf")] },
    ],
  }),
});

/** Suites by what the control says of them; what is in neither list is weak. */
const SUITES: readonly { readonly suffix: string; readonly good: readonly string[]; readonly fair: readonly string[] }[] = [
  { suffix: "EncryptionAlgorithms", good: ["AES256", "AES256-GCM-16"], fair: ["AES128-GCM-16"] },
  { suffix: "IntegrityAlgorithms", good: ["SHA2-384", "SHA2-512"], fair: ["SHA2-256"] },
  // 17 and 18 are larger than 16; 22 to 24 have small subgroups (RFC 8247).
  { suffix: "DhGroupNumbers", good: ["15", "16", "17", "18", "20", "21"], fair: ["19"] },
];

function* tunnels(item: Resource, context: RuleContext): Iterable<Verdict> {
  const weak: Evidence[] = [];
  const fair: Evidence[] = [];
  const open: Evidence[] = [];
  for (const tunnel of ["tunnel1", "tunnel2"]) {
    for (const phase of ["Phase1", "Phase2"]) {
      for (const suites of SUITES) {
        const node = item.props.get(`${tunnel}${phase}${suites.suffix}`);
        const words = node.items().map((entry) => valueOr(entry.string(), "?").toUpperCase());
        const expected = suites.good.join(", ");
        if (node.isUnknown || words.includes("?")) open.push(seen(node, expected));
        else if (words.length === 0 || words.some((word) => !suites.good.includes(word) && !suites.fair.includes(word)))
          weak.push(seen(node, expected));
        else if (words.some((word) => suites.fair.includes(word))) fair.push(seen(node, expected));
      }
    }
  }
  const base = `VPN connection ${item.name}`;
  if (weak.length > 0) {
    yield fail({
      message: `${base} takes weak suites (${places(weak)}): whoever stands between asks for the weakest and reads N2, N3, N4 or N9 (Network Interfaces).`,
      evidence: weak,
      cause: "suites",
    });
  } else if (open.length > 0) {
    yield undetermined({
      message: `Which suites ${base} takes is not known before deployment (${places(open)}).`,
      evidence: open,
      cause: "suites",
    });
  }
  if (fair.length > 0) {
    yield fail({
      message: `${base} takes suites that will not last (${places(fair)}): what is recorded today is read later.`,
      evidence: fair,
      cause: "lasting",
      advisory: context.settings.profile !== "strict",
    });
  }
}

function places(evidence: readonly Evidence[]): string {
  return listed(evidence.map(({ path }) => path));
}

/** Whether the settings name something as standing inside one guarded site, with evidence. */
function isGuarded(name: string, { options }: RuleContext): boolean {
  return (options["physical"] as readonly string[]).some((entry) => {
    const [what = "", evidence = ""] = entry.split(/:(.*)/);
    return what.trim() === name && evidence.trim() !== "";
  });
}

function* line(item: Resource, context: RuleContext): Iterable<Verdict> {
  const inTunnel = context.model.ofType(VPN).some(({ props }) => valueOr(props.get("outsideIpAddressType").string(), "") === "PrivateIpv4");
  if (isGuarded(item.name, context) || inTunnel) return;
  const title = `Direct Connect ${item.name}`;
  const [macsec, mode] = [item.props.get("requestMacsec"), item.props.get("encryptionMode")];
  const open = [macsec, mode].filter((node) => node.isUnknown);
  if (open.length > 0) {
    return yield undetermined({
      message: `Whether ${title} encrypts is not known before deployment.`,
      evidence: open.map((node) => seen(node, "MACsec, must_encrypt")),
    });
  }
  if (valueOr(macsec.boolean(), false) && valueOr(mode.string(), "") === "must_encrypt") return;
  const evidence =
    item.type === DIRECT
      ? [seen(macsec, true), seen(mode, "must_encrypt")]
      : [
          {
            path: "",
            actual: "a hosted connection, which has no MACsec",
            expected: "a VPN inside it, or a dedicated connection under MACsec",
          },
        ];
  if (valueOr(tag(item, "carrierguard.dev/protection").string(), "") === "physical") {
    yield undetermined({
      message: `${title} is declared physically secured, which its declaration cannot show: rules.DP-09.physical names the evidence.`,
      evidence,
      cause: "physical",
    });
  } else {
    yield fail({
      message: `${title} carries the core's interfaces in the clear: whoever taps the line reads subscribers' traffic and changes N2, N3, N4 or N9 (Network Sniffing).`,
      evidence,
    });
  }
}

const BOTH_ENDS: readonly (readonly [id: string, a: NetworkFunctionId, b: NetworkFunctionId])[] = [
  ["N4", "SMF", "UPF"],
  ["Sxa", "SGW-C", "SGW-U"],
  ["N26", "AMF", "MME"],
  ["S6a", "MME", "HSS"],
];

/** Interfaces without protection of their own whose two ends the stack runs. */
function interfacesInside(model: CoreModel): readonly string[] {
  const present = new Set(
    model.workloads.filter((workload) => !workload.hook).flatMap((workload) => model.classification(workload).networkFunctions),
  );
  return BOTH_ENDS.filter(([, a, b]) => present.has(a) && present.has(b)).map(([id]) => id);
}

function* inside(model: CoreModel, context: RuleContext): Iterable<Verdict> {
  const interfaces = interfacesInside(model).filter((id) => !isGuarded(id, context));
  const { on, node, what } = model.ask(networkEncryption);
  if (interfaces.length === 0 || on === true) return;
  const list = interfaces.join(", ");
  if (on === false && node !== undefined) {
    yield fail({
      message: `${list} ${interfaces.length === 1 ? "crosses" : "cross"} the network between the nodes in the clear, as ${what} is off: whoever taps it reads and forges sessions (Network Sniffing).`,
      evidence: [seen(node, "true")],
      interfaces,
      cause: "inside",
    });
    return;
  }
  yield undetermined({
    message: `Whether ${list} ${interfaces.length === 1 ? "is" : "are"} protected between the nodes cannot be seen from the stack: an encrypting network plugin would show it, or rules.DP-09.physical with the evidence of a guarded site.`,
    evidence: [{ path: "", actual: null, expected: "WireGuard or IPsec of the network plugin" }],
    interfaces,
    cause: "inside",
  });
}

function both(suffix: string, value: Properties[string]): Properties {
  return { [`tunnel1${suffix}`]: value, [`tunnel2${suffix}`]: value };
}
const STRONG: Properties = Object.fromEntries(
  ["Phase1", "Phase2"].flatMap((phase) =>
    Object.entries({ EncryptionAlgorithms: ["AES256-GCM-16"], IntegrityAlgorithms: ["SHA2-384"], DhGroupNumbers: [20, 21] }).flatMap(
      ([name, value]) => Object.entries(both(`${phase}${name}`, value)),
    ),
  ),
);
function vpn(properties: Properties) {
  return resource(VPN, "ran", { customerGatewayId: "cgw-1", type: "ipsec.1", ...properties });
}
function cilium(wireguard: string) {
  return object("v1", "ConfigMap", "cilium-config", { data: { "enable-wireguard": wireguard } }, "kube-system");
}
