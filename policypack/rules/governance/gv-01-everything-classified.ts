/**
 * Everything in the core is classified: workloads by what they show (a label outside the vocabulary or against the evidence is a
 * finding, so is a suspect), networks, keys and nodes by tags, which are one summary finding for the stack.
 */

import { holdsCore } from "../../analysis/aws-network/core-vpcs";
import { listed } from "../../engine/listed";
import { defineRule, type Evidence, fail, type RuleContext, type Target, undetermined, type Verdict } from "../../engine/rule";
import { suggestion } from "../../engine/nearest";
import { either, wholeStack, workloads } from "../../engine/targets";
import { nodeGroups } from "../../model/aws/nodes";
import { tag } from "../../model/aws/references";
import { CoreModel } from "../../model/core";
import { EXPLICIT_LABEL } from "../../model/network-functions/signals";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, resource, unknownValue } from "../../testing/build";
import { networkFunctionNamed, topology } from "../../topology/topology";

const subjects: Target<Workload | CoreModel> = either<Workload, CoreModel>(workloads, wholeStack());

export default defineRule({
  id: "GV-01",
  name: "gv-01-everything-classified",
  title: "Every workload, subnet, NAD, SG, key and store is classified (nf, plane, zone, plmn, environment)",
  family: "governance",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: subjects,
  rationale:
    "What nobody has classified nobody protects: an unlabelled pod with a GTP port is a place to hide, and a UPF labelled as something else escapes every rule about UPFs.",
  remediation:
    "Label workloads carrierguard.dev/nf (and zone, plane, plmn), tag subnets, security groups, keys and node groups with carrierguard.dev/zone and carrierguard.dev/plane; correct a label that contradicts what runs.",
  standards: [
    { framework: "NIST SP 800-207", ref: "tenet 1", title: "All data sources and computing services are resources" },
    { framework: "NIST SP 800-53r5", ref: "CM-8", title: "System Component Inventory" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-INV", title: "Monitoring: inventory" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO17-008",
      title: "Adequate processes for resource inventory and physical/virtual asset management",
    },
  ],
  breaks: [
    { id: "FGT1036", name: "Masquerading" },
    { id: "T1036.005", name: "Match Legitimate Resource Name or Location" },
  ],
  *check(subject, context) {
    if (subject instanceof CoreModel) yield* unlabelled(subject, context);
    else yield* classified(subject, context);
  },
  examples: () => {
    const labelled = { app: "amf", "carrierguard.dev/nf": "amf" };
    return {
      pass: [
        { name: "a function that its image and name tell", resources: [networkFunction("amf")] },
        { name: "a label that agrees", resources: [networkFunction("amf", { labels: labelled })] },
        {
          name: "tagged subnets beside the core",
          resources: [
            networkFunction("amf"),
            resource("aws:ec2/subnet:Subnet", "n3", { tags: { "carrierguard.dev/plane": "n3", "carrierguard.dev/zone": "user-plane" } }),
          ],
        },
        { name: "subnets of a stack without a core", resources: [resource("aws:ec2/subnet:Subnet", "web", {})] },
      ],
      fail: [
        {
          name: "labelled AMF, but the image is a UPF",
          resources: [networkFunction("amf", { labels: labelled, container: { image: "registry.example/upf:1" } })],
        },
        { name: "a label outside the vocabulary", resources: [networkFunction("amf", { labels: { "carrierguard.dev/nf": "amff" } })] },
        {
          name: "a pod with GTP and PFCP ports that nothing classifies",
          resources: [
            networkFunction("nrf"),
            networkFunction("box", {
              container: { name: "box", image: "registry.example/box:1", ports: [{ containerPort: 8805, protocol: "UDP" }] },
            }),
          ],
        },
        { name: "untagged subnets of a core", resources: [networkFunction("amf"), resource("aws:ec2/subnet:Subnet", "n3", {})] },
      ],
      undetermined: [
        {
          name: "signs of a function, but no core around",
          resources: [
            networkFunction("box", {
              namespace: "tools",
              container: { name: "box", image: "registry.example/box:1", ports: [{ containerPort: 38412, protocol: "SCTP" }] },
            }),
          ],
        },
        {
          name: "tags that come with the deployment",
          resources: [networkFunction("amf"), resource("aws:ec2/subnet:Subnet", "n3", { tags: unknownValue() })],
        },
      ],
    };
  },
});

