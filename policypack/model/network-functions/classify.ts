/**
 * Which network function a workload is. Ordered signals, the first hit wins; what is no core function (RAN, data stores,
 * management, support) is told before any weak signal can call it one. What shows signs of a core function but names none
 * is a suspect, never silent.
 */

import { networkFunction, networkFunctionNamed, topology } from "../../topology/topology";
import type { NetworkFunctionId, ZoneId } from "../../topology/types";
import type { CoreModel } from "../core";
import { configMapNames, readers } from "../kubernetes/mounts";
import type { Workload } from "../kubernetes/workloads";
import type { Classification, Contradiction, Evidence, Role } from "./classification";
import * as signals from "./signals";
import type { Signal } from "./signals";
import { functionsNamed, product, speaksTelecom, told, type Word } from "./vocabulary";

export type { Classification } from "./classification";

export function classifyWorkloads(model: CoreModel): Map<Workload, Classification> {
  const context = surroundings(model);
  const first = new Map(model.workloads.map((workload) => [workload, classify(workload, context)]));
  const namespaces = new Set<string>();
  for (const [workload, answer] of first) if (answer.role === "nf") namespaces.add(workload.namespace);
  for (const [workload, answer] of first) first.set(workload, inPlace(workload, answer, namespaces));
  return first;
}

/** What the rest of the stack says about a workload. */
interface Surroundings {
  readonly model: CoreModel;
  /** A core is around: ambiguous names may be believed. */
  readonly telecom: boolean;
}

/** So many different functions make a core, whatever their names mean elsewhere. */
const CORE_SIZE = 3;

function surroundings(model: CoreModel): Surroundings {
  const functions = new Set<NetworkFunctionId>();
  let telecom = false;
  for (const workload of model.workloads) {
    telecom ||= signals.texts(workload).some(speaksTelecom);
    for (const id of functionsNamed(workload.name)) functions.add(id);
  }
  return { model, telecom: telecom || functions.size >= CORE_SIZE };
}

function classify(workload: Workload, context: Surroundings): Classification {
  const explicit = signals.explicitLabel(workload);
  if (explicit !== undefined) return explicitly(workload, explicit);
  const other = otherRole(workload);
  if (other !== undefined) return other;
  const own = ownSignals(workload);
  const all = own.length > 0 ? own : configSignals(workload, context);
  const several = severalFunctions(workload, context, all.length > 0);
  if (several !== undefined) return several;
  const [decisive] = all.filter((signal) => believed(signal, context));
  if (decisive !== undefined) {
    const contradictions = all.flatMap((signal): Contradiction[] => (contradicts(signal, decisive) ? [signal] : []));
    return functionsOf([decisive.networkFunction], agreeing(all, decisive), decisive.word.ambiguous !== true, contradictions);
  }
  const unsure = all.map(({ signal, value }) => ({ signal, value }));
  // A word of the field that others use too: what runs would tell, and is not known yet.
  const suspect = all.length > 0 && signals.mainContainers(workload).some((container) => container.image.state === "unknown");
  return { ...NOTHING, suspect, certain: false, evidence: unsure };
}

const NOTHING: Classification = {
  role: "unknown",
  networkFunctions: [],
  plane: "",
  zone: "",
  suspect: false,
  coreStore: false,
  certain: true,
  evidence: [],
  contradictions: [],
};

function explicitly(workload: Workload, label: string): Classification {
  const evidence: Evidence = { signal: `label ${signals.EXPLICIT_LABEL}`, value: label };
  const named = label.split(/[,+_]/).map((part) => networkFunctionNamed(part));
  const ids = named.flatMap((nf) => (nf === undefined ? [] : [nf.id]));
  // A word outside the vocabulary names no function: GV-01 says so, and nothing about the workload is certain.
  if (ids.length < named.length) return { ...NOTHING, suspect: true, evidence: [evidence] };
  const own = runs(workload);
  const role = NOT_CORE[ids[0] ?? "AMF"];
  if (role !== undefined) return plainRole(role, [evidence], own);
  return functionsOf(
    ids,
    [evidence],
    true,
    own.filter((signal) => !ids.includes(signal.networkFunction)),
  );
}

const NOT_CORE: { readonly [id in NetworkFunctionId]?: Role } = { "SUBSCRIBER-DB": "datastore", GNB: "ran", OAM: "management" };

