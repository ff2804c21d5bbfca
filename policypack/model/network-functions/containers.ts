/** Which containers of a pod are the network function itself: what the function needs, its sidecars do not. */

import type { NetworkFunctionId } from "../../topology/types";
import type { Container, Workload } from "../kubernetes/workloads";
import { valueOr } from "../value";
import { commandLine, imageName, mainContainers, startedPrograms } from "./signals";
import { functionsNamed, told } from "./vocabulary";

/**
 * Whether a container runs one of the pod's functions. Init containers that end before the function starts prepare it (TUN devices, routes) and
 * count as the function; those that keep running (`restartPolicy: Always`) are sidecars. Where no container names the function, the only one is it.
 */
export function runsFunction(
  workload: Pick<Workload, "pod">,
  container: Container,
  functions: readonly NetworkFunctionId[],
): "yes" | "maybe" | "no" {
  if (container.role === "init" && !isSidecar(container)) return "yes";
  if (container.role === "ephemeral") return "no";
  const main = mainContainers(workload);
  if (names(container, functions)) return "yes";
  if (main.some((other) => names(other, functions))) return "no";
  return main.length === 1 && container.role === "container" ? "yes" : "maybe";
}

/** A native sidecar: an init container that runs as long as the pod. */
export function isSidecar(container: Container): boolean {
  return container.role === "init" && valueOr(container.node.get("restartPolicy").string(), "") === "Always";
}

function names(container: Container, functions: readonly NetworkFunctionId[]): boolean {
  const image = container.image.state === "known" ? imageName(container.image.value) : "";
  for (const text of [image, container.name]) {
    const word = told(text);
    // An exporter, a proxy or a packet capture that carries the function's name is none.
    if (word !== undefined && (word.category !== "nf" || word.weak === true)) return false;
    if (functionsNamed(text).some((id) => functions.includes(id))) return true;
  }
  return functionsNamed([...startedPrograms(container), commandLine(container).split(/\s/)[0] ?? ""].join(" ")).some((id) => functions.includes(id));
} // prettier-ignore
