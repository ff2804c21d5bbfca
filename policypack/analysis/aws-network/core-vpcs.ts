/**
 * Which VPCs are core networks (control SG-03): those that carry a plane or zone tag of the core, hold an EKS cluster that runs a network
 * function, or a security group with a core port; and, in a stack where any of these is seen, every untagged VPC. The tag of another zone
 * takes a VPC out.
 */

import { type EksCluster, clusterOf, eksClusters } from "../../model/aws/eks";
import { vpcs } from "../../model/aws/networks";
import { tag } from "../../model/aws/references";
import { securityGroups } from "../../model/aws/security-groups";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { topology } from "../../topology/topology";
import { corePortsMeant } from "./core-ports";
import { admissionsOf } from "./ingress";

export type Certainty = "yes" | "maybe" | "no";

export interface CoreVpc {
  readonly core: Certainty;
  /** Why, for people: "tag carrierguard.dev/zone = user-plane". */
  readonly because: string;
  /** Whether RAN, roaming or user-plane traffic is said to pass: the planes that flow logs must follow closely (LG-03). */
  readonly transit: boolean;
}

const ZONE_TAG = "carrierguard.dev/zone";
const PLANE_TAG = "carrierguard.dev/plane";

/** Zones of the core: those that the topology trusts at all. */
export const CORE_ZONES = new Set<string>(["core", ...topology.zones.filter((zone) => zone.trust >= 2).map((zone) => zone.id)]);
const CORE_PLANES = new Set<string>([
  "core",
  "user",
  "control",
  "management",
  "data",
  "signalling",
  ...topology.nfs.flatMap((nf) => nf.planes),
]);
/** Zones and planes with RAN, roaming or user-plane traffic. */
const TRANSIT = new Set([
  "access-edge",
  "user-plane",
  "roaming-edge",
  "user",
  "roaming",
  "ran",
  "n2",
  "n3",
  "n6",
  "n9",
  "n32",
  "s1-u",
  "s8",
]);
const TRANSIT_INTERFACES = new Set(["N2", "N3", "S11"]);

export const coreVpcs = (model: CoreModel): ReadonlyMap<Resource, CoreVpc> => {
  const all = model.ask(vpcs);
  const first = new Map(all.map((vpc) => [vpc, judge(model, vpc)]));
  const answers = [...first.values()];
  const seen = answers.some((answer) => answer.core === "yes") ? "yes" : answers.some((answer) => answer.core === "maybe") ? "maybe" : "no";
  return new Map(
    [...first].map(([vpc, answer]) => {
      if (answer.tagged || answer.core === "yes" || seen === "no" || answer.core === seen) return [vpc, answer];
      return [
        vpc,
        {
          ...answer,
          core: seen,
          because: seen === "yes" ? "untagged, in a stack with a core network" : "untagged, in a stack that may hold a core",
        },
      ];
    }),
  );
};

function judge(model: CoreModel, vpc: Resource): CoreVpc & { readonly tagged: boolean } {
  const transit = model.ask(transitVpcs).has(vpc);
  for (const [key, core] of [[ZONE_TAG, CORE_ZONES], [PLANE_TAG, CORE_PLANES]] as const) {
    const value = tag(vpc, key);
    const read = value.string();
    if (read.state === "absent") continue;
    if (read.state === "unknown") return { core: "maybe", because: `the tag ${key} is not known before deployment`, transit, tagged: !value.path.endsWith("tags") };
    const word = read.value.toLowerCase();
    return { core: core.has(word) ? "yes" : "no", because: `tag ${key} = ${read.value}`, transit: transit || TRANSIT.has(word), tagged: true };
  }
  if (model.ask(vpcsWithCorePorts).has(vpc)) return { core: "yes", because: "a security group in it opens a port of the core", transit, tagged: false };
  const clusters = model.ask(eksClusters).filter((cluster) => cluster.vpcs.has(vpc));
  const runs = clusters.map((cluster) => runsNetworkFunction(model, cluster));
  if (runs.includes("yes")) return { core: "yes", because: "its EKS cluster runs network functions", transit, tagged: false };
  if (runs.includes("maybe")) return { core: "maybe", because: "it holds an EKS cluster whose workloads are not all in sight", transit, tagged: false };
  return { core: "no", because: "", transit, tagged: false };
} // prettier-ignore

/** Whether a stack's cloud holds a core network: what is asked of its account depends on that. */
export const coreInCloud = (model: CoreModel): Certainty => {
  const answers = [...model.ask(coreVpcs).values()].map((vpc) => vpc.core);
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
};

/** Whether a stack holds a core at all: in its cloud, or as network functions on Kubernetes. */
export const holdsCore = (model: CoreModel): Certainty => (model.coreNamespaces.size > 0 ? "yes" : model.ask(coreInCloud));

/** Whether a cluster runs a network function: as far as the stack shows what is deployed to it. */
export function runsNetworkFunction(model: CoreModel, cluster: EksCluster): Certainty {
  let inSight = false;
  let possible = false;
  for (const workload of model.workloads) {
    const target = clusterOf(model, workload.object.resource);
    if (target !== undefined && target !== cluster.resource) continue;
    inSight = true;
    const { role, suspect } = model.classification(workload);
    if (role === "nf" && !suspect && target === cluster.resource) return "yes";
    if (role === "nf" || suspect) possible = true;
  }
  // A cluster without workloads is filled from elsewhere; a Helm Release may hold anything.
  return possible || !inSight || model.ofType("kubernetes:helm.sh/v3:Release").length > 0 ? "maybe" : "no";
}

const portsByVpc = (model: CoreModel): ReadonlyMap<Resource, ReadonlySet<string>> => {
  const found = new Map<Resource, Set<string>>();
  for (const group of model.ask(securityGroups)) {
    if (group.vpc.state !== "resolved") continue;
    const interfaces = admissionsOf(model, group).flatMap((rule) => corePortsMeant(rule.traffic).map((port) => port.interface));
    if (interfaces.length === 0) continue;
    found.set(group.vpc.resource, new Set([...(found.get(group.vpc.resource) ?? []), ...interfaces]));
  }
  return found;
};

const vpcsWithCorePorts = (model: CoreModel): ReadonlySet<Resource> => new Set(model.ask(portsByVpc).keys());
const transitVpcs = (model: CoreModel): ReadonlySet<Resource> =>
  new Set([...model.ask(portsByVpc)].filter(([, ports]) => [...ports].some((port) => TRANSIT_INTERFACES.has(port))).map(([vpc]) => vpc));
