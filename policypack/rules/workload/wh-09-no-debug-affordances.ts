/**
 * No terminals, ephemeral containers or debuggers in pods of the core, and no debug or profiling port behind a Service. A laboratory may have them.
 */

import { perPod } from "../../engine/pod-checks";
import { judgedAsNetworkFunction } from "../../engine/judged";
import {
  type Change,
  change,
  defineRule,
  type Evidence,
  fail,
  type RuleContext,
  seen,
  undetermined,
  type Verdict,
} from "../../engine/rule";
import { either, objects, workloads } from "../../engine/targets";
import { DEBUGGER } from "../../model/kubernetes/debuggers";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { matchesMap } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "WH-09",
  name: "wh-09-no-debug-affordances",
  title: "No interactive or debug affordances in core pods",
  family: "workload",
  severity: "medium",
  scope: "both",
  since: "0.1.0",
  target: either<Workload, KubernetesObject>(workloads, objects(["v1", "Service"])),
  rationale:
    "A terminal, a debugger or a profiling endpoint in a running function is a shell for whoever reaches it: it runs code in the function's process, with its keys in memory, and looks like an engineer at work.",
  remediation: "Remove stdin and tty, the ephemeral container and the debugger's options; take the debug port out of the Service and reach it, where needed, by a break-glass port-forward.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-7", title: "Least Functionality" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.4", title: "No unused functions" },
  ],
  breaks: [
    { id: "T1609", name: "Container Administration Command" },
    { id: "FGT1609", name: "Container Administration Command" },
  ],
  remedy: { sets: "stdin and tty to false where they are on; ephemeral containers and debuggers are for you to take out." },
  *check(subject, context) {
    if (context.settings.profile === "lab") return;
    if ("podSpec" in subject) yield* inPod(subject, context);
    else yield* behindService(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "no terminal", resources: [networkFunction("amf", { container: { stdin: false, tty: false } })] },
      { name: "metrics behind a Service", resources: [networkFunction("smf"), service([{ port: 9090 }])] },
      { name: "a debugger in the laboratory", resources: [networkFunction("amf", { container: { args: ["dlv", "exec", "./amf"] } })], settings: { profile: "lab" } },
    ],
    fail: [
      { name: "a terminal", resources: [networkFunction("amf", { container: { stdin: true, tty: true } })] },
      { name: "an ephemeral container", resources: [networkFunction("udm", { kind: "Pod", pod: { ephemeralContainers: [{ name: "debugger", image: "r.example/tools", targetContainerName: "udm" }] } })] },
      { name: "delve before the function", resources: [networkFunction("smf", { container: { command: ["dlv", "--listen=:2345", "exec", "./smf"] } })] },
      { name: "the Java debugger", resources: [networkFunction("chf", { container: { env: [{ name: "JAVA_TOOL_OPTIONS", value: "-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005" }] } })] },
      { name: "pprof behind a Service, under another number", resources: [networkFunction("smf"), service([{ port: 80, targetPort: 6060 }])] },
      { name: "a named port that is the debugger's", resources: [networkFunction("smf", { container: { ports: [{ name: "dbg", containerPort: 2345 }] } }), service([{ port: 80, targetPort: "dbg" }])] },
    ],
    undetermined: [{ name: "a terminal that the configuration brings", resources: [networkFunction("amf", { container: { tty: unknownValue() } })] }],
  }),
}); // prettier-ignore

/** Ports at which debuggers and profilers listen by default. */
const DEBUG_PORTS: ReadonlyMap<number, string> = new Map([
  [6060, "pprof"],
  [2345, "delve"],
  [5005, "JDWP"],
  [40000, "delve"],
  [9229, "the Node.js inspector"],
  [5678, "debugpy"],
]);

const inPod = perPod(judgedAsNetworkFunction, function* (workload) {
  const { judged, networkFunctions } = workload;
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const found: string[] = [];
  const changes: Change[] = [];
  for (const container of workload.containers) {
    if (container.role === "ephemeral") {
      wrong.push(seen(container.node.get("name"), "no ephemeral container"));
      found.push("an ephemeral container");
    }
    for (const field of ["stdin", "tty"]) {
      const node = container.node.get(field);
      const on = node.boolean();
      if (on.state === "unknown") open.push(seen(node, false));
      if (on.state !== "known" || !on.value) continue;
      wrong.push(seen(node, false));
      found.push("a terminal");
      // Kubernetes lets nobody change an ephemeral container.
      if (container.role !== "ephemeral") changes.push(...change(node, false));
    }
    for (const node of texts(container.node)) {
      if (!DEBUGGER.test(valueOr(node.string(), ""))) continue;
      wrong.push({ path: node.path, actual: "a debugger", expected: "the function alone" });
      found.push("a debugger");
    }
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  const certain = wrong.length > 0 && judged === "yes";
  yield (certain ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} ${certain ? "has" : "may have"} ${found.length === 0 ? "a terminal" : [...new Set(found)].join(" and ")}: whoever attaches to it works inside the function (Container Administration Command).`,
    evidence,
    changes,
    networkFunctions,
  });
});

function texts(container: Node): readonly Node[] {
  const words = [...container.get("command").items(), ...container.get("args").items()];
  return [
    ...words,
    ...container
      .get("env")
      .items()
      .map((item) => item.get("value")),
  ];
}

function* behindService(service: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const selector = service.spec.get("selector");
  if (!selector.isKnown || context.view === "resource") return;
  const pods = context.model
    .workloadsIn(service.namespace)
    .filter((workload) => judgedAsNetworkFunction(workload, context) === "yes" && matchesMap(selector, workload.labels) === "yes");
  if (pods.length === 0) return;
  const doors = service.spec
    .get("ports")
    .items()
    .flatMap((port) => {
      const target = port.get("targetPort").isAbsent ? port.get("port") : port.get("targetPort");
      const name = DEBUG_PORTS.get(numberOf(target, pods) ?? -1);
      return name === undefined ? [] : [{ name, node: target }];
    });
  if (doors.length === 0) return;
  const networkFunctions = [...new Set(pods.flatMap((pod) => context.model.classification(pod).networkFunctions))];
  yield fail({
    message: `Service ${service.name} opens ${[...new Set(doors.map((door) => door.name))].join(", ")} of the ${networkFunctions.join(", ")} to the cluster: memory, keys and often code for whoever connects (Container Administration Command).`,
    evidence: doors.map((door) => seen(door.node, "no debug port")),
    networkFunctions,
  });
}

/** The number of a target port, which may be the name of a container's port. */
function numberOf(target: Node, pods: readonly Workload[]): number | undefined {
  const number = target.number();
  if (number.state === "known") return number.value;
  const name = valueOr(target.string(), "");
  const ports = pods.flatMap((pod) => pod.containers.flatMap((container) => container.node.get("ports").items()));
  const named = ports.find((port) => name !== "" && valueOr(port.get("name").string(), "") === name);
  return named === undefined ? undefined : valueOr(named.get("containerPort").number(), undefined);
}

function service(ports: readonly Properties[]) {
  return object("v1", "Service", "smf", { spec: { selector: { app: "smf" }, ports } });
}
