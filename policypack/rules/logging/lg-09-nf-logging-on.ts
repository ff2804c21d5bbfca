/**
 * Functions log, at a level that shows security events, to where a log agent takes it (TS 33.117 4.2.3.6.1). Decided from
 * declarations: which events a function writes cannot be read from them.
 */

import { perPod } from "../../engine/pod-checks";
import type { Pod } from "../../model/kubernetes/workloads";
import type { Logger, NfConfiguration } from "../../analysis/nf-config";
import { configurations, isUnread, notReadYet, type UnreadConfiguration } from "../../engine/configuration-targets";
import { judgedAsNetworkFunction } from "../../engine/judged";
import { defineRule, type Evidence, fail, seen, type Verdict } from "../../engine/rule";
import { either, workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "LG-09",
  name: "lg-09-nf-logging-on",
  title: "NF security-event logging is on and not filtered away",
  family: "logging",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",
  target: either<NfConfiguration | UnreadConfiguration, Workload>(configurations, workloads),
  rationale:
    "A function that does not log, or logs into its own container, leaves no trace of a failed authentication, a rogue registration or an operator's exec: the intruder's favourite place.",
  remediation:
    "Keep logging on at level info, and let it go to standard output, where the node's log agent takes it; a log file needs a sidecar that ships it.",
  standards: [
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.1", title: "Security event logging" },
    { framework: "3GPP TS 33.501", ref: "13.1.2" },
    { framework: "3GPP TS 33.501", ref: "13.2.4.7" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO14-003",
      title:
        "UDM logs the authentication status and timestamp of subscriber authentication, in particular when the subscriber is in a visited network",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO23-002",
      title:
        "Security events are logged together with a unique system reference (e.g. host name, IP or MAC address) along with the exact time of the incident. Network produc",
    },
    { framework: "NIST SP 800-53r5", ref: "AU-3", title: "Content of Audit Records" },
  ],
  breaks: [
    { id: "FGT1562", name: "Impair Defenses" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
    { id: "FGT1036.501", name: "PLMN ID" },
  ],
  *check(subject, context) {
    if ("podSpec" in subject) yield* redirected(subject, context);
    else if (isUnread(subject)) yield notReadYet(subject, "logging on, at info, to standard output");
    else yield* configured(subject);
  },
  examples: () => ({
    pass: [
      {
        name: "level info to standard output",
        resources: [file("configuration: {serviceNameList: [namf-comm]}\nlogger: {enable: true, level: info}")],
      },
      {
        name: "the UPF may be quiet about packets",
        resources: [
          object("v1", "ConfigMap", "upf", {
            data: { "upfcfg.yaml": "pfcp: {addr: 1.2.3.4}\ngtpu: {forwarder: gtp5g}\ndnnList: []\nlogger: {enable: false}" },
          }),
        ],
      },
      {
        name: "output copied to a file as well",
        resources: [networkFunction("amf", { container: { command: ["sh", "-c", "./amf 2>&1 | tee /var/log/amf.log"] } })],
      },
      {
        name: "a file that a sidecar ships",
        resources: [
          networkFunction("amf", {
            pod: {
              containers: [
                container(["sh", "-c", "./amf > /var/log/amf.log"]),
                { name: "fluent-bit", image: "fluent-bit", volumeMounts: [{ name: "logs", mountPath: "/logs" }] },
              ],
              volumes: [{ name: "logs", emptyDir: {} }],
            },
          }),
        ],
      },
    ],
    fail: [
      {
        name: "logging switched off",
        resources: [file("configuration: {serviceNameList: [namf-comm]}\nlogger: {enable: false, level: info}")],
      },
      { name: "only fatal faults", resources: [file("amf: {ngap: {server: [{dev: eth0}]}}\nlogger: {level: fatal}")] },
      {
        name: "a log file inside the container",
        resources: [file("amf: {ngap: {server: [{dev: eth0}]}}\nlogger: {file: /var/log/open5gs/amf.log, level: info}")],
      },
      {
        name: "output sent to a file by the command",
        resources: [networkFunction("amf", { container: { command: ["/bin/sh", "-c", "./amf -c cfg.yaml >> /free5gc/amf.log 2>&1"] } })],
      },
      { name: "output thrown away", resources: [networkFunction("udm", { container: { args: ["sh", "-c", "./udm > /dev/null 2>&1"] } })] },
    ],
    undetermined: [
      {
        name: "the file comes with the deployment",
        resources: [object("v1", "ConfigMap", "amf", { data: { "amfcfg.yaml": unknownValue() } })],
      },
    ],
  }),
});

