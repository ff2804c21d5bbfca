/**
 * Every function of the core says whose product it is, in which version, until when it is supported, and where its bill of materials is:
 * without that nobody can say whether a covered vendor's code, or a hole known since yesterday, runs in the core.
 */

import { perPart } from "../../model/answers";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SC-04",
  name: "sc-04-functions-declare-their-origin",
  title: "Every NF declares vendor, product, version, support end and SBOM reference",
  family: "supply-chain",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "When a component is found to be hostile or broken, the question is where it runs. A function that names neither its vendor nor its bill of materials is found last, and one whose support has ended is never put right.",
  remediation:
    "Label the pod template carrierguard.dev/vendor and annotate it carrierguard.dev/product, carrierguard.dev/version, carrierguard.dev/support-until (2027-12-31) and carrierguard.dev/sbom (where the CycloneDX or SPDX document is).",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-8", title: "System Component Inventory" },
    { framework: "NIST SP 800-53r5", ref: "SR-4", title: "Provenance" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO4-004", title: "SBOM for software components (including NFV software components) is maintained. This makes it possible to quickly scan and search the SBOM for any Zero-Day vuln" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO4-040", title: "Software developers should maintain an up-to-date inventory of third-party components, including—to the extent practicable—an inventory of subcomponents and dep" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.5", title: "No unsupported components" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-INV", title: "Monitoring: inventory" },
    { framework: "GSMA NESAS", ref: "", title: "FS.13/14/15/16 assurance scheme" },
    { framework: "EU 5G Toolbox", ref: "TM08", title: "supplier process standards" },
  ],
  breaks: [
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
  ],
  *check(workload, context) {
    const judged = judgedAsNetworkFunction(workload, context);
    if (judged === "no" || judged === "later") return;
    yield* declared(workload, judged === "yes", context);
    yield* supported(workload, context);
  },
  examples: () => {
    const AT = Date.UTC(2026, 10, 25);
    const knowledge = { at: AT };
    const origin = { "carrierguard.dev/product": "5GC", "carrierguard.dev/version": "3.4.3", "carrierguard.dev/support-until": "2027-12-31", "carrierguard.dev/sbom": "oci://registry.example/sbom/amf:3.4.3" };
    const amf = (annotations: Properties, vendor: Properties = { "carrierguard.dev/vendor": "acme" }) =>
      networkFunction("amf", { labels: { app: "amf", ...vendor }, annotations });
    return {
      pass: [
        { name: "all five said", resources: [amf(origin)], knowledge },
        { name: "the last day of support is a day of support", resources: [amf({ ...origin, "carrierguard.dev/support-until": "2026-11-25" })], knowledge },
        { name: "a database is no network function", resources: [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/vendor": "acme" }, annotations: origin }), networkFunction("mongodb")], knowledge },
      ],
      fail: [
        { name: "nothing said (advice, but for strict)", resources: [networkFunction("amf")], knowledge },
        { name: "nothing said, under strict", resources: [networkFunction("amf")], knowledge, settings: { profile: "strict" } },
        { name: "no bill of materials", resources: [amf({ ...origin, "carrierguard.dev/sbom": "" })], knowledge },
        { name: "support that has ended", resources: [amf({ ...origin, "carrierguard.dev/support-until": "2026-06-30" })], knowledge },
        { name: "a support end that is no day", resources: [amf({ ...origin, "carrierguard.dev/support-until": "soon" })], knowledge },
        { name: "a StatefulSet without a vendor", resources: [networkFunction("udr", { kind: "StatefulSet", annotations: origin })], knowledge },
      ],
      undetermined: [
        { name: "a version that the deployment brings", resources: [amf({ ...origin, "carrierguard.dev/version": unknownValue() })], knowledge },
      ],
    };
  },
}); // prettier-ignore

const PREFIX = "carrierguard.dev/";
const FIELDS: readonly (readonly [field: string, what: string])[] = [
  ["vendor", "its vendor"],
  ["product", "its product"],
  ["version", "its version"],
  ["support-until", "until when it is supported"],
  ["sbom", "where its bill of materials is"],
];

/** On the pod template or the workload itself, as a label or an annotation: a URL is too long for a label. */
function said(workload: Workload, field: string): Node {
  for (const metadata of [workload.podMetadata, workload.object.metadata]) {
    for (const kind of ["annotations", "labels"]) {
      const node = declarations(metadata.get(kind)).get(field);
      if (node !== undefined) return node;
    }
  }
  return workload.podMetadata.get(field === "vendor" ? "labels" : "annotations", `${PREFIX}${field}`);
}

/** What labels or annotations declare; unknown ones may declare anything. */
const declarations = perPart((holder: Node): ReadonlyMap<string, Node> => {
  const nodes = FIELDS.map(([field]) => [field, holder.get(`${PREFIX}${field}`)] as const);
  return new Map(nodes.filter(([, node]) => !node.isAbsent));
});

function* declared(workload: Workload, certain: boolean, context: RuleContext): Iterable<Verdict> {
  const missing: string[] = [];
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const [field, what] of FIELDS) {
    const node = said(workload, field);
    const read = node.string();
    if (read.state === "unknown") open.push(seen(node, what));
    else if (valueOr(read, "").trim() === "") {
      missing.push(what);
      wrong.push(seen(node, what));
    }
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  const { networkFunctions } = context.model.classification(workload);
  yield (wrong.length > 0 && certain ? fail : undetermined)({
    message:
      wrong.length > 0
        ? `${workload.kind} ${workload.name} does not say ${missing.join(", ")}: whether it holds a covered vendor's code, or a hole that is known, cannot be told (Compromise Software Supply Chain).`
        : `What ${workload.kind} ${workload.name} is made of is not known before deployment.`,
    evidence,
    networkFunctions,
    cause: "origin",
    advisory: context.settings.profile !== "strict",
  });
}

const DAY = 86_400_000;

function* supported(workload: Workload, { knowledge, model }: RuleContext): Iterable<Verdict> {
  const node = said(workload, "support-until");
  const text = valueOr(node.string(), "").trim();
  if (text === "") return;
  const end = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  const { networkFunctions } = model.classification(workload);
  if (Number.isNaN(end)) {
    yield fail({
      message: `${workload.kind} ${workload.name} is supported until "${text}", which is no day: nobody is told when its fixes end.`,
      evidence: [seen(node, "a day like 2027-12-31")],
      networkFunctions,
      cause: "support",
    });
  } else if (end + DAY <= knowledge.at) {
    yield fail({
      message: `${workload.kind} ${workload.name} has had no support since ${text}: its known holes stay open.`,
      evidence: [seen(node, "a supported version")],
      networkFunctions,
      cause: "support",
    });
  }
}
