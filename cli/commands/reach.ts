/** `carrierguard reach`: who can talk to whom, why, and what that lets an attacker do. */

import { formatAddress, parseBlock } from "../../policypack/analysis/cidr/address";
import { IpSet } from "../../policypack/analysis/cidr/ip-set";
import { suggestGroups } from "../../policypack/analysis/groups-matrix/suggestion";
import { hostConnections } from "../../policypack/analysis/reachability/aws";
import { reachability } from "../../policypack/analysis/reachability";
import { unitName } from "../../policypack/analysis/reachability/cluster";
import { connections } from "../../policypack/analysis/reachability/connections";
import { Lateral } from "../../policypack/analysis/reachability/lateral";
import { ALL_PORTS, isProtocol, portsOf, type PortSet, PROTOCOLS, unionPorts } from "../../policypack/analysis/reachability/ports";
import { REFERENCE } from "../../policypack/analysis/reachability/profile";
import { comparison } from "../../policypack/analysis/reachability/standard";
import { suggest } from "../../policypack/analysis/reachability/suggest";
import { suggestion } from "../../policypack/engine/nearest";
import type { Settings } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { rules } from "../../policypack/rules";
import { type LoadedSettings, loadSettings } from "../config/settings-file";
import { EXIT } from "../exit-status";
import { readTargets } from "../inputs/targets";
import { connectionList, type Section } from "../reports/reach/connlist";
import { explanation, type Place } from "../reports/reach/explanation";
import { dot, svg } from "../reports/reach/graph";
import { humanPaths, humanReach } from "../reports/reach/human";
import { connectionRows } from "../reports/reach/json";
import { suggestionJson, suggestionText } from "../reports/reach/suggestion";
import { type EvaluationOptions, given } from "./check";
import { type Output, parseOutputs, write } from "./output";
import { UsageError } from "./usage-error";

const FORMATS = ["human", "connlist", "json", "dot", "svg"];

interface ReachOptions extends EvaluationOptions {
  readonly from?: string;
  readonly to?: string;
  readonly port?: string;
  readonly explain?: boolean;
  readonly paths?: boolean;
  readonly suggest?: boolean;
  readonly compare?: string;
}

export async function reach(targets: readonly string[], options: ReachOptions): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const ports = portOption(options.port);
  refuseContradictions(options, outputs);
  const loaded = await loadSettings(options.config, targets, rules);
  const settings = { ...loaded.settings, ...given(options) };
  const { model, failed } = await modelOf(targets, settings, loaded, options);
  if (options.compare !== undefined) {
    const other = await modelOf([options.compare], settings, loaded, options);
    // Of an input that could not be read nothing is gained and nothing lost.
    if (!failed && !other.failed) for (const output of outputs) write(output, difference(model, other.model, output));
    process.exitCode = failed || other.failed ? EXIT.wrong : EXIT.ok;
    return;
  }
  for (const output of outputs) write(output, answer(model, settings, output, ports, options));
  process.exitCode = failed ? EXIT.wrong : model.resources.length === 0 ? EXIT.nothingEvaluated : EXIT.ok;
}

