/** What no wrapper can set right, because it is in the functions' own configuration or images. */

import { keyMaterial } from "../../policypack/analysis/key-material";
import { type NfConfiguration, nfConfigurations } from "../../policypack/analysis/nf-config";
import { openDatabases } from "../../policypack/analysis/subscriber-database";
import type { CoreModel } from "../../policypack/model/core";
import { type Node, valueOr } from "../../policypack/model/value";

/** One line for each cause, with everybody whom it is about. */
export function remaining(model: CoreModel): string[] {
  const causes = new Map<string, Set<string>>();
  const add = (cause: string, who: string) => causes.set(cause, (causes.get(cause) ?? new Set()).add(who));
  for (const configuration of model.ask(nfConfigurations)) {
    for (const cause of flaws(configuration)) add(cause, configuration.object.name);
  }
  for (const { resource, place } of model.ask(keyMaterial)) {
    // Checksums of configuration stand in annotations.
    if (place !== "annotations")
      add("holds key material: move it to a secret store, and make new keys", model.object(resource)?.name ?? resource.name);
  }
  for (const { workload } of model.ask(openDatabases)) add("the database asks nobody for a password", workload.name);
  return [...causes].map(([cause, who]) => `${[...who].sort().join(", ")}: ${cause}`).sort();
}

const NULL_ALGORITHM = /^(n[ie]a|e[ie]a)0$/i;

function flaws({ integrity, ciphering, servers, oauth, product }: NfConfiguration): string[] {
  const name = (node: Node) => valueOr(node.string(), "");
  const nulls = [...integrity, ...ciphering.slice(0, 1)].map(name).filter((algorithm) => NULL_ALGORITHM.test(algorithm));
  return [
    ...(nulls.length > 0 ? [`takes null algorithms (${nulls.join(", ")}): take them off the lists`] : []),
    ...(servers.some(({ encrypted }) => encrypted === "no")
      ? ["serves plain HTTP: the mesh encrypts it between pods, the function itself knows no caller"]
      : []),
    ...(oauth?.on === "no" ? ["the NRF issues no access tokens: switch oauth on, over https"] : []),
    ...(product === "open5gs" ? ["open5gs enforces no access tokens: callers are limited by their mesh identity alone"] : []),
  ];
}