function file(text: string) {
  return object("v1", "ConfigMap", "amf", { data: { "amfcfg.yaml": text } });
}

function container(command: readonly string[]) {
  return { name: "amf", image: "amf", command, volumeMounts: [{ name: "logs", mountPath: "/var/log" }] };
}

/** Levels at which no security event is written any more. */
const SILENT = /^(fatal|panic|none|off|disabled?|silent)$/i;

/** Paths that are the container's standard streams. */
const STREAM = /^(\/dev\/(stdout|stderr|fd\/[12])|\/proc\/(1|self)\/fd\/[12]|&[12])$/;

function* configured(configuration: NfConfiguration): Iterable<Verdict> {
  const quiet =
    configuration.networkFunctions.length > 0 &&
    configuration.networkFunctions.every((id) => id === "UPF" || id === "SGW-U" || id === "PGW-U");
  const evidence = quiet ? [] : configuration.loggers.flatMap(faults);
  if (evidence.length === 0) return;
  const functions = configuration.networkFunctions.join(", ") || configuration.object.name;
  const what = evidence.some((item) => item.expected === "info")
    ? "logs next to nothing"
    : evidence.some((item) => item.expected === true)
      ? "has its log switched off"
      : "writes its log into a file of its container, where no log agent looks";
  yield fail({
    message: `${functions} (${configuration.key} in ${configuration.object.name}) ${what}: intrusions leave no record.`,
    evidence,
    networkFunctions: configuration.networkFunctions,
    cause: `${configuration.key} logger`,
  });
}

function faults(logger: Logger): Evidence[] {
  const enable = logger.enable.boolean();
  const level = logger.level.string();
  const path = logger.file.string();
  return [
    ...(enable.state === "known" && !enable.value ? [seen(logger.enable, true)] : []),
    ...(level.state === "known" && SILENT.test(level.value.trim()) ? [seen(logger.level, "info")] : []),
    ...(path.state === "known" && path.value !== "" && !STREAM.test(path.value) ? [seen(logger.file, "/dev/stdout")] : []),
  ];
}

const REDIRECTION = /(?:^|[^0-9>])(?:1|&)?>{1,2}(?:&(?!\d))?\s*([^\s;|&>]+|&\d)/g;

/** Turns the output of all that follows. */
const TURNED = /^\s*exec\s+[1&]?>/;

const redirected = perPod(judgedAsNetworkFunction, function* (workload) {
  const { networkFunctions } = workload;
  for (const item of workload.containers.filter((candidate) => candidate.role === "container")) {
    for (const word of [...item.node.get("command").items(), ...item.node.get("args").items()]) {
      const text = valueOr(word.string(), "");
      // Only what starts a function counts: other lines of a script may write what they like.
      const lines = text
        .split(/\n|&&|;/)
        .filter(
          (line) =>
            TURNED.test(line) ||
            networkFunctions.some((id) =>
              new RegExp(`(^|[/\\s-])${id.toLowerCase().replace("-", "-?")}d?(\\s|$)`).test(line.toLowerCase()),
            ),
        );
      const files = lines
        .flatMap((line) => [...line.matchAll(REDIRECTION)].map((match) => match[1] ?? ""))
        .filter((path) => !STREAM.test(path));
      const [first] = files;
      if (first === undefined || lines.some((line) => /\|\s*tee\b/.test(line)) || isShipped(workload, item.name, first)) continue;
      yield fail({
        message: `${networkFunctions.join(", ")} ${workload.name} ${first === "/dev/null" ? "throws its log away" : `sends its log to ${first} inside the container, where no log agent looks`}: intrusions leave no record.`,
        evidence: [{ path: word.path, actual: `> ${first}`, expected: "standard output" }],
        container: item.name,
        networkFunctions,
        cause: `output ${item.name}`,
      });
    }
  }
});

/** Another container of the pod mounts the volume that the file is on. */
function isShipped(workload: Pod, name: string, path: string): boolean {
  const own = workload.containers.find((item) => item.name === name);
  const volumes = (own?.node.get("volumeMounts").items() ?? [])
    .filter((mount) => path.startsWith(valueOr(mount.get("mountPath").string(), "\0")))
    .map((mount) => valueOr(mount.get("name").string(), ""));
  return workload.containers.some(
    (item) =>
      item.name !== name &&
      item.role === "container" &&
      item.node
        .get("volumeMounts")
        .items()
        .some((mount) => volumes.includes(valueOr(mount.get("name").string(), "\0"))),
  );
}
