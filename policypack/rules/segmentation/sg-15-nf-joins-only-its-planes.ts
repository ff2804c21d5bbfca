/**
 * A network function joins only the plane networks that its role needs.
 *
 * `allowedPlaneAttachments` of the topology decides. Pods of the auth, data and LI zones join no secondary network at all; a network whose
 * plane nothing tells is unknown, not wrong. All-in-one pods of a lab have every plane of their functions. Networks of the core are not for
 * pods of other namespaces.
 */

import { planesOfAttachment } from "../../analysis/planes";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { ATTACHMENTS, DEFAULT_NETWORK, defaultNetwork, type NetworkAttachment, networkAttachments } from "../../model/kubernetes/networks";
import type { Workload } from "../../model/kubernetes/workloads";
import { networkFunction, object, unknownValue } from "../../testing/build";
import { networkFunction as known } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

export default defineRule({
  id: "SG-15",
  name: "sg-15-nf-joins-only-its-planes",
  title: "An NF attaches only to the plane networks its role needs",
  family: "segmentation",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",
  target: workloads,
  rationale:
    "A secondary network goes around NetworkPolicy and the mesh: a function that joins a plane it has no business on is a bridge between planes, and a subscriber store with a leg on N6 is one hop from every phone.",
  remediation:
    "Remove the network from the annotation k8s.v1.cni.cncf.io/networks of this function. Where its plane is only misread, label the NetworkAttachmentDefinition carrierguard.dev/plane.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.1" },
    {
      framework: "NIST CSWP 36E",
      ref: "design principles",
      title: "CSWP 36E (final, Mar 2026): isolate data plane, control plane and O&M traffic (VRF)",
    },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.2", title: "Restricted reachability of services" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(29)", title: "Boundary Protection | Separate Subnets to Isolate Functions" },
    {
      framework: "NIST SP 800-53r5",
      ref: "AC-4(21)",
      title: "Information Flow Enforcement | Physical or Logical Separation of Information Flows",
    },
  ],
  breaks: [
    { id: "FGT1599", name: "Network Boundary Bridging" },
    { id: "FGT1611", name: "Escape to Host" },
    { id: "FGT5008", name: "Redirection Of Traffic Via User Plane Network Function" },
  ],
  *check(workload, context) {
    const reads = [networkAttachments(context.model, workload), defaultNetwork(context.model, workload)];
    if (reads.every((read) => read.state === "known" && read.value.length === 0)) return;
    const judged = judgedAsNetworkFunction(workload, context);
    if (judged === "later") return;
    const { role, networkFunctions, zone, coreStore } = context.model.classification(workload);
    const [attachments, primary] = reads.map((read) => (read.state === "known" ? read.value : [])) as [Attachments, Attachments];
    if (judged === "no" && !coreStore) {
      if (role !== "ran") yield* stranger(workload, attachments, context);
      return;
    }
    const place = workload.podMetadata.get("annotations", attachments.length > 0 || primary.length === 0 ? ATTACHMENTS : DEFAULT_NETWORK);
    if (reads.some((read) => read.state !== "known")) {
      yield undetermined({
        message: `Which networks ${workload.kind} ${workload.name} joins is not known, so it may join planes that are not its own.`,
        evidence: [seen(place, expectation(networkFunctions))],
        networkFunctions,
        cause: "unknown",
      });
      return;
    }
    const closed = CLOSED.has(coreStore ? "data" : zone);
    const allowed = planesFor(networkFunctions);
    const wrong: string[] = [];
    const open: string[] = [];
    for (const attachment of [...attachments, ...primary]) {
      const planes = planesOfAttachment(attachment);
      // What stands in the place of the pod network carries the SBI.
      const isPrimary = primary.includes(attachment);
      const foreign =
        planes.state === "known" ? planes.value.filter((plane) => !allowed.has(plane) && !(isPrimary && plane === "sbi")) : [];
      const label =
        planes.state === "known" && planes.value.length > 0
          ? `${attachment.name} (${planes.value.join(", ").toUpperCase()})`
          : attachment.name;
      if ((closed && !isPrimary) || foreign.length > 0) wrong.push(label);
      else if (planes.state !== "known" || planes.value.length === 0) open.push(label);
    }
    const certain = wrong.length > 0 && judged !== "suspect";
    const list = wrong.length > 0 ? wrong : open;
    if (list.length === 0) return;
    const who = coreStore ? "The subscriber data store" : networkFunctions.join(", ") || "A suspected network function";
    yield (certain ? fail : undetermined)({
      message: certain
        ? `${who} (${workload.kind} ${workload.name}) joins ${list.join(", ")}, ${closed ? "though functions of its zone have no leg outside the pod network" : "which is no plane of its own"}: a way around NetworkPolicy and the mesh from one plane into another.`
        : `${who} (${workload.kind} ${workload.name}) joins ${list.join(", ")}, and whether that is a plane of its own is not known.`,
      evidence: [seen(place, expectation(networkFunctions))],
      networkFunctions,
      interfaces: [...new Set([...attachments, ...primary].flatMap(interfacesOf))],
      cause: certain ? "foreign plane" : "unknown plane",
    });
  },
  examples: () => {
    const joining = (name: string, networks: unknown, options = {}) =>
      networkFunction(name, { annotations: { [ATTACHMENTS]: networks as string }, ...options });
    const network = (name: string, plane?: string) =>
      object(
        "k8s.cni.cncf.io/v1",
        "NetworkAttachmentDefinition",
        name,
        plane === undefined ? {} : { metadata: { labels: { "carrierguard.dev/plane": plane } } },
      );
    return {
      pass: [
        { name: "an AMF on N2", resources: [joining("amf", "n2network-amf")] },
        {
          name: "a UPF on N3, N4, N6 and N9, as JSON",
          resources: [joining("upf", JSON.stringify(["n3", "n4", "n6", "n9"].map((name) => ({ name, interface: name }))))],
        },
        { name: "SD-Core's names of N3 and N6", resources: [joining("upf", "access-net@access, core-net@core")] },
        { name: "a name that says nothing, and a label that does", resources: [network("vlan-17", "n4"), joining("smf", "vlan-17")] },
        { name: "a simulated gNB on N2 and N3", resources: [joining("gnb", "n2, n3"), networkFunction("amf"), networkFunction("upf")] },
        { name: "a function on the pod network alone", resources: [networkFunction("udm")] },
      ],
      fail: [
        { name: "an AMF on N6", resources: [joining("amf", "n2, n6")] },
        { name: "a UDM on any secondary network", resources: [joining("udm", "vlan-17"), networkFunction("ausf"), networkFunction("amf")] },
        { name: "the subscriber database on N4", resources: [joining("mongodb", "n4"), networkFunction("udr"), networkFunction("amf")] },
        { name: "a label that tells what the name hides", resources: [network("vlan-17", "n6"), joining("smf", "vlan-17")] },
        {
          name: "a pod of another namespace on the core's N4",
          resources: [network("n4"), networkFunction("smf"), joining("grafana", "core/n4", { namespace: "tools" })],
        },
      ],
      undetermined: [
        { name: "a network whose plane nothing tells", resources: [joining("amf", "vlan-17")] },
        { name: "networks that come with the deployment", resources: [joining("amf", unknownValue())] },
      ],
    };
  },
});

