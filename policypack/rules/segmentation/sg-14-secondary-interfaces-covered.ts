/**
 * NetworkPolicy never sees a Multus interface: each network that functions join has a MultiNetworkPolicy that denies what it does not name,
 * computed for every function on it, or its addresses are those of AWS subnets whose interfaces have a security group. What DPDK drives no
 * policy of Kubernetes sees, there the security group is the only way. Networks that hand on what is not theirs (promiscuous mode, passthru,
 * a bridge without port isolation) are refused.
 */

import { planeRanges } from "../../analysis/planes/ranges";
import { planesOfNetwork, planesTagged } from "../../analysis/planes";
import { below } from "../../analysis/nf-config/configuration";
import type { Network } from "../../analysis/reachability/network";
import { ALL_PORTS, containsPorts } from "../../analysis/reachability/ports";
import type { DirectionProgram, Mode } from "../../analysis/reachability/program";
import { coreReach } from "../../analysis/reachability/standard";
import { isUserSpace } from "../../analysis/reachability/user-space";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import { subnets } from "../../model/aws/networks";
import { refersTo, resolve } from "../../model/aws/references";
import { securityGroups } from "../../model/aws/security-groups";
import { LAUNCH_TEMPLATE, NETWORK_INTERFACE, SUBNET } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import { networkAttachments } from "../../model/kubernetes/networks";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { Node, type Value, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-14",
  name: "sg-14-secondary-interfaces-covered",
  title: "Secondary (Multus) interfaces are covered by MultiNetworkPolicy or a dedicated ENI security group",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: objects(["k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition"]),
  rationale:
    "N2, N3, N4 and N6 run on secondary interfaces, where the cluster's NetworkPolicies do not apply: without rules there, whoever is on the segment opens PFCP and GTP-U, which ask nobody who he is.",
  remediation:
    "Add a MultiNetworkPolicy (annotation k8s.v1.cni.cncf.io/policy-for: <namespace>/<network>) that isolates the function in both directions and names its peers; for DPDK and other interfaces past the kernel put a security group for the plane on the ENIs of the subnet; take promiscMode, passthru and open bridges out.",
  standards: [
    { framework: "3GPP TS 33.527 (SCAS)", ref: "4.3.6.2", title: "Separation of inter-VNF and intra-VNF traffic" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.5.1", title: "Traffic Separation" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(21)", title: "Boundary Protection | Isolation of System Components" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO11-059", title: "The network used for the communication between the VNFCs of a VNF (intra-VNF traffic) is separated from the network used for the communication between VNFs (int" },
  ],
  breaks: [
    { id: "FGT1599", name: "Network Boundary Bridging" },
    { id: "FGT1557.503", name: "Non-SBI" },
    { id: "FGT1040", name: "Network Sniffing" },
  ],
  *check(definition, context) {
    const members = (context.model.ask(functionsOn).get(definition) ?? []).filter(({ hook }) => !hook);
    if (members.length === 0) return;
    yield* configuration(definition, members, context);
    yield* coverage(definition, members, context);
  },
  examples: () => ({
    pass: [
      { name: "a policy for the network, both ways", resources: [nad("n4"), upf("n4"), smf, upfPeer, multi("n4")] },
      { name: "a default deny for the whole network", resources: [nad("n4"), upf("n4"), smf, multi("n4", { podSelector: {}, policyTypes: ["Ingress", "Egress"] })] },
      { name: "subscribers' traffic leaves on N6", resources: [nad("n6"), upf("n6"), smf, multi("n6", { ...SELECT, policyTypes: ["Ingress", "Egress"], egress: [{}] })] },
      { name: "an ENI security group on the network's subnet", resources: [nad("n3", HOST), upf("n3"), smf, ...eni(true)] },
      { name: "DPDK on nodes whose launch template gives the interface a group", resources: [nad("n3", DPDK, RESOURCE), upf("n3"), smf, ...nodes(true)] },
      { name: "DPDK with a security group", resources: [nad("n3", DPDK, RESOURCE), upf("n3"), smf, ...eni(true)] },
      { name: "a simulator's network", resources: [nad("n3"), networkFunction("gnb", { annotations: { [NETWORKS]: "n3" } }), smf] },
      { name: "a bridge that keeps its ports apart", resources: [nad("n4", { type: "bridge", bridge: "br0", portIsolation: true }), upf("n4"), smf, multi("n4")] },
    ],
    fail: [
      { name: "no policy for the network", resources: [nad("n4"), upf("n4"), smf] },
      { name: "a NetworkPolicy, which does not apply there", resources: [nad("n4"), upf("n4"), smf, object("networking.k8s.io/v1", "NetworkPolicy", "deny", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } })] },
      { name: "a policy for another network", resources: [nad("n4"), nad("n3"), upf("n4"), smf, multi("n3")] },
      { name: "a policy that selects somebody else", resources: [nad("n4"), upf("n4"), smf, multi("n4", { podSelector: { matchLabels: { app: "amf" } }, policyTypes: ["Ingress", "Egress"] })] },
      { name: "one direction only", resources: [nad("n4"), upf("n4"), smf, multi("n4", { ...SELECT, policyTypes: ["Ingress"] })] },
      { name: "an allow-all", resources: [nad("n4"), upf("n4"), smf, multi("n4", { ...SELECT, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [] })] },
      { name: "the world in two halves", resources: [nad("n4"), upf("n4"), smf, multi("n4", { ...SELECT, policyTypes: ["Ingress", "Egress"], ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }, { ipBlock: { cidr: "::/0" } }] }] })] },
      { name: "DPDK on nodes whose launch template gives the interface no group", resources: [nad("n3", DPDK, RESOURCE), upf("n3"), smf, ...nodes(false)] },
      { name: "DPDK with a policy that cannot see it", resources: [nad("n3", DPDK, RESOURCE), upf("n3"), smf, multi("n3"), ...eni(false)] },
      { name: "promiscuous mode", resources: [nad("n4", { type: "macvlan", master: "ens6", promiscMode: true }), upf("n4"), smf, multi("n4")] },
      { name: "passthru", resources: [nad("n4", { type: "macvlan", master: "ens6", mode: "passthru" }), upf("n4"), smf, multi("n4")] },
      { name: "an open bridge in a chain of plugins", resources: [nad("n4", { plugins: [{ type: "bridge", bridge: "br0" }, { type: "tuning" }] }), upf("n4"), smf, multi("n4")] },
    ],
    undetermined: [
      { name: "a policy whose rules the configuration brings", resources: [nad("n4"), upf("n4"), smf, object("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", "n4", { metadata: { annotations: { [POLICY_FOR]: "core/n4" } }, spec: { ...SELECT, policyTypes: ["Ingress", "Egress"], ingress: unknownValue() } })] },
      { name: "DPDK where the cloud is out of sight", resources: [nad("n3", DPDK, RESOURCE), upf("n3"), smf] },
    ],
  }),
}); // prettier-ignore

