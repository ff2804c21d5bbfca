/**
 * Planes have address ranges of their own, and subscribers' pools overlap nothing of the core.
 *
 * Compared as address sets: subnets by their plane tag, NetworkAttachmentDefinitions by label or name. N3 and N9 may share a user plane, a lab
 * may put everything into one subnet. What carries no plane is GV-01's business.
 */

import { infrastructureRanges, planeRanges, type Range, uePools } from "../../analysis/planes/ranges";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { wholeStack } from "../../engine/targets";
import { SUBNET } from "../../model/aws/types";
import { networkFunction, object, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-01",
  name: "sg-01-planes-have-disjoint-addresses",
  title: "Planes have disjoint address space: N2, N3, N4, N6, N9, SBI, OAM, LI, N32",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(SUBNET, "kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition", "kubernetes:core/v1:ConfigMap"),
  rationale:
    "Rules about a plane are rules about its addresses: where two planes share addresses no security group, ACL or route can tell a gNB from a billing system, and a subscriber whose address is also a node's is inside the core.",
  remediation:
    "Give every plane a CIDR of its own and tag it carrierguard.dev/plane; take UE pools from a range that no VPC, subnet, secondary network, pod or Service has.",
  standards: [
    {
      framework: "NIST CSWP 36E",
      ref: "design principles",
      title: "CSWP 36E (final, Mar 2026): isolate data plane, control plane and O&M traffic (VRF)",
    },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.5.1", title: "Traffic Separation" },
    { framework: "3GPP TS 33.527 (SCAS)", ref: "4.3.6.2", title: "Separation of inter-VNF and intra-VNF traffic" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO15-022",
      title:
        "Network products should support physical or logical separation of traffic belonging to different network domains. For example, O&M traffic and control plane tra",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-059",
      title:
        "The network used for the communication between the VNFCs of a VNF (intra-VNF traffic) is separated from the network used for the communication between VNFs (int",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-7(29)", title: "Boundary Protection | Separate Subnets to Isolate Functions" },
    {
      framework: "NIST SP 800-53r5",
      ref: "AC-4(21)",
      title: "Information Flow Enforcement | Physical or Logical Separation of Information Flows",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-SEG",
      title: "Hardening: segmentation, DMZ, private VLANs",
    },
  ],
  breaks: [
    { id: "FGT1599", name: "Network Boundary Bridging" },
    { id: "FGT1599.505", name: "GTP-U Abuse" },
  ],
  *check(model, context) {
    const ranges = model.ask(planeRanges);
    if (context.settings.profile !== "lab") yield* betweenPlanes(ranges);
    yield* pools(context);
  },
  examples: () => {
    const subnet = (name: string, cidrBlock: unknown, plane: string) =>
      resource(SUBNET, name, { cidrBlock: cidrBlock as string, tags: { "carrierguard.dev/plane": plane } });
    const network = (name: string, range: string) =>
      object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, {
        spec: {
          config: JSON.stringify({ cniVersion: "0.3.1", type: "macvlan", ipam: { type: "host-local", ranges: [[{ subnet: range }]] } }),
        },
      });
    const smf = (pool: string) =>
      object("v1", "ConfigMap", "smf", {
        data: { "smf.yaml": `smf:\n  sbi: {server: [{address: 0.0.0.0}]}\n  session:\n    - {subnet: ${pool}, dnn: internet}\n` },
      });
    return {
      pass: [
        {
          name: "a range a plane",
          resources: [subnet("n2", "10.0.1.0/24", "n2"), subnet("n3", "10.0.2.0/24", "n3"), network("n4", "10.0.4.0/24")],
        },
        { name: "N3 and N9 on one network", resources: [subnet("user", "10.0.2.0/24", "n3"), network("n9", "10.0.2.0/24")] },
        {
          name: "a secondary network on the subnet of its plane",
          resources: [subnet("n4-a", "10.0.4.0/24", "n4"), network("n4", "10.0.4.0/25")],
        },
        { name: "a UE pool of its own", resources: [subnet("n3", "10.0.2.0/24", "n3"), networkFunction("smf"), smf("10.45.0.1/16")] },
        {
          name: "one subnet for a lab",
          resources: [subnet("all", "10.0.0.0/16", "n2"), network("n4", "10.0.4.0/24")],
          settings: { profile: "lab" },
        },
      ],
      fail: [
        { name: "N4 within the RAN's N2 range", resources: [subnet("n2", "10.0.0.0/20", "n2"), network("n4", "10.0.4.0/24")] },
        { name: "one subnet for N2 and OAM", resources: [subnet("shared", "10.0.1.0/24", "n2,oam")] },
        {
          name: "a UE pool inside the VPC",
          resources: [resource("aws:ec2/vpc:Vpc", "core", { cidrBlock: "10.0.0.0/8" }), networkFunction("smf"), smf("10.45.0.1/16")],
        },
        {
          name: "a UE pool on the cluster's Services",
          resources: [
            resource("aws:eks/cluster:Cluster", "core", { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.45.128.0/20" } }),
            networkFunction("smf"),
            smf("10.45.0.1/16"),
          ],
        },
      ],
      undetermined: [
        {
          name: "a range that the address manager will choose",
          resources: [subnet("n2", unknownValue(), "n2"), subnet("n4", "10.0.4.0/24", "n4")],
        },
      ],
    };
  },
});

/** Planes that may share a user-plane network. */
const USER_PLANE = new Set(["n3", "n9"]);

function* betweenPlanes(ranges: readonly Range[]): Generator<Verdict> {
  const told = ranges.filter((range) => range.planes !== undefined && range.planes.length > 0);
  for (const range of told) {
    const planes = range.planes ?? [];
    if (planes.length < 2 || planes.every((plane) => USER_PLANE.has(plane))) continue;
    yield fail({
      message: `${capitalised(range.title)} carries ${planes.map(upper).join(" and ")}: what may talk to one of these planes stands in the other.`,
      evidence: [{ path: range.node.path, actual: planes.join(", "), expected: "one plane" }],
      resource: range.resource,
      interfaces: planes.map(upper),
      cause: "several planes",
    });
  }
  const single = told.filter((range) => range.planes?.length === 1);
  for (const [index, a] of single.entries()) {
    const others = single.slice(index + 1).filter((b) => differ(a, b) && a.addresses.overlaps(b.addresses));
    const [b] = others;
    if (b === undefined) continue;
    yield fail({
      message: `${capitalised(b.title)} (${planeOf(b)}) and ${others.length === 1 ? a.title : `${others.length} other networks and ${a.title}`} (${planeOf(a)}) share ${listed(a.addresses.intersection(b.addresses).cidrs())}: no filter can tell their planes apart.`,
      evidence: [
        seen(b.node, `addresses outside ${a.title}`),
        { ...seen(a.node, `addresses outside ${b.title}`), path: `${a.title}: ${a.node.path}` },
      ],
      resource: b.resource,
      interfaces: [planeOf(a), planeOf(b)],
      cause: `overlap with ${a.title}`,
    });
  }
  const open = single.filter((range) => range.partial && single.some((other) => differ(range, other)));
  const [first] = open;
  if (first === undefined) return;
  yield undetermined({
    message: `The addresses of ${listed(
      open.map((range) => range.title),
      4,
    )} are not known before deployment, so whether planes overlap is not either.`,
    evidence: open.map((range) => seen(range.node, "addresses of its own")),
    resource: first.resource,
    cause: "unknown ranges",
  });
}

function* pools(context: RuleContext): Generator<Verdict> {
  const { model } = context;
  const infrastructure = [...model.ask(planeRanges), ...model.ask(infrastructureRanges)];
  const found = model.ask(uePools);
  for (const pool of found) {
    const overlapped = infrastructure.filter((range) => range.addresses.overlaps(pool.addresses));
    if (overlapped.length === 0) continue;
    yield fail({
      message: `The UE pool ${pool.addresses.cidrs().join(", ")} in ${pool.title} overlaps ${listed(
        overlapped.map((range) => range.title),
        4,
      )}: a phone gets an address of the core's own network.`,
      evidence: [seen(pool.node, "a range that nothing of the core has")],
      resource: pool.resource,
      interfaces: ["N6"],
      cause: `pool ${pool.node.path}`,
    });
  }
}

function differ(a: Range, b: Range): boolean {
  const [x = "", y = ""] = [a.planes?.[0], b.planes?.[0]];
  return x !== y && !(USER_PLANE.has(x) && USER_PLANE.has(y));
}

function planeOf(range: Range): string {
  return upper(range.planes?.[0] ?? "");
}

function upper(plane: string): string {
  return plane.toUpperCase();
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