type Attachments = readonly NetworkAttachment[];

/** Zones whose functions have no business outside the pod network. */
const CLOSED = new Set(["auth", "data", "li"]);

function planesFor(functions: readonly NetworkFunctionId[]): ReadonlySet<string> {
  const planes = functions.flatMap((id) => known(id).allowedPlaneAttachments);
  // A combined SMF and PGW-C has S5-C and S8-C besides.
  return new Set([...planes, ...(functions.includes("SMF") ? ["gtpc"] : [])]);
}

function expectation(functions: readonly NetworkFunctionId[]): string {
  const planes = [...planesFor(functions)];
  return planes.length === 0 ? "no secondary network" : `networks of ${planes.join(", ").toUpperCase()} only`;
}

function interfacesOf(attachment: NetworkAttachment): string[] {
  const planes = planesOfAttachment(attachment);
  return planes.state === "known" ? planes.value.map((plane) => plane.toUpperCase()) : [];
}

/** A pod that is no function on a network of the core: from another namespace, or beside the functions on more than N6, where DNs are simulated. */
function* stranger(workload: Workload, attachments: Attachments, context: RuleContext): Generator<Verdict> {
  if (workload.hook) return;
  const inside = context.model.coreNamespaces.has(workload.namespace);
  const concerned = attachments.filter((item) => {
    const planes = interfacesOf(item);
    return inside ? planes.some((plane) => plane !== "N6") : planes.length > 0 && context.model.coreNamespaces.has(item.namespace);
  });
  if (concerned.length === 0) return;
  yield (inside ? undetermined : fail)({
    message: `${workload.kind} ${workload.name} in ${workload.namespace}${inside ? " is no function that 3GPP gives a plane, and" : ""} joins ${concerned.map((item) => `${item.namespace}/${item.name}`).join(", ")} of the core: what is no part of the core stands on its planes, past NetworkPolicy.`,
    evidence: [
      seen(workload.podMetadata.get("annotations", ATTACHMENTS), inside ? "the pod network alone" : "networks of its own namespace"),
    ],
    interfaces: [...new Set(concerned.flatMap(interfacesOf))],
    cause: "stranger",
  });
}