function* classified(workload: Workload, context: RuleContext): Iterable<Verdict> {
  const classification = context.model.classification(workload);
  const [first] = classification.evidence;
  if (first?.signal === `label ${EXPLICIT_LABEL}` && networkFunctionsOf(first.value).includes(undefined)) {
    const words = topology.nfs.map((nf) => nf.id.toLowerCase());
    yield fail({
      message: `${workload.kind} ${workload.name} is labelled ${EXPLICIT_LABEL}=${first.value}, which is no network function${suggestion(first.value, words)}`,
      evidence: [{ path: `labels["${EXPLICIT_LABEL}"]`, actual: first.value, expected: "a network function of the topology" }],
      cause: "vocabulary",
    });
    return;
  }
  if (classification.contradictions.length > 0) {
    const itself = classification.networkFunctions.join(", ") || PLAIN[classification.role] || classification.role;
    const seen = classification.contradictions.map(({ signal, value, networkFunction: id }) => `${signal} ${value} (${id})`).join(", ");
    yield fail({
      message: `${workload.kind} ${workload.name} calls itself ${itself}, but ${seen} says otherwise: under a false name it escapes the rules about what it is (masquerading).`,
      evidence: classification.contradictions.map(({ signal, value }) => ({
        path: signal,
        actual: value,
        expected: itself,
      })),
      networkFunctions: classification.networkFunctions,
      cause: "contradiction",
    });
  }
  if (!classification.suspect || context.view === "resource") return;
  const inCore = context.model.coreNamespaces.has(workload.namespace);
  yield (inCore ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} shows signs of a core function (${classification.evidence.map(({ signal, value }) => `${signal} ${value}`).join(", ")}), but nothing says which: no rule about its function looks at it.`,
    evidence: classification.evidence.map(({ signal, value }) => ({ path: signal, actual: value, expected: `a label ${EXPLICIT_LABEL}` })),
    cause: "suspect",
  });
}

/** Roles that are no network function, for people. */
const PLAIN: { readonly [role: string]: string } = {
  ran: "a part of the RAN",
  datastore: "a data store",
  management: "a console",
  support: "a tool beside the core",
};

function networkFunctionsOf(label: string) {
  return label.split(/[,+_]/).map((part) => networkFunctionNamed(part));
}

/** What carries tags, and belongs to the core where its network does. */
const TAGGED = ["aws:ec2/subnet:Subnet", "aws:ec2/securityGroup:SecurityGroup", "aws:kms/key:Key"];
const TAGS = ["carrierguard.dev/plane", "carrierguard.dev/zone"];

/** One summary for the stack: missing tags are one piece of work. */
function* unlabelled(model: CoreModel, context: RuleContext): Iterable<Verdict> {
  if (model.ask(holdsCore) !== "yes" || context.view === "resource") return;
  const missing: Resource[] = [];
  const open: Resource[] = [];
  const pools = new Set(model.ask(nodeGroups).map(({ resource }) => resource));
  for (const item of [...TAGGED.flatMap((type) => model.ofType(type)), ...pools]) {
    const tags = [item.props.get("tags"), item.props.get("tagsAll")];
    if (TAGS.some((key) => tag(item, key).isKnown)) continue;
    (tags.some((node) => node.holdsUnknown()) ? open : missing).push(item);
  }
  for (const workload of model.workloads) {
    const { role, suspect } = model.classification(workload);
    if (role === "unknown" && !suspect && model.coreNamespaces.has(workload.namespace) && !workload.hook)
      (workload.opaque ? open : missing).push(workload.object.resource);
  }
  const [list, verdict] = missing.length > 0 ? ([missing, fail] as const) : ([open, undetermined] as const);
  const [first] = list;
  if (first === undefined) return;
  yield verdict({
    message: `${list.length} resource${list.length === 1 ? "" : "s"} of the core ${missing.length > 0 ? "are" : "may be"} not classified by zone or plane (${listed(list.map(nameOf), 4)}): what nobody has classified nobody protects.`,
    evidence: list.map((item): Evidence => ({
      path: item.urn.split("::").slice(2).join("::"),
      actual: null,
      expected: `${TAGS.join(" and ")} (workloads: ${EXPLICIT_LABEL})`,
    })),
    cause: "summary",
    advisory: context.settings.profile !== "strict",
  });
}

/** What people call it: an object by its own name. */
function nameOf(item: Resource): string {
  return valueOr(item.props.get("metadata", "name").string(), item.name);
}
