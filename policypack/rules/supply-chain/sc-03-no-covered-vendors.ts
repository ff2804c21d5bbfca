/**
 * No equipment, software or service of an entity of the FCC Covered List (47 CFR 1.50002) or of the carrier's own list. Exact labels,
 * image namespaces, devices and providers are refused; weak signs (a cloud of the country of origin, an autonomous system of an
 * interconnect partner) are to be looked at.
 */

import { type Hit, imageHits, namedHits } from "../../analysis/vendors/match";
import { defineRule, type Evidence, fail, type RuleContext, type Target, undetermined, type Verdict } from "../../engine/rule";
import { either, resources, workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, resource, unknownValue } from "../../testing/build";

const TYPES = [
  "aws:networkmanager/device:Device",
  "aws:ec2/customerGateway:CustomerGateway",
  "aws:directconnect/connection:Connection",
  "aws:ec2/instance:Instance",
  "aws:ec2/vpc:Vpc",
];
const covered: Target<Workload | Resource> = either<Workload, Resource>(workloads, resources(...TYPES));

export default defineRule({
  id: "SC-03",
  name: "sc-03-no-covered-vendors",
  title: "No equipment, software or service of an FCC Covered List entity or other configured high-risk vendor",
  family: "supply-chain",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: covered,
  rationale:
    "Equipment and services on the FCC Covered List are held to pose an unacceptable risk to national security: in a core they see every subscriber and every call.",
  remediation:
    "Replace the product or service; where the match is an interconnect partner, test equipment or an open-source project, waive it with the reason.",
  standards: [
    { framework: "FCC Covered List", ref: "47 CFR 1.50002", title: "equipment and services posing unacceptable risk" },
    { framework: "EU 5G Toolbox", ref: "SM03", title: "high-risk supplier restrictions" },
    { framework: "NIST SP 800-53r5", ref: "SR-5", title: "Acquisition Strategies, Tools, and Methods" },
    { framework: "NIST SP 800-53r5", ref: "SR-6", title: "Supplier Assessments and Reviews" },
    { framework: "NIST SP 800-53r5", ref: "SR-11", title: "Component Authenticity" },
    { framework: "NIST SP 800-53r5", ref: "SR-3", title: "Supply Chain Controls and Processes" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO4-012",
      title:
        "Adequate policies and processes for supplier/partner selection should be used. They should manage the potential risk of dependency on a single supplier of netwo",
    },
  ],
  breaks: [
    { id: "FGT1195", name: "Supply Chain Compromise" },
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
    { id: "FGT1195.003", name: "Compromise Hardware Supply Chain" },
    { id: "T1195", name: "Supply Chain Compromise" },
  ],
  *check(subject, context) {
    const all = subject instanceof Resource ? ofResource(subject, context) : ofWorkload(subject, context);
    const denied = all.filter(({ hit }) => hit.kind === "deny");
    const shown = denied.length > 0 ? denied : all;
    const [first] = shown;
    if (first === undefined) {
      if (subject instanceof Resource) yield* notKnownYet(subject);
      return;
    }
    const entities = [...new Set(shown.map(({ hit }) => hit.entity))].join(", ");
    const name = subject instanceof Resource ? subject.name : `${subject.kind} ${subject.name}`;
    yield fail({
      message:
        denied.length > 0
          ? `${name} is, or uses, a product or service of ${entities}, which is on the FCC Covered List.`
          : `${name} shows a weak sign of ${entities} (${first.hit.sign}); have it looked at.`,
      evidence: shown.map(({ evidence }) => evidence),
      networkFunctions: subject instanceof Resource ? [] : context.model.classification(subject).networkFunctions,
      cause: denied.length > 0 ? "deny" : "review",
      advisory: denied.length === 0,
    });
  },
  examples: () => ({
    pass: [
      { name: "no covered vendor", resources: [networkFunction("amf")] },
      {
        name: "open-source projects with such contributors",
        resources: [networkFunction("amf", { container: { image: "kubeedge/cloudcore:v1.12" } })],
      },
      {
        name: "a word that only contains the name",
        resources: [networkFunction("amf", { labels: { app: "amf", "carrierguard.dev/vendor": "aztec" } })],
      },
    ],
    fail: [
      { name: "the vendor label", resources: [networkFunction("upf", { labels: { app: "upf", "carrierguard.dev/vendor": "Huawei" } })] },
      { name: "the vendor's image namespace", resources: [networkFunction("upf", { container: { image: "registry.example/zte/upf:1" } })] },
      {
        name: "a device",
        resources: [resource("aws:networkmanager/device:Device", "edge", { vendor: "ZTE Corporation", model: "ZXR10" })],
      },
      {
        name: "a Direct Connect provider",
        resources: [resource("aws:directconnect/connection:Connection", "dx", { providerName: "China Telecom" })],
      },
      {
        name: "a country-of-origin registry is looked at, not refused",
        resources: [networkFunction("upf", { container: { image: "swr.cn-north-4.myhuaweicloud.com/thirdparty/upf:1" } })],
      },
    ],
    undetermined: [
      {
        name: "the vendor of a device comes with the deployment",
        resources: [resource("aws:networkmanager/device:Device", "edge", { vendor: unknownValue() })],
      },
    ],
  }),
});

interface Found {
  readonly hit: Hit;
  readonly evidence: Evidence;
}

function found(hits: readonly Hit[], node: Node): Found[] {
  return hits.map((hit) => ({ hit, evidence: { path: node.path, actual: hit.text, expected: "no covered entity" } }));
}

function ofWorkload(workload: Workload, context: RuleContext): Found[] {
  const { vendors } = context.knowledge;
  const labels = [workload.podMetadata.get("labels"), workload.object.metadata.get("labels")].map((node) =>
    node.get("carrierguard.dev/vendor"),
  );
  const images = workload.containers.filter((container) => container.image.state === "known");
  return [
    ...labels.flatMap((node) => found(namedHits(valueOr(node.string(), ""), "label", vendors), node)),
    ...images.flatMap((container) => found(imageHits(valueOr(container.image, ""), vendors), container.node.get("image"))),
  ];
}

/** Property → what kind of word stands there. */
const NAMES: readonly (readonly [string, "device" | "provider"])[] = [
  ["vendor", "device"],
  ["model", "device"],
  ["deviceName", "device"],
  ["description", "device"],
  ["providerName", "provider"],
];

function ofResource(subject: Resource, context: RuleContext): Found[] {
  const { vendors } = context.knowledge;
  const named = NAMES.flatMap(([property, kind]) => {
    const node = subject.props.get(property);
    return found(namedHits(valueOr(node.string(), ""), kind, vendors), node);
  });
  const tags = ["carrierguard.dev/vendor", "vendor", "Vendor"].map((key) => subject.props.get("tags", key));
  const asn = subject.props.get("bgpAsn");
  return [
    ...named,
    ...tags.flatMap((node) => found(namedHits(valueOr(node.string(), ""), "label", vendors), node)),
    ...found(namedHits(valueOr(asn.string(), ""), "asn", vendors), asn),
  ];
}

function* notKnownYet(subject: Resource): Iterable<Verdict> {
  const open = NAMES.map(([property]) => subject.props.get(property)).filter((node) => node.isUnknown);
  const [first] = open;
  if (first === undefined) return;
  yield undetermined({
    message: `Whose product ${subject.name} is, is not known before deployment.`,
    evidence: open.map((node) => ({ path: node.path, actual: node.describe(), expected: "no covered entity" })),
  });
}
