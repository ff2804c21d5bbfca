/** What a workload shows of itself: labels, images, commands, names, ports, devices. */

import { capability } from "../kubernetes/pod-security";
import { perPart } from "../answers";
import type { Container, Pod, Workload } from "../kubernetes/workloads";
import { valueOr } from "../value";
import type { NetworkFunctionId } from "../../topology/types";
import type { Evidence } from "./classification";
import { functionsNamed, told, type Word } from "./vocabulary";

export const EXPLICIT_LABEL = "carrierguard.dev/nf";

/** Labels that say what a workload is, in the order in which they are believed. */
const LABEL_KEYS = [
  "nf", "nf-type", "nfType", "nf_type", "network-function", "app.kubernetes.io/component", "app.kubernetes.io/name", "component", "app", "k8s-app", "name",
]; // prettier-ignore

/** Labels that say which release or team a workload belongs to, not what it is. */
const GROUPING_KEYS =
  /^(app\.kubernetes\.io\/(instance|part-of|managed-by|version)|helm\.sh\/.*|release|chart|heritage|.*(hash|version|revision|generation).*|carrierguard\.dev\/.*)$/;

/** A network function that a signal names. */
export interface Signal extends Evidence {
  readonly networkFunction: NetworkFunctionId;
  readonly word: Word;
}

export function explicitLabel({ pod, object: { metadata } }: Workload): string | undefined {
  const inPod = labelInPod(pod);
  const inObject = (kind: string): string | undefined => valueOr(metadata.get(kind, EXPLICIT_LABEL).string(), undefined);
  return inPod.label ?? inObject("labels") ?? inPod.annotation ?? inObject("annotations");
}

const labelInPod = perPart(({ podMetadata }: Pod) => ({
  label: valueOr(podMetadata.get("labels", EXPLICIT_LABEL).string(), undefined),
  annotation: valueOr(podMetadata.get("annotations", EXPLICIT_LABEL).string(), undefined),
}));

/** The workload's name without the name of its Helm release, which may be any word. */
export function ownName(workload: Workload): string {
  const instance = workload.labels.known.get("app.kubernetes.io/instance") ?? workload.labels.known.get("release") ?? "";
  const rest = instance !== "" && workload.name.startsWith(`${instance}-`) ? workload.name.slice(instance.length + 1) : workload.name;
  return rest;
}

/** The believed labels that are set, in order, then all other telling ones. */
export function tellingLabels(workload: Workload): { ordered: [string, string][]; others: [string, string][] } {
  const labels = workload.labels.known;
  const ordered = LABEL_KEYS.flatMap((key): [string, string][] => (labels.has(key) ? [[key, labels.get(key) ?? ""]] : []));
  const others = [...labels].filter(([key]) => !LABEL_KEYS.includes(key) && !GROUPING_KEYS.test(key));
  return { ordered, others };
}

export function labelSignals(workload: Workload): Signal[] {
  const { ordered, others } = tellingLabels(workload);
  const first = ordered.flatMap(([key, value]) => one(`label ${key}`, value));
  const rest = others.flatMap(([key, value]) => one(`label ${key}`, value));
  // Unfamiliar labels are believed only when they agree among themselves.
  return new Set(rest.map((signal) => signal.networkFunction)).size <= 1 ? [...first, ...rest] : first;
}

export function mainContainers({ pod }: Pick<Workload, "pod">): readonly Container[] {
  return mainContainersOf(pod);
}

const mainContainersOf = perPart((pod: Pod): readonly Container[] => pod.containers.filter((container) => container.role === "container"));

/** Last path segment of an image reference, without tag and digest. */
export function imageName(reference: string): string {
  const path = reference.replace(/@.*$/, "");
  return path.slice(path.lastIndexOf("/") + 1).replace(/:.*$/, "");
}

export const imageSignal = perPart((container: Container): readonly Signal[] =>
  container.image.state === "known" ? one("image", imageName(container.image.value)) : [],
);

/** Longer command lines are scripts, which name the functions they wait for. */
const SHORT_COMMAND = 400;

/** Command and arguments that are known, as one line. */
export const commandLine = perPart((container: Container): string => {
  const items = [...container.node.get("command").items(), ...container.node.get("args").items()];
  return items.map((item) => valueOr(item.string(), "")).join(" ");
});