/** Functions by the networks that they join. */
const functionsOn = (model: CoreModel): ReadonlyMap<KubernetesObject, readonly Workload[]> => {
  const found = new Map<KubernetesObject, Workload[]>();
  for (const workload of model.workloads) {
    if (model.classification(workload).role !== "nf") continue;
    for (const { definition } of valueOr(networkAttachments(model, workload), [])) {
      if (definition === undefined) continue;
      const list = found.get(definition);
      if (list === undefined) found.set(definition, [workload]);
      else if (!list.includes(workload)) list.push(workload);
    }
  }
  return found;
};

const FAULTS: readonly (readonly [wrong: (plugin: Node) => boolean, text: string])[] = [
  [(plugin) => valueOr(plugin.get("promiscMode").boolean(), false), "listens to everybody's traffic (promiscMode)"],
  [(plugin) => kindOf(plugin) === "macvlan" && valueOr(plugin.get("mode").string(), "") === "passthru", "hands a whole interface through (macvlan passthru)"],
  [(plugin) => kindOf(plugin) === "bridge" && !valueOr(plugin.get("portIsolation").boolean(), false), "bridges its members to each other (a bridge without portIsolation)"],
]; // prettier-ignore

const kindOf = (plugin: Node) => valueOr(plugin.get("type").string(), "");

function* configuration(definition: KubernetesObject, members: readonly Workload[], context: RuleContext): Generator<Verdict> {
  const text = definition.spec.get("config");
  const plugins = pluginsIn(text);
  const wrong = FAULTS.filter(([isWrong]) => plugins.some(isWrong)).map(([, told]) => told);
  if (wrong.length === 0) return;
  yield fail({
    message: `Network ${definition.name} of the ${functions(members, context).join(", ")} ${wrong.join(" and ")}: one member reads or poses as the others (Network Boundary Bridging).`,
    evidence: [seen(text, "no promiscMode, no passthru; a bridge with portIsolation")],
    networkFunctions: functions(members, context),
    cause: "configuration",
  });
}

