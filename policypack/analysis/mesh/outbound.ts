/**
 * Where workloads of a mesh may call to: known hosts, or any. The Sidecar of the namespace decides, else that of the root namespace, else the
 * mesh configuration; Istio allows any where none says so. Source: Istio reference, Sidecar; Global Mesh Options, OutboundTrafficPolicy.
 */

import { load } from "js-yaml";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Node, type Value, valueOr } from "../../model/value";

export interface OutboundPolicy {
  readonly answer: "registry" | "any" | "unknown";
  readonly node: Node | undefined;
  readonly object: KubernetesObject | undefined;
}

const ROOT_NAMESPACE = "istio-system";

export function outboundPolicy(model: CoreModel, namespace: string): OutboundPolicy {
  const places = [...new Set([namespace, ROOT_NAMESPACE])];
  const sidecars = places.flatMap((place) => model.objectsIn("networking.istio.io", "Sidecar", place));
  // One workload's own Sidecar that opens is found first.
  const own = sidecars.filter((sidecar) => sidecar.namespace === namespace && sidecar.spec.get("workloadSelector", "labels").fields().length > 0);
  const opening = own.map((sidecar) => modeOf(sidecar, sidecar.spec.get("outboundTrafficPolicy", "mode"))).find(({ answer }) => answer === "any");
  if (opening !== undefined) return opening;
  const shared = sidecars.filter((sidecar) => !own.includes(sidecar));
  const configured = [...shared.map((sidecar) => [sidecar, sidecar.spec.get("outboundTrafficPolicy", "mode")] as const), ...meshConfigurations(model)];
  const decided = configured.find(([, mode]) => !mode.isAbsent);
  if (decided !== undefined) return modeOf(...decided);
  const [inSight] = meshConfigurations(model);
  return inSight === undefined ? { answer: "unknown", node: undefined, object: undefined } : { answer: "any", node: inSight[1], object: inSight[0] };
} // prettier-ignore

function modeOf(object: KubernetesObject, node: Node): OutboundPolicy {
  const read = node.string();
  return { answer: read.state !== "known" ? "unknown" : read.value === "REGISTRY_ONLY" ? "registry" : "any", node, object };
}

/** The mode in mesh configurations in sight: of the IstioOperator or Istio resource, or the ConfigMap that istiod reads. */
function meshConfigurations(model: CoreModel): (readonly [KubernetesObject, Node])[] {
  const path = ["outboundTrafficPolicy", "mode"];
  const operators = model.objectsOf("install.istio.io", "IstioOperator").map((object) => [object, object.spec.get("meshConfig").walk(path)] as const);
  const sail = model.objectsOf("sailoperator.io", "Istio").map((object) => [object, object.spec.get("values", "meshConfig").walk(path)] as const);
  const maps = model
    .objectsIn("", "ConfigMap", ROOT_NAMESPACE)
    .filter(({ name }) => /^istio(-[a-z0-9-]+)?$/.test(name))
    .flatMap((object) => {
      const text = object.resource.props.get("data", "mesh");
      const tree = parsed(valueOr(text.string(), ""));
      return tree === undefined ? [] : [[object, Node.parsed(tree, text).walk(path)] as const];
    });
  return [...operators, ...sail, ...maps];
} // prettier-ignore

function parsed(text: string): Value | undefined {
  try {
    const tree = load(text);
    return tree !== null && typeof tree === "object" ? (tree as Value) : undefined;
  } catch {
    return undefined;
  }
}
