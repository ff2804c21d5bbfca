/** Outputs of Fluent Bit, in its classic form and in YAML. Source: Fluent Bit manual, "Outputs", "TLS" (tls off, tls.verify on where nothing is said). */

import type { Node } from "../../model/value";
import { valueOr } from "../../model/value";
import { type LogOutput, switchOf, withoutUser } from "./output";

/** Properties in small letters. */
export type Options = ReadonlyMap<string, string>;

export function isFluentBit(text: string): boolean {
  return /^[ \t]*\[OUTPUT\]/im.test(text);
}

export function fluentBit(text: string): LogOutput[] {
  return classicSections(text).flatMap((options) => outputOf(options));
}

/** `pipeline: {outputs: [{name: http, host: …}]}`. */
export function fluentBitYaml(tree: Node): LogOutput[] {
  return tree.get("pipeline", "outputs").items().flatMap((item) =>
    outputOf(new Map(item.fields().map(([key, node]) => [key.toLowerCase(), valueOr(node.string(), "")]))),
  );
} // prettier-ignore

function classicSections(text: string): Options[] {
  const sections: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[(\w+)\]/.exec(line)?.[1];
    if (head !== undefined) {
      current = head.toUpperCase() === "OUTPUT" ? new Map() : undefined;
      if (current !== undefined) sections.push(current);
      continue;
    }
    const [, key, value] = /^\s*([\w.-]+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && !line.trimStart().startsWith("#")) current?.set(key.toLowerCase(), value ?? "");
  }
  return sections;
}

/** Plugins of services that have no plain form, and those that send nothing away. */
const SAFE =
  /^(cloudwatch(_logs)?|kinesis(_firehose|_streams)?|firehose|s3|stackdriver|bigquery|azure.*|null|stdout|file|counter|flowcounter|exit|plot|oracle.*|chronicle|logdna|newrelic|slack|td)$/;

/** Defaults of `tls` by plugin; off for all others. */
const TLS_BY_DEFAULT = new Set(["nrlogs", "dynatrace"]);

function outputOf(options: Options): LogOutput[] {
  const plugin = (options.get("name") ?? "").toLowerCase();
  if (plugin === "" || SAFE.test(plugin)) return [];
  const endpoint =
    options.get("host") ??
    options.get("brokers") ??
    options.get("upstream") ??
    (plugin === "datadog" ? "http-intake.logs.datadoghq.com" : "");
  const title = `output ${plugin}${endpoint === "" ? "" : ` to ${withoutUser(endpoint)}`}`;
  const verified = switchOf(options.get("tls.verify"), true);
  if (plugin === "kafka") {
    const protocol = options.get("rdkafka.security.protocol") ?? "plaintext";
    return [
      {
        title,
        endpoint,
        encrypted: /ssl/i.test(protocol) ? "yes" : "no",
        verified: switchOf(options.get("rdkafka.enable.ssl.certificate.verification"), true),
      },
    ];
  }
  if (plugin === "syslog") {
    const encrypted = (options.get("mode") ?? "udp").toLowerCase() === "tls" ? "yes" : switchOf(options.get("tls"), false);
    return [{ title, endpoint, encrypted, verified }];
  }
  if (plugin === "gelf" && (options.get("mode") ?? "udp").toLowerCase() === "tls") return [{ title, endpoint, encrypted: "yes", verified }];
  return [{ title, endpoint, encrypted: switchOf(options.get("tls"), TLS_BY_DEFAULT.has(plugin)), verified }];
}