/** A configuration's plugin, or those of its chain, with all that is below them. */
function pluginsIn(text: Node): readonly Node[] {
  try {
    const tree = JSON.parse(valueOr(text.string(), "")) as Value;
    return below(Node.parsed(tree, text));
  } catch {
    return [];
  }
}

function functions(members: readonly Workload[], context: RuleContext) {
  return [...new Set(members.flatMap((member) => context.model.classification(member).networkFunctions))];
}

function* coverage(definition: KubernetesObject, members: readonly Workload[], context: RuleContext): Generator<Verdict> {
  const { model } = context;
  const guarded = cloudGroups(definition, context);
  if (guarded === "yes") return;
  const { reach } = model.ask(coreReach);
  const network = reach.secondary.find(({ name }) => name === definition.name);
  const past = members.filter((member) => isUserSpace(definition, member));
  const open = members.filter((member) => !past.includes(member)).map((member) => ({ member, answer: network === undefined ? "open" : isolated(model, network, member) }));
  const certain = [...open.filter(({ answer }) => answer === "open").map(({ member }) => member), ...(guarded === "no" ? past : [])];
  const told = certain.length > 0 ? certain : [...open.filter(({ answer }) => answer === "maybe").map(({ member }) => member), ...past];
  if (told.length === 0) return;
  const driven = told.every((member) => past.includes(member));
  const names = functions(told, context);
  const lead = certain.length > 0 ? "Nothing isolates" : "Nothing in sight isolates";
  yield (certain.length > 0 ? fail : undetermined)({
    message: driven
      ? `${lead} the ${names.join(", ")} on network ${definition.name}: packets past the kernel (DPDK) are seen by no policy of Kubernetes, only by a security group of the interface (Network Boundary Bridging).`
      : `${lead} the ${names.join(", ")} on network ${definition.name} in both directions: NetworkPolicies do not apply to it, and whoever is on the segment reaches every port (Network Boundary Bridging).`,
    evidence: [{ path: driven ? "aws:ec2/networkInterface:NetworkInterface securityGroups" : `MultiNetworkPolicy ${POLICY_FOR}`, actual: null, expected: driven ? "a security group for the plane" : `a policy for ${definition.namespace}/${definition.name} that denies what it does not name` }],
    networkFunctions: names,
    interfaces: valueOr(planesOfNetwork(definition), []).map((plane) => plane.toUpperCase()),
    cause: "coverage",
  });
} // prettier-ignore

const unitNumbers = (model: CoreModel): ReadonlyMap<Workload, number> =>
  new Map(model.ask(coreReach).reach.units.flatMap(({ workloads }, index) => workloads.map((workload) => [workload, index] as const)));

/** Whether policies of the network isolate a member in both directions. */
function isolated(model: CoreModel, network: Network, member: Workload): "closed" | "maybe" | "open" {
  const unit = model.ask(unitNumbers).get(member) ?? -1;
  const userPlane = model.classification(member).networkFunctions.some((id) => ["UPF", "PGW-U"].includes(id)) && /n6|core|sgi/i.test(network.name);
  const answers = network.classesOf(unit).flatMap((item) => [
    isClosed(network, network.ingress, item),
    // Subscribers go anywhere: that is N6's purpose.
    userPlane ? isSelected(network.egress, item) : isClosed(network, network.egress, item),
  ]);
  if (answers.includes("open")) return "open";
  return answers.includes("maybe") ? "maybe" : "closed";
} // prettier-ignore

function isSelected(program: DirectionProgram, item: number): "closed" | "maybe" | "open" {
  const binding = program.policiesOf(item).filter(({ section }) => section.isolates !== "no");
  if (binding.length === 0) return "open";
  return binding.some(({ certain, section }) => certain && section.isolates === "yes") ? "closed" : "maybe";
}

/** Closed: some policy isolates it, and not every address may use every port all the same. */
function isClosed(network: Network, program: DirectionProgram, item: number): "closed" | "maybe" | "open" {
  const selected = isSelected(program, item);
  if (selected === "open") return "open";
  const everything = (mode: Mode) =>
    network.universe.outside.every((_, index) => {
      const address = network.universe.classes.length + index;
      const ports = program.direction === "ingress" ? network.ports(address, item, mode) : network.ports(item, address, mode);
      return containsPorts(ports, ALL_PORTS);
    });
  if (everything("must")) return "open";
  return selected === "maybe" || everything("may") ? "maybe" : "closed";
}

