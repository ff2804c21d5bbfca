/** Outputs of Fluentd: `<match>` and `<store>` with their nested sections. Source: the plugins' own documentation for their defaults. */

import { type LogOutput, schemeOf, switchOf, withoutUser } from "./output";

interface Section {
  readonly name: string;
  readonly options: Map<string, string>;
  readonly children: Section[];
}

export function isFluentd(text: string): boolean {
  return /^[ \t]*<(match|store)\b[^>\n]*>/m.test(text) && /^[ \t]*@?type[ \t]+\w/m.test(text);
}

export function fluentd(text: string): LogOutput[] {
  return all(parse(text))
    .filter(({ name }) => name === "match" || name === "store")
    .flatMap(outputOf);
}

function parse(text: string): Section {
  const root: Section = { name: "", options: new Map(), children: [] };
  const stack = [root];
  for (const line of text.split(/\r?\n/)) {
    const top = stack.at(-1) ?? root;
    const opened = /^\s*<([a-z_]+)\b[^>]*>\s*$/i.exec(line)?.[1];
    if (opened !== undefined) {
      const child: Section = { name: opened.toLowerCase(), options: new Map(), children: [] };
      top.children.push(child);
      stack.push(child);
    } else if (/^\s*<\/[a-z_]+>/i.test(line)) {
      if (stack.length > 1) stack.pop();
    } else {
      const [, key, value] = /^\s*(@?[\w]+)\s+(.*?)\s*$/.exec(line) ?? [];
      if (key !== undefined && !line.trimStart().startsWith("#"))
        top.options.set(key.replace(/^@/, "").toLowerCase(), (value ?? "").replace(/^(["'])(.*)\1$/, "$2"));
    }
  }
  return root;
}

function all(section: Section): Section[] {
  return [section, ...section.children.flatMap(all)];
}

const SAFE =
  /^(null|stdout|file|copy|relabel|rewrite_tag_filter|record_.*|route|grep|detect_exceptions|concat|s3|cloudwatch_logs|kinesis_.*|google_cloud|azure.*|bigquery|roundrobin|label_router|ping_message|prometheus)$/;

function outputOf(section: Section): LogOutput[] {
  const option = (key: string) => section.options.get(key);
  const plugin = (option("type") ?? "").toLowerCase();
  if (plugin === "" || SAFE.test(plugin)) return [];
  const servers = section.children.filter(({ name }) => name === "server").flatMap(({ options }) => options.get("host") ?? []);
  const url =
    option("endpoint") ??
    option("endpoint_url") ??
    option("url") ??
    option("hec_host") ??
    option("splunk_host") ??
    option("host") ??
    option("hosts") ??
    option("brokers") ??
    servers[0] ??
    "";
  const endpoint = url.split(",")[0] ?? "";
  const title = `output ${plugin}${endpoint === "" ? "" : ` to ${withoutUser(endpoint)}`}`;
  const of = (encrypted: LogOutput["encrypted"], verified: LogOutput["verified"] = "yes"): LogOutput[] => [
    { title, endpoint, encrypted, verified },
  ];
  switch (plugin) {
    case "elasticsearch":
    case "elasticsearch_dynamic":
    case "opensearch":
      return of(
        option("scheme") === undefined ? schemeOf(url, "no") : schemeOf(`${option("scheme") ?? ""}://`, "unknown"),
        switchOf(option("ssl_verify"), true),
      );
    case "splunk_hec":
      return of(
        schemeOf(`${option("protocol") ?? "https"}://`, "unknown"),
        switchOf(option("insecure_ssl"), false) === "yes" ? "no" : "yes",
      );
    case "forward": {
      const verified =
        switchOf(option("tls_insecure_mode"), false) === "yes" || switchOf(option("tls_verify_hostname"), true) === "no" ? "no" : "yes";
      return of(option("transport")?.toLowerCase() === "tls" ? "yes" : "no", verified);
    }
    case "kafka":
    case "kafka2":
    case "rdkafka":
    case "rdkafka2":
      return of(
        ["ssl_ca_cert", "ssl_ca_certs_from_system", "ssl_client_cert"].some((key) => section.options.has(key)) ? "yes" : "no",
        switchOf(option("ssl_verify_hostname"), true),
      );
    case "http":
    case "loki":
      return of(
        schemeOf(url, "unknown"),
        option("tls_verify_mode") === "none" || switchOf(option("insecure_tls"), false) === "yes" ? "no" : "yes",
      );
    default:
      return of(
        /^https:/i.test(url)
          ? "yes"
          : option("protocol")?.toLowerCase() === "tls"
            ? "yes"
            : switchOf(option("tls") ?? option("use_ssl") ?? option("ssl"), false),
        option("verify_mode") === "0" ? "no" : "yes",
      );
  }
}