/** Questions that answer in words alone, and words that have no meaning for them: better refused than answered with something else. */
function refuseContradictions({ compare, paths, suggest: asked, explain, from, to, port }: ReachOptions, outputs: readonly Output[]): void {
  const questions = Object.entries({ "--explain": explain, "--paths": paths, "--suggest": asked, "--compare": compare }).filter(
    ([, value]) => value !== undefined && value !== false,
  );
  const [first, second] = questions.map(([name]) => name);
  if (first === undefined) return;
  if (second !== undefined) throw new UsageError(`${first} and ${second} are two questions: ask one after the other`);
  const formats = first === "--compare" || first === "--suggest" ? ["human", "json"] : ["human"];
  const wrong = outputs.find(({ format }) => !formats.includes(format));
  if (wrong !== undefined && first !== "--explain")
    throw new UsageError(`${first} has no -o ${wrong.format}: it answers as ${formats.join(" or ")}`);
  const ends = Object.entries({ "--from": from, "--to": to, "--port": port }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (first !== "--explain" && ends.length > 0) throw new UsageError(`${first} is about the whole core: leave ${ends.join(", ")} out`);
}

async function modelOf(targets: readonly string[], settings: Settings, loaded: LoadedSettings, options: ReachOptions) {
  const read = await readTargets(targets, { namespace: settings.namespace, stack: options.stack, stackReferences: loaded.stackReferences });
  for (const warning of read.warnings) console.error(`carrierguard: ${warning}`);
  for (const error of read.errors) console.error(`carrierguard: ${error.place}: ${error.message}`);
  const [stack, ...others] = read.stacks;
  if (others.length > 0) throw new UsageError("the program has several stacks, which are not one deployment: name one with --stack");
  const model = new CoreModel(stack ?? { resources: [], gaps: [] }, { defaultNamespace: settings.namespace });
  return { model, failed: read.errors.length > 0 };
}

function answer(model: CoreModel, { zones }: Settings, output: Output, ports: PortSet, options: ReachOptions): string {
  const { from, to } = options;
  if (options.explain === true) {
    if (from === undefined || to === undefined) throw new UsageError("--explain asks about one connection: give --from and --to");
    const { primary, secondary } = reachability(model, REFERENCE);
    return explanation(model, { primary, secondary }, placeOf(model, from), placeOf(model, to), ports);
  }
  if (output.format === "connlist") {
    // Questions about one end are about workloads.
    const vpc = from === undefined && to === undefined ? hostConnections(model, "must") : [];
    return connectionList(reachSections(model, { ports, from: matcher(model, from), to: matcher(model, to) }), vpc);
  }
  if (output.format === "json" && options.suggest !== true) {
    const [isFrom, isTo] = [matcher(model, from), matcher(model, to)];
    return `${JSON.stringify(
      connectionRows(reachability(model, REFERENCE), (a, b) => isFrom(a) && isTo(b)),
      undefined,
      2,
    )}\n`;
  }
  const compared = model.ask(comparison);
  const lateral = new Lateral(model, compared, zones);
  if (options.suggest === true) {
    const [policies, groups] = [suggest(model, compared, zones), suggestGroups(model, zones)];
    return output.format === "json" ? suggestionJson(policies, groups) : suggestionText(policies, groups);
  }
  if (output.format === "dot") return dot(compared, lateral);
  if (output.format === "svg") return svg(compared, lateral);
  if (options.paths === true) return humanPaths(lateral);
  if (from !== undefined || to !== undefined || options.port !== undefined)
    return connectionList(reachSections(model, { ports, from: matcher(model, from), to: matcher(model, to) }));
  return humanReach(compared, lateral);
}

interface Question {
  readonly ports: PortSet;
  readonly from: (end: string) => boolean;
  readonly to: (end: string) => boolean;
}

const EVERYTHING: Question = { ports: ALL_PORTS, from: () => true, to: () => true };

/** What is certainly allowed under the reference profile, network by network. */
export function reachSections(model: CoreModel, { ports, from, to }: Question = EVERYTHING): Section[] {
  const { units, primary, secondary } = reachability(model, REFERENCE);
  const asked = ports === ALL_PORTS ? undefined : ports;
  const sections = [...primary, ...secondary].map((network) => ({
    network: network.name,
    connections: connections(network, units, "must", asked),
    between: secondary.includes(network),
  }));
  return sections.map(({ network, connections: list, between }) => ({
    network,
    connections: list.filter((item) => {
      const names = (end: typeof item.from) => (end.kind === "workload" ? [unitName(end.unit)] : end.addresses.cidrs());
      if (between && (item.from.kind === "addresses" || item.to.kind === "addresses")) return false;
      return names(item.from).some(from) && names(item.to).some(to);
    }),
  }));
}

/** `8805`, `8805/udp`, `udp/8805`, `sctp`. */
function portOption(text: string | undefined): PortSet {
  if (text === undefined) return ALL_PORTS;
  const words = text.toUpperCase().split("/");
  const protocol = words.find(isProtocol);
  const range = words
    .find((word) => /^\d+(-\d+)?$/.test(word))
    ?.split("-")
    .map(Number);
  if (words.some((word) => !isProtocol(word) && !/^\d+(-\d+)?$/.test(word)))
    throw new UsageError(`"${text}" is no port: write 8805, 8805/udp or sctp`);
  const [first = 1, last = range === undefined ? 0xffff : first] = range ?? [];
  if (first < 1 || last > 0xffff || last < first) throw new UsageError(`"${text}" is no port: ports go from 1 to 65535`);
  return unionPorts(...(protocol === undefined ? PROTOCOLS : [protocol]).map((word) => portsOf(word, first, last)));
}

/** Workloads whose name, `namespace/name` or function a word is; or an address. */
function unitsNamed(model: CoreModel, word: string): string[] {
  const { units } = reachability(model, REFERENCE);
  const wanted = word.toLowerCase();
  const named = units.filter((unit) =>
    [unit.name, `${unit.namespace}/${unit.name}`, unitName(unit)].some((name) => name.toLowerCase() === wanted),
  );
  if (named.length > 0) return named.map(unitName);
  const functions = model.ask(comparison).units.filter(({ parties }) => parties.some(({ id }) => id.toLowerCase() === wanted));
  if (functions.length > 0) return functions.map(({ unit }) => unitName(unit));
  throw new UsageError(
    `there is no workload or function "${word}"${suggestion(word, [
      ...units.map(({ name }) => name),
      ...model.ask(comparison).units.flatMap(({ parties }) => parties.map(({ id }) => id.toLowerCase())),
      INTERNET,
    ])}`,
  );
}

const INTERNET = "internet";

/** An address, a block, or every address outside. */
function blockNamed(word: string) {
  return parseBlock(word === INTERNET ? "0.0.0.0/0" : word);
}

function matcher(model: CoreModel, word: string | undefined): (end: string) => boolean {
  if (word === undefined) return () => true;
  const block = blockNamed(word);
  if (block !== undefined) {
    const wanted = IpSet.fromBlocks([block]);
    return (end) => rangeOf(end)?.overlaps(wanted) ?? false;
  }
  const names = unitsNamed(model, word);
  return (end) => names.includes(end);
}

/** Addresses of an end that is a range or a block. */
function rangeOf(end: string): IpSet | undefined {
  const block = parseBlock(end);
  if (block !== undefined) return IpSet.fromBlocks([block]);
  const [first, last] = end.split("-").map((part) => parseBlock(part));
  return first === undefined || last === undefined ? undefined : IpSet.ofInterval(first.family, first.first, last.first);
}

function placeOf(model: CoreModel, word: string): Place {
  const block = blockNamed(word);
  if (block !== undefined) {
    const wanted = IpSet.fromBlocks([block]);
    return {
      name: word === INTERNET ? "the internet" : formatAddress(block.family, block.first),
      units: [],
      on: ({ universe }) => universe.outside.flatMap((atom, index) => (atom.overlaps(wanted) ? [universe.classes.length + index] : [])),
    };
  }
  const names = unitsNamed(model, word);
  const { units } = reachability(model, REFERENCE);
  return {
    name: names.join(", "),
    units: units.filter((unit) => names.includes(unitName(unit))),
    on: (network) => units.flatMap((unit, index) => (names.includes(unitName(unit)) ? network.classesOf(index) : [])),
  };
}

/** Connections that the second input has and the first has not, and the other way round. */
function difference(before: CoreModel, after: CoreModel, output: Output): string {
  const lines = (model: CoreModel) => {
    const sections = reachSections(model);
    return new Map(
      sections.flatMap((section) =>
        connectionList([section])
          .split("\n")
          .filter((line) => line.includes(" => "))
          .map((line) => [`${section.network}: ${line}`, line]),
      ),
    );
  };
  const [a, b] = [lines(before), lines(after)];
  const lost = [...a.keys()].filter((key) => !b.has(key)).sort();
  const gained = [...b.keys()].filter((key) => !a.has(key)).sort();
  if (output.format === "json") return `${JSON.stringify({ gained, lost }, undefined, 2)}\n`;
  const open = [before, after].some((model) =>
    [...reachability(model, REFERENCE).primary, ...reachability(model, REFERENCE).secondary].some(({ certain }) => !certain),
  );
  const note = open ? "Values that are not known yet may open more: what is certainly allowed is compared.\n" : "";
  if (lost.length + gained.length === 0) return `The connections are the same.\n${note}`;
  return `${[...listed("+", gained), ...listed("-", lost)].join("\n")}\n${note}`;
}

/** More lines of a kind than this are counted; JSON has them all. */
const LISTED = 200;

function listed(sign: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, LISTED).map((line) => `${sign} ${line}`);
  return lines.length > LISTED ? [...shown, `${sign} and ${lines.length - LISTED} more (-o json has all)`] : shown;
}
