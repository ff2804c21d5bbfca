/**
 * Exporters of the OpenTelemetry collector, sinks of Vector, and outputs of the logging operator.
 * Source: OpenTelemetry configtls (TLS on unless `insecure`), Vector reference, logging.banzaicloud.io Output.
 */

import { type Node, type Read, valueOr } from "../../model/value";
import type { Answer } from "../nf-config/configuration";
import { isVariable, type LogOutput, schemeOf, withoutUser } from "./output";

export function isOpenTelemetry(tree: Node): boolean {
  return tree.get("exporters").kind() === "object" && tree.get("service", "pipelines").kind() === "object";
}

const LOCAL =
  /^(debug|logging|file|nop|count|forward|spanmetrics|prometheus|awscloudwatchlogs|awss3|awskinesis|googlecloud|azuremonitor|datadog|awsemf|awsxray)(\/|$)/;

/** Exporters that some pipeline of logs uses. */
export function openTelemetry(tree: Node): LogOutput[] {
  const used = new Set(
    tree.get("service", "pipelines").fields().filter(([name]) => /^logs(\/|$)/.test(name)).flatMap(([, pipeline]) => pipeline.get("exporters").items().map((item) => valueOr(item.string(), ""))),
  );
  return tree.get("exporters").fields().filter(([name]) => used.has(name) && !LOCAL.test(name)).map(([name, exporter]) => {
    const listed = exporter.get("endpoints");
    const endpoint = first(exporter.get("endpoint"), listed.items()[0], exporter.get("brokers").items()[0], exporter.get("brokers"));
    const tls = exporter.get("tls");
    const title = `exporter ${name}${endpoint === "" ? "" : ` to ${withoutUser(endpoint)}`}`;
    const verified = opposite(tls.get("insecure_skip_verify").boolean(), false);
    if (name.startsWith("kafka")) return { title, endpoint, encrypted: tls.isAbsent && exporter.get("auth", "tls").isAbsent ? "no" as const : "yes" as const, verified };
    if (name.startsWith("syslog") && valueOr(exporter.get("network").string(), "tcp") === "udp") return { title, endpoint, encrypted: "no" as const, verified };
    const scheme = schemeOf(endpoint, "unknown");
    return { title, endpoint, encrypted: scheme !== "unknown" ? scheme : isVariable(endpoint) && name.startsWith("otlphttp") ? "unknown" as const : opposite(tls.get("insecure").boolean(), false), verified };
  });
} // prettier-ignore

export function isVector(tree: Node): boolean {
  return tree.get("sinks").kind() === "object" && (tree.get("sources").kind() === "object" || tree.get("transforms").kind() === "object" || tree.get("data_dir").isKnown);
} // prettier-ignore

const LOCAL_SINKS = /^(console|file|blackhole|prometheus_.*|aws_.*|gcp_.*|azure_.*|datadog_.*|new_relic|honeycomb|axiom)$/;

export function vector(tree: Node): LogOutput[] {
  return tree.get("sinks").fields().flatMap(([name, sink]) => {
    const type = valueOr(sink.get("type").string(), "");
    if (LOCAL_SINKS.test(type)) return [];
    const endpoint = first(sink.get("endpoint"), sink.get("endpoints").items()[0], sink.get("uri"), sink.get("address"), sink.get("bootstrap_servers"), sink.get("url"));
    const scheme = schemeOf(endpoint, "unknown");
    const enabled = direct(sink.get("tls", "enabled").boolean(), false);
    const encrypted: Answer = scheme !== "unknown" ? scheme : isVariable(endpoint) && sink.get("tls").isAbsent ? "unknown" : enabled;
    return [{ title: `sink ${name} (${type})${endpoint === "" ? "" : ` to ${withoutUser(endpoint)}`}`, endpoint, encrypted, verified: direct(sink.get("tls", "verify_certificate").boolean(), true) }];
  });
} // prettier-ignore

/** One output of the logging operator: the field of its spec that names the plugin. */
export function operatorOutput(spec: Node): LogOutput[] {
  return spec.fields().flatMap(([plugin, body]): LogOutput[] => {
    if (body.kind() !== "object" || /^(s3|cloudwatch|kinesis.*|gcs|azurestorage|file|nullout|loggingRef)$/i.test(plugin)) return [];
    const server = body.get("servers").items()[0];
    const endpoint = first(body.get("endpoint"), body.get("url"), body.get("hec_host"), body.get("host"), server?.get("host"), body.get("brokers"));
    const title = `output ${plugin}${endpoint === "" ? "" : ` to ${withoutUser(endpoint)}`}`;
    const scheme = body.get("scheme").isAbsent ? body.get("protocol") : body.get("scheme");
    const insecure = [body.get("insecure_ssl"), body.get("insecure_tls"), body.get("tls_insecure_mode")].some((node) => valueOr(node.boolean(), false));
    const unverified = insecure || [body.get("ssl_verify"), body.get("tls_verify_hostname")].some((node) => !valueOr(node.boolean(), true));
    const transport = valueOr(body.get("transport").string(), "");
    const byScheme = schemeOf(endpoint, scheme.isAbsent ? (plugin === "splunkHec" ? "yes" : "unknown") : schemeOf(`${valueOr(scheme.string(), "?")}://`, "unknown"));
    const encrypted: Answer = transport === "tls" ? "yes" : byScheme !== "unknown" ? byScheme : ["forward", "syslog", "elasticsearch", "opensearch", "kafka"].includes(plugin) ? (plugin === "kafka" && body.get("ssl_ca_cert").isKnown ? "yes" : "no") : "unknown";
    return [{ title, endpoint, encrypted, verified: unverified ? "no" : "yes" }];
  });
} // prettier-ignore

function first(...nodes: readonly (Node | undefined)[]): string {
  for (const node of nodes) {
    const read = node?.string();
    if (read?.state === "known" && read.value !== "") return read.value;
  }
  return "";
}

function direct(read: Read<boolean>, otherwise: boolean): Answer {
  if (read.state === "unknown") return "unknown";
  return (read.state === "known" ? read.value : otherwise) ? "yes" : "no";
}

function opposite(read: Read<boolean>, otherwise: boolean): Answer {
  const answer = direct(read, otherwise);
  return answer === "unknown" ? "unknown" : answer === "yes" ? "no" : "yes";
}
