/** Where the log agents of a stack send their records: ConfigMaps and Secrets they read, custom resources, values of Helm Releases. */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Resource } from "../../model/stack";
import { Node, type Value, valueOr } from "../../model/value";
import { perPart } from "../../model/answers";
import { configTexts, type Entry } from "../nf-config/texts";
import { parseTree } from "../nf-config/parse";
import { isOpenTelemetry, isVector, openTelemetry, operatorOutput, vector } from "./collectors";
import { fluentBit, fluentBitYaml, isFluentBit } from "./fluent-bit";
import { fluentd, isFluentd } from "./fluentd";
import { type LogOutput, withoutUser } from "./output";

export interface LogShipping {
  readonly resource: Resource;
  /** For people: "ConfigMap fluent-bit". */
  readonly title: string;
  /** The text or object that configures the agent; unknown where it comes with the deployment. */
  readonly node: Node;
  readonly outputs: readonly LogOutput[];
}

export const logShipping = (model: CoreModel): readonly LogShipping[] => [
  ...fromTexts(model),
  ...fromObjects(model),
  ...model.ofType("kubernetes:helm.sh/v3:Release").flatMap(fromRelease),
  ...model.ofType("kubernetes:helm.sh/v4:Chart").flatMap(fromRelease),
];

/** Keys of log agents' files, for those that are not known yet. */
const AGENT_FILE = /^(fluent(-?bit)?|fluentd|td-agent|output.*|vector|otel.*|collector)([.-].*)?\.(conf|ya?ml|toml)$/i;

function fromTexts(model: CoreModel): LogShipping[] {
  return model.ask(configTexts).flatMap(({ object, entry, key, node, text }) => {
    const base = { resource: object.resource, title: `${object.kind} ${object.name}`, node };
    if (text === undefined) return AGENT_FILE.test(key) ? [{ ...base, outputs: [] }] : [];
    const outputs = outputsOfEntry(entry);
    return outputs === undefined ? [] : [{ ...base, outputs }];
  });
}

const outputsOfEntry = perPart(({ text, node }: Entry) => (text === undefined ? undefined : outputsOf(text, node)));

/** The outputs of a configuration text; `undefined` for what configures no log agent. */
function outputsOf(text: string, node: Node): readonly LogOutput[] | undefined {
  if (isFluentBit(text)) return fluentBit(text);
  if (isFluentd(text)) return fluentd(text);
  const syslog = rsyslog(text);
  if (syslog.length > 0) return syslog;
  if (/^[ \t]*\[sinks\./m.test(text)) return vector(Node.parsed(toml(text), node));
  if (!/^[ \t{]*"?(exporters|sinks|pipeline)"?[ \t]*:/m.test(text)) return undefined;
  const tree = parseTree(text);
  return tree === undefined ? undefined : ofTree(Node.parsed(tree, node));
}

function ofTree(tree: Node): readonly LogOutput[] | undefined {
  if (isOpenTelemetry(tree)) return openTelemetry(tree);
  if (isVector(tree)) return vector(tree);
  return tree.get("pipeline", "outputs").items().length > 0 ? fluentBitYaml(tree) : undefined;
}

/** `*.* @host:514` is UDP, `@@host` TCP (rsyslog, legacy format); TLS needs its own driver. */
function rsyslog(text: string): LogOutput[] {
  const tls = /StreamDriverMode"?\s*=?\s*"?1|DefaultNetstreamDriver\s+gtls/i.test(text);
  return [...text.matchAll(/^[ \t]*[\w*,]+\.[\w*=!;.,]+[ \t]+@@?([\w.[\]:-]+)(?:;.*)?[ \t]*$/gm)].map(([line, endpoint = ""]) => ({
    title: `syslog to ${withoutUser(endpoint)}`,
    endpoint,
    encrypted: tls && line.includes("@@") ? ("yes" as const) : ("no" as const),
    verified: "yes" as const,
  }));
}

/** The tables and plain values of a TOML file: as much as a sink of Vector has. */
function toml(text: string): Value {
  const root: { [key: string]: Value } = {};
  let table: { [key: string]: Value } = root;
  const at = (from: { [key: string]: Value }, keys: readonly string[]) =>
    keys.reduce((place, key) => (place[key] ??= {}) as { [key: string]: Value }, from);
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([\w.\-"]+)\]\s*(#.*)?$/.exec(line)?.[1];
    const [, key, raw] = /^\s*([\w.\-"]+)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (head !== undefined) table = at(root, head.replace(/"/g, "").split("."));
    else if (key !== undefined && raw !== undefined) {
      const keys = key.replace(/"/g, "").split(".");
      const last = keys.pop();
      if (last !== undefined) at(table, keys)[last] = scalar(raw);
    }
  }
  return root;
}

function scalar(raw: string): Value {
  const text = raw.replace(/\s+#.*$/, "");
  if (/^\[.*\]$/.test(text)) return text.slice(1, -1).split(",").map((item) => scalar(item.trim()));
  if (/^(true|false)$/.test(text)) return text === "true";
  return text.replace(/^(["'])(.*)\1$/, "$2");
} // prettier-ignore

function fromObjects(model: CoreModel): LogShipping[] {
  const shipping = (object: KubernetesObject, node: Node, outputs: readonly LogOutput[]): LogShipping => ({
    resource: object.resource,
    title: `${object.kind} ${object.name}`,
    node,
    outputs,
  });
  const collectors = model.objectsOf("opentelemetry.io", "OpenTelemetryCollector").map((object) => {
    const config = object.spec.get("config");
    const outputs = config.kind() === "string" ? (outputsOf(valueOr(config.string(), ""), config) ?? []) : config.isKnown && isOpenTelemetry(config) ? openTelemetry(config) : [];
    return shipping(object, config, outputs);
  });
  const operator = ["Output", "ClusterOutput"].flatMap((kind) =>
    model.objectsOf("logging.banzaicloud.io", kind).map((object) => shipping(object, object.spec, object.spec.isKnown ? operatorOutput(object.spec) : [])),
  );
  return [...collectors, ...operator];
} // prettier-ignore

/** Texts among the values of a release that configure an agent, and the collector's own `config`. */
function fromRelease(release: Resource): LogShipping[] {
  const values = release.props.get("values");
  const base = { resource: release, title: `Release ${release.name}` };
  const found: LogShipping[] = [];
  const visit = (node: Node, depth: number): void => {
    if (depth > VALUES_DEPTH) return;
    if (node.kind() === "string") {
      const outputs = outputsOf(valueOr(node.string(), ""), node);
      if (outputs !== undefined) found.push({ ...base, node, outputs });
    } else if (node.kind() === "object") {
      const outputs = ofTree(node);
      if (outputs !== undefined) found.push({ ...base, node, outputs });
      else for (const [, child] of node.fields()) visit(child, depth + 1);
    }
  };
  visit(values, 0);
  return found;
}

/** How deep a chart keeps its agent's configuration. */
const VALUES_DEPTH = 5;
