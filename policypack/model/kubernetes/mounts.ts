/** Which ConfigMaps and Secrets a pod reads: as volumes, as its environment, as single variables. */

import { type Node, valueOr } from "../value";
import type { Workload } from "./workloads";

export function configMapNames(workload: Workload): string[] {
  return references(workload, { volume: ["configMap", "name"], source: ["configMap", "name"], from: "configMapRef", variable: "configMapKeyRef" });
}

export function secretNames(workload: Workload): string[] {
  return references(workload, { volume: ["secret", "secretName"], source: ["secret", "name"], from: "secretRef", variable: "secretKeyRef" });
}

interface Places {
  readonly volume: readonly string[];
  readonly source: readonly string[];
  readonly from: string;
  readonly variable: string;
}

function references(workload: Workload, places: Places): string[] {
  const volumes = workload.podSpec
    .get("volumes")
    .items()
    .flatMap((volume) => [volume.get(...places.volume), ...volume.get("projected", "sources").items().map((source) => source.get(...places.source))]);
  const environment = workload.containers.flatMap(({ node }) => [
    ...node.get("envFrom").items().map((item) => item.get(places.from, "name")),
    ...node.get("env").items().map((item) => item.get("valueFrom", places.variable, "name")),
  ]);
  return [...new Set([...volumes, ...environment].flatMap((node: Node) => (node.isKnown ? [valueOr(node.string(), "")] : [])))];
}
