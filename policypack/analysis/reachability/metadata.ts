/** Whether policies let a workload ask the instance metadata service. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { anyPluginReach } from "./index";
import { intersectPorts, portsOf } from "./ports";

const METADATA = IpSet.fromBlocks([parseBlock("169.254.169.254")].flatMap((block) => block ?? []));
const HTTP = portsOf("TCP", 80, 80);

export function reachesMetadata(model: CoreModel, workload: Workload): "yes" | "maybe" | "no" {
  const reach = model.ask(anyPluginReach);
  const unit = model.ask(unitNumbers).get(workload);
  if (unit === undefined) return "yes";
  let answer: "maybe" | "no" = "no";
  for (const network of reach.primary) {
    const { classes, outside } = network.universe;
    const index = classes.length + outside.findIndex((atom) => atom.contains(METADATA));
    for (const place of network.classesOf(unit)) {
      if (intersectPorts(network.ports(place, index, "must"), HTTP).length > 0) return "yes";
      if (intersectPorts(network.ports(place, index, "may"), HTTP).length > 0) answer = "maybe";
    }
  }
  return answer;
}

const unitNumbers = (model: CoreModel): ReadonlyMap<Workload, number> =>
  new Map(model.ask(anyPluginReach).units.flatMap(({ workloads }, index) => workloads.map((workload) => [workload, index] as const)));