/** What runs, whatever it calls itself. */
function runs(workload: Workload): Signal[] {
  return signals.mainContainers(workload).flatMap((container) => [...signals.imageSignal(container), ...signals.commandSignal(container)]);
}

/** A name or label that says it is no function, before a container that runs one: not believed in silence. Jobs may borrow an image. */
function masked(workload: Workload): Signal[] {
  return /^(Cron)?Job$/.test(workload.kind) || workload.hook ? [] : runs(workload).filter((signal) => signal.word.ambiguous !== true);
}

/** RAN, support, data stores and management, by name, then by label, then by image. */
function otherRole(workload: Workload): Classification | undefined {
  const byName = told(signals.ownName(workload));
  if (byName !== undefined) {
    if (byName.category === "nf") return undefined;
    if (byName.weak !== true) return plainRole(byName.category, [{ signal: "name", value: workload.name }], masked(workload));
  }
  for (const [key, value] of signals.tellingLabels(workload).ordered) {
    const word = told(value);
    if (word?.category === "nf") return undefined;
    if (isOther(word)) return plainRole(word.category, [{ signal: `label ${key}`, value }], masked(workload));
  }
  const containers = signals.mainContainers(workload);
  const images = containers.map((container) => (container.image.state === "known" ? signals.imageName(container.image.value) : ""));
  const words = images.map(told);
  const [first] = words;
  if (containers.some((container) => signals.commandSignal(container).length > 0)) return undefined;
  if (isOther(first) && words.every((word) => word?.category === first.category)) {
    return plainRole(first.category, [{ signal: "image", value: images[0] ?? "" }]);
  }
  if (byName !== undefined && byName.category !== "nf") return plainRole(byName.category, [{ signal: "name", value: workload.name }]);
  return undefined;
}

function isOther(word: Word | undefined): word is Word & { category: Exclude<Role, "nf" | "other" | "unknown"> } {
  return word !== undefined && word.category !== "nf" && word.weak !== true;
}

/** Several functions in one pod, or one image that is a whole core: all of them. */
function severalFunctions(workload: Workload, context: Surroundings, told: boolean): Classification | undefined {
  for (const container of signals.mainContainers(workload)) {
    const started = functionsNamed(signals.startedPrograms(container).join(" "));
    if (started.length >= 2 && context.telecom) return functionsOf(started, [{ signal: "command", value: started.join(", ") }], true, []);
  }
  const perContainer = signals
    .mainContainers(workload)
    .flatMap(
      (container) =>
        [signals.imageSignal(container), signals.commandSignal(container), signals.containerNameSignal(container)].find(
          (list) => list.length > 0,
        ) ?? [],
    );
  const functions = new Set(perContainer.map((signal) => signal.networkFunction));
  if (functions.size >= 2 && perContainer.some((signal) => believed(signal, context))) {
    return functionsOf([...functions], perContainer, !perContainer.every((signal) => signal.word.ambiguous), []);
  }
  return told ? undefined : wholeCore(workload, context);
}

/** Functions that every standalone 5G core has. */
const STANDALONE: readonly NetworkFunctionId[] = ["AMF", "SMF", "UPF", "AUSF", "UDM", "UDR", "PCF", "NRF"];

