/** No null algorithms: NIA0/EIA0 nowhere in the integrity list, NEA0/EEA0 not first in the ciphering list, SUCI with a real
 * protection scheme (TS 33.501 5.3.3, 5.5.2, 6.12). Read from the parsed configuration: comments hold whole examples.
 */

import { configurations, isUnread, notReadYet } from "../../engine/configuration-targets";
import { defineRule, type Evidence, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import type { NfConfiguration } from "../../analysis/nf-config";
import { object, unknownValue } from "../../testing/build";
import { type Node, valueOr } from "../../model/value";

export default defineRule({
  id: "DP-07",
  name: "dp-07-no-null-algorithms",
  title: "No null algorithms: NIA0/EIA0 disabled, NEA0/EEA0 not preferred, SUCI non-null",
  family: "data-protection",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: configurations,
  rationale:
    "With NIA0 a false base station can forge NAS signalling, with NEA0 preferred everything is sent in the clear, and without a SUCI scheme the subscriber's permanent identity is on the air.",
  remediation:
    "Order the lists NIA2, NIA1 (NIA3) and NEA2, NEA1, NEA0 last or not at all; remove NIA0/EIA0; give the UDM home-network keys of profile A or B.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.5.1" },
    { framework: "3GPP TS 33.501", ref: "5.5.2" },
    { framework: "3GPP TS 33.512 (SCAS)", ref: "4.2.2.3.2", title: "NAS NULL integrity protection" },
    { framework: "3GPP TS 33.512 (SCAS)", ref: "4.2.2.3.3", title: "NAS integrity algorithm selection and use" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO13-032",
      title:
        "Support for NIA0 integrity protection is disabled in AMF unless support for unauthenticated emergency session is a regulatory requirement",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-033",
      title:
        "MNOs should ensure that UEs conceal the Subscription Permanent Identifier (SUPI) by using the ECIES profile A or B defined in 3GPP technical specification 33.50",
    },
    { framework: "NIST CSWP 36A", ref: "", title: "SUCI protection, non-null scheme" },
  ],
  breaks: [
    { id: "FGT1600", name: "Weaken Encryption" },
    { id: "FGT5009", name: "Weaken Integrity" },
    { id: "FGT5019.004", name: "Intercept Unencrypted SUPI" },
  ],
  options: {
    emergencyNullIntegrity: {
      type: "boolean",
      default: false,
      description: "NIA0 may stand last, for unauthenticated emergency sessions where the law demands them",
    },
  },
  *check(configuration, context) {
    if (isUnread(configuration)) {
      if (configuration.networkFunctions.some((id) => id === "AMF" || id === "MME" || id === "UDM"))
        yield notReadYet(configuration, "no null algorithm");
      return;
    }
    yield* algorithms(configuration, context.options["emergencyNullIntegrity"] === true);
    yield* suci(configuration);
  },
  examples: () => ({
    pass: [
      {
        name: "NIA2 and NEA2 first, NEA0 as the last resort",
        resources: [amf("amf: {security: {integrity_order: [NIA2, NIA1], ciphering_order: [NEA2, NEA1, NEA0]}}")],
      },
      {
        name: "a comment that mentions NIA0",
        resources: [amf("# integrity_order: [NIA0]\namf: {security: {integrity_order: [NIA2], ciphering_order: [NEA2]}}")],
      },
      {
        name: "NIA0 last, where emergency sessions demand it",
        resources: [amf("amf: {security: {integrity_order: [NIA2, NIA0], ciphering_order: [NEA2]}}")],
        settings: { rules: { "DP-07": { options: { emergencyNullIntegrity: true } } } },
      },
    ],
    fail: [
      {
        name: "open5gs defaults",
        resources: [amf("amf: {security: {integrity_order: [NIA2, NIA1, NIA0], ciphering_order: [NEA0, NEA1, NEA2]}}")],
      },
      {
        name: "free5GC with nothing but NEA0",
        resources: [amf("configuration: {serviceNameList: [namf-comm], security: {integrityOrder: [NIA2], cipheringOrder: [NEA0]}}")],
      },
      {
        name: "an UDM whose only scheme is null",
        resources: [
          object("v1", "ConfigMap", "udm", {
            data: { "udmcfg.yaml": "configuration: {serviceNameList: [nudm-sdm], SuciProfile: [{ProtectionScheme: 0}]}" },
          }),
        ],
      },
    ],
    undetermined: [
      { name: "a file that is no valid YAML", resources: [amf("amf: {security: {ciphering_order: [NEA0]")] },

      {
        name: "the file comes with the deployment",
        resources: [object("v1", "ConfigMap", "amf", { data: { "amf.yaml": unknownValue() } })],
      },
    ],
  }),
});

