/** The configuration of every network function that the stack carries in ConfigMaps and Secrets. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { readers } from "../../model/kubernetes/mounts";
import { Node } from "../../model/value";
import { perPart, perText } from "../../model/answers";
import { below, type NfConfiguration, type NfContents, type Reader } from "./configuration";
import { free5gc, sdCore } from "./free5gc";
import { oai } from "./oai";
import { open5gs } from "./open5gs";
import { isFamiliar, parseConfiguration } from "./parse";
import { configTexts, type ConfigText, type Entry } from "./texts";

export type { Answer, Logger, NfConfiguration, NfContents, Peer, SbiServer } from "./configuration";
export { configTexts, type ConfigText, type Entry } from "./texts";

/** In the order in which their shapes are tried: the most particular first. */
const READERS: readonly Reader[] = [oai, sdCore, free5gc, open5gs];

export function nfConfigurations(model: CoreModel): readonly NfConfiguration[] {
  const found: NfConfiguration[] = [];
  for (const entry of model.ask(configTexts)) {
    if (entry.text === undefined) continue;
    const contents = contentsByName(entry.entry)(entry);
    if (contents !== undefined) found.push({ ...contents, contents, object: entry.object });
  }
  return found;
}

/** What an entry says: the sites that share it have it under one object name, too, which may tell whose it is. */
const contentsByName = perPart((_entry: Entry) => {
  const byName = new Map<string, NfContents | undefined>();
  return (entry: ConfigText): NfContents | undefined => {
    const { name } = entry.object;
    if (!byName.has(name)) {
      const tree = entry.text === undefined ? undefined : parsed(entry.text);
      byName.set(name, tree === undefined ? undefined : read(Node.parsed(tree, entry.node), entry));
    }
    return byName.get(name);
  };
});

/** Whether a text is meant as a configuration, but cannot be parsed: what it says is not known. */
export function isBroken(text: string): boolean {
  return isFamiliar(text) && parsed(text) === undefined;
}

const parsed = perText(parseConfiguration, 500);

function read(body: Node, entry: ConfigText): NfContents | undefined {
  const reader = READERS.find((candidate) => candidate.recognises(body));
  if (reader === undefined) return undefined;
  const facts = reader.read(body, entry);
  return {
    key: entry.key,
    product: reader.product,
    body,
    databases: isDatabaseText(entry.text ?? "") ? databases(body) : [],
    ...facts,
  };
}

/** Texts that are connection URIs of a database. */
function databases(body: Node): Node[] {
  return below(body).filter((node) => {
    const read = node.kind() === "string" ? node.string() : undefined;
    return read?.state === "known" && isDatabaseUri(read.value);
  });
}

/** Most files name no database: those are not walked through. */
function isDatabaseText(text: string): boolean {
  return /(mongodb|mysql|mariadb|postgres|redis|cassandra)[+a-z]*:\/\//i.test(text);
}

export function isDatabaseUri(text: string): boolean {
  return /^\s*(mongodb(\+srv)?|mysql|mariadb|postgres(ql)?|rediss?|cassandra):\/\//i.test(text);
}

/** The workloads that mount a configuration, or take their environment from it. */
export function readersOf(configuration: Pick<NfConfiguration, "object">, model: CoreModel): readonly Workload[] {
  const { name, namespace, kind } = configuration.object;
  return readers(model, kind === "Secret" ? "Secret" : "ConfigMap", namespace, name);
}
