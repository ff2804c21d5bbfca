/**
 * A runtime sensor stands on every node group of a core's cluster, tainted ones too, and looks for what intruders do inside: shells, sockets,
 * kernel modules, namespaces, dropped binaries, a changed iptables. Rules that the stack does not carry cannot be judged from it.
 */

import { type Certainty, runsNetworkFunction } from "../../analysis/aws-network/core-vpcs";
import {
  DETECTIONS,
  detectionTexts,
  keptOutBy,
  missingLabels,
  type NodePool,
  poolsOf,
  type Sensor,
  sensors,
} from "../../analysis/runtime-sensors";
import { defineRule, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { type EksCluster, eksClusters } from "../../model/aws/eks";
import { EKS_CLUSTER, EKS_NODE_GROUP } from "../../model/aws/types";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const clusters: Target<EksCluster> = {
  description: `${EKS_CLUSTER} with its node groups and sensors`,
  types: [EKS_CLUSTER],
  subjects: (model) => model.ask(eksClusters),
  resource: (cluster) => cluster.resource,
};

export default defineRule({
  id: "LG-06",
  name: "lg-06-runtime-sensor-on-every-node",
  title: "A runtime sensor covers every node group, including tainted UPF, roaming and LI nodes",
  family: "logging",
  severity: "high",
  scope: "stack",
  since: "0.1.0",

  target: clusters,
  rationale:
    "A backdoor that waits for a magic packet, or an iptables that was swapped for another program, leaves nothing in any log: only a sensor on that very node sees it, and the nodes of user plane, roaming and LI are tainted to keep everybody out.",
  remediation:
    "Run the sensor as a DaemonSet with tolerations [{operator: Exists}] and without a nodeSelector, or let GuardDuty manage its agent, and keep its rules in the stack; or name where they are kept and tested under rules.LG-06.detections.",
  options: {
    detections: {
      type: "string",
      description: "Where the sensor's detection rules are kept and tested, if not in the stack.",
      default: "",
    },
  },
  standards: [
    { framework: "NIST SP 800-190", ref: "4.4.4", title: "App vulnerabilities (runtime anomaly detection, read-only root filesystem)" },
    { framework: "NIST SP 800-53r5", ref: "SI-4(23)", title: "System Monitoring | Host-based Devices" },
    { framework: "NIST SP 800-53r5", ref: "SI-7(1)", title: "Software, Firmware, and Information Integrity | Integrity Checks" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.6.1", title: "Security event logging" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-065",
      title:
        "Protection against container escape: - Ensure containers are not running as root by default and do not use unnecessary privileges or mounted components. In Kube",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO23-015",
      title:
        "Monitoring of the presence or loading of known vulnerable software. Monitoring of the deployment of suspicious or unknown container or VM images in the NFV envi",
    },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-5", title: "Part II: real-time threat detection" },
  ],
  breaks: [
    { id: "FGT1205", name: "Traffic Signaling" },
    { id: "FGT1014", name: "Rootkit" },
    { id: "FGT5046", name: "Program Wrapper" },
    { id: "T1205", name: "Traffic Signaling" },
    { id: "T1014", name: "Rootkit" },
    { id: "FGT1059", name: "Command and Scripting Interpreter" },
  ],

  *check(cluster, context) {
    const { model } = context;
    const runs = runsNetworkFunction(model, cluster);
    if (runs === "no") return;
    const all = model.ask(sensors);
    const found = [...(all.get(cluster.resource) ?? []), ...(all.get(undefined) ?? [])];
    if (found.length === 0) {
      yield (runs === "yes" ? fail : undetermined)({
        message: `No runtime sensor is ${runs === "yes" ? "" : "seen to be "}deployed to cluster ${cluster.resource.name}: a backdoor on a node or a shell in a function is seen by nobody (Traffic Signaling, Rootkit).`,
        evidence: [{ path: "", actual: null, expected: "Falco, Tetragon, GuardDuty's agent or the like on every node" }],
        cause: "none",
      });
      return;
    }
    const pools = poolsOf(model, cluster.resource);
    for (const pool of pools) yield* coverage(pool, found, runs);
    yield* detections(cluster, found, context);
  },
  examples: () => ({
    pass: [
      {
        name: "a sensor that tolerates everything, with its rules",
        resources: [...core, pool([taint]), falco({ tolerations: [{ operator: "Exists" }] }), rules],
      },
      {
        name: "one that tolerates this taint",
        resources: [
          ...core,
          pool([taint]),
          falco({ tolerations: [{ key: "carrierguard.dev/zone", operator: "Equal", value: "user-plane", effect: "NoSchedule" }] }),
          rules,
        ],
      },
      { name: "a preference keeps nobody out", resources: [...core, pool([{ ...taint, effect: "PREFER_NO_SCHEDULE" }]), falco({}), rules] },
      {
        name: "GuardDuty's agent on every node, rules kept elsewhere",
        resources: [...core, pool([taint]), guardDuty],
        settings: { rules: { "LG-06": { options: { detections: "SOC repository, tested weekly" } } } },
      },
    ],
    fail: [
      { name: "no sensor", resources: [...core, pool([])] },
      {
        name: "an exporter of a sensor is none",
        resources: [...core, pool([]), networkFunction("falco-exporter", { kind: "DaemonSet", namespace: "falco" })],
      },
      { name: "the user plane's taint keeps it out", resources: [...core, pool([taint]), falco({}), rules] },
      {
        name: "it tolerates another value",
        resources: [
          ...core,
          pool([taint]),
          falco({ tolerations: [{ key: "carrierguard.dev/zone", value: "control", effect: "NoSchedule" }] }),
          rules,
        ],
      },
      {
        name: "it tolerates another effect",
        resources: [...core, pool([taint]), falco({ tolerations: [{ operator: "Exists", effect: "NoExecute" }] }), rules],
      },
      {
        name: "it asks for a label that these nodes do not have",
        resources: [...core, pool([], { workload: "upf" }), falco({ nodeSelector: { workload: "general" } }), rules],
      },
      {
        name: "a pool of Karpenter",
        resources: [
          ...core,
          object("karpenter.sh/v1", "NodePool", "upf", {
            spec: { template: { spec: { taints: [{ key: "upf", effect: "NoSchedule" }] } } },
          }),
          falco({}),
          rules,
        ],
      },
    ],
    undetermined: [
      { name: "rules that the stack does not carry", resources: [...core, pool([]), falco({})] },
      { name: "taints that come with the deployment", resources: [...core, pool(unknownValue()), falco({}), rules] },
      { name: "a cluster that is filled from elsewhere", resources: [cluster, pool([])] },
    ],
  }),
});

/** One sensor that gets onto the nodes is enough. */
function* coverage(pool: NodePool, found: readonly Sensor[], runs: Certainty): Iterable<Verdict> {
  const hindrances = found.map(({ podSpec }) =>
    podSpec === undefined ? [] : [...keptOutBy(pool, podSpec), ...missingLabels(pool, podSpec)],
  );
  if (hindrances.some((list) => list.length === 0)) {
    const placed = found.filter((_, index) => hindrances[index]?.length === 0);
    const open = pool.unknown && placed.every(({ podSpec }) => podSpec !== undefined && !toleratesAll(podSpec));
    if (open) {
      yield undetermined({
        message: `Whether ${placed[0]?.title ?? "a sensor"} stands on ${pool.title} depends on taints that are not known before deployment.`,
        evidence: [{ path: "taints", actual: "(not known before deployment)", expected: "tolerated by the sensor" }],
        resource: pool.resource,
        cause: "taints",
      });
    }
    return;
  }
  const evidence = hindrances.flat().map((node) => seen(node, "tolerations [{operator: Exists}] and no nodeSelector on the sensor"));
  yield (runs === "yes" ? fail : undetermined)({
    message: `${found.map(({ title }) => title).join(" and ")} cannot run on ${pool.title}: what hides on those nodes is seen by nobody (Traffic Signaling, Rootkit).`,
    evidence,
    resource: pool.resource,
    cause: "coverage",
  });
}

function toleratesAll(podSpec: NonNullable<Sensor["podSpec"]>): boolean {
  return podSpec
    .get("tolerations")
    .items()
    .some((item) => item.get("key").isAbsent && item.get("operator").describe() === "Exists" && item.get("effect").isAbsent);
}

function* detections(cluster: EksCluster, found: readonly Sensor[], { model, options }: RuleContext): Iterable<Verdict> {
  if (options["detections"] !== "") return;
  const text = model.ask(detectionTexts);
  const missing = DETECTIONS.filter(([, words]) => !words.test(text)).map(([what]) => what);
  if (missing.length === 0) return;
  yield undetermined({
    message: `Whether ${found.map(({ title }) => title).join(" and ")} in cluster ${cluster.resource.name} ${found.length === 1 ? "looks" : "look"} for ${missing.join(", ")} cannot be seen from the stack: the rules, or rules.LG-06.detections, would show it.`,
    evidence: missing.map((what) => ({ path: "detection rules", actual: null, expected: what })),
    cause: "detections",
  });
}

const cluster = resource(EKS_CLUSTER, "core", { name: "core" });
const core = [cluster, networkFunction("upf")];
const taint: Properties = { key: "carrierguard.dev/zone", value: "user-plane", effect: "NO_SCHEDULE" };
const guardDuty = resource("aws:guardduty/detectorFeature:DetectorFeature", "runtime", {
  name: "RUNTIME_MONITORING",
  status: "ENABLED",
  additionalConfigurations: [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }],
});
const rules = object(
  "v1",
  "ConfigMap",
  "falco-rules",
  {
    data: {
      "core.yaml": [
        "shell in a container: proc.name in (bash)",
        "new listening socket: evt.type = listen",
        "AF_PACKET or SOCK_RAW socket",
        "kernel module: init_module",
        "setns or unshare",
        "dropped binary: is_exe_upper_layer",
        "iptables binary changed",
      ]
        .map((text) => `- rule: ${text}\n  condition: true\n`)
        .join(""),
    },
  },
  "falco",
);
function pool(taints: Properties[string], labels: Properties = {}) {
  return resource(EKS_NODE_GROUP, "user-plane", { clusterName: "core", taints, labels });
}
function falco(pod: Properties) {
  return networkFunction("falco", { kind: "DaemonSet", namespace: "falco", pod });
}