/** A single container that starts, or is configured as, a whole core. */
function wholeCore(workload: Workload, context: Surroundings): Classification | undefined {
  for (const container of signals.mainContainers(workload)) {
    const started = functionsNamed(signals.commandLine(container));
    if (started.length >= CORE_SIZE && context.telecom)
      return functionsOf(started, [{ signal: "command", value: started.join(", ") }], true, []);
    const image = container.image.state === "known" ? container.image.value : "";
    const sole = context.model.workloads.every((other) => other === workload || functionsNamed(other.name).length === 0);
    for (const text of [image.replace(/^[^/]*\.[^/]*\//, "").replace(/:[^/]*$/, ""), workload.name]) {
      const what = product(text);
      if (what === "whole" || (what === "product" && sole && startsNothingElse(workload, context))) {
        return functionsOf(STANDALONE, [{ signal: "whole core", value: text }], what === "whole", []);
      }
    }
  }
  return undefined;
}

/** A core image in a stack without any other function: configuration of several functions, or their ports, prove that it is all of them. */
function startsNothingElse(workload: Workload, context: Surroundings): boolean {
  const configured = new Set(ownConfigKeys(workload, context).flatMap(functionsNamed));
  const ports = new Set(signals.containerPorts(workload).map(({ port }) => port));
  const planes = [38412, 8805, 2152].filter((port) => ports.has(port)).length;
  return configured.size >= 2 || planes >= 2;
}

/** Keys of the ConfigMaps that no other workload mounts. */
function ownConfigKeys(workload: Workload, context: Surroundings): string[] {
  return configMapNames(workload).flatMap((name) => {
    if (readers(context.model, "ConfigMap", workload.namespace, name).length > 1) return [];
    return context.model.objectsNamed("", "ConfigMap", workload.namespace, name).flatMap((object) =>
      object.resource.props
        .get("data")
        .fields()
        .map(([key]) => key),
    );
  });
}

/** What the workload itself shows that names one function, the most believed first. */
function ownSignals(workload: Workload): Signal[] {
  const containers = signals.mainContainers(workload);
  return [
    ...signals.labelSignals(workload),
    ...containers.flatMap(signals.imageSignal),
    ...containers.flatMap(signals.commandSignal),
    ...signals.nameSignal(workload),
    ...containers.flatMap(signals.containerNameSignal),
  ];
}

/** Keys of configuration that is its alone: asked where nothing else tells. */
function configSignals(workload: Workload, context: Surroundings): Signal[] {
  const keys = ownConfigKeys(workload, context).filter((key) => /\.(ya?ml|conf|cfg|json)$/.test(key));
  const found = keys.flatMap((key) => {
    const base = key.replace(/\.[a-z]+$/, "").replace(/(cfg|conf|config)$/i, "");
    const [only, ...more] = functionsNamed(base);
    const word = told(base);
    return only === undefined || more.length > 0 || word === undefined
      ? []
      : [{ signal: "configuration key", value: key, networkFunction: only, word }];
  });
  return new Set(found.map((signal) => signal.networkFunction)).size === 1 ? found : [];
}

function believed(signal: Signal, context: Surroundings): boolean {
  return signal.word.ambiguous !== true || context.telecom;
}

function agreeing(all: readonly Signal[], decisive: Signal): Evidence[] {
  return all.filter((signal) => signal.networkFunction === decisive.networkFunction).map(({ signal, value }) => ({ signal, value }));
}

/** Images and commands are what runs: another function there contradicts the label or name that decided. */
function contradicts(signal: Signal, decisive: Signal): boolean {
  return (signal.signal === "image" || signal.signal === "command") && signal.networkFunction !== decisive.networkFunction;
}

function functionsOf(
  ids: readonly NetworkFunctionId[],
  evidence: readonly Evidence[],
  certain: boolean,
  contradictions: readonly Contradiction[],
): Classification {
  const networkFunctions = topology.nfs.map((nf) => nf.id).filter((id) => ids.includes(id));
  const zones = networkFunctions.map((id) => networkFunction(id).zone);
  return {
    ...NOTHING,
    role: "nf",
    networkFunctions,
    plane: zones.includes("user-plane") && zones.every((zone) => zone === "user-plane") ? "user" : "control",
    zone: zones[0] ?? "",
    certain,
    evidence: evidence.map(({ signal, value }) => ({ signal, value })),
    contradictions: contradictions.map(({ signal, value, networkFunction: id }) => ({ signal, value, networkFunction: id })),
  };
}

const ROLE_PLACES: { readonly [role in Role]?: { plane: string; zone: ZoneId } } = {
  ran: { plane: "ran", zone: "ran" },
  datastore: { plane: "data", zone: "data" },
  management: { plane: "management", zone: "oam" },
};

function plainRole(role: Role, evidence: readonly Evidence[], contrary: readonly Signal[] = []): Classification {
  const contradictions = contrary.map(({ signal, value, networkFunction: id }) => ({ signal, value, networkFunction: id }));
  return { ...NOTHING, role, evidence, contradictions, ...ROLE_PLACES[role] };
}

/** What only the finished first pass can tell: data stores of a core, and suspects. */
function inPlace(workload: Workload, answer: Classification, namespaces: ReadonlySet<string>): Classification {
  const beside = namespaces.has(workload.namespace);
  if (answer.role === "datastore") {
    return { ...answer, coreStore: beside || (namespaces.size > 0 && signals.texts(workload).some(speaksTelecom)) };
  }
  if (answer.role !== "unknown" || answer.suspect) return answer;
  const signs = signals.suspicions(workload, beside || speaksTelecom(workload.namespace));
  return signs.length === 0 ? answer : { ...answer, suspect: true, certain: false, evidence: [...answer.evidence, ...signs] };
}
