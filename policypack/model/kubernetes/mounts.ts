/** Which ConfigMaps and Secrets a pod reads: as volumes, as its environment, as single variables. */

import { type Node, valueOr } from "../value";
import type { CoreModel } from "../core";
import type { Workload } from "./workloads";

/** The workloads that read a ConfigMap or Secret of their namespace. */
export function readers(model: CoreModel, kind: "ConfigMap" | "Secret", namespace: string, name: string): readonly Workload[] {
  return model.ask(readersByName).get(`${kind} ${namespace}/${name}`) ?? [];
}

const readersByName = (model: CoreModel): ReadonlyMap<string, readonly Workload[]> => {
  const found = new Map<string, Workload[]>();
  for (const workload of model.workloads) {
    for (const [kind, names] of [["ConfigMap", configMapNames(workload)] as const, ["Secret", secretNames(workload)] as const]) {
      for (const name of names) {
        const key = `${kind} ${workload.namespace}/${name}`;
        const list = found.get(key);
        if (list === undefined) found.set(key, [workload]);
        else list.push(workload);
      }
    }
  }
  return found;
};

export function configMapNames(workload: Workload): string[] {
  return references(workload, {
    volume: ["configMap", "name"],
    source: ["configMap", "name"],
    from: "configMapRef",
    variable: "configMapKeyRef",
  });
}

function secretNames(workload: Workload): string[] {
  return references(workload, {
    volume: ["secret", "secretName"],
    source: ["secret", "name"],
    from: "secretRef",
    variable: "secretKeyRef",
  });
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
    .flatMap((volume) => [
      volume.walk(places.volume),
      ...volume
        .get("projected", "sources")
        .items()
        .map((source) => source.walk(places.source)),
    ]);
  const environment = workload.containers.flatMap(({ node }) => [
    ...node
      .get("envFrom")
      .items()
      .map((item) => item.get(places.from, "name")),
    ...node
      .get("env")
      .items()
      .map((item) => item.get("valueFrom", places.variable, "name")),
  ]);
  return [...new Set([...volumes, ...environment].flatMap((node: Node) => (node.isKnown ? [valueOr(node.string(), "")] : [])))];
}