/** TS 33.501 5.3 and 5.5: null algorithms by their 5G and 4G names. */
const NULL_INTEGRITY = /^(128-)?[NE]IA-?0$/i;
const NULL_CIPHERING = /^(128-)?[NE]EA-?0$/i;

function* algorithms(configuration: NfConfiguration, emergency: boolean): Iterable<Verdict> {
  const evidence: Evidence[] = [];
  const what: string[] = [];
  for (const list of configuration.integrity) {
    const names = texts(list);
    const nulls = names.findIndex((name) => NULL_INTEGRITY.test(name));
    if (nulls < 0 || (emergency && nulls === names.length - 1 && nulls > 0)) continue;
    evidence.push(seen(list, "no NIA0 or EIA0"));
    what.push("accepts null integrity (forged NAS signalling)");
  }
  for (const list of configuration.ciphering) {
    const [first] = texts(list);
    if (first === undefined || !NULL_CIPHERING.test(first)) continue;
    evidence.push(seen(list, "NEA2, NEA1 or NEA3 first"));
    what.push("prefers null ciphering (traffic in the clear on the air)");
  }
  const [function_ = "AMF"] = configuration.networkFunctions;
  if (evidence.length > 0) {
    yield fail({
      message: `${function_} configuration ${configuration.object.name} ${[...new Set(what)].join(" and ")}.`,
      evidence,
      networkFunctions: configuration.networkFunctions,
      interfaces: ["N1"],
      cause: "algorithms",
    });
  }
  const open = [...configuration.integrity, ...configuration.ciphering].filter((list) => list.holdsUnknown());
  if (evidence.length === 0 && open.length > 0) {
    yield undetermined({
      message: `The NAS algorithms of ${configuration.object.name} are not known yet.`,
      evidence: open.map((list) => seen(list, "no null algorithm first")),
      networkFunctions: configuration.networkFunctions,
      cause: "algorithms",
    });
  }
}

function texts(list: Node): string[] {
  // A single name may stand without a list.
  const words =
    list.kind() === "string" ? valueOr(list.string(), "").split(/[\s,]+/) : list.items().map((item) => valueOr(item.string(), ""));
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

function* suci(configuration: NfConfiguration): Iterable<Verdict> {
  if (configuration.suci === undefined || !configuration.networkFunctions.includes("UDM")) return;
  const { list, schemes } = configuration.suci;
  if (list.isUnknown || schemes.some((scheme) => scheme.isUnknown)) return;
  if (schemes.some((scheme) => valueOr(scheme.number(), 0) > 0)) return;
  yield fail({
    message: `The UDM in ${configuration.object.name} has no SUCI protection scheme but the null scheme: subscribers' permanent identities go over the air in the clear.`,
    evidence: [seen(list, "ProtectionScheme 1 (profile A) or 2 (profile B) with a home-network key")],
    networkFunctions: ["UDM"],
    interfaces: ["N1"],
    cause: "suci",
  });
}

function amf(text: string) {
  return object("v1", "ConfigMap", "amf", { data: { "amf.yaml": text } });
}