/** Whether the network's addresses lie in AWS subnets whose interfaces, or whose plane, have a security group. */
function cloudGroups(definition: KubernetesObject, { model }: RuleContext): "yes" | "no" | "unknown" {
  const all = model.ask(subnets);
  if (all.length === 0) return "unknown";
  const own = model.ask(planeRanges).find((range) => range.resource === definition.resource)?.addresses;
  const planes: readonly string[] = valueOr(planesOfNetwork(definition), []);
  const places = model.ask(planeRanges).flatMap(({ resource: subnet, addresses }) =>
    subnet.type === SUBNET && ((own !== undefined && !own.isEmpty && addresses.contains(own)) || planesSaid(subnet).some((plane) => planes.includes(plane))) ? [subnet] : [],
  );
  if (places.length === 0) return "no";
  const interfaces = [
    ...model.ofType(NETWORK_INTERFACE).map((item) => ({ item, node: item.props })),
    ...model.ofType(LAUNCH_TEMPLATE).flatMap((item) => item.props.get("networkInterfaces").items().map((node) => ({ item, node }))),
  ].filter(({ item, node }) => places.some((subnet) => refersTo(resolve(model, item, node.get("subnetId"), [SUBNET]), subnet) === "yes"));
  if (interfaces.some(({ node }) => !hasGroups(node))) return "no";
  const tagged = model.ask(securityGroups).some(({ resource: group }) => planesSaid(group).some((plane) => planes.includes(plane)));
  return interfaces.length > 0 || tagged ? "yes" : "no";
} // prettier-ignore

function planesSaid(item: Resource): readonly string[] {
  return valueOr(planesTagged(item), []);
}

function hasGroups(networkInterface: Node): boolean {
  const groups = networkInterface.get("securityGroups");
  return groups.isUnknown || groups.items().length > 0;
}

const NETWORKS = "k8s.v1.cni.cncf.io/networks";
const POLICY_FOR = "k8s.v1.cni.cncf.io/policy-for";
const RESOURCE: Properties = { "k8s.v1.cni.cncf.io/resourceName": "intel.com/upf_dpdk" };
const DPDK = { type: "sriov", ipam: { type: "static", addresses: [{ address: "10.20.3.10/24" }] } };
const HOST = { type: "host-device", device: "ens6", ipam: { type: "host-local", subnet: "10.20.3.0/24" } };
const SELECT = { podSelector: { matchLabels: { app: "upf" } } };

function nad(name: string, config: Properties = { type: "macvlan", master: "ens6", mode: "bridge" }, annotations: Properties = {}) {
  return object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, { metadata: { annotations }, spec: { config: JSON.stringify({ cniVersion: "0.3.1", ...config }) } });
} // prettier-ignore

const upf = (network: string) => networkFunction("upf", { annotations: { [NETWORKS]: network } });
const smf = networkFunction("smf");
const upfPeer = networkFunction("amf");

function multi(network: string, spec: Properties = { ...SELECT, policyTypes: ["Ingress", "Egress"], ingress: [{ from: [{ podSelector: { matchLabels: { app: "smf" } } }], ports: [{ protocol: "UDP", port: 8805 }] }], egress: [{ to: [{ podSelector: { matchLabels: { app: "smf" } } }] }] }) {
  return object("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", network, { metadata: { annotations: { [POLICY_FOR]: `core/${network}` } }, spec });
} // prettier-ignore

const place = [
  resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.20.0.0/16" }),
  resource("aws:ec2/subnet:Subnet", "n3", { id: "subnet-n3", vpcId: "vpc-1", cidrBlock: "10.20.3.0/24" }),
];
const onPlane = (withGroup: boolean) => ({ subnetId: "subnet-n3", ...(withGroup ? { securityGroups: ["sg-n3"] } : {}) });

function eni(withGroup: boolean) {
  return [...place, resource(NETWORK_INTERFACE, "n3", onPlane(withGroup))];
}

function nodes(withGroup: boolean) {
  return [
    ...place,
    resource(LAUNCH_TEMPLATE, "n3", { networkInterfaces: [{ deviceIndex: 0 }, { deviceIndex: 1, ...onPlane(withGroup) }] }),
  ];
}