const PROGRAM = /(?:^|[\s;&|("'])(?:\.{0,2}(?:\/[\w.-]+)*\/)?(open5gs-[a-z]+d|(?<=\/)(?:oai_)?[a-z0-9]{3,6})(?=$|[\s;&|)"'])/g;

/** Daemons that a command line of any length starts: `open5gs-amfd`, `./bin/amf`. What it only waits for is no path. */
export const startedPrograms = perPart((container: Container): readonly string[] =>
  [...commandLine(container).matchAll(PROGRAM)].map((match) => match[1] ?? ""),
);

/** The copy program of OpenSSH is no Service Communication Proxy. */
const COPY = /^(\/usr(\/local)?)?(\/bin\/)?scp$/;

export const commandSignal = perPart((container: Container): readonly Signal[] => {
  const line = commandLine(container);
  if (line.length > SHORT_COMMAND) return [];
  const items = line.split(/\s+/).filter((item) => /^[\w./-]+$/.test(item) && !item.startsWith("-") && !COPY.test(item));
  for (const item of items) {
    const base = item.slice(item.lastIndexOf("/") + 1).replace(/\.(ya?ml|sh|conf|cfg|json|py)$/, "");
    const found = one("command", base);
    if (found.length > 0) return found;
  }
  return [];
});

export function nameSignal(workload: Workload): Signal[] {
  return last("name", ownName(workload));
}

export const containerNameSignal = perPart((container: Container): readonly Signal[] => last("container name", container.name));

interface Port {
  readonly port: number;
  readonly protocol: string;
}

export function containerPorts({ pod }: Workload): readonly Port[] {
  return portsOf(pod);
}

const portsOf = perPart((pod: Pod): readonly Port[] =>
  pod.containers.flatMap((container) =>
    container.node
      .get("ports")
      .items()
      .flatMap((port) => {
        const number = port.get("containerPort").number();
        return number.state === "known"
          ? [{ port: number.value, protocol: valueOr(port.get("protocol").string(), "TCP").toUpperCase() }]
          : [];
      }),
  ),
);

/** Ports that only a mobile core has: NGAP, S1AP, PFCP, GTP-U, GTP-C, XnAP, F1AP, E1AP. */
const CORE_PORTS: ReadonlyMap<number, string> = new Map([
  [38412, "N2"],
  [36412, "S1-MME"],
  [8805, "N4"],
  [2152, "N3"],
  [2123, "S11"],
  [38422, "Xn-C"],
  [38472, "F1-C"],
  [38462, "E1"],
]);

const PLANE_NETWORK = /(^|[^a-z0-9])((n[23469]|s1u?|sgi)(network|net|if|nad|ran|core)?\d*|core-net|access-net|gtpu?|pfcp)([^a-z0-9]|$)/;

/** Signs of a core function that do not say which; `inCore` adds those that mean something only beside network functions. */
export function suspicions(workload: Workload, inCore: boolean): Evidence[] {
  const found: Evidence[] = [];
  for (const { port, protocol } of containerPorts(workload)) {
    const name = CORE_PORTS.get(port);
    if (name !== undefined) found.push({ signal: "port", value: `${port}/${protocol} (${name})` });
    else if (protocol === "SCTP") found.push({ signal: "port", value: `${port}/SCTP` });
  }
  const networks = valueOr(workload.podMetadata.get("annotations", "k8s.v1.cni.cncf.io/networks").string(), "");
  if (PLANE_NETWORK.test(networks.toLowerCase())) found.push({ signal: "networks", value: networks.slice(0, 80) });
  if (!inCore) return found;
  for (const container of workload.containers) {
    const added = container.security
      .get("capabilities", "add")
      .items()
      .map((item) => capability(valueOr(item.string(), "")));
    if (added.includes("NET_ADMIN")) found.push({ signal: "capability", value: "NET_ADMIN" });
    for (const [resource] of container.node.get("resources", "limits").fields()) {
      if (resource.startsWith("hugepages-")) found.push({ signal: "resource", value: resource });
    }
  }
  for (const volume of workload.podSpec.get("volumes").items()) {
    if (valueOr(volume.get("hostPath", "path").string(), "").startsWith("/dev/net/tun"))
      found.push({ signal: "device", value: "/dev/net/tun" });
  }
  return found;
}

/** Exactly one network function in a text. */
function one(signal: string, value: string): Signal[] {
  const [only, ...more] = functionsNamed(value);
  const word = told(value);
  if (only === undefined || more.length > 0 || word?.category !== "nf") return [];
  return [{ signal, value, networkFunction: only, word }];
}

/** The last network function of a name. */
function last(signal: string, value: string): Signal[] {
  const word = told(value);
  return word?.networkFunction === undefined ? [] : [{ signal, value, networkFunction: word.networkFunction, word }];
}

/** Every word of a workload that may speak of a mobile core. */
export function texts(workload: Workload): string[] {
  return [workload.name, workload.namespace, ...textsOf(workload.pod)].filter((text) => /[A-Za-z0-9]/.test(text));
}

const textsOf = perPart((pod: Pod): readonly string[] => [
  ...pod.labels.known.values(),
  ...pod.containers.map((container) => valueOr(container.image, "")),
]);
