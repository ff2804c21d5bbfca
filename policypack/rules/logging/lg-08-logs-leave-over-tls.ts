/**
 * Records leave the cluster over TLS, to a receiver that has shown its certificate. A hop to a collector inside the cluster is left to the mesh.
 * Read from the configuration of Fluent Bit, Fluentd, the OpenTelemetry collector, Vector, rsyslog and the logging operator.
 */

import { type LogShipping, logShipping } from "../../analysis/log-shipping";
import { type LogOutput, staysInside } from "../../analysis/log-shipping/output";
import { defineRule, fail, seen, type Target, undetermined } from "../../engine/rule";
import type { Node } from "../../model/value";
import { object, type Properties, resource, unknownValue } from "../../testing/build";

const agents: Target<LogShipping> = {
  description: "configuration of log agents (Fluent Bit, Fluentd, OpenTelemetry, Vector, rsyslog, logging operator)",
  types: undefined,
  subjects: (model) => model.ask(logShipping),
  resource: (shipping) => shipping.resource,
};

export default defineRule({
  id: "LG-08",
  name: "lg-08-logs-leave-over-tls",
  title: "Log shipping leaves the cluster over authenticated TLS",
  family: "logging",
  severity: "high",
  scope: "resource",
  since: "0.1.0",

  target: agents,
  rationale:
    "Logs of a core say who registered where and which function called which: on the way out in the clear they are read, and lines that would tell of an intruder are dropped, by whoever stands between.",
  remediation:
    "Send records with TLS on and certificate verification on (tls On, tls.verify On; tls.insecure: false), over syslog only with TLS (6514), and never to an http:// endpoint outside the cluster.",
  standards: [
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-LOG",
      title: "Monitoring: secure centralised logging, encrypted, off-site copies, SIEM, baseline",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-AAA",
      title: "Hardening: AAA logs to central server",
    },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.2", title: "Log transfer to centralized storage" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO23-003",
      title:
        "Network Products support forwarding of security event logging data to an external central system with secure transport protocols",
    },
    { framework: "NIST SP 800-53r5", ref: "AU-9(3)", title: "Protection of Audit Information | Cryptographic Protection" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT1040", name: "Network Sniffing" },
    { id: "T1040", name: "Network Sniffing" },
  ],

  *check({ title, node, outputs }) {
    const away = outputs.filter(({ endpoint }) => !staysInside(endpoint));
    const wrong = away.filter((output) => flawOf(output) !== undefined);
    const [first] = wrong;
    if (first !== undefined) {
      yield fail({
        message: `${title} sends records away ${[...new Set(wrong.map(flawOf))].join(" and ")} (${wrong.map((output) => titleOf(output, node)).join("; ")}): whoever is on the path reads them and keeps from the SIEM what would tell of him (Network Sniffing).`,
        evidence: wrong.map((output) => ({
          path: node.path,
          actual: titleOf(output, node),
          expected: output.encrypted === "no" ? "TLS" : "certificate verification",
        })),
        cause: node.name,
      });
      return;
    }
    const open = away.filter((output) => output.encrypted === "unknown" || output.verified === "unknown");
    if (open.length > 0 || node.isUnknown) {
      yield undetermined({
        message: `Whether ${title} sends records away over TLS is not known before deployment.`,
        evidence:
          open.length > 0
            ? open.map((output) => ({ path: node.path, actual: titleOf(output, node), expected: "TLS and certificate verification" }))
            : [seen(node, "outputs with TLS and certificate verification")],
        cause: node.name,
      });
    }
  },
  examples: () => ({
    pass: [
      { name: "Fluent Bit with TLS", resources: [bit("Name es\n    Host logs.example.net\n    Port 9243\n    tls On")] },
      { name: "CloudWatch has no plain form", resources: [bit("Name cloudwatch_logs\n    region eu-central-1")] },
      { name: "a collector in the cluster", resources: [bit("Name forward\n    Host fluentd.logging.svc.cluster.local\n    Port 24224")] },
      {
        name: "Fluentd over TLS",
        resources: [
          config(
            "fluent.conf",
            "<match **>\n  @type forward\n  transport tls\n  <server>\n    host siem.example.net\n  </server>\n</match>",
          ),
        ],
      },
      { name: "an exporter with TLS, as it is unless told otherwise", resources: [otel({ otlp: { endpoint: "siem.example.net:4317" } })] },
      {
        name: "a plain exporter for metrics alone",
        resources: [otel({ otlphttp: { endpoint: "http://metrics.example.net" }, debug: {} }, ["debug"])],
      },
      { name: "syslog over TLS", resources: [bit("Name syslog\n    Host siem.example.net\n    Port 6514\n    Mode tls")] },
    ],
    fail: [
      { name: "Fluent Bit without TLS", resources: [bit("Name es\n    Host logs.example.net\n    Port 9200")] },
      { name: "TLS that takes any certificate", resources: [bit("Name http\n    Host logs.example.net\n    tls On\n    tls.verify Off")] },
      { name: "plain syslog", resources: [bit("Name syslog\n    Host 192.0.2.10\n    Port 514\n    Mode udp")] },
      {
        name: "a second output beside a good one",
        resources: [bit("Name s3\n    bucket archive\n\n[OUTPUT]\n    Name tcp\n    Host 198.51.100.7")],
      },
      {
        name: "Fluent Bit in YAML",
        resources: [config("fluent-bit.yaml", "pipeline:\n  outputs:\n    - {name: splunk, host: splunk.example.net, tls: off}\n")],
      },
      {
        name: "Fluentd in the clear inside a copy",
        resources: [
          config(
            "fluent.conf",
            "<match **>\n  @type copy\n  <store>\n    @type elasticsearch\n    host es.example.net\n    scheme http\n  </store>\n</match>",
          ),
        ],
      },
      { name: "an insecure exporter", resources: [otel({ otlp: { endpoint: "siem.example.net:4317", tls: { insecure: true } } })] },
      {
        name: "a collector's own resource",
        resources: [
          object("opentelemetry.io/v1beta1", "OpenTelemetryCollector", "logs", {
            spec: {
              config: {
                exporters: { otlphttp: { endpoint: "http://siem.example.net:4318" } },
                service: { pipelines: { logs: { exporters: ["otlphttp"] } } },
              },
            },
          }),
        ],
      },
      {
        name: "Vector in TOML without verification",
        resources: [
          config(
            "vector.toml",
            '[sinks.siem]\ntype = "vector"\naddress = "siem.example.net:6000"\ntls.enabled = true\ntls.verify_certificate = false\n',
          ),
        ],
      },
      { name: "rsyslog over UDP", resources: [config("rsyslog.conf", "*.* @192.0.2.10:514\n")] },
      {
        name: "the logging operator",
        resources: [
          object("logging.banzaicloud.io/v1beta1", "Output", "siem", { spec: { syslog: { host: "siem.example.net", port: 514 } } }),
        ],
      },
      {
        name: "values of a release",
        resources: [
          resource("kubernetes:helm.sh/v3:Release", "fluent-bit", {
            chart: "fluent-bit",
            values: { config: { outputs: "[OUTPUT]\n    Name http\n    Host logs.example.net\n" } },
          }),
        ],
      },
    ],
    undetermined: [
      { name: "TLS by a variable", resources: [bit("Name http\n    Host logs.example.net\n    tls ${TLS}")] },
      {
        name: "a configuration that is not known yet",
        resources: [object("v1", "ConfigMap", "fluent-bit", { data: { "fluent-bit.conf": unknownValue() } })],
      },
    ],
  }),
});

/** Without the endpoint where the configuration is secret. */
function titleOf({ title }: LogOutput, node: Node): string {
  return node.secret ? title.replace(/ to .*$/, "") : title;
}

function flawOf({ encrypted, verified }: LogOutput): string | undefined {
  if (encrypted === "no") return "in the clear";
  return encrypted === "yes" && verified === "no" ? "to whoever answers, unverified" : undefined;
}

function config(key: string, text: Properties[string]) {
  return object("v1", "ConfigMap", "agent", { data: { [key]: text } }, "logging");
}
function bit(output: string) {
  return config("fluent-bit.conf", `[INPUT]\n    Name tail\n    Host 127.0.0.1\n\n[OUTPUT]\n    ${output}\n`);
}
function otel(exporters: Properties, used = Object.keys(exporters)) {
  return config(
    "relay.yaml",
    JSON.stringify(
      {
        receivers: { filelog: {} },
        exporters,
        service: { pipelines: { logs: { receivers: ["filelog"], exporters: used }, metrics: { exporters: Object.keys(exporters) } } },
      },
      null,
      2,
    ),
  );
}
