/**
 * Secondary networks: NetworkAttachmentDefinitions and the annotation by which pods join them, in its short form
 * (`ns/name@interface, …`) and as JSON. Source: Kubernetes Network Custom Resource Definition De-facto Standard 1.3, 3.2 and 4.1.
 */

import type { CoreModel } from "../core";
import { type Node, type Read, valueOr } from "../value";
import type { KubernetesObject } from "./objects";
import type { Workload } from "./workloads";

export interface NetworkAttachment {
  /** Namespace and name of the NetworkAttachmentDefinition. */
  readonly namespace: string;
  readonly name: string;
  /** Name inside the pod (`n3`), where the pod asks for one. */
  readonly interface: string | undefined;
  /** Fixed addresses, as written. */
  readonly addresses: readonly string[];
  /** The definition, where the stack has it. */
  readonly definition: KubernetesObject | undefined;
}

/** The annotation by which pods join networks. */
export const ATTACHMENTS = "k8s.v1.cni.cncf.io/networks";

/** The annotation by which Multus puts another network in the place of the pod network. */
export const DEFAULT_NETWORK = "v1.multus-cni.io/default-network";

/** The networks that a workload's pods join besides the pod network. */
export function networkAttachments(model: CoreModel, workload: Workload): Read<readonly NetworkAttachment[]> {
  return annotated(model, workload, ATTACHMENTS);
}

/** The network that stands in the place of the pod network; none, for most. */
export function defaultNetwork(model: CoreModel, workload: Workload): Read<readonly NetworkAttachment[]> {
  return annotated(model, workload, DEFAULT_NETWORK);
}

function annotated(model: CoreModel, workload: Workload, key: string): Read<readonly NetworkAttachment[]> {
  const annotation = workload.podMetadata.get("annotations", key).string();
  if (annotation.state === "absent") return { state: "known", value: [] };
  if (annotation.state === "unknown") return annotation;
  const text = annotation.value.trim();
  const items = text.startsWith("[") || text.startsWith("{") ? fromJson(text) : fromShort(text);
  if (items === undefined) return { state: "unknown", reason: `the annotation ${key} of ${workload.name} cannot be read` };
  const attachments = items.map((item) => {
    const namespace = item.namespace ?? workload.namespace;
    const [definition] = model.objectsNamed("k8s.cni.cncf.io", "NetworkAttachmentDefinition", namespace, item.name);
    return { ...item, namespace, definition };
  });
  return { state: "known", value: attachments };
}

interface Item {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly interface: string | undefined;
  readonly addresses: readonly string[];
}

function fromShort(text: string): Item[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [path = "", name] = part.split("@");
      const slash = path.indexOf("/");
      return { namespace: slash < 0 ? undefined : path.slice(0, slash), name: path.slice(slash + 1), interface: name, addresses: [] };
    });
}

function fromJson(text: string): Item[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return list.flatMap((entry): Item[] => {
    if (entry === null || typeof entry !== "object") return [];
    const { name, namespace, interface: inside, ips } = entry as { [key: string]: unknown };
    if (typeof name !== "string") return [];
    const addresses = Array.isArray(ips) ? ips.filter((ip): ip is string => typeof ip === "string") : [];
    return [
      {
        namespace: typeof namespace === "string" ? namespace : undefined,
        name,
        interface: typeof inside === "string" ? inside : undefined,
        addresses,
      },
    ];
  });
}

/** The CNI plugin of a definition: macvlan, ipvlan, sriov, host-device …; for a chain its first plugin. */
export function pluginOf(definition: KubernetesObject): string | undefined {
  const config: Node = definition.spec.get("config");
  try {
    const parsed = JSON.parse(valueOr(config.string(), "")) as { type?: unknown; plugins?: { type?: unknown }[] };
    const type = parsed.type ?? parsed.plugins?.[0]?.type;
    return typeof type === "string" ? type : undefined;
  } catch {
    return undefined;
  }
}
