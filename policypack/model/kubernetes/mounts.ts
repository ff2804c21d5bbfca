/** Which ConfigMaps and Secrets a pod reads: as volumes, as its environment, as single variables. */

import { type Node, valueOr } from "../value";
import type { CoreModel } from "../core";
import { perPart } from "../answers";
import type { Pod, Workload } from "./workloads";

/** The workloads that read a ConfigMap or Secret of their namespace. */
export function readers(model: CoreModel, kind: "ConfigMap" | "Secret", namespace: string, name: string): readonly Workload[] {
  return model.ask(readersByName).get(`${kind} ${namespace}/${name}`) ?? [];
}

const readersByName = (model: CoreModel): ReadonlyMap<string, readonly Workload[]> => {
  const found = new Map<string, Workload[]>();
  for (const workload of model.workloads) {
    for (const [kind, names] of [["ConfigMap", configMapNames(workload)] as const, ["Secret", secretsOf(workload.pod)] as const]) {
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

export function configMapNames({ pod }: Workload): readonly string[] {
  return configMapsOf(pod);
}

const configMapsOf = perPart((pod: Pod) =>
  references(pod, {
    volume: ["configMap", "name"],
    source: ["configMap", "name"],
    from: "configMapRef",
    variable: "configMapKeyRef",
  }),
);

const secretsOf = perPart((pod: Pod) =>
  references(pod, {
    volume: ["secret", "secretName"],
    source: ["secret", "name"],
    from: "secretRef",
    variable: "secretKeyRef",
  }),
);

interface Places {
  readonly volume: readonly string[];
  readonly source: readonly string[];
  readonly from: string;
  readonly variable: string;
}

function references(pod: Pod, places: Places): readonly string[] {
  const volumes = pod.podSpec
    .get("volumes")
    .items()
    .flatMap((volume) => [
      volume.walk(places.volume),
      ...volume
        .get("projected", "sources")
        .items()
        .map((source) => source.walk(places.source)),
    ]);
  const environment = pod.containers.flatMap(({ node }) => [
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
